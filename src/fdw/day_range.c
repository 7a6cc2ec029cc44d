/*
 * day_range.c
 *	  The days that conditions allow.
 *
 * The platform is asked for one range of days.  So a tree is reduced to the
 * hull of the days for which it may be true: a condition that is sent must hold
 * for every row that the statement keeps.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "nodes/value.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "fdw/day_curve.h"
#include "fdw/day_range.h"

/* Most days between a moment's day and the day where a comparison turns. */
#define DAYS_AROUND 2

const AdpDayRange adp_all_days = {DATEVAL_NOBEGIN, DATEVAL_NOEND, true};
const AdpDayRange adp_no_days = {DATEVAL_NOEND, DATEVAL_NOBEGIN, true};

/*
 * Compares a day with a value of the given type.  Uses the server's own
 * comparison, so that daylight saving and rounding follow SQL.
 */
static int
compare_day(DateADT day, Datum value, Oid type)
{
	switch (type)
	{
		case TIMESTAMPOID:
			return date_cmp_timestamp_internal(day, DatumGetTimestamp(value));
		case TIMESTAMPTZOID:
			return date_cmp_timestamptz_internal(day,
												 DatumGetTimestampTz(value));
		default:
			Assert(type == DATEOID);
			return day < DatumGetDateADT(value) ? -1
				: day > DatumGetDateADT(value)	? 1
												: 0;
	}
}

/*
 * Returns the day of a value.  Infinite values give infinite days.
 */
static DateADT
day_of(Datum value, Oid type)
{
	switch (type)
	{
		case TIMESTAMPOID:
			return DatumGetDateADT(DirectFunctionCall1(timestamp_date, value));
		case TIMESTAMPTZOID:
			return DatumGetDateADT(DirectFunctionCall1(timestamptz_date, value));
		default:
			return DatumGetDateADT(value);
	}
}

/*
 * Returns the range for a value before or after all days.
 */
static AdpDayRange
infinite_range(int strategy, bool is_end)
{
	bool wants_less = strategy == BTLessStrategyNumber ||
		strategy == BTLessEqualStrategyNumber;

	if (strategy == BTEqualStrategyNumber)
		return adp_no_days;
	return wants_less == is_end ? adp_all_days : adp_no_days;
}

/*
 * Returns the first day, from DAYS_AROUND before the value on, for which the
 * comparison is at least at_least.
 */
static DateADT
first_day(DateADT around, Datum value, Oid type, int at_least)
{
	DateADT day = around - DAYS_AROUND;

	while (day < around + DAYS_AROUND &&
		   compare_day(day, value, type) < at_least)
		day++;
	return day;
}

/*
 * Returns the days that satisfy a comparison with a value.  A day compares like
 * its midnight, so each comparison turns once, at the value's own day or next
 * to it.
 */
static AdpDayRange
days_of_value(int strategy, Datum value, Oid type, bool widens_by_day)
{
	AdpDayRange range = adp_all_days;
	DateADT around = day_of(value, type);
	DateADT not_before; /* first day >= value */
	DateADT after;		/* first day > value */

	if (DATE_NOT_FINITE(around))
		return infinite_range(strategy, DATE_IS_NOEND(around));
	not_before = first_day(around, value, type, 0);
	after = first_day(around, value, type, 1);
	if (strategy == BTEqualStrategyNumber ||
		strategy == BTGreaterEqualStrategyNumber)
		range.lo = not_before;
	if (strategy == BTGreaterStrategyNumber)
		range.lo = after;
	if (strategy == BTEqualStrategyNumber ||
		strategy == BTLessEqualStrategyNumber)
		range.hi = after - 1;
	if (strategy == BTLessStrategyNumber)
		range.hi = not_before - 1;
	if (widens_by_day)
	{
		range.is_exact = false;
		if (!DATE_NOT_FINITE(range.lo))
			range.lo--;
		if (!DATE_NOT_FINITE(range.hi))
			range.hi++;
	}
	return range;
}

/*
 * Returns the smallest range that contains both.
 */
AdpDayRange
adp_day_range_hull(AdpDayRange a, AdpDayRange b)
{
	AdpDayRange range;

	range.lo = Min(a.lo, b.lo);
	range.hi = Max(a.hi, b.hi);
	range.is_exact = false;
	range.lo_name = a.lo_name ? a.lo_name : b.lo_name;
	range.hi_name = a.hi_name ? a.hi_name : b.hi_name;
	if (a.lo > a.hi)
		return b;
	if (b.lo > b.hi)
		return a;
	return range;
}

/*
 * Returns the range that both allow.
 */
AdpDayRange
adp_day_range_intersection(AdpDayRange a, AdpDayRange b)
{
	AdpDayRange range;

	range.lo = Max(a.lo, b.lo);
	range.hi = Min(a.hi, b.hi);
	range.is_exact = a.is_exact && b.is_exact;
	range.lo_name = a.lo_name ? a.lo_name : b.lo_name;
	range.hi_name = a.hi_name ? a.hi_name : b.hi_name;
	return range;
}

/*
 * Returns the hull of the days that equal an element.
 */
static AdpDayRange
days_of_array(Datum array, Oid type, bool widens_by_day)
{
	ArrayType *elements = DatumGetArrayTypeP(array);
	AdpDayRange range = adp_no_days;
	int16 typlen;
	bool typbyval;
	char typalign;
	Datum *values;
	bool *nulls;
	int n;

	get_typlenbyvalalign(type, &typlen, &typbyval, &typalign);
	deconstruct_array(elements, type, typlen, typbyval, typalign, &values,
					  &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		if (!nulls[i])
			range = adp_day_range_hull(range,
									   days_of_value(BTEqualStrategyNumber,
													 values[i], type,
													 widens_by_day));
	}
	return range;
}

/*
 * Returns the range of a leaf whose value is known only at run time.
 */
static AdpDayRange
placeholder_days(int strategy, const char *name)
{
	AdpDayRange range = adp_all_days;

	if (strategy != BTLessStrategyNumber &&
		strategy != BTLessEqualStrategyNumber)
		range.lo_name = name;
	if (strategy != BTGreaterStrategyNumber &&
		strategy != BTGreaterEqualStrategyNumber)
		range.hi_name = name;
	return range;
}

/*
 * Returns the range of one comparison.  A comparison with NULL is never true.
 */
static AdpDayRange
days_of_leaf(List *leaf, const AdpValue *values)
{
	int strategy = intVal(list_nth(leaf, ADP_LEAF_STRATEGY));
	const AdpValue *value = &values[intVal(list_nth(leaf, ADP_LEAF_EXPR))];
	Oid type = (Oid) intVal(list_nth(leaf, ADP_LEAF_TYPE));
	bool widens_by_day = intVal(list_nth(leaf, ADP_LEAF_WIDENS_BY_DAY)) != 0;

	if (intVal(list_nth(leaf, ADP_LEAF_IS_ARRAY)) != 0)
		return days_of_array(value->value, type, widens_by_day);
	return days_of_value(strategy, value->value, type, widens_by_day);
}

/*
 * Returns the placeholder for a comparison with an unknown value; NULL if the
 * value is known.
 */
static const char *
placeholder_of(List *leaf, const AdpValue *values)
{
	const char *name =
		values[intVal(list_nth(leaf, ADP_LEAF_EXPR))].placeholder;

	if (name != NULL || intVal(linitial(leaf)) == ADP_DAY_LEAF)
		return name;
	return values[intVal(list_nth(leaf, ADP_CURVE_FOLLOWS))].placeholder;
}

/*
 * Returns the range of a node without AND or OR.
 */
static AdpDayRange
days_of_part(List *leaf, const AdpValue *values)
{
	const char *name = placeholder_of(leaf, values);

	if (name != NULL)
		return placeholder_days(intVal(list_nth(leaf, ADP_LEAF_STRATEGY)), name);
	if (values[intVal(list_nth(leaf, ADP_LEAF_EXPR))].is_null)
		return adp_no_days;
	switch ((AdpDayKind) intVal(linitial(leaf)))
	{
		case ADP_DAY_CURVE:
			return adp_day_curve_range(leaf, values);
		case ADP_DAY_WITHIN:
			return adp_day_within_range(leaf, values);
		default:
			return days_of_leaf(leaf, values);
	}
}

/*
 * Returns the range of a tree.
 */
AdpDayRange
adp_day_range_of(List *tree, const AdpValue *values)
{
	int kind = intVal(linitial(tree));
	AdpDayRange range;

	if (kind != ADP_DAY_AND && kind != ADP_DAY_OR)
		return days_of_part(tree, values);
	range = adp_day_range_of(lsecond(tree), values);
	for (int i = 2; i < list_length(tree); i++)
	{
		AdpDayRange next = adp_day_range_of(list_nth(tree, i), values);

		range = kind == ADP_DAY_AND ? adp_day_range_intersection(range, next)
									: adp_day_range_hull(range, next);
	}
	return range;
}

/*
 * Whether a tree always gives a lower bound.
 */
bool
adp_day_range_has_lower(List *tree)
{
	int kind = intVal(linitial(tree));
	int strategy;

	if (kind != ADP_DAY_AND && kind != ADP_DAY_OR)
	{
		strategy = intVal(list_nth(tree, ADP_LEAF_STRATEGY));
		return strategy != BTLessStrategyNumber &&
			strategy != BTLessEqualStrategyNumber;
	}
	for (int i = 1; i < list_length(tree); i++)
	{
		bool has_lower = adp_day_range_has_lower(list_nth(tree, i));

		if (has_lower == (kind == ADP_DAY_AND))
			return has_lower;
	}
	return kind == ADP_DAY_OR;
}
