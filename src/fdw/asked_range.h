/*
 * asked_range.h
 *	  The range of days that a statement asks a table of period 'all' for.
 *
 * Each row of such a table covers the whole range, so the range must be the
 * same however the statement is planned: one lower and one upper bound, each a
 * comparison of period_start or period_end with a value, joined by AND.  An
 * equality of period_start is the lower bound, one of period_end the upper.
 * Other conditions on these columns bound nothing; they are checked locally.
 */
#ifndef ADP_FDW_ASKED_RANGE_H
#define ADP_FDW_ASKED_RANGE_H

#include "fdw/condition.h"

/* Whether conditions hold one lower and one upper bound. */
extern bool adp_asked_range_is_given(List *conditions);

/*
 * Narrows the plan's days by a condition on period_start or period_end, if it
 * is a bound.
 */
extern void adp_asked_range_apply(List *condition, const AdpValue *values,
								  AdpPushed *pushed);

#endif /* ADP_FDW_ASKED_RANGE_H */
