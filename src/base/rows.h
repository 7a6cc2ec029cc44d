/*
 * rows.h
 *	  Row streams: one page of JSON to cells, fast.
 *
 * A page is a JSON object that holds an array of row objects under one key,
 * beside a few members of its own such as the next page's token.  The shape of
 * interest (which array, which fields of a row, which members of the page) is
 * compiled once per scan.  Parsing walks the whole page once with the server's
 * own lexer, checks all of it, and yields for each row one cell per field: the
 * place and length of the value in the page.  Nothing is copied and nothing is
 * un-escaped; that happens when a cell becomes a Datum, for those that need it.
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
 * One value: bytes inside the page, which must outlive the cell, or bytes that
 * a shaper made.
 */
typedef struct AdpCell
{
	const char *data;
	uint32 len;
	uint8 kind;		 /* an AdpCellKind */
	bool has_escape; /* a string that holds a backslash */
	bool is_quoted;	 /* a string with its quotes around it, as in a JSON page;
					  * false for one that we made or that is from CSV */
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
 * Compiles a shape into cxt.  array_key: name of the page's array of rows,
 * which may be absent from a page (no rows).  fields: dotted paths of keys
 * below a row object ("adGroup.ad.id"); the same path may stand twice.
 * members: names of top-level members wanted beside the rows.
 */
extern AdpRowShape *adp_rows_compile(MemoryContext cxt, const char *array_key,
									 const char *const *fields, int nfields,
									 const char *const *members, int nmembers);

/*
 * Parses one page into cxt.  Returns NULL and fills *error (ADP_ERR_FORMAT
 * with the byte offset and what was expected, ADP_ERR_LIMIT past the nesting
 * limit) unless the body is one complete, valid JSON object in valid UTF-8
 * without NUL, whose array is an array of objects.  Checks for interrupts at
 * least every 1,000 rows.
 */
extern AdpPage *adp_rows_parse(const AdpRowShape *shape, const char *body,
							   Size body_len, MemoryContext cxt,
							   AdpError *error);

/*
 * The text of a string cell, un-escaped, palloc'd and NUL-terminated; its
 * length goes to *len unless NULL.  Returns NULL if the escapes name
 * the character NUL or a broken surrogate pair, which text cannot hold.
 */
extern char *adp_cell_text(const AdpCell *cell, int *len);

/*
 * The elements of an array cell, as palloc'd cells inside the same page; their
 * number, or -1 if one of them is no scalar.
 */
extern int adp_cell_elements(const AdpCell *array, AdpCell **elements);

/*
 * The elements of an array cell of objects, as palloc'd cells inside the same
 * page; their number, or -1 if one of them is no object.
 */
extern int adp_cell_objects(const AdpCell *array, AdpCell **objects);

/*
 * Finds a member of an object cell by its key, which is compared as it stands
 * in the page; false if there is none.
 */
extern bool adp_cell_member(const AdpCell *object, const char *key,
							AdpCell *member);

#endif /* ADP_BASE_ROWS_H */
