/*
 * reader.c
 *	  The engine: reads the rows of one query from all accounts.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "platform/api/request_budget.h"
#include "platform/reader/account_reader.h"
#include "platform/reader/reader.h"

/* Rows between two polls of the transfers. */
#define ROWS_PER_POLL 128

struct AdpReader
{
	MemoryContext cxt;
	AdpSession *session;
	const AdpReadPlan *plan;
	AdpAccountResolver *resolver;
	AdpAccountReadPlan *account_plan;
	int naccounts; /* -1: not resolved yet */
	int nopen;	   /* of them are read, the first ones */
	AdpAccountReader **accounts;
	int active;		/* index of the account whose page is being read; or -1 */
	int until_poll; /* rows until the next poll */
};

/*
 * Allocates a reader; sends nothing.
 */
AdpReader *
adp_reader_create(MemoryContext cxt, const AdpPlatform *platform,
				  const AdpSettings *settings, const AdpReadPlan *plan)
{
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpReader *reader = palloc0(sizeof(AdpReader));
	const AdpSource *source = plan->query.source;
	bool with_settings = plan->needs_settings || platform->asks_settings ||
		(adp_days_need_today(source, &plan->days) &&
		 platform->account_paths.usual_zone == NULL);

	reader->cxt = cxt;
	reader->plan = plan;
	reader->session = adp_session_open(cxt, platform, settings);
	reader->session->budget = plan->budget;
	reader->account_plan =
		adp_account_reader_plan(cxt, reader->session, &plan->query, &plan->days,
								!plan->wants_less);
	reader->resolver =
		adp_account_resolver_create(reader->session, cxt, source,
									&plan->accounts, with_settings);
	reader->naccounts = -1;
	reader->active = -1;
	MemoryContextSwitchTo(old);
	return reader;
}

/*
 * Throws if the first pages of all accounts are more than the
 * statement may request.  Cached responses need no requests, so platforms with
 * a cache are not judged ahead.
 */
static void
check_budget(const AdpReader *reader)
{
	const AdpRequestBudget *budget = reader->session->budget;
	int64 n = 0;

	if (budget == NULL || !reader->plan->reads_all ||
		reader->session->platform->keeps_answers)
		return;
	for (int i = 0; i < reader->naccounts; i++)
		n += adp_account_reader_nfirst(reader->accounts[i]) *
			Max(reader->plan->query.source->passes, 1);
	if (!adp_request_budget_fits(budget, n))
		adp_request_budget_refuse(budget, n,
								  psprintf("Platform \"%s\" would have been sent " INT64_FORMAT
										   " requests for %d accounts.",
										   reader->session->platform->name, n,
										   reader->naccounts),
								  NULL);
}

/*
 * Creates the account readers once the accounts are resolved.
 */
static void
open_accounts(AdpReader *reader)
{
	int n = adp_account_resolver_count(reader->resolver);

	reader->account_plan->naccounts = n;
	reader->accounts = palloc(Max(n, 1) * sizeof(AdpAccountReader *));
	for (int i = 0; i < n; i++)
		reader->accounts[i] =
			adp_account_reader_create(reader->account_plan,
									  adp_account_resolver_account(reader->resolver,
																   i));
	reader->naccounts = n;
	reader->nopen = reader->plan->wants_less ? Min(n, 1) : n;
	check_budget(reader);
}

/*
 * Whether a cell is a nonzero number, or present but not a number.
 */
static bool
is_nonzero(const AdpCell *cell)
{
	if (cell->kind == ADP_CELL_ARRAY || cell->kind == ADP_CELL_OBJECT)
		return true;
	if (cell->kind != ADP_CELL_NUMBER && cell->kind != ADP_CELL_STRING)
		return false;
	for (uint32 i = 0; i < cell->len; i++)
	{
		char c = cell->data[i];

		if (c >= '1' && c <= '9')
			return true;
		if (c == 'e' || c == 'E')
			return false;
		/* the column's type, not this function, must reject "NaN" */
		if (strchr("0.+-", c) == NULL)
			return true;
	}
	return false;
}

/*
 * Whether a row exists: some presence metric is not zero.
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
 * Returns the next existing row of the account's page; NULL at its end.
 */
static const AdpCell *
next_row(const AdpReader *reader, AdpAccountReader *account_reader)
{
	const AdpCell *cells;

	do
		cells = adp_account_reader_next(account_reader);
	while (cells != NULL && !is_present(reader->plan, cells));
	return cells;
}

/*
 * Advances the open account readers.  Returns ADP_READ_ROW, with the index of
 * one, if a page has arrived, and ADP_READ_END if all their pages are read.
 */
static AdpReadState
drive_open(AdpReader *reader, int *arrived)
{
	AdpReadState result = ADP_READ_END;

	for (int i = 0; i < reader->nopen; i++)
	{
		AdpAccountReaderState state =
			adp_account_reader_advance(reader->accounts[i]);

		if (state == ADP_ACCOUNT_READER_READY && result != ADP_READ_ROW)
		{
			result = ADP_READ_ROW;
			*arrived = i;
		}
		else if (state == ADP_ACCOUNT_READER_BUSY && result == ADP_READ_END)
			result = ADP_READ_PENDING;
	}
	return result;
}

/*
 * Advances the resolver, then the account readers; opens more once the open ones
 * are read.  Returns as drive_open() does for all accounts.
 */
static AdpReadState
drive(AdpReader *reader, int *arrived)
{
	MemoryContext old = MemoryContextSwitchTo(reader->cxt);
	AdpReadState result = ADP_READ_PENDING;

	if (reader->naccounts < 0 && adp_account_resolver_advance(reader->resolver))
		open_accounts(reader);
	if (reader->naccounts >= 0)
		result = drive_open(reader, arrived);
	while (result == ADP_READ_END && reader->nopen < reader->naccounts)
	{
		reader->nopen = Min(reader->nopen * 2, reader->naccounts);
		result = drive_open(reader, arrived);
	}
	MemoryContextSwitchTo(old);
	return result;
}

/*
 * Finds the next page to read and opens it.
 */
static AdpReadState
find_page(AdpReader *reader, bool may_wait)
{
	for (;;)
	{
		int arrived;
		AdpReadState state = drive(reader, &arrived);

		if (state == ADP_READ_ROW)
		{
			if (!adp_account_reader_turn(reader->accounts[arrived]))
				continue;
			reader->active = arrived;
			return state;
		}
		if (state == ADP_READ_END || !may_wait)
			return state;
		adp_session_wait(reader->session);
	}
}

/*
 * Polls the transfers every ROWS_PER_POLL rows.
 */
static void
poll_now_and_then(AdpReader *reader)
{
	int arrived;

	if (--reader->until_poll > 0)
		return;
	reader->until_poll = ROWS_PER_POLL;
	CHECK_FOR_INTERRUPTS();
	if (reader->session->in_flight > 0 && !reader->plan->wants_less)
	{
		adp_session_poll(reader->session);
		(void) drive(reader, &arrived);
	}
}

/*
 * Returns the next row in *cells.
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
			*cells = next_row(reader, reader->accounts[reader->active]);
			*account =
				adp_account_resolver_account(reader->resolver, reader->active);
			if (*cells != NULL)
			{
				poll_now_and_then(reader);
				return ADP_READ_ROW;
			}
			reader->active = -1;
		}
		state = find_page(reader, may_wait);
		if (state != ADP_READ_ROW)
			return state;
	}
}

/*
 * Returns the days of the last row's request.
 */
const AdpDateRange *
adp_reader_days(const AdpReader *reader)
{
	return adp_account_reader_days(reader->accounts[reader->active]);
}

int
adp_reader_naccounts(const AdpReader *reader)
{
	return reader->naccounts;
}

/*
 * Frees all account readers and the session.
 */
void
adp_reader_close(AdpReader *reader)
{
	for (int i = 0; i < reader->naccounts; i++)
		adp_account_reader_close(reader->accounts[i]);
	adp_session_close(reader->session);
}

const AdpStats *
adp_reader_stats(const AdpReader *reader)
{
	return &reader->session->stats;
}

/*
 * Returns the verdicts; *n is their number.
 */
const AdpAccountVerdict *
adp_reader_verdicts(const AdpReader *reader, int *n)
{
	return adp_account_resolver_verdicts(reader->resolver, n);
}

/*
 * Returns the API version of the responses.
 */
const char *
adp_reader_served(const AdpReader *reader)
{
	return reader->session->served;
}

/*
 * Prepares the session for a wait.
 */
int
adp_reader_prepare_wait(AdpReader *reader)
{
	adp_session_begin_wait(reader->session);
	return adp_http_fd(reader->session->group);
}

/*
 * Polls the session.
 */
void
adp_reader_poll(AdpReader *reader)
{
	adp_session_poll(reader->session);
}
