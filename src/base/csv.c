/*
 * csv.c
 *	  CSV bodies to cells: RFC 4180, returned as records.
 *
 * The bytes of a record are read once to find the ends of its cells.  Then its
 * encoding is verified as a whole, and doubled quotes are replaced, if it has
 * any.  The line of an error is counted only when there is an error.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "base/csv.h"

#define DEFAULT_CELL_BYTES ((Size) 1024 * 1024)
#define DEFAULT_RECORD_BYTES ((Size) 16 * 1024 * 1024)
#define DEFAULT_CELLS 16384

/* Cells allocated at first; fits most reports. */
#define FIRST_CELLS 128

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* Kinds of errors in a body. */
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
} Problem;

struct AdpCsv
{
	AdpCsvLimits limits;
	MemoryContext cxt; /* of this struct and what it points to */

	const char *body;
	const char *pos; /* the next byte to read */
	const char *end;

	/* the current record, or the one returned last */
	const char *record; /* its first byte */
	AdpCell *cells;
	int max_cells;	  /* cells allocated */
	int ncells;		  /* complete cells */
	bool has_doubled; /* a cell holds doubled quotes */
	char *text;		  /* of cells with doubled quotes */
	Size text_bytes;  /* allocated */

	int64 nrecords; /* returned so far */
	int width;		/* cells of the header; 0 before */

	/* the error and its position */
	Problem problem;
	const char *problem_at;
	int problem_cell; /* from 1; for CELL_COUNT the number of cells */
};

/*
 * Class and texts of a problem; the detail takes (line, record, cell, number).
 */
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
		 "At line %lld, record %lld has %d cells, but the header has %lld."},
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
};

StaticAssertDecl(lengthof(problem_texts) == TOO_MANY_CELLS + 1,
				 "every problem has its text");

/*
 * Makes a reader.
 */
AdpCsv *
adp_csv_open(MemoryContext cxt, const AdpCsvLimits *limits, const char *body,
			 Size len)
{
	AdpCsv *csv = MemoryContextAllocZero(cxt, sizeof(AdpCsv));
	Size mark = strlen(BYTE_ORDER_MARK);

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
	csv->body = csv->pos = body;
	csv->end = body + len;
	if (len >= mark && memcmp(body, BYTE_ORDER_MARK, mark) == 0)
		csv->pos += mark;
	csv->max_cells = FIRST_CELLS;
	csv->cells = MemoryContextAlloc(cxt, FIRST_CELLS * sizeof(AdpCell));
	return csv;
}

/*
 * Records a failure at a byte of the body, in a cell counted from 1.
 */
static bool
fail(AdpCsv *csv, Problem problem, const char *at, int cell)
{
	csv->problem = problem;
	csv->problem_at = at;
	csv->problem_cell = cell;
	return false;
}

/*
 * Fails because the current cell, or with it the record, is too long.
 */
static bool
fail_too_long(AdpCsv *csv, const char *start, const char *pos)
{
	bool is_cell = pos - start > csv->limits.cell_bytes;

	return fail(csv, is_cell ? CELL_TOO_LONG : RECORD_TOO_LONG, start,
				csv->ncells + 1);
}

/*
 * Appends a cell to the record.
 */
static inline bool
add_cell(AdpCsv *csv, const char *start, const char *end, AdpCellKind kind)
{
	if (unlikely(end - start > csv->limits.cell_bytes ||
				 end - csv->record > csv->limits.record_bytes))
		return fail_too_long(csv, start, end);
	if (unlikely(csv->ncells >= csv->limits.cells))
		return fail(csv, TOO_MANY_CELLS, start, csv->ncells + 1);
	if (unlikely(csv->ncells == csv->max_cells))
	{
		csv->max_cells *= 2;
		csv->cells =
			repalloc_huge(csv->cells, csv->max_cells * sizeof(AdpCell));
	}
	csv->cells[csv->ncells++] =
		(AdpCell){.data = start, .len = end - start, .kind = kind};
	return true;
}

/*
 * Returns where a cell becomes too long, or the end of the body if that comes
 * first.  One extra byte is allowed, because it may be the delimiter.
 */
static inline const char *
stop_of(const AdpCsv *csv, const char *start)
{
	Size limit = Min(csv->limits.record_bytes,
					 start - csv->record + csv->limits.cell_bytes) +
		1;

	return csv->record + Min(limit, (Size) (csv->end - csv->record));
}

/*
 * Passes blanks that stand before the quote of a name: some headers have a
 * blank after each comma.  Other blanks are part of the name.
 */
static void
pass_blanks(AdpCsv *csv)
{
	const char *stop = stop_of(csv, csv->pos);
	const char *pos = csv->pos;

	while (pos < stop && (*pos == ' ' || *pos == '\t'))
		pos++;
	if (pos < stop && *pos == '"')
		csv->pos = pos;
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
 * Reads an unquoted cell.
 */
static inline bool
read_plain(AdpCsv *csv)
{
	const char *start = csv->pos;
	const char *stop = stop_of(csv, start);
	const char *pos = start;

	while (pos < stop && !is_special(*pos))
		pos++;
	if (unlikely(pos < stop && *pos == '"'))
		return fail(csv, QUOTE_IN_PLAIN, pos, csv->ncells + 1);
	csv->pos = pos;
	return add_cell(csv, start, pos,
					pos == start ? ADP_CELL_NULL : ADP_CELL_STRING);
}

/*
 * Reads a quoted cell.  The mark has_escape shows until the record's end that
 * the cell holds doubled quotes.
 */
static bool
read_quoted(AdpCsv *csv)
{
	const char *start = csv->pos + 1;
	const char *stop = stop_of(csv, start);
	const char *pos = start;
	bool is_doubled = false;

	for (;;)
	{
		const char *quote = pos < stop ? memchr(pos, '"', stop - pos) : NULL;

		if (quote == NULL && Max(pos, stop) == csv->end)
			return fail(csv, QUOTE_OPEN, start, csv->ncells + 1);
		if (quote == NULL)
			return fail_too_long(csv, start, Max(pos, stop));
		pos = quote + 1;
		if (pos == csv->end || *pos != '"')
			break;
		is_doubled = true;
		pos++;
	}
	if (pos < csv->end && !is_special(*pos))
		return fail(csv, TEXT_AFTER_QUOTE, pos, csv->ncells + 1);
	csv->pos = pos;
	if (!add_cell(csv, start, pos - 1, ADP_CELL_STRING))
		return false;
	csv->cells[csv->ncells - 1].has_escape = is_doubled;
	csv->has_doubled |= is_doubled;
	return true;
}

/*
 * Reads the cells of the next record, and its line end.
 */
static bool
read_record(AdpCsv *csv)
{
	csv->record = csv->pos;
	csv->ncells = 0;
	csv->has_doubled = false;
	for (;;)
	{
		bool is_quoted;

		if (csv->nrecords == 0)
			pass_blanks(csv);
		is_quoted = csv->pos < csv->end && *csv->pos == '"';
		if (!(is_quoted ? read_quoted(csv) : read_plain(csv)))
			return false;
		if (csv->pos == csv->end)
			return true;
		switch (*csv->pos++)
		{
			case '\n':
				return true;
			case '\r':
				if (csv->pos == csv->end || *csv->pos != '\n')
					return fail(csv, RETURN_ALONE, csv->pos - 1, csv->ncells);
				csv->pos++;
				return true;
		}
	}
}

/*
 * Whether the record is an empty line, which does not count as a record.
 */
static inline bool
is_blank(const AdpCsv *csv)
{
	return csv->ncells == 1 && csv->width != 1 &&
		csv->cells[0].kind == ADP_CELL_NULL;
}

/*
 * Returns the number of the record's bytes up to the end of its last cell.
 */
static inline Size
record_bytes(const AdpCsv *csv)
{
	const AdpCell *last = &csv->cells[csv->ncells - 1];

	return last->data + last->len - csv->record;
}

/*
 * Fails unless the bytes of the record are UTF-8 without NUL.  A record never
 * ends inside a character.
 */
static bool
check_encoding(AdpCsv *csv)
{
	int len = record_bytes(csv);
	int valid = pg_encoding_verifymbstr(PG_UTF8, csv->record, len);
	const char *at = csv->record + valid;
	int cell = 1;

	if (likely(valid == len))
		return true;
	while (cell < csv->ncells && csv->cells[cell].data <= at)
		cell++;
	return fail(csv, BAD_ENCODING, at, cell);
}

/*
 * Copies a cell and replaces each pair of quotes by one.  Returns the end.
 */
static char *
undouble(char *out, const char *data, uint32 len)
{
	const char *end = data + len;

	while (data < end)
	{
		const char *quote = memchr(data, '"', end - data);
		const char *stop = quote == NULL ? end : quote + 1;

		memcpy(out, data, stop - data);
		out += stop - data;
		data = quote == NULL ? end : quote + 2;
	}
	return out;
}

/*
 * Gives the cells with doubled quotes a text of their own.  The texts together
 * are no longer than the record.
 */
static void
undouble_cells(AdpCsv *csv)
{
	Size len = record_bytes(csv);
	char *text;

	if (len > csv->text_bytes)
	{
		if (csv->text != NULL)
			pfree(csv->text);
		csv->text_bytes = Max(2 * csv->text_bytes, len);
		csv->text = MemoryContextAlloc(csv->cxt, csv->text_bytes);
	}
	text = csv->text;
	for (int i = 0; i < csv->ncells; i++)
	{
		AdpCell *cell = &csv->cells[i];
		const char *data = cell->data;

		if (!cell->has_escape)
			continue;
		cell->has_escape = false;
		cell->data = text;
		text = undouble(text, data, cell->len);
		cell->len = text - cell->data;
	}
}

/*
 * Checks a complete record and finishes its cells.
 */
static bool
finish_record(AdpCsv *csv)
{
	if (!check_encoding(csv))
		return false;
	if (csv->width > 0 && csv->ncells != csv->width)
		return fail(csv, CELL_COUNT, csv->record, csv->ncells);
	if (unlikely(csv->has_doubled))
		undouble_cells(csv);
	csv->width = csv->ncells;
	csv->nrecords++;
	return true;
}

/*
 * Returns the next record.
 */
AdpCsvStep
adp_csv_next(AdpCsv *csv, const AdpCell **cells, int *ncells)
{
	while (csv->problem == NO_PROBLEM && csv->pos < csv->end)
	{
		if (!read_record(csv))
			break;
		if (is_blank(csv))
			continue;
		if (!finish_record(csv))
			break;
		*cells = csv->cells;
		*ncells = csv->ncells;
		return ADP_CSV_RECORD;
	}
	return csv->problem == NO_PROBLEM ? ADP_CSV_END : ADP_CSV_FAILED;
}

/*
 * Returns the number of the record returned last.
 */
int64
adp_csv_record(const AdpCsv *csv)
{
	return csv->nrecords;
}

/*
 * Returns the line of the error, counted from 1.
 */
static long long
problem_line(const AdpCsv *csv)
{
	const char *pos = csv->body;
	long long line = 1;

	while ((pos = memchr(pos, '\n', csv->problem_at - pos)) != NULL)
	{
		line++;
		pos++;
	}
	return line;
}

/*
 * Returns the number that a problem's detail shows after line, record and cell.
 */
static long long
problem_number(const AdpCsv *csv)
{
	switch (csv->problem)
	{
		case CELL_COUNT:
			return csv->width;
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
			break;
	}
	return 0;
}

/*
 * Fills the error.  The record that failed follows the record returned last.
 */
void
adp_csv_error(const AdpCsv *csv, AdpError *error)
{
	const ProblemText *text = &problem_texts[csv->problem];

	Assert(csv->problem != NO_PROBLEM);
	adp_error_set(error, text->class, text->message,
				  psprintf(text->detail, problem_line(csv),
						   (long long) csv->nrecords + 1, csv->problem_cell,
						   problem_number(csv)),
				  NULL);
}
