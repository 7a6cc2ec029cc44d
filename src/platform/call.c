/*
 * call.c
 *	  One request as the platform means it: signed, sent, judged, repeated.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "pgtime.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/guc.h"
#include "base/secret.h"
#include "net/retry.h"
#include "net/url.h"
#include "platform/call.h"
#include "platform/sign.h"

/* Most of a body that an error answer can usefully hold. */
#define ERROR_BODY_MAX (1024 * 1024)

/* Most of an error answer that is looked at as text. */
#define ERROR_TEXT_MAX 4096

/* Largest body of a page: 10,000 rows of the widest report stay far below. */
#define BODY_MAX ((Size) 1024 * 1024 * 1024 - 1024 * 1024)

/* Most answers that only refer to another address. */
#define REDIRECTS_MAX 3

/* Headers: bearer, content type, and the platform's own. */
#define HEADERS_MAX 8

struct AdpCall
{
	AdpSession *session;
	MemoryContext cxt; /* the call and all it holds */
	AdpCallState state;
	bool is_sign_in;
	bool is_taken; /* its body has gone elsewhere */
	const char *method;
	const char *path; /* of the request; holds no secret */
	int days;		  /* that it asks for */
	const char *url;
	const char *body;
	const char *content_type; /* of the body */
	const char *accept;		  /* or NULL */
	const char *subject;

	const char *redirect; /* where the answer is; as secret as a token */
	int redirects;

	AdpHttpTransfer *transfer; /* NULL between attempts */
	bool is_in_flight;		   /* counted among the session's transfers */
	const char *token;		   /* the one the transfer was signed with */
	int attempts;			   /* transfers that came back */
	bool has_renewed;		   /* signed in anew after a 401 once already */
	int64 resume_at_ms;		   /* end of a back-off; 0: none */

	AdpFailure failure;
	AdpError error;
};

/*
 * Makes a call; the caller fills in what is special.
 */
static AdpCall *
create_call(AdpSession *session, MemoryContext parent,
			const AdpApiRequest *request, const char *base, const char *subject)
{
	MemoryContext cxt =
		AllocSetContextCreate(parent, "adpipe call", ALLOCSET_SMALL_SIZES);
	AdpCall *call = MemoryContextAllocZero(cxt, sizeof(AdpCall));

	call->session = session;
	call->cxt = cxt;
	call->method = request->method;
	call->path = MemoryContextStrdup(cxt, request->path);
	call->days = request->days;
	call->url =
		adp_sign_url(session, cxt, base, request->path, request->token_param);
	call->body = request->body ? MemoryContextStrdup(cxt, request->body) : NULL;
	call->content_type =
		request->content_type ? request->content_type : "application/json";
	call->accept = request->accept;
	call->subject = MemoryContextStrdup(cxt, subject);
	return call;
}

/*
 * Makes an API call.
 */
AdpCall *
adp_call_create(AdpSession *session, MemoryContext cxt,
				const AdpApiRequest *request, const char *subject)
{
	return create_call(session, cxt, request, session->settings->endpoint,
					   subject);
}

/*
 * Makes a sign-in call.
 */
AdpCall *
adp_call_create_sign_in(AdpSession *session, MemoryContext cxt, const char *form)
{
	const AdpApiRequest request = {"POST", "", form,
								   "application/x-www-form-urlencoded"};
	AdpCall *call = create_call(session, cxt, &request,
								session->settings->token_endpoint, "sign-in");

	call->is_sign_in = true;
	return call;
}

/*
 * Puts together the headers of the call.  Credentials go to the platform's own
 * address only, never along with a redirect.
 */
static int
make_headers(const AdpCall *call, AdpHttpHeader *headers)
{
	const AdpSession *session = call->session;
	int n = 0;

	if (call->accept != NULL)
		headers[n++] = (AdpHttpHeader){"Accept", call->accept};
	if (call->redirect != NULL)
		return n;
	if (call->body != NULL)
		headers[n++] = (AdpHttpHeader){"Content-Type", call->content_type};
	if (call->is_sign_in)
		return n;
	headers[n++] =
		(AdpHttpHeader){"Authorization", psprintf("Bearer %s", session->token)};
	for (const AdpSettingHeader *header = session->platform->headers;
		 header != NULL && header->name != NULL; header++)
	{
		const char *value = adp_setting(session->settings, header->offset);

		if (value != NULL)
			headers[n++] = (AdpHttpHeader){header->name, value};
	}
	Assert(n <= HEADERS_MAX);
	return n;
}

/*
 * Starts a transfer for the call.
 */
static void
send_call(AdpCall *call)
{
	AdpSession *session = call->session;
	const AdpSettings *settings = session->settings;
	AdpHttpHeader headers[HEADERS_MAX];
	AdpHttpRequest request = {0};

	request.method = call->redirect ? "GET" : call->method;
	request.url = call->redirect ? call->redirect : call->url;
	request.headers = headers;
	request.nheaders = make_headers(call, headers);
	request.body = call->redirect ? NULL : call->body;
	request.body_len = request.body ? strlen(request.body) : 0;
	request.connect_timeout_ms = settings->connect_timeout_ms;
	request.request_timeout_ms = settings->request_timeout_ms;
	request.max_body_bytes = call->is_sign_in ? ERROR_BODY_MAX : BODY_MAX;
	call->token = session->token;
	call->transfer = adp_http_start(session->group, &request);
	call->is_in_flight = true;
	session->in_flight++;
	session->stats.requests++;
}

/*
 * Gives up the call's place among the concurrent transfers.
 */
static void
leave_flight(AdpCall *call)
{
	if (call->is_in_flight)
		call->session->in_flight--;
	call->is_in_flight = false;
}

/*
 * Drops the transfer.
 */
static void
drop_transfer(AdpCall *call)
{
	if (call->transfer == NULL)
		return;
	leave_flight(call);
	adp_http_release(call->transfer);
	call->transfer = NULL;
}

/*
 * The class of a transfer that brought no answer.
 */
static AdpErrorClass
outcome_class(AdpHttpOutcome outcome)
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
 * Takes out of a text the session's secrets, the token that the call was sent
 * with, which may be another one by now, and the address that it was referred
 * to, with and without its host.
 */
static const char *
redact(const AdpCall *call, const char *text)
{
	const char *host = call->redirect ? strstr(call->redirect, "://") : NULL;
	const char *const own[] = {call->token, call->redirect,
							   host ? strchr(host + 3, '/') : NULL};

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
	return redact(call, out.data);
}

/*
 * Appends when to come back, as a moment in UTC.
 */
static const char *
with_moment(const char *detail, int64 wait_ms)
{
	pg_time_t when = timestamptz_to_time_t(adp_now()) + (wait_ms + 999) / 1000;
	char moment[32];

	pg_strftime(moment, sizeof(moment), "%Y-%m-%dT%H:%M:%SZ", pg_gmtime(&when));
	return psprintf("%s Come back at %s.", detail, moment);
}

/*
 * The way out, by class, where the platform's own code tells none; NULL if
 * there is no advice.
 */
static const char *
class_hint(const AdpPlatform *platform, AdpErrorClass class,
		   const AdpHttpResponse *response)
{
	switch (class)
	{
		case ADP_ERR_CONNECT:
			if (response->outcome == ADP_HTTP_TLS)
				return "Setting adpipe.ca_file names the certificate authorities to trust.";
			return "Check the network, and options endpoint and token_endpoint of the server.";
		case ADP_ERR_REPLY:
			return "Run the statement again later; option max_retries of the server allows more attempts.";
		case ADP_ERR_FORMAT:
			return "Run the statement again; if that does not help, check option endpoint of the server: something else than the platform may answer there.";
		case ADP_ERR_LIMIT:
			return "Ask for fewer days or columns per statement.";
		case ADP_ERR_REFUSED:
			if (response->status >= 300 && response->status < 400)
				return platform->redirect_domain == NULL
					? "Check option endpoint of the server: the platform itself redirects nobody."
					: "Check option endpoint of the server: the platform itself redirects to its own hosts only.";
			return NULL;
		default:
			return NULL;
	}
}

/*
 * Ends a call that would have to be held for longer than can be afforded.
 */
static void
fail_held(AdpCall *call)
{
	MemoryContext old = MemoryContextSwitchTo(call->cxt);
	const char *detail =
		psprintf("%s: the quota is used up, as the last answer tells.",
				 call->subject);

	call->failure.class = ADP_ERR_QUOTA;
	adp_error_set(&call->error, ADP_ERR_QUOTA,
				  class_message(call, ADP_ERR_QUOTA),
				  with_moment(detail, call->session->demanded_ms), NULL);
	call->state = ADP_CALL_FAILED;
	MemoryContextSwitchTo(old);
}

/*
 * Whether the session's calls are held for the sake of a quota.
 */
static bool
is_held(AdpSession *session)
{
	if (session->hold_until_ms <= adp_clock_ms())
		return false;
	session->stats.wait_reason = "quota nearly used up";
	adp_session_wake_at(session, session->hold_until_ms);
	return true;
}

/*
 * Sends the call if nothing stands in its way: the end of a back-off, a place
 * among the concurrent transfers, an access token.
 */
static void
send_when_possible(AdpCall *call)
{
	AdpSession *session = call->session;
	MemoryContext old;

	if (call->resume_at_ms > adp_clock_ms())
	{
		adp_session_wake_at(session, call->resume_at_ms);
		return;
	}
	call->resume_at_ms = 0;
	if (call->session->demanded_ms > 0)
	{
		fail_held(call);
		return;
	}
	if (is_held(session))
		return;
	/* first, since a running sign-in may hold the last place */
	if (!call->is_sign_in && !adp_sign_is_ready(session))
		return;
	if (session->in_flight >= session->settings->max_concurrency)
		return;
	old = MemoryContextSwitchTo(call->cxt);
	send_call(call);
	MemoryContextSwitchTo(old);
}

/*
 * Ends the call as failed.
 */
static void
fail_call(AdpCall *call, const AdpHttpResponse *response, AdpErrorClass class,
		  int64 wait_ms)
{
	MemoryContext old = MemoryContextSwitchTo(call->cxt);
	const char *detail = failure_detail(call, response);

	if (wait_ms >= 0)
		detail = with_moment(detail, wait_ms);
	else if (class == ADP_ERR_QUOTA)
		detail =
			psprintf("%s The platform does not say when to come back.", detail);
	adp_error_set(&call->error, class, class_message(call, class), detail,
				  call->failure.hint
					  ? call->failure.hint
					  : class_hint(call->session->platform, class, response));
	call->state = ADP_CALL_FAILED;
	MemoryContextSwitchTo(old);
}

/*
 * Makes what hooks and kinds read of an answer.  Of a success that is no body.
 */
static AdpReply
make_reply(const AdpCall *call, const AdpHttpResponse *response)
{
	AdpReply reply = {response->status, NULL,			"",
					  call->path,		call->transfer, call->days};
	Size len = Min(response->body_len, ERROR_BODY_MAX);

	if (response->status == 200 || len == 0)
		return reply;
	reply.doc = adp_json_parse(call->cxt, response->body, len, NULL);
	/* a secret that is cut would not be known for one */
	reply.text = redact(call, pnstrdup(response->body, len));
	reply.text = pnstrdup(reply.text, Min(strlen(reply.text), ERROR_TEXT_MAX));
	return reply;
}

/*
 * Reads for how long a refused request is to be put off beyond what its body
 * says.
 */
static void
read_wait(const AdpCall *call, const AdpReply *reply, AdpFailure *failure)
{
	const AdpUsageKind *kind = call->session->platform->usage;
	int64 wait_ms = 0;

	if (kind != NULL && !call->is_sign_in && failure->class == ADP_ERR_QUOTA)
		wait_ms = adp_usage_read(kind, reply).wait_ms;
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
static void
read_failure(AdpCall *call, const AdpHttpResponse *response)
{
	MemoryContext old = MemoryContextSwitchTo(call->cxt);
	AdpReply reply = make_reply(call, response);
	AdpFailure *failure = &call->failure;

	MemSet(failure, 0, sizeof(AdpFailure));
	failure->retry_after_ms = -1;
	if (call->is_sign_in)
		adp_sign_read_failure(call->session, &reply, failure);
	else
		adp_failure_read(call->session->platform->failures, &reply, failure);
	read_wait(call, &reply, failure);
	if (failure->request_id == NULL)
		failure->request_id = adp_http_header(call->transfer, "request-id");
	if (failure->request_id != NULL)
		failure->request_id = pstrdup(failure->request_id);
	MemoryContextSwitchTo(old);
}

/*
 * Decides whether the call is sent again.
 */
static AdpRetryDecision
decide_retry(const AdpCall *call, const AdpHttpResponse *response)
{
	AdpRetryInput input = {0};

	input.attempt = call->attempts;
	input.max_retries = call->session->settings->max_retries;
	/* asking for less is better than asking for too much over and over */
	if (call->failure.is_too_much)
		input.max_retries = Min(input.max_retries, 1);
	input.outcome = response->outcome;
	input.status = response->status;
	input.is_transient = call->failure.is_transient;
	input.is_permanent = call->failure.is_permanent;
	input.asked_wait_ms = call->failure.retry_after_ms;
	input.affordable_ms = adp_session_affordable_ms(call->session);
	input.random = adp_random();
	return adp_retry_decide(&input);
}

/*
 * Puts the call off until it is sent again.
 */
static void
back_off(AdpCall *call, int64 wait_ms, const char *reason)
{
	AdpStats *stats = &call->session->stats;

	stats->retries++;
	stats->backoff_ms += wait_ms;
	stats->wait_reason = MemoryContextStrdup(call->session->cxt, reason);
	/* one more, since the clock cuts off: a wait asked for is never short */
	call->resume_at_ms = adp_clock_ms() + wait_ms + 1;
	adp_session_wake_at(call->session, call->resume_at_ms);
}

/*
 * Signs in anew after an expired token, once per call.  Another call may have
 * done so in the meantime; then its token is used.
 */
static bool
renew_token(AdpCall *call)
{
	if (call->is_sign_in || !call->failure.is_token_expired ||
		call->has_renewed || !adp_sign_can_renew(call->session))
		return false;
	call->has_renewed = true;
	adp_sign_forget(call->session, call->token);
	call->session->stats.retries++;
	return true;
}

/*
 * Repeats the call after a failed attempt, or ends it.
 */
static void
retry_or_fail(AdpCall *call, const AdpHttpResponse *response,
			  AdpErrorClass class)
{
	AdpRetryDecision decision = decide_retry(call, response);

	switch (decision.verdict)
	{
		case ADP_RETRY_WAIT:
			/* an address that refuses is spent; one that stumbles is not */
			if (response->status < 500 && response->outcome == ADP_HTTP_DONE)
				call->redirect = NULL;
			back_off(call, decision.wait_ms,
					 call->failure.code ? redact(call, call->failure.code)
										: adp_http_describe(response));
			break;
		case ADP_RETRY_TOO_LONG:
			fail_call(call, response, ADP_ERR_QUOTA, decision.wait_ms);
			break;
		case ADP_RETRY_STOP:
			fail_call(call, response, class,
					  class == ADP_ERR_QUOTA ? call->failure.retry_after_ms
											 : -1);
			break;
	}
	drop_transfer(call);
}

/*
 * Follows an answer that refers to another address of the platform's; false if
 * it does not, or may not be followed.  Plain http is followed from this
 * machine to itself only.
 */
static bool
follow_redirect(AdpCall *call, int status)
{
	const AdpPlatform *platform = call->session->platform;
	const char *target = adp_http_header(call->transfer, "location");

	if (status < 301 || status > 308 || target == NULL ||
		platform->redirect_domain == NULL || call->redirects >= REDIRECTS_MAX ||
		!adp_http_url_allowed(target))
		return false;
	if (adp_url_is_plain(target)
			? !adp_url_is_plain(call->session->settings->endpoint)
			: !adp_url_is_within(target, platform->redirect_domain))
		return false;
	call->redirect = MemoryContextStrdup(call->cxt, target);
	call->redirects++;
	call->attempts--;
	drop_transfer(call);
	return true;
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
	const AdpUsageKind *kind = session->platform->usage;
	AdpReply reply = make_reply(call, response);
	MemoryContext old = MemoryContextSwitchTo(call->cxt);
	AdpUsage usage;
	int64 affordable_ms = adp_session_affordable_ms(session);
	int64 now = adp_clock_ms();
	bool must_wait = false;
	int64 pause_ms = 0;

	if (kind != NULL && !call->is_sign_in)
	{
		usage = adp_usage_read(kind, &reply);
		pause_ms = adp_usage_pause_ms(kind, &usage, &must_wait);
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

	if (version == NULL || strlen(version) > 20)
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
			 errhint("ALTER SERVER %s OPTIONS (SET api_version '%s').",
					 session->settings->server_name, version)));
}

/*
 * Judges a transfer that came back.
 */
static void
judge(AdpCall *call, const AdpHttpResponse *response)
{
	call->attempts++;
	call->session->stats.bytes += response->wire_bytes;
	if (response->outcome != ADP_HTTP_DONE)
	{
		MemSet(&call->failure, 0, sizeof(AdpFailure));
		call->failure.retry_after_ms = -1;
		retry_or_fail(call, response, outcome_class(response->outcome));
		return;
	}
	if (response->status == 200)
	{
		call->state = ADP_CALL_DONE;
		note_pause(call, response);
		note_version(call);
		return;
	}
	if (follow_redirect(call, response->status))
		return;
	read_failure(call, response);
	if (renew_token(call))
		drop_transfer(call);
	else
		retry_or_fail(call, response, call->failure.class);
}

/*
 * Takes the call as far as it goes.
 */
AdpCallState
adp_call_advance(AdpCall *call)
{
	const AdpHttpResponse *response;

	if (call->state != ADP_CALL_RUNNING)
		return call->state;
	if (call->transfer == NULL)
		send_when_possible(call);
	if (call->transfer == NULL)
		return call->state;
	response = adp_http_response(call->transfer);
	if (response->outcome != ADP_HTTP_PENDING)
		judge(call, response);
	return call->state;
}

/*
 * The body of a done call.
 */
const char *
adp_call_body(const AdpCall *call, Size *len)
{
	const AdpHttpResponse *response = adp_http_response(call->transfer);

	Assert(call->state == ADP_CALL_DONE);
	*len = response->body_len;
	return response->body;
}

/*
 * Moves the body out of a done call.
 */
void
adp_call_take_body(AdpCall *call, struct AdpSpool *body)
{
	Assert(call->state == ADP_CALL_DONE);
	adp_http_take_body(call->transfer, body);
	call->is_taken = true;
	leave_flight(call);
}

bool
adp_call_is_taken(const AdpCall *call)
{
	return call->is_taken;
}

bool
adp_call_is_lost(const AdpCall *call)
{
	return call->is_taken || call->state == ADP_CALL_FAILED;
}

bool
adp_call_is_outdated(const AdpCall *call)
{
	return adp_session_is_outdated(call->session);
}

/*
 * Lets the transfers of the call's session go on.
 */
void
adp_call_poll(const AdpCall *call)
{
	adp_session_poll(call->session);
	/* what the owner's descriptor told is told; have it look all the same */
	adp_session_wake_at(call->session, adp_clock_ms());
}

/*
 * Gives up the call's place among the concurrent ones.
 */
void
adp_call_accept(AdpCall *call)
{
	leave_flight(call);
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
 * Repeats a call whose body cannot be read, or fails it.
 */
void
adp_call_reject(AdpCall *call, const AdpError *why)
{
	AdpHttpResponse cut = *adp_http_response(call->transfer);
	AdpRetryDecision decision;
	MemoryContext old;

	/* to the retry policy this is a connection cut short */
	cut.outcome = ADP_HTTP_CUT;
	call->failure.retry_after_ms = -1;
	decision = decide_retry(call, &cut);
	call->state = ADP_CALL_RUNNING;
	/* a body cut or garbled may be whole next time; one that says no won't */
	if (decision.verdict == ADP_RETRY_WAIT &&
		(why->class == ADP_ERR_FORMAT || why->class == ADP_ERR_REPLY))
		back_off(call, decision.wait_ms, "unreadable answer");
	else
	{
		old = MemoryContextSwitchTo(call->cxt);
		adp_call_word_unreadable(call->session, call->subject, why,
								 &call->error);
		call->error.detail = redact(call, call->error.detail);
		if (call->error.hint == NULL)
			call->error.hint =
				class_hint(call->session->platform, why->class, &cut);
		call->state = ADP_CALL_FAILED;
		MemoryContextSwitchTo(old);
	}
	drop_transfer(call);
}

/*
 * How the platform put it.
 */
const AdpFailure *
adp_call_failure(const AdpCall *call)
{
	return &call->failure;
}

/*
 * Throws the error of a failed call.
 */
void
adp_call_throw(const AdpCall *call)
{
	Assert(call->state == ADP_CALL_FAILED);
	adp_error_throw(&call->error);
}

/*
 * Ends a call.
 */
void
adp_call_release(AdpCall *call)
{
	drop_transfer(call);
	MemoryContextDelete(call->cxt);
}
