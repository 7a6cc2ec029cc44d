/*
 * day_range.h
 *	  The days that conditions allow.
 *
 * condition.h describes how comparisons of the day form a tree.
 */
#ifndef ADP_FDW_DAY_RANGE_H
#define ADP_FDW_DAY_RANGE_H

#include "nodes/pg_list.h"
#include "utils/date.h"

#include "fdw/condition.h"

/* From lo to hi, both included; empty if lo is after hi. */
typedef struct AdpDayRange
{
	DateADT lo; /* may be infinite, as may hi */
	DateADT hi;
	bool is_exact;		 /* every day in the range is allowed */
	const char *lo_name; /* placeholder, if not known yet */
	const char *hi_name;
} AdpDayRange;

extern const AdpDayRange adp_all_days;
extern const AdpDayRange adp_no_days;

/* The smallest range that contains both, and the range that both allow. */
extern AdpDayRange adp_day_range_hull(AdpDayRange a, AdpDayRange b);
extern AdpDayRange adp_day_range_intersection(AdpDayRange a, AdpDayRange b);

/*
 * Returns the smallest range that contains every day for which a tree may be
 * true, given the plan's expressions.
 */
extern AdpDayRange adp_day_range_of(List *tree, const AdpValue *values);

/* Whether a tree always gives a lower bound. */
extern bool adp_day_range_has_lower(List *tree);

#endif /* ADP_FDW_DAY_RANGE_H */
