/*
 * budget.h
 *	  How many requests a statement may send, over all its scans.
 *
 * Setting adpipe.max_requests_per_query is read when the statement begins.  The
 * scans that certainly read all are judged together before the first request, as
 * far as their requests are known, and once more when each starts and its
 * accounts are known.  No request beyond the limit is sent in any case.
 */
#ifndef ADP_FDW_BUDGET_H
#define ADP_FDW_BUDGET_H

#include "nodes/execnodes.h"

#include "fdw/condition.h"
#include "platform/api/request_budget.h"

/* Counts a scan that begins. */
extern void adp_budget_join(ForeignScanState *node);

/*
 * Gives the read plan of a scan that starts the statement's budget, if there is
 * a limit.  Throws if what is known of the scans that certainly read all does
 * not fit.
 */
extern void adp_budget_set(ForeignScanState *node, AdpReadPlan *plan);

/*
 * Throws if what is known of the requests of a read plan does not fit into its
 * budget.
 */
extern void adp_budget_check(const AdpTable *table, const AdpReadPlan *plan);

#endif /* ADP_FDW_BUDGET_H */
