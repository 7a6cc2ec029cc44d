/*
 * explain.c
 *	  EXPLAIN for foreign scans: the planned request and its cost.
 *
 * EXPLAIN sends no request and reads no user mapping.
 */
#include "postgres.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "utils/lsyscache.h"

#include "base/compat.h"
#include "base/words.h"
#include "fdw/expect.h"
#include "fdw/grain_choice.h"
#include "fdw/scan.h"
#include "platform/api/assembler.h"
#include "platform/api/request.h"
#include "platform/formats.h"
#include "platform/list_parts.h"
#include "platform/periods.h"

#include ADP_EXPLAIN_HEADER
#include ADP_EXPLAIN_STATE_HEADER

/* Placeholder for the account's current day, which only the platform knows. */
#define ACCOUNT_TODAY "$today"

/*
 * Returns the placeholder for the last day that depends on the account's own
 * today.
 */
static const char *
last_of_account(AdpPeriod period)
{
	return adp_period_is_whole(period)
		? psprintf("$last_%s", adp_period_word(period))
		: ACCOUNT_TODAY;
}

/*
 * Returns the days of the request, as far as they are known.
 */
static void
describe_days(const AdpFormats *formats, const AdpPushed *pushed,
			  AdpQuery *query)
{
	const AdpDays *days = &pushed->plan->days;

	query->until = pushed->until_name	  ? pushed->until_name
		: adp_days_end_with_account(days) ? last_of_account(days->period)
										  : formats->write_day(days->until);
	if (pushed->since_name != NULL)
		query->since = pushed->since_name;
	else if (days->since != DATEVAL_NOBEGIN)
		query->since = formats->write_day(days->since);
	else if (days->unbounded == ADP_UNBOUNDED_WINDOW)
		query->since = psprintf(ACCOUNT_TODAY " - %d", days->window_days - 1);
	else
		query->since =
			days->unbounded == ADP_UNBOUNDED_ALLOW ? "$reach" : "$missing";
}

/*
 * Appends the breakdowns that the table requests without a column.
 */
static void
append_breakdowns(StringInfo out, const AdpTable *table)
{
	const char *breakdowns = table->settings->breakdowns;
	char *rest = breakdowns ? pstrdup(breakdowns) : NULL;
	char *name;

	while ((name = adp_words_next(&rest, ",")) != NULL)
	{
		Size len = strlen(name);
		int i = 0;

		while (i < table->ncolumns &&
			   (strncmp(table->columns[i].field_name, name, len) != 0 ||
				strchr(".", table->columns[i].field_name[len]) == NULL))
			i++;
		if (i == table->ncolumns)
			appendStringInfo(out, ", %s", name);
	}
}

/*
 * Appends a column that distinguishes rows.
 */
static void
append_column(StringInfo out, const AdpScan *scan, const AdpTableColumn *column,
			  bool is_day)
{
	if (is_day && scan->bucket != ADP_PERIOD_DAY)
		appendStringInfo(out, ", %s of %s", adp_period_word(scan->bucket),
						 column->name);
	else if (is_day && scan->bucket_is_open)
		appendStringInfo(out, ", %s or its week or month", column->name);
	else
		appendStringInfo(out, ", %s", column->name);
}

/*
 * Returns the columns that distinguish rows: the source and the segments that
 * are requested.
 */
static char *
describe_grain(const AdpScan *scan, const AdpTable *table)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, "account");
	if (strcmp(table->source->name, table->platform->account_source) != 0)
		appendStringInfo(&out, ", %s", table->source->name);
	for (int i = 0; i < table->ncolumns; i++)
	{
		const AdpTableColumn *column = &table->columns[i];

		if (column->is_grain && !adp_scan_drops(scan, column->field_name))
			append_column(&out, scan, column, column == table->day);
	}
	append_breakdowns(&out, table);
	return out.data;
}

/*
 * Returns the expected number of requests in words.
 */
static const char *
describe_count(const AdpQuery *query, const AdpExpected *expected)
{
	const char *accounts =
		expected->accounts < 0 ? "; the accounts are not listed yet" : "";

	if (query->asks_each_period)
		return psprintf("one per account and %s%s",
						adp_period_word(query->period), accounts);
	if (query->source->assembler != NULL &&
		query->source->assembler->requests != NULL)
		return psprintf("%d per account%s%s%s",
						query->source->assembler->requests(query),
						query->source->days_per_request == 1 ? " and day" : "",
						query->source->assembler->is_exact
							? " and range of days"
							: ", more while reports are made, fewer where one is empty",
						accounts);
	if (query->source->days_per_request == 1)
		return psprintf("one per account and day%s", accounts);
	return psprintf("at least one per account%s", accounts);
}

/*
 * Returns what the scan will read.  The rows of the plan count where conditions
 * leave out some on the platform.
 */
static AdpExpected
expect(ForeignScanState *node, const AdpTable *table, const AdpPushed *pushed)
{
	AdpExpected expected;
	double planned = node->ss.ps.plan->plan_rows;

	adp_expect(table, pushed, 1, &expected);
	if (pushed->plan->query.nconditions > 0 && planned < expected.rows)
		adp_expect(table, pushed, planned / expected.rows, &expected);
	return expected;
}

/*
 * Shows the request of an account, of a list in parts the first one, and the
 * number of parts.
 */
static void
explain_text(const AdpTable *table, const AdpQuery *query, int accounts,
			 struct ExplainState *es)
{
	AdpQuery first = *query;
	int parts = adp_list_parts(query, accounts);

	adp_list_take_part(&first, accounts, 0);
	ExplainPropertyText("Request",
						adp_request_text(table->platform, table->settings,
										 &first),
						es);
	if (parts > 1)
		ExplainPropertyInteger("List Parts", NULL, parts, es);
}

/*
 * Shows what the scan will request.  Numbers are numbers in every format: what
 * is not known is said in text only.
 */
static void
explain_expected(const AdpTable *table, const AdpQuery *query,
				 const AdpExpected *expected, struct ExplainState *es)
{
	const char *unit = table->platform->quota_unit;

	if (expected->throttle_ms > 0)
		ExplainPropertyInteger("Expected Throttle", "s",
							   expected->throttle_ms / 1000, es);
	if (!expected->is_known)
	{
		if (es->format == EXPLAIN_FORMAT_TEXT)
			ExplainPropertyText("Expected Requests",
								describe_count(query, expected), es);
		return;
	}
	ExplainPropertyInteger("Expected Requests", NULL,
						   (int64) rint(expected->requests), es);
	if (!es->costs)
		return;
	ExplainPropertyInteger("Expected Pages", NULL,
						   (int64) rint(expected->pages), es);
	if (unit != NULL)
		ExplainPropertyInteger("Expected Quota", unit,
							   (int64) rint(expected->quota), es);
}

/*
 * Shows the planned request.
 */
static void
explain_request(ForeignScanState *node, struct ExplainState *es)
{
	AdpScan *scan = node->fdw_state;
	AdpTable *table = adp_table_load(scan->relid, scan->userid, false);
	AdpReadPlan plan;
	AdpPushed pushed;
	AdpQuery query;
	AdpExpected expected;

	adp_grain_choose(node, ADP_VALUES_EXPLAIN);
	adp_scan_plan(scan, table, adp_scan_values(node, ADP_VALUES_EXPLAIN), &plan,
				  &pushed);
	ExplainPropertyText("Platform", table->platform->name, es);
	if (pushed.is_empty)
	{
		ExplainPropertyText("Request", "none, the conditions exclude every row",
							es);
		return;
	}
	query = plan.query;
	if (query.has_day)
		describe_days(adp_formats_of(table->platform, table->source), &pushed,
					  &query);
	expected = expect(node, table, &pushed);
	explain_text(table, &query, expected.accounts, es);
	ExplainPropertyText("Accounts",
						adp_account_scope_describe(table->platform,
												   table->settings,
												   query.source, &plan.accounts),
						es);
	explain_expected(table, &query, &expected, es);
	ExplainPropertyText("Grain", describe_grain(scan, table), es);
}

/*
 * Shows what the scan has cost.
 */
static void
explain_cost(const AdpScan *scan, struct ExplainState *es)
{
	AdpStats stats = adp_scan_stats(scan);

	ExplainPropertyInteger("Requests", NULL, stats.requests, es);
	ExplainPropertyInteger("Pages", NULL, stats.pages, es);
	ExplainPropertyInteger("Rows Fetched", NULL, stats.rows, es);
	ExplainPropertyInteger("Bytes", NULL, stats.bytes, es);
	ExplainPropertyInteger("Retries", NULL, stats.retries, es);
	if (stats.kept > 0)
		ExplainPropertyInteger("Answers From Cache", NULL, stats.kept, es);
	if (stats.closed_accounts > 0)
		ExplainPropertyInteger("Closed Accounts", NULL, stats.closed_accounts,
							   es);
	if (es->timing)
		ExplainPropertyFloat("Wait Time", "ms", stats.wait_us / 1000.0, 3, es);
	if (stats.wait_reason != NULL)
		ExplainPropertyText("Wait Reason", stats.wait_reason, es);
}

/*
 * Explains a scan.
 */
void
adpipeExplainForeignScan(ForeignScanState *node, struct ExplainState *es)
{
	if (es->verbose)
		explain_request(node, es);
	if (es->analyze)
		explain_cost(node->fdw_state, es);
}
