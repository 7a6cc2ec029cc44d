/*
 * appsflyer_failure.c
 *	  AppsFlyer: what its refusals mean.
 *
 * A refusal is a sentence, as plain text or as the member "message" of a JSON
 * object, and its wording has changed over the years: what matters is found by
 * a part of it.  The same sentences have been seen under status 200, where a
 * report should be.
 */
#include "postgres.h"

#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "base/guc.h"
#include "platform/appsflyer.h"
#include "platform/days.h"

/* When a quota is whole again. */
typedef enum Reset
{
	RESET_NEVER,
	RESET_DAILY,	/* at 00:00 UTC */
	RESET_BY_RANGE, /* short ranges in a minute, longer ones at 00:00 UTC */
	RESET_MINUTE
} Reset;

typedef struct FailureText
{
	const char *part; /* of the sentence, in any case */
	AdpErrorClass class;
	Reset reset;
	const char *hint;
} FailureText;

#define HINT_QUOTA \
	"Each call counts the same, however many days it asks for. Let option cache_ttl_s keep answers for longer, and dashboards read a local copy."
#define HINT_PLAN \
	"The report has to be part of the account's plan; ask the account's owner or AppsFlyer."

static const FailureText failure_texts[] =
	{{"limit reached for ", ADP_ERR_QUOTA, RESET_BY_RANGE, HINT_QUOTA},
	 {"you've reached your maximum number of ", ADP_ERR_QUOTA, RESET_DAILY,
	  HINT_QUOTA},
	 {"api calls limit has been reached", ADP_ERR_QUOTA, RESET_DAILY,
	  HINT_QUOTA},
	 {"api call limit has been reached", ADP_ERR_QUOTA, RESET_DAILY, HINT_QUOTA},
	 {"too many requests", ADP_ERR_QUOTA, RESET_MINUTE, NULL},
	 {"historical lookback is limited", ADP_ERR_REACH, RESET_NEVER,
	  "Ask for later days; keep older ones in a local copy."},
	 {"doesn't include raw data reports", ADP_ERR_CREDENTIALS, RESET_NEVER,
	  HINT_PLAN},
	 {"isn't supported for this report type", ADP_ERR_REFUSED, RESET_NEVER,
	  "The app's platform has no such report; take the app out of option app_id of the table."},
	 {"protect360", ADP_ERR_CREDENTIALS, RESET_NEVER, HINT_PLAN},
	 {"api token is invalid", ADP_ERR_CREDENTIALS, RESET_NEVER,
	  "Tokens issued before 2026-03-10 19:00 UTC were revoked. Have an admin copy a new API V2 token and ALTER USER MAPPING ... OPTIONS (SET api_token '...')."},
	 {"account may be suspended", ADP_ERR_CREDENTIALS, RESET_NEVER,
	  "The account's owner has to settle it with AppsFlyer."},
	 {NULL}};

/*
 * Whether a text holds a part, in any case of ASCII letters.
 */
static bool
holds(const char *text, const char *part)
{
	Size len = strlen(part);

	for (; *text != '\0'; text++)
	{
		if (pg_strncasecmp(text, part, len) == 0)
			return true;
	}
	return false;
}

/*
 * The date after a parameter's name in a path; false if there is none.
 */
static bool
path_date(const char *path, const char *name, int *day)
{
	const char *at = path ? strstr(path, name) : NULL;
	int year;
	int month;
	int mday;

	if (at == NULL ||
		sscanf(at + strlen(name), "%4d-%2d-%2d", &year, &month, &mday) != 3)
		return false;
	*day = date2j(year, month, mday);
	return true;
}

/*
 * Whether a path asks for one or two days, whose calls are counted by the
 * minute.
 */
static bool
is_short_range(const char *path)
{
	int from;
	int to;

	return path_date(path, "from=", &from) && path_date(path, "&to=", &to) &&
		to - from < 2;
}

/*
 * Milliseconds until 00:00 UTC.
 */
static int64
until_midnight_ms(void)
{
	int64 today = adp_now() % USECS_PER_DAY;

	if (today < 0)
		today += USECS_PER_DAY;
	return (USECS_PER_DAY - today) / 1000;
}

/*
 * Says when a quota is whole again.  A minute is worth waiting for.
 */
static void
set_reset(Reset reset, const char *path, AdpFailure *failure)
{
	switch (reset)
	{
		case RESET_NEVER:
			failure->is_permanent = true;
			return;
		case RESET_DAILY:
			break;
		case RESET_BY_RANGE:
			if (!is_short_range(path))
				break;
			/* FALLTHROUGH */
		case RESET_MINUTE:
			failure->is_transient = true;
			if (failure->retry_after_ms < 0)
				failure->retry_after_ms = 60000;
			return;
	}
	failure->is_permanent = true;
	failure->retry_after_ms = until_midnight_ms();
}

/*
 * Reads a sentence of refusal.
 */
bool
adp_appsflyer_read_text(const char *text, const char *path, AdpFailure *failure)
{
	const FailureText *row = failure_texts;

	while (row->part != NULL && !holds(text, row->part))
		row++;
	if (row->part == NULL)
		return false;
	failure->class = row->class;
	failure->hint = row->hint;
	set_reset(row->reset, path, failure);
	return true;
}

/*
 * Judges a refusal by its status alone.
 */
static void
read_status(int status, AdpFailure *failure)
{
	failure->class = ADP_ERR_REFUSED;
	if (status == 401 || status == 403)
	{
		failure->class = ADP_ERR_CREDENTIALS;
		failure->hint =
			"The token's account has no permission for the app or the report.";
	}
	else if (status == 404)
	{
		failure->class = ADP_ERR_CREDENTIALS;
		failure->message = "There is no such app or report for this token.";
		failure->hint =
			"Check option app_id (those of iOS start with id) and report, and whose token the user mapping holds.";
	}
	else if (status == 429)
	{
		failure->class = ADP_ERR_QUOTA;
		failure->is_transient = true;
		failure->retry_after_ms = -1;
	}
	else if (status >= 500)
		failure->class = ADP_ERR_REPLY;
}

/*
 * A body of plain text as a sentence, without blanks and line ends around it;
 * NULL if it is empty or a web page.
 */
static const char *
sentence(const char *text)
{
	char *copy = pstrdup(text + strspn(text, " \t\r\n"));
	Size len = strlen(copy);

	while (len > 0 && strchr(" \t\r\n", copy[len - 1]) != NULL)
		copy[--len] = '\0';
	return len == 0 || copy[0] == '<' ? NULL : copy;
}

/*
 * Reads a failed answer.
 */
void
adp_appsflyer_read_failure(const AdpReply *reply, AdpFailure *failure)
{
	const char *text = adp_json_text(adp_json_get(reply->doc, "message"));

	if (text == NULL)
		text = adp_json_text(adp_json_get(reply->doc, "error"));
	if (text == NULL && reply->doc == NULL)
		text = sentence(reply->text);
	read_status(reply->status, failure);
	if (text == NULL)
		return;
	failure->message = text;
	(void) adp_appsflyer_read_text(text, reply->path, failure);
}
