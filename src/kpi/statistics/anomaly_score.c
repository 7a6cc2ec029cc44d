/*
 * anomaly_score.c
 *		Anomaly scores by median and median absolute deviation.
 *
 * The window functions score the current row against the rows of its frame,
 * so that the frame defines the baseline: the last four weeks without today,
 * or with a partition by weekday the same day of past weeks.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "windowapi.h"

#include "kpi/statistics/proportion.h"

PG_FUNCTION_INFO_V1(adpipe_anomaly_score);
PG_FUNCTION_INFO_V1(adpipe_anomaly_score_in_frame);
PG_FUNCTION_INFO_V1(adpipe_rate_anomaly_score);

/* of a normal distribution, in standard deviations */
#define MEDIAN_DEVIATION 0.67448975019608174
#define MEAN_DEVIATION 0.79788456080286536

#define FIRST_CAPACITY 32

/* Values to compare with; grows in the memory context that is current. */
typedef struct Sample
{
	double *values;
	int count;
	int capacity;
} Sample;

/* One row of a rate. */
typedef struct Rate
{
	double x;
	double n;
} Rate;

/*
 * Raises 22003 for a value that is not a finite number.
 */
static void
require_finite(double value)
{
	if (isnan(value) || isinf(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 isnan(value) ? errmsg("cannot score NaN")
							  : errmsg("cannot score an infinite value"),
				 errhint(
					 "Filter these rows out, or turn the value into NULL.")));
}

/*
 * Appends a value.  Raises 22003 for NaN and infinity.
 */
static void
add_value(Sample *sample, double value)
{
	require_finite(value);
	if (sample->count == sample->capacity)
	{
		sample->capacity =
			sample->capacity == 0 ? FIRST_CAPACITY : sample->capacity * 2;
		sample->values = sample->values == NULL
			? palloc(sample->capacity * sizeof(double))
			: repalloc_huge(sample->values,
							(Size) sample->capacity * sizeof(double));
	}
	sample->values[sample->count++] = value;
}

/*
 * Order of doubles that are numbers.
 */
static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *) a;
	double y = *(const double *) b;

	return (x > y) - (x < y);
}

/*
 * The median; sorts the values.
 */
static double
median(double *values, int count)
{
	qsort(values, count, sizeof(double), compare_doubles);
	if (count % 2 == 1)
		return values[count / 2];
	return values[count / 2 - 1] +
		(values[count / 2] - values[count / 2 - 1]) / 2;
}

/*
 * Shrinks all values if a difference between two of them could leave the range
 * of doubles.  Returns the factor.
 */
static double
make_room(Sample *sample, double value)
{
	double lowest = value;
	double highest = value;

	for (int i = 0; i < sample->count; i++)
	{
		lowest = Min(lowest, sample->values[i]);
		highest = Max(highest, sample->values[i]);
	}
	if (!isinf(highest - lowest))
		return 1;
	for (int i = 0; i < sample->count; i++)
		sample->values[i] /= 4;
	return 0.25;
}

/*
 * Sets *score to (value - median) / spread, where spread estimates the
 * standard deviation: from the median absolute deviation, or if that is 0 from
 * the mean absolute deviation, and never below spread_floor.  False if there
 * is no spread or no value to compare with.  Sorts the sample.  Raises 22003
 * if the score is beyond all doubles.
 */
static bool
score_value(Sample *sample, double value, double spread_floor, double *score)
{
	double factor;
	double center;
	double spread;
	double mean = 0;

	require_finite(value);
	if (sample->count == 0)
		return false;
	factor = make_room(sample, value);
	center = median(sample->values, sample->count);

	for (int i = 0; i < sample->count; i++)
	{
		sample->values[i] = fabs(sample->values[i] - center);
		mean += (sample->values[i] - mean) / (i + 1);
	}
	spread = median(sample->values, sample->count) / MEDIAN_DEVIATION;
	if (spread == 0)
		spread = mean / MEAN_DEVIATION;
	spread = Max(spread, spread_floor * factor);
	if (spread == 0)
		return false;

	*score = (value * factor - center) / spread;
	if (isinf(*score))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("anomaly score is out of range"),
				 errdetail(
					 "The value is too far from the others in relation to their spread.")));
	return true;
}

/*
 * anomaly_score(value, reference) returns double precision
 */
Datum
adpipe_anomaly_score(PG_FUNCTION_ARGS)
{
	double value = PG_GETARG_FLOAT8(0);
	ArrayType *reference = PG_GETARG_ARRAYTYPE_P(1);
	Sample sample = {0};
	Datum *elements;
	bool *nulls;
	int count;
	double score;

	deconstruct_array(reference, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &elements, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		if (!nulls[i])
			add_value(&sample, DatumGetFloat8(elements[i]));
	}
	if (!score_value(&sample, value, 0, &score))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(score);
}

/*
 * anomaly_score(value) over (...) returns double precision
 */
Datum
adpipe_anomaly_score_in_frame(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	Sample sample = {0};
	bool is_null;
	bool is_out = false;
	double value;
	double score;

	value = DatumGetFloat8(WinGetFuncArgCurrent(window, 0, &is_null));
	if (is_null)
		PG_RETURN_NULL();

	for (int row = 0; !is_out; row++)
	{
		Datum other = WinGetFuncArgInFrame(window, 0, row, WINDOW_SEEK_HEAD,
										   false, &is_null, &is_out);

		CHECK_FOR_INTERRUPTS();
		if (!is_out && !is_null)
			add_value(&sample, DatumGetFloat8(other));
	}
	if (!score_value(&sample, value, 0, &score))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(score);
}

/*
 * The rate of a row from its two arguments.  False if the row has no rate.
 * More successes than trials are no error here: late clicks in one small
 * slice must not fail a report over many.
 */
static bool
make_rate(Datum x, bool x_is_null, Datum n, bool n_is_null, Rate *rate)
{
	if (x_is_null || n_is_null)
		return false;
	rate->x = adp_count_check(DatumGetFloat8(x));
	rate->n = adp_trials_check(DatumGetFloat8(n));
	return rate->n > 0;
}

/*
 * Reads the rate of a row of the frame.
 */
static bool
rate_in_frame(WindowObject window, int row, Rate *rate, bool *is_out)
{
	bool x_is_null;
	bool n_is_null;
	Datum x = WinGetFuncArgInFrame(window, 0, row, WINDOW_SEEK_HEAD, false,
								   &x_is_null, is_out);
	Datum n;

	if (*is_out)
		return false;
	n = WinGetFuncArgInFrame(window, 1, row, WINDOW_SEEK_HEAD, false,
							 &n_is_null, is_out);
	return make_rate(x, x_is_null, n, n_is_null, rate);
}

/*
 * rate_anomaly_score(x, n) over (...) returns double precision
 *
 * The floor is the standard error that chance alone gives the current row at
 * the rate of the whole frame.  The median would not do for it: where most
 * days have no success it is 0.
 */
Datum
adpipe_rate_anomaly_score(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	Sample sample = {0};
	Rate current;
	Rate total = {0, 0};
	Rate other;
	bool x_is_null;
	bool n_is_null;
	bool is_out = false;
	double pooled;
	double score;
	Datum x = WinGetFuncArgCurrent(window, 0, &x_is_null);
	Datum n = WinGetFuncArgCurrent(window, 1, &n_is_null);

	if (!make_rate(x, x_is_null, n, n_is_null, &current))
		PG_RETURN_NULL();

	for (int row = 0; !is_out; row++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!rate_in_frame(window, row, &other, &is_out))
			continue;
		add_value(&sample, other.x / other.n);
		total.x += other.x;
		total.n += other.n;
	}
	if (sample.count == 0)
		PG_RETURN_NULL();

	pooled = Min(total.x / total.n, 1);
	if (!score_value(&sample, current.x / current.n,
					 sqrt(pooled * (1 - pooled) / current.n), &score))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(score);
}
