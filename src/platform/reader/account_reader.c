/*
 * account_reader.c
 *	  Reads the pages of one account.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "platform/reader/account_requests.h"
#include "platform/row_reader.h"

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
						const AdpQuery *query, const AdpDays *days)
{
	const AdpPlatform *platform = session->platform;
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpAccountReadPlan *plan = palloc0(sizeof(AdpAccountReadPlan));

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
 * Allocates a reader; the first request waits for the first advance.
 */
AdpAccountReader *
adp_account_reader_create(const AdpAccountReadPlan *plan,
						  const AdpAccount *account)
{
	MemoryContext old = MemoryContextSwitchTo(plan->cxt);
	AdpAccountReader *reader = palloc0(sizeof(AdpAccountReader));

	reader->plan = plan;
	reader->account = account;
	reader->page_cxt =
		AllocSetContextCreate(plan->cxt, "adpipe page", ALLOCSET_DEFAULT_SIZES);
	reader->cells = palloc0(plan->query->nfields * sizeof(AdpCell));
	if (plan->shaper != NULL)
		reader->row_cxt = AllocSetContextCreate(plan->cxt, "adpipe shaped row",
												ALLOCSET_SMALL_SIZES);
	reader->is_listing = plan->query->source->is_listing;
	reader->fetch = adp_page_fetch_create(plan->session, plan->cxt);
	adp_account_reader_begin(reader);
	MemoryContextSwitchTo(old);
	return reader;
}

/*
 * Advances the job or page fetch of the account.
 */
AdpAccountReaderState
adp_account_reader_advance(AdpAccountReader *reader)
{
	AdpPageFetchState state;

	if (reader->is_listing)
		return reader->spans.count > 0 ? ADP_ACCOUNT_READER_READY
									   : ADP_ACCOUNT_READER_IDLE;
	if (reader->is_awaited)
	{
		adp_account_reader_advance_job(reader);
		return ADP_ACCOUNT_READER_BUSY;
	}
	if (!adp_page_fetch_is_under_way(reader->fetch))
	{
		if (reader->spans.count == 0 || reader->page != NULL)
			return ADP_ACCOUNT_READER_IDLE;
		adp_account_reader_ask_first(reader);
		if (reader->is_awaited)
			return ADP_ACCOUNT_READER_BUSY;
	}
	while ((state = adp_page_fetch_advance(reader->fetch)) ==
		   ADP_PAGE_FETCH_GONE)
	{
		adp_page_fetch_drop(reader->fetch);
		adp_account_reader_ask_page(reader);
	}
	if (state == ADP_PAGE_FETCH_READY)
		return ADP_ACCOUNT_READER_READY;
	if (state == ADP_PAGE_FETCH_FAILED)
		adp_account_reader_ask_otherwise(reader);
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
	const AdpPlatform *platform = reader->plan->session->platform;
	const AdpWalker walker = walker_of(reader);
	const char *more = adp_page_text(reader->page, platform->more_path);

	if (more == NULL || more[0] == '\0')
		return false;
	adp_page_walk_go_on(&reader->walk, &walker,
						adp_page_text(reader->page, platform->token_path));
	return true;
}

/*
 * Records the page just parsed in the walk, which detects repeated pages.
 */
static void
take_into_walk(AdpAccountReader *reader)
{
	MemoryContext old = MemoryContextSwitchTo(reader->plan->cxt);
	const AdpWalker walker = walker_of(reader);

	adp_page_walk_take(&reader->walk, &walker, adp_page_count(reader->page),
					   adp_page_hash(reader->page));
	MemoryContextSwitchTo(old);
}

/*
 * Opens the page that has arrived.  Returns false, with *error, if it is
 * malformed.
 */
static bool
open_page(AdpAccountReader *reader, AdpError *error)
{
	Size len;
	const char *body = adp_page_fetch_body(reader->fetch, &len);
	MemoryContext old = MemoryContextSwitchTo(reader->page_cxt);
	const AdpPageAsk ask = {.settings = reader->plan->session->settings,
							.account = reader->account,
							.query = &reader->query};

	reader->page = adp_page_open(reader->plan->form, &ask, body, len,
								 reader->page_cxt, error);
	MemoryContextSwitchTo(old);
	return reader->page != NULL;
}

/*
 * Whether the platform has truncated the rows so far at its limit.  A
 * statement that wants no more rows than that, in any order, misses none.
 */
static bool
is_capped(const AdpAccountReader *reader)
{
	const AdpAccountReadPlan *plan = reader->plan;
	int64 limit = reader->query.limit;
	int64 cap = plan->query->source->rows_cap;

	return cap > 0 && !(limit > 0 && limit <= cap && plan->shaper == NULL) &&
		reader->nrows + adp_page_count(reader->page) >= cap;
}

/*
 * Handles a page that the platform has truncated: requests its days in two
 * halves, or throws if there is only one day.
 */
static void
shrink_capped(AdpAccountReader *reader)
{
	if (!adp_account_reader_can_halve(reader))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("answer of platform \"%s\" is cut at its limit of rows",
						reader->plan->session->platform->name),
				 errdetail("%s: " INT64_FORMAT
						   " rows came, and more may be missing.",
						   reader->subject,
						   reader->nrows + adp_page_count(reader->page)),
				 errhint(
					 "Narrow what the table asks for, so that a day has fewer rows.")));
	reader->page = NULL;
	MemoryContextReset(reader->page_cxt);
	adp_account_reader_ask_halves(reader);
}

/*
 * Warns if the platform may have left out rows of a date range that was read.
 */
static void
warn_of_gap(const AdpAccountReader *reader)
{
	const AdpSession *session = reader->plan->session;
	const AdpPlatform *platform = session->platform;
	const char *reason = adp_account_reader_find_gap(reader);

	if (reason != NULL)
		ereport(WARNING,
				(errmsg("platform \"%s\" may have left out rows of %s",
						platform->name, reader->subject),
				 errdetail_internal("%s", reason)));
}

/*
 * Requests what follows the page just parsed: the next page of the date range,
 * or the first page of the next range.
 */
static void
ask_after(AdpAccountReader *reader)
{
	MemoryContext old = MemoryContextSwitchTo(reader->plan->cxt);
	bool has_next = keep_next_token(reader);

	reader->is_begun = true;
	if (reader->job != NULL)
		adp_job_pin(reader->job);
	reader->halvings = Max(reader->halvings - 1, reader->least_halvings);
	reader->nrows += adp_page_count(reader->page);
	if (!has_next)
		warn_of_gap(reader);
	if (has_next)
		adp_account_reader_ask_page(reader);
	else
		adp_account_reader_ask_next(reader);
	MemoryContextSwitchTo(old);
}

/*
 * Keeps the body of the page just parsed while its rows are read.
 */
static void
hold_page(AdpAccountReader *reader)
{
	AdpStats *stats = &reader->plan->session->stats;

	stats->pages++;
	stats->rows += adp_page_count(reader->page);
	adp_page_fetch_hold(reader->fetch);
}

/*
 * Opens the page that has arrived, and requests the next one.
 */
bool
adp_account_reader_turn(AdpAccountReader *reader)
{
	AdpError error = {0};

	if (reader->is_listing)
	{
		reader->spans.count = 0;
		reader->has_row = true;
		reader->plan->session->stats.rows++;
		return true;
	}
	if (!open_page(reader, &error))
	{
		/* first: the texts of the error may point into the page's memory */
		adp_page_fetch_reject(reader->fetch, &error);
		MemoryContextReset(reader->page_cxt);
		return false;
	}
	if (is_capped(reader))
	{
		shrink_capped(reader);
		return false;
	}
	take_into_walk(reader);
	if (reader->drops_enum_filters)
		adp_account_reader_note_dropped_filters(reader);
	reader->refusals = 0;
	reader->read = NULL;
	hold_page(reader);
	ask_after(reader);
	return true;
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
 * Returns the next row that the shaper makes; NULL at the end of the page.
 */
static const AdpCell *
next_shaped(AdpAccountReader *reader)
{
	AdpShaper *shaper = reader->plan->shaper;
	void *header = adp_page_header(reader->page);
	MemoryContext old = MemoryContextSwitchTo(reader->row_cxt);
	bool is_made = false;

	while (!is_made)
	{
		if (reader->read == NULL)
		{
			MemoryContextReset(reader->row_cxt);
			reader->read = adp_page_next(reader->page);
			reader->nth = 0;
		}
		if (reader->read == NULL)
			break;
		is_made = shaper->unfold(shaper, header, reader->read, reader->nth++,
								 reader->cells);
		if (!is_made)
			reader->read = NULL;
	}
	MemoryContextSwitchTo(old);
	return is_made ? reader->cells : NULL;
}

/*
 * Returns the page's next row.
 */
const AdpCell *
adp_account_reader_next(AdpAccountReader *reader)
{
	const AdpShaper *shaper = reader->plan->shaper;
	const AdpCell *cells;

	if (reader->is_listing)
	{
		cells = reader->has_row ? reader->cells : NULL;
		reader->has_row = false;
		return cells;
	}
	cells = shaper != NULL && shaper->unfold != NULL
		? next_shaped(reader)
		: adp_page_next(reader->page);

	if (cells == NULL)
		drop_page(reader);
	return cells;
}

/*
 * Frees the page, the fetch and the job.
 */
void
adp_account_reader_close(AdpAccountReader *reader)
{
	adp_page_fetch_drop(reader->fetch);
	drop_page(reader);
	adp_account_reader_drop_job(reader);
	reader->spans.count = 0;
}

const AdpAccount *
adp_account_reader_account(const AdpAccountReader *reader)
{
	return reader->account;
}
