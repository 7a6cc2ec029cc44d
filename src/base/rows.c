/*
 * rows.c
 *	  Row streams: one page of JSON to cells, fast.
 *
 * A small grammar on top of the server's lexer.  The lexer finds the beginning
 * and end of each token and does not decode escapes.  Two tries guide the
 * parser: one leads from the page object to the array of rows and the members,
 * the other from a row to its fields.  Objects on a trie's paths are read key
 * by key.  All other values are skipped token by token, so a page without error
 * is valid JSON to its last byte.
 */
#include "postgres.h"

#include "common/jsonapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/body.h"
#include "base/compat.h"
#include "base/rows.h"
#include "base/trie.h"

/*
 * Levels of objects and arrays, including the page itself.  Reports nest about
 * six levels.  skip_value() keeps one bit per level.
 */
#define MAX_DEPTH 64

/* An empty row and its comma are three tokens: at most 683 rows per check. */
#define TOKENS_PER_CHECK 2048

/* Rows allocated at first. */
#define FIRST_ROWS 64

/*
 * Memory limit for cells: a free amount plus a multiple of the page's size, up
 * to a ceiling.  Rows with few of the wanted fields need several times their
 * own size.  A page of empty rows would need hundreds of times its size, but no
 * report has such pages.  A Google page, 10,000 rows of 100 fields, takes 16
 * MB.
 */
#define FREE_CELL_BYTES ((Size) 64 * 1024 * 1024)
#define CELL_BYTES_PER_BYTE 4
#define CELL_BYTES_MAX ((Size) 256 * 1024 * 1024)

struct AdpRowShape
{
	int rows_node; /* in trie page: the array of rows */
	AdpTrie *page; /* members, then the array as the last path */
	AdpTrie *row;  /* fields */
};

/* State of following one trie, through the page or through its rows. */
typedef struct Walk
{
	const AdpTrie *trie;
	AdpTrieHints hints;
	int rows_node;	/* ADP_TRIE_NONE inside rows */
	AdpCell *cells; /* one per path */
	uint32 *seen;	/* by node: stamp of the object that last had it */
	uint32 stamp;	/* differs from object to object; never 0 */
} Walk;

typedef struct Parser
{
	JsonLexContext *lex;
	uint32 ntokens;
	bool is_closed; /* the page's object has ended */
	Walk page_walk;
	Walk row_walk;

	const AdpRowShape *shape;
	const char *body;
	Size body_len;
	AdpPage *page;
	int max_rows;	   /* rows allocated */
	MemoryContext cxt; /* of the page */

	AdpError *error;
	MemoryContext error_cxt; /* the caller's: may outlive the page */
} Parser;

/* Value kind of a token; ADP_CELL_ABSENT for tokens that are no value. */
static const uint8 value_kinds[] = {
	[JSON_TOKEN_INVALID] = ADP_CELL_ABSENT,
	[JSON_TOKEN_STRING] = ADP_CELL_STRING,
	[JSON_TOKEN_NUMBER] = ADP_CELL_NUMBER,
	[JSON_TOKEN_OBJECT_START] = ADP_CELL_OBJECT,
	[JSON_TOKEN_OBJECT_END] = ADP_CELL_ABSENT,
	[JSON_TOKEN_ARRAY_START] = ADP_CELL_ARRAY,
	[JSON_TOKEN_ARRAY_END] = ADP_CELL_ABSENT,
	[JSON_TOKEN_COMMA] = ADP_CELL_ABSENT,
	[JSON_TOKEN_COLON] = ADP_CELL_ABSENT,
	[JSON_TOKEN_TRUE] = ADP_CELL_TRUE,
	[JSON_TOKEN_FALSE] = ADP_CELL_FALSE,
	[JSON_TOKEN_NULL] = ADP_CELL_NULL,
	[JSON_TOKEN_END] = ADP_CELL_ABSENT,
};

static bool walk_object(Parser *p, Walk *walk, int parent, int depth);

/*
 * Compiles a shape.
 */
AdpRowShape *
adp_rows_compile(MemoryContext cxt, const char *array_key,
				 const char *const *fields, int nfields,
				 const char *const *members, int nmembers)
{
	AdpRowShape *shape = MemoryContextAllocZero(cxt, sizeof(AdpRowShape));
	const char **paths = palloc((nmembers + 1) * sizeof(char *));

	for (int i = 0; i < nmembers; i++)
		paths[i] = members[i];
	paths[nmembers] = array_key;
	shape->page = adp_trie_compile(cxt, paths, nmembers + 1);
	shape->row = adp_trie_compile(cxt, fields, nfields);
	pfree(paths);

	/* The path added last is the first path of its node. */
	while (shape->page->nodes[shape->rows_node].path != nmembers)
		shape->rows_node++;
	return shape;
}

/*
 * Fills the error and returns false.  detail is a format for one byte offset.
 */
static bool
fail(Parser *p, AdpErrorClass class, const char *message, const char *detail,
	 Size offset)
{
	MemoryContext old = MemoryContextSwitchTo(p->error_cxt);

	adp_error_set(p->error, class, message, psprintf(detail, offset), NULL);
	MemoryContextSwitchTo(old);
	return false;
}

/*
 * Fails because the page ends too early.
 */
static bool
fail_short(Parser *p)
{
	return fail(p, ADP_ERR_FORMAT, "page of rows is cut short",
				"The page ends at byte %zu, inside its JSON object.",
				p->body_len);
}

/*
 * Returns the offset of the current token, which must exist.
 */
static Size
token_offset(Parser *p)
{
	Assert(p->lex->token_start != NULL);
	return p->lex->token_start - p->body;
}

/*
 * Fails at the current token.  detail is a format for one byte offset.
 */
static bool
fail_here(Parser *p, const char *detail)
{
	if (p->lex->token_type == JSON_TOKEN_END)
		return fail_short(p);
	return fail(p, ADP_ERR_FORMAT, "page of rows is not valid JSON", detail,
				token_offset(p));
}

/*
 * Fails because more text follows the page's object.
 */
static bool
fail_after_end(Parser *p)
{
	return fail(p, ADP_ERR_FORMAT, "page of rows is not valid JSON",
				"Something follows the JSON object at byte %zu.",
				token_offset(p));
}

/*
 * Fails because the lexer failed; last_end is the end of the previous token.
 * The lexer stops after the text that it could read, so a bad token that
 * reaches the end of the page was truncated.  The reported start of the bad
 * token differs between PostgreSQL versions.
 */
static bool
fail_token(Parser *p, const char *last_end)
{
	while (*last_end == ' ' || *last_end == '\t' || *last_end == '\r' ||
		   *last_end == '\n')
		last_end++;
	p->lex->token_start = unconstify(char *, last_end);
	if (p->is_closed)
		return fail_after_end(p);
	if (p->lex->token_terminator >= p->body + p->body_len)
		return fail_short(p);
	return fail(p, ADP_ERR_FORMAT, "page of rows is not valid JSON",
				"The text at byte %zu is not a JSON token.", token_offset(p));
}

/*
 * Moves to the next token.
 */
static inline bool
advance(Parser *p)
{
	const char *last_end = p->lex->token_terminator;

	if (unlikely(++p->ntokens % TOKENS_PER_CHECK == 0))
		CHECK_FOR_INTERRUPTS();
	if (likely(json_lex(p->lex) == JSON_SUCCESS))
		return true;
	return fail_token(p, last_end);
}

/*
 * Moves to the next token, which must have this type.
 */
static inline bool
advance_to(Parser *p, JsonTokenType type, const char *detail)
{
	if (unlikely(!advance(p)))
		return false;
	if (likely(p->lex->token_type == type))
		return true;
	return fail_here(p, detail);
}

/*
 * Fails if the object or array that begins here is nested too deeply.  depth is
 * the number of levels around it.
 */
static inline bool
check_depth(Parser *p, int depth)
{
	if (likely(depth < MAX_DEPTH))
		return true;
	return fail(p, ADP_ERR_LIMIT, "page of rows is nested too deeply",
				"The level after the " CppAsString2(
					MAX_DEPTH) "th begins at byte %zu.",
				token_offset(p));
}

/*
 * At a key: moves to its value.
 */
static inline bool
pass_key(Parser *p)
{
	if (unlikely(p->lex->token_type != JSON_TOKEN_STRING))
		return fail_here(p, "A key was expected at byte %zu.");
	return advance_to(p, JSON_TOKEN_COLON,
					  "A colon was expected at byte %zu.") &&
		advance(p);
}

/*
 * At the start of an object or array: moves to its first value and sets *level
 * to 1.  If it is empty, moves to its end and sets *level to 0.
 */
static bool
enter(Parser *p, bool is_object, int *level)
{
	JsonTokenType end =
		is_object ? JSON_TOKEN_OBJECT_END : JSON_TOKEN_ARRAY_END;

	if (!advance(p))
		return false;
	*level = p->lex->token_type == end ? 0 : 1;
	return *level == 0 || !is_object || pass_key(p);
}

/*
 * At the last token of a value in an object or array: moves to the next value
 * and clears *has_ended, or moves to the end and sets *has_ended.
 */
static bool
pass_value(Parser *p, bool in_object, bool *has_ended)
{
	if (!advance(p))
		return false;
	*has_ended = p->lex->token_type ==
		(in_object ? JSON_TOKEN_OBJECT_END : JSON_TOKEN_ARRAY_END);
	if (*has_ended)
		return true;
	if (p->lex->token_type != JSON_TOKEN_COMMA)
		return fail_here(p,
						 in_object
							 ? "A comma or a closing brace was expected at byte %zu."
							 : "A comma or a closing bracket was expected at byte %zu.");
	return advance(p) && (!in_object || pass_key(p));
}

/*
 * At the first token of a value: moves to its last token.  Not recursive: one
 * bit per level records whether the level is an object.
 */
static bool
skip_value(Parser *p, int depth)
{
	uint64 objects = 0; /* lowest bit: the innermost level */
	int levels = 0;

	for (;;)
	{
		AdpCellKind kind = value_kinds[p->lex->token_type];
		bool has_ended = true;

		if (kind == ADP_CELL_ABSENT)
			return fail_here(p, "A value was expected at byte %zu.");
		if (kind == ADP_CELL_OBJECT || kind == ADP_CELL_ARRAY)
		{
			bool is_object = kind == ADP_CELL_OBJECT;
			int entered;

			if (!check_depth(p, depth + levels) ||
				!enter(p, is_object, &entered))
				return false;
			if (entered)
			{
				objects = (objects << 1) | is_object;
				levels++;
				continue;
			}
		}
		while (has_ended && levels > 0)
		{
			if (!pass_value(p, objects & 1, &has_ended))
				return false;
			if (has_ended)
			{
				objects >>= 1;
				levels--;
			}
		}
		if (has_ended)
			return true;
	}
}

/*
 * Allocates room for more rows.
 */
static bool
grow_cells(Parser *p)
{
	Size row_bytes = p->page->ncells * sizeof(AdpCell);
	Size limit = Min(FREE_CELL_BYTES + CELL_BYTES_PER_BYTE * p->body_len,
					 CELL_BYTES_MAX);
	Size max_rows = Max(2 * (Size) p->max_rows, FIRST_ROWS);

	max_rows = Min(max_rows, limit / row_bytes);
	if (max_rows <= p->max_rows)
		return fail(p, ADP_ERR_LIMIT, "page of rows has too many rows",
					"Memory for the rows before byte %zu would be out of proportion to the page.",
					token_offset(p));
	if (p->page->cells == NULL)
		p->page->cells = MemoryContextAllocHuge(p->cxt, max_rows * row_bytes);
	else
		p->page->cells = repalloc_huge(p->page->cells, max_rows * row_bytes);
	p->max_rows = max_rows;
	return true;
}

/*
 * Adds a row with all cells absent and makes it the walk's current row.
 */
static bool
add_row(Parser *p)
{
	AdpPage *page = p->page;
	Size ncells = page->ncells;

	if (ncells > 0 && page->nrows == p->max_rows && !grow_cells(p))
		return false;
	if (ncells > 0)
	{
		p->row_walk.cells = page->cells + page->nrows * ncells;
		memset(p->row_walk.cells, 0, ncells * sizeof(AdpCell));
	}
	page->nrows++;
	p->row_walk.stamp = page->nrows;
	return true;
}

/*
 * Fails unless the value that begins here begins with the given token.
 */
static bool
check_value(Parser *p, JsonTokenType type, const char *message,
			const char *detail)
{
	if (p->lex->token_type == type)
		return true;
	if (value_kinds[p->lex->token_type] == ADP_CELL_ABSENT)
		return fail_here(p, "A value was expected at byte %zu.");
	return fail(p, ADP_ERR_FORMAT, message, detail, token_offset(p));
}

/*
 * At the value of the row array's key: reads all rows.
 */
static bool
walk_rows(Parser *p, int depth)
{
	bool has_ended;
	int entered;

	if (!check_value(p, JSON_TOKEN_ARRAY_START,
					 "page of rows has no array of rows",
					 "An array was expected at byte %zu.") ||
		!check_depth(p, depth) || !enter(p, false, &entered))
		return false;
	for (has_ended = !entered; !has_ended;)
	{
		if (!check_value(p, JSON_TOKEN_OBJECT_START,
						 "page of rows has a row that is not an object",
						 "An object was expected at byte %zu.") ||
			!add_row(p) ||
			!walk_object(p, &p->row_walk, ADP_TRIE_ROOT, depth + 1) ||
			!pass_value(p, false, &has_ended))
			return false;
	}
	return true;
}

/*
 * Stores the value from start to the current token as the cell of each path
 * that ends at a node.  path is the first of these.
 */
static inline void
store_cell(Parser *p, Walk *walk, int path, AdpCellKind kind, const char *start)
{
	AdpCell cell;

	cell.data = start;
	cell.len = p->lex->token_terminator - start;
	cell.kind = kind;
	cell.has_escape = false;
	cell.is_quoted = kind == ADP_CELL_STRING;
	if (kind == ADP_CELL_STRING)
	{
		cell.data++;
		cell.len -= 2;
		cell.has_escape = memchr(cell.data, '\\', cell.len) != NULL;
	}
	for (; path != ADP_TRIE_NONE; path = walk->trie->same[path])
		walk->cells[path] = cell;
}

/*
 * At the first token of a wanted value: moves to its last token and stores its
 * cells and those of the paths below.
 */
static bool
take_value(Parser *p, Walk *walk, int child, int depth)
{
	const AdpTrieNode *node = &walk->trie->nodes[child];
	const char *start = p->lex->token_start;
	AdpCellKind kind = value_kinds[p->lex->token_type];
	bool done;

	if (child == walk->rows_node)
		done = walk_rows(p, depth);
	else if (kind == ADP_CELL_OBJECT && node->first_child != ADP_TRIE_NONE)
		done = walk_object(p, walk, child, depth);
	else
		done = skip_value(p, depth);
	if (done && node->path != ADP_TRIE_NONE)
		store_cell(p, walk, node->path, kind, start);
	return done;
}

/*
 * At a key: finds the child with this name.  Fails for a duplicate key in the
 * same object, because choosing either value would be a guess.
 */
static inline bool
match_key(Parser *p, Walk *walk, int parent, int previous, int *child)
{
	const char *key = p->lex->token_start + 1;

	*child = adp_trie_match(walk->trie, &walk->hints, parent, previous, key,
							p->lex->token_terminator - 1 - key);
	if (*child == ADP_TRIE_NONE)
		return true;
	if (walk->seen[*child] == walk->stamp)
		return fail(p, ADP_ERR_FORMAT, "page of rows has a duplicate key",
					"The key at byte %zu already occurs in the same object.",
					token_offset(p));
	walk->seen[*child] = walk->stamp;
	return true;
}

/*
 * At the start of an object on a wanted path: moves to its end and stores the
 * cells of the paths below parent.  Recursive up to MAX_DEPTH levels.
 */
static bool
walk_object(Parser *p, Walk *walk, int parent, int depth)
{
	int previous = ADP_TRIE_NONE;

	if (!check_depth(p, depth) || !advance(p))
		return false;
	if (p->lex->token_type == JSON_TOKEN_OBJECT_END)
		return true;
	for (;;)
	{
		int child = ADP_TRIE_NONE;

		if (p->lex->token_type == JSON_TOKEN_STRING &&
			!match_key(p, walk, parent, previous, &child))
			return false;
		if (!pass_key(p))
			return false;
		if (child == ADP_TRIE_NONE)
		{
			if (!skip_value(p, depth + 1))
				return false;
		}
		else
		{
			if (!take_value(p, walk, child, depth + 1))
				return false;
			previous = child;
		}
		if (!advance(p))
			return false;
		if (p->lex->token_type == JSON_TOKEN_OBJECT_END)
			return true;
		if (p->lex->token_type != JSON_TOKEN_COMMA)
			return fail_here(p,
							 "A comma or a closing brace was expected at byte %zu.");
		if (!advance(p))
			return false;
	}
}

/*
 * Initializes a walk along a trie, in the page's memory.
 */
static void
init_walk(Walk *walk, const AdpTrie *trie, int rows_node)
{
	walk->trie = trie;
	adp_trie_hints_init(&walk->hints, trie);
	walk->rows_node = rows_node;
	walk->cells = NULL;
	walk->seen = palloc0(trie->nnodes * sizeof(uint32));
	walk->stamp = 1;
}

/*
 * Reads the page from its first to its last byte.
 */
static bool
walk_page(Parser *p)
{
	const AdpRowShape *shape = p->shape;
	AdpPage *page = palloc0(sizeof(AdpPage));

	p->page = page;
	p->lex = adp_make_json_lexer(p->body, p->body_len);
	init_walk(&p->page_walk, shape->page, shape->rows_node);
	init_walk(&p->row_walk, shape->row, ADP_TRIE_NONE);
	page->ncells = shape->row->npaths;
	page->members = palloc0(shape->page->npaths * sizeof(AdpCell));
	page->array = &page->members[shape->page->npaths - 1];
	p->page_walk.cells = page->members;

	if (!advance(p) || !walk_object(p, &p->page_walk, ADP_TRIE_ROOT, 0))
		return false;
	p->is_closed = true;
	if (!advance(p))
		return false;
	return p->lex->token_type == JSON_TOKEN_END || fail_after_end(p);
}

/*
 * Parses one page.
 */
AdpPage *
adp_rows_parse(const AdpRowShape *shape, const char *body, Size body_len,
			   MemoryContext cxt, AdpError *error)
{
	Parser parser = {.shape = shape,
					 .body = body,
					 .body_len = body_len,
					 .cxt = cxt,
					 .error = error,
					 .error_cxt = CurrentMemoryContext};
	bool done;

	if (!adp_body_check(body, body_len, error))
		return NULL;
	MemoryContextSwitchTo(cxt);
	done = walk_page(&parser);
	MemoryContextSwitchTo(parser.error_cxt);
	return done ? parser.page : NULL;
}
