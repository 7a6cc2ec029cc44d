/*
 * comparison.c
 *		Two rates against each other.
 *
 * All functions take the rate in question first and the one that it is
 * measured against second: differences are first minus second, lift is first
 * over second minus one, and positive means that the first is higher.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"

#include "kpi/statistics/proportion.h"
#include "kpi/statistics/quantiles.h"

PG_FUNCTION_INFO_V1(adpipe_two_proportion_test);
PG_FUNCTION_INFO_V1(adpipe_difference_interval);
PG_FUNCTION_INFO_V1(adpipe_lift);
PG_FUNCTION_INFO_V1(adpipe_lift_interval);

#define CONFIDENCE_ARGUMENT 4

/* The two rates of a comparison. */
typedef struct Pair
{
	AdpProportion first;
	AdpProportion base;
} Pair;

/*
 * Reads the first four arguments.  False if one side had no trials.
 */
static bool
read_pair(FunctionCallInfo fcinfo, Pair *pair)
{
	bool has_first = adp_proportion_read(fcinfo, 0, &pair->first);
	bool has_base = adp_proportion_read(fcinfo, 2, &pair->base);

	return has_first && has_base;
}

/*
 * a * b - c * d without the digits that cancel being lost (Kahan).
 */
static double
difference_of_products(double a, double b, double c, double d)
{
	double product = c * d;
	double error = fma(-c, d, product);

	return fma(a, b, -product) + error;
}

/*
 * First rate minus second, exact to the last digits also where they are
 * nearly equal.
 */
static double
rate_difference(const Pair *pair)
{
	return difference_of_products(pair->first.successes, pair->base.trials,
								  pair->base.successes, pair->first.trials) /
		pair->first.trials / pair->base.trials;
}

/*
 * The logarithm of first rate over second; near 1 by way of their difference,
 * which keeps its digits there.
 */
static double
log_ratio(const Pair *pair)
{
	double ratio = pair->first.rate / pair->base.rate;

	if (ratio > 0.5 && ratio < 2)
		return log1p(rate_difference(pair) / pair->base.rate);
	return log(ratio);
}

/*
 * two_proportion_test(x, n, base_x, base_n, OUT z, OUT p_value)
 *
 * The tail comes from erfc: 1 - erf would be 0 from z = 8.3 on.
 */
Datum
adpipe_two_proportion_test(PG_FUNCTION_ARGS)
{
	TupleDesc row_type;
	Pair pair;
	double trials;
	double variance;
	double z;
	Datum values[2];
	bool nulls[2] = {false, false};

	if (get_call_result_type(fcinfo, NULL, &row_type) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (!read_pair(fcinfo, &pair))
		PG_RETURN_NULL();

	trials = pair.first.trials + pair.base.trials;
	variance = (pair.first.successes + pair.base.successes) / trials *
		((trials - pair.first.successes - pair.base.successes) / trials);
	if (variance <= 0)
		PG_RETURN_NULL(); /* all trials succeeded, or no trial did */

	z = rate_difference(&pair) /
		(sqrt(variance) * sqrt(1 / pair.first.trials + 1 / pair.base.trials));
	values[0] = Float8GetDatum(z);
	values[1] = Float8GetDatum(erfc(fabs(z) * M_SQRT1_2));
	return HeapTupleGetDatum(
		heap_form_tuple(BlessTupleDesc(row_type), values, nulls));
}

/*
 * difference_interval(x, n, base_x, base_n, confidence) returns numrange
 *
 * Newcombe's hybrid score interval: the distances of each rate from its own
 * Wilson bounds, combined like standard errors.
 */
Datum
adpipe_difference_interval(PG_FUNCTION_ARGS)
{
	double z =
		adp_normal_critical(adp_confidence_read(fcinfo, CONFIDENCE_ARGUMENT));
	Pair pair;
	AdpBounds first;
	AdpBounds base;
	AdpBounds result;
	double difference;

	if (!read_pair(fcinfo, &pair))
		PG_RETURN_NULL();
	first = adp_wilson_bounds(&pair.first, z);
	base = adp_wilson_bounds(&pair.base, z);
	difference = rate_difference(&pair);

	result.lower = difference -
		hypot(pair.first.rate - first.lower, base.upper - pair.base.rate);
	result.upper = difference +
		hypot(first.upper - pair.first.rate, pair.base.rate - base.lower);
	result.lower = Max(-1, result.lower);
	result.upper = Min(1, result.upper);
	return adp_bounds_to_range(fcinfo, result);
}

/*
 * lift(x, n, base_x, base_n) returns double precision
 */
Datum
adpipe_lift(PG_FUNCTION_ARGS)
{
	Pair pair;
	double lift;

	if (!read_pair(fcinfo, &pair) || pair.base.successes == 0)
		PG_RETURN_NULL();
	lift = rate_difference(&pair) / pair.base.rate;
	if (isnan(lift) || isinf(lift))
		PG_RETURN_NULL(); /* the base is a fraction next to nothing */
	PG_RETURN_FLOAT8(lift);
}

/*
 * lift_interval(x, n, base_x, base_n, confidence) returns numrange
 *
 * Katz: the logarithm of the ratio is nearly normal.
 */
Datum
adpipe_lift_interval(PG_FUNCTION_ARGS)
{
	double z =
		adp_normal_critical(adp_confidence_read(fcinfo, CONFIDENCE_ARGUMENT));
	Pair pair;
	AdpBounds result;
	double centre;
	double error;

	if (!read_pair(fcinfo, &pair) || pair.first.successes == 0 ||
		pair.base.successes == 0)
		PG_RETURN_NULL();

	centre = log_ratio(&pair);
	error = z *
		sqrt((1 - pair.first.rate) / pair.first.successes +
			 (1 - pair.base.rate) / pair.base.successes);
	result.lower = expm1(centre - error);
	result.upper = expm1(centre + error);
	if (isnan(result.upper) || isinf(result.upper))
		PG_RETURN_NULL(); /* fractions of a success bound nothing */
	return adp_bounds_to_range(fcinfo, result);
}
