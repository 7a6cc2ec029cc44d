/*
 * staged_rows.c
 *	  The rows of an answer, from the fetch until they are stored.
 *
 * Beyond work_mem they lie in temporary files that outlive a transaction.  They
 * go when the next answer comes, when a transaction aborts, or by
 * drop_staged_rows().  Each answer has a number, by which a transaction reads the
 * one that it means: a temporary table goes back to what it held before when a
 * subtransaction aborts, and these rows do not.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "base/compat.h"
#include "fdw/staged_rows.h"

PG_FUNCTION_INFO_V1(adpipe_staged_answer);
PG_FUNCTION_INFO_V1(adpipe_staged_rows);
PG_FUNCTION_INFO_V1(adpipe_drop_staged_rows);

typedef struct StagedAccount
{
	text *id;
	Tuplestorestate *rows;
} StagedAccount;

typedef struct StagedRows
{
	MemoryContext cxt;
	int64 number; /* 0: the answer has not ended */
	bool is_busy; /* a loop puts or reads rows, and may run SQL of others */
	Oid owner;	  /* role that may read the rows */
	TupleDesc desc;
	int naccounts;
	StagedAccount *accounts;
} StagedRows;

static StagedRows *staged; /* NULL: nothing is held */
static int64 last_number;

/*
 * Ends a tuplestore.  That writes what is left in the buffer of its file, which
 * can fail as the row before it did; but an abort must not fail.
 */
static void
end_rows(Tuplestorestate *rows)
{
	MemoryContext cxt = CurrentMemoryContext;
	int limit = temp_file_limit;

	temp_file_limit = -1;
	PG_TRY();
	{
		tuplestore_end(rows);
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(cxt);
		error = CopyErrorData();
		FlushErrorState();
		ereport(WARNING,
				(errmsg(
					 "a temporary file of fetched rows stays until the session ends"),
				 errdetail_internal("%s", error->message)));
	}
	PG_END_TRY();
	temp_file_limit = limit;
}

/*
 * Forgets what is held.
 */
static void
drop_rows(void)
{
	StagedRows *old = staged;

	staged = NULL;
	if (old == NULL)
		return;
	for (int i = 0; i < old->naccounts; i++)
		if (old->accounts[i].rows != NULL)
			end_rows(old->accounts[i].rows);
	MemoryContextDelete(old->cxt);
}

/*
 * A refresh that was cancelled holds nothing.
 */
static void
forget_at_abort(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT)
		drop_rows();
}

/*
 * Throws while a loop puts or reads rows: SQL that runs within the loop must not
 * pull the rows away from under it.
 */
static void
check_free(void)
{
	if (staged != NULL && staged->is_busy)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_IN_USE),
				 errmsg("the fetched rows of this session are in use"),
				 errdetail("A query that fetches rows, or an index of the copy "
						   "they are written into, calls a function that works "
						   "on fetched rows, too."),
				 errhint("Remove that call from the query or from the "
						 "expression of the index.")));
}

void
adp_staged_rows_begin(TupleDesc desc, const Datum *ids, int naccounts)
{
	static bool is_registered = false;
	MemoryContext cxt;
	MemoryContext old;

	if (!is_registered)
		RegisterXactCallback(forget_at_abort, NULL);
	is_registered = true;
	check_free();
	drop_rows();
	cxt = AllocSetContextCreate(TopMemoryContext, "adpipe staged rows",
								ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(cxt);
	staged = palloc0(sizeof(StagedRows));
	staged->cxt = cxt;
	staged->owner = GetUserId();
	staged->desc = CreateTupleDescCopy(desc);
	staged->accounts = palloc0(Max(naccounts, 1) * sizeof(StagedAccount));
	staged->naccounts = naccounts;
	for (int i = 0; i < naccounts; i++)
	{
		staged->accounts[i].id = DatumGetTextPCopy(ids[i]);
		staged->accounts[i].rows =
			tuplestore_begin_heap(false, true, Max(work_mem / naccounts, 64));
	}
	staged->is_busy = true;
	MemoryContextSwitchTo(old);
}

void
adp_staged_rows_put(int account, Datum *values, bool *nulls)
{
	tuplestore_putvalues(staged->accounts[account].rows, staged->desc, values,
						 nulls);
}

void
adp_staged_rows_enter(void)
{
	staged->is_busy = true;
}

void
adp_staged_rows_leave(void)
{
	staged->is_busy = false;
}

void
adp_staged_rows_end(void)
{
	staged->number = ++last_number;
	adp_staged_rows_leave();
}

/*
 * staged_answer(): the number of the answer that the session holds, or NULL.
 */
Datum
adpipe_staged_answer(PG_FUNCTION_ARGS)
{
	if (staged == NULL || staged->number == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(staged->number);
}

/*
 * drop_staged_rows(): forgets what is held.
 */
Datum
adpipe_drop_staged_rows(PG_FUNCTION_ARGS)
{
	check_free();
	drop_rows();
	PG_RETURN_VOID();
}

/*
 * Throws unless the session holds an answer, for this role.
 */
static void
check_answer(int64 number)
{
	if (staged == NULL || staged->number == 0 || staged->number != number ||
		staged->owner != GetUserId())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the fetched rows are not there any more"),
				 errdetail("This session does not hold answer " INT64_FORMAT
						   ", or holds it for another role.",
						   number),
				 errhint("The next refresh reads the days again.")));
}

/*
 * Throws unless rows of the answer are rows of another type, too.
 */
static void
check_shape(TupleDesc desc)
{
	bool is_equal = desc->natts == staged->desc->natts;

	for (int i = 0; is_equal && i < desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i);

		is_equal = !column->attisdropped &&
			column->atttypid == TupleDescAttr(staged->desc, i)->atttypid;
	}
	if (!is_equal)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the fetched rows have other columns than %s",
						format_type_be(desc->tdtypeid))));
}

Tuplestorestate *
adp_staged_rows_find(int64 answer, const text *account)
{
	int length = VARSIZE_ANY_EXHDR(account);

	check_free();
	check_answer(answer);
	for (int i = 0; i < staged->naccounts; i++)
	{
		const text *id = staged->accounts[i].id;

		if (VARSIZE_ANY_EXHDR(id) == length &&
			memcmp(VARDATA_ANY(id), VARDATA_ANY(account), length) == 0)
		{
			tuplestore_rescan(staged->accounts[i].rows);
			return staged->accounts[i].rows;
		}
	}
	return NULL;
}

TupleDesc
adp_staged_desc(void)
{
	return staged->desc;
}

int
adp_staged_column(TupleDesc desc, const char *name)
{
	for (int i = 0; i < desc->natts; i++)
		if (strcmp(NameStr(TupleDescAttr(desc, i)->attname), name) == 0)
			return i;
	return -1;
}

void
adp_staged_days_read(ArrayType *array, const char *name, AdpStagedDays *days)
{
	int column = adp_staged_column(staged->desc, name);

	if (column < 0 || TupleDescAttr(staged->desc, column)->atttypid != DATEOID)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the fetched rows have no column \"%s\" of type date",
						name)));
	days->column = column + 1;
	deconstruct_array(array, DATEOID, sizeof(DateADT), true, TYPALIGN_INT,
					  &days->days, NULL, &days->n);
}

bool
adp_staged_days_have(const AdpStagedDays *days, TupleTableSlot *row)
{
	bool is_null;
	Datum day = slot_getattr(row, days->column, &is_null);

	for (int i = 0; i < days->n && !is_null; i++)
		if (DatumGetDateADT(days->days[i]) == DatumGetDateADT(day))
			return true;
	return false;
}

/*
 * Copies the rows of some days.
 */
static void
copy_rows(Tuplestorestate *from, const AdpStagedDays *days,
		  Tuplestorestate *into)
{
	TupleTableSlot *slot =
		MakeSingleTupleTableSlot(staged->desc, &TTSOpsMinimalTuple);

	while (tuplestore_gettupleslot(from, true, false, slot))
	{
		CHECK_FOR_INTERRUPTS();
		if (adp_staged_days_have(days, slot))
			tuplestore_puttupleslot(into, slot);
	}
	ExecDropSingleTupleTableSlot(slot);
}

/*
 * staged_rows(answer, account, day_column, days, row_type): the rows of an
 * account's days in an answer.  row_type, whose value does not matter, is the
 * type of the rows.
 */
Datum
adpipe_staged_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Tuplestorestate *rows;
	AdpStagedDays days;

	adp_init_materialized_srf(fcinfo);
	for (int i = 0; i < 4; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg(
						 "fetched rows are read by answer, account and days")));
	rows = adp_staged_rows_find(PG_GETARG_INT64(0), PG_GETARG_TEXT_PP(1));
	check_shape(result->setDesc);
	adp_staged_days_read(PG_GETARG_ARRAYTYPE_P(3), NameStr(*PG_GETARG_NAME(2)),
						 &days);
	if (rows != NULL)
		copy_rows(rows, &days, result->setResult);
	return (Datum) 0;
}
