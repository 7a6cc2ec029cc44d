/*
 * job.c
 *	  Reports that the platform makes in the background.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/json_find.h"
#include "platform/api/client.h"
#include "platform/api/request.h"
#include "platform/job/job.h"
#include "platform/job/job_pace.h"

/* How often a job is started that fails in passing or is skipped. */
#define STARTS_MAX 3

/* How often one is started that stands still. */
#define STUCK_STARTS_MAX 2

/* Answers that a job is not there or not readable, one after the other. */
#define NOT_READY_MAX 5

/* Pause before a job is started over that says no other. */
#define RESTART_MS 1000

struct AdpJob
{
	AdpSession *session;
	MemoryContext cxt; /* the job and all it holds */
	AdpApiRequest request;
	const char *subject;

	AdpJobState state;
	AdpCall *call;		 /* starting it or asking about it, or NULL */
	char *id;			 /* NULL until it is started */
	int64 begun_at_ms;	 /* of the first start; -1: not yet */
	int64 started_at_ms; /* of this start */
	int64 resume_at_ms;	 /* when to go on */
	int64 moved_at_ms;	 /* last progress */
	int percent;
	int starts;
	int not_ready;	/* answers in a row */
	bool is_pinned; /* rows of it have gone out */

	AdpFailure failure;
	AdpError error;
};

/*
 * Copies a text that may be NULL.
 */
static const char *
copy_text(const char *text)
{
	return text ? pstrdup(text) : NULL;
}

/*
 * Makes a job.
 */
AdpJob *
adp_job_create(AdpSession *session, MemoryContext parent,
			   const AdpApiRequest *request, const char *subject)
{
	MemoryContext cxt =
		AllocSetContextCreate(parent, "adpipe job", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpJob *job = palloc0(sizeof(AdpJob));

	job->session = session;
	job->cxt = cxt;
	job->request.method = copy_text(request->method);
	job->request.path = copy_text(request->path);
	job->request.body = copy_text(request->body);
	job->request.content_type = copy_text(request->content_type);
	job->request.accept = copy_text(request->accept);
	job->request.answer = request->answer;
	job->subject = pstrdup(subject);
	job->begun_at_ms = -1;
	MemoryContextSwitchTo(old);
	return job;
}

/*
 * Fails the job.  why is what the platform says of it, or we do.
 */
static void
fail(AdpJob *job, AdpErrorClass class, const char *why, const char *hint)
{
	const char *name = job->session->platform->name;

	job->state = ADP_JOB_FAILED;
	adp_error_set(&job->error, class,
				  psprintf("platform \"%s\" did not finish a report", name),
				  adp_session_redact(job->session,
									 psprintf("%s: run %s %s.", job->subject,
											  job->id ? job->id : "of a report",
											  why)),
				  hint);
	if (class == ADP_ERR_QUOTA && job->failure.retry_after_ms >= 0)
		job->error.retry_at = adp_session_retry_at(job->failure.retry_after_ms);
}

/*
 * Starts the job over after a pause, unless it was started often enough, or
 * rows of it have gone out: the next one need not have them in the same order.
 */
static bool
start_over(AdpJob *job, int most, int64 pause_ms)
{
	if (job->starts >= most || job->is_pinned)
		return false;
	job->session->stats.retries++;
	job->id = NULL;
	job->resume_at_ms = adp_clock_ms() + pause_ms;
	return true;
}

/*
 * Counts a pause as a back-off; false if the statement cannot wait so long.
 */
static bool
spend_pause(AdpJob *job, int64 pause_ms)
{
	if (pause_ms > adp_session_affordable_ms(job->session))
		return false;
	job->session->stats.backoff_ms += pause_ms;
	return true;
}

/*
 * Deals with a job that the platform says has failed.  What is too much is left
 * to who can ask for less.
 */
static void
handle_failed(AdpJob *job, const AdpJobReport *report)
{
	const AdpFailure *failure = &report->failure;
	int64 pause_ms = Max(failure->retry_after_ms, RESTART_MS);
	bool may_pass = report->is_skipped || failure->is_transient;

	if (may_pass && spend_pause(job, pause_ms) &&
		start_over(job, STARTS_MAX, pause_ms))
		return;
	job->failure = *failure;
	fail(job, failure->class ? failure->class : ADP_ERR_REPLY,
		 psprintf("ended as \"%s\"%s%s%s%s (start %d)", report->status,
				  failure->code ? ", " : "", failure->code ? failure->code : "",
				  failure->message ? ", " : "",
				  failure->message ? failure->message : "", job->starts),
		 failure->hint);
}

/*
 * Notes how far the job is; deals with one that does not move.
 */
static void
watch(AdpJob *job, const AdpJobReport *report)
{
	int64 now = adp_clock_ms();
	int64 timeout_ms = job->session->settings->job_timeout_ms;

	if (report->percent != job->percent)
		job->moved_at_ms = now;
	job->percent = report->percent;
	if (now - job->begun_at_ms > timeout_ms)
		fail(job, ADP_ERR_REPLY,
			 psprintf("is at %d %% after " INT64_FORMAT " seconds",
					  job->percent, (now - job->begun_at_ms) / 1000),
			 "Ask for less, or raise server option job_timeout_ms.");
	else if (adp_job_is_stuck(now - job->moved_at_ms, timeout_ms) &&
			 !start_over(job, STUCK_STARTS_MAX, 0))
	{
		job->failure.is_too_much = true;
		fail(job, ADP_ERR_REPLY,
			 psprintf("stands still at %d %%, started %d times", job->percent,
					  job->starts),
			 "Ask for less, or try again later.");
	}
}

/*
 * Puts off the next question.
 */
static void
wait_for_next(AdpJob *job)
{
	int64 now = adp_clock_ms();

	job->resume_at_ms = now + adp_job_gap_ms(now - job->started_at_ms);
	job->session->stats.wait_reason = "run of a report";
}

/*
 * Reads what is said of the job.
 */
static void
read_state(AdpJob *job, const AdpJson *doc)
{
	const AdpPlatform *platform = job->session->platform;
	AdpJobReport report = {0};

	adp_job_read(platform->jobs, platform->failures, doc, &report);
	/* that it is ready is not yet to say that its rows can be read */
	if (report.state != ADP_JOB_READY)
		job->not_ready = 0;
	wait_for_next(job);
	switch (report.state)
	{
		case ADP_JOB_READY:
			if (report.percent >= 100)
				job->state = ADP_JOB_READY;
			else
				watch(job, &report);
			break;
		case ADP_JOB_RUNNING:
			watch(job, &report);
			break;
		case ADP_JOB_FAILED:
			handle_failed(job, &report);
			break;
	}
}

/*
 * Reads the answer that the job was started.
 */
static void
read_start(AdpJob *job, const AdpJson *doc)
{
	const char *text =
		adp_json_find_text(doc, job->session->platform->jobs->id);

	if (text == NULL || text[0] == '\0' ||
		strspn(text, "0123456789") != strlen(text))
	{
		fail(job, ADP_ERR_FORMAT, "was started without a number", NULL);
		return;
	}
	job->id = pstrdup(text);
	job->percent = 0;
	job->moved_at_ms = adp_clock_ms();
	wait_for_next(job);
}

/*
 * Takes the answer of a done call.
 */
static void
take_answer(AdpJob *job)
{
	const AdpJson *doc = adp_call_document(job->call, job->cxt);

	if (doc == NULL)
		return;
	if (job->id == NULL)
		read_start(job, doc);
	else
		read_state(job, doc);
	adp_call_release(job->call);
	job->call = NULL;
}

/*
 * Asks again about a job that cannot be read yet.
 */
bool
adp_job_ask_again(AdpJob *job)
{
	if (++job->not_ready > NOT_READY_MAX)
		return false;
	job->state = ADP_JOB_RUNNING;
	wait_for_next(job);
	return true;
}

/*
 * Says that rows of the job go out.
 */
void
adp_job_pin(AdpJob *job)
{
	job->is_pinned = true;
	job->not_ready = 0;
}

/*
 * Deals with a call that failed.  A job that has just been started may not be
 * known everywhere yet.
 */
static void
handle_failure(AdpJob *job)
{
	const AdpFailure *failure = adp_call_failure(job->call);

	if (job->id == NULL || !failure->is_not_ready || !adp_job_ask_again(job))
	{
		job->failure = *failure;
		job->state = ADP_JOB_FAILED;
		return;
	}
	adp_call_release(job->call);
	job->call = NULL;
}

/*
 * Sends the next call: one that starts the job, or that asks about it.
 */
static void
send_next(AdpJob *job)
{
	AdpSession *session = job->session;
	AdpApiRequest request = {0};

	if (job->id != NULL)
	{
		request.answer = ADP_ANSWER_JOB_STATE;
		request.method = "GET";
		request.path = adp_request_path(session->platform->jobs->state_path,
										session->settings, NULL, NULL, job->id);
	}
	else
	{
		request = job->request;
		job->starts++;
		job->started_at_ms = adp_clock_ms();
		if (job->begun_at_ms < 0)
			job->begun_at_ms = job->started_at_ms;
	}
	job->call = adp_client_call(session, job->cxt, &request, job->subject);
}

/*
 * Takes the job as far as it goes.
 */
static void
advance(AdpJob *job)
{
	if (job->call == NULL && job->resume_at_ms > adp_clock_ms())
	{
		adp_session_wake_at(job->session, job->resume_at_ms);
		return;
	}
	if (job->call == NULL)
		send_next(job);
	switch (adp_client_advance(job->call))
	{
		case ADP_CALL_RUNNING:
			return;
		case ADP_CALL_DONE:
			take_answer(job);
			break;
		case ADP_CALL_FAILED:
			handle_failure(job);
			break;
	}
	if (job->state == ADP_JOB_RUNNING && job->call == NULL)
		adp_session_wake_at(job->session, job->resume_at_ms);
}

AdpJobState
adp_job_advance(AdpJob *job)
{
	MemoryContext old = MemoryContextSwitchTo(job->cxt);

	if (job->state == ADP_JOB_RUNNING)
		advance(job);
	MemoryContextSwitchTo(old);
	return job->state;
}

/*
 * The platform's name for a job.
 */
const char *
adp_job_id(const AdpJob *job)
{
	return job->id;
}

/*
 * How the platform put it.
 */
const AdpFailure *
adp_job_failure(const AdpJob *job)
{
	return &job->failure;
}

/*
 * Throws the error of a failed job.
 */
void
adp_job_throw(const AdpJob *job)
{
	Assert(job->state == ADP_JOB_FAILED);
	if (job->call != NULL)
		adp_call_throw(job->call);
	adp_error_throw(&job->error);
}

/*
 * Ends a job.
 */
void
adp_job_release(AdpJob *job)
{
	if (job->call != NULL)
		adp_call_release(job->call);
	MemoryContextDelete(job->cxt);
}
