/*
 * robust.h
 *		How far a value lies from others that may hold outliers themselves.
 */
#ifndef ADP_KPI_STATISTICS_ROBUST_H
#define ADP_KPI_STATISTICS_ROBUST_H

/* Values to compare with; grows in the memory context that is current. */
typedef struct AdpSample
{
	double *values;
	int count;
	int capacity;
} AdpSample;

/*
 * Appends a value.  Raises 22003 for NaN and infinity.
 */
extern void adp_sample_add(AdpSample *sample, double value);

/*
 * Sets *score to (value - median) / spread, where spread estimates the
 * standard deviation: from the median absolute deviation, or if that is 0 from
 * the mean absolute deviation, and never below spread_floor.  False if there
 * is no spread or no value to compare with.  Sorts the sample.  Raises 22003
 * if the score is beyond all doubles.
 */
extern bool adp_sample_score(AdpSample *sample, double value,
							 double spread_floor, double *score);

#endif /* ADP_KPI_STATISTICS_ROBUST_H */
