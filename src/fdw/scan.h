/*
 * scan.h
 *	  Executing and explaining foreign scans.
 */
#ifndef ADP_FDW_SCAN_H
#define ADP_FDW_SCAN_H

#include "foreign/fdwapi.h"
#include "utils/tuplestore.h"

#include "fdw/condition.h"
#include "fdw/row.h"
#include "platform/reader.h"

/*
 * The rows that one request set brings.  Scans of one statement that would ask
 * the same share one answer; then, and when the scan may be rewound, the rows
 * are kept in a tuplestore.
 */
typedef struct AdpAnswer
{
	MemoryContext cxt;			/* all below, and this struct */
	const char *key;			/* what was asked: table, queries, accounts */
	int			users;			/* scans attached */
	AdpReadPlan plan;
	AdpReader  *reader;			/* NULL once all rows are in */
	AdpStats	stats;			/* of the reader, once it is gone */
	AdpConverter *converter;
	MemoryContext row_cxt;
	Tuplestorestate *store;		/* NULL: rows go straight out */
	TupleTableSlot *row_slot;	/* virtual: a row on its way in */
	TupleTableSlot *store_slot; /* minimal: a row on its way out */
} AdpAnswer;

/* State of one ForeignScan node. */
typedef struct AdpScan
{
	/* from the plan */
	Oid			userid;
	Oid			relid;
	List	   *conditions;
	List	   *fields;
	List	   *presence;
	int64		limit;
	List	   *exprs;			/* ExprStates of the right-hand sides */
	List	   *expr_nodes;

	/* settled when the first row is fetched */
	MemoryContext cxt;
	AdpTable   *table;			/* without secrets until then */
	bool		is_started;
	bool		is_empty;		/* no row can satisfy the conditions */
	AdpAnswer  *answer;
	int			read_pointer;	/* in the answer's store */
	bool		may_rewind;
} AdpScan;

/* Values of the right-hand sides; "for_explain" leaves run-time ones open. */
extern AdpValue *adp_scan_values(ForeignScanState *node, bool for_explain);

/* Initialises a read plan's fixed part and applies the conditions. */
extern void adp_scan_plan(AdpScan *scan, const AdpValue *values,
						  AdpReadPlan *plan, AdpPushed *pushed);

/* What a scan has cost so far; zeros before it started. */
extern AdpStats adp_scan_stats(const AdpScan *scan);

extern void adpipeBeginForeignScan(ForeignScanState *node, int eflags);
extern TupleTableSlot *adpipeIterateForeignScan(ForeignScanState *node);
extern void adpipeReScanForeignScan(ForeignScanState *node);
extern void adpipeEndForeignScan(ForeignScanState *node);
extern void adpipeExplainForeignScan(ForeignScanState *node,
									 struct ExplainState *es);

#endif							/* ADP_FDW_SCAN_H */
