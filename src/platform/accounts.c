/*
 * accounts.c
 *	  Which accounts a scan asks, and what is known of them.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "base/guc.h"
#include "platform/accounts.h"
#include "platform/call.h"
#include "platform/known.h"

struct AdpDirectory
{
	AdpSession *session;
	MemoryContext cxt;
	const AdpAccountFilter *filter;
	bool with_settings;
	bool is_expanded; /* accounts holds all ids */
	int naccounts;
	int capacity;
	AdpAccount *accounts;
	AdpCall *listing;		   /* running page of "*", or NULL */
	const char *listing_token; /* the token it was asked with, or NULL */
	AdpCall **settings_calls;  /* per account, or NULL */
};

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

	while ((item = strsep(&rest, ", ")) != NULL)
	{
		char *canonical;

		if (*item == '\0')
			continue;
		canonical = platform->canonical_account(item);
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
	while ((item = strsep(&rest, ", ")) != NULL)
	{
		if (*item != '\0' &&
			!list_holds(platform, server, platform->canonical_account(item)))
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
 * Adds an account unless it is there already: the same account can be linked
 * below a manager in several places.
 */
static void
add_account(AdpDirectory *directory, const AdpAccount *account)
{
	for (int i = 0; i < directory->naccounts; i++)
	{
		if (strcmp(directory->accounts[i].id, account->id) == 0)
			return;
	}
	if (directory->naccounts == directory->capacity)
	{
		directory->capacity *= 2;
		directory->accounts =
			repalloc(directory->accounts,
					 directory->capacity * sizeof(AdpAccount));
	}
	directory->accounts[directory->naccounts++] = *account;
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
 * Ends the expansion: sorts, and makes room for the calls that may follow.
 */
static void
finish_expansion(AdpDirectory *directory)
{
	directory->is_expanded = true;
	qsort(directory->accounts, directory->naccounts, sizeof(AdpAccount),
		  compare_accounts);
	directory->settings_calls =
		palloc0(Max(directory->naccounts, 1) * sizeof(AdpCall *));
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

	while ((item = strsep(&rest, ", ")) != NULL)
	{
		AdpAccount account = {0};

		if (*item == '\0')
			continue;
		account.id = platform->canonical_account(item);
		Assert(account.id != NULL);
		if (passes(directory->filter, account.id))
			add_account(directory, &account);
	}
}

/*
 * Throws unless "*" can be expanded.
 */
static void
require_manager(const AdpSession *session)
{
	if (session->settings->manager != NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
			 errmsg("option \"%s\" is * but server \"%s\" names no manager account",
					session->platform->account_option,
					session->settings->server_name),
			 errhint(
				 "Set server option \"login_customer_id\" to the manager, or list the accounts.")));
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
	directory->capacity = 16;
	directory->accounts = palloc(directory->capacity * sizeof(AdpAccount));

	list = session->platform->ask_instead(session->settings, source);
	if (list != NULL)
		directory->filter = NULL;
	else
		list = configured_accounts(session->platform, session->settings);
	if (strcmp(list, "*") == 0)
		require_manager(session);
	else
	{
		add_listed(directory, list);
		finish_expansion(directory);
	}
	MemoryContextSwitchTo(old);
	return directory;
}

/*
 * Reads the rows of an answer that lists accounts into fresh memory of the
 * directory.  Returns the next page's token, or NULL; *is_read tells whether
 * the body could be read.
 */
static const char *
read_accounts(AdpDirectory *directory, AdpCall *call, bool *is_read)
{
	const AdpPlatform *platform = directory->session->platform;
	Size len;
	const char *body = adp_call_body(call, &len);
	AdpError error = {0};
	const AdpJson *doc = adp_json_parse(directory->cxt, body, len, &error);
	const AdpJson *rows = adp_json_get(doc, platform->rows_key);

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
	for (int i = 0; i < adp_json_count(rows); i++)
	{
		AdpAccount account = {0};

		if (platform->read_account(adp_json_at(rows, i), &account))
			add_account(directory, &account);
	}
	return adp_json_text(adp_json_get(doc, platform->token_key));
}

/*
 * Starts the request for a page of "*".
 */
static void
start_listing(AdpDirectory *directory, const char *page_token)
{
	AdpSession *session = directory->session;
	AdpApiRequest request;

	session->platform->list_request(session->settings, page_token, &request);
	directory->listing_token = page_token;
	directory->listing = adp_call_create(session, directory->cxt, &request,
										 psprintf("accounts under manager %s",
												  session->settings->manager));
}

/*
 * Takes the accounts behind "*" from what is known; false if it is not.
 */
static bool
expand_from_known(AdpDirectory *directory)
{
	const AdpKnown *known = adp_known_find(directory->session->settings, NULL);

	if (known == NULL)
		return false;
	for (int i = 0; i < known->naccounts; i++)
	{
		AdpAccount copy = {0};

		copy.id = pstrdup(known->accounts[i].id);
		if (known->accounts[i].time_zone != NULL)
			copy.time_zone = pstrdup(known->accounts[i].time_zone);
		if (passes(directory->filter, copy.id))
			add_account(directory, &copy);
	}
	return true;
}

/*
 * Keeps the finished listing for later statements, whole, and applies the
 * filter of this one.
 */
static void
keep_listing(AdpDirectory *directory)
{
	int kept = 0;

	adp_known_keep(directory->session->settings, NULL, directory->accounts,
				   directory->naccounts);
	for (int i = 0; i < directory->naccounts; i++)
	{
		if (passes(directory->filter, directory->accounts[i].id))
			directory->accounts[kept++] = directory->accounts[i];
	}
	directory->naccounts = kept;
}

/*
 * Throws if the manager has no account to ask: no rows would be taken for no
 * delivery.
 */
static void
require_some(const AdpDirectory *directory)
{
	const AdpSettings *settings = directory->session->settings;

	if (directory->naccounts > 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
			 errmsg("manager account %s of server \"%s\" has no enabled account below it",
					settings->manager, settings->server_name),
			 errdetail("Option \"%s\" is *, which stands for every enabled account that is no manager itself.",
					   directory->session->platform->account_option),
			 errhint(
				 "Set server option \"login_customer_id\" to the manager of the accounts, or list the accounts.")));
}

/*
 * Throws if the next page of a listing is the page itself, which would be read
 * for ever.
 */
static void
require_progress(const AdpDirectory *directory, const char *next)
{
	if (directory->listing_token == NULL || next == NULL ||
		strcmp(directory->listing_token, next) != 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
			 errmsg("platform \"%s\" gave the same page twice",
					directory->session->platform->name),
			 errdetail("Accounts under manager %s: the token of the next page is that of the page itself.",
					   directory->session->settings->manager)));
}

/*
 * Expands "*" page by page; true once that is done.
 */
static bool
expand(AdpDirectory *directory)
{
	const char *next = NULL;
	bool is_read;

	if (directory->listing == NULL && expand_from_known(directory))
		return true;
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
		next = read_accounts(directory, directory->listing, &is_read);
		if (!is_read)
			continue;
		require_progress(directory, next);
		adp_call_release(directory->listing);
		directory->listing = NULL;
	} while (directory->listing != NULL || next != NULL);
	require_some(directory);
	keep_listing(directory);
	return true;
}

/*
 * Starts the request for one account's settings.
 */
static AdpCall *
start_settings(AdpDirectory *directory, const char *id)
{
	AdpSession *session = directory->session;
	AdpApiRequest request;

	session->platform->account_request(session->settings, id, &request);
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
	AdpDirectory answer = *directory;
	bool is_read;

	answer.naccounts = 0;
	answer.capacity = 2;
	answer.accounts = palloc0(answer.capacity * sizeof(AdpAccount));
	read_accounts(&answer, call, &is_read);
	if (!is_read)
		return false;
	if (answer.naccounts != 1 || answer.accounts[0].time_zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_UNABLE_TO_CREATE_REPLY),
				 errmsg("platform \"%s\" does not tell the time zone of account %s",
						directory->session->platform->name, account->id)));
	adp_known_keep(directory->session->settings, account->id, answer.accounts,
				   1);
	account->time_zone = answer.accounts[0].time_zone;
	return true;
}

/*
 * Fetches one account's settings unless they are known; true once they are.
 */
static bool
fetch_settings(AdpDirectory *directory, int index)
{
	AdpAccount *account = &directory->accounts[index];
	AdpCall **call = &directory->settings_calls[index];
	const AdpKnown *known;

	if (account->time_zone != NULL)
		return true;
	known = adp_known_find(directory->session->settings, account->id);
	if (known != NULL)
	{
		account->time_zone = pstrdup(known->accounts[0].time_zone);
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

	if (!directory->is_expanded)
	{
		is_done = expand(directory);
		if (is_done)
			finish_expansion(directory);
	}
	if (is_done && directory->with_settings)
	{
		for (int i = 0; i < directory->naccounts; i++)
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
	return directory->naccounts;
}

const AdpAccount *
adp_directory_account(const AdpDirectory *directory, int index)
{
	Assert(index >= 0 && index < directory->naccounts);
	return &directory->accounts[index];
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
	const char *list = platform->ask_instead(settings, source);
	char *rest;
	char *item;

	if (list != NULL)
		filter = NULL;
	else
		list = configured_accounts(platform, settings);
	*count = -1;
	if (strcmp(list, "*") == 0)
		return pstrdup("*");
	initStringInfo(&out);
	*count = 0;
	rest = pstrdup(list);
	while ((item = strsep(&rest, ", ")) != NULL)
	{
		char *id = *item ? platform->canonical_account(item) : NULL;

		if (id == NULL || !passes(filter, id))
			continue;
		appendStringInfo(&out, "%s%s", *count > 0 ? ", " : "", id);
		(*count)++;
	}
	return out.data;
}

/*
 * The day that it is now in the account's time zone.
 */
DateADT
adp_account_today(const AdpAccount *account)
{
	pg_tz *zone = pg_tzset(account->time_zone);
	struct pg_tm tm;
	fsec_t fsec;
	int offset;

	if (zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" of account %s is not known to this server",
						account->time_zone, account->id),
				 errhint(
					 "Give the scan an upper bound on its day, or update the server's time zone data.")));
	if (timestamp2tm(adp_now(), &offset, &tm, &fsec, NULL, zone) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	return date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
}
