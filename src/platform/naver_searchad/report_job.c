/*
 * report_job.c
 *	  One report that the platform makes in the background: its job.
 */
#include "postgres.h"

#include "utils/datetime.h"

#include "base/guc.h"
#include "base/words.h"
#include "platform/naver_searchad/report_job.h"

/* How often a job is created that fails or disappears. */
#define STARTS_MAX 3

/*
 * Ages up to which a job that is there is used.  The platform marks a file whose
 * numbers have changed, but a day is long enough for a refresh that was killed to be
 * run again.  A job that still runs after twice the longest time that a statement
 * waits may never end.
 */
#define FILE_USED_S SECS_PER_DAY
#define DUMP_USED_S (15 * SECS_PER_MINUTE)
#define RUN_USED_S (2 * SECS_PER_HOUR)

/* States in which a job is worth waiting for; others are failures. */
#define RUNNING "REGIST,RUNNING,WAITING,AGGREGATING"

/* The platform waits for the numbers of the day, for hours if need be. */
#define AGGREGATING "AGGREGATING"

/* Most characters of the id of a job; master reports have opaque ones. */
#define ID_MAX 200
#define ID_CHARACTERS \
	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.="

const AdpNaverJobKind adp_naver_stat_reports = {"/stat-reports", "reportJobId",
												"reportTp", "regTm",
												FILE_USED_S};
const AdpNaverJobKind adp_naver_master_reports = {"/master-reports", "id",
												  "item", "updateTime",
												  DUMP_USED_S};

/*
 * Returns the seconds between a time of the platform and now; -1 for a text that
 * is no time.
 */
static int64
age_s(const char *moment)
{
	int year, month, day, hour, minute, second;
	int64 then;

	if (moment == NULL ||
		sscanf(moment, "%4d-%2d-%2dT%2d:%2d:%2d", &year, &month, &day, &hour,
			   &minute, &second) != 6 ||
		moment[strlen(moment) - 1] != 'Z')
		return -1;
	then = (int64) (date2j(year, month, day) - POSTGRES_EPOCH_JDATE) *
			SECS_PER_DAY +
		hour * SECS_PER_HOUR + minute * SECS_PER_MINUTE + second;
	return adp_now() / USECS_PER_SEC - then;
}

/*
 * Returns up to which age a job in a state is used.
 */
static int64
used_s(const AdpNaverJob *job, const char *status)
{
	return adp_words_hold(RUNNING, status) && strcmp(status, AGGREGATING) != 0
		? RUN_USED_S
		: job->kind->used_s;
}

/*
 * Whether a job of a list is of a report, and not too old.  The platform's clock may
 * be a little ahead.
 */
static bool
is_of_report(const AdpNaverJob *job, const AdpJson *doc)
{
	const char *report = adp_json_text(adp_json_get(doc, job->kind->report));
	const char *status = adp_json_text(adp_json_get(doc, "status"));
	int64 age = age_s(adp_json_text(adp_json_get(doc, job->kind->made_at)));

	return report != NULL && strcmp(report, job->report) == 0 &&
		status != NULL && age >= -SECS_PER_MINUTE && age <= used_s(job, status);
}

/*
 * Whether a job of a list is of objects that changed since the job's time, to the
 * second; or of all of them.
 */
static bool
is_since(const AdpNaverJob *job, const AdpJson *doc)
{
	const char *since = adp_json_text(adp_json_get(doc, "fromTime"));

	if (job->since == NULL || since == NULL)
		return job->since == NULL &&
			adp_json_scalar(adp_json_get(doc, "fromTime")) == NULL;
	return strncmp(since, job->since, strlen("2026-11-01T00:00:00")) == 0;
}

/*
 * Whether a job is of the day: its statDt is midnight in Korea, in UTC.  One of
 * objects has a time since which they changed in place of it.
 */
static bool
is_of_day(const AdpNaverJob *job, const AdpJson *doc)
{
	const char *start = adp_json_text(adp_json_get(doc, "statDt"));
	int year, month, mday, hour;
	char day[sizeof("20261101")];

	if (job->day == NULL)
		return is_since(job, doc);
	if (start == NULL ||
		sscanf(start, "%4d-%2d-%2dT%2d:", &year, &month, &mday, &hour) != 4)
		return false;
	j2date(date2j(year, month, mday) + (hour >= 15 ? 1 : 0), &year, &month,
		   &mday);
	snprintf(day, sizeof(day), "%04d%02d%02d", year % 10000, month % 100,
			 mday % 100);
	return strcmp(day, job->day) == 0;
}

/*
 * Takes the youngest job of a list, which begins with it, among those that run or
 * have a file, or among all.
 */
static bool
adopt_among(AdpNaverJob *job, const AdpJson *jobs, bool all)
{
	AdpError error = {0};

	for (int i = 0; i < adp_json_count(jobs); i++)
	{
		const AdpJson *doc = adp_json_at(jobs, i);

		if (!is_of_report(job, doc) || !is_of_day(job, doc) ||
			!(all ||
			  adp_words_hold("BUILT," RUNNING,
							 adp_json_text(adp_json_get(doc, "status")))))
			continue;
		if (!adp_naver_job_read(job, doc, &error))
			continue;
		job->made_at = adp_now() -
			age_s(adp_json_text(adp_json_get(doc, job->kind->made_at))) *
				USECS_PER_SEC;
		return true;
	}
	return false;
}

/*
 * Takes a job of a list.
 */
void
adp_naver_job_adopt(AdpNaverJob *job, const AdpJson *jobs)
{
	if (!adopt_among(job, jobs, false))
		(void) adopt_among(job, jobs, true);
}

/*
 * Asks for the jobs of the account.
 */
void
adp_naver_job_list(const AdpNaverJobKind *kind, AdpApiRequest *request)
{
	*request = (AdpApiRequest){.method = "GET",
							   .path = kind->path,
							   .answer = ADP_ANSWER_JOB_STATE};
}

/*
 * Creates the job.
 */
void
adp_naver_job_create(AdpNaverJob *job, AdpApiRequest *request)
{
	job->starts++;
	job->made_at = adp_now();
	*request =
		(AdpApiRequest){.method = "POST",
						.path = job->kind->path,
						.content_type = "application/json; charset=UTF-8",
						.answer = ADP_ANSWER_JOB_START,
						.creates = true};
	if (job->day != NULL)
		request->body = psprintf("{\"reportTp\":\"%s\",\"statDt\":\"%s\"}",
								 job->report, job->day);
	else if (job->since != NULL)
		request->body = psprintf("{\"item\":\"%s\",\"fromTime\":\"%s\"}",
								 job->report, job->since);
	else
		request->body = psprintf("{\"item\":\"%s\"}", job->report);
}

/*
 * Asks for the job's state.
 */
void
adp_naver_job_ask(const AdpNaverJob *job, AdpApiRequest *request)
{
	*request =
		(AdpApiRequest){.method = "GET",
						.path = psprintf("%s/%s", job->kind->path, job->id),
						.answer = ADP_ANSWER_JOB_STATE};
}

/*
 * Asks for the job's file.
 */
void
adp_naver_job_fetch(const AdpNaverJob *job, AdpApiRequest *request)
{
	*request = (AdpApiRequest){.method = "GET",
							   .path = job->path,
							   .answer = ADP_ANSWER_ROWS,
							   .is_text = true};
}

/*
 * Deletes a job.
 */
void
adp_naver_job_delete(const AdpNaverJobKind *kind, const char *id,
					 AdpApiRequest *request)
{
	*request = (AdpApiRequest){.method = "DELETE",
							   .path = psprintf("%s/%s", kind->path, id),
							   .answer = ADP_ANSWER_NOTHING};
}

/*
 * Whether the job still runs, in the platform's word.
 */
bool
adp_naver_job_goes_on(const AdpNaverJob *job)
{
	return adp_words_hold(RUNNING, job->status);
}

/*
 * Returns path and query string of an address, to the letter: a token in it that
 * is encoded again is refused.  The host is left out: credentials go to the
 * server's endpoint only.
 */
static const char *
path_of(const char *url)
{
	const char *host = url != NULL ? strstr(url, "://") : NULL;
	const char *path = host != NULL ? strchr(host + 3, '/') : NULL;

	return path != NULL ? pstrdup(path) : NULL;
}

/*
 * Reads the state of a job.
 */
bool
adp_naver_job_read(AdpNaverJob *job, const AdpJson *doc, AdpError *error)
{
	const char *id = adp_json_scalar(adp_json_get(doc, job->kind->id));
	const char *status = adp_json_text(adp_json_get(doc, "status"));
	const char *path = path_of(adp_json_text(adp_json_get(doc, "downloadUrl")));
	bool is_built = status != NULL && strcmp(status, "BUILT") == 0;

	if (id == NULL || id[0] == '\0' || strlen(id) > ID_MAX ||
		strspn(id, ID_CHARACTERS) != strlen(id) || status == NULL ||
		(is_built && path == NULL))
	{
		adp_error_set(error, ADP_ERR_FORMAT,
					  "the answer does not say how a report is doing", NULL,
					  NULL);
		return false;
	}
	job->id = pstrdup(id);
	job->status = pstrdup(status);
	job->path = path;
	job->state = ADP_NAVER_JOB_RUNNING;
	if (is_built)
		job->state = ADP_NAVER_JOB_BUILT;
	else if (strcmp(status, "NONE") == 0)
		job->state = ADP_NAVER_JOB_NONE;
	return true;
}

/*
 * Gives the job up.
 */
bool
adp_naver_job_restart(AdpNaverJob *job)
{
	job->state = ADP_NAVER_JOB_NEW;
	job->id = NULL;
	job->path = NULL;
	job->is_asked = false;
	return job->starts < STARTS_MAX;
}
