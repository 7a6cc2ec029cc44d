/*
 * naver_searchad_failure.c
 *	  Naver SearchAd: classes of its errors.
 *
 * A code identifies an error, as a number or as a text; the layer that checks
 * signatures reports a type in place of a code.  Messages are in Korean or
 * English and are not looked at.
 */
#include "postgres.h"

#include "platform/naver_searchad/naver_searchad.h"

#define PROBLEM "urn:naver:api:problem:"

#define CODE_EARLY "20007"
#define CODE_NO_FIGURES "10004"
#define CODE_GONE "20011"
#define CODE_TOO_MANY "1014"
#define CODE_MIXED "11003"
#define CODE_TIME_OUT "500"

#define HINT_KEYS \
	"Compare options api_key and secret_key of the user mapping with Tools, API Manager in Naver's ad centre, to the letter. Naver renews secret keys at times: then put the new one into the user mapping, or into the file of secret_key_file."
#define HINT_CLOCK \
	"Requests are signed with the time. Let the clock of the database server follow NTP; one minute off is refused."
#define HINT_CUSTOMER \
	"The licence of the API key may not read this customer. Check option customer_id, and in Naver's ad centre who may use the account."
#define HINT_EARLY \
	"Naver often has the files of a day between 07:00 and 12:00 of the next day in Korea."

static const AdpFailureRule rules[] =
	{{PROBLEM "invalid-timestamp", ADP_ERR_CREDENTIALS, ADP_SAYS_AGAIN,
	  HINT_CLOCK},
	 {PROBLEM "invalid-signature", ADP_ERR_CREDENTIALS, 0, HINT_KEYS},
	 {PROBLEM "invalid-api-key", ADP_ERR_CREDENTIALS, 0, HINT_KEYS},
	 {"1006", ADP_ERR_CREDENTIALS, 0, HINT_CUSTOMER},
	 {"1018", ADP_ERR_CREDENTIALS, 0, HINT_CUSTOMER},
	 {"1016", ADP_ERR_QUOTA, ADP_SAYS_AGAIN},
	 {"429", ADP_ERR_QUOTA, ADP_SAYS_AGAIN},
	 {CODE_EARLY, ADP_ERR_QUOTA, ADP_SAYS_NOT_YET, HINT_EARLY},
	 {CODE_NO_FIGURES, ADP_ERR_REFUSED, ADP_SAYS_NOT_YET, HINT_EARLY},
	 {CODE_GONE, ADP_ERR_REPLY, ADP_SAYS_NOT_YET,
	  "Another tool has deleted the report, or its numbers have changed: run the statement again."},
	 {"HTTP 403", ADP_ERR_CREDENTIALS, 0, HINT_CUSTOMER},
	 {NULL}};

const AdpFailureKind adp_naver_searchad_failures = {
	.places = {.message = "message|detail|title",
			   .code = "code|type",
			   .request_id_header = "x-transaction-id"},
	.rules = rules,
};

/*
 * Whether a failure has a code, which the engine may have preceded by a word.
 */
static bool
has_code(const AdpFailure *failure, const char *code)
{
	const char *word = failure->code ? strrchr(failure->code, ' ') : NULL;

	return failure->code != NULL &&
		strcmp(word != NULL ? word + 1 : failure->code, code) == 0;
}

/*
 * Whether the numbers of the day are not there yet.
 */
bool
adp_naver_searchad_is_early(const AdpFailure *failure)
{
	return has_code(failure, CODE_EARLY) || has_code(failure, CODE_NO_FIGURES);
}

/*
 * Whether a job or its file is gone.
 */
bool
adp_naver_searchad_is_gone(const AdpFailure *failure)
{
	return has_code(failure, CODE_GONE);
}

/*
 * Whether fewer objects may help: too many, of several types, or a time-out.
 */
bool
adp_naver_searchad_is_too_many(const AdpFailure *failure)
{
	return has_code(failure, CODE_TOO_MANY) || has_code(failure, CODE_MIXED) ||
		has_code(failure, CODE_TIME_OUT);
}
