/*
 * adpipe.c
 *	  Module magic and start-up: one init per layer, nothing else.
 */
#include "postgres.h"

#include "fmgr.h"

#include "base/guc.h"
#include "base/shared_cache.h"
#include "base/shared_memory.h"
#include "fdw/seen_rows.h"
#include "platform/limits/breaker.h"
#include "platform/limits/quota_ledger.h"
#include "platform/limits/request_counts.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

/*
 * Called once per process when the library is loaded, by a session or by the
 * postmaster (shared_preload_libraries).  Layers are initialised from the
 * lowest up.
 */
void
_PG_init(void)
{
	adp_guc_init();
	adp_shared_cache_init();
	adp_request_counts_init();
	adp_quota_ledger_init();
	adp_breaker_init();
	adp_seen_rows_init();
	adp_shared_memory_init();
}
