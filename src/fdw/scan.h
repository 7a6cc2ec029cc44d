/*
 * scan.h
 *	  Executes and explains foreign scans.
 */
#ifndef ADP_FDW_SCAN_H
#define ADP_FDW_SCAN_H

#include "foreign/fdwapi.h"

#include "fdw/condition.h"
#include "fdw/shared_result.h"

/* State of one ForeignScan node. */
typedef struct AdpScan
{
	/* from the plan */
	Oid userid;
	Oid relid;
	List *conditions;
	List *fields;
	List *dropped; /* of the fields; a coarse scan leaves them out */
	int nbuckets;  /* of the right-hand sides, the last ones: see plan.h */
	bool counts_people;
	List *presence;
	int64 limit;
	const char *ranked_by; /* field whose largest values the limit keeps */
	bool wants_less;	   /* the statement stops reading early */
	bool day_is_used;	   /* an expression of the statement uses the day */
	List *exprs;		   /* ExprStates of the right-hand sides */

	/* set when the first row is fetched, and after each rescan */
	MemoryContext cxt;	 /* lives as long as the node */
	bool is_coarse;		 /* leaves out the dropped fields */
	AdpPeriod bucket;	 /* a week or month: in place of the day */
	bool bucket_is_open; /* it depends on values that are not known */
	bool is_started;
	bool is_empty;	 /* no row can satisfy the conditions */
	bool is_pending; /* no row is ready, but the scan is not at the end */
	bool keeps_rows; /* the scan may be rewound or shared */
	AdpResultReader reader;
	AdpStats past; /* of results that this scan has left */
} AdpScan;

/* What the values of right-hand sides are for. */
typedef enum AdpValuesFor
{
	ADP_VALUES_RUN,
	ADP_VALUES_EXPLAIN, /* those with parameters become placeholders */
	ADP_VALUES_ESTIMATE /* those that the running statement computes do */
} AdpValuesFor;

/* Evaluates the right-hand sides, in CurrentMemoryContext. */
extern AdpValue *adp_scan_values(ForeignScanState *node, AdpValuesFor purpose);

/*
 * The fields to request, in which a week or month has the name of the day; and
 * whether a field is left out.
 */
extern List *adp_scan_fields(const AdpScan *scan, const AdpTable *table);
extern bool adp_scan_drops(const AdpScan *scan, const char *field);

/*
 * Makes the read plan of a scan from the values, in CurrentMemoryContext.  Does
 * not check for a lower bound of the days.
 */
extern void adp_scan_plan(const AdpScan *scan, const AdpTable *table,
						  const AdpValue *values, AdpReadPlan *plan,
						  AdpPushed *pushed);

/*
 * The identity of a request: the table, the query with its days, and the
 * accounts.
 */
extern const char *adp_scan_key(const AdpScan *scan, const AdpTable *table,
								const AdpReadPlan *plan);

/* Adds up what the scan has cost over all its results. */
extern AdpStats adp_scan_stats(const AdpScan *scan);

extern void adpipeBeginForeignScan(ForeignScanState *node, int eflags);
extern TupleTableSlot *adpipeIterateForeignScan(ForeignScanState *node);
extern void adpipeReScanForeignScan(ForeignScanState *node);
extern void adpipeEndForeignScan(ForeignScanState *node);

/* async.c */
extern bool adpipeIsForeignPathAsyncCapable(ForeignPath *path);
extern void adpipeForeignAsyncRequest(AsyncRequest *request);
extern void adpipeForeignAsyncConfigureWait(AsyncRequest *request);
extern void adpipeForeignAsyncNotify(AsyncRequest *request);

/* explain.c */
extern void adpipeExplainForeignScan(ForeignScanState *node,
									 struct ExplainState *es);

#endif /* ADP_FDW_SCAN_H */
