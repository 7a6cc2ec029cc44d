/*
 * csv.c
 *	  CSV bodies to cells: RFC 4180, fed by the chunk, read by the record.
 *
 * A machine of six states walks the bytes.  Whatever it remembers of a record
 * is offsets from the record's first byte, so it does not matter where the
 * record lies: in the chunk, or, where a chunk's end cut it, put together in
 * the buffer "carry".  Limits, too, are checked at fixed offsets.  So the same
 * body gives the same records and the same error however it is cut.
 *
 * A record ends outside of a character, hence its encoding is verified when it
 * is whole.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "base/csv.h"

#define DEFAULT_CELL_BYTES ((Size) 1024 * 1024)
#define DEFAULT_RECORD_BYTES ((Size) 16 * 1024 * 1024)
#define DEFAULT_CELLS 16384

/* The least that a buffer takes; fits the cells of most reports. */
#define FIRST_ROOM ((Size) 4096)

static const char byte_order_mark[] = {'\xef', '\xbb', '\xbf'};

typedef enum State
{
	IN_MARK,	  /* behind nothing but a part of a byte order mark */
	AT_CELL,	  /* where a cell begins */
	IN_PLAIN,	  /* inside a cell without quotes */
	IN_QUOTES,	  /* inside one with quotes */
	AFTER_QUOTE,  /* behind a quote that closes the cell or is doubled */
	AFTER_RETURN, /* behind the carriage return of a line end */
} State;

/* What a step of the machine comes to. */
typedef enum Scan
{
	SCAN_ON,	 /* nothing yet */
	SCAN_OUT,	 /* the chunk is used up */
	SCAN_RECORD, /* pos is behind a record's line end */
	SCAN_FAILED
} Scan;

typedef enum Problem
{
	NO_PROBLEM,
	QUOTE_IN_PLAIN,
	TEXT_AFTER_QUOTE,
	RETURN_ALONE,
	QUOTE_OPEN,
	CELL_COUNT,
	BAD_ENCODING,
	CELL_TOO_LONG,
	RECORD_TOO_LONG,
	TOO_MANY_CELLS,
	OUT_OF_MEMORY,
} Problem;

/* Where a cell's bytes stand in its record, quotes around it left out. */
typedef struct Span
{
	uint32 start;
	uint32 len;
	bool is_quoted;
	bool is_doubled; /* holds doubled quotes */
} Span;

/* Memory that grows without throwing. */
typedef struct Buffer
{
	char *data;
	Size len; /* bytes to keep when it grows */
	Size room;
} Buffer;

struct AdpCsv
{
	AdpCsvLimits limits;
	MemoryContext cxt; /* of this and of all buffers */

	/* What is left of the chunk. */
	const char *from; /* the record under way, or what the chunk has of it */
	const char *pos;  /* the next byte to look at */
	const char *end;
	bool is_last; /* no chunk follows */

	/* The record under way, or the one taken last. */
	bool is_taken;
	Buffer carry; /* what earlier chunks had of it */
	State state;
	Span cell;	  /* the cell under way; its len is set when it ends */
	int nspans;	  /* cells that have ended */
	Buffer spans; /* of Span */
	Buffer cells; /* of AdpCell */
	Buffer text;  /* of cells whose quotes were doubled */

	/* Place. */
	int64 line;		/* where the record begins */
	int64 nlines;	/* of the record taken last */
	int64 nrecords; /* taken so far */
	int ncells;		/* of the header; 0 before */
	bool is_open;	/* the last record had no line end */

	/* What went wrong, and where. */
	Problem problem;
	int64 problem_line;
	int problem_cell; /* from 1; for CELL_COUNT their number */
};

/* How a problem is told: the place is (line, record, cell, number). */
typedef struct ProblemText
{
	AdpErrorClass class;
	const char *message;
	const char *detail;
} ProblemText;

/* Indexed by Problem. */
static const ProblemText problem_texts[] = {
	[NO_PROBLEM] = {ADP_OK, NULL, NULL},
	[QUOTE_IN_PLAIN] =
		{ADP_ERR_FORMAT, "CSV body is not valid",
		 "A quote stands inside an unquoted cell at line %lld, record %lld, cell %d."},
	[TEXT_AFTER_QUOTE] =
		{ADP_ERR_FORMAT, "CSV body is not valid",
		 "Something other than a comma or a line end follows a closing quote at line %lld, record %lld, cell %d."},
	[RETURN_ALONE] =
		{ADP_ERR_FORMAT, "CSV body is not valid",
		 "A carriage return without a line feed stands at line %lld, record %lld, cell %d."},
	[QUOTE_OPEN] =
		{ADP_ERR_FORMAT, "CSV body is cut short",
		 "The body ends inside the quoted cell that begins at line %lld, record %lld, cell %d."},
	[CELL_COUNT] =
		{ADP_ERR_FORMAT, "CSV record has a wrong number of cells",
		 "At line %lld, the cells of record %lld number %d, those of the header %lld."},
	[BAD_ENCODING] =
		{ADP_ERR_FORMAT, "CSV body is not valid UTF-8",
		 "A NUL or an invalid sequence stands at line %lld, record %lld, cell %d."},
	[CELL_TOO_LONG] =
		{ADP_ERR_LIMIT, "CSV cell is too long",
		 "The cell that begins at line %lld, record %lld, cell %d, has more than %lld bytes."},
	[RECORD_TOO_LONG] =
		{ADP_ERR_LIMIT, "CSV record is too long",
		 "At line %lld, record %lld, cell %d, the record reaches more than %lld bytes."},
	[TOO_MANY_CELLS] =
		{ADP_ERR_LIMIT, "CSV record has too many cells",
		 "At line %lld, record %lld reaches cell %d; at most %lld are read."},
	[OUT_OF_MEMORY] =
		{ADP_ERR_MEMORY, "out of memory",
		 "Memory for the CSV body ran out at line %lld, record %lld, cell %d."},
};

StaticAssertDecl(lengthof(problem_texts) == OUT_OF_MEMORY + 1,
				 "every problem has its text");

/*
 * Makes a reader in cxt.
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
 * Gives the next chunk.
 */
void
adp_csv_push(AdpCsv *csv, const char *chunk, Size len)
{
	Assert(!csv->is_last);
	Assert(csv->pos == csv->end || csv->problem != NO_PROBLEM);
	csv->from = csv->pos = chunk;
	csv->end = chunk + len;
}

/*
 * Says that no chunk follows.
 */
void
adp_csv_finish(AdpCsv *csv)
{
	csv->is_last = true;
}

/*
 * A reader of a whole body.
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
 * The number of line feeds in some bytes.
 */
static int64
count_lines(const char *data, Size len)
{
	int64 count = 0;

	while (len > 0)
	{
		const char *feed = memchr(data, '\n', len);

		if (feed == NULL)
			break;
		count++;
		len -= feed + 1 - data;
		data = feed + 1;
	}
	return count;
}

/*
 * The offset in the record of a byte of the chunk.
 */
static inline Size
offset_of(const AdpCsv *csv, const char *byte)
{
	return csv->carry.len + (byte - csv->from);
}

/*
 * Fails because of what stands at an offset of the record, in a cell counted
 * from 1.
 */
static Scan
fail(AdpCsv *csv, Problem problem, Size offset, int cell)
{
	Size carried = Min(offset, csv->carry.len);

	csv->problem = problem;
	csv->problem_cell = cell;
	csv->problem_line = csv->line + count_lines(csv->carry.data, carried) +
		count_lines(csv->from, offset - carried);
	return SCAN_FAILED;
}

/*
 * Makes room for size bytes in all.
 */
static bool
reserve(AdpCsv *csv, Buffer *buffer, Size size)
{
	Size room = Max(Max(2 * buffer->room, size), FIRST_ROOM);
	char *data;

	if (size <= buffer->room)
		return true;
	data = MemoryContextAllocExtended(csv->cxt, room,
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
	if (data == NULL)
	{
		fail(csv, OUT_OF_MEMORY, 0, csv->nspans + 1);
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
 * Adds what the chunk has of the record to what earlier ones had.
 */
static bool
carry_over(AdpCsv *csv)
{
	Size len = csv->pos - csv->from;

	if (len == 0)
		return true;
	if (!reserve(csv, &csv->carry, csv->carry.len + len))
		return false;
	memcpy(csv->carry.data + csv->carry.len, csv->from, len);
	csv->carry.len += len;
	csv->from = csv->pos;
	return true;
}

/*
 * Fails since the cell under way reaches to an offset that is too far.
 */
static Scan
fail_too_long(AdpCsv *csv, Size offset)
{
	bool is_cell = offset - csv->cell.start > csv->limits.cell_bytes;

	return fail(csv, is_cell ? CELL_TOO_LONG : RECORD_TOO_LONG, csv->cell.start,
				csv->nspans + 1);
}

/*
 * Ends the cell under way at an offset.
 */
static Scan
end_cell(AdpCsv *csv, Size offset)
{
	Span *spans;

	if (unlikely(offset - csv->cell.start > csv->limits.cell_bytes ||
				 offset > csv->limits.record_bytes))
		return fail_too_long(csv, offset);
	if (unlikely(csv->nspans >= csv->limits.cells))
		return fail(csv, TOO_MANY_CELLS, csv->cell.start, csv->nspans + 1);
	if (unlikely((csv->nspans + 1) * sizeof(Span) > csv->spans.room))
	{
		csv->spans.len = csv->nspans * sizeof(Span);
		if (!reserve(csv, &csv->spans, csv->spans.len + sizeof(Span)))
			return SCAN_FAILED;
	}
	spans = (Span *) csv->spans.data;
	csv->cell.len = offset - csv->cell.start;
	spans[csv->nspans++] = csv->cell;
	return SCAN_ON;
}

/*
 * At the byte behind a cell that ends at an offset: a comma or a line end.
 */
static inline Scan
pass_delimiter(AdpCsv *csv, Size offset)
{
	char c = *csv->pos++;
	Scan scan = end_cell(csv, offset);

	csv->state = c == '\r' ? AFTER_RETURN : AT_CELL;
	return scan == SCAN_ON && c == '\n' ? SCAN_RECORD : scan;
}

/*
 * Where the cell under way becomes too long, or the chunk's end before that.
 * One byte more than fits may be looked at, for it may be the delimiter.
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
 * At a stop that is not the delimiter of the cell.
 */
static inline Scan
stop_short(AdpCsv *csv, const char *stop)
{
	csv->pos = Max(csv->pos, stop);
	return stop == csv->end ? SCAN_ON
							: fail_too_long(csv, offset_of(csv, csv->pos));
}

/*
 * At the beginning of the body: passes one byte of a byte order mark, or finds
 * that there is none.
 */
static Scan
pass_mark(AdpCsv *csv)
{
	Size offset = offset_of(csv, csv->pos);

	if (*csv->pos == byte_order_mark[offset])
	{
		csv->pos++;
		if (offset + 1 == lengthof(byte_order_mark))
			csv->state = AT_CELL;
		return SCAN_ON;
	}
	csv->state = offset == 0 ? AT_CELL : IN_PLAIN;
	return SCAN_ON;
}

/*
 * At the first byte of a cell.
 */
static inline Scan
begin_cell(AdpCsv *csv)
{
	bool is_quoted = *csv->pos == '"';

	csv->pos += is_quoted;
	csv->cell.start = offset_of(csv, csv->pos);
	csv->cell.is_quoted = is_quoted;
	csv->cell.is_doubled = false;
	csv->state = is_quoted ? IN_QUOTES : IN_PLAIN;
	return SCAN_ON;
}

/*
 * Whether a byte ends an unquoted cell, or has no place in it.
 */
static inline bool
is_special(char c)
{
	return c == ',' || c == '\n' || c == '\r' || c == '"';
}

/*
 * In an unquoted cell.
 */
static inline Scan
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
		return fail(csv, QUOTE_IN_PLAIN, offset_of(csv, pos), csv->nspans + 1);
	return pass_delimiter(csv, offset_of(csv, pos));
}

/*
 * In a quoted cell.
 */
static inline Scan
pass_quoted(AdpCsv *csv)
{
	const char *stop = stop_of(csv);
	const char *quote = NULL;

	if (csv->pos < stop)
		quote = memchr(csv->pos, '"', stop - csv->pos);
	if (quote == NULL)
		return stop_short(csv, stop);
	csv->pos = quote + 1;
	csv->state = AFTER_QUOTE;
	return SCAN_ON;
}

/*
 * Behind a quote in a quoted cell.
 */
static inline Scan
pass_quote(AdpCsv *csv)
{
	if (*csv->pos == '"')
	{
		csv->pos++;
		csv->cell.is_doubled = true;
		csv->state = IN_QUOTES;
		return SCAN_ON;
	}
	if (is_special(*csv->pos))
		return pass_delimiter(csv, offset_of(csv, csv->pos) - 1);
	return fail(csv, TEXT_AFTER_QUOTE, offset_of(csv, csv->pos),
				csv->nspans + 1);
}

/*
 * Fails since the carriage return before an offset stands alone.
 */
static Scan
fail_return(AdpCsv *csv, Size offset)
{
	return fail(csv, RETURN_ALONE, offset - 1, csv->nspans);
}

/*
 * Behind a carriage return outside of quotes.
 */
static Scan
pass_return(AdpCsv *csv)
{
	if (*csv->pos != '\n')
		return fail_return(csv, offset_of(csv, csv->pos));
	csv->pos++;
	csv->state = AT_CELL;
	return SCAN_RECORD;
}

/*
 * Runs the machine until a record ends or the chunk does.
 */
static Scan
scan_chunk(AdpCsv *csv)
{
	Scan scan = SCAN_ON;

	while (scan == SCAN_ON && csv->pos < csv->end)
	{
		switch (csv->state)
		{
			case IN_MARK:
				scan = pass_mark(csv);
				break;
			case AT_CELL:
				scan = begin_cell(csv);
				break;
			case IN_PLAIN:
				scan = pass_plain(csv);
				break;
			case IN_QUOTES:
				scan = pass_quoted(csv);
				break;
			case AFTER_QUOTE:
				scan = pass_quote(csv);
				break;
			case AFTER_RETURN:
				scan = pass_return(csv);
				break;
		}
	}
	return scan == SCAN_ON ? SCAN_OUT : scan;
}

/*
 * Ends the record that the body's end leaves open.  SCAN_OUT: there is none.
 */
static Scan
end_open_record(AdpCsv *csv)
{
	Size offset = offset_of(csv, csv->pos);

	if (csv->nspans == 0 &&
		(csv->state == AT_CELL || (csv->state == IN_MARK && offset == 0)))
		return SCAN_OUT;
	csv->is_open = true;
	switch (csv->state)
	{
		case IN_QUOTES:
			return fail(csv, QUOTE_OPEN, csv->cell.start, csv->nspans + 1);
		case AFTER_RETURN:
			return fail_return(csv, offset);
		case AFTER_QUOTE:
			offset--;
			break;
		case AT_CELL:
			csv->cell.start = offset;
			csv->cell.is_quoted = csv->cell.is_doubled = false;
			break;
		case IN_MARK:
		case IN_PLAIN:
			break;
	}
	csv->state = AT_CELL;
	return end_cell(csv, offset) == SCAN_ON ? SCAN_RECORD : SCAN_FAILED;
}

/*
 * Readies for the record behind the one that was taken.
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
 * Whether the record is an empty line that is no record.
 */
static bool
is_blank(const AdpCsv *csv)
{
	const Span *first = (const Span *) csv->spans.data;

	return csv->nspans == 1 && csv->ncells != 1 && first->len == 0 &&
		!first->is_quoted;
}

/*
 * Fails unless the bytes of the record are UTF-8 without NUL.
 */
static bool
check_encoding(AdpCsv *csv, const char *record)
{
	const Span *spans = (const Span *) csv->spans.data;
	const Span *last = &spans[csv->nspans - 1];
	int len = last->start + last->len;
	int valid = pg_encoding_verifymbstr(PG_UTF8, record, len);
	int cell = 0;

	if (likely(valid == len))
		return true;
	while (cell + 1 < csv->nspans && spans[cell + 1].start <= valid)
		cell++;
	(void) fail(csv, BAD_ENCODING, valid, cell + 1);
	return false;
}

/*
 * Copies a cell with one quote for each two; returns the length.
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
 * Turns the spans of the record, which lies whole at record, into cells.  All
 * texts together are no longer than the record.
 */
static bool
make_cells(AdpCsv *csv, const char *record)
{
	const Span *spans = (const Span *) csv->spans.data;
	AdpCell *cells;
	char *text = NULL;

	if (!reserve(csv, &csv->cells, csv->nspans * sizeof(AdpCell)))
		return false;
	cells = (AdpCell *) csv->cells.data;
	for (int i = 0; i < csv->nspans; i++)
	{
		const Span *span = &spans[i];
		bool is_null = span->len == 0 && !span->is_quoted;
		AdpCell cell = {record + span->start, span->len,
						is_null ? ADP_CELL_NULL : ADP_CELL_STRING, false};

		if (unlikely(span->is_doubled))
		{
			const Span *last = &spans[csv->nspans - 1];

			if (text == NULL &&
				!reserve(csv, &csv->text, last->start + last->len))
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
 * Checks the record that has ended and turns it into cells.
 */
static bool
take_record(AdpCsv *csv)
{
	const char *record = csv->from;

	if (csv->carry.len > 0)
	{
		if (!carry_over(csv))
			return false;
		record = csv->carry.data;
	}
	if (!check_encoding(csv, record))
		return false;
	if (csv->ncells > 0 && csv->nspans != csv->ncells)
	{
		(void) fail(csv, CELL_COUNT, 0, csv->nspans);
		return false;
	}
	if (!make_cells(csv, record))
		return false;
	csv->ncells = csv->nspans;
	csv->nrecords++;
	csv->nlines = count_lines(csv->carry.data, csv->carry.len) +
		count_lines(csv->from, csv->pos - csv->from);
	csv->is_taken = true;
	return true;
}

/*
 * Takes the next record.
 */
AdpCsvStep
adp_csv_next(AdpCsv *csv, const AdpCell **cells, int *ncells)
{
	if (csv->is_taken)
		begin_record(csv);
	while (csv->problem == NO_PROBLEM)
	{
		Scan scan = scan_chunk(csv);

		if (scan == SCAN_OUT && !csv->is_last)
			return carry_over(csv) ? ADP_CSV_MORE : ADP_CSV_FAILED;
		if (scan == SCAN_OUT)
			scan = end_open_record(csv);
		if (scan == SCAN_OUT)
			return ADP_CSV_END;
		if (scan == SCAN_FAILED)
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
 * The number of the record taken last.
 */
int64
adp_csv_record(const AdpCsv *csv)
{
	return csv->nrecords;
}

/*
 * The line on which it begins.
 */
int64
adp_csv_line(const AdpCsv *csv)
{
	return csv->line;
}

/*
 * Whether the last record ended with the body.
 */
bool
adp_csv_is_open(const AdpCsv *csv)
{
	return csv->is_open;
}

/*
 * The number that a problem's text names beside the place.
 */
static long long
problem_number(const AdpCsv *csv)
{
	switch (csv->problem)
	{
		case CELL_COUNT:
			return csv->ncells;
		case CELL_TOO_LONG:
			return csv->limits.cell_bytes;
		case RECORD_TOO_LONG:
			return csv->limits.record_bytes;
		case TOO_MANY_CELLS:
			return csv->limits.cells;
		case NO_PROBLEM:
		case QUOTE_IN_PLAIN:
		case TEXT_AFTER_QUOTE:
		case RETURN_ALONE:
		case QUOTE_OPEN:
		case BAD_ENCODING:
		case OUT_OF_MEMORY:
			break;
	}
	return 0;
}

/*
 * Tells what went wrong.  The record that failed is the one behind the last
 * that was taken.
 */
void
adp_csv_error(const AdpCsv *csv, AdpError *error)
{
	const ProblemText *text = &problem_texts[csv->problem];

	Assert(csv->problem != NO_PROBLEM);
	adp_error_set(error, text->class, text->message,
				  psprintf(text->detail, (long long) csv->problem_line,
						   (long long) csv->nrecords + 1, csv->problem_cell,
						   problem_number(csv)),
				  NULL);
}
