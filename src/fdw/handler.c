/*
 * handler.c
 *	  The handler that all wrappers share.
 *
 * IsForeignScanParallelSafe is left out: a parallel scan would query the
 * platform once per worker, and only scans that are not parallel-safe can run
 * asynchronously.  AnalyzeForeignTable is left out, so ANALYZE sends no
 * request.
 */
#include "postgres.h"

#include "fmgr.h"
#include "nodes/makefuncs.h"

#include "fdw/import.h"
#include "fdw/plan.h"
#include "fdw/scan.h"

PG_FUNCTION_INFO_V1(adpipe_handler);

/*
 * Returns the routines of foreign tables.
 */
Datum
adpipe_handler(PG_FUNCTION_ARGS)
{
	FdwRoutine *routine = makeNode(FdwRoutine);

	routine->GetForeignRelSize = adpipeGetForeignRelSize;
	routine->GetForeignPaths = adpipeGetForeignPaths;
	routine->GetForeignPlan = adpipeGetForeignPlan;
	routine->BeginForeignScan = adpipeBeginForeignScan;
	routine->IterateForeignScan = adpipeIterateForeignScan;
	routine->ReScanForeignScan = adpipeReScanForeignScan;
	routine->EndForeignScan = adpipeEndForeignScan;
	routine->ExplainForeignScan = adpipeExplainForeignScan;
	routine->IsForeignPathAsyncCapable = adpipeIsForeignPathAsyncCapable;
	routine->ForeignAsyncRequest = adpipeForeignAsyncRequest;
	routine->ForeignAsyncConfigureWait = adpipeForeignAsyncConfigureWait;
	routine->ForeignAsyncNotify = adpipeForeignAsyncNotify;
	routine->ImportForeignSchema = adpipeImportForeignSchema;
	PG_RETURN_POINTER(routine);
}
