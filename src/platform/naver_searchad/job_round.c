/*
 * job_round.c
 *	  Jobs of one page: creates them, waits for them, reads and deletes them.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "base/guc.h"
#include "platform/api/session.h"
#include "platform/days.h"
#include "platform/naver_searchad/job_round.h"
#include "platform/naver_searchad/naver_searchad.h"

/* Pauses between rounds of questions about jobs: the first and the longest. */
#define GAP_FIRST_MS 1000
#define GAP_MAX_MS 10000

/* Age up to which a job that was there is believed to have no rows. */
#define NONE_USED_MIN 15

/* Korea is so far ahead of UTC, and has no summer time. */
#define KOREA_H 9
#define NOON_H 12

/*
 * Begins without jobs.
 */
void
adp_naver_jobs_begin(AdpNaverJobs *jobs, AdpAssembly *assembly,
					 bool (*read)(void *arg, const AdpNaverJob *job,
								  const char *body, Size len, AdpError *error),
					 void *arg)
{
	*jobs = (AdpNaverJobs){.assembly = assembly,
						   .read = read,
						   .arg = arg,
						   .gap_ms = GAP_FIRST_MS,
						   .begun_at_ms = adp_clock_ms()};
}

/*
 * Returns the day of a job that has one.
 */
static DateADT
job_day(const AdpNaverJob *job)
{
	AdpCell cell = {.kind = ADP_CELL_STRING,
					.data = job->day,
					.len = (uint32) strlen(job->day)};
	DateADT day;

	if (!adp_compact_formats.read_day(&cell, &day))
		elog(ERROR, "malformed day of a report");
	return day;
}

/*
 * Fails for a report that does not come to its end.
 */
static AdpAssemblyStep
fail(AdpNaverJobs *jobs, const AdpNaverJob *job, const char *why,
	 const char *hint)
{
	adp_error_set(&jobs->assembly->error, ADP_ERR_REPLY,
				  "platform \"naver_searchad\" did not finish a report",
				  psprintf("Account %s%s%s: %s %s %s.",
						   jobs->assembly->ask.account->id, job->day ? ", " : "",
						   job->day ? adp_days_iso(job_day(job)) : "",
						   job->day ? "report" : "master report", job->report,
						   why),
				  hint);
	return ADP_ASSEMBLY_FAILED;
}

/*
 * Remembers that a job is to be deleted.
 */
static void
doom(AdpNaverJobs *jobs, AdpNaverJob *job)
{
	if (job->id != NULL)
		jobs->doomed = lappend(jobs->doomed, pstrdup(job->id));
	job->id = NULL;
}

/*
 * Gives up all jobs: without one of them the others are of no use.
 */
static void
give_up(AdpNaverJobs *jobs)
{
	for (int i = 0; i < jobs->njobs; i++)
		doom(jobs, &jobs->jobs[i]);
	jobs->njobs = 0;
	jobs->is_early = true;
}

/*
 * Creates a job anew that failed or is gone; fails after some times.
 */
static AdpAssemblyStep
restart(AdpNaverJobs *jobs, AdpNaverJob *job, const char *why)
{
	if (adp_naver_job_restart(job))
		return ADP_ASSEMBLY_ASK;
	return fail(jobs, job, psprintf("%s, started %d times", why, job->starts),
				"Run the statement again later.");
}

/*
 * Looks for a job among those that are there before it is created again: it may
 * be, although the answer was lost.  Fails after some times.
 */
static AdpAssemblyStep
look_again(AdpNaverJobs *jobs, AdpNaverJob *job)
{
	if (!adp_naver_job_restart(job))
		return ADP_ASSEMBLY_FAILED;
	jobs->has_listed = false;
	jobs->assembly->wait_ms = GAP_FIRST_MS;
	jobs->assembly->wait_reason = "lost answer";
	return ADP_ASSEMBLY_WAIT;
}

/*
 * Whether a job was made when its day could still get rows although it has none:
 * until noon of the next day in Korea.
 */
static bool
is_young(const AdpNaverJob *job)
{
	return job->day != NULL &&
		job->made_at < (TimestampTz) (job_day(job) + 1) * USECS_PER_DAY +
			(TimestampTz) (NOON_H - KOREA_H) * USECS_PER_HOUR;
}

/*
 * Judges the state of a job.
 */
static AdpAssemblyStep
judge(AdpNaverJobs *jobs, AdpNaverJob *job)
{
	if (job->state == ADP_NAVER_JOB_NONE)
	{
		doom(jobs, job);
		job->is_asked = false;
		jobs->job = job;
		if (is_young(job))
			job->state = ADP_NAVER_JOB_EARLY;
		else if (!jobs->read(jobs->arg, job, "", 0, &jobs->assembly->error))
			return ADP_ASSEMBLY_FAILED;
	}
	if (job->state != ADP_NAVER_JOB_RUNNING || adp_naver_job_goes_on(job))
		return ADP_ASSEMBLY_ASK;
	doom(jobs, job);
	return restart(jobs, job, psprintf("ended as \"%s\"", job->status));
}

/*
 * Whether a job was made long ago.
 */
static bool
is_old(const AdpNaverJob *job)
{
	return adp_now() - job->made_at > NONE_USED_MIN * USECS_PER_MINUTE;
}

/*
 * Judges a job that was there.  One that has failed, whose numbers have changed, or
 * that was made before there were any, is deleted, and another one is created.  The
 * platform marks a file whose numbers have changed; a job without rows says NONE for
 * good, so that it is believed for minutes only.
 */
static AdpAssemblyStep
judge_found(AdpNaverJobs *jobs, AdpNaverJob *job)
{
	bool is_useless = job->state == ADP_NAVER_JOB_NONE
		? is_young(job) || is_old(job)
		: job->state == ADP_NAVER_JOB_RUNNING && !adp_naver_job_goes_on(job);

	if (!is_useless)
		return judge(jobs, job);
	doom(jobs, job);
	job->state = ADP_NAVER_JOB_NEW;
	return ADP_ASSEMBLY_ASK;
}

/*
 * Reads the list of jobs that are there.
 */
static AdpAssemblyStep
take_jobs(AdpNaverJobs *jobs, const AdpJson *doc)
{
	AdpAssemblyStep step = ADP_ASSEMBLY_ASK;

	if (!adp_json_is_array(doc))
	{
		adp_error_set(&jobs->assembly->error, ADP_ERR_FORMAT,
					  "the answer is no list of reports", NULL, NULL);
		return ADP_ASSEMBLY_RETRY;
	}
	for (int i = 0; i < jobs->njobs && step == ADP_ASSEMBLY_ASK; i++)
	{
		AdpNaverJob *job = &jobs->jobs[i];

		if (job->state != ADP_NAVER_JOB_NEW)
			continue;
		adp_naver_job_adopt(job, doc);
		step = judge_found(jobs, job);
	}
	jobs->has_listed = true;
	return step;
}

/*
 * Reads an answer in JSON: the list of jobs, or the state of one.
 */
static AdpAssemblyStep
take_document(AdpNaverJobs *jobs, const AdpAssemblyAnswer *answer)
{
	AdpError *error = &jobs->assembly->error;
	const AdpJson *doc =
		adp_json_parse(CurrentMemoryContext, answer->body, answer->len, error);

	if (doc == NULL)
		return ADP_ASSEMBLY_RETRY;
	if (jobs->asked == ADP_NAVER_ASKED_JOBS)
		return take_jobs(jobs, doc);
	if (!adp_naver_job_read(jobs->job, doc, error))
		return ADP_ASSEMBLY_RETRY;
	jobs->job->is_asked = jobs->asked == ADP_NAVER_ASKED_STATE;
	return judge(jobs, jobs->job);
}

/*
 * Reads a file.
 */
static AdpAssemblyStep
take_file(AdpNaverJobs *jobs, AdpNaverJob *job, const AdpAssemblyAnswer *answer)
{
	if (!jobs->read(jobs->arg, job, answer->body, answer->len,
					&jobs->assembly->error))
		return ADP_ASSEMBLY_RETRY;
	doom(jobs, job);
	job->state = ADP_NAVER_JOB_READ;
	return ADP_ASSEMBLY_ASK;
}

/*
 * Handles a refusal: what can be done about it is done; the rest fails.
 */
static AdpAssemblyStep
take_refusal(AdpNaverJobs *jobs, const AdpAssemblyAnswer *answer)
{
	/* what is read is complete; the platform drops old jobs by itself */
	if (jobs->asked == ADP_NAVER_ASKED_DELETE)
		return ADP_ASSEMBLY_ASK;
	if (answer->is_lost)
		return look_again(jobs, jobs->job);
	if (jobs->asked == ADP_NAVER_ASKED_START && jobs->job->day != NULL &&
		adp_naver_searchad_is_early(answer->failure))
	{
		jobs->job->state = ADP_NAVER_JOB_EARLY;
		return ADP_ASSEMBLY_ASK;
	}
	if ((jobs->asked == ADP_NAVER_ASKED_STATE ||
		 jobs->asked == ADP_NAVER_ASKED_FILE) &&
		adp_naver_searchad_is_gone(answer->failure))
	{
		/* or its numbers have changed, and it is there still */
		doom(jobs, jobs->job);
		return restart(jobs, jobs->job, "was deleted");
	}
	return ADP_ASSEMBLY_FAILED;
}

/*
 * Takes the answer to the last request.
 */
AdpAssemblyStep
adp_naver_jobs_take(AdpNaverJobs *jobs, const AdpAssemblyAnswer *answer)
{
	if (answer->failure != NULL)
		return take_refusal(jobs, answer);
	if (jobs->asked == ADP_NAVER_ASKED_DELETE)
		return ADP_ASSEMBLY_ASK;
	if (jobs->asked == ADP_NAVER_ASKED_FILE)
		return take_file(jobs, jobs->job, answer);
	return take_document(jobs, answer);
}

/*
 * Writes a request about a job.
 */
static AdpAssemblyStep
ask_job(AdpNaverJobs *jobs, AdpNaverJob *job, AdpNaverAsked asked)
{
	AdpApiRequest *request = &jobs->assembly->request;

	jobs->job = job;
	jobs->asked = asked;
	if (asked == ADP_NAVER_ASKED_START)
		adp_naver_job_create(job, request);
	else if (asked == ADP_NAVER_ASKED_STATE)
		adp_naver_job_ask(job, request);
	else
		adp_naver_job_fetch(job, request);
	return ADP_ASSEMBLY_ASK;
}

/*
 * Deletes the next job that is of no use any more.
 */
static AdpAssemblyStep
delete_job(AdpNaverJobs *jobs, const AdpNaverJobKind *kind)
{
	const char *id = linitial(jobs->doomed);

	jobs->doomed = list_delete_first(jobs->doomed);
	jobs->asked = ADP_NAVER_ASKED_DELETE;
	adp_naver_job_delete(kind, id, &jobs->assembly->request);
	return ADP_ASSEMBLY_ASK;
}

/*
 * Finds a job in a state, or NULL.
 */
static AdpNaverJob *
find_job(AdpNaverJobs *jobs, AdpNaverJobState state, bool is_asked)
{
	for (int i = 0; i < jobs->njobs; i++)
	{
		if (jobs->jobs[i].state == state && jobs->jobs[i].is_asked == is_asked)
			return &jobs->jobs[i];
	}
	return NULL;
}

/*
 * Waits before the next round of questions.
 */
static AdpAssemblyStep
wait_for_jobs(AdpNaverJobs *jobs, const AdpNaverJob *job)
{
	AdpAssembly *assembly = jobs->assembly;
	int64 waited_ms = adp_clock_ms() - jobs->begun_at_ms;

	for (int i = 0; i < jobs->njobs; i++)
		jobs->jobs[i].is_asked = false;
	if (waited_ms <= assembly->ask.settings->job_timeout_ms)
	{
		assembly->wait_ms = jobs->gap_ms;
		assembly->wait_reason = "run of a report";
		jobs->gap_ms = Min(jobs->gap_ms * 3 / 2, GAP_MAX_MS);
		return ADP_ASSEMBLY_WAIT;
	}
	if (job->day != NULL && strcmp(job->status, "AGGREGATING") == 0)
	{
		jobs->is_early = true;
		return ADP_ASSEMBLY_DONE;
	}
	return fail(jobs, job,
				psprintf("is \"%s\" after " INT64_FORMAT " seconds",
						 job->status, waited_ms / 1000),
				"Run the statement again later, or raise server option job_timeout_ms.");
}

/*
 * Writes the next request.
 */
AdpAssemblyStep
adp_naver_jobs_go_on(AdpNaverJobs *jobs)
{
	const AdpNaverJobKind *kind = jobs->jobs[0].kind;
	AdpNaverJob *job;

	if (!jobs->has_listed)
	{
		jobs->asked = ADP_NAVER_ASKED_JOBS;
		adp_naver_job_list(kind, &jobs->assembly->request);
		return ADP_ASSEMBLY_ASK;
	}
	if (find_job(jobs, ADP_NAVER_JOB_EARLY, false) != NULL)
		give_up(jobs);
	if (jobs->doomed != NIL)
		return delete_job(jobs, kind);
	if ((job = find_job(jobs, ADP_NAVER_JOB_NEW, false)) != NULL)
		return ask_job(jobs, job, ADP_NAVER_ASKED_START);
	if ((job = find_job(jobs, ADP_NAVER_JOB_BUILT, false)) != NULL ||
		(job = find_job(jobs, ADP_NAVER_JOB_BUILT, true)) != NULL)
		return ask_job(jobs, job, ADP_NAVER_ASKED_FILE);
	if ((job = find_job(jobs, ADP_NAVER_JOB_RUNNING, false)) != NULL)
		return ask_job(jobs, job, ADP_NAVER_ASKED_STATE);
	if ((job = find_job(jobs, ADP_NAVER_JOB_RUNNING, true)) != NULL)
		return wait_for_jobs(jobs, job);
	return ADP_ASSEMBLY_DONE;
}
