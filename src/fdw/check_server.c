/*
 * check_server.c
 *	  The steps of check_server(server): each asks the platform one thing.
 *
 * A step throws what a scan would throw.  Its caller, in SQL, catches that, and
 * makes a line of it.
 */
#include "postgres.h"

#include "catalog/pg_foreign_server.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/words.h"
#include "fdw/option.h"
#include "platform/accounts/account_list.h"
#include "platform/api/client.h"
#include "platform/api/request.h"
#include "platform/api/sign_in.h"
#include "platform/limits/request_counts.h"

PG_FUNCTION_INFO_V1(adpipe_server_facts);
PG_FUNCTION_INFO_V1(adpipe_server_sign_in);
PG_FUNCTION_INFO_V1(adpipe_server_token);
PG_FUNCTION_INFO_V1(adpipe_server_account_list);
PG_FUNCTION_INFO_V1(adpipe_server_account);
PG_FUNCTION_INFO_V1(adpipe_requests_sent);

/*
 * Returns a server that the caller may use, and its platform.
 */
static ForeignServer *
usable_server(Name name, const AdpPlatform **platform)
{
	ForeignServer *server = GetForeignServerByName(NameStr(*name), false);
	AclResult may_use =
		adp_server_aclcheck(server->serverid, GetUserId(), ACL_USAGE);

	if (may_use != ACLCHECK_OK)
		aclcheck_error(may_use, OBJECT_FOREIGN_SERVER, server->servername);
	*platform = adp_option_platform(server->fdwid);
	return server;
}

/*
 * Opens a session with the caller's user mapping.
 */
static AdpSession *
open_session(Name name)
{
	const AdpPlatform *platform;
	ForeignServer *server = usable_server(name, &platform);

	return adp_session_open(CurrentMemoryContext, platform,
							adp_option_settings(server, platform, InvalidOid,
												GetUserId(), true));
}

/*
 * The ids that the server's option lists; NULL for "*", or without the option.
 */
static Datum
listed_ids(const AdpAccountSet *set, bool *is_null)
{
	int n = set != NULL && !set->is_all ? set->count : 0;
	Datum *ids = palloc(Max(n, 1) * sizeof(Datum));

	for (int i = 0; i < n; i++)
		ids[i] = CStringGetTextDatum(set->items[i].id);
	*is_null = set == NULL || set->is_all;
	return *is_null ? (Datum) 0
					: PointerGetDatum(construct_array(ids, n, TEXTOID, -1,
													  false, TYPALIGN_INT));
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
 * server_facts(server): what the options say.
 */
Datum
adpipe_server_facts(PG_FUNCTION_ARGS)
{
	const AdpPlatform *platform;
	ForeignServer *server = usable_server(PG_GETARG_NAME(0), &platform);
	AdpSettings *settings =
		adp_option_settings(server, platform, InvalidOid, GetUserId(), false);
	Datum values[7];
	bool nulls[7] = {false};
	TupleDesc desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "server_facts() is declared without its columns");
	set_text(&values[0], &nulls[0], platform->name);
	set_text(&values[1], &nulls[1], settings->endpoint);
	values[2] =
		BoolGetDatum(strcmp(settings->endpoint, platform->endpoint) == 0);
	set_text(&values[3], &nulls[3], settings->api_version);
	set_text(&values[4], &nulls[4], platform->account_option);
	values[5] = listed_ids(settings->accounts, &nulls[5]);
	values[6] = BoolGetDatum(adp_request_tells_account(platform));
	return HeapTupleGetDatum(
		heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

/*
 * server_sign_in(server): signs in, with a kept token if there is one.  Returns
 * whether the token can be renewed.
 */
Datum
adpipe_server_sign_in(PG_FUNCTION_ARGS)
{
	AdpSession *session = open_session(PG_GETARG_NAME(0));
	bool can_renew = adp_sign_in_can_renew(session);

	while (!adp_sign_in_advance(session))
		adp_session_wait(session);
	adp_session_close(session);
	PG_RETURN_BOOL(can_renew);
}

/*
 * The scopes of which reports need one, in words, if a token has none of them;
 * else NULL.
 */
static const char *
missing_scopes(const AdpPlatform *platform, const char *scopes)
{
	StringInfoData out;

	if (scopes == NULL || platform->token_scopes == NULL)
		return NULL;
	initStringInfo(&out);
	for (const char *const *scope = platform->token_scopes; *scope; scope++)
	{
		if (adp_words_hold(scopes, *scope))
			return NULL;
		appendStringInfo(&out, "%s%s", out.len > 0 ? " or " : "", *scope);
	}
	return out.data;
}

/*
 * server_token(server): scopes of the access token, those that it lacks, and its
 * end; all NULL where the platform reports nothing.  The end is infinity for a
 * token without one.
 */
Datum
adpipe_server_token(PG_FUNCTION_ARGS)
{
	AdpSession *session = open_session(PG_GETARG_NAME(0));
	struct AdpTokenInfo info = {.expires_at = -1};
	Datum values[3];
	bool nulls[3];
	TupleDesc desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "server_token() is declared without its columns");
	if (session->platform->read_token_info != NULL)
		(void) session->platform->read_token_info(session, CurrentMemoryContext,
												  &info);
	adp_session_close(session);
	set_text(&values[0], &nulls[0], info.scopes);
	set_text(&values[1], &nulls[1],
			 missing_scopes(session->platform, info.scopes));
	nulls[2] = info.expires_at < 0;
	values[2] = TimestampTzGetDatum(
		info.expires_at == 0 ? DT_NOEND
							 : time_t_to_timestamptz(info.expires_at));
	return HeapTupleGetDatum(
		heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

/*
 * Adds accounts to the result.
 */
static void
put_accounts(FunctionCallInfo fcinfo, const AdpAccountSet *set)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	adp_init_materialized_srf(fcinfo);
	for (int i = 0; i < set->count; i++)
	{
		const AdpAccount *account = &set->items[i];
		Datum values[5];
		bool nulls[5] = {false};

		set_text(&values[0], &nulls[0], account->id);
		set_text(&values[1], &nulls[1], account->name);
		set_text(&values[2], &nulls[2], account->time_zone);
		set_text(&values[3], &nulls[3], account->currency);
		values[4] = BoolGetDatum(account->is_closed);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/*
 * server_account_list(server): the accounts that the platform lists.
 */
Datum
adpipe_server_account_list(PG_FUNCTION_ARGS)
{
	AdpSession *session = open_session(PG_GETARG_NAME(0));
	AdpAccountList *list =
		adp_account_list_create(session, CurrentMemoryContext);

	while (!adp_account_list_advance(list))
		adp_session_wait(session);
	put_accounts(fcinfo, adp_account_list_accounts(list));
	adp_session_close(session);
	return (Datum) 0;
}

/*
 * Waits for the account in the response of a call.
 */
static void
read_account(AdpSession *session, AdpCall *call, AdpAccountSet *set)
{
	AdpAccountPage page = {0};

	for (;;)
	{
		switch (adp_client_advance(call))
		{
			case ADP_CALL_RUNNING:
				adp_session_wait(session);
				break;
			case ADP_CALL_FAILED:
				adp_call_throw(call);
			case ADP_CALL_DONE:
				if (adp_account_set_read(set, session, call, &page))
					return;
				break;
		}
	}
}

/*
 * server_account(server, account): the account with this id.
 */
Datum
adpipe_server_account(PG_FUNCTION_ARGS)
{
	AdpSession *session = open_session(PG_GETARG_NAME(0));
	const char *id = text_to_cstring(PG_GETARG_TEXT_PP(1));
	AdpApiRequest request = {0};
	AdpAccountSet set = {0};
	AdpCall *call;

	adp_request_account(session->platform, session->settings, id, &request);
	call = adp_client_call(session, CurrentMemoryContext, &request,
						   psprintf("account %s", id));
	read_account(session, call, &set);
	adp_call_release(call);
	put_accounts(fcinfo, &set);
	adp_session_close(session);
	return (Datum) 0;
}

/*
 * requests_sent(): the number of requests of this session.
 */
Datum
adpipe_requests_sent(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(adp_request_counts_own());
}
