/*
 * shared_result.h
 *	  The rows that one set of requests brings, and who reads them.
 *
 * Scans of one statement that would ask the same share one answer; then, and
 * when a scan may be rewound, the rows are kept in a tuplestore.  A scan that
 * is read once gets its rows straight from the reader.
 */
#ifndef ADP_FDW_SHARED_RESULT_H
#define ADP_FDW_SHARED_RESULT_H

#include "executor/tuptable.h"
#include "nodes/execnodes.h"

#include "base/owner.h"
#include "fdw/row.h"
#include "platform/reader/reader.h"

typedef struct AdpSharedResult AdpSharedResult;

/* One scan's place in an answer. */
typedef struct AdpResultReader
{
	AdpSharedResult *answer; /* NULL: none */
	int read_pointer;		 /* in the answer's store, if it has one */
	TupleTableSlot *slot;	 /* a row of the store, this scan's own copy */
	bool has_read;			 /* rows went out, without a store */
	AdpOwner *wait_fd;		 /* descriptor to wait on; NULL: none yet */
} AdpResultReader;

/* What an answer is made of; the table holds secrets, the key does not. */
typedef struct AdpAsk
{
	const AdpTable *table;
	List *fields; /* Strings, in cell order */
	AdpReadPlan plan;
	const char *key; /* equal keys get equal rows */
} AdpAsk;

/*
 * Finds the answer to the key among those of the statement, or makes one (it
 * takes over the memory context cxt, in which *ask lives).  keeps_rows: a
 * store is needed.
 */
extern void adp_shared_result_attach(EState *estate, const AdpAsk *ask,
									 MemoryContext cxt, bool keeps_rows,
									 AdpResultReader *place);

/* Leaves the answer; the last one to leave ends it. */
extern void adp_shared_result_detach(AdpResultReader *place);

/* Whether the place is at an answer to the key. */
extern bool adp_shared_result_is(const AdpResultReader *place, const char *key);

/*
 * Puts the next row into the virtual-capable slot; ADP_READ_PENDING only
 * without waiting.
 */
extern AdpReadState adp_shared_result_next(AdpResultReader *place,
										   TupleTableSlot *slot, bool may_wait);

/*
 * For who waits for several scans at once.  Prepares the answer and returns a
 * descriptor of this place's own that becomes readable when a pending answer
 * can go on; then adp_shared_result_poll() comes before adp_shared_result_next().
 */
extern int adp_shared_result_prepare_wait(AdpResultReader *place);
extern void adp_shared_result_poll(AdpResultReader *place);

/* Whether another scan reads the answer too, or has done so. */
extern bool adp_shared_result_was_shared(const AdpResultReader *place);

/* Starts over; false if the rows are gone and must be asked for again. */
extern bool adp_shared_result_rewind(AdpResultReader *place);

/* What the answer has cost so far. */
extern const AdpStats *adp_shared_result_stats(const AdpResultReader *place);

#endif /* ADP_FDW_SHARED_RESULT_H */
