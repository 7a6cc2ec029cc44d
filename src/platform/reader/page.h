/*
 * page.h
 *	  The rows of one page, whatever it is written in.
 *
 * A page is opened whole: all of it is parsed and checked before its first row
 * is given.
 */
#ifndef ADP_PLATFORM_READER_PAGE_H
#define ADP_PLATFORM_READER_PAGE_H

#include "platform/api/api_types.h"
#include "platform/platform.h"

/* What is read of each page of a query. */
typedef struct AdpPageForm AdpPageForm;

/* A page being read. */
typedef struct AdpPageRows AdpPageRows;

/* Compiles the form in cxt; shaper NULL: one cell per field of the query. */
extern AdpPageForm *adp_page_form(MemoryContext cxt,
								  const AdpPlatform *platform,
								  AdpShaper *shaper, const AdpQuery *query);

/*
 * Parses and checks a body into cxt; the body must stay.  ask is what the body
 * answers: account and query.  NULL, with *error filled in, if it is no whole
 * page of this account, or reports a failure.
 *
 * A row's account is compared where the row tells it: see row_account of the
 * platform.
 */
extern AdpPageRows *adp_page_open(const AdpPageForm *form,
								  const AdpPageAsk *ask, const char *body,
								  Size len, MemoryContext cxt, AdpError *error);

/* The number of rows. */
extern int64 adp_page_count(const AdpPageRows *rows);

/* A hash of the rows as they came, for a platform with pages; see page_walk.h. */
extern uint64 adp_page_hash(const AdpPageRows *rows);

/* The next row's cells, good until the next call; NULL after the last. */
extern const AdpCell *adp_page_next(AdpPageRows *rows);

/* What the shaper made of the page's header; NULL where there is none. */
extern void *adp_page_header(const AdpPageRows *rows);

/*
 * The text beside the rows at a dotted path that begins at the token's member;
 * NULL if there is none.
 */
extern const char *adp_page_text(const AdpPageRows *rows, const char *path);

#endif /* ADP_PLATFORM_READER_PAGE_H */
