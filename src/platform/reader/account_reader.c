/*
 * account_reader.c
 *	  Reads the rows of one account: date ranges, by pages or jobs.
 *
 * A reader requests one thing at a time: the job or a page of the current date
 * range.  A long list of ids is sent in parts, each for all date ranges.  What the
 * platform refuses as too much is replaced by less: fewer rows a page, a job, fewer
 * days.  While the rows of a page are read, the next page is on its way.  Functions
 * that send requests run in the plan's memory context.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/guc.h"
#include "platform/accounts/account_cache.h"
#include "platform/api/page_walk.h"
#include "platform/api/request.h"
#include "platform/formats.h"
#include "platform/job/job.h"
#include "platform/list_parts.h"
#include "platform/periods.h"
#include "platform/reader/account_reader.h"
#include "platform/reader/date_ranges.h"
#include "platform/reader/misfit.h"
#include "platform/reader/page_fetch.h"
#include "platform/row_reader.h"

/*
 * Maximum number of times that a page which is too large is halved: 500 rows
 * become one.  The platform refuses lists with large fields down to a few
 * rows.
 */
#define HALVINGS_MAX 8

/* Consecutive refusals of a request before it is changed. */
#define REFUSALS_MIN 2

/* What the reader waits for. */
typedef enum State
{
	STATE_BEGIN,   /* nothing of the date range is requested yet */
	STATE_JOB,	   /* the job that makes the rows of the date range */
	STATE_PAGE,	   /* a page of the date range */
	STATE_NEXT,	   /* nothing of the next page is requested yet */
	STATE_ACCOUNT, /* nothing: the only row is the account itself */
	STATE_END	   /* nothing: all date ranges are requested */
} State;

struct AdpAccountReader
{
	const AdpAccountReadPlan *plan;
	const AdpAccount *account;
	State state;
	AdpDateRange days;	  /* of the account */
	AdpDateRanges ranges; /* the current one, and those after it */
	int nlater;			  /* of these, after what is left of a halved one */
	int nparts;			  /* of a list, each for all days; usually 1 */
	int part;			  /* the current one */

	/* the current date range */
	AdpQuery query;	  /* the plan's, with these days */
	char *subject;	  /* for errors: account and days */
	AdpJob *job;	  /* makes the rows; NULL: they are requested directly */
	AdpPageWalk walk; /* through the pages read so far */
	int64 nrows;	  /* on these pages */

	/* what refusals have shown, for the date ranges that follow */
	bool prefers_jobs;	/* a direct request was too large */
	int halvings;		/* of the next page */
	int least_halvings; /* with fewer, requests have failed */
	/*
	 * Requests leave out the conditions on enums, or the value that makes rows
	 * missing: the platform has refused them.
	 */
	bool drops_enum_filters;
	int refusals; /* consecutive refusals of that value */

	AdpPageFetch *fetch; /* the next page, and the body of the one being read */
	AdpPageRows *page;	 /* the page that is being read, or NULL */
	AdpDateRange page_days; /* that its request was about */
	MemoryContext page_cxt;
};

/*
 * Lets the source's row reader check the query and make its shaper.  Returns
 * NULL if the cells as read are the row.
 */
static AdpShaper *
make_shaper(const AdpPlatform *platform, const AdpSettings *settings,
			const AdpQuery *query, const AdpDays *days)
{
	const AdpRowReader *rows = query->source->rows;

	if (rows != NULL && rows->check_query != NULL)
		rows->check_query(platform, settings, query, adp_days_first(days));
	if (rows == NULL || rows->make_shaper == NULL)
		return NULL;
	return rows->make_shaper(platform, settings, query);
}

/*
 * Compiles the query once for all accounts.
 */
AdpAccountReadPlan *
adp_account_reader_plan(MemoryContext cxt, AdpSession *session,
						const AdpQuery *query, const AdpDays *days,
						bool reads_ahead)
{
	const AdpPlatform *platform = session->platform;
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpAccountReadPlan *plan = palloc0(sizeof(AdpAccountReadPlan));

	adp_days_check(platform, query->source, days);
	plan->session = session;
	plan->cxt = cxt;
	plan->query = query;
	plan->days = days;
	plan->reads_ahead = reads_ahead;
	plan->shaper = make_shaper(platform, session->settings, query, days);
	plan->form = adp_page_form(cxt, platform, plan->shaper, query);
	MemoryContextSwitchTo(old);
	return plan;
}

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
 * Whether rows of the current date range have been returned.
 */
static bool
has_begun(const AdpAccountReader *reader)
{
	return reader->walk.npages > 0;
}

/*
 * Frees the job of the current date range.
 */
static void
drop_job(AdpAccountReader *reader)
{
	if (reader->job != NULL)
		adp_job_release(reader->job);
	reader->job = NULL;
}

/*
 * Begins the current date range: writes its query; sends nothing.
 */
static void
begin_range(AdpAccountReader *reader)
{
	const AdpDateRange *range = adp_date_ranges_current(&reader->ranges);
	AdpQuery *query = &reader->query;
	const AdpFormats *formats;

	adp_page_fetch_drop(reader->fetch);
	drop_job(reader);
	adp_page_walk_clear(&reader->walk);
	reader->nrows = 0;
	reader->state = STATE_END;
	if (range == NULL)
		return;
	*query = *reader->plan->query;
	adp_list_take_part(query, reader->plan->naccounts, reader->part);
	reader->state = query->source->is_listing ? STATE_ACCOUNT : STATE_BEGIN;
	if (reader->drops_enum_filters)
		drop_enum_conditions(query);
	reader->subject = psprintf("account %s", reader->account->id);
	if (!query->has_day)
		return;
	formats = adp_formats_of(reader->plan->session->platform, query->source);
	query->since = formats->write_day(range->since);
	query->until = formats->write_day(range->until);
	reader->subject =
		psprintf("account %s, %s to %s", reader->account->id,
				 adp_days_iso(range->since), adp_days_iso(range->until));
}

/*
 * Adds the account's days in ranges that the platform accepts.
 */
static void
add_days(AdpAccountReader *reader)
{
	const AdpQuery *query = reader->plan->query;

	if (query->asks_each_period)
		adp_date_ranges_add_each(&reader->ranges, reader->days, query->period);
	else
		adp_date_ranges_add(&reader->ranges, reader->days,
							query->source->days_per_request);
	reader->nlater = reader->ranges.count - 1;
}

/*
 * Splits an account's days into ranges.
 */
static void
split_days(AdpAccountReader *reader)
{
	const AdpAccountReadPlan *plan = reader->plan;

	if (!plan->days->has_day ||
		adp_days_settle(plan->session->platform, plan->query->source,
						plan->days, reader->account, &reader->days))
		add_days(reader);
}

/*
 * Allocates a reader; the first request waits for the first advance.
 */
AdpAccountReader *
adp_account_reader_create(const AdpAccountReadPlan *plan,
						  const AdpAccount *account)
{
	AdpSession *session = plan->session;
	MemoryContext old = MemoryContextSwitchTo(plan->cxt);
	AdpAccountReader *reader = palloc0(sizeof(AdpAccountReader));

	reader->plan = plan;
	reader->account = account;
	reader->page_cxt =
		AllocSetContextCreate(plan->cxt, "adpipe page", ALLOCSET_DEFAULT_SIZES);
	reader->fetch = adp_page_fetch_create(session, plan->cxt);
	/* if rows must not be missing, test the account's refusal again */
	reader->drops_enum_filters = !adp_guc_require_whole &&
		adp_account_cache_has_refusal(session->settings, account->id);
	reader->nparts = adp_list_parts(plan->query, plan->naccounts);
	split_days(reader);
	begin_range(reader);
	MemoryContextSwitchTo(old);
	return reader;
}

/*
 * Returns the number of first pages to request.
 */
int
adp_account_reader_nfirst(const AdpAccountReader *reader)
{
	return reader->state == STATE_ACCOUNT
		? 0
		: reader->ranges.count * (reader->nparts - reader->part);
}

/*
 * Whether a job can make the rows of the current query.
 */
static bool
can_use_job(const AdpAccountReader *reader)
{
	return adp_job_can(reader->plan->session->platform->jobs, &reader->query);
}

/*
 * Returns the days in the current range; NULL for a query without days.
 */
static const AdpDateRange *
days_of(const AdpAccountReader *reader)
{
	return reader->query.has_day ? adp_date_ranges_current(&reader->ranges)
								 : NULL;
}

/*
 * Returns the number of days in the current range; 0 for a query without days.
 */
static int
ndays(const AdpAccountReader *reader)
{
	const AdpDateRange *days = days_of(reader);

	return days != NULL ? days->until - days->since + 1 : 0;
}

/*
 * Whether a job is to make the rows of the current date range.
 */
static bool
wants_job(const AdpAccountReader *reader)
{
	const AdpSession *session = reader->plan->session;

	return can_use_job(reader) &&
		(reader->prefers_jobs ||
		 adp_job_is_better(session->platform->jobs, session->settings,
						   &reader->query, days_of(reader)));
}

/*
 * Returns what makes a page of several answers: a job's rows, or any page of the
 * source; NULL: a page is one answer.
 */
static const AdpAssembler *
find_assembler(const AdpAccountReader *reader)
{
	const AdpJobKind *jobs = reader->plan->session->platform->jobs;

	return jobs != NULL && jobs->assembler != NULL && wants_job(reader)
		? jobs->assembler
		: reader->query.source->assembler;
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
	ask.nranges = reader->ranges.count;
	ask.halvings = reader->halvings;
	ask.drops_enum_filters = reader->drops_enum_filters;
	return ask;
}

/*
 * Writes and starts the request of a page, or starts its assembly.
 */
static void
start_page(AdpAccountReader *reader)
{
	const AdpPlatform *platform = reader->plan->session->platform;
	const AdpAssembler *assembler = find_assembler(reader);
	AdpPageAsk ask = make_ask(reader);
	AdpApiRequest request = {.days = ndays(reader)};

	if (assembler != NULL)
	{
		adp_request_require_days(platform, &reader->query);
		adp_page_fetch_assemble(reader->fetch, assembler, &ask, reader->subject);
		return;
	}
	adp_request_page(platform, &ask, &request);
	adp_page_fetch_start(reader->fetch, &request, reader->subject);
}

/*
 * Requests a page of the current date range.  The request is written in a
 * memory context of its own, since it may be long and there may be many.
 */
static void
request_page(AdpAccountReader *reader)
{
	const AdpAccountReadPlan *plan = reader->plan;
	MemoryContext cxt = AllocSetContextCreate(plan->cxt, "adpipe request",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cxt);

	start_page(reader);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(cxt);
	reader->state = STATE_PAGE;
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
	reader->state = STATE_JOB;
	adp_job_advance(reader->job);
}

/*
 * Sends the first request of the current date range, if there is one.
 */
static void
request_range(AdpAccountReader *reader)
{
	if (reader->state != STATE_BEGIN)
		return;
	if (wants_job(reader) && find_assembler(reader) == NULL)
		start_job(reader);
	else
		request_page(reader);
}

/*
 * Requests the current date range again, in another way.
 */
static void
restart_range(AdpAccountReader *reader)
{
	begin_range(reader);
	request_range(reader);
}

/*
 * Whether the current date range can be halved: it has several days, or weeks or
 * months, and none of its rows are returned yet.
 */
static bool
can_halve(const AdpAccountReader *reader)
{
	AdpPeriod period = reader->query.period;
	const AdpDateRange *days = days_of(reader);

	return !has_begun(reader) && days != NULL && period != ADP_PERIOD_ALL &&
		adp_period_next(period, days->since) <= days->until;
}

/*
 * Replaces the current date range by its halves.
 */
static void
halve_range(AdpAccountReader *reader)
{
	adp_date_ranges_halve(&reader->ranges, reader->query.period);
	restart_range(reader);
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
 * Returns why rows of the response may be missing, as a sentence; or NULL.
 */
static const char *
find_gap(const AdpAccountReader *reader)
{
	const AdpSession *session = reader->plan->session;
	const AdpRowReader *rows = reader->query.source->rows;

	if (rows == NULL || rows->find_gap == NULL)
		return NULL;
	return rows->find_gap(session->platform, session->settings, &reader->query,
						  reader->nrows, reader->drops_enum_filters);
}

/*
 * Whether leaving out the enum filters would change the request.
 */
static bool
can_drop_enum_filters(const AdpAccountReader *reader)
{
	if (has_begun(reader) || reader->drops_enum_filters)
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
	reader->refusals++;
	reader->drops_enum_filters =
		reader->refusals >= REFUSALS_MIN || !lacks_without_enums(reader);
	restart_range(reader);
}

/*
 * Handles a response without enum filters that arrived after refusals:
 * remembers that the account refuses the value, and reports the missing rows.
 */
static void
note_dropped_filters(const AdpAccountReader *reader)
{
	const AdpSession *session = reader->plan->session;

	if (!reader->drops_enum_filters || !lacks_without_enums(reader))
		return;
	if (adp_guc_require_whole)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_UNABLE_TO_CREATE_EXECUTION),
				 errmsg("platform \"%s\" does not return all rows of account %s",
						session->platform->name, reader->account->id),
				 errdetail("%s: it refused values of the request twice, and answered at once without them. %s",
						   reader->subject, find_gap(reader))));
	if (!adp_session_is_outdated(session))
		adp_account_cache_keep_refusal(session->settings, reader->account->id);
}

/*
 * Whether a page that is too large can be requested with fewer rows.  A report
 * that the platform generates anew for its first page is better read by a job.
 */
static bool
can_shrink_page(const AdpAccountReader *reader)
{
	return reader->halvings < HALVINGS_MAX &&
		(has_begun(reader) || reader->job != NULL || !can_use_job(reader));
}

/*
 * Requests a page that is too large with half as many rows.
 */
static void
shrink_page(AdpAccountReader *reader)
{
	adp_page_fetch_drop(reader->fetch);
	reader->halvings++;
	/* earlier pages worked: do not go back to larger ones */
	if (has_begun(reader))
		reader->least_halvings = reader->halvings;
	request_page(reader);
}

/*
 * Lets jobs make the rows that a direct request cannot get, from the current date
 * range on; see leave_jobs().  Returns false if they cannot, or do so already.
 */
static bool
turn_to_jobs(AdpAccountReader *reader)
{
	if (reader->job != NULL || reader->prefers_jobs || has_begun(reader) ||
		!can_use_job(reader) ||
		(reader->plan->session->platform->jobs->is_last_resort &&
		 can_halve(reader)))
		return false;
	reader->prefers_jobs = true;
	restart_range(reader);
	return true;
}

/*
 * Replaces a request that has failed permanently.  Returns false if there is
 * no smaller one.
 */
static bool
request_less(AdpAccountReader *reader, const AdpFailure *failure)
{
	if (failure->is_bad_constant && can_drop_enum_filters(reader))
		restart_without_enum_filters(reader);
	else if (failure->is_page_too_big && can_shrink_page(reader))
		shrink_page(reader);
	else if (failure->is_too_much && turn_to_jobs(reader))
		return true;
	else if (failure->is_too_much && can_halve(reader))
		halve_range(reader);
	else
		return false;
	return true;
}

/*
 * Handles a page that failed permanently: waits for its job, or requests less;
 * throws if neither is possible.
 */
static void
handle_failure(AdpAccountReader *reader)
{
	/* a copy, since the new request frees the call */
	AdpFailure failure = *adp_page_fetch_failure(reader->fetch);

	if (failure.is_not_ready && reader->job != NULL &&
		adp_job_ask_again(reader->job))
	{
		adp_page_fetch_drop(reader->fetch);
		reader->state = STATE_JOB;
	}
	else if (!request_less(reader, &failure))
	{
		if (failure.is_misfit)
			adp_page_fetch_advise(reader->fetch,
								  adp_misfit_hint(&reader->query,
												  failure.message));
		adp_page_fetch_throw(reader->fetch);
	}
}

/*
 * Advances the job of the current date range; then requests its rows.
 */
static void
advance_job(AdpAccountReader *reader)
{
	AdpJob *job = reader->job;
	AdpFailure failure;

	switch (adp_job_advance(job))
	{
		case ADP_JOB_RUNNING:
			break;
		case ADP_JOB_READY:
			request_page(reader);
			break;
		case ADP_JOB_FAILED:
			/* a copy, since the new request frees the job */
			failure = *adp_job_failure(job);
			if (!request_less(reader, &failure))
				adp_job_throw(job);
			break;
	}
}

/*
 * Advances the page of the current date range.  If another scan that fetched it
 * has given up, requests it ourselves.
 */
static AdpAccountReaderState
advance_page(AdpAccountReader *reader)
{
	AdpPageFetchState state;

	while ((state = adp_page_fetch_advance(reader->fetch)) ==
		   ADP_PAGE_FETCH_GONE)
	{
		adp_page_fetch_drop(reader->fetch);
		request_page(reader);
	}
	if (state == ADP_PAGE_FETCH_READY)
		return ADP_ACCOUNT_READER_READY;
	if (state == ADP_PAGE_FETCH_FAILED)
		handle_failure(reader);
	return ADP_ACCOUNT_READER_BUSY;
}

/*
 * Advances what the reader waits for.
 */
AdpAccountReaderState
adp_account_reader_advance(AdpAccountReader *reader)
{
	switch (reader->state)
	{
		case STATE_BEGIN:
			request_range(reader);
			if (reader->state == STATE_PAGE)
				return advance_page(reader);
			break;
		case STATE_JOB:
			advance_job(reader);
			break;
		case STATE_NEXT:
			request_page(reader);
			return advance_page(reader);
		case STATE_PAGE:
			return advance_page(reader);
		case STATE_ACCOUNT:
			return ADP_ACCOUNT_READER_READY;
		case STATE_END:
			return ADP_ACCOUNT_READER_IDLE;
	}
	return ADP_ACCOUNT_READER_BUSY;
}

/*
 * Names the platform and the account in errors of the page walk.
 */
static AdpWalker
walker_of(const AdpAccountReader *reader)
{
	AdpWalker walker = {reader->plan->session->platform->name, reader->subject};

	return walker;
}

/*
 * Keeps the token of the page after the one just parsed; false if that was the
 * last.
 */
static bool
keep_next_token(AdpAccountReader *reader)
{
	const AdpWalker walker = walker_of(reader);
	const char *token = adp_page_next_token(reader->page, reader->walk.token);

	if (token == NULL)
		return false;
	adp_page_walk_go_on(&reader->walk, &walker, token);
	return true;
}

/*
 * Opens the page that has arrived.  Returns false if it is malformed, and
 * fetches it again.
 */
static bool
open_page(AdpAccountReader *reader)
{
	Size len;
	const char *body = adp_page_fetch_body(reader->fetch, &len);
	MemoryContext old = MemoryContextSwitchTo(reader->page_cxt);
	const AdpPageAsk ask = make_ask(reader);
	AdpError error = {0};

	reader->page = adp_page_open(reader->plan->form, &ask, body, len,
								 reader->page_cxt, &error);
	MemoryContextSwitchTo(old);
	if (reader->page != NULL)
		return true;
	/* first: the texts of the error may point into the page's memory */
	adp_page_fetch_reject(reader->fetch, &error);
	MemoryContextReset(reader->page_cxt);
	return false;
}

/*
 * Returns the number of rows of the date range: those so far, or of all its pages
 * if the page says it.
 */
static int64
rows_of_range(const AdpAccountReader *reader)
{
	return Max(reader->nrows + adp_page_count(reader->page),
			   adp_page_total(reader->page));
}

/*
 * Whether the platform has truncated the rows so far at its limit, which a job
 * has not.  A statement that wants no more rows than that, in any order, misses
 * none.
 */
static bool
is_capped(const AdpAccountReader *reader)
{
	int64 limit = reader->query.limit;
	int64 cap = reader->query.source->rows_cap;

	return cap > 0 && !wants_job(reader) &&
		!(limit > 0 && limit <= cap && reader->plan->shaper == NULL) &&
		rows_of_range(reader) >= cap;
}

/*
 * Drops a page that the platform has truncated, and requests its days in two
 * halves, or a day by a job; throws if neither is possible.
 */
static void
replace_capped(AdpAccountReader *reader)
{
	int64 nrows = rows_of_range(reader);

	reader->page = NULL;
	MemoryContextReset(reader->page_cxt);
	if (can_halve(reader))
		halve_range(reader);
	else if (!turn_to_jobs(reader))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("answer of platform \"%s\" is cut at its limit of rows",
						reader->plan->session->platform->name),
				 errdetail("%s: " INT64_FORMAT
						   " rows came, and more may be missing.",
						   reader->subject, nrows),
				 errhint(
					 "Narrow what the table asks for, so that a day has fewer rows.")));
}

/*
 * Warns if the platform may have left out rows of a date range that was read.
 */
static void
warn_of_gap(const AdpAccountReader *reader)
{
	const char *reason = find_gap(reader);

	if (reason != NULL)
		ereport(WARNING,
				(errmsg("platform \"%s\" may have left out rows of %s",
						reader->plan->session->platform->name, reader->subject),
				 errdetail_internal("%s", reason)));
}

/*
 * Counts the page just parsed, and keeps its body while its rows are read.
 * Throws if its rows came before.
 */
static void
accept_page(AdpAccountReader *reader)
{
	AdpStats *stats = &reader->plan->session->stats;
	const AdpWalker walker = walker_of(reader);
	int64 nrows = adp_page_count(reader->page);

	adp_page_walk_take(&reader->walk, &walker, nrows,
					   adp_page_hash(reader->page));
	note_dropped_filters(reader);
	reader->refusals = 0;
	reader->halvings = Max(reader->halvings - 1, reader->least_halvings);
	reader->nrows += nrows;
	if (reader->query.has_day)
		reader->page_days = *adp_date_ranges_current(&reader->ranges);
	stats->pages++;
	stats->rows += nrows;
	adp_page_fetch_hold(reader->fetch);
	if (reader->job != NULL)
		adp_job_pin(reader->job);
}

/*
 * Requests rows directly again after a date range, all of whose halves are read, had
 * days with too many rows, if jobs are a last resort: the next one may have none.
 */
static void
leave_jobs(AdpAccountReader *reader)
{
	const AdpJobKind *jobs = reader->plan->session->platform->jobs;

	if (reader->ranges.count > reader->nlater)
		return;
	reader->nlater = reader->ranges.count - 1;
	if (jobs != NULL && jobs->is_last_resort)
		reader->prefers_jobs = false;
}

/*
 * Moves on to the next date range, or to the first one of the list's next part.
 */
static void
next_range(AdpAccountReader *reader)
{
	adp_date_ranges_pop(&reader->ranges);
	leave_jobs(reader);
	if (reader->ranges.count == 0 && reader->part + 1 < reader->nparts)
	{
		reader->part++;
		add_days(reader);
	}
}

/*
 * Turns to what follows the page just parsed: the next page of the date range, or
 * the next range.  Requests it if the plan reads ahead; else the next advance
 * does.
 */
static void
go_on(AdpAccountReader *reader)
{
	if (keep_next_token(reader))
		reader->state = STATE_NEXT;
	else
	{
		warn_of_gap(reader);
		next_range(reader);
		begin_range(reader);
	}
	if (!reader->plan->reads_ahead)
		return;
	if (reader->state == STATE_NEXT)
		request_page(reader);
	else
		request_range(reader);
}

/*
 * Opens the page that has arrived, and requests the next one.
 */
bool
adp_account_reader_turn(AdpAccountReader *reader)
{
	MemoryContext old;

	if (reader->state == STATE_ACCOUNT)
		return true;
	if (!open_page(reader))
		return false;
	old = MemoryContextSwitchTo(reader->plan->cxt);
	if (is_capped(reader))
		replace_capped(reader);
	else
	{
		accept_page(reader);
		go_on(reader);
	}
	MemoryContextSwitchTo(old);
	return reader->page != NULL;
}

/*
 * Frees a page that was read.
 */
static void
drop_page(AdpAccountReader *reader)
{
	adp_page_fetch_let_go(reader->fetch);
	reader->page = NULL;
	MemoryContextReset(reader->page_cxt);
}

/*
 * Returns the row of an account without a request: its cells are absent.
 */
static const AdpCell *
account_row(AdpAccountReader *reader)
{
	const AdpAccountReadPlan *plan = reader->plan;

	reader->state = STATE_END;
	plan->session->stats.rows++;
	return MemoryContextAllocZero(plan->cxt,
								  Max(plan->query->nfields, 1) *
									  sizeof(AdpCell));
}

/*
 * Returns the page's next row.
 */
const AdpCell *
adp_account_reader_next(AdpAccountReader *reader)
{
	const AdpCell *cells;

	if (reader->state == STATE_ACCOUNT)
		return account_row(reader);
	cells = reader->page != NULL ? adp_page_next(reader->page) : NULL;
	if (cells == NULL)
		drop_page(reader);
	return cells;
}

/*
 * Returns the days of the page's request.
 */
const AdpDateRange *
adp_account_reader_days(const AdpAccountReader *reader)
{
	return &reader->page_days;
}

/*
 * Frees the page, the fetch and the job.
 */
void
adp_account_reader_close(AdpAccountReader *reader)
{
	adp_page_fetch_drop(reader->fetch);
	drop_page(reader);
	drop_job(reader);
}
