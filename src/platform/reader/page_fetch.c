/*
 * page_fetch.c
 *	  A page on its way, and the one that is being read.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "platform/api/client.h"
#include "platform/reader/page_fetch.h"
#include "platform/reader/response_cache.h"

/* Time between two looks at a call of another scan, in milliseconds. */
#define LOOK_GAP_MS 10

struct AdpPageFetch
{
	AdpSession *session;
	MemoryContext cxt;

	/* the page on its way, or arrived */
	const char *subject;
	AdpCall *own;	 /* our call for it, or NULL */
	AdpCall *failed; /* the call that failed, ours or another scan's */

	/* where the platform's answers are kept; NULL elsewhere */
	char *wanted;				/* the request whose answer is looked for */
	AdpCachedResponse *found;	/* that answer, there already */
	AdpCall *borrowed;			/* another scan's call for it, done */
	AdpPendingResponse *notice; /* of our own call for it */

	/* what holds the body that is being read */
	AdpCall *reading;
	AdpCachedResponse *kept;
};

/*
 * Makes a fetch.
 */
AdpPageFetch *
adp_page_fetch_create(AdpSession *session, MemoryContext cxt)
{
	AdpPageFetch *fetch = MemoryContextAllocZero(cxt, sizeof(AdpPageFetch));

	fetch->session = session;
	fetch->cxt = cxt;
	return fetch;
}

/*
 * Starts to fetch a page, unless its answer is to be had otherwise: kept from
 * before, or about to come to another scan.
 */
void
adp_page_fetch_start(AdpPageFetch *fetch, const AdpApiRequest *request,
					 const char *subject)
{
	AdpSession *session = fetch->session;
	MemoryContext cxt = fetch->cxt;

	Assert(!adp_page_fetch_is_under_way(fetch));
	fetch->subject = subject;
	if (session->platform->keeps_answers)
	{
		fetch->wanted = MemoryContextStrdup(cxt, request->path);
		fetch->found =
			adp_response_cache_find(cxt, session->settings, fetch->wanted);
		if (fetch->found != NULL ||
			adp_response_cache_under_way(session->settings, fetch->wanted) !=
				NULL)
			return;
	}
	fetch->own = adp_client_call(session, cxt, request, subject);
	if (fetch->wanted != NULL)
		fetch->notice = adp_response_cache_announce(cxt, session->settings,
													fetch->wanted, fetch->own);
}

/*
 * Sends our own request for the page.
 */
void
adp_page_fetch_send(AdpPageFetch *fetch)
{
	if (fetch->own != NULL)
		adp_client_advance(fetch->own);
}

/*
 * Whether a page was asked for that is neither held nor dropped.
 */
bool
adp_page_fetch_is_under_way(const AdpPageFetch *fetch)
{
	return fetch->own != NULL || fetch->wanted != NULL;
}

/*
 * The call that is to bring the page; NULL once its answer is kept, or if nobody
 * asks for the page any more.  It may be another scan's.
 */
static AdpCall *
call_to_advance(AdpPageFetch *fetch)
{
	AdpSession *session = fetch->session;
	AdpCall *other;

	if (fetch->own != NULL && !adp_call_is_taken(fetch->own))
		return fetch->own;
	if (fetch->found == NULL)
		fetch->found = adp_response_cache_find(fetch->cxt, session->settings,
											   fetch->wanted);
	if (fetch->found != NULL || fetch->own != NULL)
		return NULL;
	other = adp_response_cache_under_way(session->settings, fetch->wanted);
	if (other != NULL)
	{
		adp_call_poll(other);
		adp_session_wake_at(session, adp_clock_ms() + LOOK_GAP_MS);
	}
	return other;
}

/*
 * Takes the page as far as it goes.
 */
AdpPageFetchState
adp_page_fetch_advance(AdpPageFetch *fetch)
{
	AdpCall *call = call_to_advance(fetch);

	fetch->borrowed = NULL;
	if (call == NULL)
		return fetch->found != NULL ? ADP_PAGE_FETCH_READY
									: ADP_PAGE_FETCH_GONE;
	switch (adp_client_advance(call))
	{
		case ADP_CALL_RUNNING:
			break;
		case ADP_CALL_DONE:
			fetch->borrowed = call == fetch->own ? NULL : call;
			return ADP_PAGE_FETCH_READY;
		case ADP_CALL_FAILED:
			fetch->failed = call;
			return ADP_PAGE_FETCH_FAILED;
	}
	return ADP_PAGE_FETCH_RUNNING;
}

/*
 * How the platform put it.
 */
const AdpFailure *
adp_page_fetch_failure(const AdpPageFetch *fetch)
{
	return adp_call_failure(fetch->failed);
}

/*
 * Puts another hint into the error of a failed fetch.
 */
void
adp_page_fetch_advise(AdpPageFetch *fetch, const char *hint)
{
	if (hint != NULL)
		adp_call_advise(fetch->failed, hint);
}

/*
 * Throws the error of a failed fetch.
 */
void
adp_page_fetch_throw(const AdpPageFetch *fetch)
{
	adp_call_throw(fetch->failed);
}

/*
 * The call that has brought the page, if it was not kept from before.
 */
static AdpCall *
arrived_call(const AdpPageFetch *fetch)
{
	return fetch->borrowed != NULL ? fetch->borrowed : fetch->own;
}

/*
 * The body of the page that has arrived.
 */
const char *
adp_page_fetch_body(const AdpPageFetch *fetch, Size *len)
{
	return fetch->found != NULL ? adp_response_cache_body(fetch->found, len)
								: adp_call_body(arrived_call(fetch), len);
}

/*
 * Deals with a body that cannot be read.
 */
void
adp_page_fetch_reject(AdpPageFetch *fetch, const AdpError *why)
{
	AdpError told = {0};

	if (fetch->found != NULL)
	{
		adp_call_word_unreadable(fetch->session, fetch->subject, why, &told);
		adp_error_throw(&told);
	}
	adp_call_reject(arrived_call(fetch), why);
	adp_client_advance(arrived_call(fetch));
}

/*
 * Holds on to the body of the page that has arrived.
 */
void
adp_page_fetch_hold(AdpPageFetch *fetch)
{
	AdpSession *session = fetch->session;

	if (fetch->found != NULL || fetch->borrowed != NULL)
		session->stats.kept++;
	if (fetch->wanted == NULL)
	{
		adp_call_accept(fetch->own);
		fetch->reading = fetch->own;
		fetch->own = NULL;
		return;
	}
	fetch->kept = fetch->found;
	if (fetch->kept == NULL)
		fetch->kept =
			adp_response_cache_put(fetch->cxt, session->settings, fetch->wanted,
								   arrived_call(fetch));
	fetch->found = NULL;
	adp_page_fetch_drop(fetch);
}

/*
 * Lets go of the body that is held.
 */
void
adp_page_fetch_let_go(AdpPageFetch *fetch)
{
	if (fetch->reading != NULL)
		adp_call_release(fetch->reading);
	if (fetch->kept != NULL)
		adp_response_cache_release(fetch->kept);
	fetch->reading = NULL;
	fetch->kept = NULL;
}

/*
 * Lets go of the page that was asked for.
 */
void
adp_page_fetch_drop(AdpPageFetch *fetch)
{
	if (fetch->notice != NULL)
		adp_response_cache_withdraw(fetch->notice);
	if (fetch->found != NULL)
		adp_response_cache_release(fetch->found);
	if (fetch->own != NULL)
		adp_call_release(fetch->own);
	fetch->notice = NULL;
	fetch->found = NULL;
	fetch->own = NULL;
	fetch->failed = NULL;
	fetch->borrowed = NULL;
	fetch->wanted = NULL;
}
