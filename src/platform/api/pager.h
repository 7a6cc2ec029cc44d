/*
 * pager.h
 *	  How the pages of a report, or of a list of accounts, follow each other.
 *
 * A platform points at a const AdpPager for its rows, and at one for its list
 * of accounts.  It reads from a page whether another one follows and by which
 * token to request it, and writes that token into the next request: a text
 * that the platform reported, or a number that the pager counts.  A response
 * without a pager is a single page.
 */
#ifndef ADP_PLATFORM_API_PAGER_H
#define ADP_PLATFORM_API_PAGER_H

#include "platform/api/api_types.h"

/* A page that was read. */
typedef struct AdpPageEnd
{
	const char *token; /* that it was requested with; NULL: the first page */
	int64 nrows;
	const AdpJson *doc; /* its members; of a page of rows only the pager's */
} AdpPageEnd;

typedef struct AdpPager
{
	const char *member; /* dotted path beside the rows of a page, read by next */

	/*
	 * Returns the token of the page that follows, valid as long as doc and
	 * CurrentMemoryContext.  NULL: this page is the last.  Empty: another page
	 * follows, but its token cannot be read.
	 */
	const char *(*next)(const struct AdpPager *pager, const AdpPageEnd *page);

	/*
	 * Writes into a request which page it asks for: the one of a token, or the
	 * first for NULL, with so many rows; 0: as many as the platform likes.
	 */
	void (*ask)(const struct AdpPager *pager, const char *token, int rows,
				AdpApiRequest *request);

	/*
	 * Whether a page is the requested one and has all its rows, by what it says
	 * about itself.  Returns false with *error, class ADP_ERR_FORMAT, if not.
	 * NULL: pages say nothing.
	 */
	bool (*check)(const struct AdpPager *pager, const AdpPageEnd *page,
				  AdpError *error);

	const char *total; /* path of the number of rows of all pages; or NULL */
} AdpPager;

/* The callbacks, for a pager that may be NULL: there is one page. */
static inline const char *
adp_pager_next(const AdpPager *pager, const AdpPageEnd *page)
{
	return pager != NULL ? pager->next(pager, page) : NULL;
}

static inline void
adp_pager_ask(const AdpPager *pager, const char *token, int rows,
			  AdpApiRequest *request)
{
	if (pager != NULL)
		pager->ask(pager, token, rows, request);
}

/*
 * A pager for tokens that are texts in a page: base with adp_token_pager_next,
 * and with adp_token_pager_ask if they are parameters of the query string.
 */
typedef struct AdpTokenPager
{
	AdpPager base;
	const char *more;  /* dotted path; absent, null or empty on the last page */
	const char *token; /* dotted path; more and token begin with base.member */

	/* names of parameters */
	const char *token_param;
	const char *rows_param;
} AdpTokenPager;

extern const char *adp_token_pager_next(const AdpPager *base,
										const AdpPageEnd *page);
extern void adp_token_pager_ask(const AdpPager *base, const char *token,
								int rows, AdpApiRequest *request);

/*
 * Pages that are numbered from 0 by parameter "page", and say in member "last"
 * whether another one follows.
 */
extern const AdpPager adp_numbered_pages;

#endif /* ADP_PLATFORM_API_PAGER_H */
