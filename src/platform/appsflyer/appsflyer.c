/*
 * appsflyer.c
 *	  AppsFlyer: options, requests, and the list of apps.
 *
 * A report is one GET for one app and a range of days, and its response is one
 * CSV body.  A request for raw data is redirected to a URL that needs no token.
 * Calls per day are scarce, so responses are cached, and contain all columns,
 * whichever a statement reads.  So a request depends only on the days, the app
 * and the table.  Days are those of the app's own time zone, which is sent by
 * name: the platform silently reads an unknown name as UTC.
 */
#include "postgres.h"

#include "platform/api/credentials.h"
#include "platform/api/pager.h"
#include "platform/appsflyer/appsflyer.h"
#include "platform/appsflyer/cohort.h"
#include "platform/appsflyer/master.h"
#include "platform/appsflyer/skan.h"
#include "platform/limits/quota_ledger.h"

/* At most a day: the quotas that the cache spares are per day. */
#define CACHE_TTL_MAX_S 86400
#define CACHE_TTL_S 900

/* Parameter for the page of the list of apps. */
#define OFFSET "offset"

/* Option report goes into the path as it is, so a pattern restricts it. */
static const AdpOption appsflyer_options[] =
	{{"app_id", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_ACCOUNTS,
	  offsetof(AdpSettings, accounts),
	  .table_offset = offsetof(AdpSettings, table_accounts)},
	 {"cache_ttl_s", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_INT,
	  offsetof(AdpSettings, cache_ttl_s), false, 0, CACHE_TTL_MAX_S,
	  CACHE_TTL_S},
	 {"currency", ADP_ON_SERVER, ADP_OPTION_TEXT,
	  offsetof(AdpSettings, currency)},
	 {"reattr", ADP_ON_TABLE, ADP_OPTION_ONE_OF, offsetof(AdpSettings, reattr),
	  .words = "true, false"},
	 {"report", ADP_ON_TABLE, ADP_OPTION_PATTERN, offsetof(AdpSettings, source),
	  .pattern = "[a-z0-9_-]+",
	  .rule =
		  "A report is named as in the platform's path, such as partners_by_date_report or in_app_events_report."},
	 {"timezone", ADP_ON_SERVER, ADP_OPTION_TEXT,
	  offsetof(AdpSettings, time_zone)},
	 {"api_token", ADP_ON_MAPPING, ADP_OPTION_TOKEN,
	  offsetof(AdpSettings, access_token), true},
	 {NULL}};

/* The version is part of each path and the same everywhere. */
static const AdpVersion appsflyer_versions[] = {{"v5", NULL}, {NULL}};

/*
 * How far back reports reach, and how many rows they may have.  For older
 * days, a raw report has no rows.  By default its money is in USD and its rows
 * are truncated at 200,000; the path asks for other values.  Aggregates are
 * kept for 25 months, as far as known.
 */
#define RAW_ROWS_CAP 1000000
#define COHORT_REACH_DAYS 720
/* It is not documented how many are allowed; some clients ask for 57 to 60. */
#define COHORT_DAYS 30
#define PATH(kind) \
	"/api/" kind "-data/export/app/{account}/{source}/{version}" \
	"?from={since}&to={until}&timezone={zone}"
#define AGGREGATE(name, form) \
	{ \
		name, .reach_months = 25, .path = PATH("agg"), \
			  .filler = "Media Source (pid)", .rows = &form.base \
	}
/* These have no day, so adp_appsflyer_add_params() refuses them. */
#define DAYLESS(name) \
	{ \
		name, .path = "", .filler = "Media Source (pid)", \
			  .rows = &adp_appsflyer_aggregates.base \
	}
#define RAW(name, days, form) \
	{ \
		name, \
			.reach_days = days, .days_per_request = days, \
			.rows_cap = RAW_ROWS_CAP, \
			.path = \
				PATH("raw") "&currency=preferred&maximum_rows=" CppAsString2( \
					RAW_ROWS_CAP), \
			.filler = "Event Time", .rows = &form.base, \
			.formats = &adp_appsflyer_raw_formats \
	}

static const AdpSource appsflyer_sources[] =
	{DAYLESS("partners_report"),
	 AGGREGATE("partners_by_date_report", adp_appsflyer_aggregates),
	 AGGREGATE("daily_report", adp_appsflyer_without_events),
	 DAYLESS("geo_report"),
	 AGGREGATE("geo_by_date_report", adp_appsflyer_aggregates),
	 {ADP_APPSFLYER_APPS, .path = "/api/mng/apps", .filler = "Event Time",
	  .is_listing = true, .rows = &adp_appsflyer_without_events.base},
	 /* {since} makes a table without a day an error; requests are written apart */
	 {ADP_COHORT_REPORT, .reach_days = COHORT_REACH_DAYS,
	  .days_per_request = COHORT_DAYS, .path = ADP_COHORT_PATH "&from={since}",
	  .filler = "users", .rows = &adp_appsflyer_cohorts.base,
	  .assembler = &adp_cohort_rows},
	 {ADP_MASTER_REPORT, .reach_months = 25, .days_per_request = 31,
	  .ready_h = ADP_MASTER_READY_H,
	  .path =
		  "/api/master-agg-data/v4/app/{account}?from={since}&to={until}&timezone=preferred&currency=preferred",
	  .filler = "Date", .rows = &adp_appsflyer_master.base},
	 {ADP_SKAN_REPORT, .reach_months = ADP_SKAN_REACH_MONTHS,
	  .days_per_request = 1, .ready_h = ADP_SKAN_READY_H,
	  .rows_cap = ADP_SKAN_ROWS_CAP, .path = ADP_SKAN_PATH,
	  .filler = "Media Source (pid)", .rows = &adp_appsflyer_skan.base},
	 {ADP_SKAN_POSTBACKS, .reach_months = ADP_SKAN_REACH_MONTHS,
	  .days_per_request = ADP_SKAN_POSTBACKS_DAYS,
	  .ready_h = ADP_SKAN_POSTBACKS_READY_H, .rows_cap = ADP_SKAN_ROWS_CAP,
	  .path = ADP_SKAN_POSTBACKS_PATH, .filler = "count",
	  .rows = &adp_appsflyer_postbacks.base,
	  .formats = &adp_appsflyer_postback_formats},
	 RAW("installs_report", 60, adp_appsflyer_installs),
	 RAW("organic_installs_report", 60, adp_appsflyer_installs),
	 RAW("uninstall_events_report", 60, adp_appsflyer_raw),
	 RAW("organic_uninstall_events_report", 60, adp_appsflyer_raw),
	 RAW("reinstalls", 60, adp_appsflyer_raw),
	 RAW("reinstalls_organic", 60, adp_appsflyer_raw),
	 RAW("installs-retarget", 60, adp_appsflyer_raw),
	 RAW("blocked_installs_report", 60, adp_appsflyer_raw),
	 RAW(NULL, 31, adp_appsflyer_raw)};

/* Only the list of apps is JSON; the header of a CSV report is checked apart. */
static const AdpPromises appsflyer_promises = {
	.failure = "message|error",
	.of = {[ADP_ANSWER_ACCOUNTS] = {.list = "data"}},
};

/*
 * Returns the offset of the next page of apps: the number in the address of
 * that page, of which nothing else is used.
 */
static const char *
next_offset(const AdpPager *pager, const AdpPageEnd *page)
{
	const char *address = adp_token_pager_next(pager, page);
	const char *offset = address ? strstr(address, OFFSET "=") : NULL;

	if (address == NULL)
		return NULL;
	offset = offset != NULL ? offset + strlen(OFFSET "=") : "";
	return pnstrdup(offset, strspn(offset, "0123456789"));
}

/*
 * Requests a page of apps by its offset.
 */
static void
ask_offset(const AdpPager *pager, const char *token, int rows,
		   AdpApiRequest *request)
{
	adp_token_pager_ask(pager, token != NULL ? token : "0", rows, request);
}

/* For the list of apps; a report is one page. */
static const AdpTokenPager apps_pager = {
	.base = {"links", next_offset, ask_offset},
	.more = "links.next",
	.token = "links.next",
	.token_param = OFFSET,
};

/* Rates that are documented; other limits count calls of a day. */
static const AdpRate appsflyer_rates[] =
	{{"/agg-data/", .days = 2, .calls = 1, .window_s = 60},
	 {"/api/mng/apps", .calls = 20, .window_s = 60},
	 {"/api/cohorts/", .calls = 60, .window_s = 60},
	 {"/api/skadnetworks", .calls = 10, .window_s = 60},
	 {NULL}};

/*
 * Returns the kind of a field, which another source can have as an attribute.
 */
static AdpFieldKind
field_kind(const AdpSource *source, const char *name, const char **split)
{
	const AdpField *field = adp_platform_field(&adp_appsflyer, name);
	AdpFieldKind kind = field != NULL ? field->kind : ADP_KIND_ATTRIBUTE;

	if (source->assembler == &adp_cohort_rows)
		return adp_cohort_field_kind(name, split);
	if (source->rows == &adp_appsflyer_skan.base && adp_skan_splits(name))
		kind = ADP_KIND_SEGMENT;
	*split = kind == ADP_KIND_SEGMENT ? name : NULL;
	return kind;
}

/*
 * Returns the requests that a path does not show.
 */
static char *
query_text(const AdpSettings *settings, const AdpQuery *query)
{
	return query->source->assembler == &adp_cohort_rows
		? adp_cohort_query_text(settings, query)
		: NULL;
}

static const AdpCredentials appsflyer_credentials = {.sign = adp_attempt_bearer};

const AdpPlatform adp_appsflyer = {
	.name = "appsflyer",
	.title = "AppsFlyer",
	.endpoint = "https://hq1.appsflyer.com",
	.versions = appsflyer_versions,
	.account_option = "app_id",
	.source_option = "report",
	.account_source = ADP_APPSFLYER_APPS,
	.day_field = "Date",
	.credentials = &appsflyer_credentials,
	.redirect_domain = "appsflyer.com",
	.body = ADP_BODY_CSV,
	.formats = &adp_appsflyer_formats,
	.list_key = "data",
	.secret_marks = "eyJ",
	.promises = &appsflyer_promises,
	.row_account = "App ID",
	.any_field_name = true,
	.asks_settings = true,
	.keeps_answers = true,
	.fields = adp_appsflyer_fields,
	.reports = adp_appsflyer_reports,
	.sources = appsflyer_sources,
	.options = appsflyer_options,
	.failures = &adp_appsflyer_failures,
	.rates = appsflyer_rates,
	.quota_unit = "calls",
	.account_id =
		{.pattern = "[A-Za-z0-9._-]+",
		 .rule =
			 "An app id consists of letters, digits, dots, hyphens and underscores, such as com.example.shop or id1234567890."},
	.account_paths = {.id = "id",
					  .name = "attributes.name",
					  .time_zone = "attributes.time_zone",
					  .currency = "attributes.currency",
					  .system = "attributes.platform",
					  .retargeting = "attributes.enable_retargetting"},
	.listing = {"/api/mng/apps?limit=1000", &apps_pager.base,
				"meta.total_items"},
	.field_kind = field_kind,
	.query_text = query_text,
	.add_params = adp_appsflyer_add_params,
};
