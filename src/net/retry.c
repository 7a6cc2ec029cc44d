/*
 * retry.c
 *	  Retry policy: whether and when to repeat a request; no I/O.
 */
#include "postgres.h"

#include <curl/curl.h>

#include "net/retry.h"

/*
 * First back-off.  The platforms' shortest throttling windows are one second,
 * and the mean back-off is half of this value.
 */
#define ADP_RETRY_BASE_MS 500

/*
 * Longest back-off without an explicit Retry-After: half the one-minute window
 * in which most platforms count requests.
 */
#define ADP_RETRY_CAP_MS 30000

/* Longest wait that a header can ask for; avoids overflow. */
#define ADP_RETRY_ASKED_MAX_MS (INT64CONST(366) * 86400 * 1000)

/* Statuses of temporary failures. */
static const int transient_statuses[] = {
	408,		  /* request timeout */
	425,		  /* too early: the server did not act on the request */
	429,		  /* too many requests */
	500,		  /* often a temporary fault of one machine */
	502, 503, 504 /* something between us and the platform */
};

/*
 * True if a complete response with this status is a temporary failure.
 */
bool
adp_retry_status_is_transient(int status)
{
	for (int i = 0; i < (int) lengthof(transient_statuses); i++)
	{
		if (transient_statuses[i] == status)
			return true;
	}
	return false;
}

/*
 * True if a retry may succeed.  The platform's own error code takes precedence
 * over the status; only a complete response has one.
 */
static bool
is_worth_repeating(const AdpRetryInput *input)
{
	switch (input->outcome)
	{
		case ADP_HTTP_RESOLVE:
		case ADP_HTTP_CONNECT:
		case ADP_HTTP_TIMEOUT:
		case ADP_HTTP_CUT:
		case ADP_HTTP_GARBLED:
			return true;
		case ADP_HTTP_DONE:
			if (input->is_permanent)
				return false;
			return input->is_transient ||
				adp_retry_status_is_transient(input->status);
		case ADP_HTTP_PENDING:
		case ADP_HTTP_TLS:
		case ADP_HTTP_TOO_LARGE:
		case ADP_HTTP_MEMORY:
		case ADP_HTTP_FAILED:
			return false;
	}
	return false;
}

/*
 * Draws a random back-off, up to twice as long with each attempt.
 */
static int64
draw_backoff_ms(int attempt, double random)
{
	int64 ceiling = ADP_RETRY_BASE_MS;

	for (int i = 1; i < attempt && ceiling < ADP_RETRY_CAP_MS; i++)
		ceiling *= 2;
	return (int64) (random * Min(ceiling, ADP_RETRY_CAP_MS));
}

/*
 * Decides whether and when to repeat a request.
 */
AdpRetryDecision
adp_retry_decide(const AdpRetryInput *input)
{
	AdpRetryDecision decision = {ADP_RETRY_STOP, 0};

	Assert(input->attempt >= 1);
	Assert(input->random >= 0.0 && input->random < 1.0);
	if (!is_worth_repeating(input) || input->attempt > input->max_retries)
		return decision;

	decision.wait_ms = Max(draw_backoff_ms(input->attempt, input->random),
						   input->asked_wait_ms);
	decision.verdict =
		input->affordable_ms >= 0 && decision.wait_ms > input->affordable_ms
		? ADP_RETRY_TOO_LONG
		: ADP_RETRY_WAIT;
	return decision;
}

/*
 * Reads a non-negative number of seconds as milliseconds.  Returns -1 if value
 * is not digits only.  Values over a year become a year.
 */
static int64
seconds_to_ms(const char *value, size_t len)
{
	int64 ms = 0;

	for (size_t i = 0; i < len; i++)
	{
		if (value[i] < '0' || value[i] > '9')
			return -1;
		ms = Min(ms * 10 + (value[i] - '0') * 1000, ADP_RETRY_ASKED_MAX_MS);
	}
	return len > 0 ? ms : -1;
}

/*
 * Reads an HTTP date as the milliseconds until then; -1 if value is not an HTTP
 * date.  A date in the past means "now".  Every form of an HTTP date begins
 * with the name of a day; the library accepts many other formats, which are
 * rejected here.
 */
static int64
date_to_ms(const char *value, pg_time_t now)
{
	time_t date;

	if (!((value[0] >= 'A' && value[0] <= 'Z') ||
		  (value[0] >= 'a' && value[0] <= 'z')))
		return -1;
	date = curl_getdate(value, NULL);
	if (date == (time_t) -1)
		return -1;
	if ((pg_time_t) date <= now)
		return 0;
	return Min((int64) date - now, ADP_RETRY_ASKED_MAX_MS / 1000) * 1000;
}

/*
 * Returns the wait of a Retry-After header in milliseconds.
 */
int64
adp_retry_after_ms(const char *value, pg_time_t now)
{
	size_t len;
	int64 ms;

	if (value == NULL)
		return -1;
	value += strspn(value, " \t");
	len = strlen(value);
	while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
		len--;
	ms = seconds_to_ms(value, len);
	return ms >= 0 ? ms : date_to_ms(value, now);
}
