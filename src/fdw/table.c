/*
 * table.c
 *	  A foreign table as defined by its options: columns with their fields.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_class_d.h"
#include "catalog/pg_type_d.h"
#include "commands/defrem.h"
#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/words.h"
#include "fdw/table.h"
#include "platform/api/request.h"
#include "platform/periods.h"

/*
 * The SQL types that can hold a field of a known type.  text, jsonb and similar
 * types hold any field and are not listed.
 */
static bool
type_fits(AdpFieldType field, Oid type)
{
	switch (field)
	{
		case ADP_FIELD_ID:
			return type == INT8OID || type == NUMERICOID;
		case ADP_FIELD_INT:
			return type == INT8OID || type == INT4OID || type == INT2OID ||
				type == NUMERICOID || type == FLOAT8OID || type == FLOAT4OID;
		case ADP_FIELD_DECIMAL:
			return type == NUMERICOID || type == FLOAT8OID || type == FLOAT4OID;
		case ADP_FIELD_BOOL:
			return type == BOOLOID;
		case ADP_FIELD_DATE:
			return type == DATEOID;
		case ADP_FIELD_TIME:
			return type == TIMESTAMPOID || type == DATEOID;
		case ADP_FIELD_LIST:
			return OidIsValid(get_element_type(type));
		case ADP_FIELD_TEXT:
			/* platforms give text as the type of entities' times and dates */
			return type == DATEOID || type == TIMESTAMPOID ||
				type == TIMESTAMPTZOID;
		case ADP_FIELD_ENUM:
		case ADP_FIELD_OBJECT:
			break;
	}
	return false;
}

/*
 * Throws if a column cannot hold its field.
 */
static void
check_type(const AdpTable *table, const AdpTableColumn *column)
{
	Oid base = getBaseType(column->type);

	if (column->field == NULL || base == JSONBOID || base == JSONOID)
		return;
	if ((base == TEXTOID || base == VARCHAROID || base == BPCHAROID) &&
		column->field->type != ADP_FIELD_LIST &&
		column->field->type != ADP_FIELD_OBJECT)
		return;
	if (type_fits(column->field->type, base))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("column \"%s\" of foreign table \"%s\" has type %s, which cannot hold field \"%s\"",
					column->name, table->name, format_type_be(column->type),
					column->field_name),
			 errhint(
				 "View adpipe.columns lists the type that fits; text holds any single value, jsonb any value.")));
}

/*
 * Throws if a column without option "field" has a name that no field has.
 */
static void
check_field(const AdpTable *table, const AdpTableColumn *column)
{
	if (adp_option_check_field(table->platform, column->field_name) == NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("column \"%s\" of foreign table \"%s\" does not name a field",
					column->name, table->name),
			 errhint("ALTER FOREIGN TABLE %s ALTER COLUMN %s OPTIONS (ADD field '...').",
					 table->name, quote_identifier(column->name))));
}

/*
 * Returns the platform's name for a column.
 */
static const char *
column_field_name(Oid relid, Form_pg_attribute attr)
{
	ListCell *cell;

	foreach(cell, GetForeignColumnOptions(relid, attr->attnum))
	{
		DefElem *def = lfirst(cell);

		if (strcmp(def->defname, ADP_COLUMN_FIELD) == 0)
			return pstrdup(defGetString(def));
	}
	return pstrdup(NameStr(attr->attname));
}

/* The split that both columns of a period show. */
#define PERIOD_SPLIT "adpipe.period"

/*
 * Whether a column shows an end of the row's period.
 */
static bool
is_of_period(const AdpTableColumn *column)
{
	return column->field != NULL &&
		(column->field->flags & ADP_FIELD_OF_PERIOD) != 0;
}

/*
 * Looks up a column's field and the split that it causes.  A breakdown that the
 * table requests may have an object as its value; then all columns that show a
 * part of it belong to the same split.
 */
static void
classify_field(const AdpTable *table, AdpTableColumn *column)
{
	const char *name = column->field_name;
	char *first = pnstrdup(name, strcspn(name, "."));

	if (is_of_period(column))
	{
		column->kind = ADP_KIND_SEGMENT;
		column->split = PERIOD_SPLIT;
		return;
	}
	column->kind = adp_platform_field_kind(table->platform, table->source, name,
										   &column->split);
	if (column->field == NULL &&
		adp_words_hold(table->settings->breakdowns, first))
	{
		column->kind = ADP_KIND_SEGMENT;
		column->split = first;
	}
}

/*
 * Reads the columns.
 */
static void
load_columns(AdpTable *table, TupleDesc desc)
{
	table->columns = palloc0(Max(desc->natts, 1) * sizeof(AdpTableColumn));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attr = TupleDescAttr(desc, i);
		AdpTableColumn *column = &table->columns[table->ncolumns];

		if (attr->attisdropped)
			continue;
		table->ncolumns++;
		column->attno = attr->attnum;
		column->name = pstrdup(NameStr(attr->attname));
		column->type = attr->atttypid;
		column->typmod = attr->atttypmod;
		column->field_name = column_field_name(table->relid, attr);
		column->field = adp_platform_field(table->platform, column->field_name);
		classify_field(table, column);
		check_field(table, column);
		check_type(table, column);
	}
}

/*
 * Whether a column represents its split: an id is preferred, then the first
 * column.
 */
static bool
is_best_of_split(const AdpTable *table, const AdpTableColumn *column)
{
	bool is_id = column->field != NULL && column->field->type == ADP_FIELD_ID;

	for (int i = 0; i < table->ncolumns; i++)
	{
		const AdpTableColumn *other = &table->columns[i];
		bool other_is_id =
			other->field != NULL && other->field->type == ADP_FIELD_ID;

		if (other->split == NULL || strcmp(other->split, column->split) != 0)
			continue;
		if ((other_is_id && !is_id) || (other_is_id == is_id && other < column))
			return false;
	}
	return true;
}

/*
 * Whether a column is one of the table's days.  Several columns may show the
 * field that bounds days; then the columns of type date count.
 */
static bool
is_day(const AdpTable *table, const AdpTableColumn *column)
{
	const AdpSource *source = table->source;

	if (table->period != ADP_PERIOD_DAY)
		return column->field != NULL &&
			(column->field->flags & ADP_FIELD_PERIOD_START) != 0;
	return strcmp(column->field_name,
				  adp_platform_day_field(table->platform, source)) == 0 &&
		(source->day_field == NULL || column->type == DATEOID);
}

/*
 * Sets the properties of the table that depend on all columns.
 */
static void
classify(AdpTable *table)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		AdpTableColumn *column = &table->columns[i];

		if (table->day == NULL && is_day(table, column))
			table->day = column;
		if (table->last_day == NULL && is_of_period(column) &&
			(column->field->flags & ADP_FIELD_PERIOD_END) != 0)
			table->last_day = column;
		if (column->field != NULL &&
			((column->field->flags & ADP_FIELD_OF_SETTINGS) != 0 ||
			 adp_column_is_minor(column)))
			table->needs_settings = true;
		if (column->split == NULL)
			continue;
		table->has_segments = true;
		column->is_grain = is_best_of_split(table, column);
	}
}

/*
 * Throws if a column does not go with the table's period: a row of a period has
 * no day, and a row of a day has no period.
 */
static void
check_calendar(const AdpTable *table, const AdpTableColumn *column)
{
	if (table->period == ADP_PERIOD_DAY && is_of_period(column))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
				 errmsg("column \"%s\" of foreign table \"%s\" needs option \"period\"",
						column->name, table->name),
				 errdetail("Field \"%s\" is an end of the days that a row covers.",
						   column->field_name),
				 errhint("ALTER FOREIGN TABLE %s OPTIONS (ADD period 'month').",
						 table->name)));
	if (table->period != ADP_PERIOD_DAY && column->field != NULL &&
		(column->field->flags & ADP_FIELD_CALENDAR) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
				 errmsg("column \"%s\" of foreign table \"%s\" does not go with period '%s'",
						column->name, table->name,
						adp_period_word(table->period)),
				 errdetail("A row covers a whole period, and field \"%s\" does not.",
						   column->field_name),
				 errhint(
					 "Drop the column, or drop option \"period\" of the table.")));
}

/*
 * Throws for a period that the source does not have.
 */
static void
check_source_period(const AdpTable *table)
{
	if (table->source->has_periods)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("foreign table \"%s\" cannot have period '%s'", table->name,
					adp_period_word(table->period)),
			 errdetail("Rows of %s \"%s\" are no totals of days.",
					   table->platform->source_option, table->source->name),
			 errhint("ALTER FOREIGN TABLE %s OPTIONS (DROP period).",
					 table->name)));
}

/*
 * Throws if the table lacks an end of its period: conditions on it bound what a
 * scan requests.
 */
static void
require_ends(const AdpTable *table)
{
	const char *missing = table->day == NULL ? "period_start"
		: table->last_day == NULL			 ? "period_end"
											 : NULL;

	if (missing == NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("foreign table \"%s\" has no column with field \"adpipe.%s\"",
					table->name, missing),
			 errdetail(
				 "A table with option \"period\" has both ends of the period of its rows."),
			 errhint("ALTER FOREIGN TABLE %s ADD COLUMN %s date OPTIONS (field 'adpipe.%s').",
					 table->name, missing, missing)));
}

/*
 * Throws if the columns or the source do not go with the table's period.
 */
static void
check_period(const AdpTable *table)
{
	for (int i = 0; i < table->ncolumns; i++)
		check_calendar(table, &table->columns[i]);
	if (table->period == ADP_PERIOD_DAY)
		return;
	check_source_period(table);
	require_ends(table);
}

/*
 * Throws if the table does not name its source.
 */
static void
require_source(const AdpTable *table)
{
	if (table->settings->source == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
				 errmsg("foreign table \"%s\" does not name a source",
						table->name),
				 errhint("ALTER FOREIGN TABLE %s OPTIONS (ADD %s '...').",
						 table->name, table->platform->source_option)));
}

void
adp_table_check_kind(Oid relid)
{
	char *name = get_rel_name(relid);

	if (get_rel_relkind(relid) != RELKIND_FOREIGN_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a foreign table of adpipe",
						name ? name : "?")));
}

/*
 * Reads the definition of a table.
 */
AdpTable *
adp_table_load(Oid relid, Oid userid, bool with_secrets)
{
	AdpTable *table = palloc0(sizeof(AdpTable));
	Relation rel = table_open(relid, NoLock);

	table->relid = relid;
	table->name =
		quote_qualified_identifier(get_namespace_name(RelationGetNamespace(rel)),
								   RelationGetRelationName(rel));
	table->server = GetForeignServer(GetForeignTable(relid)->serverid);
	table->platform = adp_option_platform(table->server->fdwid);
	table->settings = adp_option_settings(table->server, table->platform, relid,
										  userid, with_secrets);
	require_source(table);
	table->source =
		adp_platform_source(table->platform, table->settings->source);
	table->period = adp_period_of(table->settings->period);
	load_columns(table, RelationGetDescr(rel));
	table_close(rel, NoLock);
	classify(table);
	check_period(table);
	return table;
}

/*
 * Returns the column of an attribute.
 */
const AdpTableColumn *
adp_table_column(const AdpTable *table, AttrNumber attno)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (table->columns[i].attno == attno)
			return &table->columns[i];
	}
	return NULL;
}

/*
 * Whether the column's value is known without a request.
 */
bool
adp_column_is_known(const AdpTableColumn *column)
{
	return column->field != NULL &&
		(column->field->flags & ADP_FIELD_KNOWN) != 0;
}

/*
 * Whether the column shows currency units of a field in smallest units, so
 * reading it needs the account's currency.
 */
bool
adp_column_is_minor(const AdpTableColumn *column)
{
	return column->field != NULL &&
		(column->field->flags & ADP_FIELD_MINOR) != 0 &&
		(column->type == NUMERICOID || column->type == FLOAT8OID ||
		 column->type == FLOAT4OID);
}

/*
 * Adds a name to a list of Strings unless it is there.
 */
static List *
add_name(List *names, const char *name)
{
	ListCell *cell;

	foreach(cell, names)
	{
		if (strcmp(strVal(lfirst(cell)), name) == 0)
			return names;
	}
	return lappend(names, makeString(pstrdup(name)));
}

/*
 * Whether a metric can decide which rows exist: it adds up, or the catalogue
 * does not list it.
 */
static bool
is_counted(const AdpTableColumn *column)
{
	return column->field == NULL ||
		(column->field->flags & ADP_FIELD_ADDITIVE) == ADP_FIELD_ADDITIVE;
}

/*
 * Returns the names of the table's metrics; with only_counted, only metrics
 * that can decide which rows exist.
 */
static List *
metric_names(const AdpTable *table, bool only_counted)
{
	List *names = NIL;

	for (int i = 0; i < table->ncolumns; i++)
	{
		const AdpTableColumn *column = &table->columns[i];

		if (column->kind == ADP_KIND_METRIC &&
			(!only_counted || is_counted(column)))
			names = add_name(names, column->field_name);
	}
	return names;
}

/*
 * Whether a row with a nonzero value of this metric always has a nonzero value
 * of another metric in the list.
 */
static bool
is_implied(const AdpTable *table, const char *metric, List *metrics)
{
	const AdpField *field = adp_platform_field(table->platform, metric);
	char *rest;
	char *name;

	if (field == NULL || field->implied_by == NULL)
		return false;
	rest = pstrdup(field->implied_by);
	while ((name = adp_words_next(&rest, ",")) != NULL)
	{
		if (!list_member(metrics, makeString(name)))
			return false;
	}
	return true;
}

/*
 * Returns the metrics that decide which rows of the table exist: all that add
 * up, or all metrics if no metric adds up.  The rows are the same, whichever
 * metrics a statement reads.  Metrics that others imply are left out.
 */
List *
adp_table_presence(const AdpTable *table)
{
	List *metrics;
	List *names = NIL;
	ListCell *cell;

	if (!table->platform->has_empty_rows || !table->has_segments)
		return NIL;
	metrics = metric_names(table, true);
	if (metrics == NIL)
		metrics = metric_names(table, false);
	foreach(cell, metrics)
	{
		if (!is_implied(table, strVal(lfirst(cell)), metrics))
			names = lappend(names, lfirst(cell));
	}
	return names;
}

/*
 * Whether requesting a field adds no row: it is no metric, or a presence metric,
 * or implied by these.
 */
bool
adp_table_keeps_rows(const AdpTable *table, const char *field)
{
	List *presence = adp_table_presence(table);
	const char *split;

	return presence == NIL ||
		adp_platform_field_kind(table->platform, table->source, field,
								&split) != ADP_KIND_METRIC ||
		list_member(presence, makeString(pstrdup(field))) ||
		is_implied(table, field, metric_names(table, true));
}

/*
 * Whether one of the fields counts over the days of its request, and cannot be
 * requested beside what splits these days.
 */
bool
adp_table_has_field_of_range(const AdpTable *table, List *names)
{
	ListCell *cell;

	foreach(cell, names)
	{
		const AdpField *field =
			adp_platform_field(table->platform, strVal(lfirst(cell)));

		if (field != NULL && (field->flags & ADP_FIELD_OF_RANGE) != 0)
			return true;
	}
	return false;
}

/*
 * Adds the fields with the ends of each row's period, if the platform has them.
 */
static List *
add_period_fields(const AdpTable *table, List *names)
{
	const char *start = table->platform->period_fields[table->period];

	if (start == NULL || adp_table_has_field_of_range(table, names))
		return names;
	names = add_name(names, start);
	if (table->platform->period_end != NULL)
		names = add_name(names, table->platform->period_end);
	return names;
}

/*
 * Returns the field with the first day of each row's period.
 */
const char *
adp_table_period_field(const AdpTable *table, List *fields)
{
	const char *start = table->platform->period_fields[table->period];

	return start != NULL && list_member(fields, makeString(pstrdup(start)))
		? start
		: NULL;
}

/*
 * Returns the columns that show a field.
 */
char *
adp_table_columns_of(const AdpTable *table, const char *field)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (strcmp(table->columns[i].field_name, field) == 0)
			appendStringInfo(&out, "%s\"%s\"", out.len > 0 ? ", " : "",
							 table->columns[i].name);
	}
	return out.len > 0 ? out.data : NULL;
}

/*
 * Whether a column is requested: the grain always, others if referenced.
 */
static bool
is_asked(const AdpTableColumn *column, Bitmapset *attrs_used)
{
	if (adp_column_is_known(column))
		return false;
	if (column->is_grain ||
		(column->field != NULL &&
		 (column->field->flags & ADP_FIELD_SHAPES) != 0))
		return true;
	return bms_is_member(column->attno - FirstLowInvalidHeapAttributeNumber,
						 attrs_used) ||
		bms_is_member(InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber,
					  attrs_used);
}

/*
 * Returns the platform fields that a scan requests.
 */
List *
adp_table_fields(const AdpTable *table, Bitmapset *attrs_used)
{
	List *names = NIL;

	for (int i = 0; i < table->ncolumns; i++)
	{
		const AdpTableColumn *column = &table->columns[i];

		if (is_asked(column, attrs_used))
			names = add_name(names, column->field_name);
	}
	names = list_concat_unique(names, adp_table_presence(table));
	names = add_period_fields(table, names);
	if (names == NIL)
		names = list_make1(
			makeString(adp_request_filler(table->source, table->settings)));
	return names;
}
