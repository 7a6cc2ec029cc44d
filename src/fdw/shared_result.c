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
#include "fdw/shared_result.h"

struct AdpSharedResult
{
	struct AdpSharedResult *next; /* list of all in this process */
	EState *estate;				  /* the statement it belongs to */
	MemoryContext cxt;			  /* contains everything below */
	MemoryContextCallback unlink_callback;
	int users;
	bool was_shared; /* has or had several readers */
	const AdpAsk *ask;
	AdpReader *reader; /* NULL once all rows have been read */
	AdpStats stats;	   /* of the reader, once it has ended */
	AdpConverter *converter;
	MemoryContext row_cxt;
	Tuplestorestate *store; /* NULL: rows go directly to the scan */
	TupleDesc desc;
	Datum *values; /* a row on its way into the store */
	bool *nulls;
};

static AdpSharedResult *answers = NULL;

/*
 * Context callback: removes a result whose memory is freed.
 */
static void
unlink_answer(void *arg)
{
	for (AdpSharedResult **link = &answers; *link != NULL; link = &(*link)->next)
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
create_answer(EState *estate, const AdpAsk *ask, MemoryContext cxt,
			  bool keeps_rows)
{
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpSharedResult *answer = palloc0(sizeof(AdpSharedResult));
	Relation rel = table_open(ask->table->relid, NoLock);

	answer->estate = estate;
	answer->cxt = cxt;
	answer->ask = ask;
	answer->desc = CreateTupleDescCopy(RelationGetDescr(rel));
	table_close(rel, NoLock);
	answer->converter = adp_converter_create(cxt, ask->table, ask->fields);
	answer->row_cxt =
		AllocSetContextCreate(cxt, "adpipe row", ALLOCSET_DEFAULT_SIZES);
	if (keeps_rows)
	{
		answer->store = tuplestore_begin_heap(true, false, work_mem);
		tuplestore_set_eflags(answer->store, EXEC_FLAG_REWIND);
		answer->values = palloc0(answer->desc->natts * sizeof(Datum));
		answer->nulls = palloc(answer->desc->natts * sizeof(bool));
		memset(answer->nulls, true, answer->desc->natts * sizeof(bool));
	}
	answer->reader = adp_reader_create(cxt, ask->table->platform,
									   ask->table->settings, &ask->plan);
	answer->unlink_callback.func = unlink_answer;
	answer->unlink_callback.arg = answer;
	MemoryContextRegisterResetCallback(cxt, &answer->unlink_callback);
	answer->next = answers;
	answers = answer;
	MemoryContextSwitchTo(old);
	return answer;
}

/*
 * Finds or makes the result for a key.
 */
void
adp_shared_result_attach(EState *estate, const AdpAsk *ask, MemoryContext cxt,
						 bool keeps_rows, AdpResultReader *place)
{
	AdpSharedResult *answer;

	for (answer = answers; answer != NULL; answer = answer->next)
	{
		if (answer->estate == estate && answer->store != NULL &&
			strcmp(answer->ask->key, ask->key) == 0)
			break;
	}
	if (answer == NULL)
		answer = create_answer(estate, ask, cxt, keeps_rows);
	else
		MemoryContextDelete(cxt);
	answer->users++;
	answer->was_shared |= answer->users > 1;
	place->answer = answer;
	place->has_read = false;
	place->slot = NULL;
	if (answer->store != NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(estate->es_query_cxt);

		place->slot =
			MakeSingleTupleTableSlot(answer->desc, &TTSOpsMinimalTuple);
		MemoryContextSwitchTo(old);
		/* pointer 0 never moves, so a new one starts at the beginning */
		place->read_pointer =
			tuplestore_alloc_read_pointer(answer->store, EXEC_FLAG_REWIND);
	}
}

/*
 * Ends the platform reader cleanly, so its connections are kept.
 */
static void
end_reader(AdpSharedResult *answer)
{
	const AdpAccountVerdict *verdicts;
	int n;

	if (answer->reader == NULL)
		return;
	verdicts = adp_reader_verdicts(answer->reader, &n);
	adp_account_notice_add(answer->estate, answer->ask->table, verdicts, n);
	answer->stats = *adp_reader_stats(answer->reader);
	if (answer->stats.wait_reason != NULL)
		answer->stats.wait_reason =
			MemoryContextStrdup(answer->cxt, answer->stats.wait_reason);
	adp_reader_close(answer->reader);
	answer->reader = NULL;
}

/*
 * Leaves the result.
 */
void
adp_shared_result_detach(AdpResultReader *place)
{
	AdpSharedResult *answer = place->answer;

	place->answer = NULL;
	if (place->wait_fd != NULL)
		adp_owner_release(place->wait_fd);
	place->wait_fd = NULL;
	if (place->slot != NULL)
		ExecDropSingleTupleTableSlot(place->slot);
	place->slot = NULL;
	if (answer == NULL || --answer->users > 0)
		return;
	end_reader(answer);
	if (answer->store != NULL)
		tuplestore_end(answer->store);
	MemoryContextDelete(answer->cxt);
}

/*
 * Whether the reader uses a result for the key.
 */
bool
adp_shared_result_is(const AdpResultReader *place, const char *key)
{
	return place->answer != NULL && strcmp(place->answer->ask->key, key) == 0;
}

/*
 * Reads and converts a row.
 */
static AdpReadState
read_row(AdpSharedResult *answer, bool may_wait, Datum *values, bool *nulls)
{
	const AdpCell *cells;
	const AdpAccount *account;
	AdpReadState state;
	MemoryContext old;

	if (answer->reader == NULL)
		return ADP_READ_END;
	MemoryContextReset(answer->row_cxt);
	state = adp_reader_next(answer->reader, may_wait, &cells, &account);
	if (state == ADP_READ_END)
		end_reader(answer);
	if (state != ADP_READ_ROW)
		return state;
	old = MemoryContextSwitchTo(answer->row_cxt);
	adp_converter_row(answer->converter, cells, account, values, nulls);
	MemoryContextSwitchTo(old);
	return state;
}

/*
 * Reads a row into the store.  While it is added, pointer 0, which never moves,
 * is active: an active pointer at the end would skip the new row.
 */
static AdpReadState
store_row(AdpSharedResult *answer, bool may_wait)
{
	AdpReadState state =
		read_row(answer, may_wait, answer->values, answer->nulls);

	if (state != ADP_READ_ROW)
		return state;
	tuplestore_select_read_pointer(answer->store, 0);
	tuplestore_putvalues(answer->store, answer->desc, answer->values,
						 answer->nulls);
	return state;
}

/*
 * Copies the reader's next row from the store into its slot.  Returns false at
 * the end.  The copy lives until the slot is cleared, which is longer than the
 * memory context in which a foreign scan is called.
 */
static bool
copy_from_store(AdpResultReader *place)
{
	MemoryContext old = MemoryContextSwitchTo(place->slot->tts_mcxt);
	Tuplestorestate *store = place->answer->store;
	bool is_there;

	tuplestore_select_read_pointer(store, place->read_pointer);
	is_there = tuplestore_gettupleslot(store, true, true, place->slot);
	MemoryContextSwitchTo(old);
	return is_there;
}

/*
 * Gets a row from the store; at its end, reads another row into it.  The row is
 * copied, because another scan that adds rows may move it.
 */
static AdpReadState
next_from_store(AdpResultReader *place, TupleTableSlot *slot, bool may_wait)
{
	AdpSharedResult *answer = place->answer;

	if (!copy_from_store(place))
	{
		AdpReadState state = store_row(answer, may_wait);

		if (state != ADP_READ_ROW)
			return state;
		if (!copy_from_store(place))
			elog(ERROR, "row just stored is not there");
	}
	slot_getallattrs(place->slot);
	memcpy(slot->tts_values, place->slot->tts_values,
		   answer->desc->natts * sizeof(Datum));
	memcpy(slot->tts_isnull, place->slot->tts_isnull,
		   answer->desc->natts * sizeof(bool));
	return ADP_READ_ROW;
}

/*
 * Puts the next row into the slot.
 */
AdpReadState
adp_shared_result_next(AdpResultReader *place, TupleTableSlot *slot,
					   bool may_wait)
{
	AdpSharedResult *answer = place->answer;
	AdpReadState state;

	ExecClearTuple(slot);
	if (answer->store != NULL)
		state = next_from_store(place, slot, may_wait);
	else
	{
		place->has_read = true;
		memset(slot->tts_isnull, true, answer->desc->natts * sizeof(bool));
		state = read_row(answer, may_wait, slot->tts_values, slot->tts_isnull);
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
adp_shared_result_prepare_wait(AdpResultReader *place)
{
	AdpSharedResult *answer = place->answer;
	int fd = adp_reader_prepare_wait(answer->reader);

	if (place->wait_fd == NULL)
		place->wait_fd = adp_owner_create(answer->cxt, close_wait_fd);
	if (place->wait_fd->resource == NULL)
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
		place->wait_fd->resource = (void *) (intptr_t) (fd + 1);
	}
	return (int) (intptr_t) place->wait_fd->resource - 1;
}

/*
 * Advances the result's transfers.
 */
void
adp_shared_result_poll(AdpResultReader *place)
{
	if (place->answer->reader != NULL)
		adp_reader_poll(place->answer->reader);
}

/*
 * Whether another scan reads or has read the result.  That scan may have
 * finished already.
 */
bool
adp_shared_result_was_shared(const AdpResultReader *place)
{
	return place->answer->was_shared;
}

/*
 * Restarts reading.
 */
bool
adp_shared_result_rewind(AdpResultReader *place)
{
	AdpSharedResult *answer = place->answer;

	if (answer->store == NULL)
		return !place->has_read;
	tuplestore_select_read_pointer(answer->store, place->read_pointer);
	tuplestore_rescan(answer->store);
	return true;
}

/*
 * Returns what the result has cost so far.
 */
const AdpStats *
adp_shared_result_stats(const AdpResultReader *place)
{
	const AdpSharedResult *answer = place->answer;

	return answer->reader != NULL ? adp_reader_stats(answer->reader)
								  : &answer->stats;
}
