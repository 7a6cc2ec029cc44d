/*
 * meta_ads_jobs.c
 *	  Meta Ads: runs of reports in the background.
 *
 * A report that is asked for at once must be made within the time of a request;
 * the platform does not tell what it manages.  Its rule is to try, and to start
 * a run when that times out.  Here runs are started at once for what would
 * surely be too much, and for what only runs give.
 */
#include "postgres.h"

#include "base/words.h"
#include "platform/days.h"
#include "platform/job.h"
#include "platform/meta_ads.h"

/* Days of a level that are asked for at once. */
typedef struct DirectDays
{
	const char *level;
	int days;
} DirectDays;

static const DirectDays direct_days[] = {{"account", 90},
										 {"campaign", 31},
										 {"adset", 14},
										 {"ad", 7}};

/* Breakdowns multiply rows about so many times. */
#define ROWS_PER_BREAKDOWN 6

/* Months after which reach by breakdowns is given by runs only. */
#define REACH_MONTHS 13

/*
 * Whether a query asks for a field.
 */
static bool
asks_for(const AdpQuery *query, const char *name)
{
	for (int i = 0; i < query->nfields; i++)
	{
		if (strcmp(query->fields[i], name) == 0)
			return true;
	}
	return false;
}

/*
 * Whether only a run gives what is asked for.
 */
static bool
needs_run(const AdpSettings *settings, const AdpQuery *query)
{
	if (adp_words_hold(settings->breakdowns, "mmm"))
		return true;
	if (settings->breakdowns == NULL ||
		(!asks_for(query, "reach") && !asks_for(query, "frequency") &&
		 !asks_for(query, "cpp")))
		return false;
	return !query->has_day ||
		strcmp(query->since, adp_days_months_ago(REACH_MONTHS)) < 0;
}

/*
 * Whether days of a query are better got by a run.
 */
static bool
wants(const AdpSettings *settings, const AdpQuery *query, int days)
{
	int most = 0;

	for (int i = 0; i < (int) lengthof(direct_days); i++)
	{
		if (strcmp(direct_days[i].level, query->source) == 0)
			most = direct_days[i].days;
	}
	if (most == 0)
		return false;
	if (settings->breakdowns != NULL)
		most = Max(most / ROWS_PER_BREAKDOWN, 1);
	return days > most || needs_run(settings, query);
}

/*
 * Whether a query can be got by a run.
 */
static bool
can(const AdpQuery *query)
{
	return adp_platform_source(&adp_meta_ads, query->source)->tallies != NULL;
}

/*
 * The request that asks about a run.
 */
static void
state_request(const AdpSettings *settings, const char *job, AdpApiRequest *out)
{
	out->method = "GET";
	out->path = psprintf("/%s/%s", settings->api_version, job);
}

/*
 * Why a run failed.  Versions before v25.0 do not tell.
 */
static void
read_reason(const AdpJson *doc, AdpFailure *failure)
{
	static const AdpFailurePlaces places = {.message = "error_message",
											.code = "error_code",
											.subcode = "error_subcode"};

	adp_failure_read_told(&adp_meta_ads_failures, &places, doc, failure);
	if (failure->code == NULL)
	{
		failure->class = ADP_ERR_REPLY;
		failure->is_transient = true;
		failure->is_too_much = true;
	}
}

/*
 * Reads what is said of a run.
 */
static void
read_state(const AdpJson *doc, AdpJobReport *report)
{
	const char *status = adp_json_text(adp_json_get(doc, "async_status"));

	report->status = status ? status : "no status";
	report->percent =
		(int) adp_json_int(adp_json_get(doc, "async_percent_completion"), 0);
	report->state = ADP_JOB_RUNNING;
	if (status == NULL)
		return;
	report->is_skipped = strcmp(status, "Job Skipped") == 0;
	if (strcmp(status, "Job Completed") == 0)
		report->state = ADP_JOB_READY;
	else if (report->is_skipped || strcmp(status, "Job Failed") == 0)
	{
		report->state = ADP_JOB_FAILED;
		read_reason(doc, &report->failure);
	}
}

const AdpJobHooks adp_meta_ads_jobs = {
	.id_path = "report_run_id",
	.wants = wants,
	.can = can,
	.rows_path = "/{version}/{job}/insights",
	.state_request = state_request,
	.read_state = read_state,
};
