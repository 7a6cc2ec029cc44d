/*
 * meta_ads.c
 *	  Meta Ads (Facebook, Instagram): options, accounts, and what it is to the
 *	  engine.
 *
 * Reports come from the insights edge of an account, things themselves from its
 * other edges, both page by page.  Money of reports is in units of the
 * account's currency, that of things in its smallest units.
 */
#include "postgres.h"

#include <ctype.h>

#include "lib/stringinfo.h"

#include "platform/choice.h"
#include "platform/meta_ads.h"

#define ACCOUNT_FIELDS "account_id,name,account_status,currency,timezone_name"

/* Milliseconds that a run of a report may take, the platform's own figure. */
#define HOUR_MS 3600000

/* The status of an account that is closed for good. */
#define STATUS_CLOSED 101

/* The last second of the year 9999; a token that lasts longer is a misreading. */
#define EXPIRY_MAX INT64CONST(253402300799)

/*
 * Currencies whose amounts of things are whole units; the others' are
 * hundredths.  From the platform's page on currencies.
 */
static const char *const whole_currencies[] = {"CLP", "COP", "CRC", "HUF",
											   "IDR", "ISK", "JPY", "KRW",
											   "PYG", "TWD", "VND"};

/*
 * Decimals of the smallest unit of a currency.
 */
static int
minor_digits(const char *currency)
{
	for (int i = 0; i < (int) lengthof(whole_currencies); i++)
	{
		if (strcmp(whole_currencies[i], currency) == 0)
			return 0;
	}
	return 2;
}

/*
 * An account id without "act_"; NULL unless it is digits.
 */
static char *
canonical_account(const char *id)
{
	if (strncmp(id, "act_", 4) == 0)
		id += 4;
	if (id[0] < '1' || id[0] > '9' || strlen(id) > 20 ||
		strspn(id, "0123456789") != strlen(id))
		return NULL;
	return pstrdup(id);
}

/*
 * Option check: "*", or account ids with commas between them.
 */
static const char *
check_accounts(const char *value)
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
			return "An ad account id is digits, with or without act_ before "
				   "them. Give one id, a comma-separated list, or *.";
	}
	return NULL;
}

/*
 * Option check: "v", a number, ".0".
 */
static const char *
check_version(const char *value)
{
	Size digits = value[0] == 'v' ? strspn(value + 1, "0123456789") : 0;

	if (digits == 0 || strcmp(value + 1 + digits, ".0") != 0)
		return "A version of the Marketing API is written like v26.0.";
	return NULL;
}

/*
 * Option check: names with commas between them.  Which names there are is left
 * to the platform: it adds some without notice.
 */
static const char *
check_breakdowns(const char *value)
{
	char *rest = pstrdup(value);
	char *item;

	while ((item = strsep(&rest, ",")) != NULL)
	{
		if (item[0] == '\0' ||
			strspn(item, "abcdefghijklmnopqrstuvwxyz_0123456789") !=
				strlen(item))
			return "Give the platform's names of breakdowns with commas "
				   "between them, such as age,gender.";
	}
	return NULL;
}

static const AdpOption meta_ads_options[] =
	{{"account_id", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_CHECKED,
	  offsetof(AdpSettings, accounts), .check = check_accounts,
	  .table_offset = offsetof(AdpSettings, table_accounts)},
	 {"api_version", ADP_ON_SERVER, ADP_OPTION_CHECKED,
	  offsetof(AdpSettings, api_version), .check = check_version},
	 {"breakdowns", ADP_ON_TABLE, ADP_OPTION_CHECKED,
	  offsetof(AdpSettings, breakdowns), .check = check_breakdowns},
	 {"conversion_actions", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_CHECKED,
	  offsetof(AdpSettings, conversion_actions), .check = adp_choice_check},
	 {"job_timeout_ms", ADP_ON_SERVER, ADP_OPTION_INT,
	  offsetof(AdpSettings, job_timeout_ms), false, 1000, 6 * HOUR_MS, HOUR_MS},
	 {"level", ADP_ON_TABLE, ADP_OPTION_ONE_OF, offsetof(AdpSettings, source),
	  .words = "account, campaign, adset, ad, accounts, campaigns, adsets, "
			   "ads, creatives"},
	 {"access_token", ADP_ON_MAPPING, ADP_OPTION_TEXT,
	  offsetof(AdpSettings, access_token), true},
	 {"app_secret", ADP_ON_MAPPING, ADP_OPTION_TEXT,
	  offsetof(AdpSettings, app_secret), true},
	 {NULL}};

/* Releases newest first; the platform has not set the ends of these. */
static const AdpVersion meta_ads_versions[] = {{"v26.0", NULL},
											   {"v25.0", NULL},
											   {NULL}};

#define REACH_MONTHS 37
#define REPORT(level) \
	{ \
		level, REACH_MONTHS, .tallies = &adp_meta_ads_tallies \
	}

static const AdpSource meta_ads_sources[] = {REPORT("account"),
											 REPORT("campaign"),
											 REPORT("adset"),
											 REPORT("ad"),
											 {"accounts", .is_single = true},
											 {NULL, REACH_MONTHS}};

/*
 * Whether a value may stand in a condition: ids may, the platform compares
 * names otherwise than SQL.
 */
static bool
can_hold(const AdpField *field, const char *value)
{
	return strcmp(field->name, "id") == 0 && value[0] != '\0' &&
		strlen(value) <= 20 && strspn(value, "0123456789") == strlen(value);
}

/*
 * What count(*) asks for.
 */
static const char *
filler_field(const AdpSettings *settings)
{
	return adp_meta_ads_is_report(settings->source) ? "impressions" : "id";
}

/*
 * A field of a thing stands under its own name.
 */
static char *
field_path(const char *field)
{
	return pstrdup(field);
}

/*
 * The request for a page of the accounts that the token may read.
 */
static void
list_request(const AdpSettings *settings, const char *token, AdpApiRequest *out)
{
	out->method = "GET";
	out->path =
		psprintf("/%s/me/adaccounts?fields=" ACCOUNT_FIELDS "&limit=100%s%s",
				 settings->api_version, token ? "&after=" : "",
				 token ? token : "");
}

/*
 * The request for one account's settings.
 */
static void
account_request(const AdpSettings *settings, const char *account,
				AdpApiRequest *out)
{
	out->method = "GET";
	out->path = psprintf("/%s/act_%s?fields=" ACCOUNT_FIELDS,
						 settings->api_version, account);
}

/*
 * A copy of a member's text; NULL if it has none.
 */
static char *
copy_member(const AdpJson *row, const char *name)
{
	const char *text = adp_json_text(adp_json_get(row, name));

	return text ? pstrdup(text) : NULL;
}

/*
 * Reads an account.
 */
static bool
read_account(const AdpJson *row, AdpAccount *account)
{
	account->id = copy_member(row, "account_id");
	if (account->id == NULL)
		return false;
	account->name = copy_member(row, "name");
	account->time_zone = copy_member(row, "timezone_name");
	account->currency = copy_member(row, "currency");
	account->is_closed =
		adp_json_int(adp_json_get(row, "account_status"), 0) == STATUS_CLOSED;
	return true;
}

/*
 * The request that tells of the token.  One that would read otherwise in a URL
 * is no token of a person or a system user, and could not be known again in what
 * the platform echoes.
 */
static bool
access_request(const AdpSettings *settings, AdpApiRequest *out)
{
	const char *token = settings->access_token;

	if (token == NULL)
		return false;
	for (const char *c = token; *c != '\0'; c++)
	{
		if (!isalnum((unsigned char) *c) && strchr("-_.", *c) == NULL)
			return false;
	}
	out->method = "GET";
	out->path = psprintf("/%s/debug_token", settings->api_version);
	out->token_param = "input_token";
	return true;
}

/*
 * Order of texts.
 */
static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/*
 * The texts of an array, sorted, with commas between them.
 */
static char *
sorted_list(const AdpJson *array)
{
	int count = adp_json_count(array);
	const char **texts = palloc(Max(count, 1) * sizeof(char *));
	StringInfoData out;
	int n = 0;

	for (int i = 0; i < count; i++)
	{
		const char *text = adp_json_text(adp_json_at(array, i));

		if (text != NULL)
			texts[n++] = text;
	}
	qsort(texts, n, sizeof(char *), compare_texts);
	initStringInfo(&out);
	for (int i = 0; i < n; i++)
		appendStringInfo(&out, "%s%s", i > 0 ? "," : "", texts[i]);
	return out.data;
}

/*
 * Reads what is told of the token.  What is told of one that is not valid says
 * nothing of what it was granted.
 */
static void
read_access(const AdpJson *doc, AdpAccess *access)
{
	const AdpJson *data = adp_json_get(doc, "data");
	const AdpJson *scopes = adp_json_get(data, "scopes");

	if (!adp_json_true(adp_json_get(data, "is_valid")))
		return;
	if (scopes != NULL)
		access->scopes = sorted_list(scopes);
	access->expires_at = adp_json_int(adp_json_get(data, "expires_at"), -1);
	if (access->expires_at > EXPIRY_MAX)
		access->expires_at = -1;
}

/* By what conversions count, and whether ads are shown at all. */
static const char *const account_settings[] =
	{"attribution_spec", "is_attribution_spec_system_default", "account_status",
	 NULL};

static const AdpWatch meta_ads_watches[] = {{"accounts", NULL, NULL,
											 account_settings},
											{NULL}};

const AdpPlatform adp_meta_ads = {
	.name = "meta_ads",
	.title = "Meta Ads",
	.endpoint = "https://graph.facebook.com",
	.versions = meta_ads_versions,
	.account_option = "account_id",
	.source_option = "level",
	.account_source = "account",
	.day_field = META_DAY,
	.sign_in = ADP_SIGN_IN_READY,
	.rows_key = "data",
	.list_key = "data",
	.token_path = "paging.cursors.after",
	.more_path = "paging.next",
	.fields = adp_meta_ads_fields,
	.reports = adp_meta_ads_reports,
	.sources = meta_ads_sources,
	.options = meta_ads_options,
	.watches = meta_ads_watches,
	.canonical_account = canonical_account,
	.can_hold = can_hold,
	.minor_digits = minor_digits,
	.filler_field = filler_field,
	.field_path = field_path,
	.query_text = adp_meta_ads_query_text,
	.page_request = adp_meta_ads_page_request,
	.list_request = list_request,
	.account_request = account_request,
	.read_account = read_account,
	.access_request = access_request,
	.read_access = read_access,
	.read_failure = adp_meta_ads_read_failure,
	.check_query = adp_meta_ads_check_query,
	.doubt = adp_meta_ads_doubt,
	.version_header = "facebook-api-version",
	.pause_ms = adp_meta_ads_pause_ms,
	.jobs = &adp_meta_ads_jobs,
};
