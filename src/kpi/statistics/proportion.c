/*
 * proportion.c
 *		Intervals for one rate.
 *
 * Counts are doubles: they come as bigint, numeric (the sum of bigint) or
 * double precision (modelled conversions), and one form takes them all.
 * Counts beyond 2^53 lose their last digits, which no interval shows.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type_d.h"
#include "utils/fmgrprotos.h"
#include "utils/rangetypes.h"

#include "base/compat.h"
#include "kpi/statistics/proportion.h"
#include "kpi/statistics/quantiles.h"

PG_FUNCTION_INFO_V1(adpipe_wilson_interval);
PG_FUNCTION_INFO_V1(adpipe_clopper_pearson_interval);

#define COUNT_MAX 9223372036854775808.0 /* 2^63 */

double
adp_count_check(double count)
{
	if (isnan(count) || isinf(count))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 isnan(count) ? errmsg("cannot use NaN as a count")
							  : errmsg("cannot use infinity as a count"),
				 errhint(
					 "Filter these rows out, or turn the value into NULL.")));
	if (count < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("negative count: %.15g", count),
				 errhint(
					 "Successes and trials are counts, so they must be 0 or more.")));
	if (count > COUNT_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("count is out of range: %.15g", count),
				 errdetail("Counts reach to 2^63.")));
	return count;
}

double
adp_trials_check(double trials)
{
	if (trials > 0 && trials < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("less than one trial: %.15g", trials),
				 errhint("Trials are counted, such as impressions or clicks.")));
	return adp_count_check(trials);
}

bool
adp_proportion_read(FunctionCallInfo fcinfo, int number,
					AdpProportion *proportion)
{
	double successes = adp_count_check(PG_GETARG_FLOAT8(number));
	double trials = adp_trials_check(PG_GETARG_FLOAT8(number + 1));

	if (trials == 0)
		return false;
	if (successes > trials)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("more successes than trials: %.15g of %.15g", successes,
						trials),
				 errdetail(
					 "Clicks can outnumber the impressions of a slice when they come late, and conversions the clicks when one click converts many times."),
				 errhint(
					 "Count over a wider slice, or count each trial's success once.")));

	proportion->successes = successes;
	proportion->trials = trials;
	proportion->rate = successes / trials;
	return true;
}

double
adp_confidence_read(FunctionCallInfo fcinfo, int number)
{
	double confidence = PG_GETARG_FLOAT8(number);

	if (!(confidence > 0 && confidence < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("confidence must be above 0 and below 1, not %.15g",
						confidence),
				 errhint("Write 0.95 for 95 %%.")));
	return confidence;
}

/*
 * The lower Wilson bound of these counts.  The bounds are the roots of a
 * quadratic equation; this form of the smaller one loses no digits.
 */
static double
wilson_lower(double successes, double failures, double trials, double z)
{
	double half = z * z / 2;
	double root = z * sqrt(successes * (failures / trials) + half / 2);

	if (successes == 0)
		return 0;
	return successes / trials * (successes / (successes + half + root));
}

/*
 * Bounds that meet at the rate, as they do for a confidence near 0, must not
 * pass each other by a rounding.
 */
AdpBounds
adp_wilson_bounds(const AdpProportion *proportion, double z)
{
	double failures = proportion->trials - proportion->successes;
	double half = z * z / 2;
	double root = z *
		sqrt(proportion->successes * (failures / proportion->trials) + half / 2);
	double upper =
		(proportion->successes + half + root) / (proportion->trials + z * z);
	AdpBounds bounds;

	bounds.lower = Min(proportion->rate,
					   wilson_lower(proportion->successes, failures,
									proportion->trials, z));
	bounds.upper = failures == 0 ? 1 : Min(1, Max(proportion->rate, upper));
	return bounds;
}

/*
 * The decimal forms of two doubles are in the same order as they are.
 */
Datum
adp_bounds_to_range(FunctionCallInfo fcinfo, AdpBounds bounds)
{
	TypeCacheEntry *type = range_get_typcache(fcinfo, NUMRANGEOID);
	RangeBound lower = {.inclusive = true, .lower = true};
	RangeBound upper = {.inclusive = true, .lower = false};

	lower.val =
		DirectFunctionCall1(float8_numeric, Float8GetDatum(bounds.lower));
	upper.val =
		DirectFunctionCall1(float8_numeric, Float8GetDatum(bounds.upper));
	return RangeTypePGetDatum(adp_make_range(type, &lower, &upper));
}

/*
 * wilson_interval(x, n, confidence) returns numrange
 */
Datum
adpipe_wilson_interval(PG_FUNCTION_ARGS)
{
	double confidence = adp_confidence_read(fcinfo, 2);
	AdpProportion proportion;

	if (!adp_proportion_read(fcinfo, 0, &proportion))
		PG_RETURN_NULL();
	return adp_bounds_to_range(fcinfo,
							   adp_wilson_bounds(&proportion,
												 adp_normal_critical(
													 confidence)));
}

/*
 * Refuses counts that are not whole: the exact interval counts arrangements.
 */
static void
require_whole(double count)
{
	if (count != floor(count))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("exact interval of a count that is not whole: %.15g",
						count),
				 errhint(
					 "Use wilson_interval for modelled or fractional conversions.")));
}

/*
 * clopper_pearson_interval(x, n, confidence) returns numrange
 *
 * The upper bound is the quantile of the upper tail, so the complement of
 * that of the mirrored distribution's lower tail.
 */
Datum
adpipe_clopper_pearson_interval(PG_FUNCTION_ARGS)
{
	double tail = (1 - adp_confidence_read(fcinfo, 2)) / 2;
	AdpProportion proportion;
	AdpBounds bounds = {0, 1};
	double failures;
	double complement;

	if (!adp_proportion_read(fcinfo, 0, &proportion))
		PG_RETURN_NULL();
	require_whole(proportion.successes);
	require_whole(proportion.trials);

	failures = proportion.trials - proportion.successes;
	if (proportion.successes > 0)
		bounds.lower = adp_beta_quantile(tail, proportion.successes,
										 failures + 1, &complement);
	if (failures > 0)
	{
		adp_beta_quantile(tail, failures, proportion.successes + 1, &complement);
		bounds.upper = complement;
	}
	return adp_bounds_to_range(fcinfo, bounds);
}
