/*
 * expect.c
 *	  What a scan is expected to read: rows, pages, requests.
 *
 * The number of rows is that of the accounts, times that of the days, weeks or
 * months unless a row covers all of them, times the rows per account and day.
 * Earlier scans saw these (seen_rows.h).  Before the first scan they are a
 * number of entities times one of values per segment.
 */
#include "postgres.h"

#include <math.h>

#include "commands/defrem.h"
#include "common/hashfn.h"

#include "base/words.h"
#include "fdw/expect.h"
#include "fdw/seen_rows.h"
#include "platform/accounts/account_cache.h"
#include "platform/accounts/account_scope.h"
#include "platform/api/assembler.h"
#include "platform/api/job_kind.h"
#include "platform/api/request.h"
#include "platform/list_parts.h"
#include "platform/periods.h"
#include "platform/reader/date_ranges.h"

/* Assumed before a scan was seen. */
#define ACCOUNTS_ASSUMED 20
#define ENTITIES_ASSUMED 50 /* per account, unless the row is the account */
#define VALUES_ASSUMED 4	/* per segment */

/* A job is started and looked at before its first page is requested. */
#define REQUESTS_BEFORE_JOB_ROWS 2

/* Roughly the days that a row covers. */
static const int period_days[] = {[ADP_PERIOD_DAY] = 1,
								  [ADP_PERIOD_WEEK] = 7,
								  [ADP_PERIOD_MONTH] = 30,
								  [ADP_PERIOD_ALL] = 1};

/*
 * Appends the options of an object.
 */
static void
append_options(StringInfo out, List *options)
{
	ListCell *cell;

	foreach(cell, options)
	{
		DefElem *option = lfirst(cell);

		appendStringInfo(out, "%s=%s,", option->defname, defGetString(option));
	}
}

/*
 * Hashes what decides how many rows a table has: the options of server and
 * table, and its fields.
 */
static uint64
hash_definition(const AdpTable *table)
{
	StringInfoData out;
	uint64 hash;

	initStringInfo(&out);
	appendStringInfo(&out, "%u,", table->server->serverid);
	append_options(&out, table->server->options);
	append_options(&out, GetForeignTable(table->relid)->options);
	for (int i = 0; i < table->ncolumns; i++)
		appendStringInfo(&out, "%s,", table->columns[i].field_name);
	hash = hash_bytes_extended((unsigned char *) out.data, out.len, 0);
	pfree(out.data);
	return hash;
}

/*
 * Counts the segments of a grain, without the day or the period.
 */
static int
count_segments(const AdpTable *table, const AdpQuery *query)
{
	const char *day = table->day ? table->day->split : NULL;
	int n = 0;

	for (int i = 0; i < table->ncolumns; i++)
	{
		const AdpTableColumn *column = &table->columns[i];

		if (column->is_grain &&
			(day == NULL || strcmp(column->split, day) != 0) &&
			!adp_words_hold(query->dropped, column->field_name))
			n++;
	}
	return n;
}

/*
 * Makes the key under which the rows of a query are seen.
 */
static AdpSeenKey
make_key(const AdpTable *table, const AdpQuery *query)
{
	AdpSeenKey key = {table->relid, table->settings->umid};
	const char *grain =
		psprintf("%s %d", query->dropped ? query->dropped : "",
				 query->buckets_days ? query->period : ADP_PERIOD_DAY);

	key.definition = hash_definition(table);
	key.grain = hash_bytes_extended((const unsigned char *) grain,
									(int) strlen(grain), 0);
	key.segments = count_segments(table, query);
	return key;
}

/*
 * Returns the rows per account and period of a table that no scan has read.
 */
static double
assumed_rate(const AdpTable *table, int segments)
{
	const AdpSource *source = table->source;
	bool is_account = source->is_single || source->is_listing ||
		(source->keys != NULL && source->keys[0] == NULL);

	return (is_account ? 1 : ENTITIES_ASSUMED) * pow(VALUES_ASSUMED, segments);
}

/*
 * Returns the expected days.  Of a range that a parameter bounds only its being
 * one day is known.
 */
static AdpDateRange
expected_days(const AdpTable *table, const AdpPushed *pushed)
{
	AdpDateRange days = adp_days_expect(table->source, &pushed->plan->days);

	if (pushed->since_name != NULL && pushed->until_name != NULL &&
		strcmp(pushed->since_name, pushed->until_name) == 0)
		days.since = days.until;
	else if (pushed->since_name != NULL)
		days.since = days.until - ADP_DAYS_ASSUMED + 1;
	return days;
}

/*
 * Whether the days are certain, and do not end with the account's own today.
 */
static bool
knows_days(const AdpPushed *pushed)
{
	const AdpDays *days = &pushed->plan->days;

	return !days->has_day ||
		(pushed->since_name == NULL && pushed->until_name == NULL &&
		 days->since != DATEVAL_NOBEGIN && !adp_days_end_with_account(days));
}

/*
 * Returns the number of periods that have rows of their own.
 */
static double
count_periods(const AdpReadPlan *plan, AdpDateRange days)
{
	AdpPeriod period;

	if (!plan->query.has_day || plan->query.drops_day)
		return 1;
	period = plan->query.buckets_days ? plan->query.period : plan->days.period;
	return Max(((double) days.until - days.since + 1) / period_days[period], 1);
}

/*
 * Returns the most accounts that conditions leave of so many.
 */
static double
filtered_accounts(const AdpAccountFilter *filter, double accounts)
{
	for (int i = 0; i < filter->nconditions; i++)
	{
		if (filter->conditions[i].op == ADP_OP_IN)
			accounts = Min(accounts, filter->conditions[i].nvalues);
	}
	return accounts;
}

/*
 * Whether a job makes the rows of a range of days.
 */
static bool
needs_job(const AdpTable *table, const AdpQuery *query, AdpDateRange days)
{
	const AdpJobKind *jobs = table->platform->jobs;

	return adp_job_can(jobs, query) &&
		adp_job_is_better(jobs, table->settings, query,
						  query->has_day ? &days : NULL);
}

/*
 * Returns how many times a range of days is asked for.
 */
static int
passes_of(const AdpQuery *query)
{
	return Max(query->source->passes, 1);
}

/*
 * Returns the number of pages of rows that lie evenly in so many ranges of days,
 * one page for each at least.
 */
static double
even_pages(const AdpTable *table, const AdpQuery *query, double ranges,
		   double rows)
{
	int page_rows = adp_request_page_rows(table->platform, query);

	if (page_rows == 0 || ranges == 0)
		return ranges;
	return ranges * Max(ceil(rows / ranges / page_rows), 1);
}

/*
 * Fills in requests.  accounts is assumed if their number is not known, and
 * page_factor is 0 if no scan was seen.
 */
static void
expect_requests(const AdpTable *table, const AdpPushed *pushed, double accounts,
				double page_factor, AdpExpected *expected)
{
	const AdpQuery *query = &pushed->plan->query;
	AdpDateRange days = expected_days(table, pushed);
	int64 ranges = adp_date_ranges_number(query, days) *
		adp_list_parts(query, expected->accounts) * passes_of(query);
	bool is_split =
		query->source->days_per_request > 0 || query->asks_each_period;
	int before = needs_job(table, query, days) ? REQUESTS_BEFORE_JOB_ROWS : 0;
	bool is_known =
		expected->accounts >= 0 && (!is_split || knows_days(pushed));

	if (is_known && !pushed->has_one_account)
		expected->least =
			expected->accounts * ranges * (knows_days(pushed) ? 1 + before : 1);
	/* how many answers a page is made of can depend on what they say */
	expected->is_known = is_known &&
		(query->source->assembler == NULL || query->source->assembler->is_exact);
	expected->pages = accounts * ranges;
	if (table->platform->throttle_ms != NULL)
		expected->throttle_ms =
			table->platform->throttle_ms(table->settings, query->source, ranges);
	if (page_factor > 0)
		expected->pages = Max(rint(even_pages(table, query, accounts * ranges,
											  expected->rows) *
								   page_factor),
							  expected->pages);
	expected->requests = expected->pages + accounts * ranges * before;
	if (query->source->assembler != NULL &&
		query->source->assembler->requests != NULL)
		expected->requests =
			accounts * ranges * query->source->assembler->requests(query);
	expected->quota = table->platform->pages_are_free ? accounts * ranges
													  : expected->requests;
	if (accounts > 0)
		expected->rounds = expected->requests / accounts *
			ceil(accounts / table->settings->max_concurrency);
}

/*
 * Fills in what the list of accounts costs, which is the answer of a listing.
 */
static void
expect_listing(const AdpTable *table, AdpExpected *expected)
{
	expected->is_known = true;
	expected->least = adp_account_cache_peek(table->settings) != NULL ? 0 : 1;
	expected->pages = expected->requests = expected->least;
	expected->quota = expected->rounds = expected->least;
}

/*
 * Estimates a read plan.
 */
void
adp_expect(const AdpTable *table, const AdpPushed *pushed, double share,
		   AdpExpected *expected)
{
	const AdpReadPlan *plan = pushed->plan;
	AdpSeenKey key = make_key(table, &plan->query);
	AdpSeenRows seen = {0};
	bool is_seen = adp_seen_rows_find(&key, &seen);
	double accounts;
	double rate = is_seen
		? seen.rows * pow(VALUES_ASSUMED, key.segments - seen.segments)
		: assumed_rate(table, key.segments);

	*expected = (AdpExpected){.is_known = pushed->is_empty,
							  .least = pushed->is_empty ? 0 : -1};
	if (pushed->is_empty)
		return;
	expected->accounts = pushed->has_one_account
		? 1
		: adp_account_scope_count(table->settings, table->source,
								  &plan->accounts);
	accounts = expected->accounts;
	if (accounts < 0)
		accounts = filtered_accounts(&plan->accounts,
									 seen.accounts > 0 ? seen.accounts
													   : ACCOUNTS_ASSUMED);
	expected->rows = accounts * rate * share *
		count_periods(plan, expected_days(table, pushed));
	if (table->source->is_listing)
		expect_listing(table, expected);
	else
		expect_requests(table, pushed, accounts, seen.page_factor, expected);
}

/*
 * Remembers a scan.  What conditions on fields or a LIMIT leave of the rows says
 * little about the table.
 */
void
adp_expect_learn(const AdpTable *table, const AdpReadPlan *plan, int accounts,
				 int64 rows, int64 pages)
{
	const AdpQuery *query = &plan->query;
	AdpDateRange days = adp_days_expect(table->source, &plan->days);
	AdpSeenKey key;
	AdpSeenScan scan = {.rows = rows, .pages = pages};

	if (query->nconditions > 0 || query->limit > 0)
		return;
	key = make_key(table, query);
	scan.units = accounts * count_periods(plan, days);
	scan.even_pages =
		even_pages(table, query,
				   (double) accounts * adp_date_ranges_number(query, days) *
					   passes_of(query),
				   rows);
	scan.accounts = plan->accounts.nconditions == 0 ? accounts : 0;
	adp_seen_rows_add(&key, &scan);
}
