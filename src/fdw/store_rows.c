/*
 * store_rows.c
 *	  Writes staged rows into partitions of a copy, many at a time as COPY does.
 *
 * Only where that differs from an INSERT into the copy in nothing but time: not
 * where a trigger, rule, policy, check, default, generated column or domain would
 * have its say, nor where the rows belong on another server.  Each row is checked against the bounds of its partition, and
 * for columns that take no NULL; indexes are kept, unique ones too.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "fdw/distributed.h"
#include "fdw/staged_rows.h"
#include "fdw/tenant.h"

PG_FUNCTION_INFO_V1(adpipe_store_rows);

/* As many rows, or bytes, as COPY writes at a time. */
#define BATCH_ROWS 1000
#define BATCH_BYTES 65535

/* A partition that rows are written into. */
typedef struct Writer
{
	Relation part;
	TupleDesc from;	  /* of the rows */
	int *columns;	  /* for each column of the partition, that of the rows */
	TimestampTz time; /* for the column that the rows lack */
	EState *estate;
	ResultRelInfo *result;
	BulkInsertState bulk;
	int n;		/* rows that wait */
	Size bytes; /* of them */
	TupleTableSlot *rows[BATCH_ROWS];
	TupleTableSlot *tuples[BATCH_ROWS];
} Writer;

/*
 * Whether a function is the one that notes changes of copies, and does nothing
 * while a refresh stores rows.
 */
static bool
is_note_touch(Oid function)
{
	char *name = get_func_name(function);

	return name != NULL && strcmp(name, "note_touch") == 0 &&
		get_func_namespace(function) ==
		get_namespace_oid("adpipe_internal", true);
}

/*
 * Whether an INSERT that goes through a table would run a trigger.
 */
static bool
has_triggers(Relation table, bool is_part)
{
	const TriggerDesc *triggers = table->trigdesc;

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (!TRIGGER_FOR_INSERT(trigger->tgtype))
			continue;
		if (TRIGGER_FOR_ROW(trigger->tgtype) ||
			(!is_part &&
			 (trigger->tgqual != NULL || !is_note_touch(trigger->tgfoid))))
			return true;
	}
	return false;
}

/*
 * Whether all columns of a table are those of the rows, but for _fetched_at, and
 * take values as they are.
 */
static bool
has_plain_columns(TupleDesc table, TupleDesc rows)
{
	int found = 0;

	for (int i = 0; i < table->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(table, i);
		int other;

		if (column->attisdropped)
			continue;
		other = adp_staged_column(rows, NameStr(column->attname));
		if (column->attgenerated != '\0' || column->attidentity != '\0' ||
			get_typtype(column->atttypid) == TYPTYPE_DOMAIN)
			return false;
		if (other >= 0 &&
			TupleDescAttr(rows, other)->atttypid == column->atttypid &&
			TupleDescAttr(rows, other)->atttypmod == column->atttypmod)
			found++;
		else if (other >= 0 || column->atttypid != TIMESTAMPTZOID ||
				 strcmp(NameStr(column->attname), "_fetched_at") != 0)
			return false;
	}
	return found == rows->natts;
}

/*
 * Whether a table, or a partition of it, takes rows as they are.
 */
static bool
is_plain(Relation table, bool is_part)
{
	const TupleConstr *constraints = table->rd_att->constr;

	return table->rd_rel->relkind ==
		(is_part ? RELKIND_RELATION : RELKIND_PARTITIONED_TABLE) &&
		!adp_is_distributed(RelationGetRelid(table)) &&
		!has_triggers(table, is_part) && table->rd_rules == NULL &&
		(constraints == NULL || constraints->num_check == 0) &&
		has_plain_columns(table->rd_att, adp_staged_desc());
}

/*
 * Whether the caller has the rights of a table's owner.
 */
static bool
is_owned(Relation table)
{
	return has_privs_of_role(GetUserId(), table->rd_rel->relowner);
}

/*
 * Throws unless the caller has them.
 */
static void
check_owner(Relation table)
{
	if (!is_owned(table))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_TABLE,
					   RelationGetRelationName(table));
}

/*
 * Whether a role that owns a copy may write it by an INSERT, and all its rows.
 */
static bool
may_write(Relation copy)
{
	Oid relid = RelationGetRelid(copy);

	return pg_class_aclcheck(relid, GetUserId(), ACL_INSERT) == ACLCHECK_OK &&
		check_enable_rls(relid, InvalidOid, true) != RLS_ENABLED;
}

/*
 * Finds out where the values of a partition's columns come from.
 */
static void
map_columns(Writer *writer)
{
	TupleDesc desc = RelationGetDescr(writer->part);

	writer->columns = palloc(desc->natts * sizeof(int));
	for (int i = 0; i < desc->natts; i++)
		writer->columns[i] =
			adp_staged_column(writer->from,
							  NameStr(TupleDescAttr(desc, i)->attname));
}

/*
 * Begins to write into a partition.
 */
static Writer *
begin_writing(Relation part, TimestampTz time)
{
	Writer *writer = palloc0(sizeof(Writer));

	writer->part = part;
	writer->from = adp_staged_desc();
	writer->time = time;
	map_columns(writer);
	writer->estate = CreateExecutorState();
	writer->result = makeNode(ResultRelInfo);
	InitResultRelInfo(writer->result, part, 0, NULL, 0);
	ExecOpenIndices(writer->result, false);
	writer->bulk = GetBulkInsertState();
	return writer;
}

/*
 * Writes the rows that wait.  What the table leaves behind goes with the batch.
 */
static void
flush(Writer *writer)
{
	MemoryContext old;

	if (writer->n == 0)
		return;
	old = MemoryContextSwitchTo(GetPerTupleMemoryContext(writer->estate));
	table_multi_insert(writer->part, writer->tuples, writer->n,
					   GetCurrentCommandId(true), 0, writer->bulk);
	MemoryContextSwitchTo(old);
	for (int i = 0; i < writer->n; i++)
	{
		TupleTableSlot *tuple = writer->tuples[i];

		if (writer->result->ri_NumIndices > 0)
			list_free(
				adp_insert_index_tuples(writer->result, tuple, writer->estate));
		ResetPerTupleExprContext(writer->estate);
		ExecClearTuple(tuple);
		ExecClearTuple(writer->rows[i]);
	}
	writer->n = 0;
	writer->bytes = 0;
}

/*
 * Ends writing into a partition.
 */
static void
end_writing(Writer *writer)
{
	flush(writer);
	FreeBulkInsertState(writer->bulk);
	table_finish_bulk_insert(writer->part, 0);
	for (int i = 0; i < BATCH_ROWS && writer->rows[i] != NULL; i++)
	{
		ExecDropSingleTupleTableSlot(writer->rows[i]);
		ExecDropSingleTupleTableSlot(writer->tuples[i]);
	}
	ExecCloseIndices(writer->result);
	FreeExecutorState(writer->estate);
}

/*
 * Returns the place for the next row.
 */
static TupleTableSlot *
next_place(Writer *writer)
{
	if (writer->rows[writer->n] == NULL)
	{
		writer->rows[writer->n] =
			MakeSingleTupleTableSlot(writer->from, &TTSOpsMinimalTuple);
		writer->tuples[writer->n] = table_slot_create(writer->part, NULL);
	}
	return writer->rows[writer->n];
}

/*
 * Puts the values of a row where the partition has them.
 */
static void
fill_tuple(const Writer *writer, TupleTableSlot *row, TupleTableSlot *tuple)
{
	slot_getallattrs(row);
	ExecClearTuple(tuple);
	for (int i = 0; i < tuple->tts_tupleDescriptor->natts; i++)
	{
		int column = writer->columns[i];
		bool is_time = column < 0 &&
			!TupleDescAttr(tuple->tts_tupleDescriptor, i)->attisdropped;

		tuple->tts_isnull[i] = column < 0 ? !is_time : row->tts_isnull[column];
		tuple->tts_values[i] = column < 0 ? TimestampTzGetDatum(writer->time)
										  : row->tts_values[column];
	}
	ExecStoreVirtualTuple(tuple);
}

/*
 * Takes the row that is in the next place.
 */
static void
take_row(Writer *writer)
{
	TupleTableSlot *row = writer->rows[writer->n];
	TupleTableSlot *tuple = writer->tuples[writer->n];

	fill_tuple(writer, row, tuple);
	(void) ExecPartitionCheck(writer->result, tuple, writer->estate, true);
	if (RelationGetDescr(writer->part)->constr != NULL)
		ExecConstraints(writer->result, tuple, writer->estate);
	writer->bytes += ((MinimalTupleTableSlot *) row)->mintuple->t_len;
	writer->n++;
	if (writer->n == BATCH_ROWS || writer->bytes > BATCH_BYTES)
		flush(writer);
}

/*
 * Reads the rows, and writes those of some days into their partition.
 */
static void
copy_rows(Relation part, Tuplestorestate *rows, const AdpStagedDays *days,
		  TimestampTz time)
{
	Writer *writer = begin_writing(part, time);

	while (tuplestore_gettupleslot(rows, true, false, next_place(writer)))
	{
		CHECK_FOR_INTERRUPTS();
		if (adp_staged_days_have(days, writer->rows[writer->n]))
			take_row(writer);
	}
	end_writing(writer);
}

/*
 * Writes the rows of some days into their partition.  Expressions of its indexes
 * run SQL of others.
 */
static void
write_rows(Relation part, Tuplestorestate *rows, const AdpStagedDays *days,
		   TimestampTz time)
{
	adp_staged_rows_enter();
	PG_TRY();
	{
		copy_rows(part, rows, days, time);
	}
	PG_CATCH();
	{
		adp_staged_rows_leave();
		PG_RE_THROW();
	}
	PG_END_TRY();
	adp_staged_rows_leave();
}

/*
 * store_rows(target, part, answer, account, day_column, days, fetched_at): writes
 * the rows of an account's days, which all belong into one partition of a copy.
 * Returns false, and does nothing, where an INSERT has to do it.  The caller has
 * the rights of the copy's owner.
 */
Datum
adpipe_store_rows(PG_FUNCTION_ARGS)
{
	Relation copy = table_open(PG_GETARG_OID(0), RowExclusiveLock);
	Relation part = table_open(PG_GETARG_OID(1), RowExclusiveLock);
	Tuplestorestate *rows =
		adp_staged_rows_find(PG_GETARG_INT64(2), PG_GETARG_TEXT_PP(3));
	bool is_done = false;

	check_owner(copy);
	PreventCommandIfReadOnly("INSERT");
	/* an INSERT through the copy asks for no rights on its partitions */
	if (rows != NULL && is_owned(part) && part->rd_rel->relispartition &&
		get_partition_parent(RelationGetRelid(part), true) ==
			RelationGetRelid(copy) &&
		may_write(copy) && is_plain(copy, false) && is_plain(part, true))
	{
		AdpStagedDays days;

		adp_staged_days_read(PG_GETARG_ARRAYTYPE_P(5),
							 NameStr(*PG_GETARG_NAME(4)), &days);
		write_rows(part, rows, &days, PG_GETARG_TIMESTAMPTZ(6));
		is_done = true;
	}
	table_close(part, NoLock);
	table_close(copy, NoLock);
	PG_RETURN_BOOL(is_done);
}
