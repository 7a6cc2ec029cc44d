/*
 * accounts.c
 *	  Which accounts a scan asks, and what is known of them.
 */
#include "postgres.h"

#include "lib/ilist.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "base/owner.h"
#include "base/words.h"
#include "platform/account.h"
#include "platform/accounts.h"
#include "platform/call.h"
#include "platform/known.h"
#include "platform/request.h"

/* Accounts, each once. */
typedef struct AccountList
{
	int count;
	int capacity;
	AdpAccount *items;
} AccountList;

struct AdpDirectory
{
	AdpSession *session;
	MemoryContext cxt;
	const AdpAccountFilter *filter;
	bool is_all; /* "*": whatever the listing holds */
	bool with_settings;
	bool needs_listing; /* until it is there */
	AccountList wanted;
	AccountList listed;	 /* pages of the listing so far */
	AdpCall *listing;	 /* running page of it, or NULL */
	dlist_node node;	 /* in listings, while it fetches its own */
	AdpOwner *place;	 /* of that; NULL before */
	const char **tokens; /* of its pages so far */
	int ntokens;
	int tokens_capacity;
	AdpCall **settings_calls; /* per wanted account, or NULL */
};

/* Time between two looks at a listing of another scan, in milliseconds. */
#define LOOK_GAP_MS 10

/* The directories whose listing is under way. */
static dlist_head listings = DLIST_STATIC_INIT(listings);

/*
 * Whether an id is among the values of a condition.
 */
static bool
is_among(const AdpAccountCondition *condition, const char *id)
{
	for (int i = 0; i < condition->nvalues; i++)
	{
		if (strcmp(condition->values[i], id) == 0)
			return true;
	}
	return false;
}

/*
 * Whether the filter, if there is one, lets an account through.
 */
static bool
passes(const AdpAccountFilter *filter, const char *id)
{
	if (filter == NULL)
		return true;
	for (int i = 0; i < filter->nconditions; i++)
	{
		const AdpAccountCondition *condition = &filter->conditions[i];

		if (is_among(condition, id) != (condition->op == ADP_OP_IN))
			return false;
	}
	return true;
}

/*
 * Whether a comma list of ids, each in any accepted spelling, holds an id.
 */
static bool
list_holds(const AdpPlatform *platform, const char *list, const char *id)
{
	char *rest = pstrdup(list);
	char *item;

	while ((item = adp_words_next(&rest, ",")) != NULL)
	{
		char *canonical;

		if (*item == '\0')
			continue;
		canonical = adp_account_canonical(platform, item);
		if (canonical != NULL && strcmp(canonical, id) == 0)
			return true;
	}
	return false;
}

/*
 * The list of accounts that server and table set: "*" or ids with commas.
 * A table can only narrow.
 */
static const char *
configured_accounts(const AdpPlatform *platform, const AdpSettings *settings)
{
	const char *server = settings->accounts;
	const char *table = settings->table_accounts;
	char *rest;
	char *item;

	if (server == NULL && table == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
				 errmsg("server \"%s\" names no account", settings->server_name),
				 errhint("Set option \"%s\" on the server or the foreign table.",
						 platform->account_option)));
	if (table == NULL || strcmp(table, "*") == 0)
		return server ? server : table;
	if (server == NULL || strcmp(server, "*") == 0)
		return table;
	rest = pstrdup(table);
	while ((item = adp_words_next(&rest, ",")) != NULL)
	{
		if (*item != '\0' &&
			!list_holds(platform, server, adp_account_canonical(platform, item)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("account \"%s\" of the foreign table is not among those of server \"%s\"",
							item, settings->server_name),
					 errdetail("Option \"%s\" on a table narrows that of the server.",
							   platform->account_option)));
	}
	return table;
}

/*
 * The list of accounts that a source is asked of.  Where the source is asked of
 * others than the configured ones, the filter does not apply.
 */
static const char *
asked_accounts(const AdpPlatform *platform, const AdpSettings *settings,
			   const char *source, const AdpAccountFilter **filter)
{
	const char *configured = settings->table_accounts ? settings->table_accounts
													  : settings->accounts;

	if (settings->manager == NULL || configured == NULL ||
		strcmp(configured, "*") != 0 ||
		!adp_platform_source(platform, source)->asks_manager)
		return configured_accounts(platform, settings);
	*filter = NULL;
	return settings->manager;
}

/*
 * Finds an account by id; NULL if it is not there.
 */
static AdpAccount *
find_account(const AccountList *list, const char *id)
{
	for (int i = 0; i < list->count; i++)
	{
		if (strcmp(list->items[i].id, id) == 0)
			return &list->items[i];
	}
	return NULL;
}

/*
 * Adds an account unless it is there already: the same account can be linked
 * below a manager in several places.
 */
static void
add_account(AccountList *list, const AdpAccount *account)
{
	if (find_account(list, account->id) != NULL)
		return;
	if (list->count == list->capacity)
	{
		list->capacity = Max(list->capacity * 2, 16);
		list->items = list->items
			? repalloc(list->items, list->capacity * sizeof(AdpAccount))
			: palloc(list->capacity * sizeof(AdpAccount));
	}
	list->items[list->count++] = *account;
}

/*
 * Order of accounts: by id.
 */
static int
compare_accounts(const void *a, const void *b)
{
	return strcmp(((const AdpAccount *) a)->id, ((const AdpAccount *) b)->id);
}

/*
 * Ends the choice of accounts: sorts, and makes room for the calls that may
 * follow.
 */
static void
settle_accounts(AdpDirectory *directory)
{
	AccountList *wanted = &directory->wanted;

	directory->needs_listing = false;
	if (wanted->count > 0)
		qsort(wanted->items, wanted->count, sizeof(AdpAccount),
			  compare_accounts);
	directory->settings_calls =
		palloc0(Max(wanted->count, 1) * sizeof(AdpCall *));
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

	while ((item = adp_words_next(&rest, ",")) != NULL)
	{
		AdpAccount account = {0};

		if (*item == '\0')
			continue;
		account.id = adp_account_canonical(platform, item);
		Assert(account.id != NULL);
		if (passes(directory->filter, account.id))
			add_account(&directory->wanted, &account);
	}
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
			 errhint("Set server option \"%s\" to the manager, or list the accounts.",
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
	directory->with_settings = with_settings;

	list = asked_accounts(session->platform, session->settings, source,
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
 * The token of the page after this one: NULL if there is none, empty if the
 * platform says that there is one but not how to ask for it.
 */
static const char *
next_token(const AdpPlatform *platform, const AdpJson *doc)
{
	const AdpJson *more = adp_json_path(doc, platform->more_path);
	const char *text = adp_json_text(more);
	const char *token;

	if (more == NULL || (text != NULL && text[0] == '\0'))
		return NULL;
	token = adp_json_text(adp_json_path(doc, platform->token_path));
	return token ? token : "";
}

/*
 * Reads the accounts in an answer, which is a page of rows or one account by
 * itself, into fresh memory of the directory.  Returns what next_token() does;
 * *is_read tells whether the body could be read.
 */
static const char *
read_accounts(AdpDirectory *directory, AdpCall *call, AccountList *list,
			  bool *is_read)
{
	const AdpPlatform *platform = directory->session->platform;
	Size len;
	const char *body = adp_call_body(call, &len);
	AdpError error = {0};
	const AdpJson *doc = adp_json_parse(directory->cxt, body, len, &error);
	const AdpJson *rows = adp_json_get(doc, platform->list_key);
	AdpAccount account = {0};

	if (adp_json_get(doc, "error") != NULL)
	{
		/* a failure under a good status would else read as no accounts */
		adp_error_set(&error, ADP_ERR_REPLY,
					  "the answer holds an error under HTTP status 200", NULL,
					  NULL);
		doc = NULL;
	}
	*is_read = doc != NULL;
	if (doc == NULL)
	{
		adp_call_reject(call, &error);
		return NULL;
	}
	if (rows == NULL && adp_account_read(platform, doc, &account))
		add_account(list, &account);
	for (int i = 0; i < adp_json_count(rows); i++)
	{
		MemSet(&account, 0, sizeof(account));
		if (adp_account_read(platform, adp_json_at(rows, i), &account))
			add_account(list, &account);
	}
	return next_token(platform, doc);
}

/*
 * What errors call the listing.
 */
static const char *
listing_subject(const AdpSession *session, bool is_sentence)
{
	if (session->settings->manager == NULL)
		return is_sentence ? "List of accounts" : "list of accounts";
	return psprintf("%sccounts under manager %s", is_sentence ? "A" : "a",
					session->settings->manager);
}

/*
 * Starts the request for a page of the listing.
 */
static void
start_listing(AdpDirectory *directory, const char *page_token)
{
	AdpSession *session = directory->session;
	AdpApiRequest request = {0};

	adp_request_listing(session->platform, session->settings, page_token,
						&request);
	directory->listing = adp_call_create(session, directory->cxt, &request,
										 listing_subject(session, false));
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
	for (int i = 0; i < count; i++)
	{
		AdpAccount copy = {0};

		if (!passes(directory->filter, items[i].id))
			continue;
		if (items[i].is_closed)
		{
			directory->session->stats.closed_accounts++;
			continue;
		}
		copy.id = pstrdup(items[i].id);
		copy_settings(&copy, &items[i]);
		add_account(&directory->wanted, &copy);
	}
}

/*
 * Completes the configured accounts from a listing, which must hold each.
 */
static void
complete_wanted(AdpDirectory *directory, const AdpAccount *items, int count)
{
	const AccountList listing = {count, count, unconstify(AdpAccount *, items)};
	const AdpPlatform *platform = directory->session->platform;

	for (int i = 0; i < directory->wanted.count; i++)
	{
		AdpAccount *account = &directory->wanted.items[i];
		const AdpAccount *found = find_account(&listing, account->id);

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
				 errhint("Set server option \"%s\" to the manager of the accounts, or list the accounts.",
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
 * Keeps the token of a page; false if the listing has had it already.
 */
static bool
keep_token(AdpDirectory *directory, const char *token)
{
	for (int i = 0; i < directory->ntokens; i++)
	{
		if (strcmp(directory->tokens[i], token) == 0)
			return false;
	}
	if (directory->ntokens == directory->tokens_capacity)
	{
		directory->tokens_capacity = Max(directory->tokens_capacity * 2, 8);
		directory->tokens = directory->tokens
			? repalloc(directory->tokens,
					   directory->tokens_capacity * sizeof(char *))
			: palloc(directory->tokens_capacity * sizeof(char *));
	}
	directory->tokens[directory->ntokens++] = token;
	return true;
}

/*
 * Throws if the next page of a listing is one that was there before, since that
 * would go on for ever, or cannot be asked for, since then accounts would be
 * missing.
 */
static void
require_progress(AdpDirectory *directory, const char *next)
{
	const char *name = directory->session->platform->name;
	const char *subject = listing_subject(directory->session, true);
	bool has_token = next != NULL && next[0] != '\0';

	if (next == NULL || (has_token && keep_token(directory, next)))
		return;
	adp_owner_release(directory->place);
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
 * Takes the page that has arrived; false if it could not be read and is asked
 * for again.  *next gets the next page's token, NULL after the last.
 */
static bool
take_listing_page(AdpDirectory *directory, const char **next)
{
	bool is_read;

	*next = read_accounts(directory, directory->listing, &directory->listed,
						  &is_read);
	if (!is_read)
		return false;
	require_progress(directory, *next);
	adp_call_release(directory->listing);
	directory->listing = NULL;
	return true;
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
 * Enters a directory among those whose listing is under way.
 */
static void
enter_listings(AdpDirectory *directory)
{
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
			(other->listing != NULL && adp_call_is_lost(other->listing)))
			continue;
		if (other->listing != NULL)
			adp_call_poll(other->listing);
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
keep_known(const AdpSession *session, const char *id, const AccountList *list)
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
 * Fetches the listing page by page and uses it; true once that is done.
 */
static bool
fetch_listing(AdpDirectory *directory)
{
	const char *next = NULL;
	bool is_ours;
	const AdpKnown *known = find_listing(directory, &is_ours);

	if (known != NULL)
		use_listing(directory, known->accounts, known->naccounts);
	if (!is_ours)
		return known != NULL;
	do
	{
		if (directory->listing == NULL)
			start_listing(directory, next);
		switch (adp_call_advance(directory->listing))
		{
			case ADP_CALL_RUNNING:
				return false;
			case ADP_CALL_FAILED:
				adp_call_throw(directory->listing);
			case ADP_CALL_DONE:
				break;
		}
	} while (!take_listing_page(directory, &next) || next != NULL);
	/* first, lest others run into what this scan cannot use */
	adp_owner_release(directory->place);
	use_listing(directory, directory->listed.items, directory->listed.count);
	keep_known(directory->session, NULL, &directory->listed);
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
	AccountList answer = {0};
	bool is_read;

	read_accounts(directory, call, &answer, &is_read);
	if (!is_read)
		return false;
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
 * The accounts as EXPLAIN shows them.
 */
char *
adp_directory_describe(const AdpPlatform *platform, const AdpSettings *settings,
					   const char *source, const AdpAccountFilter *filter,
					   int *count)
{
	StringInfoData out;
	const char *list = asked_accounts(platform, settings, source, &filter);
	char *rest;
	char *item;

	*count = -1;
	if (strcmp(list, "*") == 0)
		return pstrdup("*");
	initStringInfo(&out);
	*count = 0;
	rest = pstrdup(list);
	while ((item = adp_words_next(&rest, ",")) != NULL)
	{
		char *id = *item ? adp_account_canonical(platform, item) : NULL;

		if (id == NULL || !passes(filter, id))
			continue;
		appendStringInfo(&out, "%s%s", *count > 0 ? ", " : "", id);
		(*count)++;
	}
	return out.data;
}
