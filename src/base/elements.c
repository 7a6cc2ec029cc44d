/*
 * elements.c
 *	  The elements of an array cell.
 */
#include "postgres.h"

#include "common/jsonapi.h"
#include "mb/pg_wchar.h"

#include "base/compat.h"
#include "base/rows.h"

/*
 * Makes the cell of a scalar token.  Returns false for other tokens.
 */
static bool
scalar_cell(const JsonLexContext *lex, AdpCell *cell)
{
	const char *start = lex->token_start;

	cell->data = start;
	cell->len = (uint32) (lex->token_terminator - start);
	cell->has_escape = false;
	cell->is_quoted = lex->token_type == JSON_TOKEN_STRING;
	switch (lex->token_type)
	{
		case JSON_TOKEN_STRING:
			cell->kind = ADP_CELL_STRING;
			cell->data++;
			cell->len -= 2;
			cell->has_escape = memchr(cell->data, '\\', cell->len) != NULL;
			return true;
		case JSON_TOKEN_NUMBER:
			cell->kind = ADP_CELL_NUMBER;
			return true;
		case JSON_TOKEN_TRUE:
			cell->kind = ADP_CELL_TRUE;
			return true;
		case JSON_TOKEN_FALSE:
			cell->kind = ADP_CELL_FALSE;
			return true;
		case JSON_TOKEN_NULL:
			cell->kind = ADP_CELL_NULL;
			return true;
		default:
			return false;
	}
}

/*
 * Lists the elements of an array of scalars.  The whole page was checked
 * before, so the array is well formed.  Only an element that is an object or an
 * array is an error.
 */
int
adp_cell_elements(const AdpCell *array, AdpCell **elements)
{
	JsonLexContext *lex = adp_make_json_lexer(array->data, array->len);
	int capacity = 8;
	int n = 0;

	Assert(array->kind == ADP_CELL_ARRAY);
	*elements = palloc(capacity * sizeof(AdpCell));
	json_lex(lex);
	while (json_lex(lex) == JSON_SUCCESS &&
		   lex->token_type != JSON_TOKEN_ARRAY_END)
	{
		if (lex->token_type == JSON_TOKEN_COMMA)
			continue;
		adp_list_check(n);
		if (n == capacity)
		{
			capacity *= 2;
			*elements = repalloc(*elements, capacity * sizeof(AdpCell));
		}
		if (!scalar_cell(lex, &(*elements)[n++]))
			return -1;
	}
	return n;
}
