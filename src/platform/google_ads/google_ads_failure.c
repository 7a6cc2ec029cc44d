/*
 * google_ads_failure.c
 *	  Google Ads: classes of its errors.
 *
 * An error body has the canonical status and, unless the front end refused the
 * request, a GoogleAdsFailure with one or more coded errors and the request id
 * that Google's support asks for.  The streaming method wraps errors in an
 * array.
 */
#include "postgres.h"

#include "platform/google_ads/google_ads.h"

#define HINT_MANAGER \
	"Set option login_customer_id of the server or the user mapping to the manager account through which these credentials reach the account."
#define HINT_NARROW \
	"Ask for fewer days or columns per statement, or come back later."
#define HINT_PAGE \
	"Run the statement again; read its rows without long pauses, or copy them to a table first."
#define HINT_VERSION \
	"Version {version}{ended} is no longer served. ALTER SERVER {server} OPTIONS (SET api_version '{default}') asks for one that is."

#define HINT_GONE \
	"Version {version}{ended} may have been shut down long ago: ALTER SERVER {server} OPTIONS (SET api_version '{default}') asks for one that is served. If it has not been, check option endpoint."

#define HINT_DAY(field) \
	"Give the foreign table a column of type date with option field '" field \
	"', and bound it in the statement."
#define HINT_MISFIT \
	"Drop columns from the foreign table until its fields go with its resource and with each other."

static const AdpFailureRule rules[] =
	{{"authenticationError.OAUTH_TOKEN_EXPIRED", ADP_ERR_CREDENTIALS,
	  ADP_SAYS_TOKEN},
	 {"authenticationError.OAUTH_TOKEN_INVALID", ADP_ERR_CREDENTIALS,
	  ADP_SAYS_TOKEN},
	 {"authenticationError.AUTHENTICATION_ERROR", ADP_ERR_CREDENTIALS,
	  ADP_SAYS_TOKEN},
	 {"authenticationError.OAUTH_TOKEN_REVOKED", ADP_ERR_CREDENTIALS, 0,
	  "Sign in again, and put the new refresh token into the user mapping or its file."},
	 {"authenticationError.NOT_ADS_USER", ADP_ERR_CREDENTIALS, 0,
	  "Invite this Google login to a Google Ads account, or use credentials of one that is."},
	 {"authenticationError.CUSTOMER_NOT_FOUND", ADP_ERR_CREDENTIALS, 0,
	  "Check option customer_id."},
	 {"authorizationError.USER_PERMISSION_DENIED", ADP_ERR_CREDENTIALS, 0,
	  HINT_MANAGER},
	 {"authorizationError.INVALID_LOGIN_CUSTOMER_ID_SERVING_CUSTOMER_ID_COMBINATION",
	  ADP_ERR_CREDENTIALS, 0, HINT_MANAGER},
	 {"authorizationError.CUSTOMER_NOT_ENABLED", ADP_ERR_CREDENTIALS, 0,
	  "The account is cancelled or not set up; take it out of option customer_id."},
	 {"authorizationError.CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION",
	  ADP_ERR_CREDENTIALS, 0,
	  "Apply for Explorer or Basic access for the Google Cloud project of these credentials."},
	 {"quotaError.RESOURCE_TEMPORARILY_EXHAUSTED", ADP_ERR_QUOTA,
	  ADP_SAYS_AGAIN},
	 {"quotaError.RESOURCE_EXHAUSTED", ADP_ERR_QUOTA, ADP_SAYS_DELAY,
	  "The quota of operations is used up until then; a higher access level of the Google Cloud project raises it."},
	 {"quotaError.EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION",
	  ADP_ERR_QUOTA, ADP_SAYS_DELAY, HINT_NARROW},
	 {"quotaError.EXCESSIVE_LONG_TERM_QUERY_RESOURCE_CONSUMPTION",
	  ADP_ERR_QUOTA, ADP_SAYS_DELAY, HINT_NARROW},
	 {"quotaError.ACCESS_PROHIBITED", ADP_ERR_CREDENTIALS},
	 {"internalError.TRANSIENT_ERROR", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"internalError.INTERNAL_ERROR", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"internalError.DEADLINE_EXCEEDED", ADP_ERR_REPLY,
	  ADP_SAYS_AGAIN | ADP_SAYS_TOO_MUCH, HINT_NARROW},
	 {"requestError.RPC_DEADLINE_TOO_SHORT", ADP_ERR_REPLY, ADP_SAYS_TOO_MUCH,
	  HINT_NARROW},
	 {"queryError.DATE_RANGE_TOO_WIDE", ADP_ERR_REFUSED, ADP_SAYS_TOO_MUCH,
	  HINT_NARROW},
	 {"requestError.EXPIRED_PAGE_TOKEN", ADP_ERR_REPLY, 0, HINT_PAGE},
	 {"requestError.INVALID_PAGE_TOKEN", ADP_ERR_REPLY, 0, HINT_PAGE},
	 {"requestError.UNSUPPORTED_VERSION", ADP_ERR_REFUSED, 0, HINT_VERSION},
	 {"requestError.INVALID_CUSTOMER_ID", ADP_ERR_ARGUMENT, 0,
	  "Check option customer_id."},
	 {"headerError.INVALID_LOGIN_CUSTOMER_ID", ADP_ERR_ARGUMENT, 0,
	  HINT_MANAGER},
	 {"queryError.UNRECOGNIZED_FIELD", ADP_ERR_COLUMN, 0,
	  "Check option field of the columns against the fields of this API version."},
	 {"queryError.BAD_FIELD_NAME", ADP_ERR_COLUMN, 0,
	  "Check option field of the columns against the fields of this API version."},
	 {"queryError.PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE", ADP_ERR_REFUSED,
	  ADP_SAYS_MISFIT, HINT_MISFIT},
	 {"queryError.PROHIBITED_SEGMENT_IN_SELECT_OR_WHERE_CLAUSE",
	  ADP_ERR_REFUSED, ADP_SAYS_MISFIT, HINT_MISFIT},
	 {"queryError.PROHIBITED_SEGMENT_WITH_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
	  ADP_ERR_REFUSED, ADP_SAYS_MISFIT, HINT_MISFIT},
	 {"queryError.PROHIBITED_FIELD_COMBINATION_IN_SELECT_CLAUSE",
	  ADP_ERR_REFUSED, ADP_SAYS_MISFIT, HINT_MISFIT},
	 {"queryError.PROHIBITED_FIELD_OR_SEGMENT_WITH_METRIC", ADP_ERR_REFUSED,
	  ADP_SAYS_MISFIT, HINT_MISFIT},
	 {"queryError.PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE", ADP_ERR_REFUSED,
	  ADP_SAYS_MISFIT, HINT_MISFIT},
	 {"clickViewError.EXPECTED_FILTER_ON_A_SINGLE_DAY", ADP_ERR_REFUSED, 0,
	  HINT_DAY("segments.date")},
	 {"clickViewError.DATE_TOO_OLD", ADP_ERR_REACH, 0,
	  "Google keeps clicks for 90 days; request later days."},
	 {"changeEventError.CHANGE_DATE_RANGE_INFINITE", ADP_ERR_REFUSED, 0,
	  HINT_DAY("change_event.change_date_time")},
	 {"changeEventError.START_DATE_TOO_OLD", ADP_ERR_REACH, 0,
	  "Google keeps changes for 30 days; request later days."},
	 {"changeStatusError.CHANGE_DATE_RANGE_INFINITE", ADP_ERR_REFUSED, 0,
	  HINT_DAY("change_status.last_change_date_time")},
	 {"changeStatusError.START_DATE_TOO_OLD", ADP_ERR_REACH, 0,
	  "Request later days."},
	 {"queryError.BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", ADP_ERR_REPORT, 0,
	  "Check option resource of the foreign table."},
	 {"queryError.BAD_ENUM_CONSTANT", ADP_ERR_ARGUMENT, ADP_SAYS_CONSTANT},
	 {"queryError.REQUESTED_METRICS_FOR_MANAGER", ADP_ERR_REFUSED, 0,
	  "A manager account has no numbers of its own: set option customer_id to its client accounts, or to * for all of them."},
	 {"dateRangeError.REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED", ADP_ERR_REACH,
	  0, "Google keeps daily numbers for 37 months; request later days."},
	 /* a web page: all paths of a version disappear some weeks after its end */
	 {"HTTP 404~", ADP_ERR_REFUSED, 0, HINT_GONE},
	 {NULL}};

#define DETAIL "details.*[@type~GoogleAdsFailure]."
#define ERROR_OF DETAIL "errors.0."

const AdpFailureKind adp_google_ads_failures = {
	.places = {.object = "error|0.error",
			   .message = ERROR_OF "message|message",
			   .code = ERROR_OF "errorCode",
			   .request_id = DETAIL "requestId",
			   .status = "code",
			   .delay = "details.*[@type~RetryInfo].retryDelay|" ERROR_OF
						"details.quotaErrorDetails.retryDelay"},
	.rules = rules,
};
