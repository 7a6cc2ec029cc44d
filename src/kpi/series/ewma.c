/*
 * ewma.c
 *		Exponentially weighted moving average of a series, with limits.
 *
 * smoothed = lambda * value + (1 - lambda) * smoothed before, one step per
 * point whatever the time between two.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "base/compat.h"
#include "kpi/series/series.h"

PG_FUNCTION_INFO_V1(adpipe_ewma);
PG_FUNCTION_INFO_V1(adpipe_ewma_chart);
PG_FUNCTION_INFO_V1(adpipe_ewma_lambda);

#define CHART_COLUMNS 6

/* Arguments of ewma_chart. */
enum
{
	CHART_SERIES,
	CHART_LAMBDA,
	CHART_TARGET,
	CHART_SIGMA,
	CHART_WIDTH
};

/* What the limits are made from. */
typedef struct Baseline
{
	double lambda;
	double target;
	double sigma;
	double width; /* distance of the limits, in sigmas */
	bool has_sigma;
} Baseline;

/*
 * Reads a weight, above 0 and at most 1.
 */
static double
get_lambda(FunctionCallInfo fcinfo, int number)
{
	double lambda = PG_GETARG_FLOAT8(number);

	if (!(lambda > 0 && lambda <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("lambda must be above 0 and at most 1, not %.15g",
						lambda),
				 errhint("ewma_lambda() gives it for a half-life in points.")));
	return lambda;
}

/*
 * Reads a number that is finite.
 */
static double
get_finite(FunctionCallInfo fcinfo, int number, const char *name)
{
	double value = PG_GETARG_FLOAT8(number);

	if (isnan(value) || isinf(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is not a finite number", name),
				 errhint("Leave it out or give NULL for the default.")));
	return value;
}

/*
 * One step; never leaves the range of its two inputs.
 */
static inline double
smooth(double lambda, double value, double before)
{
	return lambda * value + (1 - lambda) * before;
}

/*
 * ewma(adseries, lambda, start) returns double precision
 */
Datum
adpipe_ewma(PG_FUNCTION_ARGS)
{
	const AdpPoint *points;
	double lambda;
	double smoothed;
	int count;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	lambda = get_lambda(fcinfo, 1);
	points = adp_series_points(PG_GETARG_DATUM(0), &count);
	if (count == 0)
		PG_RETURN_NULL();

	smoothed =
		PG_ARGISNULL(2) ? points[0].value : get_finite(fcinfo, 2, "start");
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		smoothed = smooth(lambda, points[i].value, smoothed);
	}
	PG_RETURN_FLOAT8(smoothed);
}

/*
 * ewma_lambda(half_life) returns double precision
 */
Datum
adpipe_ewma_lambda(PG_FUNCTION_ARGS)
{
	double half_life = PG_GETARG_FLOAT8(0);

	if (!(half_life > 0) || isinf(half_life))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("half-life must be a number above 0, not %.15g",
						half_life),
				 errhint(
					 "A half-life of 7 halves the weight of a point with every 7 later ones.")));
	PG_RETURN_FLOAT8(-expm1(-M_LN2 / half_life));
}

/*
 * Mean and standard deviation of the points (Welford).
 */
static void
describe(const AdpPoint *points, int count, double *mean, double *sigma)
{
	double squares = 0;

	*mean = 0;
	for (int i = 0; i < count; i++)
	{
		double difference = points[i].value - *mean;

		CHECK_FOR_INTERRUPTS();
		*mean += difference / (i + 1);
		squares += difference * (points[i].value - *mean);
	}
	*sigma = count > 1 ? sqrt(squares / (count - 1)) : 0;
}

/*
 * Takes from the points what the caller did not give.
 */
static Baseline
get_baseline(FunctionCallInfo fcinfo, const AdpPoint *points, int count)
{
	Baseline base;

	base.lambda = get_lambda(fcinfo, CHART_LAMBDA);
	base.width = get_finite(fcinfo, CHART_WIDTH, "width");
	describe(points, count, &base.target, &base.sigma);
	base.has_sigma = count > 1 || !PG_ARGISNULL(CHART_SIGMA);
	if (!PG_ARGISNULL(CHART_TARGET))
		base.target = get_finite(fcinfo, CHART_TARGET, "target");
	if (!PG_ARGISNULL(CHART_SIGMA))
		base.sigma = get_finite(fcinfo, CHART_SIGMA, "sigma");
	if (base.sigma < 0 || base.width < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("sigma and width cannot be negative"),
				 errhint("Limits lie width times sigma above and below.")));
	return base;
}

/*
 * The distance of the limits from the target after this many points.
 */
static double
limit_distance(const Baseline *base, int64 points)
{
	double settled = -expm1(2.0 * points * log1p(-base->lambda));
	double distance = base->width * base->sigma *
		sqrt(base->lambda / (2 - base->lambda) * settled);

	if (!isfinite(distance + fabs(base->target)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("control limits are out of range"),
				 errhint("Give target and sigma, or a smaller width.")));
	return distance;
}

/*
 * ewma_chart(adseries, lambda, target, sigma, width)
 * returns table (at, value, ewma, lower, upper, is_outside)
 */
Datum
adpipe_ewma_chart(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result;
	const AdpPoint *points;
	Baseline base;
	double smoothed;
	int count;

	adp_init_materialized_srf(fcinfo);
	result = (ReturnSetInfo *) fcinfo->resultinfo;
	if (PG_ARGISNULL(CHART_SERIES) || PG_ARGISNULL(CHART_LAMBDA) ||
		PG_ARGISNULL(CHART_WIDTH))
		return (Datum) 0;

	points = adp_series_points(PG_GETARG_DATUM(CHART_SERIES), &count);
	base = get_baseline(fcinfo, points, count);
	smoothed = base.target;
	for (int i = 0; i < count; i++)
	{
		double distance =
			base.has_sigma ? limit_distance(&base, (int64) i + 1) : 0;
		bool no_limit = !base.has_sigma;
		bool nulls[CHART_COLUMNS] = {false,	   false,	 false,
									 no_limit, no_limit, no_limit};
		Datum values[CHART_COLUMNS];

		CHECK_FOR_INTERRUPTS();
		smoothed = smooth(base.lambda, points[i].value, smoothed);
		values[0] = TimestampGetDatum(points[i].at);
		values[1] = Float8GetDatum(points[i].value);
		values[2] = Float8GetDatum(smoothed);
		values[3] = Float8GetDatum(base.target - distance);
		values[4] = Float8GetDatum(base.target + distance);
		values[5] = BoolGetDatum(smoothed < base.target - distance ||
								 smoothed > base.target + distance);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
