/*
 * meta_ads_failure.c
 *	  Meta Ads: what its error answers mean.
 *
 * Codes and subcodes decide, never words, which are translated and change; the
 * one exception is code 1, whose words alone tell a page that is too heavy. The
 * rows follow the platform's error references and, where those are silent, what
 * is reported of it.
 */
#include "postgres.h"

#include "platform/meta_ads.h"

/* What a row says beyond class and hint. */
#define SAYS_TRANSIENT 0x01
#define SAYS_PERMANENT 0x02
#define SAYS_PAGE 0x04	   /* the cursor is stale */
#define SAYS_TOO_MUCH 0x08 /* of days, or for an answer at once */

#define SAYS_CONSTANT 0x20 /* a value that it does not take */
#define SAYS_NOT_READY 0x40
#define SAYS_THROTTLED 0x80

/* Stands for any subcode that has no row of its own. */
#define ANY (-1)

typedef struct FailureCode
{
	int first; /* codes from here */
	int last;  /* to here */
	int subcode;
	AdpErrorClass class;
	int says;
	int wait_s; /* least pause when throttled */
	const char *hint;
} FailureCode;

#define HINT_TOKEN \
	"ALTER USER MAPPING ... OPTIONS (SET access_token '...') with a new one; tokens of system users need not expire."
#define HINT_ASSIGN \
	"Assign the ad account to the user or system user of the token, and give it permission ads_read."
#define HINT_NARROW \
	"Ask for fewer days or columns per statement, or without breakdowns."
#define HINT_VERSION \
	"The version was sunset. ALTER SERVER ... OPTIONS (SET api_version 'v26.0') to ask for one that is still served."
#define HINT_PAGE \
	"Run the statement again; read its rows without long pauses, or copy them to a table first."

static const FailureCode failure_codes[] =
	{{1, 1, ANY, ADP_ERR_REPLY, SAYS_TRANSIENT | SAYS_TOO_MUCH, 0, HINT_NARROW},
	 {2, 2, 1504038, ADP_ERR_REPLY, SAYS_PERMANENT | SAYS_TOO_MUCH, 0,
	  HINT_NARROW},
	 {2, 2, 1504041, ADP_ERR_REFUSED, SAYS_PERMANENT, 0,
	  "These breakdowns and metrics do not go together: change option breakdowns of the table, or read fewer columns."},
	 {2, 2, 1504042, ADP_ERR_REFUSED, SAYS_PERMANENT, 0, NULL},
	 {2, 2, 1504044, ADP_ERR_REPLY, SAYS_TRANSIENT | SAYS_TOO_MUCH, 0,
	  HINT_NARROW},
	 {2, 2, ANY, ADP_ERR_REPLY, SAYS_TRANSIENT},
	 {-2, -2, ANY, ADP_ERR_REPLY, SAYS_TRANSIENT | SAYS_TOO_MUCH, 0,
	  HINT_NARROW},
	 {-3, -3, ANY, ADP_ERR_REPLY, SAYS_PERMANENT | SAYS_TOO_MUCH, 0,
	  HINT_NARROW},
	 {4, 4, 1504022, ADP_ERR_QUOTA, SAYS_THROTTLED, 120},
	 {4, 4, 1504039, ADP_ERR_QUOTA, SAYS_THROTTLED, 120},
	 {4, 4, ANY, ADP_ERR_QUOTA, SAYS_THROTTLED, 60},
	 {10, 10, ANY, ADP_ERR_CREDENTIALS, SAYS_PERMANENT, 0, HINT_ASSIGN},
	 {17, 17, 1885172, ADP_ERR_REFUSED, SAYS_PERMANENT},
	 {17, 17, ANY, ADP_ERR_QUOTA, SAYS_THROTTLED, 60},
	 {32, 32, ANY, ADP_ERR_QUOTA, SAYS_THROTTLED, 60},
	 {100, 100, 33, ADP_ERR_CREDENTIALS, SAYS_PERMANENT | SAYS_NOT_READY, 0,
	  HINT_ASSIGN},
	 {100, 100, 1487534, ADP_ERR_LIMIT, SAYS_PERMANENT | SAYS_TOO_MUCH, 0,
	  HINT_NARROW},
	 {100, 100, 1504018, ADP_ERR_REPLY, SAYS_PERMANENT | SAYS_TOO_MUCH, 0,
	  HINT_NARROW},
	 {100, 100, 3191001, ADP_ERR_CREDENTIALS, SAYS_PERMANENT, 0, HINT_ASSIGN},
	 {100, 100, 0, ADP_ERR_REFUSED, SAYS_PERMANENT | SAYS_CONSTANT, 0,
	  "Check option field of the columns and option breakdowns of the table against the fields of this API version."},
	 {100, 100, ANY, ADP_ERR_REFUSED, SAYS_PERMANENT},
	 {102, 102, ANY, ADP_ERR_CREDENTIALS, SAYS_PERMANENT, 0, HINT_TOKEN},
	 {104, 104, ANY, ADP_ERR_CREDENTIALS, SAYS_PERMANENT, 0,
	  "Check option app_secret of the user mapping: it must be that of the app that made the token."},
	 {190, 190, ANY, ADP_ERR_CREDENTIALS, SAYS_PERMANENT, 0, HINT_TOKEN},
	 {200, 299, ANY, ADP_ERR_CREDENTIALS, SAYS_PERMANENT, 0, HINT_ASSIGN},
	 {341, 341, ANY, ADP_ERR_QUOTA, SAYS_THROTTLED, 60},
	 {368, 368, ANY, ADP_ERR_REFUSED, SAYS_PERMANENT, 0,
	  "The platform has blocked the app or user for a while; try again in some hours."},
	 {613, 613, 0, ADP_ERR_QUOTA, SAYS_THROTTLED, 1800},
	 {613, 613, ANY, ADP_ERR_QUOTA, SAYS_THROTTLED, 60},
	 {2500, 2500, ANY, ADP_ERR_REFUSED, SAYS_PERMANENT},
	 {2601, 2601, ANY, ADP_ERR_REPLY, SAYS_PERMANENT | SAYS_NOT_READY},
	 {2635, 2635, ANY, ADP_ERR_REFUSED, SAYS_PERMANENT, 0, HINT_VERSION},
	 {2642, 2642, ANY, ADP_ERR_REPLY, SAYS_PERMANENT | SAYS_PAGE, 0, HINT_PAGE},
	 {3018, 3018, ANY, ADP_ERR_REACH, SAYS_PERMANENT, 0,
	  "The platform keeps numbers for 37 months of the account's days; ask for later ones."},
	 {80000, 80014, ANY, ADP_ERR_QUOTA, SAYS_THROTTLED, 60}};

/*
 * Finds the row of a code; NULL if it has none.
 */
static const FailureCode *
find_code(int64 code, int64 subcode)
{
	for (int i = 0; i < (int) lengthof(failure_codes); i++)
	{
		const FailureCode *row = &failure_codes[i];

		if (code >= row->first && code <= row->last &&
			(row->subcode == ANY || row->subcode == subcode))
			return row;
	}
	return NULL;
}

/*
 * Reads a code and its subcode, 0 for none.
 */
void
adp_meta_ads_read_code(int64 code, int64 subcode, AdpFailure *failure)
{
	const FailureCode *row = find_code(code, subcode);

	failure->code = subcode != 0
		? psprintf("error " INT64_FORMAT "/" INT64_FORMAT, code, subcode)
		: psprintf("error " INT64_FORMAT, code);
	if (row == NULL)
	{
		failure->is_transient |= code < 0;
		return;
	}
	failure->class = row->class;
	failure->hint = row->hint;
	failure->is_transient |=
		(row->says & (SAYS_TRANSIENT | SAYS_THROTTLED)) != 0;
	failure->is_permanent = (row->says & SAYS_PERMANENT) != 0;
	failure->is_page_expired = (row->says & SAYS_PAGE) != 0;
	failure->is_too_much = (row->says & SAYS_TOO_MUCH) != 0;
	failure->is_bad_constant = (row->says & SAYS_CONSTANT) != 0;
	failure->is_not_ready = (row->says & SAYS_NOT_READY) != 0;
	if (row->says & SAYS_THROTTLED)
		failure->retry_after_ms =
			Max(failure->retry_after_ms, row->wait_s * INT64CONST(1000));
}

/*
 * Judges by HTTP status alone.
 */
static void
read_status(int status, AdpFailure *failure)
{
	if (status == 401 || status == 403)
		failure->class = ADP_ERR_CREDENTIALS;
	else if (status == 429)
		failure->class = ADP_ERR_QUOTA;
	else
		failure->class = status >= 500 ? ADP_ERR_REPLY : ADP_ERR_REFUSED;
}

/*
 * Notes a page that holds too much.
 */
static void
read_heaviness(const char *message, int64 code, AdpFailure *failure)
{
	static const char words[] = "Please reduce the amount of data";

	if (code != 1 || message == NULL ||
		strncmp(message, words, strlen(words)) != 0)
		return;
	failure->is_page_too_big = true;
	failure->is_transient = false;
	failure->is_permanent = true;
}

/*
 * Reads a failed answer.  What is not the platform's JSON came from something
 * in front of it.
 */
void
adp_meta_ads_read_failure(const AdpReply *reply, AdpFailure *failure)
{
	const AdpJson *error = adp_json_get(reply->doc, "error");
	const char *words = adp_json_text(adp_json_get(error, "error_user_msg"));
	int64 code = adp_json_int(adp_json_get(error, "code"), 0);

	read_status(reply->status, failure);
	if (error == NULL)
		return;
	failure->message = adp_json_text(adp_json_get(error, "message"));
	failure->request_id = adp_json_text(adp_json_get(error, "fbtrace_id"));
	failure->is_transient = adp_json_true(adp_json_get(error, "is_transient"));
	adp_meta_ads_read_code(code,
						   adp_json_int(adp_json_get(error, "error_subcode"), 0),
						   failure);
	read_heaviness(failure->message, code, failure);
	if (failure->class == ADP_ERR_QUOTA)
		failure->retry_after_ms =
			Max(failure->retry_after_ms, adp_meta_ads_wait_ms(reply));
	if (words != NULL && failure->message != NULL)
		failure->message = psprintf("%s: %s", failure->message, words);
}
