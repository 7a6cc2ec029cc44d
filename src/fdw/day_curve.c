/*
 * day_curve.c
 *	  The days on which an expression of the day satisfies a comparison.
 *
 * An expression that follows the day (monotone.c) is smaller than a value on
 * all days before some day, and larger on all days after some other day.  A
 * binary search finds both days.  It uses the statement's own expression and
 * the server's own comparison, so that time zones, DateStyle and rounding
 * follow SQL.  Days closer together than the slack may be out of order.  The
 * search ends among those days, and then tests them one by one.
 *
 * The search covers FIRST_YEAR to the end of LAST_YEAR; platforms have no other
 * days, and seconds since 1970 fit an integer throughout, so that a cast of the
 * statement fails on no day that is tried.  If a comparison holds at an end of that period, there is no bound at
 * that end.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "fdw/day_curve.h"

#define FIRST_YEAR 1902
#define LAST_YEAR 2037

/* Elements of an array for which bounds are looked for; more have none. */
#define ELEMENTS_MAX 1000

/* An expression and the value that it is compared with. */
typedef struct Curve
{
	const AdpValue *expr;
	FmgrInfo *compare;
	Oid collation;
	int direction;
	int slack;
	Datum value;
	DateADT first; /* the days that are searched */
	DateADT last;
} Curve;

/*
 * Computes the expression for a day.  Returns false if it is NULL.
 */
static bool
evaluate(const Curve *curve, DateADT day, Datum *result)
{
	ExprContext *econtext = curve->expr->econtext;
	bool is_null;

	econtext->caseValue_datum = DateADTGetDatum(day);
	econtext->caseValue_isNull = false;
	*result = ExecEvalExpr(curve->expr->state, econtext, &is_null);
	econtext->caseValue_isNull = true;
	return !is_null;
}

/*
 * Compares the expression with the value on a day.  The sign is reversed if the
 * expression shrinks, so that it grows with the day.
 */
static int
sign_on(const Curve *curve, DateADT day)
{
	Datum datum;
	int32 sign;

	if (!evaluate(curve, day, &datum))
		elog(ERROR, "expression of the day is null on some days");
	sign = DatumGetInt32(FunctionCall2Coll(curve->compare, curve->collation,
										   datum, curve->value));
	sign = sign < 0 ? -1 : sign > 0;
	return sign * curve->direction;
}

/*
 * Finds a day where the sign reaches at_least.  The sign is lower on all days
 * more than the slack before it, and on no day from the slack after it on.
 */
static DateADT
turning_day(const Curve *curve, int at_least)
{
	DateADT below = curve->first - 1;
	DateADT above = curve->last + 1;

	while (above - below > 1)
	{
		DateADT middle = below + (above - below) / 2;

		if (sign_on(curve, middle) >= at_least)
			above = middle;
		else
			below = middle;
	}
	return above;
}

/*
 * Returns the first day on which the sign is at least at_least; the day after
 * the last day of the search if there is no such day.
 */
static DateADT
first_day(const Curve *curve, int at_least)
{
	DateADT turn = turning_day(curve, at_least);
	DateADT day = Max(turn - curve->slack, curve->first);

	while (day < turn && sign_on(curve, day) < at_least)
		day++;
	return day;
}

/*
 * Returns the last day on which the sign is below less_than; the day before the
 * first day of the search if there is no such day.
 */
static DateADT
last_day(const Curve *curve, int less_than)
{
	DateADT turn = turning_day(curve, less_than);
	DateADT day = Min(turn + curve->slack, curve->last);

	while (day >= turn && sign_on(curve, day) >= less_than)
		day--;
	return day;
}

/*
 * Narrows a range to the days on which the sign is at least at_least.
 */
static void
raise_lower(const Curve *curve, int at_least, AdpDayRange *range)
{
	DateADT day = first_day(curve, at_least);

	if (day > curve->last)
		*range = adp_no_days;
	else if (day > curve->first)
		range->lo = Max(range->lo, day);
}

/*
 * Narrows a range to the days on which the sign is below less_than.
 */
static void
lower_upper(const Curve *curve, int less_than, AdpDayRange *range)
{
	DateADT day = last_day(curve, less_than);

	if (day < curve->first)
		*range = adp_no_days;
	else if (day < curve->last)
		range->hi = Min(range->hi, day);
}

/*
 * Returns the days on which the expression satisfies the comparison.
 */
static AdpDayRange
days_of_value(const Curve *curve, int strategy)
{
	AdpDayRange range = adp_all_days;

	range.is_exact = false;
	if (strategy == BTEqualStrategyNumber ||
		strategy == BTGreaterEqualStrategyNumber)
		raise_lower(curve, 0, &range);
	if (strategy == BTGreaterStrategyNumber)
		raise_lower(curve, 1, &range);
	if (strategy == BTEqualStrategyNumber ||
		strategy == BTLessEqualStrategyNumber)
		lower_upper(curve, 1, &range);
	if (strategy == BTLessStrategyNumber)
		lower_upper(curve, 0, &range);
	return range;
}

/*
 * Returns the hull of the days on which the expression equals an element.
 */
static AdpDayRange
days_of_array(Curve *curve, Datum array, Oid type)
{
	AdpDayRange range = adp_no_days;
	int16 typlen;
	bool typbyval;
	char typalign;
	Datum *values;
	bool *nulls;
	int n;

	get_typlenbyvalalign(type, &typlen, &typbyval, &typalign);
	deconstruct_array(DatumGetArrayTypeP(array), type, typlen, typbyval,
					  typalign, &values, &nulls, &n);
	if (n > ELEMENTS_MAX)
		return adp_all_days;
	for (int i = 0; i < n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (nulls[i])
			continue;
		curve->value = values[i];
		range = adp_day_range_hull(range,
								   days_of_value(curve, BTEqualStrategyNumber));
	}
	return range;
}

/*
 * Prepares the expression of a node.  Returns false if it is NULL on all days,
 * because another of its arguments is NULL.
 */
static bool
init_curve(List *node, const AdpValue *values, FmgrInfo *compare, Curve *curve)
{
	Datum ignored;

	curve->expr = &values[intVal(list_nth(node, ADP_CURVE_FOLLOWS))];
	curve->direction = intVal(list_nth(node, ADP_CURVE_DIRECTION));
	curve->slack = intVal(list_nth(node, ADP_CURVE_SLACK));
	curve->compare = compare;
	curve->first = date2j(FIRST_YEAR, 1, 1) - POSTGRES_EPOCH_JDATE;
	curve->last = date2j(LAST_YEAR, 12, 31) - POSTGRES_EPOCH_JDATE;
	return evaluate(curve, curve->first, &ignored);
}

/*
 * Whether the expression follows the day under the session's settings.
 */
static bool
follows_now(List *node)
{
	return intVal(list_nth(node, ADP_CURVE_NEEDS_ISO)) == 0 ||
		DateStyle == USE_ISO_DATES;
}

/*
 * Marks a range as inexact.
 */
static AdpDayRange
inexact(AdpDayRange range)
{
	range.is_exact = false;
	return range;
}

/*
 * Returns the range of a comparison.
 */
AdpDayRange
adp_day_curve_range(List *node, const AdpValue *values)
{
	Curve curve = {0};
	FmgrInfo compare;
	AdpDayRange range;
	const AdpValue *value = &values[intVal(list_nth(node, ADP_LEAF_EXPR))];
	int strategy = intVal(list_nth(node, ADP_LEAF_STRATEGY));
	MemoryContext cxt;
	MemoryContext old;

	if (!follows_now(node))
		return inexact(adp_all_days);
	cxt = AllocSetContextCreate(CurrentMemoryContext, "adpipe days",
								ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(cxt);
	fmgr_info((Oid) intVal(list_nth(node, ADP_CURVE_COMPARE)), &compare);
	curve.collation = (Oid) intVal(list_nth(node, ADP_CURVE_COLLATION));
	curve.value = value->value;
	if (!init_curve(node, values, &compare, &curve))
		range = adp_no_days;
	else if (intVal(list_nth(node, ADP_LEAF_IS_ARRAY)) != 0)
		range = days_of_array(&curve, value->value,
							  (Oid) intVal(list_nth(node, ADP_LEAF_TYPE)));
	else
		range = days_of_value(&curve, strategy);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(cxt);
	return inexact(range);
}

/*
 * Gets the lower and the upper end of a range or multirange, and in *ranges the
 * type of ranges.  Returns false if it is empty.
 */
static bool
ends_of(Datum value, Oid type, TypeCacheEntry **ranges, RangeBound *lower,
		RangeBound *upper)
{
	RangeBound ignored;
	bool is_empty;
	MultirangeType *all;

	*ranges =
		lookup_type_cache(type,
						  TYPECACHE_RANGE_INFO | TYPECACHE_MULTIRANGE_INFO);
	if ((*ranges)->rngelemtype != NULL)
	{
		range_deserialize(*ranges, DatumGetRangeTypeP(value), lower, upper,
						  &is_empty);
		return !is_empty;
	}
	*ranges = (*ranges)->rngtype;
	all = DatumGetMultirangeTypeP(value);
	if (all->rangeCount == 0)
		return false;
	multirange_get_bounds(*ranges, all, 0, lower, &ignored);
	multirange_get_bounds(*ranges, all, all->rangeCount - 1, &ignored, upper);
	return true;
}

/*
 * Narrows a range of days by one end of a range of values: the expression must
 * be on the inner side of that end.
 */
static void
apply_end(Curve *curve, const RangeBound *end, AdpDayRange *range)
{
	bool from_below = end->lower == (curve->direction > 0);
	int strategy;

	if (end->infinite)
		return;
	if (from_below)
		strategy = end->inclusive ? BTGreaterEqualStrategyNumber
								  : BTGreaterStrategyNumber;
	else
		strategy =
			end->inclusive ? BTLessEqualStrategyNumber : BTLessStrategyNumber;
	curve->value = end->val;
	*range = adp_day_range_intersection(*range, days_of_value(curve, strategy));
}

/*
 * Returns the range for an expression that must be in a range or multirange.
 */
AdpDayRange
adp_day_within_range(List *node, const AdpValue *values)
{
	Curve curve = {0};
	AdpDayRange range = adp_all_days;
	RangeBound lower;
	RangeBound upper;
	TypeCacheEntry *ranges;

	if (!follows_now(node))
		return inexact(range);
	if (!ends_of(values[intVal(list_nth(node, ADP_LEAF_EXPR))].value,
				 (Oid) intVal(list_nth(node, ADP_LEAF_TYPE)), &ranges, &lower,
				 &upper) ||
		!init_curve(node, values, &ranges->rng_cmp_proc_finfo, &curve))
		return adp_no_days;
	curve.collation = ranges->rng_collation;
	apply_end(&curve, &lower, &range);
	apply_end(&curve, &upper, &range);
	return inexact(range);
}
