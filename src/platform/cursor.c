/*
 * cursor.c
 *	  One account's way through its pages.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "platform/call.h"
#include "platform/cursor.h"
#include "platform/job.h"
#include "platform/kept.h"
#include "platform/records.h"
#include "platform/request.h"
#include "platform/tallies.h"
#include "platform/traps.h"

/* Time between two looks at a call of another scan, in milliseconds. */
#define LOOK_GAP_MS 10

/*
 * How often a page is halved that is too big: 500 rows become 31, which the
 * platforms' own readers stop at.
 */
#define HALVINGS_MAX 4

struct AdpCursor
{
	const AdpCursorPlan *plan;
	const AdpAccount *account;

	/* spans still to be asked for; the last one is the current */
	AdpSpan *spans;
	int nspans;
	int capacity;

	/* the current span */
	AdpQuery query;
	char *subject;	 /* for errors: account and days */
	bool is_begun;	 /* a page of it has been read */
	int64 nrows;	 /* read of it */
	bool is_plain;	 /* enum conditions were taken out, for all spans */
	bool is_listing; /* its one row is the account: nothing is asked */
	bool has_row;	 /* that row has not been given */

	/* asking for reports in the background, and for pages */
	bool prefers_jobs; /* at once was too much before */
	bool by_job;	   /* this span is asked for by a job */
	AdpJob *job;	   /* it, until the next span begins; NULL: none */
	bool is_awaited;   /* its rows cannot be asked for yet */
	int halvings;	   /* of the next page */

	/* the tokens of the span's pages so far */
	char **tokens;
	int ntokens;
	int tokens_capacity;

	AdpCall *fetching; /* the page on its way, or arrived */

	/* where the platform's answers are kept; NULL elsewhere */
	char *wanted;	   /* the request whose answer is looked for */
	AdpKept *found;	   /* that answer, there already */
	AdpCall *borrowed; /* another scan's call for it, done */
	AdpNotice *notice; /* of our own call for it */
	AdpKept *kept;	   /* the answer being read */

	AdpCall *reading;  /* holds the body that the cells point into */
	AdpPageRows *page; /* NULL: none being read */
	MemoryContext page_cxt;
	const AdpCell *read;   /* the row that the shaper is at, or NULL */
	int nth;			   /* rows made of it */
	AdpCell *cells;		   /* the one made last */
	MemoryContext row_cxt; /* what those cells point into */
};

/*
 * Makes the shaper that a source's kind of rows needs; NULL: none.
 */
static AdpShaper *
make_shaper(const AdpPlatform *platform, const AdpSettings *settings,
			const AdpQuery *query)
{
	const AdpSource *source = adp_platform_source(platform, query->source);

	if (source->tallies != NULL)
		return adp_tallies_shaper(source->tallies, settings, query);
	if (source->records != NULL)
		return adp_records_shaper(platform, source->records, settings, query);
	return NULL;
}

/*
 * Makes the plan.
 */
AdpCursorPlan *
adp_cursor_plan(MemoryContext cxt, AdpSession *session, const AdpQuery *query,
				const AdpDays *days)
{
	const AdpPlatform *platform = session->platform;
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpCursorPlan *plan = palloc0(sizeof(AdpCursorPlan));

	adp_days_check(platform, query->source, days);
	adp_traps_check(platform, session->settings, query, adp_days_first(days));
	plan->session = session;
	plan->cxt = cxt;
	plan->query = query;
	plan->days = days;
	plan->shaper = make_shaper(platform, session->settings, query);
	plan->form = adp_page_form(cxt, platform, plan->shaper, query);
	MemoryContextSwitchTo(old);
	return plan;
}

/*
 * Adds a span to those still to be asked for.
 */
static void
push_span(AdpCursor *cursor, DateADT since, DateADT until)
{
	if (cursor->nspans == cursor->capacity)
	{
		cursor->capacity = Max(cursor->capacity * 2, 4);
		cursor->spans = cursor->spans
			? repalloc(cursor->spans, cursor->capacity * sizeof(AdpSpan))
			: palloc(cursor->capacity * sizeof(AdpSpan));
	}
	cursor->spans[cursor->nspans++] = (AdpSpan){since, until};
}

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
static void
drop_job(AdpCursor *cursor)
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
	const AdpSpan *span = &cursor->spans[cursor->nspans - 1];

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
	AdpSpan span;

	drop_job(cursor);
	cursor->is_begun = false;
	cursor->nrows = 0;
	while (cursor->ntokens > 0)
		pfree(cursor->tokens[--cursor->ntokens]);
	if (cursor->nspans == 0)
		return;
	span = cursor->spans[cursor->nspans - 1];
	cursor->query = *cursor->plan->query;
	if (cursor->is_plain)
		drop_enum_conditions(&cursor->query);
	if (cursor->query.has_day)
	{
		cursor->query.since = adp_days_iso(span.since);
		cursor->query.until = adp_days_iso(span.until);
		cursor->subject = psprintf("account %s, %s to %s", cursor->account->id,
								   cursor->query.since, cursor->query.until);
	}
	else
		cursor->subject = psprintf("account %s", cursor->account->id);
	cursor->by_job = wants_job(cursor);
}

/*
 * Cuts an account's days into spans that the platform takes at once; the
 * earliest ends up last, which is where they are taken from.
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
	while (most > 0 && all.until - all.since >= most)
	{
		push_span(cursor, all.until - most + 1, all.until);
		all.until -= most;
	}
	push_span(cursor, all.since, all.until);
}

/*
 * Makes a cursor.
 */
AdpCursor *
adp_cursor_create(const AdpCursorPlan *plan, const AdpAccount *account)
{
	MemoryContext old = MemoryContextSwitchTo(plan->cxt);
	AdpCursor *cursor = palloc0(sizeof(AdpCursor));

	cursor->plan = plan;
	cursor->account = account;
	cursor->page_cxt =
		AllocSetContextCreate(plan->cxt, "adpipe page", ALLOCSET_DEFAULT_SIZES);
	cursor->cells = palloc0(plan->query->nfields * sizeof(AdpCell));
	if (plan->shaper != NULL)
		cursor->row_cxt = AllocSetContextCreate(plan->cxt, "adpipe shaped row",
												ALLOCSET_SMALL_SIZES);
	cursor->is_listing =
		adp_platform_source(plan->session->platform, plan->query->source)
			->is_listing;
	cut_days(cursor);
	begin_span(cursor);
	MemoryContextSwitchTo(old);
	return cursor;
}

/*
 * Puts the current span's halves in its place.
 */
static void
halve_span(AdpCursor *cursor)
{
	AdpSpan span = cursor->spans[--cursor->nspans];
	DateADT middle = span.since + (span.until - span.since) / 2;

	push_span(cursor, middle + 1, span.until);
	push_span(cursor, span.since, middle);
}

/*
 * Whether the current span can be asked for in halves: it has several days,
 * and none of its rows have gone out.
 */
static bool
can_halve(const AdpCursor *cursor)
{
	const AdpSpan *span = &cursor->spans[cursor->nspans - 1];

	return cursor->query.has_day && !cursor->is_begun &&
		span->since < span->until;
}

/*
 * Sends the request for a page, unless its answer is to be had otherwise: kept
 * from before, or about to come to another scan.
 */
static void
fetch_page_unless_there(AdpCursor *cursor, const AdpApiRequest *request)
{
	AdpSession *session = cursor->plan->session;
	MemoryContext cxt = cursor->plan->cxt;

	if (session->platform->keeps_answers)
	{
		cursor->wanted = MemoryContextStrdup(cxt, request->path);
		cursor->found = adp_kept_find(cxt, session->settings, cursor->wanted);
		if (cursor->found != NULL ||
			adp_kept_under_way(session->settings, cursor->wanted) != NULL)
			return;
	}
	cursor->fetching = adp_call_create(session, cxt, request, cursor->subject);
	if (cursor->wanted != NULL)
		cursor->notice = adp_kept_announce(cxt, session->settings,
										   cursor->wanted, cursor->fetching);
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
	if (cursor->ntokens > 0)
		ask.token = cursor->tokens[cursor->ntokens - 1];
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
static void
fetch_page(AdpCursor *cursor)
{
	const AdpCursorPlan *plan = cursor->plan;
	MemoryContext cxt = AllocSetContextCreate(plan->cxt, "adpipe request",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpPageAsk ask = make_ask(cursor);
	AdpApiRequest request = {.days = ndays(cursor)};

	adp_request_page(plan->session->platform, &ask, &request);
	fetch_page_unless_there(cursor, &request);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(cxt);
	if (cursor->fetching != NULL)
		adp_call_advance(cursor->fetching);
}

/*
 * Lets go of the page that was asked for.
 */
static void
drop_fetch(AdpCursor *cursor)
{
	if (cursor->notice != NULL)
		adp_kept_withdraw(cursor->notice);
	if (cursor->found != NULL)
		adp_kept_release(cursor->found);
	if (cursor->fetching != NULL)
		adp_call_release(cursor->fetching);
	cursor->notice = NULL;
	cursor->found = NULL;
	cursor->fetching = NULL;
	cursor->borrowed = NULL;
	cursor->wanted = NULL;
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
static void
fetch_first(AdpCursor *cursor)
{
	if (cursor->by_job)
		start_job(cursor);
	else
		fetch_page(cursor);
}

/*
 * Asks for the halves of the current span in its place.
 */
static void
restart_span(AdpCursor *cursor)
{
	MemoryContext old = MemoryContextSwitchTo(cursor->plan->cxt);

	drop_fetch(cursor);
	halve_span(cursor);
	begin_span(cursor);
	fetch_first(cursor);
	MemoryContextSwitchTo(old);
}

/*
 * Asks again without the conditions on enums, one of whose values the platform
 * does not know; they are also checked locally.
 */
static void
restart_plain(AdpCursor *cursor)
{
	drop_fetch(cursor);
	cursor->is_plain = true;
	begin_span(cursor);
	fetch_first(cursor);
}

/*
 * Asks for the current span by a job, since at once it was too much.
 */
static void
restart_by_job(AdpCursor *cursor)
{
	drop_fetch(cursor);
	cursor->prefers_jobs = true;
	begin_span(cursor);
	fetch_first(cursor);
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
ask_otherwise(AdpCursor *cursor, const AdpFailure *failure)
{
	if (failure->is_bad_constant && !cursor->is_begun && !cursor->is_plain)
		restart_plain(cursor);
	else if (failure->is_page_too_big && can_shrink_page(cursor))
	{
		drop_fetch(cursor);
		cursor->halvings++;
		fetch_page(cursor);
	}
	else if (failure->is_too_much && !cursor->by_job && !cursor->is_begun &&
			 can_use_job(cursor))
		restart_by_job(cursor);
	else if (failure->is_too_much && can_halve(cursor))
		restart_span(cursor);
	else
		return false;
	return true;
}

/*
 * Deals with a fetch that failed for good.
 */
static void
handle_failure(AdpCursor *cursor, const AdpCall *failed)
{
	/* a copy, since asking otherwise lets go of the call */
	AdpFailure failure = *adp_call_failure(failed);

	if (failure.is_not_ready && cursor->job != NULL &&
		adp_job_is_not_ready(cursor->job))
	{
		drop_fetch(cursor);
		cursor->is_awaited = true;
	}
	else if (!ask_otherwise(cursor, &failure))
		adp_call_throw(failed);
}

/*
 * The call that is to bring the page, or NULL once its answer is kept.  That may
 * be another scan's: it is taken along, for who it belongs to may not be at
 * work.  If nobody asks for the page any more, we do.
 */
static AdpCall *
call_to_advance(AdpCursor *cursor)
{
	AdpSession *session = cursor->plan->session;
	AdpCall *other;

	cursor->borrowed = NULL;
	while (cursor->fetching == NULL || adp_call_is_taken(cursor->fetching))
	{
		if (cursor->found == NULL)
			cursor->found = adp_kept_find(cursor->plan->cxt, session->settings,
										  cursor->wanted);
		if (cursor->found != NULL)
			return NULL;
		other = cursor->fetching != NULL
			? NULL
			: adp_kept_under_way(session->settings, cursor->wanted);
		if (other != NULL)
		{
			adp_call_poll(other);
			adp_session_wake_at(session, adp_clock_ms() + LOOK_GAP_MS);
			return other;
		}
		drop_fetch(cursor);
		fetch_page(cursor);
	}
	return cursor->fetching;
}

/*
 * Takes the current span's job as far as it goes.
 */
static void
advance_job(AdpCursor *cursor)
{
	AdpJob *job = cursor->job;
	AdpFailure failure;

	switch (adp_job_advance(job))
	{
		case ADP_JOB_RUNNING:
			break;
		case ADP_JOB_READY:
			cursor->is_awaited = false;
			fetch_page(cursor);
			break;
		case ADP_JOB_FAILED:
			/* a copy, since asking otherwise lets go of the job */
			failure = *adp_job_failure(job);
			if (!ask_otherwise(cursor, &failure))
				adp_job_throw(job);
			break;
	}
}

/*
 * Takes the cursor's fetch as far as it goes.
 */
AdpCursorState
adp_cursor_advance(AdpCursor *cursor)
{
	AdpCall *call;

	if (cursor->is_listing)
		return cursor->nspans > 0 ? ADP_CURSOR_READY : ADP_CURSOR_IDLE;
	if (cursor->is_awaited)
	{
		advance_job(cursor);
		return ADP_CURSOR_BUSY;
	}
	if (cursor->fetching == NULL && cursor->wanted == NULL)
	{
		if (cursor->nspans == 0 || cursor->page != NULL)
			return ADP_CURSOR_IDLE;
		fetch_first(cursor);
		if (cursor->is_awaited)
			return ADP_CURSOR_BUSY;
	}
	call = call_to_advance(cursor);
	if (call == NULL)
		return ADP_CURSOR_READY;
	switch (adp_call_advance(call))
	{
		case ADP_CALL_RUNNING:
			break;
		case ADP_CALL_DONE:
			cursor->borrowed = call == cursor->fetching ? NULL : call;
			return ADP_CURSOR_READY;
		case ADP_CALL_FAILED:
			handle_failure(cursor, call);
			break;
	}
	return ADP_CURSOR_BUSY;
}

/*
 * Keeps the token of a page; false if the span has had it already.
 */
static bool
keep_token(AdpCursor *cursor, const char *token)
{
	for (int i = 0; i < cursor->ntokens; i++)
	{
		if (strcmp(cursor->tokens[i], token) == 0)
			return false;
	}
	if (cursor->ntokens == cursor->tokens_capacity)
	{
		cursor->tokens_capacity = Max(cursor->tokens_capacity * 2, 8);
		cursor->tokens = cursor->tokens
			? repalloc(cursor->tokens, cursor->tokens_capacity * sizeof(char *))
			: palloc(cursor->tokens_capacity * sizeof(char *));
	}
	cursor->tokens[cursor->ntokens++] = pstrdup(token);
	return true;
}

/*
 * Whether a page comes after the one just parsed; keeps its token.  A token
 * that comes again would make the scan read pages for ever, or twice.
 */
static bool
has_next_page(AdpCursor *cursor)
{
	const AdpPlatform *platform = cursor->plan->session->platform;
	const char *more = adp_page_text(cursor->page, platform->more_path);
	const char *token;

	if (more == NULL || more[0] == '\0')
		return false;
	token = adp_page_text(cursor->page, platform->token_path);
	if (token == NULL || !keep_token(cursor, token))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
				 errmsg("platform \"%s\" gave the same page twice",
						platform->name),
				 errdetail("%s: the token of the next page is that of a page before.",
						   cursor->subject)));
	return true;
}

/*
 * The call that has brought the page, if it was not kept from before.
 */
static AdpCall *
arrived_call(const AdpCursor *cursor)
{
	return cursor->borrowed != NULL ? cursor->borrowed : cursor->fetching;
}

/*
 * Opens the page that has arrived; false if it cannot be read.
 */
static bool
open_page(AdpCursor *cursor, AdpError *error)
{
	Size len;
	const char *body = cursor->found != NULL
		? adp_kept_body(cursor->found, &len)
		: adp_call_body(arrived_call(cursor), &len);
	MemoryContext old = MemoryContextSwitchTo(cursor->page_cxt);

	cursor->page = adp_page_open(cursor->plan->form, cursor->account, body, len,
								 cursor->page_cxt, error);
	MemoryContextSwitchTo(old);
	return cursor->page != NULL;
}

/*
 * Whether the page is cut at the platform's limit of rows.
 */
static bool
is_capped(const AdpCursor *cursor)
{
	const AdpCursorPlan *plan = cursor->plan;
	int64 cap =
		adp_platform_source(plan->session->platform, plan->query->source)
			->rows_cap;

	return cap > 0 && adp_page_count(cursor->page) >= cap;
}

/*
 * Deals with a page that is cut at the platform's limit of rows: its days are
 * asked for in halves.  Throws if that cannot be done.
 */
static void
shrink_capped(AdpCursor *cursor)
{
	if (!can_halve(cursor))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("answer of platform \"%s\" is cut at its limit of rows",
						cursor->plan->session->platform->name),
				 errdetail("%s: " INT64_FORMAT
						   " rows came, and more may be missing.",
						   cursor->subject, adp_page_count(cursor->page)),
				 errhint(
					 "Narrow what the table asks for, so that a day has fewer rows.")));
	cursor->page = NULL;
	MemoryContextReset(cursor->page_cxt);
	restart_span(cursor);
}

/*
 * Warns if the platform may have left out rows of a span that has been read.
 */
static void
doubt_answer(const AdpCursor *cursor)
{
	const AdpSession *session = cursor->plan->session;
	const AdpPlatform *platform = session->platform;
	const char *reason =
		adp_traps_doubt(platform, session->settings, &cursor->query,
						cursor->nrows, cursor->is_plain);

	if (reason != NULL)
		ereport(WARNING,
				(errmsg("platform \"%s\" may have left out rows of %s",
						platform->name, cursor->subject),
				 errdetail_internal("%s", reason)));
}

/*
 * Asks for what comes after the page just parsed: the span's next page, or the
 * next span's first.
 */
static void
fetch_after(AdpCursor *cursor)
{
	MemoryContext old = MemoryContextSwitchTo(cursor->plan->cxt);
	bool has_next = has_next_page(cursor);

	cursor->is_begun = true;
	if (cursor->job != NULL)
		adp_job_pin(cursor->job);
	cursor->halvings = Max(cursor->halvings - 1, 0);
	cursor->nrows += adp_page_count(cursor->page);
	if (!has_next)
		doubt_answer(cursor);
	if (has_next)
		fetch_page(cursor);
	else
	{
		cursor->nspans--;
		begin_span(cursor);
		if (cursor->nspans > 0)
			fetch_first(cursor);
	}
	MemoryContextSwitchTo(old);
}

/*
 * Begins to hold on to the page just parsed until it has been read; where
 * answers are kept, it goes there.
 */
static void
hold_page(AdpCursor *cursor)
{
	const AdpCursorPlan *plan = cursor->plan;
	AdpStats *stats = &plan->session->stats;

	stats->pages++;
	stats->rows += adp_page_count(cursor->page);
	if (cursor->found != NULL || cursor->borrowed != NULL)
		stats->kept++;
	if (cursor->wanted == NULL)
	{
		adp_call_accept(cursor->fetching);
		cursor->reading = cursor->fetching;
		cursor->fetching = NULL;
		return;
	}
	cursor->kept = cursor->found;
	if (cursor->kept == NULL)
		cursor->kept = adp_kept_put(plan->cxt, plan->session->settings,
									cursor->wanted, arrived_call(cursor));
	cursor->found = NULL;
	drop_fetch(cursor);
}

/*
 * Deals with a page that cannot be read: it is asked for again.  A kept answer
 * was read once, but perhaps not for the columns that are wanted now.
 */
static void
reject_page(AdpCursor *cursor, const AdpError *error)
{
	AdpError told = {0};

	if (cursor->found != NULL)
	{
		adp_call_word_unreadable(cursor->plan->session, cursor->subject, error,
								 &told);
		adp_error_throw(&told);
	}
	/* the words of the error may lie in the page's memory */
	adp_call_reject(arrived_call(cursor), error);
	MemoryContextReset(cursor->page_cxt);
	adp_call_advance(arrived_call(cursor));
}

/*
 * Turns to the page that has arrived.
 */
bool
adp_cursor_turn(AdpCursor *cursor)
{
	AdpError error = {0};

	if (cursor->is_listing)
	{
		cursor->nspans = 0;
		cursor->has_row = true;
		cursor->plan->session->stats.rows++;
		return true;
	}
	if (!open_page(cursor, &error))
	{
		reject_page(cursor, &error);
		return false;
	}
	if (is_capped(cursor))
	{
		shrink_capped(cursor);
		return false;
	}
	cursor->read = NULL;
	hold_page(cursor);
	fetch_after(cursor);
	return true;
}

/*
 * Lets go of a page that has been read.
 */
static void
drop_page(AdpCursor *cursor)
{
	if (cursor->reading != NULL)
		adp_call_release(cursor->reading);
	if (cursor->kept != NULL)
		adp_kept_release(cursor->kept);
	cursor->reading = NULL;
	cursor->kept = NULL;
	cursor->page = NULL;
	MemoryContextReset(cursor->page_cxt);
}

/*
 * The next row that the shaper makes; NULL if the page is used up.
 */
static const AdpCell *
next_shaped(AdpCursor *cursor)
{
	AdpShaper *shaper = cursor->plan->shaper;
	void *header = adp_page_header(cursor->page);
	MemoryContext old = MemoryContextSwitchTo(cursor->row_cxt);
	bool is_made = false;

	while (!is_made)
	{
		if (cursor->read == NULL)
		{
			MemoryContextReset(cursor->row_cxt);
			cursor->read = adp_page_next(cursor->page);
			cursor->nth = 0;
		}
		if (cursor->read == NULL)
			break;
		is_made = shaper->unfold(shaper, header, cursor->read, cursor->nth++,
								 cursor->cells);
		if (!is_made)
			cursor->read = NULL;
	}
	MemoryContextSwitchTo(old);
	return is_made ? cursor->cells : NULL;
}

/*
 * The page's next row.
 */
const AdpCell *
adp_cursor_next(AdpCursor *cursor)
{
	const AdpShaper *shaper = cursor->plan->shaper;
	const AdpCell *cells;

	if (cursor->is_listing)
	{
		cells = cursor->has_row ? cursor->cells : NULL;
		cursor->has_row = false;
		return cells;
	}
	cells = shaper != NULL && shaper->unfold != NULL
		? next_shaped(cursor)
		: adp_page_next(cursor->page);

	if (cells == NULL)
		drop_page(cursor);
	return cells;
}

/*
 * Lets go of all it holds.
 */
void
adp_cursor_close(AdpCursor *cursor)
{
	drop_fetch(cursor);
	drop_page(cursor);
	drop_job(cursor);
	cursor->nspans = 0;
}

const AdpAccount *
adp_cursor_account(const AdpCursor *cursor)
{
	return cursor->account;
}
