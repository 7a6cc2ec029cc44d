/*
 * account_reader.c
 *	  One account's way through its pages.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "platform/reader/account_requests.h"
#include "platform/row_reader.h"

/*
 * Lets the source's row reader look at the query, and makes its shaper; NULL:
 * there is none.
 */
static AdpShaper *
make_shaper(const AdpPlatform *platform, const AdpSettings *settings,
			const AdpQuery *query, const AdpDays *days)
{
	const AdpSource *source = adp_platform_source(platform, query->source);
	const AdpRowReader *rows = source->rows;

	if (rows != NULL && rows->check_query != NULL)
		rows->check_query(platform, source, settings, query,
						  adp_days_first(days));
	if (rows == NULL || rows->make_shaper == NULL)
		return NULL;
	return rows->make_shaper(platform, source, settings, query);
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
	plan->session = session;
	plan->cxt = cxt;
	plan->query = query;
	plan->days = days;
	plan->shaper = make_shaper(platform, session->settings, query, days);
	plan->form = adp_page_form(cxt, platform, plan->shaper, query);
	MemoryContextSwitchTo(old);
	return plan;
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
	cursor->fetch = adp_fetch_create(plan->session, plan->cxt);
	adp_cursor_begin(cursor);
	MemoryContextSwitchTo(old);
	return cursor;
}

/*
 * Takes what is on its way as far as it goes.
 */
AdpCursorState
adp_cursor_advance(AdpCursor *cursor)
{
	AdpFetchState state;

	if (cursor->is_listing)
		return cursor->spans.count > 0 ? ADP_CURSOR_READY : ADP_CURSOR_IDLE;
	if (cursor->is_awaited)
	{
		adp_cursor_advance_job(cursor);
		return ADP_CURSOR_BUSY;
	}
	if (!adp_fetch_is_under_way(cursor->fetch))
	{
		if (cursor->spans.count == 0 || cursor->page != NULL)
			return ADP_CURSOR_IDLE;
		adp_cursor_ask_first(cursor);
		if (cursor->is_awaited)
			return ADP_CURSOR_BUSY;
	}
	while ((state = adp_fetch_advance(cursor->fetch)) == ADP_FETCH_GONE)
	{
		adp_fetch_drop(cursor->fetch);
		adp_cursor_ask_page(cursor);
	}
	if (state == ADP_FETCH_READY)
		return ADP_CURSOR_READY;
	if (state == ADP_FETCH_FAILED)
		adp_cursor_ask_otherwise(cursor);
	return ADP_CURSOR_BUSY;
}

/*
 * Whose pages these are.
 */
static AdpWalker
walker_of(const AdpCursor *cursor)
{
	AdpWalker walker = {cursor->plan->session->platform->name, cursor->subject};

	return walker;
}

/*
 * Whether a page comes after the one just parsed; keeps its token.
 */
static bool
has_next_page(AdpCursor *cursor)
{
	const AdpPlatform *platform = cursor->plan->session->platform;
	const AdpWalker walker = walker_of(cursor);
	const char *more = adp_page_text(cursor->page, platform->more_path);

	if (more == NULL || more[0] == '\0')
		return false;
	adp_page_walk_go_on(&cursor->walk, &walker,
						adp_page_text(cursor->page, platform->token_path));
	return true;
}

/*
 * Takes the page just parsed into the walk.
 */
static void
take_into_walk(AdpCursor *cursor)
{
	MemoryContext old = MemoryContextSwitchTo(cursor->plan->cxt);
	const AdpWalker walker = walker_of(cursor);

	adp_page_walk_take(&cursor->walk, &walker, adp_page_count(cursor->page),
					   adp_page_hash(cursor->page));
	MemoryContextSwitchTo(old);
}

/*
 * Opens the page that has arrived; false if it cannot be read.
 */
static bool
open_page(AdpCursor *cursor, AdpError *error)
{
	Size len;
	const char *body = adp_fetch_body(cursor->fetch, &len);
	MemoryContext old = MemoryContextSwitchTo(cursor->page_cxt);
	const AdpPageAsk ask = {.settings = cursor->plan->session->settings,
							.account = cursor->account,
							.query = &cursor->query};

	cursor->page = adp_page_open(cursor->plan->form, &ask, body, len,
								 cursor->page_cxt, error);
	MemoryContextSwitchTo(old);
	return cursor->page != NULL;
}

/*
 * Whether the rows so far are cut at the platform's limit of them.  Who wants no
 * more rows than that, and gets them as they come, misses none.
 */
static bool
is_capped(const AdpCursor *cursor)
{
	const AdpCursorPlan *plan = cursor->plan;
	int64 limit = cursor->query.limit;
	int64 cap =
		adp_platform_source(plan->session->platform, plan->query->source)
			->rows_cap;

	return cap > 0 && !(limit > 0 && limit <= cap && plan->shaper == NULL) &&
		cursor->nrows + adp_page_count(cursor->page) >= cap;
}

/*
 * Deals with a page that is cut at the platform's limit of rows: its days are
 * asked for in halves.  Throws if that cannot be done.
 */
static void
shrink_capped(AdpCursor *cursor)
{
	if (!adp_cursor_can_halve(cursor))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("answer of platform \"%s\" is cut at its limit of rows",
						cursor->plan->session->platform->name),
				 errdetail("%s: " INT64_FORMAT
						   " rows came, and more may be missing.",
						   cursor->subject,
						   cursor->nrows + adp_page_count(cursor->page)),
				 errhint(
					 "Narrow what the table asks for, so that a day has fewer rows.")));
	cursor->page = NULL;
	MemoryContextReset(cursor->page_cxt);
	adp_cursor_ask_halves(cursor);
}

/*
 * Warns if the platform may have left out rows of a span that has been read.
 */
static void
doubt_answer(const AdpCursor *cursor)
{
	const AdpSession *session = cursor->plan->session;
	const AdpPlatform *platform = session->platform;
	const char *reason = adp_cursor_find_gap(cursor);

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
ask_after(AdpCursor *cursor)
{
	MemoryContext old = MemoryContextSwitchTo(cursor->plan->cxt);
	bool has_next = has_next_page(cursor);

	cursor->is_begun = true;
	if (cursor->job != NULL)
		adp_job_pin(cursor->job);
	cursor->halvings = Max(cursor->halvings - 1, cursor->least_halvings);
	cursor->nrows += adp_page_count(cursor->page);
	if (!has_next)
		doubt_answer(cursor);
	if (has_next)
		adp_cursor_ask_page(cursor);
	else
		adp_cursor_ask_next(cursor);
	MemoryContextSwitchTo(old);
}

/*
 * Begins to hold on to the page just parsed until it has been read.
 */
static void
hold_page(AdpCursor *cursor)
{
	AdpStats *stats = &cursor->plan->session->stats;

	stats->pages++;
	stats->rows += adp_page_count(cursor->page);
	adp_fetch_hold(cursor->fetch);
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
		cursor->spans.count = 0;
		cursor->has_row = true;
		cursor->plan->session->stats.rows++;
		return true;
	}
	if (!open_page(cursor, &error))
	{
		/* first: the words of the error may lie in the page's memory */
		adp_fetch_reject(cursor->fetch, &error);
		MemoryContextReset(cursor->page_cxt);
		return false;
	}
	if (is_capped(cursor))
	{
		shrink_capped(cursor);
		return false;
	}
	take_into_walk(cursor);
	if (cursor->is_plain)
		adp_cursor_note_plain(cursor);
	cursor->refusals = 0;
	cursor->read = NULL;
	hold_page(cursor);
	ask_after(cursor);
	return true;
}

/*
 * Lets go of a page that has been read.
 */
static void
drop_page(AdpCursor *cursor)
{
	adp_fetch_let_go(cursor->fetch);
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
	adp_fetch_drop(cursor->fetch);
	drop_page(cursor);
	adp_cursor_drop_job(cursor);
	cursor->spans.count = 0;
}

const AdpAccount *
adp_cursor_account(const AdpCursor *cursor)
{
	return cursor->account;
}
