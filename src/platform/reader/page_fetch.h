/*
 * page_fetch.h
 *	  Fetches pages: one is on its way while another is being read.
 *
 * On a platform with a response cache, a page may be cached, or another scan
 * may be fetching it.  We then drive that scan's call, because its owner may
 * be suspended, for example an idle cursor.  The body of the last page stays
 * valid while the next page is being fetched.
 */
#ifndef ADP_PLATFORM_READER_PAGE_FETCH_H
#define ADP_PLATFORM_READER_PAGE_FETCH_H

#include "platform/api/assembler.h"
#include "platform/api/call.h"

typedef struct AdpPageFetch AdpPageFetch;

typedef enum AdpPageFetchState
{
	ADP_PAGE_FETCH_RUNNING,
	ADP_PAGE_FETCH_READY,  /* the page's body has arrived */
	ADP_PAGE_FETCH_FAILED, /* permanently; see adp_page_fetch_failure() */
	ADP_PAGE_FETCH_GONE	   /* the other scan gave up: drop it, start again */
} AdpPageFetchState;

/* Allocates a fetch in cxt; sends nothing yet. */
extern AdpPageFetch *adp_page_fetch_create(AdpSession *session,
										   MemoryContext cxt);

/*
 * Starts a page, unless its response is cached or being fetched.  Nothing is
 * sent yet, so that the caller can first free the request, which is copied and
 * may be long.  subject is as for calls, and must stay.
 */
extern void adp_page_fetch_start(AdpPageFetch *fetch,
								 const AdpApiRequest *request,
								 const char *subject);

/*
 * Starts a page that an assembler makes of several answers.  Nothing is sent
 * yet; what ask points at must stay.
 */
extern void adp_page_fetch_assemble(AdpPageFetch *fetch,
									const AdpAssembler *assembler,
									const AdpPageAsk *ask, const char *subject);

/* Sends our own request, if there is one, unless it has to wait. */
extern void adp_page_fetch_send(AdpPageFetch *fetch);

/* Advances the page as far as possible without waiting. */
extern AdpPageFetchState adp_page_fetch_advance(AdpPageFetch *fetch);

/* After ADP_PAGE_FETCH_FAILED: the platform's failure, valid until the drop. */
extern const AdpFailure *adp_page_fetch_failure(const AdpPageFetch *fetch);

/* After ADP_PAGE_FETCH_FAILED: replaces the error's hint, unless NULL. */
extern void adp_page_fetch_advise(AdpPageFetch *fetch, const char *hint);

/* After ADP_PAGE_FETCH_FAILED: throws the error. */
pg_noreturn extern void adp_page_fetch_throw(const AdpPageFetch *fetch);

/* After ADP_PAGE_FETCH_READY: the body, valid while the page is held. */
extern const char *adp_page_fetch_body(const AdpPageFetch *fetch, Size *len);

/*
 * Reports a malformed body: it is fetched again.  Throws if it came from the
 * cache: it is well-formed, but perhaps lacks columns of this query.
 */
extern void adp_page_fetch_reject(AdpPageFetch *fetch, const AdpError *why);

/*
 * Keeps the body, which was found complete, until adp_page_fetch_let_go().
 * Adds it to the response cache of platforms that have one.
 */
extern void adp_page_fetch_hold(AdpPageFetch *fetch);

/* Frees the body that is held, if any. */
extern void adp_page_fetch_let_go(AdpPageFetch *fetch);

/* Ends the current page, if any. */
extern void adp_page_fetch_drop(AdpPageFetch *fetch);

#endif /* ADP_PLATFORM_READER_PAGE_FETCH_H */
