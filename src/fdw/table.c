/*
 * table.c
 *	  A foreign table as its options define it: columns with their fields.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_type_d.h"
#include "commands/defrem.h"
#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "base/words.h"
#include "fdw/table.h"
#include "platform/request.h"

/*
 * The SQL types that can hold a field of a known type.  text, jsonb and their
 * kin hold any and are not listed.
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
			return type == TIMESTAMPOID;
		case ADP_FIELD_LIST:
			return OidIsValid(get_element_type(type));
		case ADP_FIELD_TEXT:
			/* times and dates of entities are typed as text by platforms */
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
 * Throws if the column has no option "field" and a name that cannot be one.
 */
static void
check_field(const AdpTable *table, const AdpTableColumn *column)
{
	if (adp_option_check_field(table->platform, column->field_name) == NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("column \"%s\" of foreign table \"%s\" does not say which field it reads",
					column->name, table->name),
			 errhint("ALTER FOREIGN TABLE %s ALTER COLUMN %s OPTIONS (ADD field '...').",
					 table->name, quote_identifier(column->name))));
}

/*
 * The platform's name for a column.
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
		check_field(table, column);
		check_type(table, column);
	}
}

/*
 * Whether a column tells rows apart: its field is a segment, or of a breakdown
 * that the table asks for, whose value may be an object.
 */
static bool
is_segment(const AdpTable *table, const AdpTableColumn *column)
{
	const char *name = column->field_name;

	if (column->field != NULL)
		return column->field->kind == ADP_KIND_SEGMENT;
	return adp_words_hold(table->settings->breakdowns,
						  pnstrdup(name, strcspn(name, ".")));
}

/*
 * Notes what the columns make of the table as a whole.
 */
static void
classify(AdpTable *table)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		AdpTableColumn *column = &table->columns[i];

		column->is_segment = is_segment(table, column);
		if (table->day == NULL &&
			strcmp(column->field_name, table->platform->day_field) == 0)
			table->day = column;
		if (column->field != NULL &&
			((column->field->flags & ADP_FIELD_OF_SETTINGS) != 0 ||
			 adp_column_is_minor(column)))
			table->needs_settings = true;
		if (!column->is_segment)
			continue;
		table->has_segments = true;
		if (column->field != NULL && (column->field->flags & ADP_FIELD_ALONE))
			table->has_alone = true;
	}
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
	load_columns(table, RelationGetDescr(rel));
	table_close(rel, NoLock);
	classify(table);
	if (table->settings->source == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
				 errmsg("foreign table \"%s\" does not say what it reads",
						table->name),
				 errhint("ALTER FOREIGN TABLE %s OPTIONS (ADD %s '...').",
						 table->name, table->platform->source_option)));
	return table;
}

/*
 * The column of an attribute.
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
 * Whether the column's value is known without asking for it.
 */
bool
adp_column_is_known(const AdpTableColumn *column)
{
	return column->field != NULL &&
		(column->field->flags & ADP_FIELD_KNOWN) != 0;
}

/*
 * Whether the column shows units of the currency for a field in its smallest
 * ones, which takes the account's currency.
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
 * Whether the platform's own presence metrics decide which rows exist.  They
 * do not without segments (then the platform returns every entity), and cannot
 * where a segment goes with few metrics only.
 */
static bool
has_standard_presence(const AdpTable *table)
{
	return table->has_segments && !table->has_alone;
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
 * The metrics that decide which rows exist.  Where the standard ones do not
 * apply, they are all the metrics that the table has: whichever of them a
 * statement reads, the rows are the same.
 */
List *
adp_table_presence(const AdpTable *table)
{
	List *names = NIL;

	if (!table->has_segments)
		return NIL;
	if (has_standard_presence(table))
	{
		for (const AdpField *field = table->platform->fields; field->name;
			 field++)
		{
			if (field->flags & ADP_FIELD_PRESENCE)
				names = add_name(names, field->name);
		}
		return names;
	}
	for (int i = 0; i < table->ncolumns; i++)
	{
		const AdpField *field = table->columns[i].field;

		if (field != NULL && field->kind == ADP_KIND_METRIC)
			names = add_name(names, field->name);
	}
	return names;
}

/*
 * Whether a column is asked for: the grain always, the rest if referenced.
 */
static bool
is_asked(const AdpTableColumn *column, Bitmapset *attrs_used)
{
	if (adp_column_is_known(column))
		return false;
	if (column->is_segment ||
		(column->field != NULL &&
		 (column->field->flags & ADP_FIELD_SHAPES) != 0))
		return true;
	return bms_is_member(column->attno - FirstLowInvalidHeapAttributeNumber,
						 attrs_used) ||
		bms_is_member(InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber,
					  attrs_used);
}

/*
 * The platform fields that a scan asks for.
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
	if (names == NIL)
		names = list_make1(
			makeString(adp_request_filler(table->platform, table->settings)));
	return names;
}
