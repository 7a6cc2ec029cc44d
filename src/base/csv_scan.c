/*
 * csv_scan.c
 *	  The state machine that finds the ends of CSV records and cells.
 *
 * A machine of seven states reads the bytes.  It stores positions in a record
 * as offsets from the record's first byte.  So a record can lie in the chunk
 * or, if it was split between chunks, in the buffer "carry".  Limits are
 * checked at fixed offsets as well.  Therefore the same body yields the same
 * records and the same error, whatever the chunks are.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/csv_scan.h"

/* Smallest size of a buffer; fits the cells of most reports. */
#define FIRST_ROOM ((Size) 4096)

static const char byte_order_mark[] = {'\xef', '\xbb', '\xbf'};

/*
 * Returns the offset in the record of a byte of the chunk.
 */
static inline Size
offset_of(const AdpCsv *csv, const char *byte)
{
	return csv->carry.len + (byte - csv->from);
}

/*
 * Records a failure at an offset of the record, in a cell counted from 1.
 */
AdpCsvScan
adp_csv_fail(AdpCsv *csv, AdpCsvProblem problem, Size offset, int cell)
{
	Size carried = Min(offset, csv->carry.len);

	csv->problem = problem;
	csv->problem_cell = cell;
	csv->problem_line = csv->line +
		adp_csv_count_lines(csv->carry.data, carried) +
		adp_csv_count_lines(csv->from, offset - carried);
	return ADP_CSV_SCAN_FAILED;
}

/*
 * Enlarges a buffer.
 */
bool
adp_csv_grow(AdpCsv *csv, AdpCsvBuffer *buffer, Size size)
{
	Size room = Max(Max(2 * buffer->room, size), FIRST_ROOM);
	char *data;

	data = MemoryContextAllocExtended(csv->cxt, room,
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
	if (data == NULL)
	{
		adp_csv_fail(csv, ADP_CSV_OUT_OF_MEMORY, 0, csv->nspans + 1);
		return false;
	}
	if (buffer->data != NULL)
	{
		memcpy(data, buffer->data, buffer->len);
		pfree(buffer->data);
	}
	buffer->data = data;
	buffer->room = room;
	return true;
}

/*
 * Appends the chunk's part of the record to the parts from earlier chunks.
 */
bool
adp_csv_carry_over(AdpCsv *csv)
{
	Size len = csv->pos - csv->from;

	if (len == 0)
		return true;
	if (!adp_csv_reserve(csv, &csv->carry, csv->carry.len + len))
		return false;
	memcpy(csv->carry.data + csv->carry.len, csv->from, len);
	csv->carry.len += len;
	csv->from = csv->pos;
	return true;
}

/*
 * Fails because the current cell reaches an offset beyond a limit.
 */
static AdpCsvScan
fail_too_long(AdpCsv *csv, Size offset)
{
	bool is_cell = offset - csv->cell.start > csv->limits.cell_bytes;

	return adp_csv_fail(csv,
						is_cell ? ADP_CSV_CELL_TOO_LONG
								: ADP_CSV_RECORD_TOO_LONG,
						csv->cell.start, csv->nspans + 1);
}

/*
 * Ends the current cell at an offset.
 */
static AdpCsvScan
end_cell(AdpCsv *csv, Size offset)
{
	AdpCsvSpan *spans;

	if (unlikely(offset - csv->cell.start > csv->limits.cell_bytes ||
				 offset > csv->limits.record_bytes))
		return fail_too_long(csv, offset);
	if (unlikely(csv->nspans >= csv->limits.cells))
		return adp_csv_fail(csv, ADP_CSV_TOO_MANY_CELLS, csv->cell.start,
							csv->nspans + 1);
	if (unlikely((csv->nspans + 1) * sizeof(AdpCsvSpan) > csv->spans.room))
	{
		csv->spans.len = csv->nspans * sizeof(AdpCsvSpan);
		if (!adp_csv_reserve(csv, &csv->spans,
							 csv->spans.len + sizeof(AdpCsvSpan)))
			return ADP_CSV_SCAN_FAILED;
	}
	spans = (AdpCsvSpan *) csv->spans.data;
	csv->cell.len = offset - csv->cell.start;
	spans[csv->nspans++] = csv->cell;
	return ADP_CSV_SCAN_ON;
}

/*
 * Passes the comma or line end after a cell that ends at an offset.
 */
static inline AdpCsvScan
pass_delimiter(AdpCsv *csv, Size offset)
{
	char c = *csv->pos++;
	AdpCsvScan scan = end_cell(csv, offset);

	csv->state = c == '\r' ? ADP_CSV_AFTER_RETURN : ADP_CSV_AT_CELL;
	return scan == ADP_CSV_SCAN_ON && c == '\n' ? ADP_CSV_SCAN_RECORD : scan;
}

/*
 * Returns where the current cell becomes too long, or the end of the chunk if
 * that comes first.  One extra byte is allowed, because it may be the
 * delimiter.
 */
static inline const char *
stop_of(const AdpCsv *csv)
{
	Size limit = Min(csv->limits.record_bytes,
					 csv->cell.start + csv->limits.cell_bytes) +
		1;
	Size allowed = limit - Min(limit, csv->carry.len);

	return csv->from + Min(allowed, (Size) (csv->end - csv->from));
}

/*
 * Handles a stop that is not at the cell's delimiter.
 */
static inline AdpCsvScan
stop_short(AdpCsv *csv, const char *stop)
{
	csv->pos = Max(csv->pos, stop);
	return stop == csv->end ? ADP_CSV_SCAN_ON
							: fail_too_long(csv, offset_of(csv, csv->pos));
}

/*
 * At the beginning of the body: passes one byte of a byte order mark, or finds
 * that the body has no mark.
 */
static AdpCsvScan
pass_mark(AdpCsv *csv)
{
	Size offset = offset_of(csv, csv->pos);

	if (*csv->pos == byte_order_mark[offset])
	{
		csv->pos++;
		if (offset + 1 == lengthof(byte_order_mark))
			csv->state = ADP_CSV_AT_CELL;
		return ADP_CSV_SCAN_ON;
	}
	csv->state = offset == 0 ? ADP_CSV_AT_CELL : ADP_CSV_IN_PLAIN;
	return ADP_CSV_SCAN_ON;
}

/*
 * Whether a byte is a blank.
 */
static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * At the first byte of a cell, or at the first byte of a name that is not a
 * blank.
 */
static inline AdpCsvScan
begin_cell(AdpCsv *csv)
{
	bool is_quoted = *csv->pos == '"';

	csv->pos += is_quoted;
	csv->cell.start = offset_of(csv, csv->pos);
	csv->cell.is_quoted = is_quoted;
	csv->cell.is_doubled = false;
	csv->state = is_quoted ? ADP_CSV_IN_QUOTES : ADP_CSV_IN_PLAIN;
	if (csv->nrecords == 0 && !is_quoted && is_blank(*csv->pos))
		csv->state = ADP_CSV_IN_BLANKS;
	return ADP_CSV_SCAN_ON;
}

/*
 * Whether a byte ends an unquoted cell, or is invalid inside it.
 */
static inline bool
is_special(char c)
{
	return c == ',' || c == '\n' || c == '\r' || c == '"';
}

/*
 * Reads on in an unquoted cell.
 */
static inline AdpCsvScan
pass_plain(AdpCsv *csv)
{
	const char *stop = stop_of(csv);
	const char *pos = csv->pos;

	while (pos < stop && !is_special(*pos))
		pos++;
	csv->pos = pos;
	if (pos >= stop)
		return stop_short(csv, stop);
	if (*pos == '"')
		return adp_csv_fail(csv, ADP_CSV_QUOTE_IN_PLAIN, offset_of(csv, pos),
							csv->nspans + 1);
	return pass_delimiter(csv, offset_of(csv, pos));
}

/*
 * After leading blanks of a name.  They are part of the name unless a quote
 * follows: some headers have a blank after each comma.
 */
static AdpCsvScan
pass_blanks(AdpCsv *csv)
{
	const char *stop = stop_of(csv);

	while (csv->pos < stop && is_blank(*csv->pos))
		csv->pos++;
	if (csv->pos >= stop)
		return stop_short(csv, stop);
	if (*csv->pos == '"')
		return begin_cell(csv);
	csv->state = ADP_CSV_IN_PLAIN;
	return ADP_CSV_SCAN_ON;
}

/*
 * Reads on in a quoted cell.
 */
static inline AdpCsvScan
pass_quoted(AdpCsv *csv)
{
	const char *stop = stop_of(csv);
	const char *quote = NULL;

	if (csv->pos < stop)
		quote = memchr(csv->pos, '"', stop - csv->pos);
	if (quote == NULL)
		return stop_short(csv, stop);
	csv->pos = quote + 1;
	csv->state = ADP_CSV_AFTER_QUOTE;
	return ADP_CSV_SCAN_ON;
}

/*
 * After a quote in a quoted cell.
 */
static inline AdpCsvScan
pass_quote(AdpCsv *csv)
{
	if (*csv->pos == '"')
	{
		csv->pos++;
		csv->cell.is_doubled = true;
		csv->state = ADP_CSV_IN_QUOTES;
		return ADP_CSV_SCAN_ON;
	}
	if (is_special(*csv->pos))
		return pass_delimiter(csv, offset_of(csv, csv->pos) - 1);
	return adp_csv_fail(csv, ADP_CSV_TEXT_AFTER_QUOTE, offset_of(csv, csv->pos),
						csv->nspans + 1);
}

/*
 * Fails because the carriage return before an offset has no line feed.
 */
static AdpCsvScan
fail_return(AdpCsv *csv, Size offset)
{
	return adp_csv_fail(csv, ADP_CSV_RETURN_ALONE, offset - 1, csv->nspans);
}

/*
 * After a carriage return outside quotes.
 */
static AdpCsvScan
pass_return(AdpCsv *csv)
{
	if (*csv->pos != '\n')
		return fail_return(csv, offset_of(csv, csv->pos));
	csv->pos++;
	csv->state = ADP_CSV_AT_CELL;
	return ADP_CSV_SCAN_RECORD;
}

/*
 * Runs the machine until a record or the chunk ends.
 */
AdpCsvScan
adp_csv_scan(AdpCsv *csv)
{
	AdpCsvScan scan = ADP_CSV_SCAN_ON;

	while (scan == ADP_CSV_SCAN_ON && csv->pos < csv->end)
	{
		switch (csv->state)
		{
			case ADP_CSV_IN_MARK:
				scan = pass_mark(csv);
				break;
			case ADP_CSV_AT_CELL:
				scan = begin_cell(csv);
				break;
			case ADP_CSV_IN_BLANKS:
				scan = pass_blanks(csv);
				break;
			case ADP_CSV_IN_PLAIN:
				scan = pass_plain(csv);
				break;
			case ADP_CSV_IN_QUOTES:
				scan = pass_quoted(csv);
				break;
			case ADP_CSV_AFTER_QUOTE:
				scan = pass_quote(csv);
				break;
			case ADP_CSV_AFTER_RETURN:
				scan = pass_return(csv);
				break;
		}
	}
	return scan == ADP_CSV_SCAN_ON ? ADP_CSV_SCAN_OUT : scan;
}

/*
 * Ends the record that the body's end leaves open.  Returns ADP_CSV_SCAN_OUT if
 * no record is open.
 */
AdpCsvScan
adp_csv_end_open(AdpCsv *csv)
{
	Size offset = offset_of(csv, csv->pos);

	if (csv->nspans == 0 &&
		(csv->state == ADP_CSV_AT_CELL ||
		 (csv->state == ADP_CSV_IN_MARK && offset == 0)))
		return ADP_CSV_SCAN_OUT;
	csv->is_open = true;
	switch (csv->state)
	{
		case ADP_CSV_IN_QUOTES:
			return adp_csv_fail(csv, ADP_CSV_QUOTE_OPEN, csv->cell.start,
								csv->nspans + 1);
		case ADP_CSV_AFTER_RETURN:
			return fail_return(csv, offset);
		case ADP_CSV_AFTER_QUOTE:
			offset--;
			break;
		case ADP_CSV_AT_CELL:
			csv->cell.start = offset;
			csv->cell.is_quoted = csv->cell.is_doubled = false;
			break;
		case ADP_CSV_IN_MARK:
		case ADP_CSV_IN_BLANKS:
		case ADP_CSV_IN_PLAIN:
			break;
	}
	csv->state = ADP_CSV_AT_CELL;
	return end_cell(csv, offset) == ADP_CSV_SCAN_ON ? ADP_CSV_SCAN_RECORD
													: ADP_CSV_SCAN_FAILED;
}
