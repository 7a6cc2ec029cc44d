/*
 * csv_fuzz.c
 *	  Fuzzes the CSV reader outside the server.
 *
 * What the reader needs of the server is below, in terms of malloc, so that
 * the sanitizers see every allocation; the encoding is verified by the server's
 * library for client programs.  test/long/fuzz builds and runs it.
 *
 * An input's first byte picks the limits, its second how the rest, the body, is
 * cut into chunks, each a block of its own that is freed as soon as the reader
 * allows.  Besides memory errors, a finding is: records or an error that depend
 * on the cuts, a record of another length than the first, a cell that is no
 * UTF-8 or holds NUL, a table that is not the same when it is written anew and
 * read again, and a failed allocation that ends in anything but its error.
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

/* How many allocations are granted before one fails; -1: all. */
static int grants = -1;

void *
MemoryContextAllocZero(MemoryContext context, Size size)
{
	void *block = MemoryContextAllocExtended(context, size, 0);

	return memset(block, 0, size);
}

void *
MemoryContextAllocExtended(MemoryContext context, Size size, int flags)
{
	if (grants == 0)
		return NULL;
	if (grants > 0)
		grants--;
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
	bool is_starved; /* ended since an allocation failed */
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
		appendStringInfo(&reading->cells, "end %d", adp_csv_is_open(csv));
		return;
	}
	adp_csv_error(csv, &error);
	reading->is_starved = error.class == ADP_ERR_MEMORY;
	appendStringInfo(&reading->cells, "%d %s %s", error.class, error.message,
					 error.detail);
	free((void *) error.detail);
}

/*
 * Reads a body in chunks of a size, 0 for one, and with so many allocations.
 */
static Reading
read_body(const char *body, size_t len, size_t size, const AdpCsvLimits *limits,
		  int allocations)
{
	Reading reading = {0};
	AdpCsv *csv = adp_csv_create(NULL, limits);
	const AdpCell *cells;
	int ncells;
	char *chunk = NULL;
	AdpCsvStep step = ADP_CSV_MORE;

	initStringInfo(&reading.cells);
	initStringInfo(&reading.again);
	grants = allocations;
	while (step == ADP_CSV_MORE || step == ADP_CSV_RECORD)
	{
		if (step == ADP_CSV_MORE)
		{
			size_t count = size == 0 || size > len ? len : size;

			free(chunk);
			chunk = memcpy(malloc(count + 1), body, count);
			/* The byte behind the chunk is the sanitizer's to guard. */
			chunk = realloc(chunk, Max(count, 1));
			adp_csv_push(csv, chunk, count);
			body += count;
			len -= count;
			if (len == 0)
				adp_csv_finish(csv);
		}
		step = adp_csv_next(csv, &cells, &ncells);
		if (step == ADP_CSV_RECORD)
			note_record(&reading, cells, ncells);
	}
	grants = -1;
	note_end(&reading, csv, step);
	free(chunk);
	free_all();
	return reading;
}

/*
 * Says whether two readings saw the same.
 */
static bool
is_same(const Reading *a, const Reading *b)
{
	return a->cells.len == b->cells.len &&
		memcmp(a->cells.data, b->cells.data, a->cells.len) == 0;
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
 * Reads a table that was written anew, in which every line has its end.
 */
static void
check_again(const Reading *whole)
{
	Reading again = read_body(whole->again.data, whole->again.len, 0, NULL, -1);
	int tail = strlen("end 0");

	if (!again.is_good || again.cells.len != whole->cells.len ||
		memcmp(again.cells.data, whole->cells.data, again.cells.len - tail) != 0)
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
	const char *body = (const char *) data + 2;
	Reading whole;
	Reading bytes;
	Reading cut;
	Reading starved;

	if (size < 2)
		return 0;
	if (data[0] & 1)
		limits.cell_bytes = 1 + (data[0] >> 4);
	if (data[0] & 2)
		limits.record_bytes = 1 + (data[0] >> 2);
	if (data[0] & 4)
		limits.cells = 1 + (data[0] >> 5);
	whole = read_body(body, size - 2, 0, &limits, -1);
	bytes = read_body(body, size - 2, 1, &limits, -1);
	cut = read_body(body, size - 2, data[1], &limits, -1);
	starved = read_body(body, size - 2, data[1], &limits, data[1] % 5);
	if (!is_same(&whole, &bytes) || !is_same(&whole, &cut))
		finding("a body reads otherwise when it is cut");
	if (!is_same(&whole, &starved) && !starved.is_starved)
		finding("want of memory changes what is read");
	if (whole.is_good)
		check_again(&whole);
	free_reading(&whole);
	free_reading(&bytes);
	free_reading(&cut);
	free_reading(&starved);
	return 0;
}
