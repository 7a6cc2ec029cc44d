/*
 * appsflyer_failure.c
 *	  AppsFlyer: classes of its errors.
 *
 * An error is a sentence, as plain text or as the member "message" of a JSON
 * object.  Its wording has changed over the years, so a part of the sentence
 * identifies it.  The same sentences have been seen under status 200, in place
 * of a report.
 */
#include "postgres.h"

#include "platform/appsflyer/appsflyer.h"

#define HINT_QUOTA \
	"Each call counts the same, however many days it asks for. Let option cache_ttl_s keep answers for longer, and dashboards read a local copy."
#define HINT_PLAN \
	"The report has to be part of the account's plan; ask the account's owner or AppsFlyer."
#define HINT_TOKEN \
	"Tokens issued before 2026-03-10 19:00 UTC were revoked. Have an admin copy a new API V2 token, and put it into option api_token of the user mapping, or into the file of api_token_file."
#define HINT_PERMISSION \
	"The token's account has no permission for the app or the report; AppsFlyer has to enable the Cohort API for an account."
#define HINT_BARE \
	"The token's account has no permission for the app or the report, or AppsFlyer blocks calls for a while; then the same statement succeeds some minutes later."

static const AdpFailureRule rules[] =
	{{"~limit reached for ", ADP_ERR_QUOTA, 0, HINT_QUOTA, .wait_s = 60,
	  .days = 2},
	 {"~limit reached for ", ADP_ERR_QUOTA, ADP_SAYS_MIDNIGHT, HINT_QUOTA},
	 {"~you've reached your maximum number of ", ADP_ERR_QUOTA,
	  ADP_SAYS_MIDNIGHT, HINT_QUOTA},
	 {"~api calls limit has been reached", ADP_ERR_QUOTA, ADP_SAYS_MIDNIGHT,
	  HINT_QUOTA},
	 {"~api call limit has been reached", ADP_ERR_QUOTA, ADP_SAYS_MIDNIGHT,
	  HINT_QUOTA},
	 {"~too many requests", ADP_ERR_QUOTA, .wait_s = 60},
	 {"~historical lookback is limited", ADP_ERR_REACH, 0,
	  "Ask for later days; keep older ones in a local copy."},
	 {"~doesn't include raw data reports", ADP_ERR_CREDENTIALS, 0, HINT_PLAN},
	 {"~isn't supported for this report type", ADP_ERR_REFUSED, 0,
	  "The app's platform has no such report; take the app out of option app_id of the table."},
	 {"~protect360", ADP_ERR_CREDENTIALS, 0, HINT_PLAN},
	 {"~api token is invalid", ADP_ERR_CREDENTIALS, 0, HINT_TOKEN},
	 {"~authentication error", ADP_ERR_CREDENTIALS, 0, HINT_TOKEN},
	 {"~account may be suspended", ADP_ERR_CREDENTIALS, 0,
	  "The account's owner has to settle it with AppsFlyer."},
	 /* of the Master API */
	 {"~no kpis provided", ADP_ERR_REFUSED},
	 {"~no groupings selected", ADP_ERR_REFUSED},
	 {"~date range", ADP_ERR_REFUSED},
	 {"~wrong api fields", ADP_ERR_REFUSED, 0,
	  "A column's field is no KPI or grouping of AppsFlyer's, or the account lacks it; check option field of the table's columns."},
	 {"~not authorized app-ids", ADP_ERR_CREDENTIALS, 0, HINT_PERMISSION},
	 {"~in utc only", ADP_ERR_REACH, 0,
	  "Ask for days since the app's time zone was set."},
	 {"~other reason", ADP_ERR_REFUSED, ADP_SAYS_TOO_MUCH,
	  "A single day has too many rows; drop groupings from the foreign table."},
	 {"HTTP 401", ADP_ERR_CREDENTIALS, 0, HINT_PERMISSION},
	 /* a missing permission, or a protection against too many calls */
	 {"HTTP 403~", ADP_ERR_CREDENTIALS, ADP_SAYS_AGAIN, HINT_BARE},
	 {"HTTP 403", ADP_ERR_CREDENTIALS, 0, HINT_PERMISSION},
	 /*
	  * seen on single calls while others worked; not charged to a quota as far
	  * as known
	  */
	 {"HTTP 408", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"HTTP 416", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"HTTP 425", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"HTTP 404~", ADP_ERR_CREDENTIALS, ADP_SAYS_AGAIN,
	  "Check option app_id (those of iOS start with id) and report, and the token in the user mapping.",
	  .message = "There is no such app or report for this token."},
	 {"~not found", ADP_ERR_CREDENTIALS, 0, HINT_PLAN}, /* of the Master API */
	 {"HTTP 404", ADP_ERR_CREDENTIALS, ADP_SAYS_AGAIN,
	  "Check option app_id (those of iOS start with id) and report, and the token in the user mapping; AppsFlyer has to enable the Cohort API for an account.",
	  .message = "There is no such app or report for this token."},
	 {NULL}};

const AdpFailureKind adp_appsflyer_failures = {
	.places = {.message = "message|error", .may_be_text = true},
	.rules = rules,
};
