/*
 * page.h
 *	  The rows of one page, JSON or CSV.
 *
 * The whole page is parsed and checked before its first row is returned.
 */
#ifndef ADP_PLATFORM_READER_PAGE_H
#define ADP_PLATFORM_READER_PAGE_H

#include "platform/api/api_types.h"
#include "platform/platform.h"

/* Which parts of each page a query reads. */
typedef struct AdpPageForm AdpPageForm;

/* A page being read. */
typedef struct AdpPageRows AdpPageRows;

/* Compiles the form in cxt; shaper NULL: one cell per field of the query. */
extern AdpPageForm *adp_page_form(MemoryContext cxt,
								  const AdpPlatform *platform,
								  AdpShaper *shaper, const AdpQuery *query);

/*
 * Parses and checks a body into cxt; the body must stay.  ask is the request:
 * account and query.  Returns NULL, with *error filled in, if the body is not
 * a complete page of this account, or reports a failure.
 *
 * A row's account is checked if the row names it: see row_account of the
 * platform.  Its day is checked if the query reads it.
 */
extern AdpPageRows *adp_page_open(const AdpPageForm *form,
								  const AdpPageAsk *ask, const char *body,
								  Size len, MemoryContext cxt, AdpError *error);

/* Returns the number of rows. */
extern int64 adp_page_count(const AdpPageRows *rows);

/* Returns the number of rows of all pages, as the page says it; -1: it does not. */
extern int64 adp_page_total(const AdpPageRows *rows);

/* Returns a hash of the rows' bytes, for a paged platform; see page_walk.h. */
extern uint64 adp_page_hash(const AdpPageRows *rows);

/*
 * Returns the next row, of which the shaper may make several of one row read:
 * one cell per field, valid until the next call; NULL at the end.
 */
extern const AdpCell *adp_page_next(AdpPageRows *rows);

/*
 * Returns the token of the page that follows the one requested with token, as
 * the pager's callback next does.
 */
extern const char *adp_page_next_token(const AdpPageRows *rows,
									   const char *token);

#endif /* ADP_PLATFORM_READER_PAGE_H */
