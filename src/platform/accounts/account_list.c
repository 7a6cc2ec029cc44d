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
	AdpAccountList *list = MemoryContextAllocZero(cxt, sizeof(AdpAccountList));

	list->session = session;
	list->cxt = cxt;
	return list;
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
start_page(AdpAccountList *list)
{
	AdpSession *session = list->session;
	AdpApiRequest request = {0};

	adp_request_listing(session->platform, session->settings, list->walk.token,
						&request);
	list->call = adp_client_call(session, list->cxt, &request,
								 subject_of(session, false));
}

/*
 * Throws if the platform reports another number of accounts than it has
 * listed.
 */
static void
require_total(const AdpAccountList *list, int64 total)
{
	const AdpSession *session = list->session;

	if (total < 0 || total == list->nrows)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
			 errmsg("platform \"%s\" did not list all accounts",
					session->platform->name),
			 errdetail("%s: " INT64_FORMAT " of " INT64_FORMAT
					   " accounts were returned.",
					   subject_of(session, true), list->nrows, total),
			 errhint("Run the statement again.")));
}

/*
 * Requests the page after one that has arrived, or ends the list.  Throws if
 * accounts would be missing, or if the pages repeat.
 */
static void
go_on(AdpAccountList *list, const AdpAccountPage *page)
{
	const AdpWalker walker = {list->session->platform->name,
							  subject_of(list->session, false)};

	/* stays set if anything below throws */
	list->is_broken = true;
	list->nrows += page->nrows;
	adp_page_walk_take(&list->walk, &walker, page->nrows, page->hash);
	if (page->next != NULL)
		adp_page_walk_go_on(&list->walk, &walker, page->next);
	else
		require_total(list, page->total);
	list->is_broken = false;
}

/*
 * Reads the page that has arrived.  Returns true if it is the last; false also
 * if its body is malformed and the call is repeated.
 */
static bool
take_page(AdpAccountList *list)
{
	AdpAccountPage page = {.token = list->walk.token};

	if (!adp_account_set_read(&list->accounts, list->session, list->call, &page))
		return false;
	go_on(list, &page);
	adp_call_release(list->call);
	list->call = NULL;
	return page.next == NULL;
}

/*
 * Advances the list until it must wait.
 */
bool
adp_account_list_advance(AdpAccountList *list)
{
	do
	{
		if (list->call == NULL)
			start_page(list);
		switch (adp_client_advance(list->call))
		{
			case ADP_CALL_RUNNING:
				return false;
			case ADP_CALL_FAILED:
				adp_call_throw(list->call);
			case ADP_CALL_DONE:
				break;
		}
	} while (!take_page(list));
	return true;
}

/*
 * Whether the list or its call has failed.
 */
bool
adp_account_list_is_lost(const AdpAccountList *list)
{
	return list->is_broken ||
		(list->call != NULL && adp_call_is_lost(list->call));
}

/*
 * Returns the accounts of a complete list.
 */
const AdpAccountSet *
adp_account_list_accounts(const AdpAccountList *list)
{
	return &list->accounts;
}
