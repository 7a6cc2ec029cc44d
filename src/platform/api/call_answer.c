/*
 * call_answer.c
 *	  What an answer says of call and session, its rows apart.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "net/retry.h"
#include "platform/api/call_internal.h"

/* Most of a body that an error answer can usefully hold. */
#define ERROR_BODY_MAX (1024 * 1024)

/* Most of an error answer that is looked at as text, before and after secrets
 * are taken out of it. */
#define ERROR_TEXT_READ_MAX (64 * 1024)
#define ERROR_TEXT_MAX 4096

/* Longest words of a platform that are shown: a sentence, a code or id. */
#define MESSAGE_MAX 2000
#define CODE_MAX 200
#define REQUEST_ID_MAX 100

/* Longest name of a version. */
#define VERSION_MAX 20

/*
 * Makes what kinds read of a success, which is not its body.
 */
static AdpReply
make_reply(const AdpCall *call, const AdpHttpResponse *response)
{
	AdpReply reply = {.status = response->status,
					  .text = "",
					  .path = call->request.path,
					  .transfer = call->transfer,
					  .days = call->request.days};

	return reply;
}

/*
 * Makes what kinds read of a failure.
 */
static AdpReply
make_failed_reply(const AdpCall *call, const AdpHttpResponse *response)
{
	AdpReply reply = make_reply(call, response);
	Size len = Min(response->body_len, ERROR_BODY_MAX);

	if (len == 0)
		return reply;
	reply.doc = adp_json_parse(call->cxt, response->body, len, NULL);
	/* a secret that is cut would not be known for one */
	reply.text = adp_call_redact(call,
								 pnstrdup(response->body,
										  Min(len, ERROR_TEXT_READ_MAX)));
	reply.text = pnstrdup(reply.text, Min(strlen(reply.text), ERROR_TEXT_MAX));
	return reply;
}

/*
 * Whether the body of a done call reports a failure.
 */
bool
adp_call_reports_failure(const AdpCall *call)
{
	const AdpHttpResponse *response = adp_http_response(call->transfer);
	const AdpPromises *promises = call->session->platform->promises;

	return response->body_len <= ERROR_BODY_MAX &&
		adp_verdict_is_failure(promises,
							   adp_json_parse(call->cxt, response->body,
											  response->body_len, NULL));
}

/*
 * A text of the platform's without secrets, or NULL.  Secrets are taken out
 * before the text is cut to what is shown: a secret that is cut would not be
 * known for one, unless the cut is at the end.
 */
static const char *
redacted(const AdpCall *call, const char *text)
{
	if (text != NULL && strlen(text) > ERROR_TEXT_READ_MAX)
		text = pnstrdup(text, ERROR_TEXT_READ_MAX);
	return text ? adp_call_redact(call, text) : NULL;
}

/*
 * A copy of a word of the platform's, such as a code, to be shown: in printable
 * ASCII, cut at a length.
 */
static char *
plain_word(const AdpCall *call, const char *text, int most)
{
	const char *word = redacted(call, text);
	char *copy = word ? pnstrdup(word, Min(strlen(word), most)) : NULL;

	for (char *c = copy; c != NULL && *c != '\0'; c++)
	{
		if (*c < ' ' || *c >= 0x7f)
			*c = '?';
	}
	return copy;
}

/*
 * Cuts and copies what of a failure is shown.
 */
static void
bound_words(const AdpCall *call, AdpFailure *failure)
{
	const char *message = redacted(call, failure->message);

	failure->code = plain_word(call, failure->code, CODE_MAX);
	failure->request_id = plain_word(call, failure->request_id, REQUEST_ID_MAX);
	failure->message = message;
	if (message != NULL && strlen(message) > MESSAGE_MAX)
		failure->message =
			psprintf("%s...",
					 pnstrdup(message,
							  pg_mbcliplen(message, (int) strlen(message),
										   MESSAGE_MAX)));
}

/*
 * Reads for how long a refused request is to be put off beyond what its body
 * says.
 */
static void
read_wait(const AdpCall *call, const AdpReply *reply, AdpFailure *failure)
{
	const AdpQuotaUsageKind *kind = call->endpoint.usage;
	int64 wait_ms = 0;

	if (kind != NULL && failure->class == ADP_ERR_QUOTA)
		wait_ms = adp_quota_usage_read(kind, reply).wait_ms;
	if (wait_ms > 0)
		failure->retry_after_ms = Max(failure->retry_after_ms, wait_ms);
	if (failure->retry_after_ms < 0)
		failure->retry_after_ms =
			adp_retry_after_ms(adp_http_header(call->transfer, "retry-after"),
							   timestamptz_to_time_t(GetCurrentTimestamp()));
}

/*
 * Reads what the platform says of a refused request.
 */
void
adp_call_read_failure(AdpCall *call, const AdpHttpResponse *response)
{
	MemoryContext old = MemoryContextSwitchTo(call->cxt);
	AdpReply reply = make_failed_reply(call, response);
	AdpFailure *failure = &call->failure;
	const char *id_header = call->endpoint.failures->places.request_id_header;

	if (id_header == NULL)
		id_header = "request-id";
	MemSet(failure, 0, sizeof(AdpFailure));
	failure->retry_after_ms = -1;
	adp_failure_read(call->endpoint.failures, &reply, failure);
	read_wait(call, &reply, failure);
	if (failure->request_id == NULL)
		failure->request_id = adp_http_header(call->transfer, id_header);
	bound_words(call, failure);
	MemoryContextSwitchTo(old);
}

/*
 * Holds the session's next calls if a good answer says that little is left of a
 * quota.  A pause that the platform demands and the statement cannot afford
 * ends it; one that is only advisable is cut to what can be afforded.
 */
static void
note_pause(const AdpCall *call, const AdpHttpResponse *response)
{
	AdpSession *session = call->session;
	const AdpQuotaUsageKind *kind = call->endpoint.usage;
	AdpReply reply = make_reply(call, response);
	MemoryContext old = MemoryContextSwitchTo(call->cxt);
	AdpQuotaUsage usage;
	int64 affordable_ms = adp_session_affordable_ms(session);
	int64 now = adp_clock_ms();
	bool must_wait = false;
	int64 pause_ms = 0;

	if (kind != NULL)
	{
		usage = adp_quota_usage_read(kind, &reply);
		pause_ms = adp_quota_usage_pause_ms(&usage, &must_wait);
		if (usage.pct > 0)
			adp_call_note_used(call, usage.pct, must_wait ? pause_ms : 0);
	}
	MemoryContextSwitchTo(old);
	if (must_wait && pause_ms > affordable_ms)
		session->demanded_ms = Max(session->demanded_ms, pause_ms);
	pause_ms = Min(pause_ms, affordable_ms);
	if (pause_ms <= 0 || now + pause_ms <= session->hold_until_ms)
		return;
	session->stats.backoff_ms +=
		now + pause_ms - Max(session->hold_until_ms, now);
	session->hold_until_ms = now + pause_ms;
}

/*
 * Notes of which version an answer is, and warns once if that is another than
 * was asked for: numbers may be others then, and one day there is no answer at
 * all.
 */
static void
note_version(const AdpCall *call)
{
	AdpSession *session = call->session;
	const char *header = session->platform->version_header;
	const char *asked = session->settings->api_version;
	const char *version =
		header ? adp_http_header(call->transfer, header) : NULL;

	if (version == NULL || strlen(version) > VERSION_MAX)
		return;
	if (session->served == NULL || strcmp(session->served, version) != 0)
		session->served = MemoryContextStrdup(session->cxt, version);
	if (session->has_version_note || strcmp(version, asked) == 0)
		return;
	session->has_version_note = true;
	ereport(WARNING,
			(errmsg("platform \"%s\" answers as version %s in place of %s",
					session->platform->name, version, asked),
			 errdetail("Version %s is no longer served.", asked),
			 errhint("ALTER SERVER %s OPTIONS (SET api_version %s).",
					 quote_identifier(session->settings->server_name),
					 quote_literal_cstr(version))));
}

/*
 * Notes what a good answer says.
 */
void
adp_call_note_answer(const AdpCall *call, const AdpHttpResponse *response)
{
	note_pause(call, response);
	note_version(call);
}
