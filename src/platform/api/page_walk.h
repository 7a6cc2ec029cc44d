/*
 * page_walk.h
 *	  Walks through the pages of a response, which must differ and end.
 *
 * With a repeated token a scan would never end; repeated rows under another
 * token would count twice.  So the walk keeps a hash of each page's token and
 * one of its rows.  Rows of two pages differ, since every query requests what
 * identifies them.  A page that is requested again, because it was malformed or
 * too large, is recorded once.
 */
#ifndef ADP_PLATFORM_API_PAGE_WALK_H
#define ADP_PLATFORM_API_PAGE_WALK_H

/* Hashes in ascending order. */
typedef struct AdpHashes
{
	int count;
	int capacity;
	uint64 *items;
} AdpHashes;

/* All zero: no page was read yet. */
typedef struct AdpPageWalk
{
	int npages;
	int nempty;		  /* consecutive pages without rows */
	char *token;	  /* of the next page; NULL: the first page */
	AdpHashes tokens; /* of all pages but the first */
	AdpHashes rows;	  /* of all pages with rows */
} AdpPageWalk;

/* Names the pages in errors. */
typedef struct AdpWalker
{
	const char *platform;
	const char *subject; /* "account 1234567890, 2026-11-01 to 2026-11-07" */
} AdpWalker;

/*
 * Records a well-formed page before its rows are used.  Throws if its rows are
 * those of an earlier page, or if there are more pages, or more without rows,
 * than any response has.  The walk lives in the first call's
 * CurrentMemoryContext.
 */
extern void adp_page_walk_take(AdpPageWalk *walk, const AdpWalker *walker,
							   int64 nrows, uint64 hash);

/*
 * Goes on to the page of a token, which is copied.  Throws if the token is that
 * of an earlier page, or empty: the page cannot be requested.
 */
extern void adp_page_walk_go_on(AdpPageWalk *walk, const AdpWalker *walker,
								const char *token);

/* Empties the walk. */
extern void adp_page_walk_clear(AdpPageWalk *walk);

#endif /* ADP_PLATFORM_API_PAGE_WALK_H */
