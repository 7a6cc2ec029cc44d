/*
 * job.c
 *	  Reports that the platform generates in the background.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/json_find.h"
#include "platform/api/client.h"
#include "platform/api/request.h"
#include "platform/job/job.h"
#include "platform/job/job_pace.h"

/* Starts of a job that fails temporarily or is skipped. */
#define STARTS_MAX 3

/* Starts of a job that makes no progress. */
#define STUCK_STARTS_MAX 2

/* Consecutive responses that a job does not exist or is not readable. */
#define NOT_READY_MAX 5

/* Default pause before a job is restarted. */
#define RESTART_MS 1000

struct AdpJob
{
	AdpSession *session;
	MemoryContext cxt; /* the job and all that it allocates */
	AdpApiRequest request;
	const char *subject;

	AdpJobState state;
	AdpCall *call;		 /* the start request or a status request, or NULL */
	char *id;			 /* NULL until it is started */
	int64 begun_at_ms;	 /* first start; -1: not started */
	int64 started_at_ms; /* latest start */
	int64 resume_at_ms;	 /* time of the next request */
	int64 moved_at_ms;	 /* last progress */
	int percent;
	int starts;
	int not_ready;	/* consecutive responses */
	bool is_pinned; /* the caller has returned rows of it */

	AdpFailure failure;
	AdpError error;
};

/*
 * Allocates a job in a context of its own below parent.
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
	job->request = adp_request_copy(request);
	job->subject = pstrdup(subject);
	job->begun_at_ms = -1;
	MemoryContextSwitchTo(old);
	return job;
}

/*
 * Fails the job.  why completes the sentence "run N ..." of the detail.
 */
static void
fail(AdpJob *job, AdpErrorClass class, const char *why, const char *hint)
{
	const char *name = job->session->platform->name;
	int64 wait_ms = class == ADP_ERR_QUOTA ? job->failure.retry_after_ms : -1;
	const char *detail = psprintf("%s: run %s %s.", job->subject,
								  job->id ? job->id : "of a report", why);

	job->state = ADP_JOB_FAILED;
	if (wait_ms >= 0)
		detail = adp_session_with_moment(detail, wait_ms);
	adp_error_set(&job->error, class,
				  psprintf("platform \"%s\" did not finish a report", name),
				  adp_session_redact(job->session, detail), hint);
	if (wait_ms >= 0)
		job->error.retry_at = adp_session_retry_at(wait_ms);
}

/*
 * Restarts the job after a pause.  Returns false if it has had its starts, or
 * if rows of it are returned already: another run may order them differently.
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
	adp_session_add_backoff(job->session, pause_ms);
	return true;
}

/*
 * Handles a job that the platform reports as failed.  If the request was too
 * large, the job fails, and the caller can request less.
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
 * Records the progress of the job; restarts or fails one that makes no progress.
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
			 "Request fewer days or columns, or raise server option job_timeout_ms.");
	else if (adp_job_is_stuck(now - job->moved_at_ms, timeout_ms) &&
			 !start_over(job, STUCK_STARTS_MAX, 0))
	{
		job->failure.is_too_much = true;
		fail(job, ADP_ERR_REPLY,
			 psprintf("stopped at %d %%, started %d times", job->percent,
					  job->starts),
			 "Request fewer days or columns, or try again later.");
	}
}

/*
 * Schedules the next status request.
 */
static void
wait_for_next(AdpJob *job)
{
	int64 now = adp_clock_ms();

	job->resume_at_ms = now + adp_job_gap_ms(now - job->started_at_ms);
	job->session->stats.wait_reason = "run of a report";
}

/*
 * Reads a status response.
 */
static void
read_state(AdpJob *job, const AdpJson *doc)
{
	const AdpPlatform *platform = job->session->platform;
	AdpJobReport report = {0};

	adp_job_read(platform->jobs, platform->failures, doc, &report);
	/* a job may be complete before its rows can be read */
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
 * Reads the response to the start request.
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
 * Reads the response of a finished call.
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
 * Disables restarts.
 */
void
adp_job_pin(AdpJob *job)
{
	job->is_pinned = true;
	job->not_ready = 0;
}

/*
 * Handles a failed call.  Right after its start, a job may not be known to all
 * servers of the platform.
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
 * Sends the start request, or a status request if the job is started.
 */
static void
send_next(AdpJob *job)
{
	AdpSession *session = job->session;
	AdpApiRequest request = {0};

	if (job->id != NULL)
	{
		request.answer = ADP_ANSWER_JOB_STATE;
		request.account = job->request.account;
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
 * Advances the job until it must wait.
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
 * Returns the platform's id of a job.
 */
const char *
adp_job_id(const AdpJob *job)
{
	return job->id;
}

/*
 * Returns the platform's failure.
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
 * Frees the job and its call.
 */
void
adp_job_release(AdpJob *job)
{
	if (job->call != NULL)
		adp_call_release(job->call);
	MemoryContextDelete(job->cxt);
}
