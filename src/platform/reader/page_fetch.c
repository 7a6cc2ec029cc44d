/*
 * page_fetch.c
 *	  Fetches pages: one is on its way while another is being read.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "platform/api/client.h"
#include "platform/reader/assembly.h"
#include "platform/reader/page_fetch.h"
#include "platform/reader/response_cache.h"

struct AdpPageFetch
{
	AdpSession *session;
	MemoryContext cxt;

	/* the page that is being fetched, or has arrived */
	const char *subject;
	AdpCall *own;			  /* our call for it, or NULL */
	AdpAssemblyRun *assembly; /* makes it of several answers, or NULL */

	/* for platforms with a response cache; else NULL */
	char *request;				 /* the request to look up */
	AdpCachedResponse *found;	 /* its cached response */
	AdpPendingResponse *pending; /* announces our own call for it; without one,
								  * another scan's, until the next advance */

	/* holds the body that is being read */
	AdpCall *reading;
	AdpAssemblyRun *assembled;
	AdpCachedResponse *cached;
};

/*
 * Allocates a fetch.
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
 * Prepares the call for a page, unless its response is cached, or another scan
 * is fetching it.
 */
void
adp_page_fetch_start(AdpPageFetch *fetch, const AdpApiRequest *request,
					 const char *subject)
{
	AdpSession *session = fetch->session;
	MemoryContext cxt = fetch->cxt;

	Assert(fetch->own == NULL && fetch->request == NULL);
	fetch->subject = subject;
	if (session->platform->keeps_answers)
	{
		fetch->request = MemoryContextStrdup(cxt, request->path);
		fetch->found =
			adp_response_cache_find(cxt, session->settings, fetch->request);
		if (fetch->found != NULL ||
			adp_response_cache_drive(session, fetch->request) != NULL)
			return;
	}
	fetch->own = adp_client_call(session, cxt, request, subject);
	if (fetch->request != NULL)
		fetch->pending =
			adp_response_cache_announce(cxt, fetch->request, fetch->own);
}

/*
 * Prepares a page that is made of several answers.
 */
void
adp_page_fetch_assemble(AdpPageFetch *fetch, const AdpAssembler *assembler,
						const AdpPageAsk *ask, const char *subject)
{
	Assert(fetch->own == NULL && fetch->assembly == NULL);
	fetch->subject = subject;
	fetch->assembly = adp_assembly_create(fetch->session, fetch->cxt, assembler,
										  ask, subject);
}

/*
 * Sends our own request for the page.
 */
void
adp_page_fetch_send(AdpPageFetch *fetch)
{
	if (fetch->own != NULL)
		adp_client_advance(fetch->own);
	if (fetch->assembly != NULL)
		adp_assembly_advance(fetch->assembly);
}

/*
 * Returns the call that fetches the page, ours or another scan's; NULL without
 * one.
 */
static AdpCall *
call_of(const AdpPageFetch *fetch)
{
	if (fetch->own != NULL)
		return fetch->own;
	return fetch->pending ? adp_response_cache_call(fetch->pending) : NULL;
}

/*
 * Returns the call to advance; NULL once the response is cached, or if no call
 * fetches the page any more.
 */
static AdpCall *
find_call(AdpPageFetch *fetch)
{
	AdpSession *session = fetch->session;

	if (fetch->own != NULL && !adp_call_is_taken(fetch->own))
		return fetch->own;
	if (fetch->found == NULL)
		fetch->found = adp_response_cache_find(fetch->cxt, session->settings,
											   fetch->request);
	if (fetch->found != NULL || fetch->own != NULL)
		return NULL;
	fetch->pending = adp_response_cache_drive(session, fetch->request);
	return call_of(fetch);
}

/*
 * Advances that call, or the assembly.
 */
AdpPageFetchState
adp_page_fetch_advance(AdpPageFetch *fetch)
{
	AdpCall *call = fetch->assembly == NULL ? find_call(fetch) : NULL;

	if (call == NULL && fetch->assembly == NULL)
		return fetch->found != NULL ? ADP_PAGE_FETCH_READY
									: ADP_PAGE_FETCH_GONE;
	switch (call != NULL ? adp_client_advance(call)
						 : adp_assembly_advance(fetch->assembly))
	{
		case ADP_CALL_RUNNING:
			break;
		case ADP_CALL_DONE:
			return ADP_PAGE_FETCH_READY;
		case ADP_CALL_FAILED:
			return ADP_PAGE_FETCH_FAILED;
	}
	return ADP_PAGE_FETCH_RUNNING;
}

/*
 * Returns the platform's failure.
 */
const AdpFailure *
adp_page_fetch_failure(const AdpPageFetch *fetch)
{
	if (fetch->assembly != NULL)
		return adp_assembly_failure(fetch->assembly);
	return adp_call_failure(call_of(fetch));
}

/*
 * Replaces the hint of a failed fetch.
 */
void
adp_page_fetch_advise(AdpPageFetch *fetch, const char *hint)
{
	if (hint != NULL && fetch->assembly == NULL)
		adp_call_advise(call_of(fetch), hint);
}

/*
 * Throws the error of a failed fetch.
 */
void
adp_page_fetch_throw(const AdpPageFetch *fetch)
{
	if (fetch->assembly != NULL)
		adp_assembly_throw(fetch->assembly);
	adp_call_throw(call_of(fetch));
}

/*
 * Returns the body of the page that has arrived.
 */
const char *
adp_page_fetch_body(const AdpPageFetch *fetch, Size *len)
{
	if (fetch->assembly != NULL)
		return adp_assembly_body(fetch->assembly, len);
	return fetch->found != NULL ? adp_response_cache_body(fetch->found, len)
								: adp_call_body(call_of(fetch), len);
}

/*
 * Handles a malformed body.
 */
void
adp_page_fetch_reject(AdpPageFetch *fetch, const AdpError *why)
{
	AdpError error = {0};

	if (fetch->assembly != NULL)
		adp_assembly_reject(fetch->assembly, why);
	if (fetch->found != NULL)
	{
		adp_call_word_unreadable(fetch->session, fetch->subject, why, &error);
		adp_error_throw(&error);
	}
	adp_call_reject(call_of(fetch), why);
	adp_client_advance(call_of(fetch));
}

/*
 * Keeps the body of the page that has arrived.
 */
void
adp_page_fetch_hold(AdpPageFetch *fetch)
{
	AdpSession *session = fetch->session;

	if (fetch->assembly != NULL)
	{
		fetch->assembled = fetch->assembly;
		fetch->assembly = NULL;
		return;
	}
	if (fetch->found != NULL || fetch->own == NULL)
		session->stats.kept++;
	if (fetch->request == NULL)
	{
		adp_call_accept(fetch->own);
		fetch->reading = fetch->own;
		fetch->own = NULL;
		return;
	}
	fetch->cached = fetch->found;
	if (fetch->cached == NULL)
		fetch->cached = adp_response_cache_put(fetch->cxt, session->settings,
											   fetch->request, fetch->pending);
	fetch->found = NULL;
	adp_page_fetch_drop(fetch);
}

/*
 * Frees the body that is being read.
 */
void
adp_page_fetch_let_go(AdpPageFetch *fetch)
{
	if (fetch->reading != NULL)
		adp_call_release(fetch->reading);
	if (fetch->cached != NULL)
		adp_response_cache_release(fetch->cached);
	if (fetch->assembled != NULL)
		adp_assembly_release(fetch->assembled);
	fetch->reading = NULL;
	fetch->assembled = NULL;
	fetch->cached = NULL;
}

/*
 * Ends the current page.
 */
void
adp_page_fetch_drop(AdpPageFetch *fetch)
{
	if (fetch->found != NULL)
		adp_response_cache_release(fetch->found);
	if (fetch->own != NULL && fetch->pending != NULL)
		adp_response_cache_withdraw(fetch->pending);
	if (fetch->own != NULL)
		adp_call_release(fetch->own);
	if (fetch->assembly != NULL)
		adp_assembly_release(fetch->assembly);
	fetch->assembly = NULL;
	fetch->found = NULL;
	fetch->pending = NULL;
	fetch->own = NULL;
	fetch->request = NULL;
}
