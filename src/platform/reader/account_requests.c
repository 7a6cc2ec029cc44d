/*
 * account_requests.c
 *	  What a reader asks for: spans, by pages or jobs, and otherwise if need be.
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
 * How often a page is halved that is too big: 500 rows become one.  Lists with
 * large fields are refused down to a few rows.
 */
#define HALVINGS_MAX 8

/* So often the same has to be refused before it is asked for otherwise. */
#define REFUSALS_MIN 2

/*
 * Takes the conditions on enums out of a query.  A limit goes with them: it
 * counted rows that met them.
 */
static void
drop_enum_conditions(AdpQuery *query)
{
	AdpCondition *kept =
		palloc(Max(query->nconditions, 1) * sizeof(AdpCondition));
	int n = 0;

	for (int i = 0; i < query->nconditions; i++)
	{
		if (query->conditions[i].field->type != ADP_FIELD_ENUM)
			kept[n++] = query->conditions[i];
	}
	query->conditions = kept;
	query->nconditions = n;
	query->limit = 0;
}

/*
 * Lets go of the current span's job.
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
 * Whether the current span's query can be got by a job.
 */
static bool
can_use_job(const AdpAccountReader *reader)
{
	return adp_job_can(reader->plan->session->platform->jobs, &reader->query);
}

/*
 * The days of the current span; 0 if the query is of none.
 */
static int
ndays(const AdpAccountReader *reader)
{
	const AdpDateRange *span = adp_date_ranges_current(&reader->spans);

	return reader->query.has_day ? span->until - span->since + 1 : 0;
}

/*
 * Whether the current span is to be got by a job.
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
 * Begins the current span, if one is left: writes its query.
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
 * Cuts an account's days into spans that the platform takes at once.
 */
static void
cut_days(AdpAccountReader *reader)
{
	const AdpAccountReadPlan *plan = reader->plan;
	const AdpPlatform *platform = plan->session->platform;
	AdpDateRange all = {0, 0};
	int most =
		adp_platform_source(platform, plan->query->source)->days_per_request;

	if (plan->days->has_day &&
		!adp_days_settle(platform, plan->query->source, plan->days,
						 reader->account, &all))
		return;
	adp_date_ranges_add(&reader->spans, all, most);
}

/*
 * Begins with the account's days.
 */
void
adp_account_reader_begin(AdpAccountReader *reader)
{
	/* what must be whole is looked into anew */
	reader->drops_enum_filters = !adp_guc_require_whole &&
		adp_account_cache_has_refusal(reader->plan->session->settings,
									  reader->account->id);
	cut_days(reader);
	begin_span(reader);
}

/*
 * Whether the current span can be asked for in halves: it has several days,
 * and none of its rows have gone out.
 */
bool
adp_account_reader_can_halve(const AdpAccountReader *reader)
{
	const AdpDateRange *span = adp_date_ranges_current(&reader->spans);

	return reader->query.has_day && !reader->is_begun &&
		span->since < span->until;
}

/*
 * What is asked for now: the page of the last token, the first without one.
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
 * Asks for a page of the current span.  The request is written in memory of its
 * own, for it may be long and there may be many.
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
 * Starts the current span's job.
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
 * Asks for the first of the current span.
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
 * Goes on to the next span.
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
 * Asks for the halves of the current span in its place.
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
 * The source of the query; never NULL.
 */
static const AdpSource *
source_of(const AdpAccountReader *reader)
{
	return adp_platform_source(reader->plan->session->platform,
							   reader->query.source);
}

/*
 * Whether rows would be missing from the answer to a plain question.
 */
static bool
lacks_without_enums(const AdpAccountReader *reader)
{
	const AdpSource *source = source_of(reader);

	return source->rows != NULL && source->rows->lacks_without_enums != NULL &&
		source->rows->lacks_without_enums(source,
										  reader->plan->session->settings);
}

/*
 * Why rows may be missing.
 */
const char *
adp_account_reader_find_gap(const AdpAccountReader *reader)
{
	const AdpSession *session = reader->plan->session;
	const AdpSource *source = source_of(reader);

	if (source->rows == NULL || source->rows->find_gap == NULL)
		return NULL;
	return source->rows->find_gap(session->platform, source, session->settings,
								  &reader->query, reader->nrows,
								  reader->drops_enum_filters);
}

/*
 * Whether a plain question would be another one than that which was refused.
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
 * Asks again without the conditions on enums, one of whose values the platform
 * does not know; they are also checked locally.  Where rows would be missing,
 * one refusal may be about anything, so the same is asked once more before.
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
 * Draws the conclusion from an answer that came for a plain question.
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
				 errmsg("platform \"%s\" does not give all rows of account %s",
						session->platform->name, reader->account->id),
				 errdetail("%s: it refused values of the request twice, and answered at once without them. %s",
						   reader->subject,
						   adp_account_reader_find_gap(reader))));
	if (!adp_session_is_outdated(session))
		adp_account_cache_keep_refusal(session->settings, reader->account->id);
}

/*
 * Asks for the current span by a job, since at once it was too much.
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
 * Whether a page that is too big can be had with fewer rows.  A report that has
 * to be made anew for its first page is better made by a job.
 */
static bool
can_shrink_page(const AdpAccountReader *reader)
{
	return reader->halvings < HALVINGS_MAX &&
		(reader->is_begun || reader->by_job || !can_use_job(reader));
}

/*
 * Finds something else to ask for in place of what has failed for good; false
 * if there is nothing.
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
		/* a page in the middle was tried larger than the one before */
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
 * Deals with a fetch that failed for good.
 */
void
adp_account_reader_ask_otherwise(AdpAccountReader *reader)
{
	/* a copy, since asking otherwise lets go of the call */
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
 * Takes the current span's job as far as it goes.
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
			/* a copy, since asking otherwise lets go of the job */
			failure = *adp_job_failure(job);
			if (!ask_for_less(reader, &failure))
				adp_job_throw(job);
			break;
	}
}
