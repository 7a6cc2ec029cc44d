/*
 * sparkline.c
 *		sparkline(value ORDER BY ...): a series drawn in one line of text.
 *
 * The aggregate only collects; drawing happens in the final function, which
 * leaves the state as it is.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(adpipe_sparkline_add);
PG_FUNCTION_INFO_V1(adpipe_sparkline_final);

#define FIRST_CAPACITY 32
#define MAX_POINTS 10000 /* far beyond what a line can show */

#define LEVELS 8
#define FLAT_LEVEL 3 /* the height of a series without a slope */
#define GAP ' '

/* the blocks U+2581 to U+2588 in UTF-8 differ in their last byte only */
#define BLOCK_PREFIX "\xE2\x96"
#define LOWEST_BLOCK 0x81
#define BLOCK_BYTES 3

/* the state: grows in the aggregate's memory context, never leaves it */
typedef struct Series
{
	int count;
	int capacity;
	bool has_values;
	float8 lowest;
	float8 highest;
	float8 *points; /* NaN stands for NULL */
} Series;

/*
 * An empty series in a memory context.
 */
static Series *
make_series(MemoryContext context)
{
	Series *series = MemoryContextAllocZero(context, sizeof(Series));

	series->capacity = FIRST_CAPACITY;
	series->points =
		MemoryContextAlloc(context, FIRST_CAPACITY * sizeof(float8));
	return series;
}

/*
 * Appends a point.  Raises 54000 beyond the limit.
 */
static void
append_point(Series *series, float8 point)
{
	if (series->count >= MAX_POINTS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d values in one sparkline", MAX_POINTS),
				 errhint("Aggregate the values by week or month first.")));
	if (series->count == series->capacity)
	{
		series->capacity *= 2;
		series->points =
			repalloc(series->points, series->capacity * sizeof(float8));
	}
	series->points[series->count++] = point;
}

/*
 * sparkline_add(internal, double precision) returns internal
 */
Datum
adpipe_sparkline_add(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	Series *series;
	float8 value;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "sparkline_add called outside of an aggregate");
	series = PG_ARGISNULL(0) ? make_series(context)
							 : (Series *) PG_GETARG_POINTER(0);

	if (PG_ARGISNULL(1))
	{
		append_point(series, NAN);
		PG_RETURN_POINTER(series);
	}

	value = PG_GETARG_FLOAT8(1);
	if (isnan(value) || isinf(value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("cannot draw NaN or an infinite value"),
				 errhint(
					 "Filter these rows out, or turn the value into NULL.")));
	append_point(series, value);
	series->lowest = series->has_values ? Min(series->lowest, value) : value;
	series->highest = series->has_values ? Max(series->highest, value) : value;
	series->has_values = true;
	PG_RETURN_POINTER(series);
}

/*
 * The level of a point, 0 to LEVELS - 1: the range from lowest to highest is
 * cut into equal bands.
 */
static int
level_of(const Series *series, float8 point)
{
	/* the full range may be more than a float holds: take half of all then */
	float8 unit = isinf(series->highest - series->lowest) ? 0.5 : 1;
	float8 range = series->highest * unit - series->lowest * unit;
	float8 height = point * unit - series->lowest * unit;

	if (range <= 0)
		return FLAT_LEVEL;
	return Min((int) (height / range * LEVELS), LEVELS - 1);
}

/*
 * sparkline_final(internal) returns text
 */
Datum
adpipe_sparkline_final(PG_FUNCTION_ARGS)
{
	const Series *series;
	char *line;
	char *end;
	char *encoded;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	series = (const Series *) PG_GETARG_POINTER(0);
	if (!series->has_values)
		PG_RETURN_NULL();

	line = end = palloc(series->count * BLOCK_BYTES);
	for (int i = 0; i < series->count; i++)
	{
		if (isnan(series->points[i]))
		{
			*end++ = GAP;
			continue;
		}
		memcpy(end, BLOCK_PREFIX, BLOCK_BYTES - 1);
		end += BLOCK_BYTES - 1;
		*end++ = (char) (LOWEST_BLOCK + level_of(series, series->points[i]));
	}

	/* the same pointer in a UTF8 database, else converted or an error */
	encoded = pg_any_to_server(line, end - line, PG_UTF8);
	if (encoded == line)
		PG_RETURN_TEXT_P(cstring_to_text_with_len(line, end - line));
	PG_RETURN_TEXT_P(cstring_to_text(encoded));
}
