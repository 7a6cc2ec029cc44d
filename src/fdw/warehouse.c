/*
 * warehouse.c
 *	  What refreshes of local copies cannot ask in SQL.
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "base/compat.h"
#include "fdw/table.h"
#include "platform/accounts.h"

PG_FUNCTION_INFO_V1(adpipe_in_transaction_block);
PG_FUNCTION_INFO_V1(adpipe_table_accounts);

/*
 * in_transaction_block(): whether a transaction is open that the client ends,
 * so that a procedure cannot.
 */
Datum
adpipe_in_transaction_block(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(IsTransactionBlock());
}

/*
 * Sets a text that may be missing.
 */
static void
set_text(Datum *value, bool *is_null, const char *text)
{
	*is_null = text == NULL;
	*value = text ? CStringGetTextDatum(text) : (Datum) 0;
}

/*
 * table_accounts(source): the accounts that a scan of a foreign table would
 * ask, with name, time zone and currency as the platform tells them.  Sends
 * requests, with the caller's user mapping.  Throws if an account that is
 * listed cannot be read.
 */
Datum
adpipe_table_accounts(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	AdpTable *table;
	AdpSession *session;
	AdpDirectory *directory;

	adp_init_materialized_srf(fcinfo);
	table = adp_table_load(PG_GETARG_OID(0), GetUserId(), true);
	session = adp_session_open(CurrentMemoryContext, table->platform,
							   table->settings);
	directory = adp_directory_create(session, CurrentMemoryContext,
									 table->settings->source, NULL, true);
	while (!adp_directory_advance(directory))
		adp_session_wait(session);
	for (int i = 0; i < adp_directory_count(directory); i++)
	{
		const AdpAccount *account = adp_directory_account(directory, i);
		Datum values[4];
		bool nulls[4];

		set_text(&values[0], &nulls[0], account->id);
		set_text(&values[1], &nulls[1], account->name);
		set_text(&values[2], &nulls[2], account->time_zone);
		set_text(&values[3], &nulls[3], account->currency);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	adp_session_close(session);
	return (Datum) 0;
}
