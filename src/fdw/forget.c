/*
 * forget.c
 *	  Drops a session's cached data of a server.
 */
#include "postgres.h"

#include "fmgr.h"
#include "foreign/foreign.h"

#include "fdw/option.h"
#include "platform/accounts/account_cache.h"
#include "platform/reader/response_cache.h"

PG_FUNCTION_INFO_V1(adpipe_forget);

/*
 * forget(server name): drops the session's cached responses and account data of
 * the server, and returns the number of responses.  Sends no request.  Throws
 * for a server that does not exist or does not belong to adpipe.
 */
Datum
adpipe_forget(PG_FUNCTION_ARGS)
{
	ForeignServer *server =
		GetForeignServerByName(NameStr(*PG_GETARG_NAME(0)), false);

	(void) adp_option_platform(server->fdwid);
	adp_account_cache_forget(server->serverid);
	PG_RETURN_INT32(adp_response_cache_forget(server->serverid));
}
