/*
 * csv_test.c
 *	  CSV readers for SQL: what a body reads to.
 */
#include "postgres.h"

#include "fmgr.h"
#include "guard.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "base/csv.h"

PG_FUNCTION_INFO_V1(csv_test_read);

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
 * Shows a record as "record cells".
 */
static void
show_record(StringInfo out, const AdpCsv *csv, const AdpCell *cells, int ncells)
{
	appendStringInfo(out, INT64_FORMAT, adp_csv_record(csv));
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
		appendStringInfoString(out, "end\n");
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
 * csv_test_read(body bytea, cell_bytes int, record_bytes int, cells int) → text
 *		Reads a body.
 */
Datum
csv_test_read(PG_FUNCTION_ARGS)
{
	bytea *body = PG_GETARG_BYTEA_PP(0);
	Size len = VARSIZE_ANY_EXHDR(body);
	AdpCsvLimits limits = get_limits(fcinfo, 1);
	AdpCsv *csv =
		adp_csv_open(CurrentMemoryContext, &limits,
					 guard_copy(CurrentMemoryContext, VARDATA_ANY(body), len),
					 len);
	const AdpCell *cells;
	int ncells;
	StringInfoData out;
	AdpCsvStep step;

	initStringInfo(&out);
	while ((step = adp_csv_next(csv, &cells, &ncells)) == ADP_CSV_RECORD)
		show_record(&out, csv, cells, ncells);
	show_end(&out, csv, step);
	if (adp_csv_next(csv, &cells, &ncells) != step)
		elog(ERROR, "the end is no end");
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
