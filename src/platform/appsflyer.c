/*
 * appsflyer.c
 *	  AppsFlyer: options, requests, and how its app list is read.
 *
 * A report is one GET for one app and a range of days, and its answer one CSV
 * body; those of raw data lie behind a redirect to a host that takes the
 * address for a credential.  Calls are few per day, so an answer holds all
 * columns, whatever is wanted of it, and is kept: nothing but days and app goes
 * into a request.  Days are those of the app's own zone, which is sent by name:
 * the platform takes any other name for UTC, silently.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "platform/appsflyer.h"

/* Most apps of one page of the list. */
#define APPS_PER_PAGE 1000

/* A day of the cache at most: the quotas that it spares are those of a day. */
#define CACHE_TTL_MAX_S 86400
#define CACHE_TTL_S 900

#define APP_ID_CHARS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

/*
 * App ids are case-sensitive and have one spelling; NULL if it is none.
 */
static char *
canonical_account(const char *id)
{
	if (id[0] == '\0' || strspn(id, APP_ID_CHARS) != strlen(id))
		return NULL;
	return pstrdup(id);
}

/*
 * Option check: app ids with commas between them.
 */
static const char *
check_apps(const char *value)
{
	char *rest = pstrdup(value);
	char *item;

	while ((item = strsep(&rest, ",")) != NULL)
	{
		while (*item == ' ')
			item++;
		for (Size len = strlen(item); len > 0 && item[len - 1] == ' ';)
			item[--len] = '\0';
		if (canonical_account(item) == NULL)
			return "An app id consists of letters, digits, dots, hyphens and underscores, such as com.example.shop or id1234567890. "
				   "Give one id or a comma-separated list.";
	}
	return NULL;
}

/*
 * Option check: a report is a part of the path.
 */
static const char *
check_report(const char *value)
{
	if (value[0] == '\0' ||
		strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(value))
		return "A report is named as in the platform's path, such as partners_by_date_report or in_app_events_report.";
	return NULL;
}

static const AdpOption appsflyer_options[] =
	{{"app_id", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_CHECKED,
	  offsetof(AdpSettings, accounts), .check = check_apps,
	  .table_offset = offsetof(AdpSettings, table_accounts)},
	 {"cache_ttl_s", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_INT,
	  offsetof(AdpSettings, cache_ttl_s), false, 0, CACHE_TTL_MAX_S,
	  CACHE_TTL_S},
	 {"currency", ADP_ON_SERVER, ADP_OPTION_TEXT,
	  offsetof(AdpSettings, currency)},
	 {"report", ADP_ON_TABLE, ADP_OPTION_CHECKED, offsetof(AdpSettings, source),
	  .check = check_report},
	 {"timezone", ADP_ON_SERVER, ADP_OPTION_TEXT,
	  offsetof(AdpSettings, time_zone)},
	 {"api_token", ADP_ON_MAPPING, ADP_OPTION_TEXT,
	  offsetof(AdpSettings, access_token), true},
	 {NULL}};

/* The version is part of each path and the same for all. */
static const AdpVersion appsflyer_versions[] = {{"v5", NULL}, {NULL}};

/*
 * How far back and how much at once.  Raw data that are older come as a report
 * without rows.  Aggregates are kept for 25 months as far as is known.
 */
#define RAW_ROWS_CAP 1000000
#define AGGREGATE(name) \
	{ \
		name, .reach_months = 25, .records = &adp_appsflyer_aggregates \
	}
#define RAW(name, days) \
	{ \
		name, 0, days, days, RAW_ROWS_CAP, .records = &adp_appsflyer_raw \
	}
#define INSTALLS(name) \
	{ \
		name, 0, 60, 60, RAW_ROWS_CAP, .records = &adp_appsflyer_installs \
	}

static const AdpSource appsflyer_sources[] =
	{AGGREGATE("partners_report"),
	 AGGREGATE("partners_by_date_report"),
	 {"daily_report", .reach_months = 25,
	  .records = &adp_appsflyer_without_events},
	 AGGREGATE("geo_report"),
	 AGGREGATE("geo_by_date_report"),
	 {ADP_APPSFLYER_APPS, .is_listing = true,
	  .records = &adp_appsflyer_without_events},
	 INSTALLS("installs_report"),
	 INSTALLS("organic_installs_report"),
	 RAW("uninstall_events_report", 60),
	 RAW("organic_uninstall_events_report", 60),
	 RAW("reinstalls", 60),
	 RAW("reinstalls_organic", 60),
	 RAW("installs-retarget", 60),
	 RAW(NULL, 31)};

/*
 * Whether a report is one of the aggregates.
 */
static bool
is_aggregate(const char *report)
{
	for (const AdpSource *source = appsflyer_sources; source->reach_months > 0;
		 source++)
	{
		if (strcmp(source->name, report) == 0)
			return true;
	}
	return false;
}

/*
 * No condition is sent: the answer without it serves all that ask.
 */
static bool
can_hold(const AdpField *field, const char *value)
{
	return false;
}

/*
 * What count(*) looks at.
 */
static const char *
filler_field(const AdpSettings *settings)
{
	return is_aggregate(settings->source) ? "Media Source (pid)" : "Event Time";
}

/*
 * Appends text as the value of a parameter.
 */
static void
append_escaped(StringInfo out, const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
	{
		if (strchr(APP_ID_CHARS, *c) != NULL)
			appendStringInfoChar(out, *c);
		else
			appendStringInfo(out, "%%%02X", (unsigned char) *c);
	}
}

/*
 * The path of a report.  Raw money comes in USD, and rows are cut at 200,000,
 * unless something else is asked for.
 */
static char *
report_path(const AdpQuery *query, const char *app, const char *zone)
{
	bool is_raw = !is_aggregate(query->source);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "/api/%s-data/export/app/%s/%s/v5?from=%s&to=%s",
					 is_raw ? "raw" : "agg", app, query->source, query->since,
					 query->until);
	appendStringInfo(&out, "&timezone=%s", zone);
	if (is_raw)
		appendStringInfo(&out, "&currency=preferred&maximum_rows=%d",
						 RAW_ROWS_CAP);
	return out.data;
}

/*
 * The request as EXPLAIN shows it.
 */
static char *
query_text(const AdpSettings *settings, const AdpQuery *query)
{
	if (strcmp(query->source, ADP_APPSFLYER_APPS) == 0)
		return pstrdup("GET /api/mng/apps");
	if (!query->has_day)
		return psprintf("none: report \"%s\" needs a column with field \"Date\"",
						query->source);
	return psprintf("GET %s", report_path(query, "$app_id", "$timezone"));
}

/*
 * Throws if a server option says something else than the app list.
 */
static void
check_setting(const AdpSettings *settings, const AdpAccount *account,
			  const char *option, const char *set, const char *own)
{
	if (set == NULL || strcmp(set, own) == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"%s\" of server \"%s\" is \"%s\" but account %s has \"%s\"",
					option, settings->server_name, set, account->id, own),
			 errdetail(
				 "The platform would fall back to another setting silently."),
			 errhint("Set the option to what the app has, or drop it.")));
}

/*
 * Throws if the app list does not tell a setting.
 */
static void
require_setting(const AdpAccount *account, const char *what, const char *value)
{
	if (value != NULL && value[0] != '\0')
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_UNABLE_TO_CREATE_REPLY),
			 errmsg("platform \"%s\" does not tell the %s of account %s",
					adp_appsflyer.name, what, account->id)));
}

/*
 * The request for a report.
 */
static void
page_request(const AdpPageAsk *ask, AdpApiRequest *out)
{
	const AdpAccount *account = ask->account;
	StringInfoData zone;

	if (!ask->query->has_day)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
				 errmsg("report \"%s\" can be read by its days only",
						ask->query->source),
				 errhint(
					 "Give the foreign table a column of type date with option field 'Date', and bound it in the statement.")));
	require_setting(account, "time zone", account->time_zone);
	require_setting(account, "currency", account->currency);
	check_setting(ask->settings, account, "timezone", ask->settings->time_zone,
				  account->time_zone);
	check_setting(ask->settings, account, "currency", ask->settings->currency,
				  account->currency);
	initStringInfo(&zone);
	append_escaped(&zone, account->time_zone);
	out->method = "GET";
	out->path = report_path(ask->query, account->id, zone.data);
	out->accept = "text/csv";
}

/*
 * The request for a page of the app list.  The token is the address of the
 * page, of which nothing but the offset is taken.
 */
static void
list_request(const AdpSettings *settings, const char *token, AdpApiRequest *out)
{
	const char *offset = token ? strstr(token, "offset=") : "offset=0";
	int digits = offset ? (int) strspn(offset + 7, "0123456789") : 0;

	if (digits == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
				 errmsg("platform \"%s\" does not say where its list of apps goes on",
						adp_appsflyer.name)));
	out->method = "GET";
	out->path = psprintf("/api/mng/apps?limit=%d&%.*s", APPS_PER_PAGE,
						 7 + digits, offset);
	out->accept = "application/json";
}

/*
 * Copies an attribute of an app; NULL if it has none.
 */
static char *
copy_attribute(const AdpJson *attributes, const char *name)
{
	const char *text = adp_json_text(adp_json_get(attributes, name));

	return text ? pstrdup(text) : NULL;
}

/*
 * Reads an app of the list.
 */
static bool
read_account(const AdpJson *row, AdpAccount *account)
{
	const AdpJson *attributes = adp_json_get(row, "attributes");
	const AdpJson *retargeting;
	const char *id = adp_json_text(adp_json_get(row, "id"));

	if (id == NULL || canonical_account(id) == NULL)
		return false;
	account->id = pstrdup(id);
	account->name = copy_attribute(attributes, "name");
	account->time_zone = copy_attribute(attributes, "time_zone");
	account->currency = copy_attribute(attributes, "currency");
	account->system = copy_attribute(attributes, "platform");
	retargeting = adp_json_get(attributes, "enable_retargetting");
	if (retargeting != NULL)
		account->retargeting =
			pstrdup(adp_json_true(retargeting) ? "true" : "false");
	return true;
}

const AdpPlatform adp_appsflyer = {
	.name = "appsflyer",
	.title = "AppsFlyer",
	.endpoint = "https://hq1.appsflyer.com",
	.versions = appsflyer_versions,
	.account_option = "app_id",
	.source_option = "report",
	.account_source = ADP_APPSFLYER_APPS,
	.day_field = "Date",
	.sign_in = ADP_SIGN_IN_READY,
	.redirect_domain = "appsflyer.com",
	.format = ADP_FORMAT_CSV,
	.list_key = "data",
	.token_path = "links.next",
	.more_path = "links.next",
	.any_field_name = true,
	.asks_settings = true,
	.keeps_answers = true,
	.fields = adp_appsflyer_fields,
	.reports = adp_appsflyer_reports,
	.sources = appsflyer_sources,
	.options = appsflyer_options,
	.canonical_account = canonical_account,
	.can_hold = can_hold,
	.filler_field = filler_field,
	.query_text = query_text,
	.page_request = page_request,
	.list_request = list_request,
	.read_account = read_account,
	.read_failure = adp_appsflyer_read_failure,
};
