/*
 * shared_result.c
 *	  The rows of one set of requests, and the scans that read them.
 */
#include "postgres.h"

#include <unistd.h>

#include "access/table.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "fdw/account_notice.h"
#include "fdw/budget.h"
#include "fdw/expect.h"
#include "fdw/shared_result.h"

struct AdpSharedResult
{
	struct AdpSharedResult *next; /* list of all in this process */
	EState *estate;				  /* the statement it belongs to */
	MemoryContext cxt;			  /* contains everything below */
	MemoryContextCallback unlink_callback;
	int users;
	bool was_shared; /* has or had several readers */
	const AdpResultRequest *request;
	AdpReader *reader; /* NULL once all rows have been read */
	int64 rows;		   /* that the reader has returned */
	AdpStats stats;	   /* of the reader, once it has ended */
	AdpConverter *converter;
	MemoryContext row_cxt;
	Tuplestorestate *store; /* NULL: rows go directly to the scan */
	TupleDesc desc;
	Datum *values; /* a row on its way into the store */
	bool *nulls;
};

static AdpSharedResult *results = NULL;

/*
 * Context callback: removes a result whose memory is freed.
 */
static void
unlink_result(void *arg)
{
	for (AdpSharedResult **link = &results; *link != NULL; link = &(*link)->next)
	{
		if (*link == arg)
		{
			*link = (*link)->next;
			return;
		}
	}
}

/*
 * Makes a result in its context.
 */
static AdpSharedResult *
create_result(EState *estate, const AdpResultRequest *request,
			  MemoryContext cxt, bool keeps_rows)
{
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpSharedResult *result = palloc0(sizeof(AdpSharedResult));
	Relation rel = table_open(request->table->relid, NoLock);

	result->estate = estate;
	result->cxt = cxt;
	result->request = request;
	result->desc = CreateTupleDescCopy(RelationGetDescr(rel));
	table_close(rel, NoLock);
	result->converter =
		adp_converter_create(cxt, request->table, request->fields);
	result->row_cxt =
		AllocSetContextCreate(cxt, "adpipe row", ALLOCSET_DEFAULT_SIZES);
	if (keeps_rows)
	{
		result->store = tuplestore_begin_heap(true, false, work_mem);
		tuplestore_set_eflags(result->store, EXEC_FLAG_REWIND);
		result->values = palloc0(result->desc->natts * sizeof(Datum));
		result->nulls = palloc(result->desc->natts * sizeof(bool));
		memset(result->nulls, true, result->desc->natts * sizeof(bool));
	}
	adp_budget_check(request->table, &request->plan);
	result->reader =
		adp_reader_create(cxt, request->table->platform,
						  request->table->settings, &request->plan);
	result->unlink_callback.func = unlink_result;
	result->unlink_callback.arg = result;
	MemoryContextRegisterResetCallback(cxt, &result->unlink_callback);
	result->next = results;
	results = result;
	MemoryContextSwitchTo(old);
	return result;
}

/*
 * Finds or makes the result for a key.
 */
void
adp_shared_result_attach(EState *estate, const AdpResultRequest *request,
						 MemoryContext cxt, bool keeps_rows,
						 AdpResultReader *reader)
{
	AdpSharedResult *result;

	for (result = results; result != NULL; result = result->next)
	{
		if (result->estate == estate && result->store != NULL &&
			strcmp(result->request->key, request->key) == 0)
			break;
	}
	if (result == NULL)
		result = create_result(estate, request, cxt, keeps_rows);
	else
		MemoryContextDelete(cxt);
	result->users++;
	result->was_shared |= result->users > 1;
	reader->result = result;
	reader->has_read = false;
	reader->slot = NULL;
	if (result->store != NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(estate->es_query_cxt);

		reader->slot =
			MakeSingleTupleTableSlot(result->desc, &TTSOpsMinimalTuple);
		MemoryContextSwitchTo(old);
		/* pointer 0 never moves, so a new one starts at the beginning */
		reader->read_pointer =
			tuplestore_alloc_read_pointer(result->store, EXEC_FLAG_REWIND);
	}
}

/*
 * Ends the platform reader cleanly, so its connections are kept.
 */
static void
end_reader(AdpSharedResult *result)
{
	const AdpAccountVerdict *verdicts;
	int n;

	if (result->reader == NULL)
		return;
	verdicts = adp_reader_verdicts(result->reader, &n);
	adp_account_notice_add(result->estate, result->request->table, verdicts, n);
	result->stats = *adp_reader_stats(result->reader);
	if (result->stats.wait_reason != NULL)
		result->stats.wait_reason =
			MemoryContextStrdup(result->cxt, result->stats.wait_reason);
	adp_reader_close(result->reader);
	result->reader = NULL;
}

/*
 * Leaves the result.
 */
void
adp_shared_result_detach(AdpResultReader *reader)
{
	AdpSharedResult *result = reader->result;

	reader->result = NULL;
	if (reader->wait_fd != NULL)
		adp_owner_release(reader->wait_fd);
	reader->wait_fd = NULL;
	if (reader->slot != NULL)
		ExecDropSingleTupleTableSlot(reader->slot);
	reader->slot = NULL;
	if (result == NULL || --result->users > 0)
		return;
	end_reader(result);
	if (result->store != NULL)
		tuplestore_end(result->store);
	MemoryContextDelete(result->cxt);
}

/*
 * Whether the reader uses a result for the key.
 */
bool
adp_shared_result_matches(const AdpResultReader *reader, const char *key)
{
	return reader->result != NULL &&
		strcmp(reader->result->request->key, key) == 0;
}

/*
 * Returns the days that a row covers: those of its request, or the range that
 * the statement asks for, which may end after the account's today.
 */
static AdpDateRange
days_of_row(const AdpSharedResult *result)
{
	const AdpDays *asked = &result->request->plan.days;

	if (asked->period == ADP_PERIOD_ALL)
		return (AdpDateRange){asked->since, asked->until};
	return *adp_reader_days(result->reader);
}

/*
 * Reads and converts a row.
 */
static AdpReadState
read_row(AdpSharedResult *result, bool may_wait, Datum *values, bool *nulls)
{
	const AdpCell *cells;
	const AdpAccount *account;
	AdpDateRange days;
	AdpReadState state;
	MemoryContext old;

	if (result->reader == NULL)
		return ADP_READ_END;
	MemoryContextReset(result->row_cxt);
	state = adp_reader_next(result->reader, may_wait, &cells, &account);
	if (state == ADP_READ_END)
	{
		adp_expect_learn(result->request->table, &result->request->plan,
						 adp_reader_naccounts(result->reader), result->rows,
						 adp_reader_stats(result->reader)->pages);
		end_reader(result);
	}
	if (state != ADP_READ_ROW)
		return state;
	result->rows++;
	old = MemoryContextSwitchTo(result->row_cxt);
	days = days_of_row(result);
	adp_converter_row(result->converter, cells, account, &days, values, nulls);
	MemoryContextSwitchTo(old);
	return state;
}

/*
 * Reads a row into the store.  While it is added, pointer 0, which never moves,
 * is active: an active pointer at the end would skip the new row.
 */
static AdpReadState
store_row(AdpSharedResult *result, bool may_wait)
{
	AdpReadState state =
		read_row(result, may_wait, result->values, result->nulls);

	if (state != ADP_READ_ROW)
		return state;
	tuplestore_select_read_pointer(result->store, 0);
	tuplestore_putvalues(result->store, result->desc, result->values,
						 result->nulls);
	return state;
}

/*
 * Copies the reader's next row from the store into its slot.  Returns false at
 * the end.  The copy lives until the slot is cleared, which is longer than the
 * memory context in which a foreign scan is called.
 */
static bool
copy_from_store(AdpResultReader *reader)
{
	MemoryContext old = MemoryContextSwitchTo(reader->slot->tts_mcxt);
	Tuplestorestate *store = reader->result->store;
	bool is_there;

	tuplestore_select_read_pointer(store, reader->read_pointer);
	is_there = tuplestore_gettupleslot(store, true, true, reader->slot);
	MemoryContextSwitchTo(old);
	return is_there;
}

/*
 * Gets a row from the store; at its end, reads another row into it.  The row is
 * copied, because another scan that adds rows may move it.
 */
static AdpReadState
next_from_store(AdpResultReader *reader, TupleTableSlot *slot, bool may_wait)
{
	AdpSharedResult *result = reader->result;

	if (!copy_from_store(reader))
	{
		AdpReadState state = store_row(result, may_wait);

		if (state != ADP_READ_ROW)
			return state;
		if (!copy_from_store(reader))
			elog(ERROR, "row just stored is not there");
	}
	slot_getallattrs(reader->slot);
	memcpy(slot->tts_values, reader->slot->tts_values,
		   result->desc->natts * sizeof(Datum));
	memcpy(slot->tts_isnull, reader->slot->tts_isnull,
		   result->desc->natts * sizeof(bool));
	return ADP_READ_ROW;
}

/*
 * Puts the next row into the slot.
 */
AdpReadState
adp_shared_result_next(AdpResultReader *reader, TupleTableSlot *slot,
					   bool may_wait)
{
	AdpSharedResult *result = reader->result;
	AdpReadState state;

	ExecClearTuple(slot);
	if (result->store != NULL)
		state = next_from_store(reader, slot, may_wait);
	else
	{
		reader->has_read = true;
		memset(slot->tts_isnull, true, result->desc->natts * sizeof(bool));
		state = read_row(result, may_wait, slot->tts_values, slot->tts_isnull);
	}
	if (state == ADP_READ_ROW)
		ExecStoreVirtualTuple(slot);
	return state;
}

/*
 * Closes a descriptor.  The stored value is the descriptor plus one, because
 * NULL means that an owner holds no resource.
 */
static void
close_wait_fd(void *resource)
{
	close((int) (intptr_t) resource - 1);
	ReleaseExternalFD();
}

/*
 * Prepares to wait.  Each reader has its own descriptor: two scans that share a
 * result may wait in one set, which accepts a descriptor only once.
 */
int
adp_shared_result_prepare_wait(AdpResultReader *reader)
{
	AdpSharedResult *result = reader->result;
	int fd = adp_reader_prepare_wait(result->reader);

	if (reader->wait_fd == NULL)
		reader->wait_fd = adp_owner_create(result->cxt, close_wait_fd);
	if (reader->wait_fd->resource == NULL)
	{
		if (!AcquireExternalFD())
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
					 errmsg("too many open files in this session"),
					 errhint("Raise setting \"max_files_per_process\".")));
		fd = dup(fd);
		if (fd < 0)
		{
			ReleaseExternalFD();
			ereport(ERROR,
					(errcode_for_file_access(),
					 errmsg("could not duplicate a descriptor: %m")));
		}
		reader->wait_fd->resource = (void *) (intptr_t) (fd + 1);
	}
	return (int) (intptr_t) reader->wait_fd->resource - 1;
}

/*
 * Advances the result's transfers.
 */
void
adp_shared_result_poll(AdpResultReader *reader)
{
	if (reader->result->reader != NULL)
		adp_reader_poll(reader->result->reader);
}

/*
 * Whether another scan reads or has read the result.  That scan may have
 * finished already.
 */
bool
adp_shared_result_was_shared(const AdpResultReader *reader)
{
	return reader->result->was_shared;
}

/*
 * Restarts reading.
 */
bool
adp_shared_result_rewind(AdpResultReader *reader)
{
	AdpSharedResult *result = reader->result;

	if (result->store == NULL)
		return !reader->has_read;
	tuplestore_select_read_pointer(result->store, reader->read_pointer);
	tuplestore_rescan(result->store);
	return true;
}

/*
 * Returns what the result has cost so far.
 */
const AdpStats *
adp_shared_result_stats(const AdpResultReader *reader)
{
	const AdpSharedResult *result = reader->result;

	return result->reader != NULL ? adp_reader_stats(result->reader)
								  : &result->stats;
}
