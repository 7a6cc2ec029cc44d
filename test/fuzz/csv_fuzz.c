/*
 * csv_fuzz.c
 *	  Fuzzes the CSV reader.
 *
 * An input's first byte picks the limits; the rest is the body.  A finding is: a
 * record of another length than the first, a cell that is no UTF-8 or holds NUL,
 * and a table that is not the same when it is written anew and read again.
 */
#include "postgres.h"

#include "fuzz.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "base/csv.h"

/* All that a body was read to. */
typedef struct Reading
{
	StringInfoData cells; /* kind, length and bytes of each */
	StringInfoData again; /* the same table, written anew */
	int ncells;			  /* of each record */
	bool is_good;
} Reading;

/*
 * Writes a cell anew.
 */
static void
write_cell(StringInfo out, const AdpCell *cell)
{
	if (cell->kind == ADP_CELL_NULL)
		return;
	appendStringInfoChar(out, '"');
	for (uint32 i = 0; i < cell->len; i++)
	{
		if (cell->data[i] == '"')
			appendStringInfoChar(out, '"');
		appendStringInfoChar(out, cell->data[i]);
	}
	appendStringInfoChar(out, '"');
}

/*
 * Checks a record and notes it.
 */
static void
note_record(Reading *reading, const AdpCell *cells, int ncells)
{
	if (ncells < 1 || (reading->ncells != 0 && reading->ncells != ncells))
		fuzz_finding("a record has another length than the first");
	reading->ncells = ncells;
	for (int i = 0; i < ncells; i++)
	{
		const AdpCell *cell = &cells[i];

		if (cell->has_escape ||
			(cell->kind != ADP_CELL_NULL && cell->kind != ADP_CELL_STRING) ||
			(cell->kind == ADP_CELL_NULL && cell->len != 0))
			fuzz_finding("a cell is not of its kind");
		if (pg_encoding_verifymbstr(PG_UTF8, cell->data, cell->len) != cell->len)
			fuzz_finding("a cell's text is not valid");
		appendBinaryStringInfo(&reading->cells, (const char *) &cell->kind, 1);
		appendBinaryStringInfo(&reading->cells, (const char *) &cell->len,
							   sizeof(cell->len));
		appendBinaryStringInfo(&reading->cells, cell->data, cell->len);
		if (i > 0)
			appendStringInfoChar(&reading->again, ',');
		write_cell(&reading->again, cell);
	}
	appendStringInfoChar(&reading->again, '\n');
}

/*
 * Notes how a reading ended.
 */
static void
note_end(Reading *reading, const AdpCsv *csv, AdpCsvStep step)
{
	AdpError error = {0};

	reading->is_good = step == ADP_CSV_END;
	if (step == ADP_CSV_END)
	{
		appendStringInfoString(&reading->cells, "end");
		return;
	}
	adp_csv_error(csv, &error);
	appendStringInfo(&reading->cells, "%d %s %s", error.class, error.message,
					 error.detail);
}

/*
 * Reads a body.
 */
static Reading
read_body(const char *body, size_t len, const AdpCsvLimits *limits)
{
	Reading reading = {0};
	AdpCsv *csv = adp_csv_open(CurrentMemoryContext, limits, body, len);
	const AdpCell *cells;
	int ncells;
	AdpCsvStep step;

	initStringInfo(&reading.cells);
	initStringInfo(&reading.again);
	while ((step = adp_csv_next(csv, &cells, &ncells)) == ADP_CSV_RECORD)
		note_record(&reading, cells, ncells);
	note_end(&reading, csv, step);
	return reading;
}

/*
 * Reads a table that was written anew.
 */
static void
check_again(const Reading *first)
{
	Reading again = read_body(first->again.data, first->again.len, NULL);

	if (!again.is_good || again.cells.len != first->cells.len ||
		memcmp(again.cells.data, first->cells.data, again.cells.len) != 0)
		fuzz_finding("a table that is written anew reads otherwise");
}

/*
 * Reads one input.
 */
void
fuzz_csv(FuzzInput input)
{
	AdpCsvLimits limits = {0};
	int picks = fuzz_take_byte(&input);
	Reading reading;

	if (picks & 1)
		limits.cell_bytes = 1 + (picks >> 4);
	if (picks & 2)
		limits.record_bytes = 1 + (picks >> 2);
	if (picks & 4)
		limits.cells = 1 + (picks >> 5);
	reading = read_body(input.data, input.size, &limits);
	if (reading.is_good)
		check_again(&reading);
}
