/*
 * async.c
 *	  Concurrent foreign scans under one Append.
 *
 * Each scan has its own transfers behind one descriptor, so all scans make
 * progress while the executor waits for any of them.  The executor requests a
 * row from a scan.  If no row is ready, the scan registers its descriptor.
 * When the descriptor becomes readable, the scan continues as far as it can.
 * Back-offs use the same descriptor.
 */
#include "postgres.h"

#include "executor/execAsync.h"
#include "executor/executor.h"
#include "executor/instrument.h"
#include "miscadmin.h"
#include "storage/latch.h"

#include "fdw/scan.h"

/*
 * Every scan can run asynchronously.
 */
bool
adpipeIsForeignPathAsyncCapable(ForeignPath *path)
{
	return true;
}

/*
 * Gets the next row that passes the scan's conditions, without waiting.
 * Returns true if the request is complete, with a row or at the end.
 */
static bool
answer_request(AsyncRequest *request)
{
	ForeignScanState *node = (ForeignScanState *) request->requestee;
	AdpScan *scan = node->fdw_state;
	/* not ExecProcNode(): the executor counts the rows itself */
	TupleTableSlot *slot = node->ss.ps.ExecProcNodeReal(&node->ss.ps);

	if (TupIsNull(slot) && scan->is_pending)
		return false;
	ExecAsyncRequestDone(request, TupIsNull(slot) ? NULL : slot);
	return true;
}

/*
 * Requests a row.
 */
void
adpipeForeignAsyncRequest(AsyncRequest *request)
{
	if (!answer_request(request))
		ExecAsyncRequestPending(request);
}

/*
 * Completes a pending request outside a notification.
 */
static bool
complete_request(AsyncRequest *request)
{
	request->callback_pending = false;
	if (!answer_request(request))
	{
		request->callback_pending = true;
		return false;
	}
	ExecAsyncResponse(request);
	if (request->requestee->instrument)
		InstrUpdateTupleCount(request->requestee->instrument,
							  TupIsNull(request->result) ? 0.0 : 1.0);
	return true;
}

/*
 * Registers the scan's descriptor.  Another scan may have read rows of a shared
 * result since the request.  Then the request is completed instead, and the
 * latch keeps the executor from waiting for other scans first.
 */
void
adpipeForeignAsyncConfigureWait(AsyncRequest *request)
{
	ForeignScanState *node = (ForeignScanState *) request->requestee;
	AppendState *requestor = (AppendState *) request->requestor;
	AdpScan *scan = node->fdw_state;

	Assert(request->callback_pending);
	if (adp_shared_result_was_shared(&scan->reader) && complete_request(request))
	{
		SetLatch(MyLatch);
		return;
	}
	AddWaitEventToSet(requestor->as_eventset, WL_SOCKET_READABLE,
					  adp_shared_result_prepare_wait(&scan->reader), NULL,
					  request);
}

/*
 * Continues a scan whose descriptor is readable.
 */
void
adpipeForeignAsyncNotify(AsyncRequest *request)
{
	AdpScan *scan = ((ForeignScanState *) request->requestee)->fdw_state;

	adp_shared_result_poll(&scan->reader);
	if (!answer_request(request))
		ExecAsyncRequestPending(request);
}
