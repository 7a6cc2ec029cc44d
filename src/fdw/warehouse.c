/*
 * warehouse.c
 *	  Functions in C for refreshes of local copies.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/guc.h"
#include "fdw/table.h"
#include "platform/reader/reader.h"

PG_FUNCTION_INFO_V1(adpipe_clock);
PG_FUNCTION_INFO_V1(adpipe_in_transaction_block);
PG_FUNCTION_INFO_V1(adpipe_table_accounts);
PG_FUNCTION_INFO_V1(adpipe_table_settings);
PG_FUNCTION_INFO_V1(adpipe_table_access);

/*
 * clock(): the present moment, by which days are due.  In C, since the ledger's
 * views ask for it for each account, and a function in SQL that reads a volatile
 * clock is never inlined.
 */
Datum
adpipe_clock(PG_FUNCTION_ARGS)
{
	PG_RETURN_TIMESTAMPTZ(adp_now());
}

/*
 * in_transaction_block(): whether the client has opened a transaction, so a
 * procedure cannot end it.
 */
Datum
adpipe_in_transaction_block(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(IsTransactionBlock());
}

/*
 * Sets a text that may be NULL.
 */
static void
set_text(Datum *value, bool *is_null, const char *text)
{
	*is_null = text == NULL;
	*value = text ? CStringGetTextDatum(text) : (Datum) 0;
}

/*
 * Throws unless the relation is a foreign table that the caller may read.
 */
static void
check_may_read(Oid relid)
{
	AclResult may_read;

	adp_table_check_kind(relid);
	may_read = pg_class_aclcheck(relid, GetUserId(), ACL_SELECT);
	if (may_read != ACLCHECK_OK)
		aclcheck_error(may_read, OBJECT_FOREIGN_TABLE, get_rel_name(relid));
}

/*
 * Reads the definition of a table that the caller may read.  Locks the table,
 * as a scan does, until the transaction ends.
 */
static AdpTable *
load_table(Oid relid)
{
	check_may_read(relid);
	LockRelationOid(relid, AccessShareLock);
	/* the relation may have changed while this waited for the lock */
	check_may_read(relid);
	return adp_table_load(relid, GetUserId(), true);
}

/*
 * Returns the accounts that a scan of a table would query, with their settings.
 */
static AdpAccountResolver *
find_accounts(const AdpTable *table)
{
	AdpSession *session = adp_session_open(CurrentMemoryContext,
										   table->platform, table->settings);
	AdpAccountResolver *resolver =
		adp_account_resolver_create(session, CurrentMemoryContext,
									table->source, NULL, true);

	while (!adp_account_resolver_advance(resolver))
		adp_session_wait(session);
	adp_session_close(session);
	return resolver;
}

/*
 * table_accounts(source): the accounts that a scan of a foreign table would
 * query, with name, time zone and currency from the platform.  Sends requests
 * with the caller's user mapping.  Throws if a listed account cannot be read.
 */
Datum
adpipe_table_accounts(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	AdpTable *table;
	AdpAccountResolver *resolver;

	adp_init_materialized_srf(fcinfo);
	table = load_table(PG_GETARG_OID(0));
	resolver = find_accounts(table);
	for (int i = 0; i < adp_account_resolver_count(resolver); i++)
	{
		const AdpAccount *account = adp_account_resolver_account(resolver, i);
		Datum values[4];
		bool nulls[4];

		set_text(&values[0], &nulls[0], account->id);
		set_text(&values[1], &nulls[1], account->name);
		set_text(&values[2], &nulls[2], account->time_zone);
		set_text(&values[3], &nulls[3], account->currency);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/*
 * Adds one setting to the result.  The value is NULL if the platform does not
 * report it.
 */
static void
put_setting(ReturnSetInfo *result, const AdpAccount *account, const char *name,
			const char *value)
{
	Datum values[3];
	bool nulls[3] = {false, false, value == NULL};

	values[0] = CStringGetTextDatum(account->id);
	values[1] = CStringGetTextDatum(name);
	values[2] = value ? CStringGetTextDatum(value) : (Datum) 0;
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * Returns JSON in jsonb's output format, so that a different order of members
 * is not reported as a change.
 */
static const char *
plain_json(const char *text)
{
	Jsonb *value =
		DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));

	return JsonbToCString(NULL, &value->root, VARSIZE(value));
}

/*
 * Returns a cell as text: strings and numbers as text, arrays and objects as
 * JSON.
 */
static const char *
cell_value(const AdpCell *cell)
{
	switch ((AdpCellKind) cell->kind)
	{
		case ADP_CELL_ABSENT:
		case ADP_CELL_NULL:
			return NULL;
		case ADP_CELL_TRUE:
			return "true";
		case ADP_CELL_FALSE:
			return "false";
		case ADP_CELL_STRING:
			return adp_cell_text(cell, NULL);
		case ADP_CELL_OBJECT:
		case ADP_CELL_ARRAY:
			return plain_json(pnstrdup(cell->data, cell->len));
		case ADP_CELL_NUMBER:
			break;
	}
	return pnstrdup(cell->data, cell->len);
}

/*
 * Returns the value of a field.  A flag that the platform leaves out is written
 * as false, so that switching it off is recorded as a change to false.
 */
static const char *
field_value(const AdpPlatform *platform, const char *name, const AdpCell *cell)
{
	const char *value = cell_value(cell);
	const AdpField *field = adp_platform_field(platform, name);

	if (value == NULL && field != NULL && field->type == ADP_FIELD_BOOL)
		return "false";
	return value;
}

/*
 * Returns the last part of a field's name.
 */
static const char *
last_part(const char *field)
{
	const char *dot = strrchr(field, '.');

	return dot ? dot + 1 : field;
}

/*
 * Adds the settings in one row to the result.
 */
static void
put_row(ReturnSetInfo *result, const AdpPlatform *platform,
		const AdpWatch *watch, const AdpAccount *account, const AdpCell *cells)
{
	const char *prefix = "";
	int cell = 0;

	if (watch->thing != NULL)
	{
		const char *id = cell_value(&cells[cell++]);

		prefix = psprintf("%s/%s/", watch->thing, id ? id : "");
	}
	for (const char *const *field = watch->fields; *field != NULL; field++)
		put_setting(result, account,
					psprintf("%s%s", prefix, last_part(*field)),
					field_value(platform, *field, &cells[cell++]));
}

/*
 * Makes the plan that requests a watch's fields.
 */
static void
plan_watch(const AdpPlatform *platform, const AdpWatch *watch, AdpReadPlan *plan)
{
	int n = 0;

	MemSet(plan, 0, sizeof(AdpReadPlan));
	while (watch->fields[n] != NULL)
		n++;
	plan->query.source = adp_platform_source(platform, watch->source);
	plan->query.fields = palloc((n + 1) * sizeof(char *));
	if (watch->id != NULL)
		plan->query.fields[plan->query.nfields++] = watch->id;
	for (int i = 0; i < n; i++)
		plan->query.fields[plan->query.nfields++] = watch->fields[i];
	plan->days.since = DATEVAL_NOBEGIN;
	plan->days.until = DATEVAL_NOEND;
}

/*
 * Requests a watch's fields and adds them to the result.
 */
static void
read_watch(ReturnSetInfo *result, const AdpTable *table, const AdpWatch *watch)
{
	MemoryContext cxt =
		AllocSetContextCreate(CurrentMemoryContext, "adpipe settings",
							  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpSettings *settings = palloc(sizeof(AdpSettings));
	AdpReadPlan plan;
	AdpReader *reader;
	const AdpCell *cells;
	const AdpAccount *account;

	*settings = *table->settings;
	settings->source = watch->source;
	settings->breakdowns = NULL;
	settings->action_breakdowns = NULL;
	plan_watch(table->platform, watch, &plan);
	reader = adp_reader_create(cxt, table->platform, settings, &plan);
	while (adp_reader_next(reader, true, &cells, &account) == ADP_READ_ROW)
	{
		put_row(result, table->platform, watch, account, cells);
		if (watch->thing == NULL && adp_reader_served(reader) != NULL)
			put_setting(result, account, "api_version/served",
						adp_reader_served(reader));
	}
	adp_reader_close(reader);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(cxt);
}

/*
 * Adds the known settings of the accounts themselves to the result.
 */
static void
put_accounts(ReturnSetInfo *result, const AdpTable *table)
{
	AdpAccountResolver *resolver = find_accounts(table);

	for (int i = 0; i < adp_account_resolver_count(resolver); i++)
	{
		const AdpAccount *account = adp_account_resolver_account(resolver, i);

		put_setting(result, account, "time_zone", account->time_zone);
		put_setting(result, account, "currency", account->currency);
		if (account->retargeting != NULL)
			put_setting(result, account, "enable_retargetting",
						account->retargeting);
		if (table->settings->api_version != NULL)
			put_setting(result, account, "api_version/asked",
						table->settings->api_version);
	}
}

/*
 * table_settings(source): the settings on the platform that affect the numbers
 * of a foreign table, for each account that a scan of it would query.  Sends
 * requests with the caller's user mapping.  Of the session's cached data it
 * uses only the accounts' time zones and currencies.
 */
Datum
adpipe_table_settings(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	AdpTable *table;

	adp_init_materialized_srf(fcinfo);
	table = load_table(PG_GETARG_OID(0));
	put_accounts(result, table);
	for (const AdpWatch *watch = table->platform->watches;
		 watch != NULL && watch->source != NULL; watch++)
		read_watch(result, table, watch);
	return (Datum) 0;
}

/*
 * Returns a time in ISO 8601 format, in UTC.
 */
static char *
iso_moment(int64 unix_seconds)
{
	char text[32];
	pg_time_t moment = (pg_time_t) unix_seconds;

	pg_strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", pg_gmtime(&moment));
	return pstrdup(text);
}

/*
 * Adds one setting of the access token to the result.
 */
static void
put_access(ReturnSetInfo *result, const char *name, const char *value)
{
	Datum values[2];
	bool nulls[2] = {false, value == NULL};

	values[0] = CStringGetTextDatum(name);
	values[1] = value ? CStringGetTextDatum(value) : (Datum) 0;
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * table_access(source): what the platform reports about the caller's access
 * token for a foreign table; no rows if it reports nothing.  token/scopes is
 * sorted, with commas.  token/expires_at is a time in UTC, or NULL for a token
 * without expiry.  Sends a request.
 */
Datum
adpipe_table_access(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	AdpTable *table;
	AdpSession *session;
	AdpTokenInfo access;

	adp_init_materialized_srf(fcinfo);
	table = load_table(PG_GETARG_OID(0));
	session = adp_session_open(CurrentMemoryContext, table->platform,
							   table->settings);
	MemSet(&access, 0, sizeof(access));
	access.expires_at = -1;
	if (session->platform->read_token_info != NULL)
		(void) session->platform->read_token_info(session, CurrentMemoryContext,
												  &access);
	adp_session_close(session);
	if (access.scopes != NULL)
		put_access(result, "token/scopes", access.scopes);
	if (access.expires_at >= 0)
		put_access(result, "token/expires_at",
				   access.expires_at > 0 ? iso_moment(access.expires_at) : NULL);
	return (Datum) 0;
}
