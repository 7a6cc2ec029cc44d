/*
 * day_bucket.h
 *	  Expressions that see of a day only its month or week.
 *
 * Planning collects the largest expressions of the day in a query level, with a
 * CaseTestExpr in place of the day.  Execution evaluates them.
 */
#ifndef ADP_FDW_DAY_BUCKET_H
#define ADP_FDW_DAY_BUCKET_H

#include "nodes/pg_list.h"

#include "fdw/condition.h"

/*
 * Adds the expressions of the day within a node to a list.  Each use of the day
 * is in one of them.
 */
extern List *adp_day_bucket_collect(List *exprs, Node *node, Index varno,
									AttrNumber day);

/*
 * Returns the period whose days the expressions do not distinguish, judged by
 * the days of about a year; ADP_PERIOD_DAY if there is none.  For planning, which
 * does not know the values of parameters.
 */
extern AdpPeriod adp_day_bucket_guess(List *exprs);

/*
 * Returns the period by which a platform can be asked for days: they are whole
 * weeks or months as far as there are days today, and no expression distinguishes
 * the days of a period.  ADP_PERIOD_DAY if there is none.  The expressions have
 * values, in order.
 */
extern AdpPeriod adp_day_bucket_choose(List *exprs, const AdpValue *values,
									   const AdpDays *days);

#endif /* ADP_FDW_DAY_BUCKET_H */
