/*
 * series.c
 *		The aggregates that collect and merge series.
 *
 * While it is collected a series is an expanded object: a declared type, so
 * that partial aggregates can travel between servers, without copying all
 * points for each row.  Sorting waits until somebody looks.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/expandeddatum.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "kpi/core/states.h"
#include "kpi/series/series.h"

PG_FUNCTION_INFO_V1(adpipe_series_add);
PG_FUNCTION_INFO_V1(adpipe_series_combine);

#define FIRST_CAPACITY 8

/* A series in memory. */
typedef struct ExpandedSeries
{
	ExpandedObjectHeader header;
	bool is_sorted;
	int count;
	int capacity;
	AdpPoint *points; /* in the object's context */
} ExpandedSeries;

static Size flat_size(ExpandedObjectHeader *header);
static void flatten(ExpandedObjectHeader *header, void *result, Size size);

static const ExpandedObjectMethods methods = {flat_size, flatten};

/*
 * Order of points: by time, then value.
 */
static int
compare_points(const void *a, const void *b)
{
	const AdpPoint *x = a;
	const AdpPoint *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->value > y->value) - (x->value < y->value);
}

/*
 * Brings the points in order.
 */
static void
sort_points(ExpandedSeries *series)
{
	if (!series->is_sorted)
		qsort(series->points, series->count, sizeof(AdpPoint), compare_points);
	series->is_sorted = true;
}

/*
 * How many bytes the stored form takes.
 */
static Size
flat_size(ExpandedObjectHeader *header)
{
	return ADP_SERIES_SIZE(((ExpandedSeries *) header)->count);
}

/*
 * Writes the stored form.
 */
static void
flatten(ExpandedObjectHeader *header, void *result, Size size)
{
	ExpandedSeries *series = (ExpandedSeries *) header;
	AdpSeries *stored = result;

	sort_points(series);
	memset(stored, 0, offsetof(AdpSeries, points));
	SET_VARSIZE(stored, size);
	stored->version = ADP_SERIES_VERSION;
	memcpy(stored->points, series->points, series->count * sizeof(AdpPoint));
}

void
adp_series_check_count(int64 count)
{
	if (count > ADP_SERIES_MAX_POINTS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d points in one series",
						ADP_SERIES_MAX_POINTS),
				 errhint("Aggregate the values by hour or day first.")));
}
AdpSeries *
adp_series_make(int count)
{
	Size size = ADP_SERIES_SIZE(count);
	AdpSeries *stored = palloc0(size);

	SET_VARSIZE(stored, size);
	stored->version = ADP_SERIES_VERSION;
	return stored;
}

bool
adp_point_is_valid(const AdpPoint *point, const AdpPoint *before)
{
	if (!IS_VALID_TIMESTAMP(point->at) || isnan(point->value) ||
		isinf(point->value))
		return false;
	if (point->value == 0 && signbit(point->value))
		return false;
	return before == NULL || compare_points(before, point) <= 0;
}

const AdpPoint *
adp_series_points(Datum datum, int *count)
{
	const AdpSeries *stored;

	if (VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum)))
	{
		ExpandedSeries *series = (ExpandedSeries *) DatumGetEOHP(datum);

		sort_points(series);
		*count = series->count;
		return series->points;
	}

	stored = (const AdpSeries *) PG_DETOAST_DATUM(datum);
	adp_series_check_version(stored->version);
	*count = (VARSIZE(stored) - offsetof(AdpSeries, points)) / sizeof(AdpPoint);
	return stored->points;
}

/*
 * An empty series in memory, in a context of states.
 */
static ExpandedSeries *
make_expanded(MemoryContext context)
{
	ExpandedSeries *series =
		MemoryContextAllocZero(context, sizeof(ExpandedSeries));

	EOH_init_header(&series->header, &methods, context);
	series->is_sorted = true;
	series->capacity = FIRST_CAPACITY;
	series->points =
		MemoryContextAlloc(context, FIRST_CAPACITY * sizeof(AdpPoint));
	return series;
}

/*
 * Appends points.  Raises 54000 beyond the limit.
 */
static void
append(ExpandedSeries *series, const AdpPoint *points, int count)
{
	int64 needed = (int64) series->count + count;

	adp_series_check_count(needed);
	if (needed > series->capacity)
	{
		while (needed > series->capacity)
			series->capacity *= 2;
		series->points =
			repalloc(series->points, series->capacity * sizeof(AdpPoint));
	}

	/* rows that come in order, as they mostly do, need no sort */
	if (count > 0 && series->count > 0 &&
		compare_points(&series->points[series->count - 1], points) > 0)
		series->is_sorted = false;
	memcpy(series->points + series->count, points, count * sizeof(AdpPoint));
	series->count = (int) needed;
}

/*
 * The state of an aggregate, for the caller to change.  A new one if it is
 * NULL, a copy if it is in its stored form.
 */
static ExpandedSeries *
get_state(FunctionCallInfo fcinfo)
{
	MemoryContext aggregate;
	ExpandedSeries *series;
	const AdpPoint *points;
	int count;

	if (!AggCheckCallContext(fcinfo, &aggregate))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("cannot add to a series outside of an aggregate"),
				 errhint("Aggregates series() and rollup() collect and merge "
						 "series.")));
	if (PG_ARGISNULL(0))
		return make_expanded(adp_states_context(fcinfo, aggregate));
	if (VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(PG_GETARG_DATUM(0))))
		return (ExpandedSeries *) DatumGetEOHP(PG_GETARG_DATUM(0));

	points = adp_series_points(PG_GETARG_DATUM(0), &count);
	series = make_expanded(adp_states_context(fcinfo, aggregate));
	append(series, points, count);
	return series;
}

/*
 * Refuses a point that could not be stored.
 */
static void
check_point(const AdpPoint *point)
{
	if (isnan(point->value) || isinf(point->value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 isnan(point->value)
					 ? errmsg("cannot add NaN to a series")
					 : errmsg("cannot add an infinite value to a series"),
				 errhint(
					 "Filter these rows out, or turn the value into NULL.")));
	if (!IS_VALID_TIMESTAMP(point->at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
				 errmsg("cannot add an infinite time to a series"),
				 errhint("Filter these rows out, or turn the time into NULL.")));
}

/*
 * series_add(adseries, timestamp, double precision) returns adseries
 */
Datum
adpipe_series_add(PG_FUNCTION_ARGS)
{
	ExpandedSeries *series;
	AdpPoint point;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}

	point.at = PG_GETARG_TIMESTAMP(1);
	point.value = PG_GETARG_FLOAT8(2) + 0.0; /* turns -0 into 0 */
	check_point(&point);
	series = get_state(fcinfo);
	append(series, &point, 1);
	PG_RETURN_DATUM(EOHPGetRWDatum(&series->header));
}

/*
 * series_combine(adseries, adseries) returns adseries
 */
Datum
adpipe_series_combine(PG_FUNCTION_ARGS)
{
	ExpandedSeries *series = get_state(fcinfo);
	int count;
	const AdpPoint *points = adp_series_points(PG_GETARG_DATUM(1), &count);

	append(series, points, count);
	PG_RETURN_DATUM(EOHPGetRWDatum(&series->header));
}
