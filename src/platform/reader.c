/*
 * reader.c
 *	  The engine: walks the pages of one query over all accounts.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/guc.h"
#include "platform/call.h"
#include "platform/reader.h"

/* Rows between two looks at the transfers that run meanwhile. */
#define ROWS_PER_POLL 128

/* What is wanted of a page beside its rows. */
enum PageMember
{
	PAGE_TOKEN,
	PAGE_ERROR,
	PAGE_MEMBERS
};

/* One account's way through its pages. */
typedef struct Cursor
{
	const AdpAccount *account;
	char *query_text;
	char *subject; /* for errors: account and days */
	bool is_done;  /* last page parsed, or nothing to ask */
	bool is_plain; /* enum conditions were taken out */

	AdpCall *fetching;	  /* the page on its way, or arrived */
	char *fetching_token; /* the token it was asked with, or NULL */

	AdpCall *reading; /* holds the body that the cells point into */
	AdpPage *page;	  /* NULL: none being read */
	MemoryContext page_cxt;
	int next_row;
} Cursor;

struct AdpReader
{
	MemoryContext cxt;
	AdpSession *session;
	const AdpReadPlan *plan;
	AdpRowShape *shape;
	AdpDirectory *directory;
	int ncursors; /* -1: accounts not known yet */
	Cursor *cursors;
	int active;		/* cursor whose page is being read */
	int until_poll; /* rows until the next poll */
};

/*
 * Throws unless the days are bounded and within reach.  The platform counts
 * its reach in the account's time zone; here the earliest day that could be
 * today anywhere is taken, and what remains is left to the platform's own
 * refusal.
 */
void
adp_days_check(const AdpPlatform *platform, const AdpDays *days)
{
	struct pg_tm tm;
	fsec_t fsec;
	int months;
	DateADT reach;

	if (!days->has_day || days->since == DATEVAL_NOBEGIN)
		return;
	if (timestamp2tm(adp_now() - USECS_PER_DAY, NULL, &tm, &fsec, NULL, NULL) !=
		0)
		return;
	months = tm.tm_year * 12 + tm.tm_mon - 1 - platform->reach_months;
	tm.tm_year = months / 12;
	tm.tm_mon = months % 12 + 1;
	tm.tm_mday = Min(tm.tm_mday, day_tab[isleap(tm.tm_year)][tm.tm_mon - 1]);
	reach = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
	if (days->since < reach && days->since <= days->until)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
				 errmsg("days before %s are outside the reach of platform \"%s\"",
						DatumGetCString(
							DirectFunctionCall1(date_out,
												DateADTGetDatum(reach))),
						platform->name),
				 errdetail("The platform keeps daily numbers for %d months; the scan starts at %s.",
						   platform->reach_months,
						   DatumGetCString(
							   DirectFunctionCall1(date_out,
												   DateADTGetDatum(
													   days->since)))),
				 errhint(
					 "Ask for later days; keep older ones in a local copy.")));
}

/*
 * Makes a reader.
 */
AdpReader *
adp_reader_create(MemoryContext cxt, const AdpPlatform *platform,
				  const AdpSettings *settings, const AdpReadPlan *plan)
{
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpReader *reader = palloc0(sizeof(AdpReader));
	const char **paths = palloc(plan->query.nfields * sizeof(char *));
	const char *members[PAGE_MEMBERS];
	const AdpDays *days = &plan->days;
	bool needs_today;

	adp_days_check(platform, days);
	for (int i = 0; i < plan->query.nfields; i++)
		paths[i] = platform->field_path(plan->query.fields[i]);
	reader->cxt = cxt;
	reader->plan = plan;
	members[PAGE_TOKEN] = platform->token_key;
	members[PAGE_ERROR] = "error";
	reader->shape =
		adp_rows_compile(cxt, platform->rows_key, paths, plan->query.nfields,
						 members, lengthof(members));
	reader->session = adp_session_open(cxt, platform, settings);
	needs_today = days->has_day &&
		(days->since == DATEVAL_NOBEGIN || days->until == DATEVAL_NOEND);
	reader->directory =
		adp_directory_create(reader->session, cxt, plan->query.source,
							 &plan->accounts, needs_today);
	reader->ncursors = -1;
	reader->active = -1;
	MemoryContextSwitchTo(old);
	return reader;
}

/*
 * A date as ISO text, whatever DateStyle says.
 */
static char *
iso_date(DateADT date)
{
	int year;
	int month;
	int day;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return psprintf("%04d-%02d-%02d", year, month, day);
}

/*
 * The first day that the platform surely still has on the given day: a month
 * and a day inside its reach, so that no reading of "37 months" excludes it.
 */
static DateADT
reach_start(const AdpPlatform *platform, DateADT today)
{
	int year;
	int month;
	int day;
	int months;

	j2date(today + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	months = year * 12 + month - 1 - platform->reach_months;
	year = months / 12;
	month = months % 12 + 1;
	day = Min(day, day_tab[isleap(year)][month - 1]);
	return date2j(year, month, day) - POSTGRES_EPOCH_JDATE + 1;
}

/*
 * Settles the days for one account; false if none are left.
 */
static bool
settle_days(const AdpReader *reader, const AdpAccount *account, AdpQuery *query)
{
	const AdpDays *days = &reader->plan->days;
	DateADT since = days->since;
	DateADT until = days->until;

	if (!days->has_day)
		return true;
	if (until == DATEVAL_NOEND)
		until = adp_account_today(account);
	if (since == DATEVAL_NOBEGIN)
	{
		DateADT today = adp_account_today(account);

		since = days->unbounded == ADP_UNBOUNDED_WINDOW
			? today - days->window_days + 1
			: reach_start(reader->session->platform, today);
	}
	if (since > until)
		return false;
	query->since = iso_date(since);
	query->until = iso_date(until);
	return true;
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
 * Writes a cursor's query.
 */
static void
compose(AdpReader *reader, Cursor *cursor)
{
	AdpQuery query = reader->plan->query;

	if (!settle_days(reader, cursor->account, &query))
	{
		cursor->is_done = true;
		return;
	}
	if (cursor->is_plain)
		drop_enum_conditions(&query);
	cursor->query_text = reader->session->platform->query_text(&query);
	cursor->subject = query.has_day
		? psprintf("account %s, %s to %s", cursor->account->id, query.since,
				   query.until)
		: psprintf("account %s", cursor->account->id);
}

/*
 * Asks for a page; token NULL is the first one.
 */
static void
fetch_page(AdpReader *reader, Cursor *cursor, char *token)
{
	AdpSession *session = reader->session;
	AdpApiRequest request;

	session->platform->page_request(session->settings, cursor->account->id,
									cursor->query_text, token, &request);
	cursor->fetching_token = token;
	cursor->fetching =
		adp_call_create(session, reader->cxt, &request, cursor->subject);
}

/*
 * Makes the cursors once the accounts are known.
 */
static void
open_cursors(AdpReader *reader)
{
	int n = adp_directory_count(reader->directory);

	reader->cursors = palloc0(Max(n, 1) * sizeof(Cursor));
	for (int i = 0; i < n; i++)
	{
		Cursor *cursor = &reader->cursors[i];

		cursor->account = adp_directory_account(reader->directory, i);
		cursor->page_cxt = AllocSetContextCreate(reader->cxt, "adpipe page",
												 ALLOCSET_DEFAULT_SIZES);
		compose(reader, cursor);
	}
	reader->ncursors = n;
}

/*
 * Deals with a fetch that failed for good: an enum value that the platform
 * does not know is taken out of the request (the condition is also checked
 * locally); all else ends the scan.
 */
static void
handle_failure(AdpReader *reader, Cursor *cursor)
{
	bool is_first = cursor->fetching_token == NULL;

	if (!adp_call_failure(cursor->fetching)->is_bad_constant || !is_first ||
		cursor->is_plain)
		adp_call_throw(cursor->fetching);
	adp_call_release(cursor->fetching);
	cursor->fetching = NULL;
	cursor->is_plain = true;
	compose(reader, cursor);
	fetch_page(reader, cursor, NULL);
}

/*
 * Takes the cursor's fetch as far as it goes; true if a page has arrived.
 */
static bool
advance_cursor(AdpReader *reader, Cursor *cursor)
{
	if (cursor->fetching == NULL)
	{
		if (cursor->is_done || cursor->page != NULL)
			return false;
		fetch_page(reader, cursor, NULL);
	}
	switch (adp_call_advance(cursor->fetching))
	{
		case ADP_CALL_RUNNING:
			break;
		case ADP_CALL_DONE:
			return true;
		case ADP_CALL_FAILED:
			handle_failure(reader, cursor);
			adp_call_advance(cursor->fetching);
			break;
	}
	return false;
}

/*
 * The token of the page after the one just parsed; NULL on the last.  A token
 * that comes again would make the scan read one page for ever, or twice.
 */
static char *
next_token(AdpReader *reader, Cursor *cursor)
{
	const AdpCell *member = &cursor->page->members[PAGE_TOKEN];
	char *token;

	if (member->kind != ADP_CELL_STRING || member->len == 0)
		return NULL;
	token = adp_cell_text(member, NULL);
	if (token == NULL ||
		(cursor->fetching_token != NULL &&
		 strcmp(token, cursor->fetching_token) == 0))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
				 errmsg("platform \"%s\" gave the same page twice",
						reader->session->platform->name),
				 errdetail("%s: the token of the next page is that of the page itself.",
						   cursor->subject)));
	return token;
}

/*
 * Turns to the page that has arrived: parses and checks all of it, then asks
 * for the one after.  False if it cannot be read and is fetched again.
 */
static bool
turn_page(AdpReader *reader, Cursor *cursor)
{
	AdpError error = {0};
	Size len;
	const char *body = adp_call_body(cursor->fetching, &len);
	MemoryContext old;
	char *token;

	cursor->page =
		adp_rows_parse(reader->shape, body, len, cursor->page_cxt, &error);
	if (cursor->page != NULL &&
		cursor->page->members[PAGE_ERROR].kind != ADP_CELL_ABSENT)
	{
		/* a failure under a good status would else read as no rows */
		adp_error_set(&error, ADP_ERR_REPLY,
					  "the answer holds an error under HTTP status 200", NULL,
					  NULL);
		cursor->page = NULL;
	}
	if (cursor->page == NULL)
	{
		adp_call_reject(cursor->fetching, &error);
		MemoryContextReset(cursor->page_cxt);
		adp_call_advance(cursor->fetching);
		return false;
	}
	adp_call_accept(cursor->fetching);
	reader->session->stats.pages++;
	reader->session->stats.rows += cursor->page->nrows;
	old = MemoryContextSwitchTo(reader->cxt);
	token = next_token(reader, cursor);
	if (cursor->fetching_token != NULL)
		pfree(cursor->fetching_token);
	cursor->reading = cursor->fetching;
	cursor->fetching = NULL;
	cursor->fetching_token = NULL;
	cursor->next_row = 0;
	cursor->is_done = token == NULL;
	if (token != NULL)
	{
		fetch_page(reader, cursor, token);
		adp_call_advance(cursor->fetching);
	}
	MemoryContextSwitchTo(old);
	return true;
}

/*
 * Lets go of a page that has been read.
 */
static void
drop_page(Cursor *cursor)
{
	adp_call_release(cursor->reading);
	cursor->reading = NULL;
	cursor->page = NULL;
	MemoryContextReset(cursor->page_cxt);
}

/*
 * Whether a cell is a number other than zero.
 */
static bool
is_nonzero(const AdpCell *cell)
{
	if (cell->kind != ADP_CELL_NUMBER && cell->kind != ADP_CELL_STRING)
		return false;
	for (uint32 i = 0; i < cell->len; i++)
	{
		char c = cell->data[i];

		if (c >= '1' && c <= '9')
			return true;
		if (c == 'e' || c == 'E')
			return false;
	}
	return false;
}

/*
 * Whether a row exists: that some presence metric is not zero.
 */
static bool
is_present(const AdpReadPlan *plan, const AdpCell *cells)
{
	if (plan->npresence == 0)
		return true;
	for (int i = 0; i < plan->npresence; i++)
	{
		if (is_nonzero(&cells[plan->presence[i]]))
			return true;
	}
	return false;
}

/*
 * The next row of the cursor's page; NULL when it is used up.
 */
static const AdpCell *
next_row(const AdpReader *reader, Cursor *cursor)
{
	const AdpPage *page = cursor->page;

	while (cursor->next_row < page->nrows)
	{
		const AdpCell *cells =
			page->cells + (Size) cursor->next_row++ * page->ncells;

		if (is_present(reader->plan, cells))
			return cells;
	}
	return NULL;
}

/*
 * Takes every fetch as far as it goes and finds a cursor whose page has
 * arrived: -1 if none has, -2 if there will be none.
 */
static int
drive(AdpReader *reader)
{
	MemoryContext old = MemoryContextSwitchTo(reader->cxt);
	int found = -2;

	if (reader->ncursors < 0)
	{
		if (adp_directory_advance(reader->directory))
			open_cursors(reader);
		else
			found = -1;
	}
	for (int i = 0; i < reader->ncursors; i++)
	{
		Cursor *cursor = &reader->cursors[i];
		bool has_arrived = advance_cursor(reader, cursor);

		if (has_arrived && found < 0)
			found = i;
		else if (found == -2 && cursor->fetching != NULL)
			found = -1;
	}
	MemoryContextSwitchTo(old);
	return found;
}

/*
 * Finds the next page to read and turns to it.
 */
static AdpReadState
find_page(AdpReader *reader, bool may_wait)
{
	for (;;)
	{
		int found = drive(reader);

		if (found >= 0)
		{
			if (!turn_page(reader, &reader->cursors[found]))
				continue;
			reader->active = found;
			return ADP_READ_ROW;
		}
		if (found == -2)
			return ADP_READ_END;
		if (!may_wait)
			return ADP_READ_PENDING;
		adp_session_wait(reader->session);
	}
}

/*
 * Looks after the transfers that run while rows are read.
 */
static void
poll_now_and_then(AdpReader *reader)
{
	if (--reader->until_poll > 0)
		return;
	reader->until_poll = ROWS_PER_POLL;
	CHECK_FOR_INTERRUPTS();
	if (reader->session->in_flight > 0)
	{
		adp_session_poll(reader->session);
		drive(reader);
	}
}

/*
 * Gets the next row.
 */
AdpReadState
adp_reader_next(AdpReader *reader, bool may_wait, const AdpCell **cells,
				const AdpAccount **account)
{
	for (;;)
	{
		AdpReadState state;

		if (reader->active >= 0)
		{
			Cursor *cursor = &reader->cursors[reader->active];

			*cells = next_row(reader, cursor);
			*account = cursor->account;
			if (*cells != NULL)
			{
				poll_now_and_then(reader);
				return ADP_READ_ROW;
			}
			drop_page(cursor);
			reader->active = -1;
		}
		state = find_page(reader, may_wait);
		if (state != ADP_READ_ROW)
			return state;
	}
}

/*
 * Ends reading.
 */
void
adp_reader_close(AdpReader *reader)
{
	for (int i = 0; i < reader->ncursors; i++)
	{
		Cursor *cursor = &reader->cursors[i];

		if (cursor->fetching != NULL)
			adp_call_release(cursor->fetching);
		if (cursor->reading != NULL)
			adp_call_release(cursor->reading);
		cursor->fetching = NULL;
		cursor->reading = NULL;
		cursor->page = NULL;
	}
	adp_session_close(reader->session);
}

const AdpStats *
adp_reader_stats(const AdpReader *reader)
{
	return &reader->session->stats;
}

int
adp_reader_fd(const AdpReader *reader)
{
	return adp_http_fd(reader->session->group);
}
