/*
 * daily_rows.c
 *	  Naver SearchAd: the rows of one account and day.
 *
 * They are made of up to two files, of performance and of conversions, each of
 * which a job on the platform makes, and of the names of campaigns and ad groups,
 * which files lack.  See assembler.h: each step sends what is missing next.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "base/guc.h"
#include "platform/api/session.h"
#include "platform/days.h"
#include "platform/naver_searchad/entity_names.h"
#include "platform/naver_searchad/naver_searchad.h"
#include "platform/naver_searchad/stat_job.h"

/* Pauses between rounds of questions about jobs: the first and the longest. */
#define GAP_FIRST_MS 1000
#define GAP_MAX_MS 10000

/* After so long a day that is not prepared is worth another try. */
#define COME_BACK_MS (30 * 60 * 1000)

/* Korea is so far ahead of UTC, and has no summer time. */
#define KOREA_H 9
#define NOON_H 12

/* What the last request was about. */
typedef enum Asked
{
	ASKED_JOBS, /* those that are there */
	ASKED_START,
	ASKED_STATE,
	ASKED_FILE,
	ASKED_DELETE,
	ASKED_NAMES
} Asked;

/* At most one file of each kind. */
#define JOBS_MAX 2

typedef struct Daily
{
	AdpAssembly base;
	const char *day; /* as in requests and files */
	DateADT date;
	AdpNaverSums *sums; /* NULL: not begun */
	AdpNaverEntityNames names;

	AdpNaverJob jobs[JOBS_MAX];
	const AdpNaverFile *files[JOBS_MAX]; /* that they make */
	int njobs;
	bool has_listed; /* the jobs that are there are known */
	List *doomed;	 /* char *: ids of jobs to delete */
	int64 begun_at_ms;
	int64 gap_ms; /* before the next round of questions */

	Asked asked;
	AdpNaverJob *job; /* that it was about */
} Daily;

/*
 * Fails the assembly with an error of ours.
 */
static AdpAssemblyStep
fail(Daily *daily, AdpErrorClass class, const char *message, const char *why,
	 const char *hint)
{
	adp_error_set(&daily->base.error, class, message,
				  psprintf("Account %s, %s: %s.", daily->base.ask.account->id,
						   adp_days_iso(daily->date), why),
				  hint);
	return ADP_ASSEMBLY_FAILED;
}

/*
 * Fails for a day whose numbers the platform is still preparing.  That is no
 * reason to return no rows, and nothing is wrong with the account.
 */
static AdpAssemblyStep
fail_early(Daily *daily)
{
	AdpError *error = &daily->base.error;

	(void)
		fail(daily, ADP_ERR_QUOTA,
			 "platform \"naver_searchad\" has not prepared the numbers of a day yet",
			 "the files of the day are not ready",
			 "Naver often has them between 07:00 and 12:00 of the next day in Korea. Bound the day of the statement before, or run it again later.");
	error->retry_at = adp_session_retry_at(COME_BACK_MS);
	error->late_day = adp_days_iso(daily->date);
	error->detail = adp_session_with_moment(error->detail, COME_BACK_MS);
	return ADP_ASSEMBLY_FAILED;
}

/*
 * Chooses the files to read, and what of names is needed.
 */
static void
begin(Daily *daily)
{
	const AdpPageAsk *ask = &daily->base.ask;
	const AdpNaverGrain *grain = adp_naver_grain_of(ask->query->source);
	bool takes_vat_off = ask->settings->vat_rate == NULL ||
		strcmp(ask->settings->vat_rate, "0") != 0;
	AdpCell cell = {.data = ask->query->since,
					.len = (uint32) strlen(ask->query->since),
					.kind = ADP_CELL_STRING};

	if (!adp_compact_formats.read_day(&cell, &daily->date))
		elog(ERROR, "malformed day of a request");
	daily->day = pstrdup(ask->query->since);
	daily->sums = adp_naver_sums_create(grain, ask->query, ask->account->id,
										daily->date, takes_vat_off);
	daily->files[daily->njobs++] = &grain->performance;
	if (grain->conversions.report != NULL &&
		adp_naver_needs_conversions(ask->query))
		daily->files[daily->njobs++] = &grain->conversions;
	for (int i = 0; i < daily->njobs; i++)
		daily->jobs[i] = (AdpNaverJob){.kind = &adp_naver_stat_reports,
									   .report = daily->files[i]->report,
									   .day = daily->day};
	for (int i = 0; i < ask->query->nfields; i++)
		adp_naver_names_want(&daily->names, ask->query->fields[i]);
	daily->gap_ms = GAP_FIRST_MS;
	daily->begun_at_ms = adp_clock_ms();
}

/*
 * Remembers that a job is to be deleted.
 */
static void
doom(Daily *daily, AdpNaverJob *job)
{
	if (job->id != NULL)
		daily->doomed = lappend(daily->doomed, pstrdup(job->id));
	job->id = NULL;
}

/*
 * Remembers that all jobs are to be deleted: without one of them the others are of
 * no use.
 */
static void
doom_all(Daily *daily)
{
	for (int i = 0; i < daily->njobs; i++)
	{
		doom(daily, &daily->jobs[i]);
		daily->jobs[i].state = ADP_NAVER_JOB_EARLY;
		daily->jobs[i].is_asked = false;
	}
}

/*
 * Creates a job anew that failed or is gone; fails after some times.
 */
static AdpAssemblyStep
restart(Daily *daily, AdpNaverJob *job, const char *why)
{
	if (adp_naver_job_restart(job))
		return ADP_ASSEMBLY_ASK;
	return fail(daily, ADP_ERR_REPLY,
				"platform \"naver_searchad\" did not finish a report",
				psprintf("report %s %s, started %d times", job->report, why,
						 job->starts),
				"Run the statement again later.");
}

/*
 * Looks for a job among those that are there before it is created again: it may
 * be, although the answer was lost.  Fails after some times.
 */
static AdpAssemblyStep
look_again(Daily *daily, AdpNaverJob *job)
{
	if (!adp_naver_job_restart(job))
		return ADP_ASSEMBLY_FAILED;
	daily->has_listed = false;
	daily->base.wait_ms = GAP_FIRST_MS;
	daily->base.wait_reason = "lost answer";
	return ADP_ASSEMBLY_WAIT;
}

/*
 * Whether it is so early that a day without rows may get some: until noon of the
 * next day in Korea.
 */
static bool
is_young(const Daily *daily)
{
	TimestampTz noon_utc = (TimestampTz) (daily->date + 1) * USECS_PER_DAY +
		(TimestampTz) (NOON_H - KOREA_H) * USECS_PER_HOUR;

	return adp_now() < noon_utc;
}

/*
 * Judges the state of a job.
 */
static AdpAssemblyStep
judge(Daily *daily, AdpNaverJob *job)
{
	if (job->state == ADP_NAVER_JOB_NONE)
	{
		doom(daily, job);
		if (is_young(daily))
			job->state = ADP_NAVER_JOB_EARLY;
		job->is_asked = false;
	}
	if (job->state != ADP_NAVER_JOB_RUNNING || adp_naver_job_goes_on(job))
		return ADP_ASSEMBLY_ASK;
	doom(daily, job);
	return restart(daily, job, psprintf("ended as \"%s\"", job->status));
}

/*
 * Reads an answer about a job.
 */
static AdpAssemblyStep
take_state(Daily *daily, AdpNaverJob *job, const AdpAssemblyAnswer *answer)
{
	AdpError *error = &daily->base.error;
	const AdpJson *doc =
		adp_json_parse(CurrentMemoryContext, answer->body, answer->len, error);

	if (doc == NULL || !adp_naver_job_read(job, doc, error))
		return ADP_ASSEMBLY_RETRY;
	job->is_asked = daily->asked == ASKED_STATE;
	return judge(daily, job);
}

/*
 * Reads the list of jobs that are there.
 */
static AdpAssemblyStep
take_jobs(Daily *daily, const AdpAssemblyAnswer *answer)
{
	AdpError *error = &daily->base.error;
	const AdpJson *doc =
		adp_json_parse(CurrentMemoryContext, answer->body, answer->len, error);

	if (doc != NULL && !adp_json_is_array(doc))
		adp_error_set(error, ADP_ERR_FORMAT, "the answer is no list of reports",
					  NULL, NULL);
	if (error->class != ADP_OK)
		return ADP_ASSEMBLY_RETRY;
	for (int i = 0; i < daily->njobs; i++)
	{
		if (daily->jobs[i].state != ADP_NAVER_JOB_NEW)
			continue;
		adp_naver_job_adopt(&daily->jobs[i], doc);
		if (daily->jobs[i].state == ADP_NAVER_JOB_NONE)
			(void) judge(daily, &daily->jobs[i]);
	}
	daily->has_listed = true;
	return ADP_ASSEMBLY_ASK;
}

/*
 * Adds the rows of a file.
 */
static AdpAssemblyStep
take_file(Daily *daily, AdpNaverJob *job, const AdpAssemblyAnswer *answer)
{
	if (!adp_naver_sums_add_file(daily->sums, daily->files[job - daily->jobs],
								 answer->body, answer->len, &daily->base.error))
		return ADP_ASSEMBLY_RETRY;
	doom(daily, job);
	job->state = ADP_NAVER_JOB_READ;
	return ADP_ASSEMBLY_ASK;
}

/*
 * Reads the answer to the last request.
 */
static AdpAssemblyStep
take(Daily *daily, const AdpAssemblyAnswer *answer)
{
	switch (daily->asked)
	{
		case ASKED_JOBS:
			return take_jobs(daily, answer);
		case ASKED_START:
		case ASKED_STATE:
			return take_state(daily, daily->job, answer);
		case ASKED_FILE:
			return take_file(daily, daily->job, answer);
		case ASKED_DELETE:
			break;
		case ASKED_NAMES:
			if (!adp_naver_names_take(&daily->names, answer->body, answer->len,
									  &daily->base.error))
				return ADP_ASSEMBLY_RETRY;
			break;
	}
	return ADP_ASSEMBLY_ASK;
}

/*
 * Handles a refusal: what can be done about it is done; the rest fails.
 */
static AdpAssemblyStep
take_refusal(Daily *daily, const AdpFailure *failure, bool is_lost)
{
	/* the rows are complete; the platform drops old jobs by itself */
	if (daily->asked == ASKED_DELETE)
		return ADP_ASSEMBLY_ASK;
	if (is_lost)
		return look_again(daily, daily->job);
	if (daily->asked == ASKED_START && adp_naver_searchad_is_early(failure))
	{
		daily->job->state = ADP_NAVER_JOB_EARLY;
		return ADP_ASSEMBLY_ASK;
	}
	if ((daily->asked == ASKED_STATE || daily->asked == ASKED_FILE) &&
		adp_naver_searchad_is_gone(failure))
		return restart(daily, daily->job, "was deleted");
	return ADP_ASSEMBLY_FAILED;
}

/*
 * Sends a request about a job.
 */
static AdpAssemblyStep
ask_job(Daily *daily, AdpNaverJob *job, Asked asked)
{
	AdpApiRequest *request = &daily->base.request;

	daily->job = job;
	daily->asked = asked;
	if (asked == ASKED_START)
		adp_naver_job_create(job, request);
	else if (asked == ASKED_STATE)
		adp_naver_job_ask(job, request);
	else
		adp_naver_job_fetch(job, request);
	return ADP_ASSEMBLY_ASK;
}

/*
 * Finds a job in a state, or NULL.
 */
static AdpNaverJob *
find_job(Daily *daily, AdpNaverJobState state, bool is_asked)
{
	for (int i = 0; i < daily->njobs; i++)
	{
		if (daily->jobs[i].state == state && daily->jobs[i].is_asked == is_asked)
			return &daily->jobs[i];
	}
	return NULL;
}

/*
 * Waits before the next round of questions.
 */
static AdpAssemblyStep
wait_for_jobs(Daily *daily, const AdpNaverJob *job)
{
	int64 waited_ms = adp_clock_ms() - daily->begun_at_ms;

	for (int i = 0; i < daily->njobs; i++)
		daily->jobs[i].is_asked = false;
	if (waited_ms <= daily->base.ask.settings->job_timeout_ms)
	{
		daily->base.wait_ms = daily->gap_ms;
		daily->base.wait_reason = "run of a report";
		daily->gap_ms = Min(daily->gap_ms * 3 / 2, GAP_MAX_MS);
		return ADP_ASSEMBLY_WAIT;
	}
	if (strcmp(job->status, "AGGREGATING") == 0)
		return fail_early(daily);
	return fail(daily, ADP_ERR_REPLY,
				"platform \"naver_searchad\" did not finish a report",
				psprintf("report %s is \"%s\" after " INT64_FORMAT " seconds",
						 job->report, job->status, waited_ms / 1000),
				"Run the statement again later, or raise server option job_timeout_ms.");
}

/*
 * Deletes the next job that was read.
 */
static AdpAssemblyStep
delete_job(Daily *daily)
{
	const char *id = linitial(daily->doomed);

	daily->doomed = list_delete_first(daily->doomed);
	daily->asked = ASKED_DELETE;
	adp_naver_job_delete(&adp_naver_stat_reports, id, &daily->base.request);
	return ADP_ASSEMBLY_ASK;
}

/*
 * Writes the page.
 */
static AdpAssemblyStep
finish(Daily *daily)
{
	StringInfo body = &daily->base.body;

	for (int i = 0; i < daily->njobs; i++)
		Assert(daily->jobs[i].state == ADP_NAVER_JOB_READ ||
			   daily->jobs[i].state == ADP_NAVER_JOB_NONE);
	initStringInfo(body);
	appendStringInfoString(body, "{\"rows\":[");
	adp_naver_sums_write(daily->sums, body, &daily->names.base);
	appendStringInfoString(body, "]}");
	return ADP_ASSEMBLY_DONE;
}

/*
 * Asks for the list of jobs.
 */
static AdpAssemblyStep
ask_jobs(Daily *daily)
{
	daily->asked = ASKED_JOBS;
	adp_naver_job_list(&adp_naver_stat_reports, &daily->base.request);
	return ADP_ASSEMBLY_ASK;
}

/*
 * Sends what is missing next.
 */
static AdpAssemblyStep
go_on(Daily *daily)
{
	AdpNaverJob *job;

	if (!daily->has_listed)
		return ask_jobs(daily);
	if (find_job(daily, ADP_NAVER_JOB_EARLY, false) != NULL)
		doom_all(daily);
	if (daily->doomed != NIL)
		return delete_job(daily);
	if (find_job(daily, ADP_NAVER_JOB_EARLY, false) != NULL)
		return fail_early(daily);
	if ((job = find_job(daily, ADP_NAVER_JOB_NEW, false)) != NULL)
		return ask_job(daily, job, ASKED_START);
	if ((job = find_job(daily, ADP_NAVER_JOB_BUILT, false)) != NULL ||
		(job = find_job(daily, ADP_NAVER_JOB_BUILT, true)) != NULL)
		return ask_job(daily, job, ASKED_FILE);
	if ((job = find_job(daily, ADP_NAVER_JOB_RUNNING, false)) != NULL)
		return ask_job(daily, job, ASKED_STATE);
	if ((job = find_job(daily, ADP_NAVER_JOB_RUNNING, true)) != NULL)
		return wait_for_jobs(daily, job);
	if (adp_naver_names_ask(&daily->names, &daily->base.request))
	{
		daily->asked = ASKED_NAMES;
		return ADP_ASSEMBLY_ASK;
	}
	return finish(daily);
}

/*
 * Takes the answer to the last step, and makes the next one.
 */
static AdpAssemblyStep
next_step(AdpAssembly *assembly, const AdpAssemblyAnswer *answer)
{
	Daily *daily = (Daily *) assembly;
	AdpAssemblyStep step = ADP_ASSEMBLY_ASK;

	if (daily->sums == NULL)
		begin(daily);
	if (answer != NULL)
		step = answer->failure != NULL
			? take_refusal(daily, answer->failure, answer->is_lost)
			: take(daily, answer);
	return step == ADP_ASSEMBLY_ASK ? go_on(daily) : step;
}

/*
 * Returns the requests of a day: the list of jobs; of each file one that creates
 * its job, one for its state, one for the file and one that deletes the job; of
 * each list of names a page, and the one after it, which is empty.
 */
static int
count_requests(const AdpQuery *query)
{
	const AdpNaverGrain *grain = adp_naver_grain_of(query->source);
	bool has_conversions =
		grain->conversions.report != NULL && adp_naver_needs_conversions(query);
	int n = 1 + (has_conversions ? 2 : 1) * REQUESTS_OF_JOB;

	for (int i = 0; i < query->nfields; i++)
		n += adp_naver_names_list(query->fields[i]) != NULL ? 2 : 0;
	return n;
}

const AdpAssembler adp_naver_searchad_daily = {sizeof(Daily), next_step,
											   count_requests};
