/*
 * csv.c
 *	  CSV bodies to cells: RFC 4180, read in chunks, returned as records.
 *
 * csv_scan.c finds the ends of records and cells.  A record never ends inside a
 * character, so its encoding is verified when the record is complete.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "base/csv_scan.h"

#define DEFAULT_CELL_BYTES ((Size) 1024 * 1024)
#define DEFAULT_RECORD_BYTES ((Size) 16 * 1024 * 1024)
#define DEFAULT_CELLS 16384

/*
 * Makes a reader.
 */
AdpCsv *
adp_csv_create(MemoryContext cxt, const AdpCsvLimits *limits)
{
	AdpCsv *csv = MemoryContextAllocZero(cxt, sizeof(AdpCsv));

	csv->cxt = cxt;
	if (limits != NULL)
		csv->limits = *limits;
	if (csv->limits.cell_bytes == 0)
		csv->limits.cell_bytes = DEFAULT_CELL_BYTES;
	if (csv->limits.record_bytes == 0)
		csv->limits.record_bytes = DEFAULT_RECORD_BYTES;
	if (csv->limits.cells == 0)
		csv->limits.cells = DEFAULT_CELLS;
	Assert(csv->limits.cell_bytes < MaxAllocSize);
	Assert(csv->limits.record_bytes < MaxAllocSize);
	csv->line = 1;
	return csv;
}

/*
 * Passes in the next chunk.
 */
void
adp_csv_push(AdpCsv *csv, const char *chunk, Size len)
{
	Assert(!csv->is_last);
	Assert(csv->pos == csv->end || csv->problem != ADP_CSV_NO_PROBLEM);
	csv->from = csv->pos = chunk;
	csv->end = chunk + len;
}

/*
 * Marks the chunk passed last as the final one.
 */
void
adp_csv_finish(AdpCsv *csv)
{
	csv->is_last = true;
}

/*
 * Makes a reader of a whole body.
 */
AdpCsv *
adp_csv_open(MemoryContext cxt, const AdpCsvLimits *limits, const char *body,
			 Size len)
{
	AdpCsv *csv = adp_csv_create(cxt, limits);

	adp_csv_push(csv, body, len);
	adp_csv_finish(csv);
	return csv;
}

/*
 * Prepares to read the record after the one returned last.
 */
static void
begin_record(AdpCsv *csv)
{
	csv->is_taken = false;
	csv->from = csv->pos;
	csv->carry.len = 0;
	csv->nspans = 0;
	csv->line += csv->nlines;
	csv->nlines = 0;
}

/*
 * Whether the record is an empty line, which does not count as a record.
 */
static bool
is_blank(const AdpCsv *csv)
{
	const AdpCsvSpan *first = (const AdpCsvSpan *) csv->spans.data;

	return csv->nspans == 1 && csv->ncells != 1 && first->len == 0 &&
		!first->is_quoted;
}

/*
 * Fails unless the bytes of the record are UTF-8 without NUL.
 */
static bool
check_encoding(AdpCsv *csv, const char *record)
{
	const AdpCsvSpan *spans = (const AdpCsvSpan *) csv->spans.data;
	const AdpCsvSpan *last = &spans[csv->nspans - 1];
	int len = last->start + last->len;
	int valid = pg_encoding_verifymbstr(PG_UTF8, record, len);
	int cell = 0;

	if (likely(valid == len))
		return true;
	while (cell + 1 < csv->nspans && spans[cell + 1].start <= valid)
		cell++;
	(void) adp_csv_fail(csv, ADP_CSV_BAD_ENCODING, valid, cell + 1);
	return false;
}

/*
 * Copies a cell and replaces each pair of quotes by one.  Returns the length.
 */
static uint32
undouble(char *out, const char *data, uint32 len)
{
	const char *end = data + len;
	char *start = out;

	while (data < end)
	{
		const char *quote = memchr(data, '"', end - data);
		const char *stop = quote == NULL ? end : quote + 1;

		memcpy(out, data, stop - data);
		out += stop - data;
		data = quote == NULL ? end : quote + 2;
	}
	return out - start;
}

/*
 * Turns the spans of a record into cells.  record points to the whole record.
 * The texts together are no longer than the record.
 */
static bool
make_cells(AdpCsv *csv, const char *record)
{
	const AdpCsvSpan *spans = (const AdpCsvSpan *) csv->spans.data;
	AdpCell *cells;
	char *text = NULL;

	if (!adp_csv_reserve(csv, &csv->cells, csv->nspans * sizeof(AdpCell)))
		return false;
	cells = (AdpCell *) csv->cells.data;
	for (int i = 0; i < csv->nspans; i++)
	{
		const AdpCsvSpan *span = &spans[i];
		bool is_null = span->len == 0 && !span->is_quoted;
		AdpCell cell = {record + span->start, span->len,
						is_null ? ADP_CELL_NULL : ADP_CELL_STRING, false};

		if (unlikely(span->is_doubled))
		{
			const AdpCsvSpan *last = &spans[csv->nspans - 1];

			if (text == NULL &&
				!adp_csv_reserve(csv, &csv->text, last->start + last->len))
				return false;
			text = text == NULL ? csv->text.data : text;
			cell.len = undouble(text, cell.data, span->len);
			cell.data = text;
			text += cell.len;
		}
		cells[i] = cell;
	}
	return true;
}

/*
 * Checks a complete record and turns it into cells.
 */
static bool
take_record(AdpCsv *csv)
{
	const char *record = csv->from;

	if (csv->carry.len > 0)
	{
		if (!adp_csv_carry_over(csv))
			return false;
		record = csv->carry.data;
	}
	if (!check_encoding(csv, record))
		return false;
	if (csv->ncells > 0 && csv->nspans != csv->ncells)
	{
		(void) adp_csv_fail(csv, ADP_CSV_CELL_COUNT, 0, csv->nspans);
		return false;
	}
	if (!make_cells(csv, record))
		return false;
	csv->ncells = csv->nspans;
	csv->nrecords++;
	csv->nlines = adp_csv_count_lines(csv->carry.data, csv->carry.len) +
		adp_csv_count_lines(csv->from, csv->pos - csv->from);
	csv->is_taken = true;
	return true;
}

/*
 * Returns the next record.
 */
AdpCsvStep
adp_csv_next(AdpCsv *csv, const AdpCell **cells, int *ncells)
{
	if (csv->is_taken)
		begin_record(csv);
	while (csv->problem == ADP_CSV_NO_PROBLEM)
	{
		AdpCsvScan scan = adp_csv_scan(csv);

		if (scan == ADP_CSV_SCAN_OUT && !csv->is_last)
			return adp_csv_carry_over(csv) ? ADP_CSV_MORE : ADP_CSV_FAILED;
		if (scan == ADP_CSV_SCAN_OUT)
			scan = adp_csv_end_open(csv);
		if (scan == ADP_CSV_SCAN_OUT)
			return ADP_CSV_END;
		if (scan == ADP_CSV_SCAN_FAILED)
			break;
		if (is_blank(csv))
		{
			csv->nlines = 1;
			begin_record(csv);
			continue;
		}
		if (!take_record(csv))
			break;
		*cells = (const AdpCell *) csv->cells.data;
		*ncells = csv->ncells;
		return ADP_CSV_RECORD;
	}
	return ADP_CSV_FAILED;
}

/*
 * The number of the record returned last.
 */
int64
adp_csv_record(const AdpCsv *csv)
{
	return csv->nrecords;
}

/*
 * The line where that record begins.
 */
int64
adp_csv_line(const AdpCsv *csv)
{
	return csv->line;
}

/*
 * Whether the last record ended with the body, without a line end.
 */
bool
adp_csv_is_open(const AdpCsv *csv)
{
	return csv->is_open;
}
