/*
 * meta_ads_failure.c
 *	  Meta Ads: classes of its errors, and its headers about quotas.
 *
 * Codes and subcodes identify an error.  Messages do not, since they are
 * translated and change.  There are three exceptions: a page that is too heavy,
 * a signature that is to be tried again, and code 100, which the platform uses
 * for almost any error.  The first rule
 * that matches decides, so the rule for the rest of a code is its last.  The
 * rules follow the platform's error references and, where these lack an error,
 * public reports of it.
 */
#include "postgres.h"

#include "platform/meta_ads/meta_ads.h"

#define HINT_TOKEN \
	"Put a new token into option access_token of the user mapping, or into the file of access_token_file; tokens of system users need not expire."
#define HINT_ASSIGN \
	"Assign the ad account to the user or system user of the token, and give it permission ads_read."
#define HINT_NARROW \
	"Ask for fewer days or columns per statement, or without breakdowns."
#define HINT_VERSION \
	"Version {version}{ended} is no longer served. ALTER SERVER {server} OPTIONS (SET api_version '{default}') asks for one that is."
#define HINT_COMBINATION \
	"These breakdowns and metrics do not go together: change option breakdowns of the table, or read fewer columns."
#define HINT_DELETED \
	"The platform serves nothing that is deleted here; option deleted 'exclude' of the server or the table leaves it out."
#define HINT_PAGE \
	"Run the statement again; read its rows without long pauses, or copy them to a table first."

static const AdpFailureRule rules[] =
	{{"1~Please reduce the amount of data", ADP_ERR_REPLY,
	  ADP_SAYS_HEAVY | ADP_SAYS_TOO_MUCH, HINT_NARROW},
	 {"1/2853001", ADP_ERR_CREDENTIALS, 0,
	  "The account or its page is not linked to the token's profile: use the token of a system user of the business, or grant it anew."},
	 {"1", ADP_ERR_REPLY, ADP_SAYS_AGAIN | ADP_SAYS_TOO_MUCH, HINT_NARROW},
	 {"2/1504038", ADP_ERR_REPLY, ADP_SAYS_TOO_MUCH, HINT_NARROW},
	 {"2/1504041", ADP_ERR_REFUSED, 0, HINT_COMBINATION},
	 {"2/1504042", ADP_ERR_REFUSED},
	 {"2/1504044", ADP_ERR_REPLY, ADP_SAYS_AGAIN | ADP_SAYS_TOO_MUCH,
	  HINT_NARROW},
	 {"2", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"-2", ADP_ERR_REPLY, ADP_SAYS_AGAIN | ADP_SAYS_TOO_MUCH, HINT_NARROW},
	 {"-3", ADP_ERR_REPLY, ADP_SAYS_TOO_MUCH, HINT_NARROW},
	 {"4/1504022", ADP_ERR_QUOTA, .wait_s = 120},
	 {"4/1504039", ADP_ERR_QUOTA, .wait_s = 120},
	 {"4", ADP_ERR_QUOTA, .wait_s = 60},
	 {"10", ADP_ERR_CREDENTIALS, 0, HINT_ASSIGN},
	 {"17/1885172", ADP_ERR_REFUSED},
	 {"17", ADP_ERR_QUOTA, .wait_s = 60},
	 {"32", ADP_ERR_QUOTA, .wait_s = 60},
	 {"100/33", ADP_ERR_CREDENTIALS, ADP_SAYS_NOT_YET, HINT_ASSIGN},
	 {"100/1487534", ADP_ERR_LIMIT, ADP_SAYS_TOO_MUCH, HINT_NARROW},
	 {"100/1504018", ADP_ERR_REPLY, ADP_SAYS_TOO_MUCH, HINT_NARROW},
	 {"100/3191001", ADP_ERR_CREDENTIALS, 0, HINT_ASSIGN},
	 {"100/1815001", ADP_ERR_REFUSED, ADP_SAYS_CONSTANT, HINT_DELETED},
	 {"100~Please reduce the amount of data", ADP_ERR_REPLY,
	  ADP_SAYS_HEAVY | ADP_SAYS_TOO_MUCH, HINT_NARROW},
	 {"100~Missing permissions", ADP_ERR_CREDENTIALS, 0, HINT_ASSIGN},
	 {"100~Unsupported request", ADP_ERR_REFUSED, 0,
	  "The token may not read one of the fields, or the account is of another kind: drop the column, or check the token."},
	 {"100~Cannot include", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"100~combination of data breakdown columns", ADP_ERR_REFUSED, 0,
	  HINT_COMBINATION},
	 {"100/0", ADP_ERR_REFUSED, ADP_SAYS_CONSTANT,
	  "Check option field of the columns and option breakdowns of the table against the fields of this API version."},
	 {"100", ADP_ERR_REFUSED},
	 {"102", ADP_ERR_CREDENTIALS, 0, HINT_TOKEN},
	 /* a connection between the platform's machines that was lost */
	 {"104~retry", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"104", ADP_ERR_CREDENTIALS, 0,
	  "Check option app_secret of the user mapping: it must be that of the app that made the token."},
	 {"190", ADP_ERR_CREDENTIALS, 0, HINT_TOKEN},
	 {"200..299", ADP_ERR_CREDENTIALS, 0, HINT_ASSIGN},
	 {"341", ADP_ERR_QUOTA, .wait_s = 60},
	 {"368", ADP_ERR_REFUSED, 0,
	  "The platform has blocked the app or user for a while; try again in some hours."},
	 {"613/0", ADP_ERR_QUOTA, .wait_s = 1800},
	 {"613", ADP_ERR_QUOTA, .wait_s = 60},
	 {"960", ADP_ERR_REPLY, ADP_SAYS_AGAIN | ADP_SAYS_TOO_MUCH, HINT_NARROW},
	 {"2500", ADP_ERR_REFUSED},
	 {"2601", ADP_ERR_REPLY, ADP_SAYS_NOT_YET},
	 {"2635", ADP_ERR_REFUSED, 0, HINT_VERSION},
	 {"2642", ADP_ERR_REPLY, 0, HINT_PAGE},
	 {"3018", ADP_ERR_REACH, 0,
	  "The platform keeps numbers for 37 months of the account's days; ask for later ones."},
	 {"80000..80014", ADP_ERR_QUOTA, .wait_s = 60},
	 /* all other negative codes */
	 {"..-1", .says = ADP_SAYS_AGAIN},
	 {NULL}};

const AdpFailureKind adp_meta_ads_failures = {
	.places = {.object = "error",
			   .message = "message",
			   .more = "error_user_msg",
			   .code = "code",
			   .subcode = "error_subcode",
			   .request_id = "fbtrace_id",
			   .is_transient = "is_transient"},
	.rules = rules,
};

static const AdpQuotaHeader usage_headers[] =
	{{"x-business-use-case-usage", "*.*", "call_count|total_cputime|total_time",
	  "estimated_time_to_regain_access", 60, .quota = "type"},
	 /* while calls are not blocked, the reset time is no time to wait */
	 {"x-ad-account-usage", "", "acc_id_util_pct", "reset_time_duration", 1,
	  .wait_if_full = true},
	 {"x-app-usage", "", "call_count|total_time|total_cputime"},
	 {"x-fb-ads-insights-throttle", "", "app_id_util_pct|acc_id_util_pct"},
	 {NULL}};

/* Reports count against a quota of their own. */
static const AdpQuota usage_quotas[] = {{"/insights", "ads_insights"},
										{"", "ads_management"},
										{NULL}};

const AdpQuotaUsageKind adp_meta_ads_usage = {usage_headers, usage_quotas};
