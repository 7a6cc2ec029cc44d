/*
 * rows.h
 *	  Row streams: one page of JSON to cells, fast.
 *
 * A page is a JSON object.  Under one key it holds an array of row objects;
 * other members, such as the next page's token, may stand beside it.  The shape
 * (which array, which fields of a row, which members) is compiled once per
 * scan.  Parsing reads the whole page once with the server's own lexer and
 * checks all of it.  For each row it returns one cell per field: the position
 * and length of the value in the page.  Values are not copied, and escapes are
 * not decoded until a cell becomes a Datum.
 */
#ifndef ADP_BASE_ROWS_H
#define ADP_BASE_ROWS_H

#include "base/error.h"

typedef enum AdpCellKind
{
	ADP_CELL_ABSENT = 0, /* the row has no such member */
	ADP_CELL_NULL,
	ADP_CELL_STRING, /* data: between the quotes */
	ADP_CELL_NUMBER,
	ADP_CELL_TRUE,
	ADP_CELL_FALSE,
	ADP_CELL_OBJECT, /* data: whole text with braces */
	ADP_CELL_ARRAY	 /* data: whole text with brackets */
} AdpCellKind;

/*
 * One value: bytes inside the page, which must outlive the cell, or bytes made
 * by a row reader.
 */
typedef struct AdpCell
{
	const char *data;
	uint32 len;
	uint8 kind;		 /* an AdpCellKind */
	bool has_escape; /* a string that holds a backslash */
	bool is_quoted; /* a string with its quotes, as in a JSON page, not in CSV */
} AdpCell;

typedef struct AdpRowShape AdpRowShape;

/* A parsed page. */
typedef struct AdpPage
{
	int nrows;
	int ncells;		  /* per row: the number of field paths */
	AdpCell *cells;	  /* nrows * ncells, row by row */
	AdpCell *members; /* one per member path */
	AdpCell *array;	  /* all rows; absent if the page has no such member */
} AdpPage;

/*
 * Compiles a shape into cxt.  array_key names the page's array of rows; a page
 * without it has no rows.  fields are dotted paths of keys below a row object
 * ("adGroup.ad.id") and may contain duplicates.  members are the names of the
 * wanted top-level members beside the rows.
 */
extern AdpRowShape *adp_rows_compile(MemoryContext cxt, const char *array_key,
									 const char *const *fields, int nfields,
									 const char *const *members, int nmembers);

/*
 * Parses one page into cxt.  On failure returns NULL and fills *error:
 * ADP_ERR_FORMAT with the byte offset and the expected token, or ADP_ERR_LIMIT
 * beyond the nesting limit.  The body must be one complete JSON object in valid
 * UTF-8 without NUL, and its array must be an array of objects.  Checks for
 * interrupts at least every 1,000 rows.
 */
extern AdpPage *adp_rows_parse(const AdpRowShape *shape, const char *body,
							   Size body_len, MemoryContext cxt,
							   AdpError *error);

/*
 * The text of a string cell with escapes decoded, palloc'd and NUL-terminated.
 * Stores the length in *len unless NULL.  Returns NULL if the escapes encode
 * NUL or a broken surrogate pair, which text cannot hold.
 */
extern char *adp_cell_text(const AdpCell *cell, int *len);

/*
 * Whether the text of a cell is a decimal number: digits with an optional sign,
 * point and exponent.  The input functions of numeric and of floating-point types
 * take each such text.
 */
extern bool adp_cell_is_decimal(const AdpCell *cell);

/*
 * The JSON text of a cell that is not absent, palloc'd and NUL-terminated.
 * Strings without quotes in the page get them.
 */
extern char *adp_cell_json(const AdpCell *cell);

/*
 * Throws if a list of n elements may have no more; checks for interrupts now and
 * then.
 */
extern void adp_list_check(int n);

/*
 * Lists the elements of an array cell as palloc'd cells inside the same page.
 * Returns their number, or -1 if an element is not a scalar.
 */
extern int adp_cell_elements(const AdpCell *array, AdpCell **elements);

/*
 * Lists the elements of an array cell of objects as palloc'd cells inside the
 * same page.  Returns their number, or -1 if an element is not an object.
 */
extern int adp_cell_objects(const AdpCell *array, AdpCell **objects);

/*
 * Finds a member of an object cell by key.  The key is compared with the page's
 * text without decoding escapes.  Returns false if there is no such member.
 */
extern bool adp_cell_member(const AdpCell *object, const char *key,
							AdpCell *member);

#endif /* ADP_BASE_ROWS_H */
