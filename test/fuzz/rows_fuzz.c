/*
 * rows_fuzz.c
 *	  Fuzzes the parser of row streams outside the server.
 *
 * The lexer is the one in the server's library for client programs; what else
 * the parser needs of the server is below, in terms of malloc, so that the
 * sanitizers see every allocation.  From the top of the tree:
 *
 *	clang -g -O1 -fsanitize=fuzzer,address,undefined \
 *		-fno-sanitize-recover=undefined -DUSE_ASSERT_CHECKING -Isrc \
 *		-isystem $(pg_config --includedir-server) -o build/rows_fuzz \
 *		test/fuzz/rows_fuzz.c src/base/{rows,body,trie,cell}.c \
 *		-L$(pg_config --pkglibdir) -L$(pg_config --libdir) \
 *		-Wl,--allow-multiple-definition -lpgcommon -lpgport
 *	build/rows_fuzz -max_total_time=60 -max_len=4096 \
 *		-dict=test/fuzz/rows.dict corpus test/fixtures/rows
 *
 * where corpus is a folder for what it finds.  An input is taken as a page.
 * Besides memory errors, a finding is: a page taken that is no JSON, a page
 * refused as no JSON that is, a cell outside of the page or of the wrong kind.
 */
#include "postgres.h"

#include "common/jsonapi.h"
#include "lib/ilist.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/rows.h"

extern int LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

/* What is taken of each page; the dictionary knows these names. */
static const char *const fields[] = {
	"a", "a.b", "a.b.c", "b.a", "x", "", "x\\y", "a", "m.a", "campaign.id",
};
static const char *const members[] = {"next", "code", "results", "data.x"};

/* The server's side. */

MemoryContext CurrentMemoryContext = NULL;
volatile sig_atomic_t InterruptPending = false;

/* Stands before every allocation. */
typedef struct Header
{
	dlist_node link;
} Header;

static dlist_head allocated = DLIST_STATIC_INIT(allocated);

void *
palloc(Size size)
{
	Header *header = malloc(sizeof(Header) + size);

	if (header == NULL)
		abort();
	/* Whoever reads it unset shall not find zeroes. */
	memset(header + 1, 0x7f, size);
	dlist_push_tail(&allocated, &header->link);
	return header + 1;
}

void *
palloc0(Size size)
{
	return memset(palloc(size), 0, size);
}

void
pfree(void *pointer)
{
	Header *header = (Header *) pointer - 1;

	dlist_delete(&header->link);
	free(header);
}

void *
repalloc(void *pointer, Size size)
{
	Header *header = (Header *) pointer - 1;

	dlist_delete(&header->link);
	header = realloc(header, sizeof(Header) + size);
	if (header == NULL)
		abort();
	dlist_push_tail(&allocated, &header->link);
	return header + 1;
}

void *
repalloc_huge(void *pointer, Size size)
{
	return repalloc(pointer, size);
}

void *
MemoryContextAlloc(MemoryContext context, Size size)
{
	return palloc(size);
}

void *
MemoryContextAllocHuge(MemoryContext context, Size size)
{
	return palloc(size);
}

void *
MemoryContextAllocZero(MemoryContext context, Size size)
{
	return palloc0(size);
}

char *
MemoryContextStrdup(MemoryContext context, const char *string)
{
	return strcpy(palloc(strlen(string) + 1), string);
}

void
ProcessInterrupts(void)
{
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
	if (error->class != ADP_OK)
		return;
	error->class = class;
	error->message = message;
	error->detail = detail;
}

/*
 * Frees what the last input allocated.
 */
static void
free_all(void)
{
	while (!dlist_is_empty(&allocated))
		free(dlist_container(Header, link, dlist_pop_head_node(&allocated)));
}

/* The checks. */

/*
 * Ends the run with a finding.
 */
static void
finding(const char *what, const AdpError *error)
{
	fprintf(stderr, "%s; error: %s; %s\n", what,
			error->message ? error->message : "none",
			error->detail ? error->detail : "none");
	abort();
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
int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	const char *body = (const char *) data;
	AdpError error = {0};
	AdpRowShape *shape;
	AdpPage *page;
	bool is_json = is_json_object(body, size);

	shape = adp_rows_compile(NULL, "results", fields, lengthof(fields), members,
							 lengthof(members));
	page = adp_rows_parse(shape, body, size, NULL, &error);
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
	free_all();
	return 0;
}
