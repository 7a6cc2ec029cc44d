/*
 * job_kind.c
 *	  Reports made in the background, as data.
 */
#include "postgres.h"

#include "base/json_find.h"
#include "base/words.h"
#include "platform/api/job_kind.h"
#include "platform/periods.h"

/*
 * The source of a query; NULL if jobs do not make it.
 */
static const AdpJobSource *
find_source(const AdpJobKind *kind, const AdpQuery *query)
{
	for (const AdpJobSource *source = kind->sources; source->name; source++)
	{
		if (strcmp(source->name, query->source->name) == 0)
			return source;
	}
	return NULL;
}

/*
 * Whether a query can be got by a job.
 */
bool
adp_job_can(const AdpJobKind *kind, const AdpQuery *query)
{
	return kind != NULL && find_source(kind, query) != NULL &&
		(kind->can == NULL || kind->can(query));
}

/*
 * Whether a query asks for a field of a list.
 */
static bool
asks_for(const AdpQuery *query, const char *fields)
{
	for (int i = 0; i < query->nfields; i++)
	{
		if (adp_words_hold(fields, query->fields[i]))
			return true;
	}
	return false;
}

/*
 * Whether a query needs what only jobs give.
 */
static bool
has_need(const AdpJobNeed *need, const char *breakdowns, const AdpQuery *query,
		 const AdpDateRange *days)
{
	if (need->breakdown != NULL && !adp_words_hold(breakdowns, need->breakdown))
		return false;
	if (need->fields != NULL && !asks_for(query, need->fields))
		return false;
	return need->months == 0 || days == NULL ||
		days->since < adp_days_months_ago(need->months);
}

/*
 * Returns the number of days, weeks or months that a row each comes for.
 */
static int
count_rows(const AdpQuery *query, const AdpDateRange *days)
{
	int count = 0;

	if (days == NULL || query->drops_day)
		return days == NULL ? 0 : 1;
	if (!adp_period_is_whole(query->period))
		return days->until - days->since + 1;
	for (DateADT day = days->since; day <= days->until;
		 day = adp_period_next(query->period, day))
		count++;
	return count;
}

/*
 * Whether days of a query are better got by a job.
 */
bool
adp_job_is_better(const AdpJobKind *kind, const AdpSettings *settings,
				  const AdpQuery *query, const AdpDateRange *days)
{
	int nrows = count_rows(query, days);
	const AdpJobSource *source = find_source(kind, query);
	const AdpJobNeed *need = kind->needs;
	int most = source ? source->days_at_once : 0;

	if (source == NULL || settings->breakdowns == NULL)
		return source != NULL && nrows > most;
	if (kind->rows_per_breakdown > 0)
		most = Max(most / kind->rows_per_breakdown, 1);
	if (nrows > most)
		return true;
	for (; need != NULL && (need->breakdown || need->fields); need++)
	{
		if (has_need(need, settings->breakdowns, query, days))
			return true;
	}
	return false;
}

/*
 * Reads why a job failed.
 */
static void
read_reason(const AdpJobKind *kind, const AdpFailureKind *failures,
			const AdpJson *doc, AdpFailure *failure)
{
	adp_failure_read_document(failures, &kind->reason, doc, failure);
	if (failure->code != NULL)
		return;
	failure->class = ADP_ERR_REPLY;
	failure->is_transient = true;
	failure->is_too_much = true;
}

/*
 * Reads what is said of a job.
 */
void
adp_job_read(const AdpJobKind *kind, const AdpFailureKind *failures,
			 const AdpJson *doc, AdpJobReport *report)
{
	const char *status = adp_json_find_text(doc, kind->status);

	report->failure.retry_after_ms = -1;
	report->state = ADP_JOB_RUNNING;
	report->status = status ? status : "no status";
	report->percent =
		(int) adp_json_int(adp_json_find_first(doc, kind->percent), 0);
	if (status == NULL)
		return;
	report->is_skipped = adp_words_hold(kind->skipped, status);
	if (adp_words_hold(kind->ready, status))
		report->state = ADP_JOB_READY;
	else if (report->is_skipped || adp_words_hold(kind->failed, status))
	{
		report->state = ADP_JOB_FAILED;
		read_reason(kind, failures, doc, &report->failure);
	}
}
