/*
 * asked_range.c
 *	  The range of days that a statement asks a table of period 'all' for.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "nodes/value.h"

#include "fdw/asked_range.h"
#include "fdw/day_range.h"

/* The end of the range that a condition bounds. */
typedef enum Side
{
	SIDE_NONE,
	SIDE_LOWER,
	SIDE_UPPER
} Side;

/*
 * Returns the end that a condition bounds.  A comparison that widens its range
 * does not name a day.
 */
static Side
side_of(List *condition)
{
	List *tree;

	if (intVal(linitial(condition)) != ADP_CONDITION_DAY)
		return SIDE_NONE;
	tree = list_nth(condition, ADP_DAY_TREE);
	if (intVal(linitial(tree)) != ADP_DAY_LEAF ||
		intVal(list_nth(tree, ADP_LEAF_IS_ARRAY)) != 0 ||
		intVal(list_nth(tree, ADP_LEAF_WIDENS_BY_DAY)) != 0)
		return SIDE_NONE;
	switch (intVal(list_nth(tree, ADP_LEAF_STRATEGY)))
	{
		case BTGreaterStrategyNumber:
		case BTGreaterEqualStrategyNumber:
			return SIDE_LOWER;
		case BTEqualStrategyNumber:
			return intVal(list_nth(condition, ADP_DAY_IS_END)) ? SIDE_UPPER
															   : SIDE_LOWER;
		default:
			return SIDE_UPPER;
	}
}

/*
 * Whether conditions hold one lower and one upper bound.
 */
bool
adp_asked_range_is_given(List *conditions)
{
	int lower = 0;
	int upper = 0;
	ListCell *cell;

	foreach(cell, conditions)
	{
		Side side = side_of(lfirst(cell));

		lower += side == SIDE_LOWER;
		upper += side == SIDE_UPPER;
	}
	return lower == 1 && upper == 1;
}

/*
 * Narrows the plan's days by a bound.
 */
void
adp_asked_range_apply(List *condition, const AdpValue *values, AdpPushed *pushed)
{
	AdpDays *days = &pushed->plan->days;
	Side side = side_of(condition);
	AdpDayRange range =
		adp_day_range_of(list_nth(condition, ADP_DAY_TREE), values);

	if (range.lo > range.hi)
		pushed->is_empty = true;
	if (side == SIDE_LOWER)
	{
		days->since = range.lo;
		pushed->since_name = range.lo_name;
	}
	else if (side == SIDE_UPPER)
	{
		days->until = range.hi;
		pushed->until_name = range.hi_name;
	}
	else
		pushed->is_exact = false;
	if (days->since > days->until)
		pushed->is_empty = true;
}
