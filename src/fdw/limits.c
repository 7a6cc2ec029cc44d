/*
 * limits.c
 *	  Requests, quotas and circuit breakers, for SQL.
 *
 * A role sees servers on which it has USAGE, and words of errors of those roles
 * whose rights it has.
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "catalog/pg_foreign_server.h"
#include "fmgr.h"
#include "foreign/foreign.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/guc.h"
#include "base/shared_cache.h"
#include "fdw/option.h"
#include "platform/limits/breaker.h"
#include "platform/limits/quota_ledger.h"
#include "platform/limits/request_counts.h"

PG_FUNCTION_INFO_V1(adpipe_request_counts);
PG_FUNCTION_INFO_V1(adpipe_quota_entries);
PG_FUNCTION_INFO_V1(adpipe_reset_breaker);
PG_FUNCTION_INFO_V1(adpipe_shares_memory);

/*
 * Returns the name of a server that the caller may use; NULL for others, and for
 * one that was dropped.
 */
static const char *
usable_server(Oid serverid)
{
	ForeignServer *server = GetForeignServerExtended(serverid, FSV_MISSING_OK);

	if (server == NULL ||
		adp_server_aclcheck(serverid, GetUserId(), ACL_USAGE) != ACLCHECK_OK)
		return NULL;
	return server->servername;
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
 * Sets a time; 0 is NULL.
 */
static void
set_time(Datum *value, bool *is_null, TimestampTz at)
{
	*is_null = at == 0;
	*value = TimestampTzGetDatum(at);
}

/*
 * Adds the counts of a server and a role to the result.
 */
static void
put_counts(ReturnSetInfo *result, const AdpRequestCounts *counts)
{
	const char *server = usable_server(counts->serverid);
	const char *role = GetUserNameFromId(counts->userid, true);
	bool is_own =
		role != NULL && has_privs_of_role(GetUserId(), counts->userid);
	bool sees_error = counts->last_error[0] != '\0' &&
		(is_own || has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS));
	Datum values[10];
	bool nulls[10] = {false};

	if (server == NULL)
		return;
	set_text(&values[0], &nulls[0], server);
	set_text(&values[1], &nulls[1], role);
	values[2] = Int64GetDatum(counts->requests);
	values[3] = Int64GetDatum(counts->retries);
	values[4] = Int64GetDatum(counts->throttled_ms);
	values[5] = Int64GetDatum(counts->bytes);
	values[6] = Int64GetDatum(counts->rows);
	values[7] = Int64GetDatum(counts->errors);
	set_text(&values[8], &nulls[8], sees_error ? counts->last_error : NULL);
	set_time(&values[9], &nulls[9], counts->last_request_at);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * request_counts(): what each role has requested through each server.
 */
Datum
adpipe_request_counts(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int n;
	AdpRequestCounts *list = adp_request_counts_list(&n);

	adp_init_materialized_srf(fcinfo);
	for (int i = 0; i < n; i++)
		put_counts(result, &list[i]);
	return (Datum) 0;
}

/*
 * Adds a quota, or an open breaker, to the result.
 */
static void
put_quota(ReturnSetInfo *result, Oid serverid, const AdpQuotaEntry *entry)
{
	const char *server = usable_server(serverid);
	const char *account = entry->key.account;
	bool is_blocked = entry->blocked_until > adp_now();
	Datum values[7];
	bool nulls[7] = {false};

	if (server == NULL)
		return;
	set_text(&values[0], &nulls[0], server);
	set_text(&values[1], &nulls[1], account[0] != '\0' ? account : NULL);
	set_text(&values[2], &nulls[2], entry->key.scope);
	nulls[3] = entry->used_pct < 0;
	values[3] = Float8GetDatum(entry->used_pct);
	set_time(&values[4], &nulls[4], is_blocked ? entry->blocked_until : 0);
	set_text(&values[5], &nulls[5], is_blocked ? entry->reason : NULL);
	set_time(&values[6], &nulls[6], entry->seen_at);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * Adds an open breaker to the result.
 */
static void
put_breaker(ReturnSetInfo *result, const AdpBreaker *breaker)
{
	AdpQuotaEntry entry = {.key.scope = "all requests",
						   .used_pct = -1,
						   .blocked_until = breaker->open_until,
						   .seen_at = breaker->changed_at};

	snprintf(entry.reason, sizeof(entry.reason), "%d failures in a row: %s",
			 breaker->failures, breaker->last_error);
	put_quota(result, breaker->serverid, &entry);
}

/*
 * quota_entries(): what platforms have said about their quotas, and open breakers.
 */
Datum
adpipe_quota_entries(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int nentries;
	int nbreakers;
	AdpQuotaEntry *entries = adp_quota_ledger_list(&nentries);
	AdpBreaker *breakers = adp_breaker_list(&nbreakers);

	adp_init_materialized_srf(fcinfo);
	for (int i = 0; i < nentries; i++)
		put_quota(result, entries[i].key.serverid, &entries[i]);
	for (int i = 0; i < nbreakers; i++)
		put_breaker(result, &breakers[i]);
	return (Datum) 0;
}

/*
 * reset_breaker(server name): closes the server's breaker, and ends the pauses
 * that its platform has asked for; whether there were any.
 */
Datum
adpipe_reset_breaker(PG_FUNCTION_ARGS)
{
	ForeignServer *server =
		GetForeignServerByName(NameStr(*PG_GETARG_NAME(0)), false);
	AclResult may_use =
		adp_server_aclcheck(server->serverid, GetUserId(), ACL_USAGE);
	bool was_open;

	if (may_use != ACLCHECK_OK)
		aclcheck_error(may_use, OBJECT_FOREIGN_SERVER, server->servername);
	(void) adp_option_platform(server->fdwid);
	was_open = adp_breaker_reset(server->serverid);
	was_open |= adp_quota_ledger_clear(server->serverid) > 0;
	PG_RETURN_BOOL(was_open);
}

/*
 * shares_memory(): whether sessions of this server share tokens and limits.
 */
Datum
adpipe_shares_memory(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(adp_shared_cache_is_there());
}
