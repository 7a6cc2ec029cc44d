/*
 * kakao_moment_failure.c
 *	  Kakao Moment: classes of its errors.
 *
 * A negative number identifies an error of the platform.  -813 is one of Moment
 * itself, which a second number details; with status 429 it is the throttle, like
 * -10 with any status.  Texts vary and are not looked at.
 */
#include "postgres.h"

#include "platform/kakao_moment/kakao_moment.h"

#define HINT_CONSENT \
	"Calls need the token of a business authentication, which a person renews by consent: put the new one into option access_token of the user mapping, or into the file of access_token_file. A token of Kakao Login is refused."
#define HINT_SCOPE \
	"Let the owner of the ad account consent to the scope moment_management for the app."
#define HINT_ACCOUNT \
	"The token's user needs a role in the ad account; check option account_id, too."
#define HINT_ENABLED \
	"Kakao opens the Moment API to agencies and advertisers by agreement: check the app's permissions in Kakao Developers."
#define HINT_FIELD \
	"Check option field of the columns: the platform refuses a report with what it does not offer."
#define HINT_DAYS "Ask for other days: the platform refuses this range."

/* Counted from the last call, refused ones included. */
#define THROTTLE_S 5

static const AdpFailureRule rules[] =
	{{"HTTP 429", ADP_ERR_QUOTA, ADP_SAYS_AGAIN, .wait_s = THROTTLE_S},
	 {"-10", ADP_ERR_QUOTA, ADP_SAYS_AGAIN, .wait_s = THROTTLE_S},
	 {"-1", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"-7", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"-9798", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"-3", ADP_ERR_CREDENTIALS, 0, HINT_ENABLED},
	 {"-5", ADP_ERR_CREDENTIALS, 0, HINT_ACCOUNT},
	 {"-12", ADP_ERR_CREDENTIALS, 0, HINT_ENABLED},
	 {"-101", ADP_ERR_CREDENTIALS, 0, HINT_CONSENT},
	 {"-401", ADP_ERR_CREDENTIALS, 0, HINT_CONSENT},
	 {"-402", ADP_ERR_CREDENTIALS, 0, HINT_SCOPE},
	 {"-813/60008", ADP_ERR_REFUSED, 0, HINT_DAYS},
	 {"-813/9004", ADP_ERR_CREDENTIALS, 0, HINT_ACCOUNT},
	 {"-813/21006", ADP_ERR_CREDENTIALS, 0, HINT_ACCOUNT},
	 {"HTTP 401", ADP_ERR_CREDENTIALS, 0, HINT_CONSENT},
	 {"HTTP 403", ADP_ERR_CREDENTIALS, 0, HINT_ACCOUNT},
	 {"-2", ADP_ERR_REFUSED, 0, HINT_FIELD},
	 {NULL}};

const AdpFailureKind adp_kakao_moment_failures = {
	.places = {.message = "extras.detailMsg|msg|message",
			   .code = "code",
			   .subcode = "extras.detailCode"},
	.rules = rules,
};

/*
 * Whether a failure is about how a request is written, so that another way to
 * write it may be good.  Ranges of days are always written in the same way.
 */
bool
adp_kakao_is_misread(const AdpFailure *failure)
{
	return failure->class == ADP_ERR_REFUSED && failure->status == 400 &&
		failure->code != NULL && strstr(failure->code, "/60008") == NULL;
}
