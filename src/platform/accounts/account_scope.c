/*
 * account_scope.c
 *	  The accounts that server, table and statement name: "*", or ids.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/words.h"
#include "platform/account.h"
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
 * Whether a comma list of ids, in any accepted spelling, contains an id.
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
 * Returns the accounts that server and table set: "*" or ids with commas.  A
 * table can only narrow the server's list.
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
 * Returns the accounts to request a source for.  If these are not the
 * configured accounts, the filter does not apply.
 */
const char *
adp_account_scope_list(const AdpPlatform *platform, const AdpSettings *settings,
					   const AdpSource *source, const AdpAccountFilter **filter)
{
	const char *configured = settings->table_accounts ? settings->table_accounts
													  : settings->accounts;

	if (settings->manager == NULL || configured == NULL ||
		strcmp(configured, "*") != 0 || !source->asks_manager)
		return configured_accounts(platform, settings);
	*filter = NULL;
	return settings->manager;
}

/*
 * Formats the accounts for EXPLAIN.
 */
char *
adp_account_scope_describe(const AdpPlatform *platform,
						   const AdpSettings *settings, const AdpSource *source,
						   const AdpAccountFilter *filter, int *count)
{
	StringInfoData out;
	const char *list =
		adp_account_scope_list(platform, settings, source, &filter);
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

		if (id == NULL || !adp_account_scope_passes(filter, id))
			continue;
		appendStringInfo(&out, "%s%s", *count > 0 ? ", " : "", id);
		(*count)++;
	}
	return out.data;
}
