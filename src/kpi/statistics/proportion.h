/*
 * proportion.h
 *		An observed rate: successes in trials.
 */
#ifndef ADP_KPI_STATISTICS_PROPORTION_H
#define ADP_KPI_STATISTICS_PROPORTION_H

#include "fmgr.h"

typedef struct AdpProportion
{
	double successes; /* 0 to trials; a fraction where conversions are modelled */
	double trials;	  /* at least 1, at most 2^63 */
	double rate;
} AdpProportion;

/* a range of which both ends belong to it */
typedef struct AdpBounds
{
	double lower;
	double upper;
} AdpBounds;

/*
 * Returns a count of successes if it is one.  Raises 22003 for NaN, infinity
 * and counts beyond 2^63; 22023 for negative ones.
 */
extern double adp_count_check(double count);

/*
 * Returns a count of trials if it is one: as above, and 22023 between 0 and 1.
 */
extern double adp_trials_check(double trials);

/*
 * Reads the arguments number (successes) and number + 1 (trials) of a strict
 * function of doubles.  False if there were no trials: the result is NULL.
 * Raises what the checks above raise, and 22023 for more successes than
 * trials.
 */
extern bool adp_proportion_read(FunctionCallInfo fcinfo, int number,
								AdpProportion *proportion);

/*
 * Reads an argument that is a probability above 0 and below 1.  Raises 22023
 * for any other value.
 */
extern double adp_confidence_read(FunctionCallInfo fcinfo, int number);

/*
 * The Wilson score interval, for the critical value z of the normal.
 */
extern AdpBounds adp_wilson_bounds(const AdpProportion *proportion, double z);

/*
 * The bounds as a Datum of type numrange, with 15 significant digits.  The
 * caller's fn_extra is used.
 */
extern Datum adp_bounds_to_range(FunctionCallInfo fcinfo, AdpBounds bounds);

#endif /* ADP_KPI_STATISTICS_PROPORTION_H */
