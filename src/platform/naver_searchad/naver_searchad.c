/*
 * naver_searchad.c
 *	  Naver SearchAd: options, sources, accounts, and the platform struct.
 *
 * Daily numbers come as files, one of an account, a day and a type, each of which
 * a job on the platform makes; see daily_rows.c.  A day is one of Korea, and
 * money is in won, whatever the account.
 */
#include "postgres.h"

#include "utils/datetime.h"

#include "base/guc.h"
#include "platform/api/pager.h"
#include "platform/api/request.h"
#include "platform/naver_searchad/early_rows.h"
#include "platform/naver_searchad/naver_searchad.h"
#include "platform/naver_searchad/older_days.h"

/* Bounds of option job_timeout_ms. */
#define JOB_TIMEOUT_MS 300000
#define JOB_TIMEOUT_MAX_MS 3600000

/* At noon the files of the day before are there as a rule. */
#define READY_H 12

/* Accounts of a page of the list, as many as the platform allows. */
#define LIST_PARAMS "?size=1000"

static const AdpOption naver_searchad_options[] =
	{{"customer_id", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_ACCOUNTS,
	  offsetof(AdpSettings, accounts), .words = "*",
	  .table_offset = offsetof(AdpSettings, table_accounts)},
	 {"job_timeout_ms", ADP_ON_SERVER, ADP_OPTION_INT,
	  offsetof(AdpSettings, job_timeout_ms), false, 1000, JOB_TIMEOUT_MAX_MS,
	  JOB_TIMEOUT_MS},
	 {"manager_account_id", ADP_ON_SERVER, ADP_OPTION_PATTERN,
	  offsetof(AdpSettings, manager), .pattern = "[1-9][0-9]{0,18}",
	  .rule = "The number of a manager account is digits."},
	 {"report", ADP_ON_TABLE, ADP_OPTION_PATTERN, offsetof(AdpSettings, source),
	  .pattern =
		  "account|campaign|ad_group|keyword|ad|search_term|"
		  "campaign_two_years|ad_group_two_years|"
		  "shopping_search_term|accounts|campaigns|ad_groups|keywords|ads",
	  .rule =
		  "A report is one of account, campaign, ad_group, keyword, ad, search_term, shopping_search_term, campaign_two_years, ad_group_two_years, accounts, campaigns, ad_groups, keywords and ads."},
	 {"vat_rate", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_ONE_OF,
	  offsetof(AdpSettings, vat_rate), .words = "0.1, 0"},
	 {"api_key", ADP_ON_MAPPING, ADP_OPTION_TOKEN,
	  offsetof(AdpSettings, access_token), true},
	 {"secret_key", ADP_ON_MAPPING, ADP_OPTION_TOKEN,
	  offsetof(AdpSettings, client_secret), true},
	 {NULL}};

/* The API has no version in its addresses. */
static const AdpVersion naver_searchad_versions[] = {{"v1", NULL}, {NULL}};

#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* One day is one job per file; {since} makes a table without a day an error. */
#define DAILY(name, days, ...) DAILY_OF(name, days, NULL, __VA_ARGS__)
#define DAILY_OF(name, days, its_rows, ...) \
	{ \
		name, .reach_days = days, .rows = its_rows, .days_per_request = 1, \
			  .ready_h = READY_H, .path = "/stat-reports?statDt={since}", \
			  .filler = "impCnt", .is_part = true, \
			  .assembler = &adp_naver_searchad_daily, \
			  .keys = (const char *const[]) \
		{ \
			__VA_ARGS__ \
		} \
	}
#define DUMP(name, id) \
	{ \
		name, .path = "/master-reports", .filler = id, \
			  .assembler = &adp_naver_searchad_master \
	}
#define LIST(name, its_path, id) \
	{ \
		name, .path = its_path, .filler = id, \
			  .assembler = &adp_naver_searchad_list \
	}

/*
 * Reaches as the platform documents them; that of files which are read together
 * is the shorter one.  Reports of search terms lack what has no term.
 */
static const AdpSource naver_searchad_sources[] =
	{DAILY("account", ADP_NAVER_FILES_DAYS, NULL),
	 DAILY("campaign", ADP_NAVER_FILES_DAYS, "nccCampaignId", NULL),
	 DAILY("ad_group", ADP_NAVER_FILES_DAYS, "nccCampaignId", "nccAdgroupId",
		   NULL),
	 DAILY("keyword", ADP_NAVER_FILES_DAYS, "nccCampaignId", "nccAdgroupId",
		   "nccKeywordId", NULL),
	 DAILY("ad", ADP_NAVER_FILES_DAYS, "nccCampaignId", "nccAdgroupId",
		   "nccAdId", NULL),
	 DAILY("search_term", ADP_NAVER_FILES_DAYS, "nccCampaignId", "nccAdgroupId",
		   "searchKeyword", "searchKeywordType", NULL),
	 DAILY("shopping_search_term", 45, "nccCampaignId", "nccAdgroupId",
		   "nccAdId", "searchKeyword", NULL),
	 DAILY_OF("campaign_two_years", ADP_NAVER_STATS_DAYS, &adp_naver_older_rows,
			  "nccCampaignId", NULL),
	 DAILY_OF("ad_group_two_years", ADP_NAVER_STATS_DAYS, &adp_naver_older_rows,
			  "nccCampaignId", "nccAdgroupId", NULL),
	 {"accounts", .path = "/ad-accounts", .filler = "customerId",
	  .is_listing = true},
	 LIST("campaigns", "/ncc/campaigns", "nccCampaignId"),
	 LIST("ad_groups", "/ncc/adgroups", "nccAdgroupId"),
	 DUMP("keywords", "nccKeywordId"),
	 DUMP("ads", "nccAdId"),
	 {NULL, .path = ""}};

/* Pages of rows are made by adpipe; those of lists of accounts have content. */
static const AdpPromises naver_searchad_promises = {
	.failure = "code",
	.of = {[ADP_ANSWER_ROWS] = {.list = "rows"},
		   [ADP_ANSWER_ACCOUNTS] = {.list = "content"}},
};

/* The next page of a list of campaigns begins after the last id. */
static const AdpTokenPager rows_pager = {
	.base = {"next", adp_token_pager_next, adp_token_pager_ask},
	.more = "next",
	.token = "next",
};

/*
 * Lists the accounts under the manager account, or all that the licence's owner
 * may read.
 */
static void
list_request(const AdpSettings *settings, AdpApiRequest *out)
{
	out->method = "GET";
	out->path = settings->manager != NULL
		? psprintf("/manager-accounts/%s/child-ad-accounts" LIST_PARAMS,
				   settings->manager)
		: "/ad-accounts" LIST_PARAMS;
	out->accept = "application/json";
}

/*
 * Whether the first or the last day of a query may come from /stats.
 */
static bool
comes_early(const AdpQuery *query)
{
	DateADT until;

	return !adp_guc_require_whole &&
		(adp_naver_older_begins(query) ||
		 (adp_naver_read_day(query->until, &until) &&
		  adp_naver_early_has(query, until)));
}

/*
 * Returns the requests of an account as EXPLAIN shows them.
 */
static char *
query_text(const AdpSettings *settings, const AdpQuery *query)
{
	const AdpNaverGrain *grain = adp_naver_grain_of(query->source);

	if (query->source->assembler == &adp_naver_searchad_master)
		return psprintf("POST %s item=%s", query->source->path,
						adp_naver_items_of(query->source));
	if (grain == NULL)
		return psprintf("GET %s", query->source->path);
	if (!query->has_day)
		return psprintf("none: report \"%s\" needs a column with field \"%s\"",
						query->source->name, "statDt");
	return psprintf("POST /stat-reports reportTp=%s%s%s statDt=%s..%s%s%s",
					grain->performance.report,
					adp_naver_needs_conversions(query) &&
							grain->conversions.report != NULL
						? ","
						: "",
					adp_naver_needs_conversions(query) &&
							grain->conversions.report != NULL
						? grain->conversions.report
						: "",
					query->since, query->until,
					settings->vat_rate != NULL &&
							strcmp(settings->vat_rate, "0") == 0
						? " without VAT"
						: "",
					comes_early(query) ? " or GET /stats" : "");
}

const AdpPlatform adp_naver_searchad = {
	.name = "naver_searchad",
	.title = "Naver SearchAd",
	.endpoint = "https://api.searchad.naver.com",
	.versions = naver_searchad_versions,
	.account_option = "customer_id",
	.source_option = "report",
	.account_source = "account",
	.day_field = "statDt",
	.credentials = &adp_naver_searchad_credentials,
	.rows_key = "rows",
	.list_key = "content",
	.promises = &naver_searchad_promises,
	.row_account = "customerId",
	.pager = &rows_pager.base,
	.formats = &adp_compact_formats,
	.fields = adp_naver_searchad_fields,
	.reports = adp_naver_searchad_reports,
	.sources = naver_searchad_sources,
	.options = naver_searchad_options,
	.failures = &adp_naver_searchad_failures,
	.account_id =
		{.pattern = "[1-9][0-9]{0,18}",
		 .rule =
			 "A customer id is digits: the CUSTOMER_ID of Tools, API Manager in Naver's ad centre."},
	.account_paths = {.id = "customerId|adAccount.masterCustomerId",
					  .name = "adAccountName|adAccount.name",
					  .time_zone = "adAccount.timezoneId",
					  .currency = "adAccount.currency",
					  .usual_zone = "Asia/Seoul",
					  .usual_currency = "KRW"},
	.listing = {.pager = &adp_numbered_pages, .total = "totalElements"},
	.list_request = list_request,
	.query_text = query_text,
};
