/*
 * tiktok_ads_failure.c
 *	  TikTok Ads: classes of its errors.
 *
 * Nearly all errors come with HTTP status 200; the number in member "code" says
 * what happened, and the text beside it is for people.  The first rule that
 * matches decides.  Unknown numbers from 50000 on are the platform's own
 * trouble, others that of the request.
 */
#include "postgres.h"

#include "platform/tiktok_ads/tiktok_ads.h"

#define HINT_TOKEN \
	"Authorize the app again, and put the new token into option access_token of the user mapping, or into the file of access_token_file."
#define HINT_ACCOUNT \
	"The token's user needs access to the advertiser account, and the app the scope for it; check option advertiser_id, too."
#define HINT_APP \
	"The app may not do this: check its permissions and its state in the platform's developer portal."
#define HINT_SCOPE \
	"Add the scope to the app in the platform's developer portal, then authorize the app again."
#define HINT_VERSION \
	"Version {version}{ended} is no longer served. ALTER SERVER {server} OPTIONS (SET api_version '{default}') asks for one that is."
#define HINT_NARROW "Ask for fewer days or accounts per statement."
#define HINT_FIELD \
	"Check option field of the columns: the platform refuses a report with a field that it does not know, has withdrawn, or does not offer together with the others."
#define HINT_LIST \
	"Options app_id and app_secret of the user mapping let the platform list the accounts of the token; or list the accounts in option advertiser_id."
#define HINT_CUT \
	"The platform returns no more rows than that for one request: narrow what the table asks for, for example by campaign_id, so that a day has fewer rows."

/* As the engine shows it: an object does not exist. */
#define CODE_GONE "error 40007"

static const AdpFailureRule rules[] =
	{{"x-tt-ads-throttle", ADP_ERR_LIMIT, ADP_SAYS_TOO_MUCH, HINT_CUT},
	 {"40100~temporarily restricted", ADP_ERR_QUOTA, .wait_s = 300},
	 {"40100", ADP_ERR_QUOTA, .wait_s = 2},
	 {"40132", ADP_ERR_QUOTA, .wait_s = 2},
	 {"61000", ADP_ERR_QUOTA, .wait_s = 2},
	 {"40001", ADP_ERR_CREDENTIALS, 0, HINT_ACCOUNT},
	 {"40002~app_id", ADP_ERR_CREDENTIALS, 0, HINT_LIST},
	 {"40002~secret", ADP_ERR_CREDENTIALS, 0, HINT_LIST},
	 {"40002~time span", ADP_ERR_REFUSED, ADP_SAYS_TOO_MUCH, HINT_NARROW},
	 {"40002", ADP_ERR_REFUSED, 0, HINT_FIELD},
	 {"40003", ADP_ERR_CREDENTIALS, 0, HINT_ACCOUNT},
	 {"40006", ADP_ERR_REFUSED, 0, HINT_VERSION},
	 {"40051", ADP_ERR_REFUSED, 0, HINT_VERSION},
	 {"40067", ADP_ERR_REPLY, ADP_SAYS_TOO_MUCH, HINT_NARROW},
	 {"40101", ADP_ERR_CREDENTIALS, 0, HINT_APP},
	 {"40102..40107", ADP_ERR_CREDENTIALS, 0, HINT_TOKEN},
	 {"40110", ADP_ERR_CREDENTIALS, 0, HINT_TOKEN},
	 {"40113..40125", ADP_ERR_CREDENTIALS, 0, HINT_APP},
	 {"40130", ADP_ERR_CREDENTIALS, 0, HINT_SCOPE},
	 {"40200..40202", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"40300..40301", ADP_ERR_CREDENTIALS, 0, HINT_ACCOUNT},
	 {"40700", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"41000", ADP_ERR_CREDENTIALS, 0, HINT_APP},
	 {"41002", ADP_ERR_REFUSED, 0, HINT_FIELD},
	 {"50000..", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"..49999", ADP_ERR_REFUSED},
	 {NULL}};

const AdpFailureKind adp_tiktok_ads_failures = {
	.places = {.message = "message",
			   .code = "code",
			   .request_id = "request_id",
			   .cut = "x-tt-ads-throttle"},
	.rules = rules,
};

/*
 * Whether a failure says that an object does not exist.
 */
bool
adp_tiktok_ads_is_gone(const AdpFailure *failure)
{
	return failure->code != NULL && strcmp(failure->code, CODE_GONE) == 0;
}
