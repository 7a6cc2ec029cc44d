/*
 * account_list.c
 *	  A platform's list of accounts, fetched page by page.
 */
#include "postgres.h"

#include "platform/accounts/account_list.h"
#include "platform/api/client.h"
#include "platform/api/page_walk.h"
#include "platform/api/request.h"

struct AdpAccountList
{
	AdpSession *session;
	MemoryContext cxt;
	AdpAccountSet accounts; /* of all pages so far */
	AdpPageWalk walk;		/* through these pages */
	int64 nrows;			/* of these pages */
	AdpCall *call;			/* request for the next page, or NULL */
	bool is_broken;			/* the next page cannot be requested */
};

/*
 * Allocates a list; sends nothing.
 */
AdpAccountList *
adp_account_list_create(AdpSession *session, MemoryContext cxt)
{
	AdpAccountList *listing =
		MemoryContextAllocZero(cxt, sizeof(AdpAccountList));

	listing->session = session;
	listing->cxt = cxt;
	return listing;
}

/*
 * Returns the name of the list in errors.
 */
static const char *
subject_of(const AdpSession *session, bool is_sentence)
{
	if (session->settings->manager == NULL)
		return is_sentence ? "List of accounts" : "list of accounts";
	return psprintf("%sccounts under manager %s", is_sentence ? "A" : "a",
					session->settings->manager);
}

/*
 * Creates the request for the page after the last token.
 */
static void
start_page(AdpAccountList *listing)
{
	AdpSession *session = listing->session;
	AdpApiRequest request = {0};

	adp_request_listing(session->platform, session->settings,
						listing->walk.token, &request);
	listing->call = adp_client_call(session, listing->cxt, &request,
									subject_of(session, false));
}

/*
 * Throws if the platform reports another number of accounts than it has
 * listed.
 */
static void
require_total(const AdpAccountList *listing, int64 total)
{
	const AdpSession *session = listing->session;

	if (total < 0 || total == listing->nrows)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
			 errmsg("platform \"%s\" did not list all accounts",
					session->platform->name),
			 errdetail("%s: " INT64_FORMAT " of " INT64_FORMAT
					   " accounts were returned.",
					   subject_of(session, true), listing->nrows, total),
			 errhint("Run the statement again.")));
}

/*
 * Requests the page after one that has arrived, or ends the list.  Throws if
 * accounts would be missing, or if the pages repeat.
 */
static void
go_on(AdpAccountList *listing, const AdpAccountPage *page)
{
	const AdpWalker walker = {listing->session->platform->name,
							  subject_of(listing->session, false)};

	/* stays set if anything below throws */
	listing->is_broken = true;
	listing->nrows += page->nrows;
	adp_page_walk_take(&listing->walk, &walker, page->nrows, page->hash);
	if (page->next != NULL)
		adp_page_walk_go_on(&listing->walk, &walker, page->next);
	else
		require_total(listing, page->total);
	listing->is_broken = false;
}

/*
 * Reads the page that has arrived.  Returns true if it is the last; false also
 * if its body is malformed and the call is repeated.
 */
static bool
take_page(AdpAccountList *listing)
{
	AdpAccountPage page = {0};

	if (!adp_account_set_read(&listing->accounts, listing->session,
							  listing->call, &page))
		return false;
	go_on(listing, &page);
	adp_call_release(listing->call);
	listing->call = NULL;
	return page.next == NULL;
}

/*
 * Advances the list until it must wait.
 */
bool
adp_account_list_advance(AdpAccountList *listing)
{
	do
	{
		if (listing->call == NULL)
			start_page(listing);
		switch (adp_client_advance(listing->call))
		{
			case ADP_CALL_RUNNING:
				return false;
			case ADP_CALL_FAILED:
				adp_call_throw(listing->call);
			case ADP_CALL_DONE:
				break;
		}
	} while (!take_page(listing));
	return true;
}

/*
 * Whether the list or its call has failed.
 */
bool
adp_account_list_is_lost(const AdpAccountList *listing)
{
	return listing->is_broken ||
		(listing->call != NULL && adp_call_is_lost(listing->call));
}

/*
 * Returns the accounts of a complete list.
 */
const AdpAccountSet *
adp_account_list_accounts(const AdpAccountList *listing)
{
	return &listing->accounts;
}
