/*
 * gaql.c
 *	  Google Ads Query Language: queries as text.
 *
 * Grammar and quoting follow the language's published grammar of September
 * 2026.  This file writes only what adpipe sends: field lists, a day range, IN
 * and NOT IN over constants, ORDER BY, LIMIT and one parameter.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "platform/google_ads/gaql.h"
#include "platform/google_ads/google_ads.h"

/*
 * Omits the resource names that the platform otherwise adds to every row for
 * each resource with a selected field; they double the size of a narrow row.
 * The name of the resource itself is selected, since it identifies the row and
 * its account.
 */
#define GAQL_PARAMETERS " PARAMETERS omit_unselected_resource_names=true"

/* Appended to the last day of a range of times. */
#define LAST_MOMENT " 23:59:59.999999"

/*
 * Appends a value as a GAQL string.
 */
static void
append_string(StringInfo out, const char *value)
{
	appendStringInfoChar(out, '\'');
	for (const char *c = value; *c != '\0'; c++)
	{
		switch (*c)
		{
			case '\\':
			case '\'':
				appendStringInfoChar(out, '\\');
				appendStringInfoChar(out, *c);
				break;
			case '\n':
				appendStringInfoString(out, "\\n");
				break;
			case '\r':
				appendStringInfoString(out, "\\r");
				break;
			case '\t':
				appendStringInfoString(out, "\\t");
				break;
			default:
				appendStringInfoChar(out, *c);
		}
	}
	appendStringInfoChar(out, '\'');
}

/*
 * Appends one value of a condition: ids are numbers, other values are quoted.
 */
static void
append_value(StringInfo out, const AdpCondition *condition, const char *value)
{
	if (condition->is_placeholder || condition->field->type == ADP_FIELD_ID)
		appendStringInfoString(out, value);
	else
		append_string(out, value);
}

/*
 * Appends a condition.  A list of one value becomes a comparison, which the
 * platform supports for every field.
 */
static void
append_condition(StringInfo out, const AdpCondition *condition)
{
	bool is_in = condition->op == ADP_OP_IN;

	appendStringInfoString(out, condition->field->name);
	if (condition->nvalues == 1)
	{
		appendStringInfoString(out, is_in ? " = " : " != ");
		append_value(out, condition, condition->values[0]);
		return;
	}
	appendStringInfoString(out, is_in ? " IN (" : " NOT IN (");
	for (int i = 0; i < condition->nvalues; i++)
	{
		if (i > 0)
			appendStringInfoString(out, ", ");
		append_value(out, condition, condition->values[i]);
	}
	appendStringInfoChar(out, ')');
}

/*
 * Formats a day of a range, perhaps with a time.  Placeholders begin with a
 * dollar sign and stay bare.
 */
static char *
day_value(const char *day, const char *time)
{
	return day[0] == '$' ? pstrdup(day) : psprintf("'%s%s'", day, time);
}

/*
 * Appends the range of days.  If the field is a time, the range ends with the
 * last moment of the last day, since a date alone means its first moment.
 * Sources that allow a single day per request need an equality.
 */
static void
append_days(StringInfo out, const AdpQuery *query)
{
	const AdpSource *source = query->source;
	const char *field = adp_platform_day_field(&adp_google_ads, source);
	const char *since = day_value(query->since, "");

	if (source->day_field != NULL)
		appendStringInfo(out, "%s >= %s AND %s <= %s", field, since, field,
						 day_value(query->until, LAST_MOMENT));
	else if (source->days_per_request == 1 &&
			 strcmp(query->since, query->until) == 0)
		appendStringInfo(out, "%s = %s", field, since);
	else
		appendStringInfo(out, "%s BETWEEN %s AND %s", field, since,
						 day_value(query->until, ""));
}

/*
 * Returns the maximum number of rows to request: that of the statement, or of
 * the source, which requires a LIMIT; 0 for all rows.
 */
static int64
row_limit(const AdpQuery *query)
{
	int64 cap = query->source->rows_cap;

	if (cap > 0 && query->limit > 0)
		return Min(cap, query->limit);
	return Max(cap, query->limit);
}

/*
 * Appends the fields, and the name of the row's resource.
 */
static void
append_fields(StringInfo out, const AdpQuery *query)
{
	char *name = psprintf("%s.resource_name", adp_source_object(query->source));
	bool has_name = false;

	for (int i = 0; i < query->nfields; i++)
	{
		appendStringInfo(out, "%s%s", i == 0 ? "SELECT " : ", ",
						 query->fields[i]);
		has_name |= strcmp(query->fields[i], name) == 0;
	}
	if (!has_name)
		appendStringInfo(out, ", %s", name);
}

/*
 * Writes the query of a scan.
 */
char *
adp_gaql_query(const AdpQuery *query)
{
	StringInfoData out;
	const char *glue = " WHERE ";

	initStringInfo(&out);
	append_fields(&out, query);
	appendStringInfo(&out, " FROM %s", adp_source_object(query->source));
	if (query->source->condition != NULL)
	{
		appendStringInfo(&out, "%s%s", glue, query->source->condition);
		glue = " AND ";
	}
	if (query->has_day)
	{
		appendStringInfoString(&out, glue);
		append_days(&out, query);
		glue = " AND ";
	}
	for (int i = 0; i < query->nconditions; i++)
	{
		appendStringInfoString(&out, glue);
		append_condition(&out, &query->conditions[i]);
		glue = " AND ";
	}
	if (query->limit > 0 && query->ranked_by != NULL)
		appendStringInfo(&out, " ORDER BY %s DESC", query->ranked_by);
	if (row_limit(query) > 0)
		appendStringInfo(&out, " LIMIT " INT64_FORMAT, row_limit(query));
	appendStringInfoString(&out, GAQL_PARAMETERS);
	return out.data;
}

/*
 * Writes a query from constant texts.
 */
char *
adp_gaql_list(const char *fields, const char *resource, const char *where)
{
	return psprintf("SELECT %s FROM %s%s%s" GAQL_PARAMETERS, fields, resource,
					where ? " WHERE " : "", where ? where : "");
}

/*
 * Whether a condition on the field may contain a value.
 */
bool
adp_gaql_can_hold(const AdpField *field, const char *value)
{
	if (field->type == ADP_FIELD_ENUM)
		return value[0] != '\0' &&
			strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
			strlen(value);
	if (value[0] == '\0')
		return false; /* absent or empty: ambiguous on the platform */
	for (const unsigned char *c = (const unsigned char *) value; *c; c++)
	{
		if ((*c < 0x20 && strchr("\n\r\t", *c) == NULL) || *c == 0x7f)
			return false;
	}
	return true;
}

/*
 * Returns the most values of a condition.  The platform accepts twice as many;
 * the length of a query has a limit that is not published.
 */
int
adp_gaql_values_max(const AdpSource *source, const AdpField *field)
{
	return 10000;
}

/*
 * Converts a field's name to the form of JSON responses: removes each
 * underscore, and makes the next letter upper case.
 */
char *
adp_gaql_json_path(const AdpSource *source, const char *field)
{
	char *path = palloc(strlen(field) + 1);
	char *to = path;
	bool raise = false;

	for (const char *c = field; *c != '\0'; c++)
	{
		if (*c == '_')
		{
			raise = true;
			continue;
		}
		*to++ = raise ? pg_toupper((unsigned char) *c) : *c;
		raise = false;
	}
	*to = '\0';
	return path;
}
