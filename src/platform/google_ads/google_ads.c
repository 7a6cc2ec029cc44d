/*
 * google_ads.c
 *	  Google Ads: options, sources, requests, and the platform struct.
 *
 * Rows come from the paged method googleAds:search: unlike those of
 * searchStream, its pages can be requested again one by one.  A metric that is
 * absent from a row is zero if it is additive, and unknown (NULL) if it is a
 * ratio.  If a query selects a segment, the platform drops rows in which every
 * selected metric is zero; hence the metrics that decide which rows exist are
 * always selected (see adp_table_presence).
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/json.h"

#include "base/words.h"
#include "platform/api/pager.h"
#include "platform/formats.h"
#include "platform/google_ads/gaql.h"
#include "platform/google_ads/google_ads.h"
#include "platform/platform.h"

#define LIST_FIELDS \
	"customer_client.id, customer_client.descriptive_name, " \
	"customer_client.time_zone, customer_client.currency_code, " \
	"customer_client.resource_name"
#define LIST_WHERE \
	"customer_client.status = 'ENABLED' AND customer_client.manager = FALSE"
#define ACCOUNT_FIELDS \
	"customer.id, customer.descriptive_name, customer.time_zone, " \
	"customer.currency_code"

/* An attribute of an account, from either kind of response. */
#define EITHER(attribute) "customerClient." attribute "|customer." attribute

/* A resource is an identifier, so that it cannot inject text into a query. */
static const AdpOption google_ads_options[] =
	{{"api_version", ADP_ON_SERVER, ADP_OPTION_PATTERN,
	  offsetof(AdpSettings, api_version), .pattern = "v[0-9]+",
	  .rule = "A version of the Google Ads API is written like v26."},
	 {"customer_id", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_ACCOUNTS,
	  offsetof(AdpSettings, accounts), .words = "*",
	  .table_offset = offsetof(AdpSettings, table_accounts)},
	 {"login_customer_id", ADP_ON_SERVER | ADP_ON_MAPPING, ADP_OPTION_ACCOUNT,
	  offsetof(AdpSettings, manager)},
	 {"period", ADP_ON_TABLE, ADP_OPTION_ONE_OF, offsetof(AdpSettings, period),
	  .words = "day, week, month, all"},
	 {"resource", ADP_ON_TABLE, ADP_OPTION_PATTERN,
	  offsetof(AdpSettings, source), .pattern = "[a-z][a-z0-9_]*",
	  .rule =
		  "A resource is a lower-case name such as campaign or keyword_view."},
	 {"token_endpoint", ADP_ON_SERVER, ADP_OPTION_URL,
	  offsetof(AdpSettings, token_endpoint)},
	 {"access_token", ADP_ON_MAPPING, ADP_OPTION_TOKEN,
	  offsetof(AdpSettings, access_token), true},
	 {"client_id", ADP_ON_MAPPING, ADP_OPTION_TOKEN,
	  offsetof(AdpSettings, client_id), true},
	 {"client_secret", ADP_ON_MAPPING, ADP_OPTION_TOKEN,
	  offsetof(AdpSettings, client_secret), true},
	 {"developer_token", ADP_ON_MAPPING, ADP_OPTION_TOKEN,
	  offsetof(AdpSettings, developer_token), true},
	 {"refresh_token", ADP_ON_MAPPING, ADP_OPTION_TOKEN,
	  offsetof(AdpSettings, refresh_token), true},
	 {"service_account_key", ADP_ON_MAPPING, ADP_OPTION_TEXT,
	  offsetof(AdpSettings, service_account_key), true},
	 {NULL}};

/*
 * Releases, newest first.  For a future shutdown the platform publishes the
 * month, here its first day; as published in October 2026.
 */
static const AdpVersion google_ads_versions[] = {{"v26", "2027-11-01"},
												 {"v25", "2027-08-01"},
												 {"v24", "2027-05-01"},
												 {"v23", "2027-02-01"},
												 {"v22", "2026-10-07"},
												 {NULL}};

/*
 * The platform keeps numbers for 37 months, and accepts any range of them.
 * One response of the manager contains the hierarchy below it.  Clicks are
 * kept for 90 days, and requested one day at a time.  Changes are bounded by
 * their time, and limited to 10,000 per response; the reach of change_status
 * is the one commonly observed.
 *
 * Only the platform's field service reports which resources split the rows of
 * another one.  A resource that is not known to be attributed counts as one
 * that splits rows: its id is then always requested, which changes nothing if
 * it is attributed after all.
 */
#define CHANGES_MAX 10000
#define FILLER .filler = "{source}.resource_name"
#define SOURCE(name, ...) \
	{ \
		name, .reach_months = 37, FILLER, .has_periods = true, __VA_ARGS__ \
	}
#define DATED_SOURCE(name, ...) \
	{ \
		name, FILLER, __VA_ARGS__ \
	}
#define OF_CAMPAIGN "campaign_budget,bidding_strategy,campaign_group"
#define OF_AD_GROUP "campaign,ad_group," OF_CAMPAIGN
#define CRITERION "ad_group_criterion.criterion_id"

/* The keywords that exclude, among what is targeted and excluded. */
#define NEGATIVE(its_name, criterion, parents) \
	{ \
		its_name, .filler = criterion ".resource_name", .object = criterion, \
				  .condition = criterion ".negative = TRUE AND " criterion \
										 ".type = 'KEYWORD'", \
				  .attributed = parents \
	}

/* A list of keys for AdpSource. */
#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* An ad may be in several ad groups; a place counts a click once per kind. */
static const AdpSource google_ads_sources[] =
	{SOURCE("customer", .keys = (const char *const[]){NULL}),
	 {"customer_client", .reach_months = 37, FILLER, .asks_manager = true},
	 SOURCE("geographic_view",
			.keys = KEYS("geographic_view.location_type",
						 "geographic_view.country_criterion_id")),
	 SOURCE("campaign", .is_part = true, .keys = KEYS("campaign.id"),
			.attributed = OF_CAMPAIGN),
	 SOURCE("ad_group", .is_part = true, .keys = KEYS("ad_group.id"),
			.attributed = OF_AD_GROUP),
	 SOURCE("ad_group_ad", .is_part = true,
			.keys = KEYS("ad_group.id", "ad_group_ad.ad.id"),
			.attributed = OF_AD_GROUP),
	 SOURCE("ad_group_criterion", .attributed = OF_AD_GROUP),
	 SOURCE("keyword_view", .is_part = true,
			.keys = KEYS("ad_group.id", CRITERION),
			.attributed = OF_AD_GROUP ",ad_group_criterion"),
	 SOURCE("age_range_view", .is_part = true,
			.keys = KEYS("ad_group.id", "ad_group_criterion.age_range.type"),
			.attributed = OF_AD_GROUP ",ad_group_criterion"),
	 SOURCE("gender_view", .is_part = true,
			.keys = KEYS("ad_group.id", "ad_group_criterion.gender.type"),
			.attributed = OF_AD_GROUP ",ad_group_criterion"),
	 SOURCE("video", .keys = KEYS("video.id")),
	 SOURCE("landing_page_view",
			.keys = KEYS("landing_page_view.unexpanded_final_url")),
	 SOURCE("group_placement_view",
			.keys = KEYS("ad_group.id", "group_placement_view.placement"),
			.attributed = OF_AD_GROUP),
	 SOURCE("ad_group_audience_view", .overlapping = CRITERION,
			.keys = KEYS("ad_group.id", CRITERION),
			.attributed = OF_AD_GROUP ",ad_group_criterion"),
	 SOURCE("shopping_performance_view", .keys = (const char *const[]){NULL}),
	 SOURCE("user_location_view",
			.keys = KEYS("user_location_view.targeting_location",
						 "user_location_view.country_criterion_id")),
	 SOURCE("asset_group", .is_part = true, .keys = KEYS("asset_group.id"),
			.attributed = "campaign," OF_CAMPAIGN),
	 SOURCE("search_term_view", .is_part = true,
			.keys = KEYS("ad_group.id", "search_term_view.search_term"),
			.attributed = OF_AD_GROUP),
	 DATED_SOURCE("click_view", .reach_days = 90, .days_per_request = 1,
				  .keys = KEYS("click_view.gclid")),
	 DATED_SOURCE("change_event", .reach_days = 30, .rows_cap = CHANGES_MAX,
				  .day_field = "change_event.change_date_time",
				  .attributed = OF_AD_GROUP ",asset"),
	 DATED_SOURCE("change_status", .reach_days = 90, .rows_cap = CHANGES_MAX,
				  .day_field = "change_status.last_change_date_time",
				  .attributed = OF_AD_GROUP ",asset,ad_group_ad,"
											"ad_group_criterion"),
	 SOURCE("asset", .is_shared = true, .keys = KEYS("asset.id")),
	 SOURCE("asset_group_asset", .is_shared = true,
			.attributed = "campaign,asset_group,asset," OF_CAMPAIGN),
	 SOURCE("campaign_label", .attributed = "campaign,label," OF_CAMPAIGN),
	 SOURCE("campaign_criterion", .attributed = "campaign," OF_CAMPAIGN),
	 NEGATIVE("negative_keyword", "ad_group_criterion", OF_AD_GROUP),
	 NEGATIVE("campaign_negative_keyword", "campaign_criterion",
			  "campaign," OF_CAMPAIGN),
	 SOURCE("bidding_strategy", .is_shared = true),
	 SOURCE("conversion_action", .is_shared = true),
	 SOURCE("custom_audience", .is_shared = true),
	 SOURCE("label", .is_shared = true),
	 SOURCE("shared_criterion", .is_shared = true),
	 SOURCE("shared_set", .is_shared = true),
	 SOURCE("user_list", .is_shared = true),
	 SOURCE(NULL)};

/* Every search response has one of these members, an empty one the latter. */
#define ROWS \
	{ \
		.list = "results", .empty = "fieldMask" \
	}

static const AdpPromises google_ads_promises = {
	.failure = "error|0.error",
	.of = {[ADP_ANSWER_ROWS] = ROWS,
		   [ADP_ANSWER_ACCOUNTS] = ROWS,
		   [ADP_ANSWER_ACCOUNT] = ROWS,
		   [ADP_ANSWER_TOKEN] = {.value = "access_token"}},
};

/*
 * Returns the part of a field's name before the first dot, palloc'd.
 */
static char *
resource_of(const char *field)
{
	return pnstrdup(field, strcspn(field, "."));
}

/*
 * Derives a field's kind from the resource in its name.
 */
static AdpFieldKind
field_kind(const AdpSource *source, const char *name, const char **split)
{
	const char *resource = resource_of(name);

	*split = NULL;
	if (strcmp(resource, "metrics") == 0)
		return ADP_KIND_METRIC;
	if (strcmp(resource, "segments") == 0)
	{
		*split = name;
		return ADP_KIND_SEGMENT;
	}
	if (strcmp(resource, adp_source_object(source)) != 0 &&
		strcmp(resource, "customer") != 0 && strcmp(resource, "adpipe") != 0 &&
		!adp_words_hold(source->attributed, resource))
		*split = resource;
	return ADP_KIND_ATTRIBUTE;
}

/*
 * Returns the GAQL query for EXPLAIN.
 */
static char *
query_text(const AdpSettings *settings, const AdpQuery *query)
{
	return adp_gaql_query(query);
}

/*
 * Adds the token of a page to the body of a search request.
 */
static void
ask_page(const AdpPager *pager, const char *token, int rows,
		 AdpApiRequest *request)
{
	StringInfoData body;

	if (token == NULL)
		return;
	initStringInfo(&body);
	appendBinaryStringInfo(&body, request->body, strlen(request->body) - 1);
	appendStringInfoString(&body, ",\"pageToken\":");
	escape_json(&body, token);
	appendStringInfoChar(&body, '}');
	request->body = body.data;
}

static const AdpTokenPager google_ads_pager = {
	.base = {"nextPageToken", adp_token_pager_next, ask_page},
	.more = "nextPageToken",
	.token = "nextPageToken",
};

/*
 * Makes a search request; the pager adds the page.
 */
static void
search_request(const AdpSettings *settings, const char *account,
			   const char *query_text, AdpApiRequest *out)
{
	StringInfoData body;

	initStringInfo(&body);
	appendStringInfoString(&body, "{\"query\":");
	escape_json(&body, query_text);
	appendStringInfoChar(&body, '}');
	out->method = "POST";
	out->path = psprintf("/%s/customers/%s/googleAds:search",
						 settings->api_version, account);
	out->body = body.data;
}

/*
 * Makes the request for a page of rows.
 */
static void
page_request(const AdpPageAsk *ask, AdpApiRequest *out)
{
	search_request(ask->settings, ask->account->id, adp_gaql_query(ask->query),
				   out);
}

/*
 * Lists the enabled accounts below the manager that are not managers.
 */
static void
list_request(const AdpSettings *settings, AdpApiRequest *out)
{
	search_request(settings, settings->manager,
				   adp_gaql_list(LIST_FIELDS, "customer_client", LIST_WHERE),
				   out);
}

/*
 * Requests one account's time zone and currency.
 */
static void
account_request(const AdpSettings *settings, AdpApiRequest *out)
{
	search_request(settings, out->account,
				   adp_gaql_list(ACCOUNT_FIELDS, "customer", NULL), out);
}

const AdpPlatform adp_google_ads = {
	.name = "google_ads",
	.title = "Google Ads",
	.endpoint = "https://googleads.googleapis.com",
	.token_endpoint = "https://oauth2.googleapis.com/token",
	.versions = google_ads_versions,
	.account_option = "customer_id",
	.manager_option = "login_customer_id",
	.source_option = "resource",
	.account_source = "customer",
	.day_field = "segments.date",
	.period_fields = {[ADP_PERIOD_WEEK] = "segments.week",
					  [ADP_PERIOD_MONTH] = "segments.month"},
	.credentials = &adp_google_ads_credentials,
	.secret_marks = "1//,4/0,ya29.,GOCSPX-",
	.rows_key = "results",
	.mask_key = "fieldMask",
	.list_key = "results",
	.promises = &google_ads_promises,
	.row_account = ".resource_name",
	.row_account_prefix = "customers/",
	.pager = &google_ads_pager.base,
	.page_rows = 10000,
	.formats = &adp_iso_formats,
	.listing = {.pager = &google_ads_pager.base},
	.fields = adp_google_ads_fields,
	.reports = adp_google_ads_reports,
	.sources = google_ads_sources,
	.options = google_ads_options,
	.watches = adp_google_ads_watches,
	.failures = &adp_google_ads_failures,
	.quota_unit = "operations",
	.pages_are_free = true,
	.account_id =
		{.ignored = "-",
		 .pattern = "[0-9]{10}",
		 .rule =
			 "A customer id has 10 digits; hyphens between them are ignored."},
	.account_paths = {.id = EITHER("id"),
					  .name = EITHER("descriptiveName"),
					  .time_zone = EITHER("timeZone"),
					  .currency = EITHER("currencyCode"),
					  .manager = "customerClient.resourceName"},
	.has_empty_rows = true,
	.field_kind = field_kind,
	.can_hold = adp_gaql_can_hold,
	.values_max = adp_gaql_values_max,
	.field_path = adp_gaql_json_path,
	.query_text = query_text,
	.page_request = page_request,
	.list_request = list_request,
	.account_request = account_request,
};
