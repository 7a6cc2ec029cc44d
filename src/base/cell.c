/*
 * cell.c
 *	  The text of a cell: with JSON escapes decoded, or as JSON.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/json.h"

#include "base/rows.h"

/* Escapes between two checks for interrupts. */
#define ESCAPES_PER_CHECK 1000

/* Digits after \u. */
#define HEX_DIGITS 4

/*
 * Reads four hex digits at *pos and moves past them.  Returns -1 if there are
 * fewer before end.
 */
static int
read_unit(const char **pos, const char *end)
{
	int unit = 0;

	if (end - *pos < HEX_DIGITS)
		return -1;
	for (int i = 0; i < HEX_DIGITS; i++)
	{
		char c = *(*pos)++;

		if (c >= '0' && c <= '9')
			unit = unit * 16 + (c - '0');
		else if (c >= 'a' && c <= 'f')
			unit = unit * 16 + (c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			unit = unit * 16 + (c - 'A' + 10);
		else
			return -1;
	}
	return unit;
}

/*
 * Reads the code after \u at *pos, and the second escape of a surrogate pair.
 * Returns the code point, or 0 if text cannot hold it (NUL or an unpaired
 * surrogate).
 */
static pg_wchar
read_code_point(const char **pos, const char *end)
{
	int first = read_unit(pos, end);
	int second;

	if (first <= 0 || is_utf16_surrogate_second(first))
		return 0;
	if (!is_utf16_surrogate_first(first))
		return first;
	if (end - *pos < 2 || (*pos)[0] != '\\' || (*pos)[1] != 'u')
		return 0;
	*pos += 2;
	second = read_unit(pos, end);
	if (second < 0 || !is_utf16_surrogate_second(second))
		return 0;
	return surrogate_pair_to_codepoint(first, second);
}

/*
 * Returns the character for a one-letter escape, or NUL if JSON has no such
 * escape.
 */
static char
simple_escape(char letter)
{
	switch (letter)
	{
		case '"':
		case '\\':
		case '/':
			return letter;
		case 'b':
			return '\b';
		case 'f':
			return '\f';
		case 'n':
			return '\n';
		case 'r':
			return '\r';
		case 't':
			return '\t';
		default:
			return '\0';
	}
}

/*
 * Decodes the escape whose backslash is just before *pos and writes UTF-8 to
 * out.  Returns the number of bytes, or 0 if text cannot hold the character.
 */
static int
undo_escape(const char **pos, const char *end, char *out)
{
	pg_wchar code_point;

	if (*pos >= end)
		return 0;
	if (**pos != 'u')
	{
		*out = simple_escape(*(*pos)++);
		return *out != '\0' ? 1 : 0;
	}
	(*pos)++;
	code_point = read_code_point(pos, end);
	if (code_point == 0)
		return 0;
	unicode_to_utf8(code_point, (unsigned char *) out);
	return pg_utf_mblen((unsigned char *) out);
}

/*
 * Returns the text of a string cell, and the raw bytes of other cells.  An
 * escape is never shorter than the character it encodes, so the cell's length
 * is enough room.
 */
char *
adp_cell_text(const AdpCell *cell, int *len)
{
	char *text = palloc(cell->len + 1);
	char *out = text;
	const char *pos = cell->data;
	const char *end = cell->data + cell->len;

	for (int i = 1; cell->has_escape && pos < end; i++)
	{
		const char *backslash = memchr(pos, '\\', end - pos);
		int written;

		if (i % ESCAPES_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		if (backslash == NULL)
			break;
		memcpy(out, pos, backslash - pos);
		out += backslash - pos;
		pos = backslash + 1;
		written = undo_escape(&pos, end, out);
		if (written == 0)
		{
			pfree(text);
			return NULL;
		}
		out += written;
	}
	if (pos < end)
		memcpy(out, pos, end - pos);
	out += end - pos;
	*out = '\0';
	if (len != NULL)
		*len = out - text;
	return text;
}

/*
 * Returns the JSON text of a cell.  A string from CSV, or made by adpipe, is
 * quoted here.
 */
char *
adp_cell_json(const AdpCell *cell)
{
	StringInfoData out;

	if (cell->kind != ADP_CELL_STRING)
		return pnstrdup(cell->data, cell->len);
	if (cell->is_quoted)
		return pnstrdup(cell->data - 1, cell->len + 2);
	initStringInfo(&out);
	escape_json(&out, pnstrdup(cell->data, cell->len));
	return out.data;
}

/*
 * Moves past a sign, if there is one.
 */
static const char *
skip_sign(const char *at, const char *end)
{
	return at < end && (*at == '-' || *at == '+') ? at + 1 : at;
}

/*
 * Moves past digits.
 */
static const char *
skip_digits(const char *at, const char *end)
{
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at;
}

/*
 * Whether the text of a cell is a decimal number.
 */
bool
adp_cell_is_decimal(const AdpCell *cell)
{
	const char *end = cell->data + cell->len;
	const char *digits = skip_sign(cell->data, end);
	const char *at = skip_digits(digits, end);
	Size ndigits = at - digits;

	if (at < end && *at == '.')
	{
		digits = at + 1;
		at = skip_digits(digits, end);
		ndigits += at - digits;
	}
	if (ndigits == 0)
		return false;
	if (at < end && (*at == 'e' || *at == 'E'))
	{
		digits = skip_sign(at + 1, end);
		at = skip_digits(digits, end);
		ndigits = at - digits;
	}
	return ndigits > 0 && at == end;
}
