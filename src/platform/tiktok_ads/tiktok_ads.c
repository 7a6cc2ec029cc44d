/*
 * tiktok_ads.c
 *	  TikTok Ads: options, accounts, and the platform struct.
 *
 * Reports come from one path for all levels, objects from a path each, both by
 * pages with numbers.  Paths end with a slash.
 */
#include "postgres.h"

#include "platform/api/credentials.h"
#include "platform/api/job_kind.h"
#include "platform/api/verdict.h"
#include "platform/days.h"
#include "platform/formats.h"
#include "platform/tiktok_ads/tiktok_ads.h"

/* Bounds of option job_timeout_ms. */
#define JOB_TIMEOUT_MS (60 * 60 * 1000)
#define JOB_TIMEOUT_MAX_MS (6 * JOB_TIMEOUT_MS)

/* ["advertiser_id","name",...], percent-encoded */
#define ACCOUNT_FIELDS \
	"%5B%22advertiser_id%22%2C%22name%22%2C%22status%22%2C%22currency%22%2C" \
	"%22timezone%22%2C%22display_timezone%22%5D"
#define ACCOUNT \
	TIKTOK_API "advertiser/info/?advertiser_ids=%5B%22{account}%22%5D"

static const AdpOption tiktok_ads_options[] =
	{{"advertiser_id", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_ACCOUNTS,
	  offsetof(AdpSettings, accounts), .words = "*",
	  .table_offset = offsetof(AdpSettings, table_accounts)},
	 {"api_version", ADP_ON_SERVER, ADP_OPTION_PATTERN,
	  offsetof(AdpSettings, api_version), .pattern = "v[0-9]+\\.[0-9]+",
	  .rule = "A version of the API for Business is written like v1.3."},
	 {"job_timeout_ms", ADP_ON_SERVER, ADP_OPTION_INT,
	  offsetof(AdpSettings, job_timeout_ms), false, 1000, JOB_TIMEOUT_MAX_MS,
	  JOB_TIMEOUT_MS},
	 {"level", ADP_ON_TABLE, ADP_OPTION_ONE_OF, offsetof(AdpSettings, source),
	  .words = "account, campaign, adgroup, ad, accounts, campaigns, adgroups, "
			   "ads"},
	 {"access_token", ADP_ON_MAPPING, ADP_OPTION_TOKEN,
	  offsetof(AdpSettings, access_token), true},
	 {"app_id", ADP_ON_MAPPING, ADP_OPTION_TOKEN,
	  offsetof(AdpSettings, client_id), true},
	 {"app_secret", ADP_ON_MAPPING, ADP_OPTION_TOKEN,
	  offsetof(AdpSettings, app_secret), true},
	 {NULL}};

static const AdpVersion tiktok_ads_versions[] = {{"v1.3", NULL}, {NULL}};

/* The platform documents no reach; numbers of two years are relied on. */
#define REACH_MONTHS 24
/* The platform returns the newest rows up to this number. */
#define ROWS_CAP 20000
#define PATH(rest) TIKTOK_API rest "/get/?" TIKTOK_ACCOUNT "={account}"
#define REPORT(level, ...) \
	{ \
		level, REACH_MONTHS, .path = PATH("report/integrated"), \
							 .days_per_request = 30, .rows_cap = ROWS_CAP, \
							 .page_rows = TIKTOK_PAGE_ROWS, .filler = "spend", \
							 .has_all_metrics = true, __VA_ARGS__ \
	}
#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})
/* Promoted objects are requested apart. */
#define BOTH .passes = 2, .pager = &adp_tiktok_ads_pager_of_both.base
#define PART(level, id) REPORT(level, .is_part = true, .keys = KEYS(id), BOTH)
#define LIST(name, object, id) \
	{ \
		name, .path = PATH(object), .page_rows = TIKTOK_PAGE_ROWS, \
			  .filler = id, BOTH \
	}

static const AdpSource tiktok_ads_sources[] =
	{REPORT("account", .keys = (const char *const[]){NULL}),
	 PART("campaign", "campaign_id"),
	 PART("adgroup", "adgroup_id"),
	 PART("ad", "ad_id"),
	 {"accounts", .path = ACCOUNT, .filler = TIKTOK_ACCOUNT, .is_single = true},
	 LIST("campaigns", "campaign", "campaign_id"),
	 LIST("adgroups", "adgroup", "adgroup_id"),
	 LIST("ads", "ad", "ad_id"),
	 {NULL, .path = "", .filler = "spend"}};

/* Whether ads are shown at all, and what an ad group counts as a conversion. */
static const char *const account_settings[] = {"status", NULL};
static const char *const adgroup_settings[] = {"optimization_goal", NULL};

static const AdpWatch tiktok_ads_watches[] = {{"accounts", NULL, NULL,
											   account_settings},
											  {"adgroups", "adgroup",
											   "adgroup_id", adgroup_settings},
											  {NULL}};

#define ROWS \
	{ \
		.list = "data.list" \
	}

static const AdpPromises tiktok_ads_promises = {
	.failure = "code",
	.success = "0",
	.of = {[ADP_ANSWER_ROWS] = ROWS,
		   [ADP_ANSWER_ROW] = ROWS,
		   [ADP_ANSWER_ACCOUNTS] = ROWS,
		   [ADP_ANSWER_ACCOUNT] = ROWS,
		   [ADP_ANSWER_JOB_START] = {.value = "data.task_id"},
		   [ADP_ANSWER_JOB_STATE] = {.value = "data.status"}},
};

#define ANYWHERE \
	(ADP_NONE_IN_NUMBERS | ADP_NONE_IN_NAMES | ADP_NONE_IN_TEXTS | \
	 ADP_NONE_IN_OTHERS)

static const AdpNoneWord none_words[] = {{"-", ANYWHERE},
										 {"", ANYWHERE},
										 {NULL}};

/* A day of a report is a time at midnight. */
static const AdpFormats tiktok_ads_formats = {.read_day = adp_iso_read_day,
											  .write_day = adp_days_iso,
											  .none = none_words};

/*
 * Adds the access token.  The list of its accounts needs the app's secrets as
 * well.
 */
static void
sign(AdpAttempt *attempt)
{
	const AdpSession *session = attempt->session;

	adp_attempt_header(attempt, "Access-Token", session->token);
	if (attempt->request->answer != ADP_ANSWER_ACCOUNTS)
		return;
	adp_params_add(&attempt->params, "app_id", session->settings->client_id);
	adp_params_add(&attempt->params, "secret", session->settings->app_secret);
}

static const AdpCredentials tiktok_ads_credentials = {.sign = sign};

const AdpPlatform adp_tiktok_ads = {
	.name = "tiktok_ads",
	.title = "TikTok Ads",
	.endpoint = "https://business-api.tiktok.com",
	.versions = tiktok_ads_versions,
	.account_option = TIKTOK_ACCOUNT,
	.source_option = "level",
	.account_source = "account",
	.day_field = TIKTOK_DAY,
	.credentials = &tiktok_ads_credentials,
	.rows_key = "data.list",
	.list_key = "data.list",
	.promises = &tiktok_ads_promises,
	.row_account = TIKTOK_ACCOUNT,
	.pager = &adp_tiktok_ads_pager.base,
	.formats = &tiktok_ads_formats,
	.has_empty_rows = true,
	.fields = adp_tiktok_ads_fields,
	.reports = adp_tiktok_ads_reports,
	.sources = tiktok_ads_sources,
	.options = tiktok_ads_options,
	.watches = tiktok_ads_watches,
	.failures = &adp_tiktok_ads_failures,
	.jobs = &adp_tiktok_ads_tasks,
	.account_id = {.pattern = "[1-9][0-9]{0,19}",
				   .rule = "An advertiser id is digits."},
	.account_paths = {.id = TIKTOK_ACCOUNT,
					  .name = "name|advertiser_name",
					  .time_zone = "display_timezone|timezone",
					  .currency = "currency"},
	.listing = {TIKTOK_API "oauth2/advertiser/get/"},
	.account_path = ACCOUNT "&fields=" ACCOUNT_FIELDS,
	.field_path = adp_tiktok_ads_field_path,
	.page_request = adp_tiktok_ads_page_request,
	.add_params = adp_tiktok_ads_add_params,
	.values_max = adp_tiktok_ads_values_max,
};
