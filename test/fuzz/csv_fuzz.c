/*
 * csv_fuzz.c
 *	  Fuzzes the CSV reader outside the server.
 *
 * What the reader needs of the server is below, in terms of malloc, so that
 * the sanitizers see every allocation; the encoding is verified by the server's
 * library for client programs.  test/long/fuzz builds and runs it.
 *
 * An input's first byte picks the limits; the rest is the body, in a block of
 * its own.  Besides memory errors, a finding is: a record of another length than
 * the first, a cell that is no UTF-8 or holds NUL, and a table that is not the
 * same when it is written anew and read again.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "base/csv.h"

extern int LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

/* The server's side. */

#define MAX_BLOCKS 64

static void *blocks[MAX_BLOCKS];

void *
MemoryContextAllocZero(MemoryContext context, Size size)
{
	void *block = MemoryContextAlloc(context, size);

	return memset(block, 0, size);
}

void *
MemoryContextAlloc(MemoryContext context, Size size)
{
	for (int i = 0; i < MAX_BLOCKS; i++)
	{
		if (blocks[i] != NULL)
			continue;
		blocks[i] = malloc(size);
		/* Whoever reads it unset shall not find zeroes. */
		return memset(blocks[i], 0x7f, size);
	}
	abort();
}

void
pfree(void *pointer)
{
	for (int i = 0; i < MAX_BLOCKS; i++)
	{
		if (blocks[i] == pointer)
			blocks[i] = NULL;
	}
	free(pointer);
}

void *
repalloc_huge(void *pointer, Size size)
{
	for (int i = 0; i < MAX_BLOCKS; i++)
	{
		if (blocks[i] == pointer)
			return blocks[i] = realloc(pointer, size);
	}
	abort();
}

void
ExceptionalCondition(const char *condition, const char *type, const char *file,
					 int line)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, condition);
	abort();
}

void
adp_error_set(AdpError *error, AdpErrorClass class, const char *message,
			  const char *detail, const char *hint)
{
	error->class = class;
	error->message = message;
	error->detail = detail;
}

/*
 * Frees what the readers of an input allocated.
 */
static void
free_all(void)
{
	for (int i = 0; i < MAX_BLOCKS; i++)
	{
		free(blocks[i]);
		blocks[i] = NULL;
	}
}

/* The checks. */

/* All that a body was read to. */
typedef struct Reading
{
	StringInfoData cells; /* kind, length and bytes of each */
	StringInfoData again; /* the same table, written anew */
	int ncells;			  /* of each record */
	bool is_good;
} Reading;

/*
 * Ends the run with a finding.
 */
static void
finding(const char *what)
{
	fprintf(stderr, "%s\n", what);
	abort();
}

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
		finding("a record has another length than the first");
	reading->ncells = ncells;
	for (int i = 0; i < ncells; i++)
	{
		const AdpCell *cell = &cells[i];

		if (cell->has_escape ||
			(cell->kind != ADP_CELL_NULL && cell->kind != ADP_CELL_STRING) ||
			(cell->kind == ADP_CELL_NULL && cell->len != 0))
			finding("a cell is not of its kind");
		if (pg_encoding_verifymbstr(PG_UTF8, cell->data, cell->len) != cell->len)
			finding("a cell's text is not valid");
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
	free((void *) error.detail);
}

/*
 * Reads a body.
 */
static Reading
read_body(const char *body, size_t len, const AdpCsvLimits *limits)
{
	Reading reading = {0};
	AdpCsv *csv = adp_csv_open(NULL, limits, body, len);
	const AdpCell *cells;
	int ncells;
	AdpCsvStep step;

	initStringInfo(&reading.cells);
	initStringInfo(&reading.again);
	while ((step = adp_csv_next(csv, &cells, &ncells)) == ADP_CSV_RECORD)
		note_record(&reading, cells, ncells);
	note_end(&reading, csv, step);
	free_all();
	return reading;
}

/*
 * Frees a reading.
 */
static void
free_reading(Reading *reading)
{
	free(reading->cells.data);
	free(reading->again.data);
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
		finding("a table that is written anew reads otherwise");
	free_reading(&again);
}

/*
 * Reads one input.
 */
int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	AdpCsvLimits limits = {0};
	char *body;
	Reading reading;

	if (size < 1)
		return 0;
	if (data[0] & 1)
		limits.cell_bytes = 1 + (data[0] >> 4);
	if (data[0] & 2)
		limits.record_bytes = 1 + (data[0] >> 2);
	if (data[0] & 4)
		limits.cells = 1 + (data[0] >> 5);
	/* The byte behind the body is the sanitizer's to guard. */
	body = malloc(Max(size - 1, 1));
	memcpy(body, data + 1, size - 1);
	reading = read_body(body, size - 1, &limits);
	if (reading.is_good)
		check_again(&reading);
	free_reading(&reading);
	free(body);
	return 0;
}
