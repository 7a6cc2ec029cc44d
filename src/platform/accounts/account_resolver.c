/*
 * account_resolver.c
 *	  The accounts that a scan requests, and their settings.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "platform/account.h"
#include "platform/accounts/account_cache.h"
#include "platform/accounts/account_list.h"
#include "platform/accounts/account_resolver.h"
#include "platform/api/client.h"
#include "platform/api/request.h"
#include "platform/api/shared_work.h"

struct AdpAccountResolver
{
	AdpSession *session;
	MemoryContext cxt;

	/* the statement's conditions on accounts */
	const AdpAccountFilter *asked;
	const AdpAccountFilter *filter; /* the same; NULL if they do not apply */
	AdpAccountVerdict *verdicts;	/* on their constants */
	int nverdicts;

	/* the accounts to request */
	bool is_all;		/* "*": all open accounts of the list */
	bool with_settings; /* with time zone and currency */
	AdpAccountSet wanted;
	AdpCall **settings_calls;		 /* per wanted account, or NULL */
	AdpSharedClaim *settings_claims; /* to these calls */

	/* the platform's list of accounts */
	bool needs_list;		/* until it has arrived */
	AdpAccountList *list;	/* our own, once it is started */
	AdpOwner *announcement; /* of our own while it is fetched; or NULL */
	AdpSharedClaim claim;	/* the same to other sessions */
};

/* Maximum length of a malformed id quoted in an error. */
#define MALFORMED_ID_SHOWN_MAX 60

/* The key of lists of accounts among shared work. */
#define ALL_ACCOUNTS "*"

/*
 * Ends the choice of accounts: sorts them, and allocates the array of settings
 * calls.
 */
static void
settle_accounts(AdpAccountResolver *resolver)
{
	AdpAccountSet *wanted = &resolver->wanted;

	resolver->needs_list = false;
	adp_account_set_sort(wanted);
	resolver->settings_calls =
		palloc0(Max(wanted->count, 1) * sizeof(AdpCall *));
	resolver->settings_claims =
		palloc0(Max(wanted->count, 1) * sizeof(AdpSharedClaim));
}

/*
 * Classifies the account ids in the statement's conditions by the list of all
 * accounts, which may be NULL.
 */
static void
judge_asked(AdpAccountResolver *resolver, const AdpAccountSet *all)
{
	resolver->nverdicts =
		adp_account_scope_judge(resolver->session->platform, resolver->asked,
								resolver->filter ? all : NULL, resolver->is_all,
								&resolver->verdicts);
}

/*
 * Adds the accounts of a set that pass the filter.
 */
static void
add_named(AdpAccountResolver *resolver, const AdpAccountSet *set)
{
	const AdpAccountPaths *paths = &resolver->session->platform->account_paths;

	for (int i = 0; i < set->count; i++)
	{
		AdpAccount account = set->items[i];

		account.time_zone = paths->usual_zone;
		account.currency = paths->usual_currency;
		if (adp_account_scope_passes(resolver->filter, account.id))
			adp_account_set_add(&resolver->wanted, &account);
	}
	judge_asked(resolver, set);
}

/*
 * Throws if "*" needs a manager account and none is set.
 */
static void
require_manager(const AdpSession *session)
{
	const char *option = session->platform->manager_option;

	if (option == NULL || session->settings->manager != NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
			 errmsg("option \"%s\" is * but server \"%s\" names no manager account",
					session->platform->account_option,
					session->settings->server_name),
			 errhint("Set option \"%s\" of the server or the user mapping to the manager, or list the accounts.",
					 option)));
}

/*
 * Creates a resolver; sends nothing.
 */
AdpAccountResolver *
adp_account_resolver_create(AdpSession *session, MemoryContext cxt,
							const AdpSource *source,
							const AdpAccountFilter *filter, bool with_settings)
{
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpAccountResolver *resolver = palloc0(sizeof(AdpAccountResolver));
	const AdpAccountSet *set;

	resolver->session = session;
	resolver->cxt = cxt;
	resolver->filter = filter;
	resolver->asked = filter;
	resolver->with_settings = with_settings;

	set = adp_account_scope_find(session->platform, session->settings, source,
								 &resolver->filter);
	resolver->is_all = set->is_all;
	if (set->is_all)
		require_manager(session);
	else
		add_named(resolver, set);
	resolver->needs_list = resolver->is_all ||
		(with_settings && !adp_request_tells_account(session->platform));
	if (!resolver->needs_list)
		settle_accounts(resolver);
	MemoryContextSwitchTo(old);
	return resolver;
}

/*
 * Chooses the open accounts of a list for "*".  Logs the number of closed
 * ones, to explain why an account is missing.
 */
static void
choose_all(AdpAccountResolver *resolver, const AdpAccountSet *listed)
{
	judge_asked(resolver, listed);
	for (int i = 0; i < listed->count; i++)
	{
		const AdpAccount *account = &listed->items[i];
		AdpAccount copy = {0};

		if (!adp_account_scope_passes(resolver->filter, account->id))
			continue;
		if (account->is_closed)
		{
			resolver->session->stats.closed_accounts++;
			continue;
		}
		copy.id = pstrdup(account->id);
		adp_account_copy_settings(&copy, account);
		adp_account_set_add(&resolver->wanted, &copy);
	}
}

/*
 * Copies the settings of the configured accounts from a list.  Throws if it
 * lacks one; where accounts have usual settings, only its name is not known then,
 * and the platform itself says whether the account may be read.
 */
static void
complete_wanted(AdpAccountResolver *resolver, const AdpAccountSet *listed)
{
	const AdpPlatform *platform = resolver->session->platform;

	for (int i = 0; i < resolver->wanted.count; i++)
	{
		AdpAccount *account = &resolver->wanted.items[i];
		const AdpAccount *found = adp_account_set_find(listed, account->id);

		if (found == NULL && account->time_zone != NULL)
			continue;
		if (found == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
					 errmsg("account %s is not among those that platform \"%s\" shows to these credentials",
							account->id, platform->name),
					 errhint("Check option \"%s\" and the token in the user mapping.",
							 platform->account_option)));
		adp_account_copy_settings(account, found);
	}
}

/*
 * Throws if "*" expands to no account: a scan without rows would look like a
 * day without delivery.
 */
static void
require_open(const AdpAccountResolver *resolver, const AdpAccountSet *listed)
{
	const AdpPlatform *platform = resolver->session->platform;
	const AdpSettings *settings = resolver->session->settings;

	for (int i = 0; i < listed->count; i++)
	{
		if (!listed->items[i].is_closed)
			return;
	}
	if (platform->manager_option != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
				 errmsg("manager account %s of server \"%s\" has no enabled account below it",
						settings->manager, settings->server_name),
				 errdetail("Option \"%s\" is *, which stands for every enabled account that is no manager itself.",
						   platform->account_option),
				 errhint("Set option \"%s\" of the server or the user mapping to the manager of the accounts, or list the accounts.",
						 platform->manager_option)));
	ereport(ERROR,
			(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
			 errmsg("server \"%s\" has no open account to ask",
					settings->server_name),
			 errdetail("Option \"%s\" is *, and platform \"%s\" shows %d accounts to these credentials, none of them open.",
					   platform->account_option, platform->name, listed->count),
			 errhint(
				 "Give the credentials access to the accounts, or list the accounts.")));
}

/*
 * Throws if the list for "*" has an account with a malformed id: its rows
 * would be missing.
 */
static void
require_ids(const AdpAccountResolver *resolver, const AdpAccountSet *listed)
{
	const AdpPlatform *platform = resolver->session->platform;
	const char *malformed = listed->malformed_id;

	if (!resolver->is_all || malformed == NULL)
		return;
	malformed = adp_session_redact(resolver->session, malformed);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
			 errmsg("platform \"%s\" lists an account with the malformed id \"%.*s\"",
					platform->name,
					pg_mbcliplen(malformed, (int) strlen(malformed),
								 MALFORMED_ID_SHOWN_MAX),
					malformed),
			 errdetail_internal("%s", platform->account_id.rule),
			 errhint("List the accounts in option \"%s\" instead of *.",
					 platform->account_option)));
}

/*
 * Chooses or completes the accounts from a list.
 */
static void
use_list(AdpAccountResolver *resolver, const AdpAccountSet *listed)
{
	if (resolver->is_all)
	{
		require_open(resolver, listed);
		choose_all(resolver, listed);
	}
	else
		complete_wanted(resolver, listed);
	settle_accounts(resolver);
}

/*
 * Creates a list of our own, which other scans may use.
 */
static void
create_list(AdpAccountResolver *resolver)
{
	AdpSession *session = resolver->session;

	resolver->list = adp_account_list_create(session, resolver->cxt);
	resolver->announcement = adp_shared_work_announce(resolver->cxt, session,
													  ALL_ACCOUNTS, resolver);
}

/*
 * For adp_shared_work_drive(): whether another scan's list has not failed.
 */
static bool
can_share_list(const void *work, const AdpSettings *settings)
{
	const AdpAccountResolver *other = work;

	return !adp_account_list_is_lost(other->list);
}

/*
 * Caches accounts, unless the server or user mapping has changed since the
 * request.
 */
static void
keep_known(const AdpSession *session, const char *id, const AdpAccountSet *list)
{
	if (!adp_session_is_outdated(session))
		adp_account_cache_keep(session, id, list);
}

/*
 * Advances and uses our own list; returns true once that is done.
 */
static bool
fetch_own_list(AdpAccountResolver *resolver)
{
	const AdpAccountSet *listed;

	if (!adp_account_list_advance(resolver->list))
		return false;
	/* before anything throws: other scans could not use this list */
	adp_owner_release(resolver->announcement);
	listed = adp_account_list_accounts(resolver->list);
	require_ids(resolver, listed);
	use_list(resolver, listed);
	/* a cached list must be complete */
	if (listed->malformed_id == NULL)
		keep_known(resolver->session, NULL, listed);
	adp_shared_claim_end(&resolver->claim);
	return true;
}

/*
 * Drives another scan of this process that fetches the list; false if there is
 * none.
 */
static bool
drive_other_list(AdpAccountResolver *resolver)
{
	AdpAccountResolver *other =
		adp_shared_work_drive(resolver->session, ALL_ACCOUNTS, can_share_list);

	if (other != NULL)
		(void) adp_account_resolver_advance(other);
	return other != NULL;
}

/*
 * Uses the cached list.  Without one, fetches the list, or waits for another
 * scan's fetch, which fills the cache.  Returns true once the list is used.
 */
static bool
fetch_list(AdpAccountResolver *resolver)
{
	const AdpAccountSet *known;
	bool is_ours;

	if (resolver->announcement != NULL &&
		resolver->announcement->resource != NULL)
		return fetch_own_list(resolver);
	known = adp_account_cache_find(resolver->session, NULL);
	if (known == NULL && drive_other_list(resolver))
		known = adp_account_cache_find(resolver->session, NULL);
	else if (known == NULL)
	{
		known = adp_account_cache_find_or_claim(resolver->session, NULL,
												&resolver->claim, resolver->cxt,
												&is_ours);
		if (known == NULL && is_ours)
		{
			create_list(resolver);
			return fetch_own_list(resolver);
		}
	}
	if (known != NULL)
		use_list(resolver, known);
	return known != NULL;
}

/*
 * Creates the request for one account's settings.
 */
static AdpCall *
start_settings(AdpAccountResolver *resolver, const char *id)
{
	AdpSession *session = resolver->session;
	AdpApiRequest request = {0};

	adp_request_account(session->platform, session->settings, id, &request);
	return adp_client_call(session, resolver->cxt, &request,
						   psprintf("account %s", id));
}

/*
 * Reads one account's settings from a finished call.  Returns false if the
 * body is malformed and the call is repeated.
 */
static bool
read_settings(AdpAccountResolver *resolver, AdpCall *call, AdpAccount *account)
{
	AdpAccountSet answer = {0};
	AdpAccountPage page = {0};

	if (!adp_account_set_read(&answer, resolver->session, call, &page))
		return false;
	if (answer.count > 0 && strcmp(answer.items[0].id, account->id) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
				 errmsg("platform \"%s\" answered for another account than %s",
						resolver->session->platform->name, account->id)));
	if (answer.count != 1 || answer.items[0].time_zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_UNABLE_TO_CREATE_REPLY),
				 errmsg("platform \"%s\" did not report the time zone of account %s",
						resolver->session->platform->name, account->id)));
	keep_known(resolver->session, account->id, &answer);
	adp_account_copy_settings(account, &answer.items[0]);
	return true;
}

/*
 * Fetches one account's settings unless they are cached; returns true once
 * they are complete.
 */
static bool
fetch_settings(AdpAccountResolver *resolver, int index)
{
	AdpAccount *account = &resolver->wanted.items[index];
	AdpCall **call = &resolver->settings_calls[index];

	if (account->time_zone != NULL ||
		!adp_request_tells_account(resolver->session->platform))
		return true;
	if (*call == NULL)
	{
		bool is_ours;
		const AdpAccountSet *known =
			adp_account_cache_find_or_claim(resolver->session, account->id,
											&resolver->settings_claims[index],
											resolver->cxt, &is_ours);

		if (known != NULL)
			adp_account_copy_settings(account, &known->items[0]);
		if (known != NULL || !is_ours)
			return known != NULL;
		*call = start_settings(resolver, account->id);
	}
	switch (adp_client_advance(*call))
	{
		case ADP_CALL_RUNNING:
			return false;
		case ADP_CALL_FAILED:
			adp_call_throw(*call);
		case ADP_CALL_DONE:
			break;
	}
	if (!read_settings(resolver, *call, account))
		return false;
	adp_shared_claim_end(&resolver->settings_claims[index]);
	adp_call_release(*call);
	*call = NULL;
	return true;
}

/*
 * Fetches the list, then missing settings, as far as possible without waiting.
 */
bool
adp_account_resolver_advance(AdpAccountResolver *resolver)
{
	MemoryContext old = MemoryContextSwitchTo(resolver->cxt);
	bool is_done = true;

	if (resolver->needs_list)
		is_done = fetch_list(resolver);
	if (is_done && resolver->with_settings)
	{
		for (int i = 0; i < resolver->wanted.count; i++)
			is_done &= fetch_settings(resolver, i);
	}
	MemoryContextSwitchTo(old);
	return is_done;
}

/*
 * Returns the number of accounts.
 */
int
adp_account_resolver_count(const AdpAccountResolver *resolver)
{
	return resolver->wanted.count;
}

const AdpAccount *
adp_account_resolver_account(const AdpAccountResolver *resolver, int index)
{
	Assert(index >= 0 && index < resolver->wanted.count);
	return &resolver->wanted.items[index];
}

/*
 * Returns the verdicts; *n is their number.
 */
const AdpAccountVerdict *
adp_account_resolver_verdicts(const AdpAccountResolver *resolver, int *n)
{
	*n = resolver->nverdicts;
	return resolver->verdicts;
}
