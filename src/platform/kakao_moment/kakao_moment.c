/*
 * kakao_moment.c
 *	  Kakao Moment: options, sources, accounts, and the platform struct.
 */
#include "postgres.h"

#include "utils/datetime.h"

#include "base/guc.h"
#include "platform/api/credentials.h"
#include "platform/api/pager.h"
#include "platform/kakao_moment/report_call.h"
#include "platform/limits/quota_ledger.h"

/* Korea is so far ahead of UTC, and has no summer time. */
#define KOREA_H 9

/* The numbers of a day are settled so long after its end. */
#define SETTLES_MIN (8 * MINS_PER_HOUR + 10)

/* The platform documents no reach; numbers of two years are relied on. */
#define REACH_MONTHS 24

static const AdpOption kakao_moment_options[] =
	{{"account_id", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_ACCOUNTS,
	  offsetof(AdpSettings, accounts), .words = "*",
	  .table_offset = offsetof(AdpSettings, table_accounts)},
	 {"conversion_events", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_PATTERN,
	  offsetof(AdpSettings, conversion_actions),
	  .pattern = "[a-z][a-z0-9_]*(,[a-z][a-z0-9_]*)*",
	  .rule =
		  "Events are named as in the platform's metrics, such as purchase,cmpt_reg, with commas and without blanks."},
	 {"conversion_window", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_ONE_OF,
	  offsetof(AdpSettings, conversion_window), .words = "7d, 1d"},
	 {"report", ADP_ON_TABLE, ADP_OPTION_ONE_OF, offsetof(AdpSettings, source),
	  .words = "account, campaign, ad_group, creative, accounts, campaigns, "
			   "ad_groups, creatives"},
	 {"vat", ADP_ON_SERVER | ADP_ON_TABLE, ADP_OPTION_ONE_OF,
	  offsetof(AdpSettings, vat), .words = "as_told, exclude"},
	 {"access_token", ADP_ON_MAPPING, ADP_OPTION_TOKEN,
	  offsetof(AdpSettings, access_token), true},
	 {NULL}};

static const AdpVersion kakao_moment_versions[] = {{"v4", NULL}, {NULL}};

/* {since} makes a table without a day an error; 31 days are the most of a call. */
#define DAILY(name, ...) \
	{ \
		name, REACH_MONTHS, \
			.days_per_request = 31, .path = KAKAO_API "report?start={since}", \
			.filler = "imp", .assembler = &adp_kakao_daily, __VA_ARGS__ \
	}
#define KEYS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define PART(name, ...) DAILY(name, .is_part = true, .keys = KEYS(__VA_ARGS__))
#define LIST(name, its_path, id) \
	{ \
		name, .path = KAKAO_API its_path, .filler = id, \
			  .assembler = &adp_kakao_list \
	}

static const AdpSource kakao_moment_sources[] =
	{DAILY("account", .keys = (const char *const[]){NULL}),
	 PART("campaign", "campaign_id"),
	 PART("ad_group", "campaign_id", "ad_group_id"),
	 PART("creative", "campaign_id", "ad_group_id", "creative_id"),
	 {"accounts", .path = KAKAO_API "adAccounts/pages", .filler = KAKAO_ACCOUNT,
	  .is_listing = true},
	 LIST("campaigns", "campaigns", "campaign_id"),
	 LIST("ad_groups", "adGroups", "ad_group_id"),
	 LIST("creatives", "creatives", "creative_id"),
	 {NULL, .path = ""}};

/*
 * The platform counts calls of an app, whatever its tokens, and refused ones as
 * well.
 */
static const AdpRate kakao_moment_rates[] =
	{{"/adGroups/report", 0, 1, KAKAO_AD_GROUP_INTERVAL_MS / 1000,
	  KAKAO_SLACK_MS, .counts_all = true},
	 {"/report", 0, 1, KAKAO_INTERVAL_MS / 1000, KAKAO_SLACK_MS,
	  .counts_all = true},
	 {NULL}};

/* Pages of rows are made by adpipe; those of accounts have content. */
static const AdpPromises kakao_moment_promises = {
	.failure = "msg",
	.of = {[ADP_ANSWER_ROWS] = {.list = "rows"},
		   [ADP_ANSWER_ACCOUNTS] = {.list = "content"}},
};

/*
 * Returns the level of a source.  Option "report" has no other values.
 */
AdpKakaoLevel
adp_kakao_level(const AdpSource *source)
{
	static const char *const names[ADP_KAKAO_LEVELS] = {"account", "campaign",
														"ad_group", "creative"};

	for (int level = ADP_KAKAO_CREATIVE; level > ADP_KAKAO_ACCOUNT; level--)
	{
		if (strncmp(source->name, names[level], strlen(names[level])) == 0)
			return level;
	}
	return ADP_KAKAO_ACCOUNT;
}

/*
 * Returns the requests of an account as EXPLAIN shows them.
 */
static char *
query_text(const AdpSettings *settings, const AdpQuery *query)
{
	AdpKakaoHabits habits = adp_kakao_habits(settings, query->source);
	const AdpKakaoReportQuery *report;

	if (query->source->assembler != &adp_kakao_daily)
		return psprintf("GET %s", query->source->path);
	if (!query->has_day)
		return psprintf("none: report \"%s\" needs a column with field \"%s\"",
						query->source->name, KAKAO_DAY);
	report = adp_kakao_report_query(settings, query);
	return psprintf("%s (conversions: %s within %s%s)",
					adp_kakao_call_text(report, &habits, query->since,
										query->until),
					adp_kakao_conversion_events(settings),
					settings->conversion_window ? settings->conversion_window
												: "7d",
					adp_kakao_excludes_vat(settings) ? "; cost without VAT"
													 : "");
}

/*
 * Returns the time that the calls of some ranges of days take, by what the last
 * scan of the source has needed.
 */
static int64
throttle_ms(const AdpSettings *settings, const AdpSource *source, int64 ranges)
{
	AdpKakaoHabits habits = adp_kakao_habits(settings, source);

	return source->assembler == &adp_kakao_daily
		? adp_kakao_calls_throttle(&habits, ranges)
		: 0;
}

/*
 * Adds the token, and the account whose objects or reports are requested.
 */
static void
sign(AdpAttempt *attempt)
{
	adp_attempt_bearer(attempt);
	if (attempt->request->answer != ADP_ANSWER_ACCOUNTS)
		adp_attempt_header(attempt, "adAccountId", attempt->request->account);
}

static const AdpCredentials kakao_moment_credentials = {.sign = sign};

/*
 * Returns the day in Korea of a moment.
 */
static DateADT
korean_day(TimestampTz at)
{
	TimestampTz there = at + KOREA_H * USECS_PER_HOUR;

	return (DateADT) (there / USECS_PER_DAY) - (there % USECS_PER_DAY < 0);
}

DateADT
adp_kakao_today(void)
{
	return korean_day(adp_now());
}

DateADT
adp_kakao_settled(void)
{
	return korean_day(adp_now() - SETTLES_MIN * USECS_PER_MINUTE) - 1;
}

const AdpPlatform adp_kakao_moment = {
	.name = "kakao_moment",
	.title = "Kakao Moment",
	.endpoint = "https://apis.moment.kakao.com",
	.versions = kakao_moment_versions,
	.account_option = "account_id",
	.source_option = "report",
	.account_source = "account",
	.day_field = KAKAO_DAY,
	.credentials = &kakao_moment_credentials,
	.rows_key = "rows",
	.list_key = "content",
	.promises = &kakao_moment_promises,
	.row_account = KAKAO_ACCOUNT,
	.formats = &adp_compact_formats,
	.has_empty_rows = true,
	.fields = adp_kakao_moment_fields,
	.reports = adp_kakao_moment_reports,
	.sources = kakao_moment_sources,
	.options = kakao_moment_options,
	.failures = &adp_kakao_moment_failures,
	.rates = kakao_moment_rates,
	.throttle_ms = throttle_ms,
	.account_id = {.pattern = "[1-9][0-9]{0,18}",
				   .rule = "The number of an ad account is digits."},
	.account_paths = {.id = "id",
					  .name = "name",
					  .status = "config",
					  .closed = "DEL",
					  .usual_zone = "Asia/Seoul",
					  .usual_currency = "KRW"},
	.listing = {KAKAO_API "adAccounts/pages?size=100", &adp_numbered_pages,
				"totalElements"},
	.query_text = query_text,
};
