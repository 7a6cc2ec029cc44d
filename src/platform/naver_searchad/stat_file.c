/*
 * stat_file.c
 *	  Reads the file of a stat report.
 */
#include "postgres.h"

#include "common/int.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "base/words.h"
#include "platform/naver_searchad/stat_file.h"

#define MICRO_DIGITS 6

/* Lines between two checks for interrupts. */
#define LINES_PER_CHECK 512

/* Longest value quoted in an error. */
#define SHOWN_MAX 60

/* Most columns of a file. */
#define COLUMNS_MAX 20

/* A file being read: where its columns are. */
typedef struct Layout
{
	const AdpNaverFile *file;
	int ncolumns;
	const char *codes[COLUMNS_MAX];
	int dimensions[DIMENSIONS_MAX];
	int amounts[AMOUNTS]; /* -1: not in this file */
	int type;			  /* of conversions; -1: none */
} Layout;

/*
 * Returns the position of a column in a file, or -1.
 */
static int
position_of(const Layout *layout, const char *code)
{
	for (int i = 0; i < layout->ncolumns; i++)
	{
		if (strcmp(layout->codes[i], code) == 0)
			return i;
	}
	return -1;
}

/*
 * Finds the columns of a file.
 */
static void
make_layout(const AdpNaverSums *sums, const AdpNaverFile *file, Layout *layout)
{
	char *rest = pstrdup(file->columns);
	char *code;

	layout->file = file;
	layout->ncolumns = 0;
	while ((code = adp_words_next(&rest, ",")) != NULL)
		layout->codes[layout->ncolumns++] = code;
	for (int i = 0; i < sums->ndimensions; i++)
		layout->dimensions[i] = position_of(layout, sums->dimensions[i]);
	for (int i = 0; i < AMOUNTS; i++)
		layout->amounts[i] = -1;
	for (const AdpNaverColumn *column = adp_naver_columns; column->field;
		 column++)
	{
		if (column->amount >= 0)
			layout->amounts[column->amount] = position_of(layout, column->code);
	}
	layout->amounts[AMOUNT_PURCHASES] = layout->amounts[AMOUNT_CONVERSIONS];
	layout->amounts[AMOUNT_PURCHASES_VALUE] = layout->amounts[AMOUNT_VALUE];
	layout->type = position_of(layout, "CT");
}

/*
 * Splits a line at its tabs; returns the number of its cells, of which the first
 * COLUMNS_MAX are stored.
 */
static int
split_line(const char *line, const char *end, AdpNaverCell *cells)
{
	int n = 0;

	for (;;)
	{
		const char *tab = memchr(line, '\t', end - line);
		const char *stop = tab != NULL ? tab : end;

		if (n < COLUMNS_MAX)
			cells[n] = (AdpNaverCell){line, (int) (stop - line)};
		n++;
		if (tab == NULL)
			return n;
		line = tab + 1;
	}
}

/*
 * Whether a cell is a text.
 */
static bool
is_text(const AdpNaverCell *cell, const char *text)
{
	return cell->len == (int) strlen(text) &&
		memcmp(cell->data, text, cell->len) == 0;
}

/*
 * Reads a number with at most so many decimals as a whole number of units of the
 * last one.
 */
bool
adp_naver_read_number(const AdpNaverCell *cell, int decimals, int64 *number)
{
	bool is_negative = cell->len > 0 && cell->data[0] == '-';
	int at = is_negative ? 1 : 0;
	int after = -1; /* digits after the point */
	int ndigits = 0;
	int64 made = 0;

	for (; at < cell->len; at++)
	{
		char c = cell->data[at];

		if (c == '.' && after < 0 && decimals > 0 && ndigits > 0)
		{
			after = 0;
			continue;
		}
		if (c < '0' || c > '9' || (after >= 0 && after == decimals) ||
			pg_mul_s64_overflow(made, 10, &made) ||
			pg_add_s64_overflow(made, c - '0', &made))
			return false;
		ndigits++;
		if (after >= 0)
			after++;
	}
	if (ndigits == 0 || after == 0)
		return false;
	for (int i = Max(after, 0); i < decimals; i++)
	{
		if (pg_mul_s64_overflow(made, 10, &made))
			return false;
	}
	*number = is_negative ? -made : made;
	return true;
}

/*
 * Whether a row of conversions is of purchases.  Until July 2024 types were
 * numbers.
 */
static bool
is_purchase(const AdpNaverCell *type)
{
	return is_text(type, "purchase") || is_text(type, "1");
}

/*
 * Reads the amounts of a line; false, with the code of its column, if one of them
 * is no number.
 */
static bool
read_amounts(const Layout *layout, const AdpNaverCell *cells, int64 *amounts,
			 const char **bad)
{
	bool is_bought = layout->type >= 0 && is_purchase(&cells[layout->type]);

	for (int i = 0; i < AMOUNTS; i++)
	{
		int position = layout->amounts[i];
		int decimals = i == AMOUNT_COST ? MICRO_DIGITS : 0;

		amounts[i] = 0;
		if (position < 0 || (i >= AMOUNT_PURCHASES && !is_bought))
			continue;
		if (adp_naver_read_number(&cells[position], decimals, &amounts[i]))
			continue;
		*bad = layout->codes[position];
		return false;
	}
	return true;
}

/*
 * Returns a cell for an error.
 */
static char *
shown(const AdpNaverCell *cell)
{
	char *text = pnstrdup(cell->data, Min(cell->len, SHOWN_MAX));

	for (char *c = text; *c != '\0'; c++)
	{
		if (*c < ' ' || *c >= 0x7f || *c == '"')
			*c = '?';
	}
	return text;
}

/*
 * Reports a line that is not as promised.
 */
static bool
refuse_line(const Layout *layout, int64 number, const char *why, AdpError *error)
{
	adp_error_set(error, ADP_ERR_FORMAT,
				  psprintf("the file of report %s is not as promised",
						   layout->file->report),
				  psprintf("Line " INT64_FORMAT " %s.", number, why), NULL);
	return false;
}

/*
 * Whether a text is UTF-8 without zero bytes.
 */
static bool
is_utf8(const char *text, const char *end)
{
	return pg_encoding_verifymbstr(PG_UTF8, text, (int) (end - text)) ==
		end - text;
}

/*
 * Returns the end of the last cell of a line that was stored.
 */
static const char *
end_of(const AdpNaverCell *cells, int ncells)
{
	const AdpNaverCell *last = &cells[Min(ncells, COLUMNS_MAX) - 1];

	return last->data + last->len;
}

/*
 * Checks a line: its columns, its account and day, its numbers.
 */
static bool
check_line(const AdpNaverSums *sums, const Layout *layout,
		   const AdpNaverCell *cells, int ncells, int64 number, AdpError *error)
{
	int64 amounts[AMOUNTS];
	const char *bad = NULL;

	if (!is_utf8(cells[0].data, end_of(cells, ncells)))
		return refuse_line(layout, number,
						   "has a zero byte or is not valid UTF-8", error);
	if (ncells < layout->ncolumns)
		return refuse_line(layout, number,
						   psprintf("has %d columns in place of %d", ncells,
									layout->ncolumns),
						   error);
	if (!is_text(&cells[0], sums->day))
		return refuse_line(layout, number,
						   psprintf("is of day \"%s\" in place of %s",
									shown(&cells[0]), sums->day),
						   error);
	if (!is_text(&cells[1], sums->account))
		return refuse_line(layout, number,
						   psprintf("is of account \"%s\"", shown(&cells[1])),
						   error);
	if (!read_amounts(layout, cells, amounts, &bad))
		return refuse_line(layout, number,
						   psprintf("has \"%s\" where a number belongs",
									shown(&cells[position_of(layout, bad)])),
						   error);
	return true;
}

/*
 * Adds a line that was checked.
 */
static void
add_line(AdpNaverSums *sums, const Layout *layout, const AdpNaverCell *cells,
		 StringInfo key)
{
	int64 amounts[AMOUNTS];
	const char *bad;

	resetStringInfo(key);
	for (int i = 0; i < sums->ndimensions; i++)
	{
		const AdpNaverCell *cell = &cells[layout->dimensions[i]];

		appendBinaryStringInfo(key, cell->data, cell->len);
		appendStringInfoChar(key, '\t');
	}
	(void) read_amounts(layout, cells, amounts, &bad);
	adp_naver_sums_add(sums, key, amounts);
}

/*
 * Reads all lines, either to check or to add them.
 */
static bool
read_lines(AdpNaverSums *sums, const Layout *layout, const char *body, Size len,
		   bool adds, AdpError *error)
{
	const char *end = body + len;
	AdpNaverCell cells[COLUMNS_MAX];
	StringInfoData key;
	int64 number = 0;

	initStringInfo(&key);
	while (body < end)
	{
		const char *stop = memchr(body, '\n', end - body);
		const char *next = stop != NULL ? stop + 1 : end;
		int ncells;

		if (stop == NULL)
			return refuse_line(layout, number + 1, "does not end", error);
		if (stop > body && stop[-1] == '\r')
			stop--;
		if (++number % LINES_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		ncells = split_line(body, stop, cells);
		if (!adds && !check_line(sums, layout, cells, ncells, number, error))
			return false;
		if (adds)
			add_line(sums, layout, cells, &key);
		body = next;
	}
	return true;
}

/*
 * Adds the rows of a file, after all of them were checked.
 */
bool
adp_naver_file_add(const AdpNaverFile *file, const char *body, Size len,
				   AdpNaverSums *sums, AdpError *error)
{
	Layout layout;

	make_layout(sums, file, &layout);
	return read_lines(sums, &layout, body, len, false, error) &&
		read_lines(sums, &layout, body, len, true, error);
}
