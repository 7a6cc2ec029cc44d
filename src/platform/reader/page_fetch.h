/*
 * page_fetch.h
 *	  A page on its way, and the one that is being read.
 *
 * Where a platform's answers are kept, a page may be there already, or be about
 * to come to another scan, whose call is taken along then: who it belongs to
 * may not be at work.  The page that was held last stays while the next one is
 * on its way.
 */
#ifndef ADP_PLATFORM_READER_PAGE_FETCH_H
#define ADP_PLATFORM_READER_PAGE_FETCH_H

#include "platform/api/call.h"

typedef struct AdpPageFetch AdpPageFetch;

typedef enum AdpPageFetchState
{
	ADP_PAGE_FETCH_RUNNING,
	ADP_PAGE_FETCH_READY,  /* the page's body is there */
	ADP_PAGE_FETCH_FAILED, /* for good; see adp_page_fetch_failure() */
	ADP_PAGE_FETCH_GONE /* who was to bring it gave up: drop it, start anew */
} AdpPageFetchState;

/* Makes a fetch in cxt that fetches nothing yet. */
extern AdpPageFetch *adp_page_fetch_create(AdpSession *session,
										   MemoryContext cxt);

/*
 * Asks for a page, unless its answer is there, or under way, already.  Nothing
 * is sent yet, so that the request, which is copied and may be long, can be let
 * go of first.  subject is as for calls, and must stay.
 */
extern void adp_page_fetch_start(AdpPageFetch *fetch,
								 const AdpApiRequest *request,
								 const char *subject);

/* Sends the request, if we are to and can without waiting. */
extern void adp_page_fetch_send(AdpPageFetch *fetch);

/* Whether a page was asked for that is neither held nor dropped. */
extern bool adp_page_fetch_is_under_way(const AdpPageFetch *fetch);

/* Takes the page as far as it goes without waiting. */
extern AdpPageFetchState adp_page_fetch_advance(AdpPageFetch *fetch);

/* After ADP_PAGE_FETCH_FAILED: how the platform put it; good until it is dropped. */
extern const AdpFailure *adp_page_fetch_failure(const AdpPageFetch *fetch);

/* After ADP_PAGE_FETCH_FAILED: puts another hint, unless NULL, into the error. */
extern void adp_page_fetch_advise(AdpPageFetch *fetch, const char *hint);

/* After ADP_PAGE_FETCH_FAILED: throws the error. */
pg_noreturn extern void adp_page_fetch_throw(const AdpPageFetch *fetch);

/* After ADP_PAGE_FETCH_READY: the body, good as long as the page is held. */
extern const char *adp_page_fetch_body(const AdpPageFetch *fetch, Size *len);

/*
 * Says that the body cannot be read: it is fetched again.  Throws if it was
 * kept: it was read once, but perhaps not for the columns that are wanted now.
 */
extern void adp_page_fetch_reject(AdpPageFetch *fetch, const AdpError *why);

/*
 * Holds on to the body, which was found whole, until adp_page_fetch_let_go(); where
 * answers are kept, it goes there.
 */
extern void adp_page_fetch_hold(AdpPageFetch *fetch);

/* Lets go of the body that is held; harmless without one. */
extern void adp_page_fetch_let_go(AdpPageFetch *fetch);

/* Lets go of the page that was asked for; harmless without one. */
extern void adp_page_fetch_drop(AdpPageFetch *fetch);

#endif /* ADP_PLATFORM_READER_PAGE_FETCH_H */
