/*
 * account_resolver.c
 *	  Which accounts a scan asks, and what is known of them.
 */
#include "postgres.h"

#include "lib/ilist.h"
#include "mb/pg_wchar.h"

#include "base/owner.h"
#include "base/words.h"
#include "platform/account.h"
#include "platform/accounts/account_cache.h"
#include "platform/accounts/account_list.h"
#include "platform/accounts/account_resolver.h"
#include "platform/api/request.h"

struct AdpDirectory
{
	AdpSession *session;
	MemoryContext cxt;
	const AdpAccountFilter *filter; /* NULL where it does not apply */
	const AdpAccountFilter *asked;	/* the statement's */
	AdpAccountVerdict *verdicts;	/* on the constants of that */
	int nverdicts;
	bool is_all; /* "*": whatever the listing holds */
	bool with_settings;
	bool needs_listing; /* until it is there */
	AdpAccountSet wanted;
	AdpAccountListing *listing; /* our own, once it is under way */
	dlist_node node;			/* in listings, while that fetches */
	AdpOwner *place;			/* of that; NULL before */
	AdpCall **settings_calls;	/* per wanted account, or NULL */
};

/* Longest part of what stands in the place of an id that an error shows. */
#define ODD_SHOWN_MAX 60

/* Time between two looks at a listing of another scan, in milliseconds. */
#define LOOK_GAP_MS 10

/* The directories whose listing is under way. */
static dlist_head listings = DLIST_STATIC_INIT(listings);

/*
 * Ends the choice of accounts: sorts, and makes room for the calls that may
 * follow.
 */
static void
settle_accounts(AdpDirectory *directory)
{
	AdpAccountSet *wanted = &directory->wanted;

	directory->needs_listing = false;
	adp_account_set_sort(wanted);
	directory->settings_calls =
		palloc0(Max(wanted->count, 1) * sizeof(AdpCall *));
}

/*
 * Judges the accounts that the statement names by those that there are.
 */
static void
judge_asked(AdpDirectory *directory, const AdpAccountSet *all)
{
	directory->nverdicts =
		adp_account_scope_judge(directory->session->platform, directory->asked,
								directory->filter ? all : NULL,
								directory->is_all, &directory->verdicts);
}

/*
 * Adds the accounts of a comma list.
 */
static void
add_listed(AdpDirectory *directory, const char *list)
{
	const AdpPlatform *platform = directory->session->platform;
	char *rest = pstrdup(list);
	char *item;
	AdpAccountSet all = {0};

	while ((item = adp_words_next(&rest, ",")) != NULL)
	{
		AdpAccount account = {0};

		if (*item == '\0')
			continue;
		account.id = adp_account_canonical(platform, item);
		Assert(account.id != NULL);
		adp_account_set_add(&all, &account);
		if (adp_account_scope_passes(directory->filter, account.id))
			adp_account_set_add(&directory->wanted, &account);
	}
	judge_asked(directory, &all);
}

/*
 * Throws unless "*" can be expanded.
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
 * Makes a directory.
 */
AdpDirectory *
adp_directory_create(AdpSession *session, MemoryContext cxt, const char *source,
					 const AdpAccountFilter *filter, bool with_settings)
{
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpDirectory *directory = palloc0(sizeof(AdpDirectory));
	const char *list;

	directory->session = session;
	directory->cxt = cxt;
	directory->filter = filter;
	directory->asked = filter;
	directory->with_settings = with_settings;

	list = adp_account_scope_list(session->platform, session->settings, source,
								  &directory->filter);
	directory->is_all = strcmp(list, "*") == 0;
	if (directory->is_all)
		require_manager(session);
	else
		add_listed(directory, list);
	directory->needs_listing = directory->is_all ||
		(with_settings && !adp_request_tells_account(session->platform));
	if (!directory->needs_listing)
		settle_accounts(directory);
	MemoryContextSwitchTo(old);
	return directory;
}

/*
 * Copies what is known of an account beside its id.
 */
static void
copy_settings(AdpAccount *to, const AdpAccount *from)
{
	to->name = from->name ? pstrdup(from->name) : NULL;
	to->time_zone = from->time_zone ? pstrdup(from->time_zone) : NULL;
	to->currency = from->currency ? pstrdup(from->currency) : NULL;
	to->system = from->system ? pstrdup(from->system) : NULL;
	to->retargeting = from->retargeting ? pstrdup(from->retargeting) : NULL;
	to->is_closed = from->is_closed;
}

/*
 * Takes the accounts behind "*" out of a listing: those that are open.  Closed
 * ones are counted, so that whoever misses one can see why.
 */
static void
choose_all(AdpDirectory *directory, const AdpAccount *items, int count)
{
	const AdpAccountSet listing = {count, count,
								   unconstify(AdpAccount *, items)};

	judge_asked(directory, &listing);
	for (int i = 0; i < count; i++)
	{
		AdpAccount copy = {0};

		if (!adp_account_scope_passes(directory->filter, items[i].id))
			continue;
		if (items[i].is_closed)
		{
			directory->session->stats.closed_accounts++;
			continue;
		}
		copy.id = pstrdup(items[i].id);
		copy_settings(&copy, &items[i]);
		adp_account_set_add(&directory->wanted, &copy);
	}
}

/*
 * Completes the configured accounts from a listing, which must hold each.
 */
static void
complete_wanted(AdpDirectory *directory, const AdpAccount *items, int count)
{
	const AdpAccountSet listing = {count, count,
								   unconstify(AdpAccount *, items)};
	const AdpPlatform *platform = directory->session->platform;

	for (int i = 0; i < directory->wanted.count; i++)
	{
		AdpAccount *account = &directory->wanted.items[i];
		const AdpAccount *found = adp_account_set_find(&listing, account->id);

		if (found == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
					 errmsg("account %s is not among those that platform \"%s\" shows to these credentials",
							account->id, platform->name),
					 errhint("Check option \"%s\" and whose token the user mapping holds.",
							 platform->account_option)));
		copy_settings(account, found);
	}
}

/*
 * Throws if "*" stands for no account: no rows would be taken for no delivery.
 */
static void
require_open(const AdpDirectory *directory, const AdpAccount *items, int count)
{
	const AdpPlatform *platform = directory->session->platform;
	const AdpSettings *settings = directory->session->settings;

	for (int i = 0; i < count; i++)
	{
		if (!items[i].is_closed)
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
					   platform->account_option, platform->name, count),
			 errhint(
				 "Give the credentials access to the accounts, or list the accounts.")));
}

/*
 * Throws if "*" stands for an account that cannot be asked: its rows would be
 * missing.
 */
static void
require_ids(const AdpDirectory *directory, const AdpAccountSet *listed)
{
	const AdpPlatform *platform = directory->session->platform;
	const char *odd = listed->odd;

	if (!directory->is_all || odd == NULL)
		return;
	odd = adp_session_redact(directory->session, odd);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
			 errmsg("platform \"%s\" lists an account with the malformed id \"%.*s\"",
					platform->name,
					pg_mbcliplen(odd, (int) strlen(odd), ODD_SHOWN_MAX), odd),
			 errdetail_internal("%s", platform->account_id.rule),
			 errhint("List the accounts in option \"%s\" instead of *.",
					 platform->account_option)));
}

/*
 * Uses a listing.
 */
static void
use_listing(AdpDirectory *directory, const AdpAccount *items, int count)
{
	if (directory->is_all)
		require_open(directory, items, count);
	if (directory->is_all)
		choose_all(directory, items, count);
	else
		complete_wanted(directory, items, count);
	settle_accounts(directory);
}

/*
 * Owner's release: a listing is under way no longer.
 */
static void
leave_listings(void *resource)
{
	dlist_delete(&((AdpDirectory *) resource)->node);
}

/*
 * Begins a listing of our own and enters it among those under way.
 */
static void
enter_listings(AdpDirectory *directory)
{
	directory->listing = adp_listing_create(directory->session, directory->cxt);
	directory->place = adp_owner_create(directory->cxt, leave_listings);
	dlist_push_head(&listings, &directory->node);
	directory->place->resource = directory;
}

/*
 * Takes along the same listing that another scan has under way, for who it
 * belongs to may not be at work; false if there is none.  What it finds will be
 * known.  One that has failed is passed over: its scan may be a cursor that
 * nobody asks for more.
 */
static bool
take_along_listing(const AdpDirectory *directory)
{
	AdpSession *session = directory->session;
	dlist_iter iter;

	dlist_foreach(iter, &listings)
	{
		AdpDirectory *other = dlist_container(AdpDirectory, node, iter.cur);
		const AdpSettings *settings = other->session->settings;

		if (settings->serverid != session->settings->serverid ||
			settings->umid != session->settings->umid ||
			adp_listing_is_lost(other->listing))
			continue;
		adp_listing_poll(other->listing);
		adp_session_wake_at(session, adp_clock_ms() + LOOK_GAP_MS);
		(void) adp_directory_advance(other);
		return true;
	}
	return false;
}

/*
 * Remembers accounts, unless they were asked for with settings of before.
 */
static void
keep_known(const AdpSession *session, const char *id, const AdpAccountSet *list)
{
	if (!adp_session_is_outdated(session))
		adp_known_keep(session->settings, id, list->items, list->count);
}

/*
 * What is known of the listing, perhaps by now.  NULL: it has to be waited for
 * or, after *is_ours is set, fetched.
 */
static const AdpKnown *
find_listing(AdpDirectory *directory, bool *is_ours)
{
	const AdpSettings *settings = directory->session->settings;
	const AdpKnown *known;

	*is_ours = directory->place != NULL && directory->place->resource != NULL;
	if (*is_ours)
		return NULL;
	known = adp_known_find(settings, NULL);
	if (known != NULL)
		return known;
	if (take_along_listing(directory))
		return adp_known_find(settings, NULL);
	enter_listings(directory);
	*is_ours = true;
	return NULL;
}

/*
 * Fetches the listing and uses it; true once that is done.
 */
static bool
fetch_listing(AdpDirectory *directory)
{
	const AdpAccountSet *listed;
	bool is_ours;
	const AdpKnown *known = find_listing(directory, &is_ours);

	if (known != NULL)
		use_listing(directory, known->accounts, known->naccounts);
	if (!is_ours)
		return known != NULL;
	if (!adp_listing_advance(directory->listing))
		return false;
	/* first, lest others run into what this scan cannot use */
	adp_owner_release(directory->place);
	listed = adp_listing_accounts(directory->listing);
	require_ids(directory, listed);
	use_listing(directory, listed->items, listed->count);
	/* what is known stands for all of them later */
	if (listed->odd == NULL)
		keep_known(directory->session, NULL, listed);
	return true;
}

/*
 * Starts the request for one account's settings.
 */
static AdpCall *
start_settings(AdpDirectory *directory, const char *id)
{
	AdpSession *session = directory->session;
	AdpApiRequest request = {0};

	adp_request_account(session->platform, session->settings, id, &request);
	return adp_call_create(session, directory->cxt, &request,
						   psprintf("account %s", id));
}

/*
 * Reads one account's settings out of a done call; false if the body could not
 * be read and the call goes on.
 */
static bool
read_settings(AdpDirectory *directory, AdpCall *call, AdpAccount *account)
{
	AdpAccountSet answer = {0};
	AdpAccountPage page = {0};

	if (!adp_account_set_read(&answer, directory->session, call, &page))
		return false;
	if (answer.count > 0 && strcmp(answer.items[0].id, account->id) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
				 errmsg("platform \"%s\" answered for another account than %s",
						directory->session->platform->name, account->id)));
	if (answer.count != 1 || answer.items[0].time_zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_UNABLE_TO_CREATE_REPLY),
				 errmsg("platform \"%s\" does not tell the time zone of account %s",
						directory->session->platform->name, account->id)));
	keep_known(directory->session, account->id, &answer);
	copy_settings(account, &answer.items[0]);
	return true;
}

/*
 * Fetches one account's settings unless they are known; true once they are.
 */
static bool
fetch_settings(AdpDirectory *directory, int index)
{
	AdpAccount *account = &directory->wanted.items[index];
	AdpCall **call = &directory->settings_calls[index];
	const AdpKnown *known;

	if (account->time_zone != NULL ||
		!adp_request_tells_account(directory->session->platform))
		return true;
	known = adp_known_find(directory->session->settings, account->id);
	if (known != NULL)
	{
		copy_settings(account, &known->accounts[0]);
		return true;
	}
	if (*call == NULL)
		*call = start_settings(directory, account->id);
	switch (adp_call_advance(*call))
	{
		case ADP_CALL_RUNNING:
			return false;
		case ADP_CALL_FAILED:
			adp_call_throw(*call);
		case ADP_CALL_DONE:
			break;
	}
	if (!read_settings(directory, *call, account))
		return false;
	adp_call_release(*call);
	*call = NULL;
	return true;
}

/*
 * Goes on without waiting.
 */
bool
adp_directory_advance(AdpDirectory *directory)
{
	MemoryContext old = MemoryContextSwitchTo(directory->cxt);
	bool is_done = true;

	if (directory->needs_listing)
		is_done = fetch_listing(directory);
	if (is_done && directory->with_settings)
	{
		for (int i = 0; i < directory->wanted.count; i++)
			is_done &= fetch_settings(directory, i);
	}
	MemoryContextSwitchTo(old);
	return is_done;
}

/*
 * The accounts of a finished directory.
 */
int
adp_directory_count(const AdpDirectory *directory)
{
	return directory->wanted.count;
}

const AdpAccount *
adp_directory_account(const AdpDirectory *directory, int index)
{
	Assert(index >= 0 && index < directory->wanted.count);
	return &directory->wanted.items[index];
}

/*
 * What the constants in conditions are.
 */
const AdpAccountVerdict *
adp_directory_verdicts(const AdpDirectory *directory, int *n)
{
	*n = directory->nverdicts;
	return directory->verdicts;
}
