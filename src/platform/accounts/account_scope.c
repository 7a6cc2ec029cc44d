/*
 * account_scope.c
 *	  The accounts that server, table and statement name: "*", or ids.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "platform/account.h"
#include "platform/accounts/account_cache.h"
#include "platform/accounts/account_scope.h"

/*
 * Whether a condition lists an id.
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
 * Whether an account meets all conditions.
 */
bool
adp_account_scope_passes(const AdpAccountFilter *filter, const char *id)
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
 * Classifies one value; canonical is NULL if it is malformed.
 */
static AdpAccountFate
judge_value(const AdpAccountSet *all, bool only_open, const char *value,
			const char *canonical)
{
	bool is_canonical = canonical != NULL && strcmp(value, canonical) == 0;
	const AdpAccount *found;

	if (canonical == NULL)
		return ADP_ACCOUNT_MALFORMED;
	if (all == NULL)
		return is_canonical ? ADP_ACCOUNT_THERE : ADP_ACCOUNT_SPELLED;
	found = adp_account_set_find(all, canonical);
	if (found == NULL)
		return ADP_ACCOUNT_OUTSIDE;
	if (only_open && found->is_closed)
		return ADP_ACCOUNT_CLOSED;
	return is_canonical ? ADP_ACCOUNT_THERE : ADP_ACCOUNT_SPELLED;
}

/*
 * Classifies the constants of a filter.
 */
int
adp_account_scope_judge(const AdpPlatform *platform,
						const AdpAccountFilter *filter,
						const AdpAccountSet *all, bool only_open,
						AdpAccountVerdict **verdicts)
{
	int n = 0;

	*verdicts = NULL;
	for (int i = 0; filter != NULL && i < filter->nconditions; i++)
	{
		const AdpAccountCondition *condition = &filter->conditions[i];
		Size size = (n + condition->nvalues + 1) * sizeof(AdpAccountVerdict);

		if (!condition->is_constant)
			continue;
		*verdicts = *verdicts ? repalloc(*verdicts, size) : palloc(size);
		for (int j = 0; j < condition->nvalues; j++)
		{
			AdpAccountVerdict *verdict = &(*verdicts)[n++];

			verdict->value = condition->values[j];
			verdict->canonical =
				adp_account_canonical(platform, verdict->value);
			verdict->fate =
				judge_value(all, only_open, verdict->value, verdict->canonical);
		}
	}
	return n;
}

/*
 * Throws unless the accounts of a table are among those of its server.
 */
static void
require_within(const AdpPlatform *platform, const AdpSettings *settings)
{
	const AdpAccountSet *table = settings->table_accounts;

	for (int i = 0; i < table->count; i++)
	{
		const char *id = table->items[i].id;

		if (adp_account_set_find(settings->accounts, id) == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("account \"%s\" of the foreign table is not among those of server \"%s\"",
							id, settings->server_name),
					 errdetail("Option \"%s\" on a table narrows that of the server.",
							   platform->account_option)));
	}
}

/*
 * Returns the accounts of the table if it narrows those of the server, else
 * those of the server; NULL if neither sets any.
 */
static const AdpAccountSet *
narrower_accounts(const AdpSettings *settings)
{
	const AdpAccountSet *server = settings->accounts;
	const AdpAccountSet *table = settings->table_accounts;

	return table == NULL || (table->is_all && server != NULL) ? server : table;
}

/*
 * Returns the accounts that server and table set.  A table can only narrow the
 * server's.
 */
static const AdpAccountSet *
configured_accounts(const AdpPlatform *platform, const AdpSettings *settings)
{
	const AdpAccountSet *server = settings->accounts;
	const AdpAccountSet *set = narrower_accounts(settings);

	if (set == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
				 errmsg("server \"%s\" names no account", settings->server_name),
				 errhint("Set option \"%s\" on the server or the foreign table.",
						 platform->account_option)));
	if (set != server && server != NULL && !server->is_all)
		require_within(platform, settings);
	return set;
}

/*
 * Whether the options name all accounts, and one response of the manager covers
 * them.
 */
static bool
asks_manager(const AdpSettings *settings, const AdpSource *source)
{
	const AdpAccountSet *configured = settings->table_accounts
		? settings->table_accounts
		: settings->accounts;

	return source->asks_manager && settings->manager != NULL &&
		configured != NULL && configured->is_all;
}

/*
 * Returns the accounts to request a source for.  If these are not the
 * configured accounts, the filter does not apply.
 */
const AdpAccountSet *
adp_account_scope_find(const AdpPlatform *platform, const AdpSettings *settings,
					   const AdpSource *source, const AdpAccountFilter **filter)
{
	const AdpAccount manager = {.id = settings->manager};
	AdpAccountSet *set;

	if (!asks_manager(settings, source))
		return configured_accounts(platform, settings);
	*filter = NULL;
	set = palloc0(sizeof(AdpAccountSet));
	adp_account_set_add(set, &manager);
	return set;
}

/*
 * Formats the accounts for EXPLAIN.
 */
char *
adp_account_scope_describe(const AdpPlatform *platform,
						   const AdpSettings *settings, const AdpSource *source,
						   const AdpAccountFilter *filter)
{
	const AdpAccountSet *set =
		adp_account_scope_find(platform, settings, source, &filter);
	StringInfoData out;

	if (set->is_all)
		return pstrdup("*");
	initStringInfo(&out);
	for (int i = 0; i < set->count; i++)
	{
		if (adp_account_scope_passes(filter, set->items[i].id))
			appendStringInfo(&out, "%s%s", out.len > 0 ? ", " : "",
							 set->items[i].id);
	}
	return out.data;
}

/*
 * Counts the accounts.
 */
int
adp_account_scope_count(const AdpSettings *settings, const AdpSource *source,
						const AdpAccountFilter *filter)
{
	const AdpAccountSet *set = narrower_accounts(settings);
	bool only_open = set != NULL && set->is_all;
	int n = 0;

	if (asks_manager(settings, source))
		return 1;
	if (only_open)
		set = adp_account_cache_peek(settings);
	if (set == NULL)
		return -1;
	for (int i = 0; i < set->count; i++)
	{
		if (!(only_open && set->items[i].is_closed) &&
			adp_account_scope_passes(filter, set->items[i].id))
			n++;
	}
	return n;
}
