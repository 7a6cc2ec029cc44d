/*
 * day_curve.h
 *	  The days on which an expression of the day satisfies a comparison.
 */
#ifndef ADP_FDW_DAY_CURVE_H
#define ADP_FDW_DAY_CURVE_H

#include "fdw/day_range.h"

/* The range of an ADP_DAY_CURVE whose values are known; never exact. */
extern AdpDayRange adp_day_curve_range(List *curve, const AdpValue *values);

/* The range of an ADP_DAY_WITHIN whose values are known; never exact. */
extern AdpDayRange adp_day_within_range(List *within, const AdpValue *values);

#endif /* ADP_FDW_DAY_CURVE_H */
