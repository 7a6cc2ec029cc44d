/*
 * page_walk.h
 *	  The way through the pages of one answer: that it goes on, and ends.
 *
 * A token that comes again would make a scan read pages for ever, rows that come
 * again under another token would count twice.  So the walk remembers what there
 * was: of each page a hash of its token and one of its rows, whatever stands
 * beside them.  Rows differ from page to page since each tells what it is of:
 * that is asked for with every query.  A page that is asked for again, because
 * it could not be read or was too big, is taken in once.
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

/* All zero: no page has come yet. */
typedef struct AdpPageWalk
{
	int npages;
	int nempty;		  /* pages without rows, one after the other */
	char *token;	  /* of the page to ask for; NULL: the first */
	AdpHashes tokens; /* of all pages but the first */
	AdpHashes rows;	  /* of all pages with rows */
} AdpPageWalk;

/* Whose pages they are, for errors. */
typedef struct AdpWalker
{
	const char *platform;
	const char *subject; /* "account 1234567890, 2026-11-01 to 2026-11-07" */
} AdpWalker;

/*
 * Takes in a page that was found sound, before any of it is used.  Throws if
 * its rows came before, and if there are more pages, or pages without rows, than
 * any answer has.  The first call's CurrentMemoryContext must last as long as
 * the walk.
 */
extern void adp_page_walk_take(AdpPageWalk *walk, const AdpWalker *walker,
							   int64 nrows, uint64 hash);

/*
 * Goes on to the page of a token, which is copied; throws if that came before,
 * or is NULL or empty: then there is a page, but no way to ask for it.
 */
extern void adp_page_walk_go_on(AdpPageWalk *walk, const AdpWalker *walker,
								const char *token);

/* Forgets the walk, for another one. */
extern void adp_page_walk_clear(AdpPageWalk *walk);

#endif /* ADP_PLATFORM_API_PAGE_WALK_H */
