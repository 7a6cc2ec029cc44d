/*
 * call_error.c
 *	  How the errors of calls are worded.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/guc.h"
#include "base/secret.h"
#include "base/words.h"
#include "platform/api/call_internal.h"
#include "platform/api/request_budget.h"
#include "platform/api/template.h"
#include "platform/limits/breaker.h"

/*
 * The class of a transfer that brought no answer.
 */
AdpErrorClass
adp_call_outcome_class(AdpHttpOutcome outcome)
{
	switch (outcome)
	{
		case ADP_HTTP_RESOLVE:
		case ADP_HTTP_CONNECT:
		case ADP_HTTP_TLS:
			return ADP_ERR_CONNECT;
		case ADP_HTTP_TOO_LARGE:
			return ADP_ERR_LIMIT;
		case ADP_HTTP_MEMORY:
			return ADP_ERR_MEMORY;
		case ADP_HTTP_PENDING:
		case ADP_HTTP_DONE:
		case ADP_HTTP_TIMEOUT:
		case ADP_HTTP_CUT:
		case ADP_HTTP_GARBLED:
		case ADP_HTTP_FAILED:
			break;
	}
	return ADP_ERR_REPLY;
}

/*
 * The first sentence of an error, by class.
 */
static const char *
class_message(const AdpCall *call, AdpErrorClass class)
{
	const char *name = call->session->platform->name;

	switch (class)
	{
		case ADP_ERR_CONNECT:
			return psprintf("could not connect to platform \"%s\"", name);
		case ADP_ERR_CREDENTIALS:
			return psprintf("platform \"%s\" refused the credentials", name);
		case ADP_ERR_QUOTA:
			if (call->failure.class == ADP_ERR_QUOTA)
				return psprintf("quota of platform \"%s\" is used up", name);
			return psprintf("platform \"%s\" needs a longer pause than the statement can afford",
							name);
		case ADP_ERR_REPLY:
			return psprintf("platform \"%s\" did not give a whole answer", name);
		case ADP_ERR_LIMIT:
			return psprintf("answer of platform \"%s\" is too large", name);
		case ADP_ERR_REACH:
			return psprintf("platform \"%s\" no longer keeps the days asked for",
							name);
		case ADP_ERR_COLUMN:
			return psprintf("platform \"%s\" does not know a field asked for",
							name);
		case ADP_ERR_REPORT:
			return psprintf("platform \"%s\" does not know the table's source",
							name);
		case ADP_ERR_MEMORY:
			return "out of memory";
		default:
			return psprintf("platform \"%s\" refused the request", name);
	}
}

/*
 * Takes out of a text what a secret form holds: each of its values but the kind
 * of grant.
 */
static const char *
redact_form(const AdpCall *call, const char *text)
{
	char *rest = pstrdup(call->request.body);
	char *item;

	while ((item = adp_words_next(&rest, "&")) != NULL)
	{
		const char *value = strchr(item, '=');

		if (value++ == NULL || strncmp(item, "grant_type=", 11) == 0)
			continue;
		text = adp_secret_redact(text, &value, 1);
	}
	return text;
}

/*
 * Takes out of a text the session's secrets, the token that the call was sent
 * with, which may be another one by now, and the address that it was referred
 * to, with and without its host.
 */
const char *
adp_call_redact(const AdpCall *call, const char *text)
{
	const char *host = call->redirect ? strstr(call->redirect, "://") : NULL;
	const char *const own[] = {call->token, call->redirect,
							   host ? strchr(host + 3, '/') : NULL};

	if (call->endpoint.has_secret_requests)
		text = redact_form(call, text);
	return adp_secret_redact(adp_session_redact(call->session, text), own,
							 lengthof(own));
}

/*
 * What went wrong in particular: whom or what it concerns, HTTP status, the
 * platform's code, request id and words.
 */
static const char *
failure_detail(const AdpCall *call, const AdpHttpResponse *response)
{
	const AdpFailure *failure = &call->failure;
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%s: ", call->subject);
	out.data[0] = pg_toupper((unsigned char) out.data[0]);
	appendStringInfoString(&out, adp_http_describe(response));
	if (failure->code != NULL)
		appendStringInfo(&out, ", %s", failure->code);
	if (failure->request_id != NULL)
		appendStringInfo(&out, ", request id %s", failure->request_id);
	if (call->attempts > 1)
		appendStringInfo(&out, ", after %d attempts", call->attempts);
	if (failure->message != NULL)
		appendStringInfo(&out, ": %s", failure->message);
	else
		appendStringInfoChar(&out, '.');
	return adp_call_redact(call, out.data);
}

/*
 * Fills the version asked for, its end, the server and the default version into
 * a hint.
 */
static const char *
fill_hint(const AdpCall *call, const char *hint)
{
	const AdpSession *session = call->session;
	const char *asked = session->settings->api_version;
	const AdpVersion *version = adp_platform_version(session->platform, asked);
	const AdpBlank blanks[] =
		{{"version", asked},
		 {"ended",
		  version != NULL && version->sunset != NULL
			  ? psprintf(" (end %s)", version->sunset)
			  : ""},
		 {"server", quote_identifier(session->settings->server_name)},
		 {"default", adp_platform_version(session->platform, NULL)->name},
		 {NULL}};

	return adp_template_fill(hint, blanks);
}

/*
 * Whether the version asked for is past its announced end.
 */
static bool
version_has_ended(const AdpCall *call)
{
	const AdpVersion *version =
		adp_platform_version(call->session->platform,
							 call->session->settings->api_version);
	pg_time_t now = timestamptz_to_time_t(adp_now());
	char today[sizeof("2026-11-29")];

	if (version == NULL || version->sunset == NULL)
		return false;
	pg_strftime(today, sizeof(today), "%Y-%m-%d", pg_gmtime(&now));
	return strcmp(version->sunset, today) <= 0;
}

/*
 * Returns the hint for an incomplete answer.  Around the end of a version, all
 * its paths may answer with status 500.
 */
static const char *
reply_hint(const AdpCall *call, const AdpHttpResponse *response)
{
	if (response->status == 500 && version_has_ended(call))
		return fill_hint(call,
						 "Version {version}{ended} is past its end, which may be the cause. ALTER SERVER {server} OPTIONS (SET api_version '{default}') asks for one that is served.");
	return "Run the statement again later; option max_retries of the server allows more attempts.";
}

/*
 * Returns the hint for a response that refers to an address that is not
 * followed.
 */
static const char *
redirect_hint(const AdpCall *call)
{
	if (call->endpoint.has_secret_requests)
		return "Check option token_endpoint of the server: the platform itself redirects nobody.";
	return call->session->platform->redirect_domain == NULL
		? "Check option endpoint of the server: the platform itself redirects nobody."
		: "Check option endpoint of the server: the platform itself redirects to its own hosts only.";
}

/*
 * Returns the hint of an error class, for errors whose code has no hint of the
 * platform's; or NULL.
 */
static const char *
class_hint(const AdpCall *call, AdpErrorClass class,
		   const AdpHttpResponse *response)
{
	const AdpPlatform *platform = call->session->platform;

	switch (class)
	{
		case ADP_ERR_CONNECT:
			if (response->outcome == ADP_HTTP_TLS)
				return "Setting adpipe.ca_file names the certificate authorities to trust.";
			return platform->token_endpoint
				? "Check the network, and options endpoint and token_endpoint of the server."
				: "Check the network, and option endpoint of the server.";
		case ADP_ERR_REPLY:
			return reply_hint(call, response);
		case ADP_ERR_FORMAT:
			return "Run the statement again; if that does not help, check option endpoint of the server: something else than the platform may answer there.";
		case ADP_ERR_LIMIT:
			if (call->request.answer == ADP_ANSWER_ROWS)
				return "Ask for fewer days or columns per statement; setting adpipe.max_answer_size limits an answer.";
			return "Check option endpoint of the server: something else than the platform may answer there.";
		case ADP_ERR_REFUSED:
			if (response->status >= 300 && response->status < 400)
				return redirect_hint(call);
			return "The platform would refuse the request again. Check options endpoint and api_version of the server, and the options of the table and its columns.";
		case ADP_ERR_CREDENTIALS:
			return "Check the credentials in the user mapping, and whether they may read the account.";
		case ADP_ERR_QUOTA:
			return "Run the statement again later. Local copies keep dashboards from using up quotas.";
		default:
			return NULL;
	}
}

/*
 * Returns the hint of the platform's rule, with versions filled in; or NULL.
 */
static const char *
rule_hint(const AdpCall *call)
{
	return call->failure.hint ? fill_hint(call, call->failure.hint) : NULL;
}

/*
 * Ends a call that would have to be held for longer than can be afforded.
 */
void
adp_call_fail_held(AdpCall *call, const char *why, int64 wait_ms)
{
	MemoryContext old = MemoryContextSwitchTo(call->cxt);
	char *detail = psprintf("%s: %s.", call->subject, why);

	detail[0] = pg_toupper((unsigned char) detail[0]);
	call->failure.class = ADP_ERR_QUOTA;
	adp_error_set(&call->error, ADP_ERR_QUOTA,
				  class_message(call, ADP_ERR_QUOTA),
				  adp_session_with_moment(detail, wait_ms), NULL);
	call->error.retry_at = adp_session_retry_at(wait_ms);
	call->state = ADP_CALL_FAILED;
	MemoryContextSwitchTo(old);
}

/*
 * Ends a call that the statement's budget does not allow.
 */
void
adp_call_fail_over_budget(AdpCall *call)
{
	const AdpRequestBudget *budget = call->session->budget;
	MemoryContext old = MemoryContextSwitchTo(call->cxt);

	adp_error_set(&call->error, ADP_ERR_QUOTA,
				  psprintf("statement has sent " INT64_FORMAT
						   " requests, which is all that setting \"adpipe.max_requests_per_query\" allows",
						   budget->sent),
				  psprintf("The next one would have been sent to platform \"%s\" for %s.",
						   call->session->platform->name, call->subject),
				  adp_request_budget_hint);
	call->state = ADP_CALL_FAILED;
	MemoryContextSwitchTo(old);
}

/*
 * Ends a call to a server whose breaker is open.
 */
void
adp_call_fail_refused(AdpCall *call, const AdpBreaker *breaker)
{
	MemoryContext old = MemoryContextSwitchTo(call->cxt);
	const char *name = call->session->settings->server_name;
	const char *detail =
		psprintf("%d requests in a row failed for good, the last with: %s.",
				 breaker->failures, breaker->last_error);
	int64 wait_ms = (breaker->open_until - adp_now()) / 1000;

	adp_error_set(&call->error, ADP_ERR_REPLY,
				  psprintf("server \"%s\" is not asked for the time being",
						   name),
				  adp_session_with_moment(detail, Max(wait_ms, 0)),
				  psprintf("SELECT adpipe.reset_breaker(%s) lets the next statement ask at once.",
						   quote_literal_cstr(name)));
	call->state = ADP_CALL_FAILED;
	MemoryContextSwitchTo(old);
}

/*
 * Ends the call as failed.
 */
void
adp_call_fail(AdpCall *call, const AdpHttpResponse *response,
			  AdpErrorClass class, int64 wait_ms)
{
	MemoryContext old = MemoryContextSwitchTo(call->cxt);
	const char *detail = failure_detail(call, response);
	const char *hint = rule_hint(call);

	if (wait_ms >= 0)
		detail = adp_session_with_moment(detail, wait_ms);
	else if (class == ADP_ERR_QUOTA)
		detail =
			psprintf("%s The platform does not say when to come back.", detail);
	adp_error_set(&call->error, class, class_message(call, class), detail,
				  hint ? hint : class_hint(call, class, response));
	if (wait_ms >= 0)
		call->error.retry_at = adp_session_retry_at(wait_ms);
	call->state = ADP_CALL_FAILED;
	adp_call_note_end(call, response);
	MemoryContextSwitchTo(old);
}

/*
 * Words the error of a body that cannot be read.
 */
void
adp_call_word_unreadable(const AdpSession *session, const char *subject,
						 const AdpError *why, AdpError *error)
{
	char *detail =
		psprintf("%s: %s.%s%s", subject, why->message, why->detail ? " " : "",
				 why->detail ? why->detail : "");

	detail[0] = pg_toupper((unsigned char) detail[0]);
	adp_error_set(error, why->class,
				  psprintf("answer of platform \"%s\" cannot be read",
						   session->platform->name),
				  adp_session_redact(session, detail),
				  why->hint ? pstrdup(why->hint) : NULL);
}

/*
 * Ends a call whose answer cannot be read.
 */
void
adp_call_fail_unreadable(AdpCall *call, const AdpError *why,
						 const AdpHttpResponse *response)
{
	MemoryContext old = MemoryContextSwitchTo(call->cxt);

	adp_call_word_unreadable(call->session, call->subject, why, &call->error);
	call->error.detail = adp_call_redact(call, call->error.detail);
	if (call->error.hint == NULL)
		call->error.hint = class_hint(call, why->class, response);
	call->state = ADP_CALL_FAILED;
	adp_call_note_end(call, response);
	MemoryContextSwitchTo(old);
}
