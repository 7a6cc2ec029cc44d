/*
 * grain.c
 *	  What tells the rows of a foreign table apart, for refreshes to check.
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
 * Reads the definition of a table, and locks it as a scan does.
 */
static AdpTable *
load_table(Oid relid)
{
	LockRelationOid(relid, AccessShareLock);
	return adp_table_load(relid, GetUserId(), false);
}

/*
 * The column that shows a field; NULL if there is none.
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
 * Whether the table shows each of some breakdowns, which split its rows; NULL
 * for none.
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
has_row_per_action(const AdpTable *table, const AdpSource *source)
{
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
 * Whether whatever splits the rows of a source is among the columns.
 */
static bool
shows_splits(const AdpTable *table, const AdpSource *source)
{
	return shows_all(table, table->settings->breakdowns) &&
		(!has_row_per_action(table, source) ||
		 shows_all(table, table->settings->action_breakdowns));
}

/*
 * How much of a field's name says whose it is: "campaign" of campaign.name and
 * of campaign_name.
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
 * Whether a column is an attribute of what a key names, and no key itself.
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
 * Whether a column can split rows, or comes with what does: all but metrics and
 * what follows from a key.  A field that the catalogue does not know may be
 * anything.
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
 * The names of all dimensions, as an array; NULL if values of one cannot be
 * compared.
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
 * The column that names the thing that a row is about; NULL where that is the
 * account.  False if the table lacks a key.
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
 * grain_columns(source): the columns that tell the rows of a table apart, and
 * the one of them that names the thing that a row is about.  Sends nothing.
 */
Datum
adpipe_grain_columns(PG_FUNCTION_ARGS)
{
	AdpTable *table = load_table(PG_GETARG_OID(0));
	const AdpSource *source =
		adp_platform_source(table->platform, table->settings->source);
	const AdpTableColumn *thing = NULL;
	ArrayType *columns = NULL;
	TupleDesc desc;
	Datum values[2];
	bool nulls[2];

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (source->keys != NULL && find_keys(table, source->keys, &thing) &&
		shows_splits(table, source))
		columns = dimension_names(table, source->keys);
	nulls[0] = columns == NULL;
	values[0] = PointerGetDatum(columns);
	nulls[1] = thing == NULL;
	values[1] = thing ? CStringGetTextDatum(thing->name) : (Datum) 0;
	PG_RETURN_DATUM(HeapTupleGetDatum(
		heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/*
 * is_part_of_account(source): whether spend and impressions of a table's rows
 * never add up to more than those of the account.  Sends nothing.
 */
Datum
adpipe_is_part_of_account(PG_FUNCTION_ARGS)
{
	AdpTable *table = load_table(PG_GETARG_OID(0));
	const AdpSource *source =
		adp_platform_source(table->platform, table->settings->source);

	/* an impression of several products, or with several actions, is repeated */
	PG_RETURN_BOOL(source->is_part && table->settings->breakdowns == NULL &&
				   !has_row_per_action(table, source));
}
