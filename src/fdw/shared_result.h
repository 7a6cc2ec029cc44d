/*
 * shared_result.h
 *	  The rows of one set of requests, and the scans that read them.
 *
 * Scans of one statement with equal requests share one result.  A shared
 * result, and a result whose scan may be rewound, keeps its rows in a
 * tuplestore.  A scan that is read once gets its rows directly from the
 * platform reader.
 */
#ifndef ADP_FDW_SHARED_RESULT_H
#define ADP_FDW_SHARED_RESULT_H

#include "executor/tuptable.h"
#include "nodes/execnodes.h"

#include "base/owner.h"
#include "fdw/row.h"
#include "platform/reader/reader.h"

typedef struct AdpSharedResult AdpSharedResult;

/* A scan's position in a result. */
typedef struct AdpResultReader
{
	AdpSharedResult *result; /* NULL before the scan attaches */
	int read_pointer;		 /* in the result's store, if it has one */
	TupleTableSlot *slot; /* copy of a row of the store, owned by this scan */
	bool has_read;		  /* has returned rows, without a store */
	AdpOwner *wait_fd;	  /* descriptor to wait on; NULL until needed */
} AdpResultReader;

/*
 * The requests behind a result.  The table contains secrets, the key does not.
 */
typedef struct AdpResultRequest
{
	const AdpTable *table;
	List *fields; /* Strings, in cell order */
	AdpReadPlan plan;
	const char *key; /* equal keys mean equal rows */
} AdpResultRequest;

/*
 * Finds the statement's result for the key, or makes one.  A new result takes
 * over the memory context cxt, in which *request lives.  keeps_rows: the result
 * needs a store.
 */
extern void adp_shared_result_attach(EState *estate,
									 const AdpResultRequest *request,
									 MemoryContext cxt, bool keeps_rows,
									 AdpResultReader *reader);

/* Leaves the result.  The last reader to leave ends it. */
extern void adp_shared_result_detach(AdpResultReader *reader);

/* Whether the reader uses a result for the key. */
extern bool adp_shared_result_matches(const AdpResultReader *reader,
									  const char *key);

/*
 * Puts the next row into the slot.  Returns ADP_READ_PENDING only if may_wait
 * is false.
 */
extern AdpReadState adp_shared_result_next(AdpResultReader *reader,
										   TupleTableSlot *slot, bool may_wait);

/*
 * For callers that wait on several scans.  Prepares the result and returns a
 * descriptor of this reader, which becomes readable when a pending result can
 * continue.  Then call adp_shared_result_poll() before
 * adp_shared_result_next().
 */
extern int adp_shared_result_prepare_wait(AdpResultReader *reader);
extern void adp_shared_result_poll(AdpResultReader *reader);

/* Whether another scan reads or has read the result. */
extern bool adp_shared_result_was_shared(const AdpResultReader *reader);

/*
 * Restarts reading.  Returns false if the rows are gone and must be requested
 * again.
 */
extern bool adp_shared_result_rewind(AdpResultReader *reader);

/* What the result has cost so far. */
extern const AdpStats *adp_shared_result_stats(const AdpResultReader *reader);

#endif /* ADP_FDW_SHARED_RESULT_H */
