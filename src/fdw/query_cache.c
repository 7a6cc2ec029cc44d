/*
 * query_cache.c
 *	  What a function has looked up for the rows of one query.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "fdw/query_cache.h"

AdpQueryCache *
adp_query_cache(FmgrInfo *function)
{
	AdpQueryCache *cache = function->fn_extra;
	CommandId command = GetCurrentCommandId(false);
	SubTransactionId subtransaction = GetCurrentSubTransactionId();

	if (!cache)
	{
		cache = MemoryContextAllocZero(function->fn_mcxt, sizeof(*cache));
		cache->memory =
			AllocSetContextCreate(function->fn_mcxt, "adpipe query cache",
								  ALLOCSET_SMALL_SIZES);
		function->fn_extra = cache;
	}
	if (cache->user != GetUserId() || cache->command != command ||
		cache->subtransaction != subtransaction ||
		cache->statement != GetCurrentStatementStartTimestamp())
	{
		cache->user = GetUserId();
		cache->statement = GetCurrentStatementStartTimestamp();
		cache->command = command;
		cache->subtransaction = subtransaction;
		cache->kept = NULL;
		MemoryContextReset(cache->memory);
	}
	return cache;
}
