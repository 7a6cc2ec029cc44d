/*
 * async.c
 *	  Foreign scans side by side under one Append.
 *
 * Each scan has transfers of its own under one descriptor, so all of them make
 * progress while any is waited for.  The executor asks a scan for a row, and if
 * there is none yet lets it register its descriptor; once that is readable the
 * scan goes on as far as it can.  Back-offs ring through the same descriptor.
 */
#include "postgres.h"

#include "executor/execAsync.h"
#include "executor/executor.h"
#include "executor/instrument.h"
#include "miscadmin.h"
#include "storage/latch.h"

#include "fdw/scan.h"

/*
 * Any scan can wait together with others.
 */
bool
adpipeIsForeignPathAsyncCapable(ForeignPath *path)
{
	return true;
}

/*
 * Gets the next row that passes the scan's conditions, as far as that goes
 * without waiting.  True if the request is answered: by a row or the end.
 */
static bool
answer_request(AsyncRequest *request)
{
	ForeignScanState *node = (ForeignScanState *) request->requestee;
	AdpScan *scan = node->fdw_state;
	/* not ExecProcNode(): the executor does the counting for us */
	TupleTableSlot *slot = node->ss.ps.ExecProcNodeReal(&node->ss.ps);

	if (TupIsNull(slot) && scan->is_pending)
		return false;
	ExecAsyncRequestDone(request, TupIsNull(slot) ? NULL : slot);
	return true;
}

/*
 * Asks for a row.
 */
void
adpipeForeignAsyncRequest(AsyncRequest *request)
{
	if (!answer_request(request))
		ExecAsyncRequestPending(request);
}

/*
 * Answers a pending request outside a notification.
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
 * Registers the scan's descriptor.  Rows of a shared answer may have been read
 * by another scan since; then the request is answered instead, and the latch
 * keeps the executor from waiting for the other scans first.
 */
void
adpipeForeignAsyncConfigureWait(AsyncRequest *request)
{
	ForeignScanState *node = (ForeignScanState *) request->requestee;
	AppendState *requestor = (AppendState *) request->requestor;
	AdpScan *scan = node->fdw_state;

	Assert(request->callback_pending);
	if (adp_shared_result_was_shared(&scan->place) && complete_request(request))
	{
		SetLatch(MyLatch);
		return;
	}
	AddWaitEventToSet(requestor->as_eventset, WL_SOCKET_READABLE,
					  adp_shared_result_prepare_wait(&scan->place), NULL,
					  request);
}

/*
 * Goes on with a scan whose descriptor is readable.
 */
void
adpipeForeignAsyncNotify(AsyncRequest *request)
{
	AdpScan *scan = ((ForeignScanState *) request->requestee)->fdw_state;

	adp_shared_result_poll(&scan->place);
	if (!answer_request(request))
		ExecAsyncRequestPending(request);
}
