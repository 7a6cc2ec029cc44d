/*
 * daily_rows.c
 *	  Naver SearchAd: the rows of one account and day.
 *
 * They are made of up to two files, of performance and of conversions, each of
 * which a job on the platform makes, and of the names of campaigns and ad groups,
 * which files lack.  Days without files are made of what the platform reports of
 * each object, see early_rows.h; but not for a copy, which stores what is final.
 * See assembler.h: each step sends what is missing next.
 */
#include "postgres.h"

#include "base/guc.h"
#include "platform/api/session.h"
#include "platform/days.h"
#include "platform/naver_searchad/early_rows.h"
#include "platform/naver_searchad/entity_names.h"
#include "platform/naver_searchad/job_round.h"
#include "platform/naver_searchad/naver_searchad.h"
#include "platform/naver_searchad/older_days.h"
#include "platform/naver_searchad/stat_file.h"

/* After so long a day that is not prepared is worth another try. */
#define COME_BACK_MS (30 * 60 * 1000)

typedef struct Daily
{
	AdpAssembly base;
	DateADT date;
	AdpNaverSums *sums; /* NULL: not begun */
	AdpNaverEntityNames names;
	AdpNaverJobs jobs;
	AdpNaverEarly *early; /* in place of files; or NULL */
	bool has_numbers;	  /* only names are missing */
} Daily;

/*
 * Fails for a day whose numbers the platform is still preparing.  That is no
 * reason to return no rows, and nothing is wrong with the account.
 */
static AdpAssemblyStep
fail_early(Daily *daily, const char *why)
{
	AdpError *error = &daily->base.error;

	adp_error_set(error, ADP_ERR_QUOTA,
				  "platform \"naver_searchad\" has not prepared the numbers of a day yet",
				  psprintf("Account %s, %s: %s.", daily->base.ask.account->id,
						   adp_days_iso(daily->date), why),
				  "Naver often has them between 07:00 and 12:00 of the next day in Korea. Bound the day of the statement before, or run it again later.");
	error->retry_at = adp_session_retry_at(COME_BACK_MS);
	error->late_day = adp_days_iso(daily->date);
	error->detail = adp_session_with_moment(error->detail, COME_BACK_MS);
	return ADP_ASSEMBLY_FAILED;
}

/*
 * Returns the file of a source that a job makes.
 */
static const AdpNaverFile *
file_of(const AdpSource *source, const AdpNaverJob *job)
{
	const AdpNaverGrain *grain = adp_naver_grain_of(source);

	return strcmp(grain->performance.report, job->report) == 0
		? &grain->performance
		: &grain->conversions;
}

/*
 * Adds the rows of a file.
 */
static bool
read_file(void *arg, const AdpNaverJob *job, const char *body, Size len,
		  AdpError *error)
{
	Daily *daily = arg;

	return adp_naver_file_add(file_of(daily->base.ask.query->source, job), body,
							  len, daily->sums, error);
}

/*
 * Adds the job of a file.
 */
static void
add_job(Daily *daily, const AdpNaverFile *file)
{
	AdpNaverJobs *jobs = &daily->jobs;

	jobs->jobs[jobs->njobs++] = (AdpNaverJob){.kind = &adp_naver_stat_reports,
											  .report = file->report,
											  .day = daily->sums->day};
}

/*
 * Begins without numbers.
 */
static void
make_sums(Daily *daily)
{
	const AdpPageAsk *ask = &daily->base.ask;
	bool takes_vat_off = ask->settings->vat_rate == NULL ||
		strcmp(ask->settings->vat_rate, "0") != 0;

	daily->sums = adp_naver_sums_create(ask->query, ask->account->id,
										daily->date, takes_vat_off);
}

/*
 * Makes the numbers of what the platform reports without files, if that
 * has the table's rows.  One of the files may have been read: it does not count.
 */
static bool
begin_early(Daily *daily)
{
	if (adp_guc_require_whole ||
		!adp_naver_early_has(daily->base.ask.query, daily->date))
		return false;
	make_sums(daily);
	daily->early = adp_naver_early_begin(&daily->base, daily->sums, daily->date,
										 &daily->names);
	return true;
}

/*
 * Chooses the files to read, and what of names is needed.
 */
static void
begin(Daily *daily)
{
	const AdpPageAsk *ask = &daily->base.ask;
	const AdpNaverGrain *grain = adp_naver_grain_of(ask->query->source);

	if (!adp_naver_read_day(ask->query->since, &daily->date))
		elog(ERROR, "malformed day of a request");
	make_sums(daily);
	adp_naver_jobs_begin(&daily->jobs, &daily->base, read_file, daily);
	add_job(daily, &grain->performance);
	if (grain->conversions.report != NULL &&
		adp_naver_needs_conversions(ask->query))
		add_job(daily, &grain->conversions);
	for (int i = 0; i < ask->query->nfields; i++)
	{
		const AdpNaverList *list = adp_naver_names_list(ask->query->fields[i]);

		if (list != NULL)
			adp_naver_names_want(&daily->names, list);
	}
	if (daily->date == adp_naver_today() ||
		adp_naver_is_older(ask->query->source, daily->date))
		(void) begin_early(daily);
}

/*
 * Writes the page.
 */
static AdpAssemblyStep
finish(Daily *daily)
{
	StringInfo body = &daily->base.body;

	initStringInfo(body);
	appendStringInfoString(body, "{\"rows\":[");
	adp_naver_sums_write(daily->sums, body, &daily->names.base);
	appendStringInfoString(body, "]}");
	return ADP_ASSEMBLY_DONE;
}

/*
 * Sends what is missing next: of the numbers, then of the names.
 */
static AdpAssemblyStep
go_on(Daily *daily)
{
	AdpAssemblyStep step = ADP_ASSEMBLY_DONE;

	if (!daily->has_numbers && daily->early == NULL)
	{
		step = adp_naver_jobs_go_on(&daily->jobs);
		if (step != ADP_ASSEMBLY_DONE)
			return step;
		if (daily->jobs.is_early && !begin_early(daily))
			return fail_early(daily, "the files of the day are not ready");
	}
	if (!daily->has_numbers && daily->early != NULL)
		step = adp_naver_early_go_on(daily->early);
	if (step != ADP_ASSEMBLY_DONE)
		return step;
	daily->has_numbers = true;
	return adp_naver_names_ask(&daily->names, &daily->base.request)
		? ADP_ASSEMBLY_ASK
		: finish(daily);
}

/*
 * Reads a page of names.
 */
static AdpAssemblyStep
take_names(Daily *daily, const AdpAssemblyAnswer *answer)
{
	if (answer->failure != NULL)
		return ADP_ASSEMBLY_FAILED;
	return adp_naver_names_take(&daily->names, answer->body, answer->len,
								&daily->base.error)
		? ADP_ASSEMBLY_ASK
		: ADP_ASSEMBLY_RETRY;
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
	if (answer != NULL && daily->has_numbers)
		step = take_names(daily, answer);
	else if (answer != NULL && daily->early != NULL)
		step = adp_naver_early_take(daily->early, answer);
	else if (answer != NULL)
		step = adp_naver_jobs_take(&daily->jobs, answer);
	if (step == ADP_ASSEMBLY_ASK)
		step = go_on(daily);
	if (step == ADP_ASSEMBLY_FAILED && daily->early != NULL &&
		adp_naver_early_why(daily->early) != NULL)
		step = fail_early(daily, adp_naver_early_why(daily->early));
	return step;
}

/*
 * Returns the requests of a day: the list of jobs; of each file one that creates
 * its job, one for its state, one for the file and one that deletes the job; of
 * each list of names a page, and the one after it, which is empty.  Of a range that
 * begins with older days, those of such a day.
 */
static int
count_requests(const AdpQuery *query)
{
	const AdpNaverGrain *grain = adp_naver_grain_of(query->source);
	bool has_conversions =
		grain->conversions.report != NULL && adp_naver_needs_conversions(query);
	int n = 1 + (has_conversions ? 2 : 1) * REQUESTS_OF_JOB;

	if (adp_naver_older_begins(query))
		return adp_naver_early_requests(query);
	for (int i = 0; i < query->nfields; i++)
		n += adp_naver_names_list(query->fields[i]) != NULL ? 2 : 0;
	return n;
}

const AdpAssembler adp_naver_searchad_daily = {sizeof(Daily), next_step,
											   count_requests};
