/*
 * cohort_query.c
 *	  The Cohort API: what a table requests, and how.
 */
#include "postgres.h"

#include "nodes/bitmapset.h"
#include "utils/json.h"

#include "platform/api/params.h"
#include "platform/appsflyer/appsflyer.h"
#include "platform/appsflyer/cohort.h"

/* Most groupings of a request. */
#define GROUPINGS_MAX 7

/* A field that splits cohorts, and its name in requests. */
typedef struct Grouping
{
	const char *field;
	const char *name;
} Grouping;

static const Grouping groupings[] = {{"Date", "date"},
									 {"Agency/PMD (af_prt)", "af_prt"},
									 {"Media Source (pid)", "pid"},
									 {"Campaign ID", "af_c_id"},
									 {"Campaign (c)", "c"},
									 {"Adset ID", "af_adset_id"},
									 {"Adset", "af_adset"},
									 {"Ad ID", "af_ad_id"},
									 {"Ad", "af_ad"},
									 {"Country", "geo"},
									 {"Channel", "af_channel"},
									 {"Keywords", "af_keywords"},
									 {"Site ID", "site_id"},
									 {"Sub Param 1", "af_sub1"},
									 {"Attributed Touch Type",
									  "attributed_touch_type"}};

/* Fields other than groupings. */
static const AdpCohortColumn numbers[] =
	{{ADP_COHORT_DAY, ADP_COHORT_N},
	 {"users", ADP_COHORT_SIZE},
	 {"cost", ADP_COHORT_COST},
	 {"revenue", ADP_COHORT_UNTIL, ADP_COHORT_REVENUE},
	 {"sessions", ADP_COHORT_UNTIL, ADP_COHORT_SESSIONS},
	 {"uninstalls", ADP_COHORT_UNTIL, ADP_COHORT_UNINSTALLS},
	 {"adpipe.revenue_on_day", ADP_COHORT_ON, ADP_COHORT_REVENUE},
	 {"adpipe.sessions_on_day", ADP_COHORT_ON, ADP_COHORT_SESSIONS},
	 {"adpipe.uninstalls_on_day", ADP_COHORT_ON, ADP_COHORT_UNINSTALLS}};

/*
 * Returns the name of a number in requests.
 */
const char *
adp_cohort_kpi_name(AdpCohortKpi kpi)
{
	static const char *const names[ADP_COHORT_KPIS] = {"revenue", "sessions",
													   "uninstalls"};

	return names[kpi];
}

/*
 * Describes a field.
 */
static AdpCohortColumn
column_of(const char *field)
{
	for (int i = 0; i < lengthof(groupings); i++)
	{
		if (strcmp(groupings[i].field, field) == 0)
			return (AdpCohortColumn){field, ADP_COHORT_GROUPING, i};
	}
	for (int i = 0; i < lengthof(numbers); i++)
	{
		if (strcmp(numbers[i].field, field) == 0)
			return numbers[i];
	}
	return (AdpCohortColumn){field, ADP_COHORT_NOT_OURS};
}

/*
 * Returns the kind of a field: those that split cohorts are segments here.
 */
AdpFieldKind
adp_cohort_field_kind(const char *name, const char **split)
{
	AdpCohortColumn column = column_of(name);
	bool splits =
		column.origin == ADP_COHORT_GROUPING || column.origin == ADP_COHORT_N;

	*split = splits ? name : NULL;
	if (splits)
		return ADP_KIND_SEGMENT;
	return column.origin == ADP_COHORT_NOT_OURS ? ADP_KIND_ATTRIBUTE
												: ADP_KIND_METRIC;
}

/*
 * Returns the position of a grouping in requests; adds it if it is new.
 */
static int
add_grouping(AdpCohortQuery *cohort, int index)
{
	const char *name = groupings[index].name;

	for (int i = 0; i < cohort->ngroupings; i++)
	{
		if (strcmp(cohort->groupings[i], name) == 0)
			return i;
	}
	cohort->groupings[cohort->ngroupings] = name;
	return cohort->ngroupings++;
}

/*
 * Adds what one column of the table requests.
 */
static void
add_wish(AdpCohortQuery *cohort, const char *field)
{
	AdpCohortColumn column = column_of(field);

	if (column.origin == ADP_COHORT_GROUPING)
		(void) add_grouping(cohort, column.index);
	else if (column.origin == ADP_COHORT_UNTIL || column.origin == ADP_COHORT_ON)
		cohort->wants[column.index] = true;
}

/*
 * Adds a column that a statement reads.
 */
static void
add_column(AdpCohortQuery *cohort, const char *field)
{
	AdpCohortColumn column = column_of(field);

	if (column.origin == ADP_COHORT_NOT_OURS)
		return;
	if (column.origin == ADP_COHORT_GROUPING)
		column.index = add_grouping(cohort, column.index);
	cohort->columns[cohort->ncolumns++] = column;
}

/*
 * Returns what a table requests.  The size and the cost of cohorts come with any
 * number.
 */
AdpCohortQuery *
adp_cohort_query(const AdpQuery *query)
{
	AdpCohortQuery *cohort = palloc0(sizeof(AdpCohortQuery));
	bool has_day = false;

	cohort->groupings = palloc(lengthof(groupings) * sizeof(char *));
	cohort->columns = palloc((query->nfields + 1) * sizeof(AdpCohortColumn));
	(void) add_grouping(cohort, 0);
	for (int i = 0; i < query->ntable_fields; i++)
		add_wish(cohort, query->table_fields[i]);
	for (int i = 0; i < query->nfields; i++)
	{
		add_column(cohort, query->fields[i]);
		has_day |= strcmp(query->fields[i], groupings[0].field) == 0;
	}
	if (!has_day)
		add_column(cohort, groupings[0].field);
	if (!cohort->wants[ADP_COHORT_SESSIONS] &&
		!cohort->wants[ADP_COHORT_UNINSTALLS])
		cohort->wants[ADP_COHORT_REVENUE] = true;
	return cohort;
}

/*
 * Throws unless the table has the cohort day, without which several of its rows
 * would look alike.
 */
static void
require_cohort_day(const AdpQuery *query)
{
	for (int i = 0; i < query->ntable_fields; i++)
	{
		if (strcmp(query->table_fields[i], ADP_COHORT_DAY) == 0)
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
			 errmsg("report \"%s\" needs a column with field \"%s\"",
					query->source->name, ADP_COHORT_DAY),
			 errdetail(
				 "It has a row for each day of a cohort, whose numbers cannot be added up over these days."),
			 errhint("Give the foreign table a column of type integer with option field '%s'.",
					 ADP_COHORT_DAY)));
}

/*
 * Throws for a table that the platform cannot be asked for.
 */
void
adp_cohort_check_query(const AdpPlatform *platform, const AdpSettings *settings,
					   const AdpQuery *query, const char *since)
{
	Bitmapset *splits = NULL; /* two columns may be the same field */

	require_cohort_day(query);
	for (int i = 0; i < query->ntable_fields; i++)
	{
		const char *name = query->table_fields[i];
		const AdpField *field = adp_platform_field(platform, name);
		AdpCohortColumn column = column_of(name);

		if (column.origin == ADP_COHORT_GROUPING)
			splits = bms_add_member(splits, column.index);
		if (column.origin != ADP_COHORT_NOT_OURS ||
			(field != NULL && (field->flags & ADP_FIELD_KNOWN) != 0))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
				 errmsg("report \"%s\" has no field \"%s\"",
						query->source->name, name),
				 errhint(
					 "Drop the column from the foreign table; the columns of adpipe.columns for report cohort are those that there are, and groupings of aggregate and raw reports such as \"Country\" or \"Adset ID\".")));
	}
	if (bms_num_members(splits) > GROUPINGS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_TOO_MANY_COLUMNS),
				 errmsg("report \"%s\" has more than %d columns that split cohorts",
						query->source->name, GROUPINGS_MAX),
				 errdetail("The platform allows %d groupings in a request.",
						   GROUPINGS_MAX),
				 errhint(
					 "Drop columns from the foreign table, such as names beside ids.")));
}

/*
 * Appends a list of texts as a member.
 */
static void
append_texts(StringInfo out, const char *key, const char *const *texts, int n)
{
	appendStringInfo(out, ",\"%s\":%s", key, adp_params_texts(texts, n));
}

/*
 * Returns the body of a request.  last_day: the last cohort day to ask for.  With
 * partial_data each cohort has all its days, whatever the range of install days;
 * it allows sums up to a day only.
 */
char *
adp_cohort_body(const AdpCohortQuery *cohort, const AdpSettings *settings,
				const char *kpi, const char *since, const char *until,
				int last_day)
{
	bool is_retargeting =
		settings->reattr != NULL && strcmp(settings->reattr, "true") == 0;
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "{\"cohort_type\":\"%s\"",
					 is_retargeting ? "retargeting" : "user_acquisition");
	appendStringInfoString(&out, ",\"from\":");
	escape_json(&out, since);
	appendStringInfoString(&out, ",\"to\":");
	escape_json(&out, until);
	append_texts(&out, "groupings", cohort->groupings, cohort->ngroupings);
	append_texts(&out, "kpis", &kpi, 1);
	appendStringInfoString(&out,
						   ",\"aggregation_type\":\"cumulative\",\"partial_data\":true"
						   ",\"preferred_timezone\":true,\"preferred_currency\":true"
						   ",\"filters\":{\"period\":[0");
	for (int n = 1; n <= last_day; n++)
		appendStringInfo(&out, ",%d", n);
	appendStringInfoString(&out, "]}}");
	return out.data;
}

/*
 * Returns the requests of an app as EXPLAIN shows them: one per number.
 */
char *
adp_cohort_query_text(const AdpSettings *settings, const AdpQuery *query)
{
	const AdpCohortQuery *cohort = adp_cohort_query(query);
	StringInfoData kpis;

	if (!query->has_day)
		return psprintf("none: report \"%s\" needs a column with field \"%s\"",
						query->source->name, groupings[0].field);
	initStringInfo(&kpis);
	for (int i = 0; i < ADP_COHORT_KPIS; i++)
	{
		if (cohort->wants[i])
			appendStringInfo(&kpis, "%s%s", kpis.len > 0 ? ", " : "",
							 adp_cohort_kpi_name(i));
	}
	return psprintf("POST /api/cohorts/v1/data/app/$app_id?format=json %s (one for each of: %s; cohort days up to the last one that is over)",
					adp_cohort_body(cohort, settings, "$kpi", query->since,
									query->until, 0),
					kpis.data);
}
