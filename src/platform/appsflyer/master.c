/*
 * master.c
 *	  Requests of the Master API, whose groupings and KPIs are the columns of
 *	  the table.
 *
 * Every grouping and KPI of the table is requested, whichever a statement
 * reads: a grouping splits rows.  The names of the answer's columns are not
 * documented, so a field is found under each name that was seen.
 */
#include "postgres.h"

#include "base/words.h"
#include "platform/appsflyer/master.h"

#define RETENTION "retention_day_"
#define ACTIVITY "activity_"
#define COHORT "cohort_"

/* A field whose name is not that of the platform's parameter. */
typedef struct Parameter
{
	const char *field;
	const char *name;  /* NULL: the field's name */
	const char *names; /* further names of the column, with bars */
} Parameter;

static const Parameter groupings[] =
	{{"Date", "install_time"},
	 {"Agency/PMD (af_prt)", "af_prt", "Agency|Agency/PMD|Partner"},
	 {"Media Source (pid)", "pid", "Media Source"},
	 {"Campaign (c)", "c", "Campaign|Campaign Name"},
	 {"Country", "geo", "Country Code"},
	 {"af_c_id", NULL, "Campaign ID"},
	 {"af_adset", NULL, "Adset|Adset Name"},
	 {"af_adset_id", NULL, "Adset ID"},
	 {"af_ad", NULL, "Ad|Ad Name"},
	 {"af_ad_id", NULL, "Ad ID"},
	 {"af_channel", NULL, "Channel"},
	 {"af_siteid", NULL, "Site ID"},
	 {"af_keywords", NULL, "Keywords"},
	 {"is_primary", NULL, "Is Primary Attribution"},
	 {"attributed_touch_type", NULL, ""},
	 {NULL}};

static const Parameter kpis[] = {{"Impressions", "impressions"},
								 {"Clicks", "clicks"},
								 {"Conversion Rate", "cr"},
								 {"Installs", "installs"},
								 {"Sessions", "sessions"},
								 {"Loyal Users", "loyal_users"},
								 {"Loyal Users/Installs", "loyal_users_rate"},
								 {"Total Cost", "cost"},
								 {"Total Revenue", "revenue"},
								 {"ROI", "roi"},
								 {"ARPU", "arpu_ltv", "LTV ARPU"},
								 {"Average eCPI", "average_ecpi"},
								 {"Uninstalls", "uninstalls"},
								 {"activity_average_dau", NULL,
								  "Average DAU|DAU"},
								 {NULL}};

/*
 * Returns the row of a field; NULL if its name is that of the parameter.
 */
static const Parameter *
name_of(const Parameter *names, const char *field)
{
	while (names->field != NULL && strcmp(names->field, field) != 0)
		names++;
	return names->field != NULL ? names : NULL;
}

/*
 * Whether a field belongs to the table's definition only.
 */
static bool
is_known(const char *field)
{
	return strncmp(field, "adpipe.", strlen("adpipe.")) == 0;
}

/*
 * Whether a field begins with a text.
 */
static bool
begins(const char *field, const char *text)
{
	return strncmp(field, text, strlen(text)) == 0;
}

/*
 * Throws for a KPI about a later day of the cohort: a request with it fails as
 * a whole while that day is not over.
 */
static void
refuse_cohort(const char *field)
{
	if (begins(field, COHORT))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
				 errmsg("report \"" ADP_MASTER_REPORT
						"\" cannot be asked for \"%s\"",
						field),
				 errdetail(
					 "AppsFlyer refuses the whole request while that day of a cohort is not over."),
				 errhint("Drop the column from the foreign table.")));
}

/*
 * Throws for KPIs by the day of the install beside KPIs by the day of the
 * activity: their rows count different users.
 */
static void
check_dating(const char *by_install, const char *by_activity)
{
	if (by_install == NULL || by_activity == NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("columns with fields \"%s\" and \"%s\" cannot be in one foreign table",
					by_install, by_activity),
			 errdetail(
				 "The first is booked on the day of the install, the second on the day on which users did something: in one row they would be about different users."),
			 errhint("Make two foreign tables over report \"" ADP_MASTER_REPORT
					 "\".")));
}

/*
 * Throws for a table without a grouping beside the day, or without a KPI: the
 * platform would refuse the request.
 */
static void
require_kpi(const StringInfoData *names)
{
	if (names->len == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
				 errmsg("a foreign table over report \"" ADP_MASTER_REPORT
						"\" needs a column with a KPI"),
				 errhint(
					 "Add a column whose field is a KPI, such as Installs.")));
}

/*
 * Adds the table's groupings and KPIs.  The app is a grouping, so that rows say
 * whose they are.
 */
void
adp_master_add_params(AdpParams *params, const AdpQuery *query)
{
	StringInfoData of_groupings;
	StringInfoData of_kpis;
	const char *by_install = NULL;
	const char *by_activity = NULL;

	initStringInfo(&of_groupings);
	initStringInfo(&of_kpis);
	adp_words_add(&of_groupings, "app_id");
	for (int i = 0; i < query->ntable_fields; i++)
	{
		const char *field = query->table_fields[i];
		const Parameter *name = name_of(groupings, field);
		bool is_kpi = name == NULL;

		if (is_known(field))
			continue;
		refuse_cohort(field);
		if (is_kpi)
			name = name_of(kpis, field);
		if (is_kpi && begins(field, ACTIVITY))
			by_activity = field;
		else if (is_kpi)
			by_install = field;
		adp_words_add(is_kpi ? &of_kpis : &of_groupings,
					  name != NULL && name->name ? name->name : field);
	}
	check_dating(by_install, by_activity);
	require_kpi(&of_kpis);
	adp_params_add(params, "groupings", of_groupings.data);
	adp_params_add(params, "kpis", of_kpis.data);
}

/*
 * Returns the names of a field's column in an answer.
 */
const char *
adp_master_names(const char *field)
{
	const Parameter *name = name_of(groupings, field);

	if (name == NULL)
		name = name_of(kpis, field);
	if (name == NULL)
		return field;
	return psprintf("%s|%s|%s", field, name->name ? name->name : "",
					name->names ? name->names : "");
}

/*
 * Returns the number of days after the row's day of which a field's value is.
 */
int
adp_master_days_after(const char *field)
{
	return begins(field, RETENTION) ? atoi(field + strlen(RETENTION)) : 0;
}
