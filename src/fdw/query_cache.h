/*
 * query_cache.h
 *	  What a function has looked up for the rows of one query.
 */
#ifndef ADP_FDW_QUERY_CACHE_H
#define ADP_FDW_QUERY_CACHE_H

#include "datatype/timestamp.h"
#include "fmgr.h"

typedef struct AdpQueryCache
{
	Oid user;
	TimestampTz statement;
	CommandId command;
	SubTransactionId subtransaction;
	MemoryContext memory; /* of what is kept */
	void *kept;			  /* NULL: nothing yet */
} AdpQueryCache;

/*
 * Returns what one place of a query keeps.  It is empty at first, and where another
 * role, another statement, or a change by the same transaction came in between, or
 * a subtransaction that may have taken one back.
 */
extern AdpQueryCache *adp_query_cache(FmgrInfo *function);

#endif /* ADP_FDW_QUERY_CACHE_H */
