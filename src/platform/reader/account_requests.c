/*
 * account_requests.c
 *	  What a cursor asks for: spans, by pages or jobs, and otherwise if need be.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/guc.h"
#include "platform/accounts/account_refusals.h"
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
adp_cursor_drop_job(AdpCursor *cursor)
{
	if (cursor->job != NULL)
		adp_job_release(cursor->job);
	cursor->job = NULL;
	cursor->is_awaited = false;
}

/*
 * Whether the current span's query can be got by a job.
 */
static bool
can_use_job(const AdpCursor *cursor)
{
	return adp_job_can(cursor->plan->session->platform->jobs, &cursor->query);
}

/*
 * The days of the current span; 0 if the query is of none.
 */
static int
ndays(const AdpCursor *cursor)
{
	const AdpSpan *span = adp_spans_current(&cursor->spans);

	return cursor->query.has_day ? span->until - span->since + 1 : 0;
}

/*
 * Whether the current span is to be got by a job.
 */
static bool
wants_job(const AdpCursor *cursor)
{
	const AdpSession *session = cursor->plan->session;

	return can_use_job(cursor) &&
		(cursor->prefers_jobs ||
		 adp_job_is_better(session->platform->jobs, session->settings,
						   &cursor->query, ndays(cursor)));
}

/*
 * Begins the current span, if one is left: writes its query.
 */
static void
begin_span(AdpCursor *cursor)
{
	const AdpSpan *span = adp_spans_current(&cursor->spans);

	adp_cursor_drop_job(cursor);
	cursor->is_begun = false;
	cursor->nrows = 0;
	adp_page_walk_clear(&cursor->walk);
	if (span == NULL)
		return;
	cursor->query = *cursor->plan->query;
	if (cursor->is_plain)
		drop_enum_conditions(&cursor->query);
	if (cursor->query.has_day)
	{
		cursor->query.since = adp_days_iso(span->since);
		cursor->query.until = adp_days_iso(span->until);
		cursor->subject = psprintf("account %s, %s to %s", cursor->account->id,
								   cursor->query.since, cursor->query.until);
	}
	else
		cursor->subject = psprintf("account %s", cursor->account->id);
	cursor->by_job = wants_job(cursor);
}

/*
 * Cuts an account's days into spans that the platform takes at once.
 */
static void
cut_days(AdpCursor *cursor)
{
	const AdpCursorPlan *plan = cursor->plan;
	const AdpPlatform *platform = plan->session->platform;
	AdpSpan all = {0, 0};
	int most =
		adp_platform_source(platform, plan->query->source)->days_per_request;

	if (plan->days->has_day &&
		!adp_days_settle(platform, plan->query->source, plan->days,
						 cursor->account, &all))
		return;
	adp_spans_add(&cursor->spans, all, most);
}

/*
 * Begins with the account's days.
 */
void
adp_cursor_begin(AdpCursor *cursor)
{
	/* what must be whole is looked into anew */
	cursor->is_plain = !adp_guc_require_whole &&
		adp_account_refusals_is_known(cursor->plan->session->settings,
									  cursor->account->id);
	cut_days(cursor);
	begin_span(cursor);
}

/*
 * Whether the current span can be asked for in halves: it has several days,
 * and none of its rows have gone out.
 */
bool
adp_cursor_can_halve(const AdpCursor *cursor)
{
	const AdpSpan *span = adp_spans_current(&cursor->spans);

	return cursor->query.has_day && !cursor->is_begun &&
		span->since < span->until;
}

/*
 * What is asked for now: the page of the last token, the first without one.
 */
static AdpPageAsk
make_ask(const AdpCursor *cursor)
{
	AdpPageAsk ask = {0};

	ask.settings = cursor->plan->session->settings;
	ask.account = cursor->account;
	ask.query = &cursor->query;
	ask.token = cursor->walk.token;
	if (cursor->job != NULL)
		ask.job = adp_job_id(cursor->job);
	ask.halvings = cursor->halvings;
	ask.is_plain = cursor->is_plain;
	return ask;
}

/*
 * Asks for a page of the current span.  The request is written in memory of its
 * own, for it may be long and there may be many.
 */
void
adp_cursor_ask_page(AdpCursor *cursor)
{
	const AdpCursorPlan *plan = cursor->plan;
	MemoryContext cxt = AllocSetContextCreate(plan->cxt, "adpipe request",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpPageAsk ask = make_ask(cursor);
	AdpApiRequest request = {.days = ndays(cursor)};

	adp_request_page(plan->session->platform, &ask, &request);
	adp_fetch_start(cursor->fetch, &request, cursor->subject);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(cxt);
	adp_fetch_send(cursor->fetch);
}

/*
 * Starts the current span's job.
 */
static void
start_job(AdpCursor *cursor)
{
	AdpSession *session = cursor->plan->session;
	AdpPageAsk ask = make_ask(cursor);
	AdpApiRequest request = {0};

	adp_request_job(session->platform, &ask, &request);
	cursor->job =
		adp_job_create(session, cursor->plan->cxt, &request, cursor->subject);
	cursor->is_awaited = true;
	adp_job_advance(cursor->job);
}

/*
 * Asks for the first of the current span.
 */
void
adp_cursor_ask_first(AdpCursor *cursor)
{
	if (cursor->by_job)
		start_job(cursor);
	else
		adp_cursor_ask_page(cursor);
}

/*
 * Goes on to the next span.
 */
void
adp_cursor_ask_next(AdpCursor *cursor)
{
	adp_spans_pop(&cursor->spans);
	begin_span(cursor);
	if (cursor->spans.count > 0)
		adp_cursor_ask_first(cursor);
}

/*
 * Asks for the halves of the current span in its place.
 */
void
adp_cursor_ask_halves(AdpCursor *cursor)
{
	MemoryContext old = MemoryContextSwitchTo(cursor->plan->cxt);

	adp_fetch_drop(cursor->fetch);
	adp_spans_halve(&cursor->spans);
	begin_span(cursor);
	adp_cursor_ask_first(cursor);
	MemoryContextSwitchTo(old);
}

/*
 * The source of the query; never NULL.
 */
static const AdpSource *
source_of(const AdpCursor *cursor)
{
	return adp_platform_source(cursor->plan->session->platform,
							   cursor->query.source);
}

/*
 * Whether rows would be missing from the answer to a plain question.
 */
static bool
lacks_if_plain(const AdpCursor *cursor)
{
	const AdpSource *source = source_of(cursor);

	return source->rows != NULL && source->rows->lacks_if_plain != NULL &&
		source->rows->lacks_if_plain(source, cursor->plan->session->settings);
}

/*
 * Why rows may be missing.
 */
const char *
adp_cursor_find_gap(const AdpCursor *cursor)
{
	const AdpSession *session = cursor->plan->session;
	const AdpSource *source = source_of(cursor);

	if (source->rows == NULL || source->rows->find_gap == NULL)
		return NULL;
	return source->rows->find_gap(session->platform, source, session->settings,
								  &cursor->query, cursor->nrows,
								  cursor->is_plain);
}

/*
 * Whether a plain question would be another one than that which was refused.
 */
static bool
can_be_plain(const AdpCursor *cursor)
{
	if (cursor->is_begun || cursor->is_plain)
		return false;
	for (int i = 0; i < cursor->query.nconditions; i++)
	{
		if (cursor->query.conditions[i].field->type == ADP_FIELD_ENUM)
			return true;
	}
	return lacks_if_plain(cursor);
}

/*
 * Asks again without the conditions on enums, one of whose values the platform
 * does not know; they are also checked locally.  Where rows would be missing,
 * one refusal may be about anything, so the same is asked once more before.
 */
static void
restart_plain(AdpCursor *cursor)
{
	adp_fetch_drop(cursor->fetch);
	cursor->refusals++;
	cursor->is_plain =
		cursor->refusals >= REFUSALS_MIN || !lacks_if_plain(cursor);
	begin_span(cursor);
	adp_cursor_ask_first(cursor);
}

/*
 * Draws the conclusion from an answer that came for a plain question.
 */
void
adp_cursor_note_plain(const AdpCursor *cursor)
{
	const AdpSession *session = cursor->plan->session;

	if (!lacks_if_plain(cursor))
		return;
	if (adp_guc_require_whole)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_UNABLE_TO_CREATE_EXECUTION),
				 errmsg("platform \"%s\" does not give all rows of account %s",
						session->platform->name, cursor->account->id),
				 errdetail("%s: it refused values of the request twice, and answered at once without them. %s",
						   cursor->subject, adp_cursor_find_gap(cursor))));
	if (!adp_session_is_outdated(session))
		adp_account_refusals_keep(session->settings, cursor->account->id);
}

/*
 * Asks for the current span by a job, since at once it was too much.
 */
static void
restart_by_job(AdpCursor *cursor)
{
	adp_fetch_drop(cursor->fetch);
	cursor->prefers_jobs = true;
	begin_span(cursor);
	adp_cursor_ask_first(cursor);
}

/*
 * Whether a page that is too big can be had with fewer rows.  A report that has
 * to be made anew for its first page is better made by a job.
 */
static bool
can_shrink_page(const AdpCursor *cursor)
{
	return cursor->halvings < HALVINGS_MAX &&
		(cursor->is_begun || cursor->by_job || !can_use_job(cursor));
}

/*
 * Finds something else to ask for in place of what has failed for good; false
 * if there is nothing.
 */
static bool
ask_for_less(AdpCursor *cursor, const AdpFailure *failure)
{
	if (failure->is_bad_constant && can_be_plain(cursor))
		restart_plain(cursor);
	else if (failure->is_page_too_big && can_shrink_page(cursor))
	{
		adp_fetch_drop(cursor->fetch);
		cursor->halvings++;
		/* a page in the middle was tried larger than the one before */
		if (cursor->is_begun)
			cursor->least_halvings = cursor->halvings;
		adp_cursor_ask_page(cursor);
	}
	else if (failure->is_too_much && !cursor->by_job && !cursor->is_begun &&
			 can_use_job(cursor))
		restart_by_job(cursor);
	else if (failure->is_too_much && adp_cursor_can_halve(cursor))
		adp_cursor_ask_halves(cursor);
	else
		return false;
	return true;
}

/*
 * Deals with a fetch that failed for good.
 */
void
adp_cursor_ask_otherwise(AdpCursor *cursor)
{
	/* a copy, since asking otherwise lets go of the call */
	AdpFailure failure = *adp_fetch_failure(cursor->fetch);

	if (failure.is_not_ready && cursor->job != NULL &&
		adp_job_is_not_ready(cursor->job))
	{
		adp_fetch_drop(cursor->fetch);
		cursor->is_awaited = true;
	}
	else if (!ask_for_less(cursor, &failure))
	{
		if (failure.is_misfit)
			adp_fetch_advise(cursor->fetch,
							 adp_misfit_hint(&cursor->query, failure.message));
		adp_fetch_throw(cursor->fetch);
	}
}

/*
 * Takes the current span's job as far as it goes.
 */
void
adp_cursor_advance_job(AdpCursor *cursor)
{
	AdpJob *job = cursor->job;
	AdpFailure failure;

	switch (adp_job_advance(job))
	{
		case ADP_JOB_RUNNING:
			break;
		case ADP_JOB_READY:
			cursor->is_awaited = false;
			adp_cursor_ask_page(cursor);
			break;
		case ADP_JOB_FAILED:
			/* a copy, since asking otherwise lets go of the job */
			failure = *adp_job_failure(job);
			if (!ask_for_less(cursor, &failure))
				adp_job_throw(job);
			break;
	}
}
