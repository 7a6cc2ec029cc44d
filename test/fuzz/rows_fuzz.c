/*
 * rows_fuzz.c
 *	  Fuzzes the parser of row streams.
 *
 * An input is a page.  A finding is: a page taken that is no JSON, a page
 * refused as no JSON that is, a cell outside of the page or of the wrong kind.
 */
#include "postgres.h"

#include "common/jsonapi.h"
#include "fuzz.h"
#include "mb/pg_wchar.h"

#include "base/compat.h"
#include "base/rows.h"

/* What is taken of each page; the dictionary knows these names. */
static const char *const fields[] = {
	"a", "a.b", "a.b.c", "b.a", "x", "", "x\\y", "a", "m.a", "campaign.id",
};
static const char *const members[] = {"next", "code", "results", "data.x"};

/*
 * Reports a finding about a page.
 */
static void
finding(const char *what, const AdpError *error)
{
	fuzz_finding("%s; error: %s; %s", what,
				 error->message ? error->message : "none",
				 error->detail ? error->detail : "none");
}

/*
 * Says whether the body is a JSON object by the server's own grammar.
 */
static bool
is_json_object(const char *body, size_t len)
{
	size_t white = 0;

	while (white < len && strchr(" \t\r\n", body[white]) && body[white])
		white++;
	return white < len && body[white] == '{' &&
		pg_encoding_verifymbstr(PG_UTF8, body, len) == (int) len &&
		pg_parse_json(adp_make_json_lexer(body, len), &nullSemAction) ==
		JSON_SUCCESS;
}

/*
 * Says whether a cell's first and last byte fit its kind.
 */
static bool
fits_kind(const AdpCell *cell)
{
	char first = cell->len > 0 ? cell->data[0] : '\0';
	char last = cell->len > 0 ? cell->data[cell->len - 1] : '\0';

	switch ((AdpCellKind) cell->kind)
	{
		case ADP_CELL_ABSENT:
			return cell->data == NULL && cell->len == 0;
		case ADP_CELL_NULL:
			return cell->len == 4 && memcmp(cell->data, "null", 4) == 0;
		case ADP_CELL_TRUE:
			return cell->len == 4 && memcmp(cell->data, "true", 4) == 0;
		case ADP_CELL_FALSE:
			return cell->len == 5 && memcmp(cell->data, "false", 5) == 0;
		case ADP_CELL_STRING:
			return cell->data[-1] == '"' && cell->data[cell->len] == '"' &&
				cell->has_escape ==
				(memchr(cell->data, '\\', cell->len) != NULL);
		case ADP_CELL_NUMBER:
			return IsValidJsonNumber(cell->data, cell->len);
		case ADP_CELL_OBJECT:
			return first == '{' && last == '}';
		case ADP_CELL_ARRAY:
			return first == '[' && last == ']';
	}
	return false;
}

/*
 * Checks one cell of a page that was taken.
 */
static void
check_cell(const AdpCell *cell, const char *body, size_t size)
{
	AdpError none = {0};
	char *text;
	int len;

	if (cell->kind != ADP_CELL_ABSENT &&
		(cell->data < body || cell->data + cell->len > body + size))
		finding("a cell is outside of the page", &none);
	if (!fits_kind(cell))
		finding("a cell is not of its kind", &none);
	if (cell->kind == ADP_CELL_ABSENT)
		return;
	text = adp_cell_text(cell, &len);
	if (text == NULL && !cell->has_escape)
		finding("a cell without escapes has no text", &none);
	if (text == NULL)
		return;
	if (strlen(text) != len ||
		pg_encoding_verifymbstr(PG_UTF8, text, len) != len)
		finding("a cell's text is not valid", &none);
}

/*
 * Parses one input as a page.
 */
void
fuzz_rows(FuzzInput input)
{
	const char *body = input.data;
	size_t size = input.size;
	AdpError error = {0};
	AdpRowShape *shape;
	AdpPage *page;
	bool is_json = is_json_object(body, size);

	shape = adp_rows_compile(CurrentMemoryContext, "results", fields,
							 lengthof(fields), members, lengthof(members));
	page = adp_rows_parse(shape, body, size, CurrentMemoryContext, &error);
	if ((page == NULL) == (error.class == ADP_OK))
		finding("page and error disagree", &error);
	if (page != NULL && !is_json)
		finding("a page that is no JSON was taken", &error);
	if (page == NULL && is_json &&
		(strstr(error.message, "not valid") ||
		 strstr(error.message, "cut short")))
		finding("a page that is JSON was refused as none", &error);
	for (int i = 0; page != NULL && i < page->nrows * page->ncells; i++)
		check_cell(&page->cells[i], body, size);
	for (int i = 0; page != NULL && i < lengthof(members); i++)
		check_cell(&page->members[i], body, size);
}
