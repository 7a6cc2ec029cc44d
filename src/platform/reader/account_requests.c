/*
 * account_requests.c
 *	  The requests of an account reader: date ranges, by pages or jobs, and
 *	  their replacement when the platform refuses them.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/guc.h"
#include "platform/accounts/account_cache.h"
#include "platform/api/request.h"
#include "platform/reader/account_requests.h"
#include "platform/reader/misfit.h"
#include "platform/row_reader.h"

/*
 * Maximum number of times that a page which is too large is halved: 500 rows
 * become one.  The platform refuses lists with large fields down to a few
 * rows.
 */
#define HALVINGS_MAX 8

/* Consecutive refusals of a request before it is changed. */
#define REFUSALS_MIN 2

/*
 * Removes the conditions on enums from a query, and the limit, which counted
 * rows that met them.
 */
static void
drop_enum_conditions(AdpQuery *query)
{
	AdpCondition *conditions =
		palloc(Max(query->nconditions, 1) * sizeof(AdpCondition));
	int n = 0;

	for (int i = 0; i < query->nconditions; i++)
	{
		if (query->conditions[i].field->type != ADP_FIELD_ENUM)
			conditions[n++] = query->conditions[i];
	}
	query->conditions = conditions;
	query->nconditions = n;
	query->limit = 0;
}

/*
 * Frees the job of the current date range.
 */
void
adp_account_reader_drop_job(AdpAccountReader *reader)
{
	if (reader->job != NULL)
		adp_job_release(reader->job);
	reader->job = NULL;
	reader->is_awaited = false;
}

/*
 * Whether a job can read the current query.
 */
static bool
can_use_job(const AdpAccountReader *reader)
{
	return adp_job_can(reader->plan->session->platform->jobs, &reader->query);
}

/*
 * Returns the number of days in the current range; 0 for a query without days.
 */
static int
ndays(const AdpAccountReader *reader)
{
	const AdpDateRange *span = adp_date_ranges_current(&reader->spans);

	return reader->query.has_day ? span->until - span->since + 1 : 0;
}

/*
 * Whether a job is to read the current date range.
 */
static bool
wants_job(const AdpAccountReader *reader)
{
	const AdpSession *session = reader->plan->session;

	return can_use_job(reader) &&
		(reader->prefers_jobs ||
		 adp_job_is_better(session->platform->jobs, session->settings,
						   &reader->query, ndays(reader)));
}

/*
 * Begins the current date range, if there is one: writes its query.
 */
static void
begin_span(AdpAccountReader *reader)
{
	const AdpDateRange *span = adp_date_ranges_current(&reader->spans);

	adp_account_reader_drop_job(reader);
	reader->is_begun = false;
	reader->nrows = 0;
	adp_page_walk_clear(&reader->walk);
	if (span == NULL)
		return;
	reader->query = *reader->plan->query;
	if (reader->drops_enum_filters)
		drop_enum_conditions(&reader->query);
	if (reader->query.has_day)
	{
		reader->query.since = adp_days_iso(span->since);
		reader->query.until = adp_days_iso(span->until);
		reader->subject = psprintf("account %s, %s to %s", reader->account->id,
								   reader->query.since, reader->query.until);
	}
	else
		reader->subject = psprintf("account %s", reader->account->id);
	reader->by_job = wants_job(reader);
}

/*
 * Splits an account's days into ranges that the platform accepts.
 */
static void
cut_days(AdpAccountReader *reader)
{
	const AdpAccountReadPlan *plan = reader->plan;
	const AdpSource *source = plan->query->source;
	AdpDateRange all = {0, 0};

	if (plan->days->has_day &&
		!adp_days_settle(plan->session->platform, source, plan->days,
						 reader->account, &all))
		return;
	adp_date_ranges_add(&reader->spans, all, source->days_per_request);
}

/*
 * Begins with the first date range of the account.
 */
void
adp_account_reader_begin(AdpAccountReader *reader)
{
	/* if rows must not be missing, test the account's refusal again */
	reader->drops_enum_filters = !adp_guc_require_whole &&
		adp_account_cache_has_refusal(reader->plan->session->settings,
									  reader->account->id);
	cut_days(reader);
	begin_span(reader);
}

/*
 * Whether the current date range can be halved: it has several days, and none
 * of its rows are returned yet.
 */
bool
adp_account_reader_can_halve(const AdpAccountReader *reader)
{
	const AdpDateRange *span = adp_date_ranges_current(&reader->spans);

	return reader->query.has_day && !reader->is_begun &&
		span->since < span->until;
}

/*
 * Describes the page to request: that of the last token, the first without
 * one.
 */
static AdpPageAsk
make_ask(const AdpAccountReader *reader)
{
	AdpPageAsk ask = {0};

	ask.settings = reader->plan->session->settings;
	ask.account = reader->account;
	ask.query = &reader->query;
	ask.token = reader->walk.token;
	if (reader->job != NULL)
		ask.job = adp_job_id(reader->job);
	ask.halvings = reader->halvings;
	ask.drops_enum_filters = reader->drops_enum_filters;
	return ask;
}

/*
 * Requests a page of the current date range.  The request is written in a
 * memory context of its own, since it may be long and there may be many.
 */
void
adp_account_reader_ask_page(AdpAccountReader *reader)
{
	const AdpAccountReadPlan *plan = reader->plan;
	MemoryContext cxt = AllocSetContextCreate(plan->cxt, "adpipe request",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpPageAsk ask = make_ask(reader);
	AdpApiRequest request = {.days = ndays(reader)};

	adp_request_page(plan->session->platform, &ask, &request);
	adp_page_fetch_start(reader->fetch, &request, reader->subject);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(cxt);
	adp_page_fetch_send(reader->fetch);
}

/*
 * Starts the job of the current date range.
 */
static void
start_job(AdpAccountReader *reader)
{
	AdpSession *session = reader->plan->session;
	AdpPageAsk ask = make_ask(reader);
	AdpApiRequest request = {0};

	adp_request_job(session->platform, &ask, &request);
	reader->job =
		adp_job_create(session, reader->plan->cxt, &request, reader->subject);
	reader->is_awaited = true;
	adp_job_advance(reader->job);
}

/*
 * Starts the job of the current date range, or requests its first page.
 */
void
adp_account_reader_ask_first(AdpAccountReader *reader)
{
	if (reader->by_job)
		start_job(reader);
	else
		adp_account_reader_ask_page(reader);
}

/*
 * Begins the next date range.
 */
void
adp_account_reader_ask_next(AdpAccountReader *reader)
{
	adp_date_ranges_pop(&reader->spans);
	begin_span(reader);
	if (reader->spans.count > 0)
		adp_account_reader_ask_first(reader);
}

/*
 * Replaces the current date range by its halves.
 */
void
adp_account_reader_ask_halves(AdpAccountReader *reader)
{
	MemoryContext old = MemoryContextSwitchTo(reader->plan->cxt);

	adp_page_fetch_drop(reader->fetch);
	adp_date_ranges_halve(&reader->spans);
	begin_span(reader);
	adp_account_reader_ask_first(reader);
	MemoryContextSwitchTo(old);
}

/*
 * Whether a response without enum filters would lack rows.
 */
static bool
lacks_without_enums(const AdpAccountReader *reader)
{
	const AdpSource *source = reader->query.source;

	return source->rows != NULL && source->rows->lacks_without_enums != NULL &&
		source->rows->lacks_without_enums(source,
										  reader->plan->session->settings);
}

/*
 * Asks the source's row reader.
 */
const char *
adp_account_reader_find_gap(const AdpAccountReader *reader)
{
	const AdpSession *session = reader->plan->session;
	const AdpSource *source = reader->query.source;

	if (source->rows == NULL || source->rows->find_gap == NULL)
		return NULL;
	return source->rows->find_gap(session->platform, session->settings,
								  &reader->query, reader->nrows,
								  reader->drops_enum_filters);
}

/*
 * Whether leaving out the enum filters would change the request.
 */
static bool
can_drop_enum_filters(const AdpAccountReader *reader)
{
	if (reader->is_begun || reader->drops_enum_filters)
		return false;
	for (int i = 0; i < reader->query.nconditions; i++)
	{
		if (reader->query.conditions[i].field->type == ADP_FIELD_ENUM)
			return true;
	}
	return lacks_without_enums(reader);
}

/*
 * Repeats the request without the conditions on enums, since the platform does
 * not know one of their values; adpipe checks these conditions itself.  If
 * rows would then be missing, the same request is first repeated once: a
 * single refusal may have another reason.
 */
static void
restart_without_enum_filters(AdpAccountReader *reader)
{
	adp_page_fetch_drop(reader->fetch);
	reader->refusals++;
	reader->drops_enum_filters =
		reader->refusals >= REFUSALS_MIN || !lacks_without_enums(reader);
	begin_span(reader);
	adp_account_reader_ask_first(reader);
}

/*
 * Remembers the account, and reports the missing rows.
 */
void
adp_account_reader_note_dropped_filters(const AdpAccountReader *reader)
{
	const AdpSession *session = reader->plan->session;

	if (!lacks_without_enums(reader))
		return;
	if (adp_guc_require_whole)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_UNABLE_TO_CREATE_EXECUTION),
				 errmsg("platform \"%s\" does not return all rows of account %s",
						session->platform->name, reader->account->id),
				 errdetail("%s: it refused values of the request twice, and answered at once without them. %s",
						   reader->subject,
						   adp_account_reader_find_gap(reader))));
	if (!adp_session_is_outdated(session))
		adp_account_cache_keep_refusal(session->settings, reader->account->id);
}

/*
 * Requests the current date range by a job, since the direct request was too
 * large.
 */
static void
restart_by_job(AdpAccountReader *reader)
{
	adp_page_fetch_drop(reader->fetch);
	reader->prefers_jobs = true;
	begin_span(reader);
	adp_account_reader_ask_first(reader);
}

/*
 * Whether a page that is too large can be requested with fewer rows.  A report
 * that the platform generates anew for its first page is better read by a job.
 */
static bool
can_shrink_page(const AdpAccountReader *reader)
{
	return reader->halvings < HALVINGS_MAX &&
		(reader->is_begun || reader->by_job || !can_use_job(reader));
}

/*
 * Replaces a request that has failed permanently.  Returns false if there is
 * no smaller one.
 */
static bool
ask_for_less(AdpAccountReader *reader, const AdpFailure *failure)
{
	if (failure->is_bad_constant && can_drop_enum_filters(reader))
		restart_without_enum_filters(reader);
	else if (failure->is_page_too_big && can_shrink_page(reader))
	{
		adp_page_fetch_drop(reader->fetch);
		reader->halvings++;
		/* earlier pages worked: do not go back to larger ones */
		if (reader->is_begun)
			reader->least_halvings = reader->halvings;
		adp_account_reader_ask_page(reader);
	}
	else if (failure->is_too_much && !reader->by_job && !reader->is_begun &&
			 can_use_job(reader))
		restart_by_job(reader);
	else if (failure->is_too_much && adp_account_reader_can_halve(reader))
		adp_account_reader_ask_halves(reader);
	else
		return false;
	return true;
}

/*
 * Handles a fetch that failed permanently.
 */
void
adp_account_reader_ask_otherwise(AdpAccountReader *reader)
{
	/* a copy, since the new request frees the call */
	AdpFailure failure = *adp_page_fetch_failure(reader->fetch);

	if (failure.is_not_ready && reader->job != NULL &&
		adp_job_ask_again(reader->job))
	{
		adp_page_fetch_drop(reader->fetch);
		reader->is_awaited = true;
	}
	else if (!ask_for_less(reader, &failure))
	{
		if (failure.is_misfit)
			adp_page_fetch_advise(reader->fetch,
								  adp_misfit_hint(&reader->query,
												  failure.message));
		adp_page_fetch_throw(reader->fetch);
	}
}

/*
 * Advances the job; handles its failure.
 */
void
adp_account_reader_advance_job(AdpAccountReader *reader)
{
	AdpJob *job = reader->job;
	AdpFailure failure;

	switch (adp_job_advance(job))
	{
		case ADP_JOB_RUNNING:
			break;
		case ADP_JOB_READY:
			reader->is_awaited = false;
			adp_account_reader_ask_page(reader);
			break;
		case ADP_JOB_FAILED:
			/* a copy, since the new request frees the job */
			failure = *adp_job_failure(job);
			if (!ask_for_less(reader, &failure))
				adp_job_throw(job);
			break;
	}
}
