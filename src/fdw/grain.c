/*
 * grain.c
 *	  The columns that distinguish the rows of a foreign table, for refreshes.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/typcache.h"

#include "fdw/table.h"
#include "platform/api/request.h"
#include "platform/row_reader.h"

PG_FUNCTION_INFO_V1(adpipe_grain_columns);
PG_FUNCTION_INFO_V1(adpipe_is_part_of_account);

/*
 * Reads the definition of a table, and locks the table as a scan does.
 */
static AdpTable *
load_table(Oid relid)
{
	adp_table_check_kind(relid);
	LockRelationOid(relid, AccessShareLock);
	/* the relation may have gone while this waited for the lock */
	adp_table_check_kind(relid);
	return adp_table_load(relid, GetUserId(), false);
}

/*
 * Returns the column that shows a field; NULL if there is no such column.
 */
static const AdpTableColumn *
column_of(const AdpTable *table, const char *field)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (strcmp(table->columns[i].field_name, field) == 0)
			return &table->columns[i];
	}
	return NULL;
}

/*
 * Whether the table shows all of the given breakdowns, which split its rows.
 * NULL means no breakdowns.
 */
static bool
shows_all(const AdpTable *table, const char *breakdowns)
{
	char *names;
	char *rest;

	if (breakdowns == NULL)
		return true;
	names = pstrdup(breakdowns);
	for (char *name = strtok_r(names, ",", &rest); name != NULL;
		 name = strtok_r(NULL, ",", &rest))
	{
		if (column_of(table, name) == NULL)
			return false;
	}
	return true;
}

/*
 * Whether the table has a row per type of action.
 */
static bool
has_row_per_action(const AdpTable *table)
{
	const AdpSource *source = table->source;

	if (source->rows == NULL || source->rows->splits_rows == NULL)
		return false;
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (source->rows->splits_rows(source, table->settings,
									  table->columns[i].field_name))
			return true;
	}
	return false;
}

/*
 * Whether the columns include everything that splits the source's rows.
 */
static bool
shows_splits(const AdpTable *table)
{
	return shows_all(table, table->settings->breakdowns) &&
		(!has_row_per_action(table) ||
		 shows_all(table, table->settings->action_breakdowns));
}

/*
 * Returns the length of the part of a field's name that names the owner:
 * "campaign" in campaign.name and campaign_name.
 */
static int
owner_length(const char *field)
{
	const char *end = strrchr(field, '.');

	if (end == NULL)
		end = strrchr(field, '_');
	return end ? end - field : 0;
}

/*
 * Whether a column is an attribute of a key's object, but not itself a key.
 */
static bool
follows_key(const AdpTableColumn *column, const char *const *keys)
{
	bool follows = false;

	for (; *keys != NULL; keys++)
	{
		int length = owner_length(*keys);

		if (strcmp(column->field_name, *keys) == 0)
			return false;
		if (owner_length(column->field_name) == length &&
			strncmp(column->field_name, *keys, length) == 0)
			follows = true;
	}
	return follows;
}

/*
 * Whether a column can split rows: all columns except metrics and attributes of
 * a key.  A field that is not in the catalogue may be of any kind.
 */
static bool
is_dimension(const AdpTableColumn *column, const char *const *keys)
{
	if (column->field == NULL)
		return true;
	if (column->field->kind == ADP_KIND_ATTRIBUTE)
		return !follows_key(column, keys);
	return column->field->kind == ADP_KIND_SEGMENT;
}

/*
 * Returns the names of all dimensions as an array; NULL if the values of one
 * cannot be compared.
 */
static ArrayType *
dimension_names(const AdpTable *table, const char *const *keys)
{
	Datum *names = palloc(Max(table->ncolumns, 1) * sizeof(Datum));
	int n = 0;

	for (int i = 0; i < table->ncolumns; i++)
	{
		const AdpTableColumn *column = &table->columns[i];

		if (!is_dimension(column, keys))
			continue;
		if (!OidIsValid(
				lookup_type_cache(column->type, TYPECACHE_EQ_OPR)->eq_opr))
			return NULL;
		names[n++] = CStringGetTextDatum(column->name);
	}
	return construct_array(names, n, TEXTOID, -1, false, TYPALIGN_INT);
}

/*
 * Finds the column with the id of the row's object; NULL if the object is the
 * account.  Returns false if the table lacks a key.
 */
static bool
find_keys(const AdpTable *table, const char *const *keys,
		  const AdpTableColumn **thing)
{
	*thing = NULL;
	for (; *keys != NULL; keys++)
	{
		*thing = column_of(table, *keys);
		if (*thing == NULL)
			return false;
	}
	return true;
}

/*
 * grain_columns(source): the columns that distinguish the rows of a table, and
 * among them the column with the id of the row's object.  Sends no request.
 */
Datum
adpipe_grain_columns(PG_FUNCTION_ARGS)
{
	AdpTable *table = load_table(PG_GETARG_OID(0));
	const AdpSource *source = table->source;
	const AdpTableColumn *thing = NULL;
	ArrayType *columns = NULL;
	TupleDesc desc;
	Datum values[2];
	bool nulls[2];

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (source->keys != NULL && find_keys(table, source->keys, &thing) &&
		shows_splits(table))
		columns = dimension_names(table, source->keys);
	nulls[0] = columns == NULL;
	values[0] = PointerGetDatum(columns);
	nulls[1] = thing == NULL;
	values[1] = thing ? CStringGetTextDatum(thing->name) : (Datum) 0;
	PG_RETURN_DATUM(HeapTupleGetDatum(
		heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/*
 * is_part_of_account(source): whether the sum of spend and impressions over a
 * table's rows never exceeds that of the account.  Sends no request.
 */
Datum
adpipe_is_part_of_account(PG_FUNCTION_ARGS)
{
	AdpTable *table = load_table(PG_GETARG_OID(0));
	const AdpSource *source = table->source;

	/* impressions of several products, or with several actions, are repeated */
	PG_RETURN_BOOL(source->is_part && table->settings->breakdowns == NULL &&
				   !has_row_per_action(table));
}
