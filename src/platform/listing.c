/*
 * listing.c
 *	  The accounts that a platform lists, fetched page by page.
 */
#include "postgres.h"

#include "platform/listing.h"
#include "platform/page_tokens.h"
#include "platform/request.h"

struct AdpAccountListing
{
	AdpSession *session;
	MemoryContext cxt;
	AdpAccountSet accounts; /* of the pages so far */
	AdpPageTokens tokens;	/* of those */
	AdpCall *call;			/* for the next page, or NULL */
	bool is_broken;			/* there is no next page to be had */
};

/*
 * Makes a listing.
 */
AdpAccountListing *
adp_listing_create(AdpSession *session, MemoryContext cxt)
{
	AdpAccountListing *listing =
		MemoryContextAllocZero(cxt, sizeof(AdpAccountListing));

	listing->session = session;
	listing->cxt = cxt;
	return listing;
}

/*
 * What errors call the listing.
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
 * Starts the request for the page after the last token.
 */
static void
start_page(AdpAccountListing *listing)
{
	AdpSession *session = listing->session;
	AdpApiRequest request = {0};

	adp_request_listing(session->platform, session->settings,
						adp_page_tokens_last(&listing->tokens), &request);
	listing->call = adp_call_create(session, listing->cxt, &request,
									subject_of(session, false));
}

/*
 * Throws if the next page of a listing is one that was there before, since that
 * would go on for ever, or cannot be asked for, since then accounts would be
 * missing.
 */
static void
require_progress(AdpAccountListing *listing, const char *next)
{
	const char *name = listing->session->platform->name;
	const char *subject = subject_of(listing->session, true);
	bool has_token = next != NULL && next[0] != '\0';

	if (next == NULL ||
		(has_token && adp_page_tokens_keep(&listing->tokens, next)))
		return;
	listing->is_broken = true;
	if (!has_token)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
				 errmsg("platform \"%s\" did not say how to ask for the next page",
						name),
				 errdetail("%s: there is a next page, but it has no token.",
						   subject)));
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
			 errmsg("platform \"%s\" gave the same page twice", name),
			 errdetail("%s: the token of the next page is that of a page before.",
					   subject)));
}

/*
 * Takes the page that has arrived; true if it was the last.  False, too, if it
 * could not be read and is asked for again.
 */
static bool
take_page(AdpAccountListing *listing)
{
	const char *next;

	if (!adp_account_set_read(&listing->accounts, listing->session->platform,
							  listing->call, &next))
		return false;
	require_progress(listing, next);
	adp_call_release(listing->call);
	listing->call = NULL;
	return next == NULL;
}

/*
 * Fetches without waiting.
 */
bool
adp_listing_advance(AdpAccountListing *listing)
{
	do
	{
		if (listing->call == NULL)
			start_page(listing);
		switch (adp_call_advance(listing->call))
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
 * Whether it has failed.
 */
bool
adp_listing_is_lost(const AdpAccountListing *listing)
{
	return listing->is_broken ||
		(listing->call != NULL && adp_call_is_lost(listing->call));
}

/*
 * Lets its transfers go on.
 */
void
adp_listing_poll(const AdpAccountListing *listing)
{
	if (listing->call != NULL)
		adp_call_poll(listing->call);
}

/*
 * The accounts of a whole listing.
 */
const AdpAccountSet *
adp_listing_accounts(const AdpAccountListing *listing)
{
	return &listing->accounts;
}
