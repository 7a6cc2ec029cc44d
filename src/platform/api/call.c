/*
 * call.c
 *	  One request as the platform means it: signed, sent, judged, repeated.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/compat.h"
#include "base/guc.h"
#include "net/url.h"
#include "platform/api/call_internal.h"
#include "platform/api/credentials.h"
#include "platform/api/remedy.h"
#include "platform/api/request.h"
#include "platform/api/request_budget.h"
#include "platform/api/secret_files.h"

/*
 * A compressed body may become so many times larger.  Reports become some thirty
 * times larger, a bomb a thousand times.
 */
#define EXPANSION_MAX 200

/* Most answers that only refer to another address. */
#define REDIRECTS_MAX 3

/*
 * Makes a call.
 */
AdpCall *
adp_call_create(AdpSession *session, MemoryContext parent,
				const AdpEndpoint *endpoint, const AdpApiRequest *request,
				const char *subject)
{
	MemoryContext cxt =
		AllocSetContextCreate(parent, "adpipe call", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpCall *call = palloc0(sizeof(AdpCall));

	call->session = session;
	call->cxt = cxt;
	call->endpoint = *endpoint;
	call->request = adp_request_copy(request);
	call->subject = pstrdup(subject);
	MemoryContextSwitchTo(old);
	return call;
}

/*
 * Fills in an attempt, and returns its URL.  Credentials go to the platform's
 * own address only, never along with a redirect.
 */
static const char *
make_attempt(const AdpCall *call, AdpAttempt *attempt)
{
	const AdpApiRequest *request = &call->request;
	const AdpCredentials *credentials = call->endpoint.credentials;

	attempt->session = call->session;
	attempt->request = request;
	adp_params_init(&attempt->params, true);
	adp_attempt_header(attempt, "Accept", request->accept);
	if (call->redirect != NULL)
		return call->redirect;
	if (request->body != NULL)
		adp_attempt_header(attempt, "Content-Type",
						   request->content_type ? request->content_type
												 : "application/json");
	if (credentials != NULL)
		credentials->sign(attempt);
	return adp_params_join(psprintf("%s%s", call->endpoint.url, request->path),
						   &attempt->params);
}

/*
 * Starts a transfer for the call.
 */
static void
send_call(AdpCall *call)
{
	AdpSession *session = call->session;
	const AdpSettings *settings = session->settings;
	AdpAttempt attempt = {0};
	AdpHttpRequest request = {0};

	request.url = make_attempt(call, &attempt);
	request.method = call->redirect ? "GET" : call->request.method;
	request.headers = attempt.headers;
	request.nheaders = attempt.nheaders;
	request.body = call->redirect ? NULL : call->request.body;
	request.body_len = request.body ? strlen(request.body) : 0;
	request.connect_timeout_ms = settings->connect_timeout_ms;
	request.request_timeout_ms = settings->request_timeout_ms;
	request.max_body_bytes = (Size) adp_guc_max_answer_kb * 1024;
	if (call->request.answer != ADP_ANSWER_ROWS)
		request.max_body_bytes =
			Min(request.max_body_bytes, call->endpoint.document_max);
	request.max_expansion = EXPANSION_MAX;
	request.is_sent_once = call->request.creates;
	/* a JSON document marks its own end */
	request.needs_end_mark = call->request.answer == ADP_ANSWER_ROWS &&
		(session->platform->body == ADP_BODY_CSV || call->request.is_text);
	call->token = session->token;
	call->secrets_version = session->secrets_version;
	call->transfer = adp_http_start(session->group, &request);
	call->is_in_flight = true;
	call->is_cleared = false;
	session->in_flight++;
	session->stats.requests++;
	if (session->budget != NULL)
		session->budget->sent++;
	adp_session_count(session, NULL);
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
 * Holds a call for the sake of a quota; false if it need not wait.
 */
static bool
hold_for_quota(AdpSession *session)
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
	if (session->demanded_ms > 0)
	{
		adp_call_fail_held(call,
						   "the last response reported an exhausted quota",
						   session->demanded_ms);
		return;
	}
	if (hold_for_quota(session) || !adp_call_is_clear(call))
		return;
	/* first, since a running sign-in may hold the last place */
	call->needs_token =
		call->endpoint.credentials != NULL && session->token == NULL;
	if (call->needs_token)
		return;
	if (session->in_flight >= session->settings->max_concurrency)
		return;
	if (!adp_request_budget_fits(session->budget, 1))
	{
		/* a page that is on its way may be all that the statement reads */
		if (session->in_flight == 0)
			adp_call_fail_over_budget(call);
		return;
	}
	old = MemoryContextSwitchTo(call->cxt);
	send_call(call);
	MemoryContextSwitchTo(old);
}

/*
 * Whether the files of the secrets hold other credentials than those that were
 * just refused.  The files are read only if that can help.
 */
static bool
secrets_changed(const AdpCall *call)
{
	return !call->has_renewed && call->endpoint.credentials != NULL &&
		call->failure.class == ADP_ERR_CREDENTIALS &&
		adp_secret_files_changed(call->session, call->secrets_version);
}

/*
 * Chooses what to do about the failure of the last attempt.
 */
static AdpRemedyChoice
choose_remedy(const AdpCall *call, const AdpHttpResponse *response)
{
	AdpTrouble trouble = {.failure = &call->failure,
						  .outcome = response->outcome,
						  .status = response->status,
						  .attempts = call->attempts,
						  .max_retries = call->session->settings->max_retries,
						  .affordable_ms =
							  adp_session_affordable_ms(call->session),
						  .random = adp_random(),
						  .has_renewed = call->has_renewed,
						  .renews_tokens = call->endpoint.renews_tokens};

	if (!(trouble.renews_tokens && call->failure.is_token_expired))
		trouble.secrets_changed = secrets_changed(call);
	return adp_remedy_choose(&trouble);
}

/*
 * Puts the call off until it is sent again.
 */
static void
back_off(AdpCall *call, int64 wait_ms, const char *reason)
{
	AdpStats *stats = &call->session->stats;

	stats->retries++;
	adp_session_add_backoff(call->session, wait_ms);
	stats->wait_reason = MemoryContextStrdup(call->session->cxt, reason);
	/* one more, since the clock cuts off: a wait asked for is never short */
	call->resume_at_ms = adp_clock_ms() + wait_ms + 1;
	adp_session_wake_at(call->session, call->resume_at_ms);
}

/*
 * Asks for other credentials after refused ones.
 */
static void
expire_token(AdpCall *call)
{
	call->has_renewed = true;
	call->is_expired = true;
	call->redirect = NULL;
	call->session->stats.retries++;
}

/*
 * Whether a request that creates something was not refused.
 */
static bool
may_have_created(const AdpCall *call, AdpErrorClass class)
{
	return call->request.creates && call->failure.code == NULL &&
		class != ADP_ERR_QUOTA;
}

/*
 * Repeats the call after a failed attempt, or ends it.
 */
static void
retry_or_fail(AdpCall *call, const AdpHttpResponse *response,
			  AdpErrorClass class)
{
	AdpRemedyChoice choice = choose_remedy(call, response);

	switch (choice.remedy)
	{
		case ADP_REMEDY_TOKEN:
			expire_token(call);
			break;
		case ADP_REMEDY_WAIT:
			if (may_have_created(call, class))
			{
				call->is_doubtful = true;
				adp_call_fail(call, response, class, -1);
				break;
			}
			/* an address that refuses is spent; one that stumbles is not */
			if (response->status < 500 && response->outcome == ADP_HTTP_DONE)
				call->redirect = NULL;
			back_off(call, choice.wait_ms,
					 call->failure.code
						 ? adp_call_redact(call, call->failure.code)
						 : adp_http_describe(response));
			break;
		case ADP_REMEDY_TOO_LONG:
			adp_call_fail(call, response, ADP_ERR_QUOTA, choice.wait_ms);
			break;
		case ADP_REMEDY_LESS:
		case ADP_REMEDY_NONE:
			adp_call_fail(call, response, class,
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
 * Deals with an answer that reports a failure.
 */
static void
handle_failure(AdpCall *call, const AdpHttpResponse *response)
{
	adp_call_read_failure(call, response);
	adp_call_note_block(call, response);
	retry_or_fail(call, response, call->failure.class);
}

/*
 * Judges a transfer that came back.
 */
static void
judge(AdpCall *call, const AdpHttpResponse *response)
{
	call->attempts++;
	call->session->stats.bytes += response->wire_bytes;
	adp_call_note_alive(call, response);
	if (response->outcome != ADP_HTTP_DONE)
	{
		MemSet(&call->failure, 0, sizeof(AdpFailure));
		call->failure.class = adp_call_outcome_class(response->outcome);
		call->failure.retry_after_ms = -1;
		retry_or_fail(call, response, call->failure.class);
		return;
	}
	if ((response->status == 200 &&
		 !adp_failure_is_cut(call->endpoint.failures, call->transfer)) ||
		(response->status == 204 && call->request.answer == ADP_ANSWER_NOTHING))
	{
		call->state = ADP_CALL_DONE;
		adp_call_note_answer(call, response);
		return;
	}
	if (follow_redirect(call, response->status))
		return;
	handle_failure(call, response);
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
	call->needs_token = false;
	call->is_expired = false;
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
 * What keeps a running call from being sent, if it is the token.
 */
bool
adp_call_needs_token(const AdpCall *call)
{
	return call->needs_token;
}

const char *
adp_call_expired_token(const AdpCall *call)
{
	return call->is_expired ? call->token : NULL;
}

AdpSession *
adp_call_session(const AdpCall *call)
{
	return call->session;
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
 * Gives up the call's place among the concurrent ones.
 */
void
adp_call_accept(AdpCall *call)
{
	leave_flight(call);
}

/*
 * Parses and judges the body of a done call.
 */
const AdpJson *
adp_call_document(AdpCall *call, MemoryContext cxt)
{
	Size len;
	const char *body = adp_call_body(call, &len);
	AdpError error = {0};
	const AdpJson *doc = adp_json_parse(cxt, body, len, &error);

	if (doc != NULL &&
		adp_verdict_check(call->session->platform->promises,
						  call->request.answer, doc, &error))
		return doc;
	adp_call_reject(call, &error);
	return NULL;
}

/*
 * Repeats a call whose body is not what it should be, or fails it.
 */
void
adp_call_reject(AdpCall *call, const AdpError *why)
{
	AdpHttpResponse cut = *adp_http_response(call->transfer);
	AdpRemedyChoice choice;

	call->state = ADP_CALL_RUNNING;
	/* a quota has a time to come back, and may be worth waiting for */
	if (adp_call_reports_failure(call) || why->class == ADP_ERR_QUOTA)
	{
		handle_failure(call, adp_http_response(call->transfer));
		return;
	}

	/* to the retry policy this is a connection cut short */
	cut.outcome = ADP_HTTP_CUT;
	MemSet(&call->failure, 0, sizeof(AdpFailure));
	call->failure.retry_after_ms = -1;
	choice = choose_remedy(call, &cut);
	/* a body cut or garbled may be whole next time; one that says no won't */
	call->is_doubtful = call->request.creates;
	if (!call->is_doubtful && choice.remedy == ADP_REMEDY_WAIT &&
		(why->class == ADP_ERR_FORMAT || why->class == ADP_ERR_REPLY))
		back_off(call, choice.wait_ms, "unreadable answer");
	else
		adp_call_fail_unreadable(call, why, &cut);
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

bool
adp_call_is_doubtful(const AdpCall *call)
{
	return call->is_doubtful;
}

/*
 * Puts another hint into the error of a failed call.
 */
void
adp_call_advise(AdpCall *call, const char *hint)
{
	Assert(call->state == ADP_CALL_FAILED);
	call->error.hint = hint;
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
