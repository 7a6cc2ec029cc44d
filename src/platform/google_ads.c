/*
 * google_ads.c
 *	  Google Ads: fields, reports, options, and how its API is spoken.
 *
 * Rows come from the paged method googleAds:search; its pages can be asked
 * again one by one, which those of searchStream cannot.  A metric that the
 * platform leaves out of a row that exists is zero where it is additive and
 * not known (NULL) where it is a ratio.  The platform drops rows in which every
 * selected metric is zero as soon as a segment is selected; hence the presence
 * metrics are always selected (see adp_query_fields).
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "platform/gaql.h"
#include "platform/google_ads.h"
#include "platform/platform.h"

#define LIST_FIELDS \
	"customer_client.id, customer_client.descriptive_name, " \
	"customer_client.time_zone, customer_client.currency_code"
#define LIST_WHERE \
	"customer_client.status = 'ENABLED' AND customer_client.manager = FALSE"
#define ACCOUNT_FIELDS \
	"customer.id, customer.descriptive_name, customer.time_zone, " \
	"customer.currency_code"

/*
 * Removes hyphens from a customer id; NULL unless ten digits remain.
 */
static char *
canonical_account(const char *id)
{
	char *digits = palloc(strlen(id) + 1);
	int n = 0;

	for (const char *c = id; *c != '\0'; c++)
	{
		if (*c == '-')
			continue;
		if (*c < '0' || *c > '9')
			return NULL;
		digits[n++] = *c;
	}
	digits[n] = '\0';
	return n == 10 ? digits : NULL;
}

/*
 * Option check: one customer id.
 */
static const char *
check_customer(const char *value)
{
	if (canonical_account(value) == NULL)
		return "A customer id has 10 digits; hyphens may stand between them.";
	return NULL;
}

/*
 * Option check: "*", or customer ids with commas between them.
 */
static const char *
check_customers(const char *value)
{
	char *rest = pstrdup(value);
	char *item;

	if (strcmp(value, "*") == 0)
		return NULL;
	while ((item = strsep(&rest, ",")) != NULL)
	{
		while (*item == ' ')
			item++;
		for (Size len = strlen(item); len > 0 && item[len - 1] == ' ';)
			item[--len] = '\0';
		if (canonical_account(item) == NULL)
			return "A customer id has 10 digits; hyphens may stand between them. "
				   "Give one id, a comma-separated list, or *.";
	}
	return NULL;
}

/*
 * Option check: "v" and a number.
 */
static const char *
check_version(const char *value)
{
	if (value[0] != 'v' || value[1] == '\0' ||
		strspn(value + 1, "0123456789") != strlen(value + 1))
		return "A version of the Google Ads API is written like v26.";
	return NULL;
}

/*
 * Option check: the FROM of a query is an identifier, so that nothing else can
 * be smuggled into the query.
 */
static const char *
check_resource(const char *value)
{
	if (value[0] < 'a' || value[0] > 'z' ||
		strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(value))
		return "A resource is a lower-case name such as campaign or keyword_view.";
	return NULL;
}

static const AdpOption google_ads_options[] =
	{{"api_version", ADP_ON_SERVER, ADP_OPTION_CHECKED,
	  offsetof(AdpSettings, api_version), .check = check_version},
	 {"customer_id", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_CHECKED,
	  offsetof(AdpSettings, accounts), .check = check_customers,
	  .table_offset = offsetof(AdpSettings, table_accounts)},
	 {"login_customer_id", ADP_ON_SERVER, ADP_OPTION_CHECKED,
	  offsetof(AdpSettings, manager), .check = check_customer},
	 {"resource", ADP_ON_TABLE, ADP_OPTION_CHECKED,
	  offsetof(AdpSettings, source), .check = check_resource},
	 {"token_endpoint", ADP_ON_SERVER, ADP_OPTION_URL,
	  offsetof(AdpSettings, token_endpoint)},
	 {"access_token", ADP_ON_MAPPING, ADP_OPTION_TEXT,
	  offsetof(AdpSettings, access_token), true},
	 {"client_id", ADP_ON_MAPPING, ADP_OPTION_TEXT,
	  offsetof(AdpSettings, client_id), true},
	 {"client_secret", ADP_ON_MAPPING, ADP_OPTION_TEXT,
	  offsetof(AdpSettings, client_secret), true},
	 {"developer_token", ADP_ON_MAPPING, ADP_OPTION_TEXT,
	  offsetof(AdpSettings, developer_token), true},
	 {"refresh_token", ADP_ON_MAPPING, ADP_OPTION_TEXT,
	  offsetof(AdpSettings, refresh_token), true},
	 {"service_account_key", ADP_ON_MAPPING, ADP_OPTION_TEXT,
	  offsetof(AdpSettings, service_account_key), true},
	 {NULL}};

/* Releases newest first; sunset months as published in October 2026. */
static const AdpVersion google_ads_versions[] = {{"v26", "2027-11"},
												 {"v25", "2027-08"},
												 {"v24", "2027-05"},
												 {"v23", "2027-02"},
												 {NULL}};

/* The platform keeps numbers of any range of the last 37 months. */
static const AdpSource google_ads_sources[] = {{NULL, .reach_months = 37}};

/*
 * What count(*) asks for.
 */
static const char *
filler_field(const AdpSettings *settings)
{
	return psprintf("%s.resource_name", settings->source);
}

/*
 * The request as EXPLAIN shows it.
 */
static char *
query_text(const AdpSettings *settings, const AdpQuery *query)
{
	return adp_gaql_query(query);
}

/*
 * Body of a search request: query and, past the first page, the page's token.
 */
static void
search_request(const AdpSettings *settings, const char *account,
			   const char *query_text, const char *page_token,
			   AdpApiRequest *out)
{
	StringInfoData body;

	initStringInfo(&body);
	appendStringInfoString(&body, "{\"query\":");
	escape_json(&body, query_text);
	if (page_token != NULL)
	{
		appendStringInfoString(&body, ",\"pageToken\":");
		escape_json(&body, page_token);
	}
	appendStringInfoChar(&body, '}');
	out->method = "POST";
	out->path = psprintf("/%s/customers/%s/googleAds:search",
						 settings->api_version, account);
	out->body = body.data;
}

/*
 * The request for a page of rows.
 */
static void
page_request(const AdpPageAsk *ask, AdpApiRequest *out)
{
	search_request(ask->settings, ask->account->id, adp_gaql_query(ask->query),
				   ask->token, out);
}

/*
 * The query that lists the enabled leaf accounts under the manager.
 */
static void
list_request(const AdpSettings *settings, const char *page_token,
			 AdpApiRequest *out)
{
	search_request(settings, canonical_account(settings->manager),
				   adp_gaql_list(LIST_FIELDS, "customer_client", LIST_WHERE),
				   page_token, out);
}

/*
 * The query for one account's time zone and currency.
 */
static void
account_request(const AdpSettings *settings, const char *account,
				AdpApiRequest *out)
{
	search_request(settings, account,
				   adp_gaql_list(ACCOUNT_FIELDS, "customer", NULL), NULL, out);
}

/*
 * Reads an account from a row of either query.
 */
static bool
read_account(const AdpJson *row, AdpAccount *account)
{
	const AdpJson *source = adp_json_get(row, "customerClient");
	const char *text;

	if (source == NULL)
		source = adp_json_get(row, "customer");
	text = adp_json_text(adp_json_get(source, "id"));
	if (text == NULL)
		return false;
	account->id = pstrdup(text);
	text = adp_json_text(adp_json_get(source, "descriptiveName"));
	account->name = text ? pstrdup(text) : NULL;
	text = adp_json_text(adp_json_get(source, "timeZone"));
	account->time_zone = text ? pstrdup(text) : NULL;
	text = adp_json_text(adp_json_get(source, "currencyCode"));
	account->currency = text ? pstrdup(text) : NULL;
	return true;
}

/*
 * The account hierarchy is asked of the manager, once, when all accounts are
 * meant; with listed accounts each is asked and tells of itself.
 */
static const char *
ask_instead(const AdpSettings *settings, const char *source)
{
	const char *accounts = settings->table_accounts ? settings->table_accounts
													: settings->accounts;

	if (strcmp(source, "customer_client") == 0 && accounts != NULL &&
		strcmp(accounts, "*") == 0)
		return settings->manager;
	return NULL;
}

/*
 * Headers: the manager through which accounts are reached, and the developer
 * token for who still has to send one (it is ignored since September 2026).
 */
static int
headers(const AdpSettings *settings, AdpHttpHeader *out)
{
	int n = 0;

	if (settings->manager != NULL)
		out[n++] = (AdpHttpHeader){"login-customer-id",
								   canonical_account(settings->manager)};
	if (settings->developer_token != NULL)
		out[n++] =
			(AdpHttpHeader){"developer-token", settings->developer_token};
	return n;
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
	.sign_in = ADP_SIGN_IN_GOOGLE,
	.rows_key = "results",
	.list_key = "results",
	.token_path = "nextPageToken",
	.more_path = "nextPageToken",
	.fields = adp_google_ads_fields,
	.reports = adp_google_ads_reports,
	.sources = google_ads_sources,
	.options = google_ads_options,
	.watches = adp_google_ads_watches,
	.canonical_account = canonical_account,
	.can_hold = adp_gaql_can_hold,
	.filler_field = filler_field,
	.field_path = adp_gaql_json_path,
	.query_text = query_text,
	.page_request = page_request,
	.headers = headers,
	.ask_instead = ask_instead,
	.list_request = list_request,
	.account_request = account_request,
	.read_account = read_account,
	.read_failure = adp_google_ads_read_failure,
};
