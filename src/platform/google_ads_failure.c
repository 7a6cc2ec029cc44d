/*
 * google_ads_failure.c
 *	  Google Ads: what its error answers mean.
 *
 * An error body holds the canonical status and, unless the front door refused,
 * a GoogleAdsFailure with one or more coded errors and the request id that
 * Google's support asks for.  The codes that matter are rows of a table; any
 * other is judged by its HTTP status.
 */
#include "postgres.h"

#include "platform/google_ads.h"

/* What a row of the table says beyond class and hint. */
#define SAYS_TRANSIENT 0x01
#define SAYS_PERMANENT 0x02
#define SAYS_TOKEN 0x04
#define SAYS_CONSTANT 0x08
#define SAYS_PAGE 0x10
#define SAYS_TOO_MUCH 0x20
#define SAYS_DELAY 0x40 /* transient if it says for how long, else permanent */

typedef struct FailureCode
{
	const char *family;
	const char *code;
	AdpErrorClass class;
	int says;
	const char *hint;
} FailureCode;

#define HINT_MANAGER \
	"Set server option login_customer_id to the manager account through which these credentials reach the account."
#define HINT_NARROW \
	"Ask for fewer days or columns per statement, or come back later."
#define HINT_PAGE \
	"Run the statement again; read its rows without long pauses, or copy them to a table first."
#define HINT_VERSION \
	"The version was sunset. ALTER SERVER ... OPTIONS (SET api_version 'v26') to ask for one that is still served."

static const FailureCode failure_codes[] =
	{{"authenticationError", "OAUTH_TOKEN_EXPIRED", ADP_ERR_CREDENTIALS,
	  SAYS_TOKEN},
	 {"authenticationError", "OAUTH_TOKEN_INVALID", ADP_ERR_CREDENTIALS,
	  SAYS_TOKEN},
	 {"authenticationError", "AUTHENTICATION_ERROR", ADP_ERR_CREDENTIALS,
	  SAYS_TOKEN},
	 {"authenticationError", "OAUTH_TOKEN_REVOKED", ADP_ERR_CREDENTIALS,
	  SAYS_PERMANENT,
	  "Sign in again and store the new refresh_token in the user mapping."},
	 {"authenticationError", "NOT_ADS_USER", ADP_ERR_CREDENTIALS, SAYS_PERMANENT,
	  "Invite this Google login to a Google Ads account, or use credentials of one that is."},
	 {"authenticationError", "CUSTOMER_NOT_FOUND", ADP_ERR_CREDENTIALS,
	  SAYS_PERMANENT, "Check option customer_id."},
	 {"authorizationError", "USER_PERMISSION_DENIED", ADP_ERR_CREDENTIALS,
	  SAYS_PERMANENT, HINT_MANAGER},
	 {"authorizationError",
	  "INVALID_LOGIN_CUSTOMER_ID_SERVING_CUSTOMER_ID_COMBINATION",
	  ADP_ERR_CREDENTIALS, SAYS_PERMANENT, HINT_MANAGER},
	 {"authorizationError", "CUSTOMER_NOT_ENABLED", ADP_ERR_CREDENTIALS,
	  SAYS_PERMANENT,
	  "The account is cancelled or not set up; take it out of option customer_id."},
	 {"authorizationError", "CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION",
	  ADP_ERR_CREDENTIALS, SAYS_PERMANENT,
	  "Apply for Explorer or Basic access for the Google Cloud project of these credentials."},
	 {"quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED", ADP_ERR_QUOTA,
	  SAYS_TRANSIENT},
	 {"quotaError", "RESOURCE_EXHAUSTED", ADP_ERR_QUOTA, SAYS_DELAY,
	  "The quota of operations is used up until then; a higher access level of the Google Cloud project raises it."},
	 {"quotaError", "EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION",
	  ADP_ERR_QUOTA, SAYS_DELAY, HINT_NARROW},
	 {"quotaError", "EXCESSIVE_LONG_TERM_QUERY_RESOURCE_CONSUMPTION",
	  ADP_ERR_QUOTA, SAYS_DELAY, HINT_NARROW},
	 {"quotaError", "ACCESS_PROHIBITED", ADP_ERR_CREDENTIALS, SAYS_PERMANENT},
	 {"internalError", "TRANSIENT_ERROR", ADP_ERR_REPLY, SAYS_TRANSIENT},
	 {"internalError", "INTERNAL_ERROR", ADP_ERR_REPLY, SAYS_TRANSIENT},
	 {"internalError", "DEADLINE_EXCEEDED", ADP_ERR_REPLY,
	  SAYS_TRANSIENT | SAYS_TOO_MUCH, HINT_NARROW},
	 {"requestError", "RPC_DEADLINE_TOO_SHORT", ADP_ERR_REPLY,
	  SAYS_PERMANENT | SAYS_TOO_MUCH, HINT_NARROW},
	 {"queryError", "DATE_RANGE_TOO_WIDE", ADP_ERR_REFUSED,
	  SAYS_PERMANENT | SAYS_TOO_MUCH, HINT_NARROW},
	 {"requestError", "EXPIRED_PAGE_TOKEN", ADP_ERR_REPLY,
	  SAYS_PERMANENT | SAYS_PAGE, HINT_PAGE},
	 {"requestError", "INVALID_PAGE_TOKEN", ADP_ERR_REPLY,
	  SAYS_PERMANENT | SAYS_PAGE, HINT_PAGE},
	 {"requestError", "UNSUPPORTED_VERSION", ADP_ERR_REFUSED, SAYS_PERMANENT,
	  HINT_VERSION},
	 {"requestError", "INVALID_CUSTOMER_ID", ADP_ERR_ARGUMENT, SAYS_PERMANENT,
	  "Check option customer_id."},
	 {"headerError", "INVALID_LOGIN_CUSTOMER_ID", ADP_ERR_ARGUMENT,
	  SAYS_PERMANENT, HINT_MANAGER},
	 {"queryError", "UNRECOGNIZED_FIELD", ADP_ERR_COLUMN, SAYS_PERMANENT,
	  "Check option field of the columns against the fields of this API version."},
	 {"queryError", "BAD_FIELD_NAME", ADP_ERR_COLUMN, SAYS_PERMANENT,
	  "Check option field of the columns against the fields of this API version."},
	 {"queryError", "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", ADP_ERR_REPORT,
	  SAYS_PERMANENT, "Check option resource of the foreign table."},
	 {"queryError", "BAD_ENUM_CONSTANT", ADP_ERR_ARGUMENT,
	  SAYS_PERMANENT | SAYS_CONSTANT},
	 {"queryError", "REQUESTED_METRICS_FOR_MANAGER", ADP_ERR_REFUSED,
	  SAYS_PERMANENT,
	  "A manager account has no numbers of its own: set option customer_id to its client accounts, or to * for all of them."},
	 {"dateRangeError", "REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED",
	  ADP_ERR_REACH, SAYS_PERMANENT,
	  "Google keeps daily numbers for 37 months; ask for later days."},
	 {NULL}};

/*
 * Finds the row of a code; NULL if it has none.
 */
static const FailureCode *
find_code(const char *family, const char *code)
{
	for (const FailureCode *row = failure_codes; row->family != NULL; row++)
	{
		if (strcmp(row->family, family) == 0 && strcmp(row->code, code) == 0)
			return row;
	}
	return NULL;
}

/*
 * Judges by HTTP status alone.
 */
static void
read_status(int status, AdpFailure *failure)
{
	switch (status)
	{
		case 401:
			failure->class = ADP_ERR_CREDENTIALS;
			failure->is_token_expired = true;
			break;
		case 403:
			failure->class = ADP_ERR_CREDENTIALS;
			break;
		case 429:
			failure->class = ADP_ERR_QUOTA;
			failure->is_transient = true;
			break;
		default:
			failure->class = status >= 500 ? ADP_ERR_REPLY : ADP_ERR_REFUSED;
	}
}

/*
 * Milliseconds of a duration such as "5400s" or "1.5s"; -1 if there is none.
 */
static int64
read_duration(const char *text)
{
	char *end;
	double seconds;

	if (text == NULL)
		return -1;
	seconds = strtod(text, &end);
	if (end == text || strcmp(end, "s") != 0 || !(seconds >= 0) || seconds > 1e9)
		return -1;
	return (int64) (seconds * 1000);
}

/*
 * Reads the first coded error of a GoogleAdsFailure.
 */
static void
read_coded_error(const AdpJson *error, AdpFailure *failure)
{
	const char *family = NULL;
	const char *code;
	const char *message = adp_json_text(adp_json_get(error, "message"));
	const FailureCode *row;
	int64 wait_ms;

	code = adp_json_text(
		adp_json_first(adp_json_get(error, "errorCode"), &family));
	if (message != NULL)
		failure->message = message;
	wait_ms = read_duration(adp_json_text(
		adp_json_path(error, "details.quotaErrorDetails.retryDelay")));
	failure->retry_after_ms = Max(failure->retry_after_ms, wait_ms);
	if (code == NULL)
		return;
	failure->code = psprintf("%s.%s", family, code);
	row = find_code(family, code);
	if (row == NULL)
		return;
	failure->class = row->class;
	failure->hint = row->hint;
	failure->is_transient = (row->says & SAYS_TRANSIENT) != 0;
	failure->is_permanent = (row->says & SAYS_PERMANENT) != 0;
	if (row->says & SAYS_DELAY)
	{
		failure->is_transient = failure->retry_after_ms >= 0;
		failure->is_permanent = !failure->is_transient;
	}
	failure->is_token_expired = (row->says & SAYS_TOKEN) != 0;
	failure->is_bad_constant = (row->says & SAYS_CONSTANT) != 0;
	failure->is_page_expired = (row->says & SAYS_PAGE) != 0;
	failure->is_too_much = (row->says & SAYS_TOO_MUCH) != 0;
}

/*
 * Reads what any service of Google may add: how long to wait.
 */
static void
read_retry_info(const AdpJson *details, AdpFailure *failure)
{
	for (int i = 0; i < adp_json_count(details); i++)
	{
		const AdpJson *detail = adp_json_at(details, i);
		const char *type = adp_json_text(adp_json_get(detail, "@type"));

		if (type != NULL && strstr(type, "google.rpc.RetryInfo") != NULL)
			failure->retry_after_ms = read_duration(
				adp_json_text(adp_json_get(detail, "retryDelay")));
	}
}

/*
 * Reads a failed answer.  Errors of the streaming method come wrapped in an
 * array; either form is taken.
 */
void
adp_google_ads_read_failure(const AdpReply *reply, AdpFailure *failure)
{
	const AdpJson *error = adp_json_get(reply->doc, "error");
	const AdpJson *details;

	if (error == NULL)
		error = adp_json_get(adp_json_at(reply->doc, 0), "error");
	read_status(reply->status, failure);
	failure->message = adp_json_text(adp_json_get(error, "message"));
	details = adp_json_get(error, "details");
	/* first: whether a quota is worth waiting for depends on it */
	read_retry_info(details, failure);
	for (int i = 0; i < adp_json_count(details); i++)
	{
		const AdpJson *detail = adp_json_at(details, i);
		const char *type = adp_json_text(adp_json_get(detail, "@type"));

		if (type == NULL || strstr(type, "GoogleAdsFailure") == NULL)
			continue;
		failure->request_id = adp_json_text(adp_json_get(detail, "requestId"));
		read_coded_error(adp_json_at(adp_json_get(detail, "errors"), 0),
						 failure);
	}
}
