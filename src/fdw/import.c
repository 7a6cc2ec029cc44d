/*
 * import.c
 *	  IMPORT FOREIGN SCHEMA from the built-in reports, and their catalogue.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "commands/defrem.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "nodes/parsenodes.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/compat.h"
#include "base/words.h"
#include "fdw/additivity.h"
#include "fdw/import.h"
#include "fdw/objects.h"
#include "fdw/option.h"
#include "platform/periods.h"

PG_FUNCTION_INFO_V1(adpipe_report_columns);

/* The remote schema with all of a platform's own reports. */
#define REPORTS "reports"

/* Options of IMPORT FOREIGN SCHEMA. */
typedef struct ImportOptions
{
	bool keeps_existing; /* CREATE ... IF NOT EXISTS */
	bool has_personal;	 /* include columns with personal data */
} ImportOptions;

/*
 * Returns the remote schema that has the reports of a report's group; for a
 * report that is in no group, its only schema.
 */
static const char *
group_schema(const AdpReport *report)
{
	if (strcmp(report->schema, REPORTS) != 0)
		return report->schema;
	return psprintf(REPORTS "_%s",
					report->group ? report->group : ADP_GROUP_CORE);
}

/*
 * Whether a remote schema has a report.
 */
static bool
has_report(const char *schema, const AdpReport *report)
{
	return strcmp(report->schema, schema) == 0 ||
		strcmp(group_schema(report), schema) == 0;
}

/*
 * Finds a report in a schema of a platform; a NULL name matches any report.
 */
static const AdpReport *
find_report(const AdpPlatform *platform, const char *schema, const char *name)
{
	for (const AdpReport *report = platform->reports; report->name; report++)
	{
		if (has_report(schema, report) &&
			(name == NULL || strcmp(report->name, name) == 0))
			return report;
	}
	return NULL;
}

/*
 * Adds a name to a list of names that are separated by commas.
 */
static void
add_name(StringInfo list, const char *name)
{
	if (!adp_words_hold(list->data, name))
		appendStringInfo(list, "%s%s", list->len > 0 ? ", " : "", name);
}

/*
 * Returns the names of the reports of a schema, separated by commas.
 */
static char *
list_reports(const AdpPlatform *platform, const char *schema)
{
	StringInfoData out;

	initStringInfo(&out);
	for (const AdpReport *report = platform->reports; report->name; report++)
	{
		if (has_report(schema, report))
			add_name(&out, report->name);
	}
	return out.data;
}

/*
 * Returns the names of a platform's remote schemas, separated by commas.
 */
static char *
list_schemas(const AdpPlatform *platform)
{
	StringInfoData out;

	initStringInfo(&out);
	for (const AdpReport *report = platform->reports; report->name; report++)
	{
		add_name(&out, report->schema);
		add_name(&out, group_schema(report));
	}
	return out.data;
}

/*
 * Throws if the schema or a table does not exist.
 */
static void
check_names(const AdpPlatform *platform, ImportForeignSchemaStmt *stmt)
{
	ListCell *cell;

	if (find_report(platform, stmt->remote_schema, NULL) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_SCHEMA_NOT_FOUND),
				 errmsg("platform \"%s\" has no schema \"%s\"", platform->name,
						stmt->remote_schema),
				 errhint("Schemas are: %s.", list_schemas(platform))));
	foreach(cell, stmt->table_list)
	{
		RangeVar *table = lfirst(cell);

		if (find_report(platform, stmt->remote_schema, table->relname) == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_TABLE_NOT_FOUND),
					 errmsg("platform \"%s\" has no table \"%s\" in schema \"%s\"",
							platform->name, table->relname, stmt->remote_schema),
					 errhint("Tables are: %s.",
							 list_reports(platform, stmt->remote_schema))));
	}
}

/*
 * Whether an option has its non-default value.  Throws unless the value is one
 * of the two.
 */
static bool
is_chosen(const DefElem *option, const char *chosen, const char *usual)
{
	const char *value = defGetString(unconstify(DefElem *, option));

	if (strcmp(value, chosen) != 0 && strcmp(value, usual) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for option \"%s\": \"%s\"",
						option->defname, value),
				 errdetail("Give %s or %s.", usual, chosen)));
	return strcmp(value, chosen) == 0;
}

/*
 * Reads the options of an import.  Throws for invalid options.
 */
static ImportOptions
read_options(ImportForeignSchemaStmt *stmt)
{
	ImportOptions options = {false, false};
	ListCell *cell;

	foreach(cell, stmt->options)
	{
		DefElem *def = lfirst(cell);

		if (strcmp(def->defname, "existing") == 0)
			options.keeps_existing = is_chosen(def, "keep", "error");
		else if (strcmp(def->defname, "personal_data") == 0)
			options.has_personal = is_chosen(def, "include", "exclude");
		else
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
					 errmsg("invalid option \"%s\"", def->defname),
					 errhint(
						 "Valid options for IMPORT FOREIGN SCHEMA are: existing, personal_data.")));
	}
	return options;
}

/*
 * Whether LIMIT TO or EXCEPT lets a table through.
 */
static bool
is_wanted(ImportForeignSchemaStmt *stmt, const char *name)
{
	ListCell *cell;

	if (stmt->list_type == FDW_IMPORT_SCHEMA_ALL)
		return true;
	foreach(cell, stmt->table_list)
	{
		if (strcmp(((RangeVar *) lfirst(cell))->relname, name) == 0)
			return stmt->list_type == FDW_IMPORT_SCHEMA_LIMIT_TO;
	}
	return stmt->list_type == FDW_IMPORT_SCHEMA_EXCEPT;
}

/*
 * Whether a column is NOT NULL, by rules that all reports share.
 */
static bool
is_not_null(const AdpPlatform *platform, const AdpColumn *column)
{
	const AdpField *field = adp_platform_field(platform, column->field);

	return strcmp(column->name, "account_id") == 0 ||
		strcmp(column->name, "date_day") == 0 ||
		(field->flags & ADP_FIELD_OF_PERIOD) != 0 ||
		(field->flags & ADP_FIELD_PLATFORM) != 0;
}

/*
 * Whether a column is left out because it holds personal data that the import
 * does not include.
 */
static bool
is_left_out(const AdpPlatform *platform, const AdpColumn *column,
			const ImportOptions *options)
{
	return !options->has_personal &&
		(adp_platform_field(platform, column->field)->flags &
		 ADP_FIELD_PERSONAL) != 0;
}

/*
 * Returns the command that creates a report's table.
 */
static char *
table_command(const AdpPlatform *platform, const AdpReport *report,
			  const char *server, const ImportOptions *options)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "CREATE FOREIGN TABLE %s%s (",
					 options->keeps_existing ? "IF NOT EXISTS " : "",
					 quote_identifier(report->name));
	for (const AdpColumn *column = report->columns; column->name; column++)
	{
		if (is_left_out(platform, column, options))
			continue;
		appendStringInfo(&out, "%s\n  %s %s OPTIONS (field %s)%s",
						 column == report->columns ? "" : ",",
						 quote_identifier(column->name),
						 format_type_be(column->type),
						 quote_literal_cstr(column->field),
						 is_not_null(platform, column) ? " NOT NULL" : "");
	}
	appendStringInfo(&out, "\n) SERVER %s OPTIONS (%s %s",
					 quote_identifier(server), platform->source_option,
					 quote_literal_cstr(report->source));
	if (report->breakdowns != NULL)
		appendStringInfo(&out, ", breakdowns %s",
						 quote_literal_cstr(report->breakdowns));
	if (report->period != ADP_PERIOD_DAY)
		appendStringInfo(&out, ", period %s",
						 quote_literal_cstr(adp_period_word(report->period)));
	if (report->reattr != NULL)
		appendStringInfo(&out, ", reattr %s",
						 quote_literal_cstr(report->reattr));
	appendStringInfoChar(&out, ')');
	return out.data;
}

/*
 * Returns the commands of an import.
 */
List *
adpipeImportForeignSchema(ImportForeignSchemaStmt *stmt, Oid serverid)
{
	ForeignServer *server = GetForeignServer(serverid);
	const AdpPlatform *platform = adp_option_platform(server->fdwid);
	ImportOptions options = read_options(stmt);
	List *commands = NIL;

	adp_objects_require();
	check_names(platform, stmt);
	for (const AdpReport *report = platform->reports; report->name; report++)
	{
		if (has_report(stmt->remote_schema, report) &&
			is_wanted(stmt, report->name))
			commands = lappend(commands,
							   table_command(platform, report,
											 server->servername, &options));
	}
	return commands;
}

/*
 * Returns the sentence about the unit of a column that holds amounts in the
 * platform's own unit, or an empty text.
 */
static const char *
unit_of(const AdpField *field, const AdpColumn *column)
{
	if (column->type == INT8OID && (field->flags & ADP_FIELD_MICROS) != 0)
		return " The value counts millionths of the currency unit.";
	if (column->type == INT8OID && (field->flags & ADP_FIELD_MINOR) != 0)
		return " The value counts the smallest units of the currency.";
	return "";
}

/*
 * Describes a column: the field's description, the unit, and over what the
 * values add up.
 */
static const char *
describe_column(const AdpPlatform *platform, const AdpReport *report,
				const AdpField *field, const AdpColumn *column)
{
	const char *adds = adp_additivity_sentence(platform, report, field);

	return psprintf("%s%s%s%s", field->description, unit_of(field, column),
					*adds ? " " : "", adds);
}

/*
 * Returns the object that a column of a report identifies; NULL if it
 * identifies none.
 */
static const char *
entity_of(const AdpReport *report, const AdpField *field)
{
	if (field->entity != NULL &&
		strcmp(field->entity, ADP_ENTITY_LISTED) == 0 && report->entity != NULL)
		return report->entity;
	return field->entity;
}

/*
 * Returns the options of a report's table as the catalog stores them.
 */
static Datum
table_options(const AdpPlatform *platform, const AdpReport *report)
{
	Datum options[4];
	int n = 0;

	options[n++] = CStringGetTextDatum(
		psprintf("%s=%s", platform->source_option, report->source));
	if (report->breakdowns != NULL)
		options[n++] =
			CStringGetTextDatum(psprintf("breakdowns=%s", report->breakdowns));
	if (report->period != ADP_PERIOD_DAY)
		options[n++] = CStringGetTextDatum(
			psprintf("period=%s", adp_period_word(report->period)));
	if (report->reattr != NULL)
		options[n++] =
			CStringGetTextDatum(psprintf("reattr=%s", report->reattr));
	return PointerGetDatum(
		construct_array(options, n, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * Adds one column of a report to the result.
 */
static void
put_column(ReturnSetInfo *result, const AdpPlatform *platform,
		   const AdpReport *report, const AdpColumn *column)
{
	static const char *const kinds[] = {[ADP_KIND_ATTRIBUTE] = "attribute",
										[ADP_KIND_SEGMENT] = "segment",
										[ADP_KIND_METRIC] = "metric"};
	const AdpField *field = adp_platform_field(platform, column->field);
	const char *entity = entity_of(report, field);
	Datum values[14] = {0};
	bool nulls[14] = {0};

	values[0] = CStringGetTextDatum(platform->name);
	values[1] = CStringGetTextDatum(report->schema);
	values[2] = CStringGetTextDatum(report->name);
	values[3] = CStringGetTextDatum(column->name);
	values[4] = CStringGetTextDatum(column->field);
	values[5] = ObjectIdGetDatum(column->type);
	values[6] = CStringGetTextDatum(kinds[field->kind]);
	if (field->kind == ADP_KIND_METRIC)
		values[7] =
			CStringGetTextDatum(adp_additivity_words(platform, report, field));
	values[8] =
		CStringGetTextDatum(describe_column(platform, report, field, column));
	values[9] = CStringGetTextDatum(report->description);
	values[10] = table_options(platform, report);
	values[11] = BoolGetDatum((field->flags & ADP_FIELD_PERSONAL) != 0);
	if (entity != NULL)
		values[12] = CStringGetTextDatum(entity);
	values[13] = CStringGetTextDatum(group_schema(report));
	nulls[7] = field->kind != ADP_KIND_METRIC;
	nulls[12] = entity == NULL;
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * Whether an argument names something, or is NULL and names all.
 */
static bool
argument_names(FunctionCallInfo fcinfo, int argument, const char *name)
{
	return PG_ARGISNULL(argument) ||
		strcmp(NameStr(*PG_GETARG_NAME(argument)), name) == 0;
}

/*
 * report_columns(wrapper, report): one row per column of the built-in reports of
 * that name and platform; NULL is any.  Sends no request.
 */
Datum
adpipe_report_columns(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	adp_init_materialized_srf(fcinfo);
	for (const AdpPlatform *const *platform = adp_platforms(); *platform;
		 platform++)
	{
		if (!argument_names(fcinfo, 0, (*platform)->name))
			continue;
		for (const AdpReport *report = (*platform)->reports; report->name;
			 report++)
		{
			if (!argument_names(fcinfo, 1, report->name))
				continue;
			for (const AdpColumn *column = report->columns; column->name;
				 column++)
				put_column(result, *platform, report, column);
		}
	}
	return (Datum) 0;
}
