/*
 * csv_test.c
 *	  CSV readers for SQL: what a body reads to, however it is cut.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "guard.h"
#include "lib/stringinfo.h"
#include "portability/instr_time.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base/csv.h"

PG_FUNCTION_INFO_V1(csv_test_read);
PG_FUNCTION_INFO_V1(csv_test_time);

/* Reads a body in pieces; each is gone before the next one comes. */
typedef struct Feed
{
	const char *body;
	int len;
	int pos;
	const int32 *cuts; /* ascending offsets */
	int ncuts;
	MemoryContext cxt; /* of the chunk that was pushed last */
} Feed;

/*
 * Pushes the bytes up to the next cut, or, with none left, the rest.
 */
static void
push_next(Feed *feed, AdpCsv *csv)
{
	bool is_rest = feed->ncuts == 0;
	int end = is_rest ? feed->len : feed->cuts[0];

	if (!is_rest)
	{
		feed->cuts++;
		feed->ncuts--;
	}
	if (end < feed->pos || end > feed->len)
		elog(ERROR, "cut is out of order");
	MemoryContextReset(feed->cxt);
	adp_csv_push(csv,
				 guard_copy(feed->cxt, feed->body + feed->pos, end - feed->pos),
				 end - feed->pos);
	feed->pos = end;
	if (is_rest)
		adp_csv_finish(csv);
}

/*
 * Shows a cell: ~ for NULL, else its text in brackets, on one line.
 */
static void
show_cell(StringInfo out, const AdpCell *cell)
{
	if (cell->kind == ADP_CELL_NULL && cell->len == 0)
	{
		appendStringInfoString(out, " ~");
		return;
	}
	if (cell->kind != ADP_CELL_STRING || cell->has_escape)
		elog(ERROR, "cell is neither null nor a plain string");
	appendStringInfoString(out, " [");
	for (uint32 i = 0; i < cell->len; i++)
	{
		char c = cell->data[i];

		if (c == '\n')
			appendStringInfoString(out, "\\n");
		else if (c == '\r')
			appendStringInfoString(out, "\\r");
		else
			appendStringInfoChar(out, c);
	}
	appendStringInfoChar(out, ']');
}

/*
 * Shows a record as "record@line cells".
 */
static void
show_record(StringInfo out, const AdpCsv *csv, const AdpCell *cells, int ncells)
{
	appendStringInfo(out, INT64_FORMAT "@" INT64_FORMAT, adp_csv_record(csv),
					 adp_csv_line(csv));
	for (int i = 0; i < ncells; i++)
		show_cell(out, &cells[i]);
	appendStringInfoChar(out, '\n');
}

/*
 * Shows how the reading ended.
 */
static void
show_end(StringInfo out, const AdpCsv *csv, AdpCsvStep step)
{
	AdpError error = {0};

	if (step == ADP_CSV_END)
	{
		appendStringInfo(out, "end%s\n", adp_csv_is_open(csv) ? ", open" : "");
		return;
	}
	adp_csv_error(csv, &error);
	appendStringInfo(out, "%s: %s; %s\n",
					 unpack_sql_state(adp_error_sqlstate(error.class)),
					 error.message, error.detail);
}

/*
 * Reads the limits from three arguments, 0 for the default.
 */
static AdpCsvLimits
get_limits(FunctionCallInfo fcinfo, int first)
{
	AdpCsvLimits limits = {.cell_bytes = PG_GETARG_INT32(first),
						   .record_bytes = PG_GETARG_INT32(first + 1),
						   .cells = PG_GETARG_INT32(first + 2)};

	return limits;
}

/*
 * csv_test_read(body bytea, cuts int[], cell_bytes int, record_bytes int,
 *				 cells int) → text
 *		Reads a body that is cut at those offsets.
 */
Datum
csv_test_read(PG_FUNCTION_ARGS)
{
	bytea *body = PG_GETARG_BYTEA_PP(0);
	ArrayType *cuts = PG_GETARG_ARRAYTYPE_P(1);
	AdpCsvLimits limits = get_limits(fcinfo, 2);
	Feed feed = {.body = VARDATA_ANY(body),
				 .len = VARSIZE_ANY_EXHDR(body),
				 .cuts = (int32 *) ARR_DATA_PTR(cuts),
				 .ncuts = ARR_NDIM(cuts) == 0 ? 0 : ARR_DIMS(cuts)[0]};
	AdpCsv *csv = adp_csv_create(CurrentMemoryContext, &limits);
	const AdpCell *cells;
	int ncells;
	StringInfoData out;
	AdpCsvStep step = ADP_CSV_MORE;

	feed.cxt = AllocSetContextCreate(CurrentMemoryContext, "chunk",
									 ALLOCSET_SMALL_SIZES);
	initStringInfo(&out);
	while (step == ADP_CSV_MORE || step == ADP_CSV_RECORD)
	{
		if (step == ADP_CSV_MORE)
			push_next(&feed, csv);
		step = adp_csv_next(csv, &cells, &ncells);
		if (step == ADP_CSV_RECORD)
			show_record(&out, csv, cells, ncells);
	}
	show_end(&out, csv, step);
	if (adp_csv_next(csv, &cells, &ncells) != step)
		elog(ERROR, "the end is no end");
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/*
 * csv_test_time(body bytea, chunk int, loops int) → float8
 *		The least time, in ms, to read a body in chunks of a size, 0 for one.
 */
Datum
csv_test_time(PG_FUNCTION_ARGS)
{
	bytea *body = PG_GETARG_BYTEA_PP(0);
	int size = PG_GETARG_INT32(1);
	double best = HUGE_VAL;

	for (int i = 0; i < PG_GETARG_INT32(2); i++)
	{
		const char *pos = VARDATA_ANY(body);
		const char *end = pos + VARSIZE_ANY_EXHDR(body);
		AdpCsv *csv = adp_csv_create(CurrentMemoryContext, NULL);
		const AdpCell *cells;
		int ncells;
		instr_time start;
		instr_time now;
		AdpCsvStep step = ADP_CSV_MORE;

		INSTR_TIME_SET_CURRENT(start);
		while (step == ADP_CSV_MORE || step == ADP_CSV_RECORD)
		{
			if (step == ADP_CSV_MORE)
			{
				int len = size == 0 ? end - pos : Min(size, end - pos);

				adp_csv_push(csv, pos, len);
				pos += len;
				if (pos == end)
					adp_csv_finish(csv);
			}
			step = adp_csv_next(csv, &cells, &ncells);
		}
		INSTR_TIME_SET_CURRENT(now);
		INSTR_TIME_SUBTRACT(now, start);
		best = Min(best, INSTR_TIME_GET_MILLISEC(now));
		if (step != ADP_CSV_END)
			elog(ERROR, "body is no CSV");
	}
	PG_RETURN_FLOAT8(best);
}
