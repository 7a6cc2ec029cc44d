/*
 * meta_ads.c
 *	  Meta Ads (Facebook, Instagram): options, accounts, background runs, and
 *	  the platform struct.
 *
 * Reports come from the insights edge of an account, objects from its other
 * edges, both page by page.  Money of reports is in units of the account's
 * currency, that of objects in its smallest units.
 */
#include "postgres.h"

#include "platform/api/pager.h"
#include "platform/formats.h"
#include "platform/meta_ads/access_token.h"
#include "platform/meta_ads/conversion_actions.h"
#include "platform/meta_ads/meta_ads.h"

#define ACCOUNT_FIELDS "account_id,name,account_status,currency,timezone_name"

/* Time limit of a report run in milliseconds, as the platform documents it. */
#define HOUR_MS 3600000

/*
 * The names of breakdowns are not checked: the platform adds some without
 * notice.
 */
static const AdpOption meta_ads_options[] =
	{{"account_id", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_ACCOUNTS,
	  offsetof(AdpSettings, accounts), .words = "*",
	  .table_offset = offsetof(AdpSettings, table_accounts)},
	 {"action_breakdowns", ADP_ON_TABLE, ADP_OPTION_CHECKED,
	  offsetof(AdpSettings, action_breakdowns),
	  .check = adp_meta_ads_check_keys},
	 {"api_version", ADP_ON_SERVER, ADP_OPTION_PATTERN,
	  offsetof(AdpSettings, api_version), .pattern = "v[0-9]+\\.0",
	  .rule = "A version of the Marketing API is written like v26.0."},
	 {"breakdowns", ADP_ON_TABLE, ADP_OPTION_PATTERN,
	  offsetof(AdpSettings, breakdowns), .pattern = "[a-z0-9_]+(,[a-z0-9_]+)*",
	  .rule =
		  "Give the platform's names of breakdowns with commas between them, such as age,gender."},
	 {"conversion_actions", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_CHECKED,
	  offsetof(AdpSettings, conversion_actions),
	  .check = adp_conversion_actions_check},
	 {"deleted", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_ONE_OF,
	  offsetof(AdpSettings, deleted), .words = "include, exclude"},
	 {"job_timeout_ms", ADP_ON_SERVER, ADP_OPTION_INT,
	  offsetof(AdpSettings, job_timeout_ms), false, 1000, 6 * HOUR_MS, HOUR_MS},
	 {"level", ADP_ON_TABLE, ADP_OPTION_ONE_OF, offsetof(AdpSettings, source),
	  .words = "account, campaign, adset, ad, accounts, campaigns, adsets, "
			   "ads, creatives, custom_conversions, audiences, "
			   "activities"},
	 {"period", ADP_ON_TABLE, ADP_OPTION_ONE_OF, offsetof(AdpSettings, period),
	  .words = "day, week, month, all"},
	 {"access_token", ADP_ON_MAPPING, ADP_OPTION_TOKEN,
	  offsetof(AdpSettings, access_token), true},
	 {"app_secret", ADP_ON_MAPPING, ADP_OPTION_TOKEN,
	  offsetof(AdpSettings, app_secret), true},
	 {NULL}};

/*
 * Releases, newest first, with the shutdown dates of the Marketing API, which
 * come before those of the Graph API.  The fields here are those of v26.0,
 * whose shutdown is not announced; option api_version requests a newer
 * release.
 */
static const AdpVersion meta_ads_versions[] =
	{{"v27.0", NULL},		  {"v26.0", NULL, true},   {"v25.0", "2027-02-23"},
	 {"v24.0", "2026-11-10"}, {"v23.0", "2026-06-09"}, {"v22.0", "2026-02-19"},
	 {"v21.0", "2025-09-09"}, {"v20.0", "2025-05-06"}, {NULL}};

#define REACH_MONTHS 37
#define EDGE "/{version}/act_{account}/"
#define REPORT(level, its_rows, ...) \
	{ \
		level, REACH_MONTHS, .path = EDGE "insights", .page_rows = 500, \
							 .filler = "impressions", .rows = &its_rows.base, \
							 .has_periods = true, .is_part = true, \
							 .keys = (const char *const[]) \
		{ \
			__VA_ARGS__ \
		} \
	}
#define LIST(name, edge) \
	{ \
		name, REACH_MONTHS, .path = EDGE edge, .page_rows = 100, \
							.filler = "id" \
	}

/*
 * Both ends of a range of moments, which the platform counts in UTC; without
 * the first one it answers with the last week.
 */
#define UTC_DAYS "since={since}T00:00:00%2B0000&until={until}T23:59:59%2B0000"

static const AdpSource meta_ads_sources[] =
	{REPORT("account", adp_meta_ads_account_rows, NULL),
	 REPORT("campaign", adp_meta_ads_report_rows, "campaign_id", NULL),
	 REPORT("adset", adp_meta_ads_report_rows, "adset_id", NULL),
	 REPORT("ad", adp_meta_ads_report_rows, "ad_id", NULL),
	 {"accounts", .path = "/{version}/act_{account}", .filler = "id",
	  .is_single = true},
	 LIST("creatives", "adcreatives"),
	 LIST("custom_conversions", "customconversions"),
	 LIST("audiences", "customaudiences"),
	 {"activities", REACH_MONTHS, .path = EDGE "activities?" UTC_DAYS,
	  .page_rows = 100, .filler = "event_type", .day_field = "event_time"},
	 LIST(NULL, "{source}")};

/* How conversions are counted, and whether ads are shown at all. */
static const char *const account_settings[] =
	{"attribution_spec", "is_attribution_spec_system_default", "account_status",
	 NULL};

static const AdpWatch meta_ads_watches[] = {{"accounts", NULL, NULL,
											 account_settings},
											{NULL}};

/* Every edge has data, even an empty one; every node has its id. */
static const AdpPromises meta_ads_promises = {
	.failure = "error",
	.of = {[ADP_ANSWER_ROWS] = {.list = "data"},
		   [ADP_ANSWER_ROW] = {.value = "id"},
		   [ADP_ANSWER_ACCOUNTS] = {.list = "data"},
		   [ADP_ANSWER_ACCOUNT] = {.value = "account_id"},
		   [ADP_ANSWER_JOB_START] = {.value = "report_run_id"},
		   [ADP_ANSWER_JOB_STATE] = {.value = "async_status"},
		   [ADP_ANSWER_TOKEN_INFO] = {.value = "data.is_valid"}},
};

/*
 * Background runs of reports.  The platform must finish a direct request
 * within its time limit, and does not document how much it can finish.  Its
 * advice is to try, and to start a run after a timeout.  Here a run is started
 * at once for a report that is certainly too large, and for fields that only
 * runs have.
 */
static const AdpJobSource meta_ads_job_sources[] = {{"account", 90},
													{"campaign", 31},
													{"adset", 14},
													{"ad", 7},
													{NULL}};

static const AdpJobNeed meta_ads_job_needs[] =
	{{"mmm"}, {.fields = "reach,frequency,cpp", .months = 13}, {NULL}};

static const AdpJobKind meta_ads_jobs = {
	.sources = meta_ads_job_sources,
	.rows_per_breakdown = 6,
	.needs = meta_ads_job_needs,
	.id = "report_run_id",
	.state_path = "/{version}/{job}",
	.rows_path = "/{version}/{job}/insights",
	.status = "async_status",
	.ready = "Job Completed",
	.failed = "Job Failed",
	.skipped = "Job Skipped",
	.percent = "async_percent_completion",
	/* versions before v25.0 do not report it */
	.reason = {.message = "error_message|error_user_title",
			   .more = "error_user_msg",
			   .code = "error_code",
			   .subcode = "error_subcode"},
};

/* A last page has cursors, too. */
static const AdpTokenPager meta_ads_pager = {
	.base = {"paging", adp_token_pager_next, adp_token_pager_ask},
	.more = "paging.next",
	.token = "paging.cursors.after",
	.token_param = "after",
	.rows_param = "limit",
};

const AdpPlatform adp_meta_ads = {
	.name = "meta_ads",
	.title = "Meta Ads",
	.endpoint = "https://graph.facebook.com",
	.versions = meta_ads_versions,
	.account_option = "account_id",
	.source_option = "level",
	.account_source = "account",
	.day_field = META_DAY,
	.period_fields =
		{[ADP_PERIOD_WEEK] = META_DAY, [ADP_PERIOD_MONTH] = META_DAY},
	.period_end = META_LAST_DAY,
	.credentials = &adp_meta_ads_credentials,
	.rows_key = "data",
	.list_key = "data",
	.secret_marks = "EAA",
	.promises = &meta_ads_promises,
	.row_account = "account_id",
	.row_since = META_DAY,
	.row_until = META_LAST_DAY,
	.pager = &meta_ads_pager.base,
	.formats = &adp_iso_formats,
	.fields = adp_meta_ads_fields,
	.reports = adp_meta_ads_reports,
	.sources = meta_ads_sources,
	.options = meta_ads_options,
	.watches = meta_ads_watches,
	.failures = &adp_meta_ads_failures,
	.usage = &adp_meta_ads_usage,
	.account_id =
		{.prefix = "act_",
		 .pattern = "[1-9][0-9]{0,19}",
		 .rule =
			 "An ad account id is digits, with or without act_ before them."},
	.account_paths = {"account_id", "name", "timezone_name", "currency",
					  .status = "account_status", .closed = "101"},
	.listing = {"/{version}/me/adaccounts?fields=" ACCOUNT_FIELDS "&limit=100",
				&meta_ads_pager.base},
	.account_path = "/{version}/act_{account}?fields=" ACCOUNT_FIELDS,
	.read_token_info = adp_meta_ads_token_info,
	.token_scopes = (const char *const[]){"ads_read", "ads_management", NULL},
	.whole_currencies = "CLP,COP,CRC,HUF,IDR,ISK,JPY,KRW,PYG,TWD,VND",
	.check_field = adp_meta_ads_check_field,
	.values_max = adp_meta_ads_values_max,
	.add_params = adp_meta_ads_add_params,
	.version_header = "facebook-api-version",
	.jobs = &meta_ads_jobs,
};
