/*
 * budget.c
 *	  How many requests a statement may send, over all its scans.
 */
#include "postgres.h"

#include "nodes/plannodes.h"
#include "utils/memutils.h"

#include "base/guc.h"
#include "fdw/budget.h"
#include "fdw/copies.h"
#include "fdw/expect.h"
#include "fdw/scan.h"
#include "platform/api/request.h"
#include "platform/formats.h"
#include "platform/list_parts.h"
#include "platform/reader/response_cache.h"

/* A statement's budget and scans. */
typedef struct Statement
{
	struct Statement *next; /* list of all in this process */
	EState *estate;
	MemoryContextCallback unlink_callback;
	AdpRequestBudget budget;
	List *scans;		/* ForeignScanStates */
	bool is_judged;		/* its scans were judged together */
	Bitmapset *certain; /* relations of those that certainly read all */
} Statement;

static Statement *statements = NULL;

/*
 * Finds a statement; NULL if it has no limit.
 */
static Statement *
find_statement(const EState *estate)
{
	Statement *statement = statements;

	while (statement != NULL && statement->estate != estate)
		statement = statement->next;
	return statement;
}

/*
 * Context callback: removes a statement whose memory is freed.
 */
static void
unlink_statement(void *arg)
{
	for (Statement **link = &statements; *link != NULL; link = &(*link)->next)
	{
		if (*link == arg)
		{
			*link = (*link)->next;
			return;
		}
	}
}

/*
 * Adds a statement with a limit.
 */
static Statement *
add_statement(EState *estate)
{
	Statement *statement =
		MemoryContextAllocZero(estate->es_query_cxt, sizeof(Statement));

	statement->estate = estate;
	statement->budget.most = adp_guc_max_requests;
	statement->unlink_callback.func = unlink_statement;
	statement->unlink_callback.arg = statement;
	MemoryContextRegisterResetCallback(estate->es_query_cxt,
									   &statement->unlink_callback);
	statement->next = statements;
	statements = statement;
	return statement;
}

/*
 * Counts a scan that begins.
 */
void
adp_budget_join(ForeignScanState *node)
{
	EState *estate = node->ss.ps.state;
	Statement *statement = find_statement(estate);
	MemoryContext old;

	if (statement == NULL && adp_guc_max_requests == 0)
		return;
	if (statement == NULL)
		statement = add_statement(estate);
	old = MemoryContextSwitchTo(estate->es_query_cxt);
	statement->scans = lappend(statement->scans, node);
	MemoryContextSwitchTo(old);
}

/*
 * Collects the scans of a plan that read their table to its end whenever the
 * plan runs.  A LIMIT may end early, the inner side of a nested loop and a
 * subquery in an expression may never begin.
 */
static Bitmapset *
certain_scans(const PlannedStmt *statement, Plan *plan, Bitmapset *relids)
{
	List *children = NIL;
	ListCell *cell;

	if (plan == NULL)
		return relids;
	switch (nodeTag(plan))
	{
		case T_ForeignScan:
			return bms_add_member(relids, ((Scan *) plan)->scanrelid);
		case T_Limit:
			return relids;
		case T_Result:
			if (((Result *) plan)->resconstantqual != NULL)
				return relids;
			break;
		case T_NestLoop:
			return certain_scans(statement, plan->lefttree, relids);
		case T_Append:
			children = ((Append *) plan)->appendplans;
			break;
		case T_MergeAppend:
			children = ((MergeAppend *) plan)->mergeplans;
			break;
		case T_SubqueryScan:
			children = list_make1(((SubqueryScan *) plan)->subplan);
			break;
		case T_CteScan:
			children = list_make1(list_nth(statement->subplans,
										   ((CteScan *) plan)->ctePlanId - 1));
			break;
		default:
			break;
	}
	foreach(cell, children)
		relids = certain_scans(statement, lfirst(cell), relids);
	relids = certain_scans(statement, plan->lefttree, relids);
	return certain_scans(statement, plan->righttree, relids);
}

/*
 * Whether the response cache may answer instead of the platform.
 */
static bool
may_be_cached(const AdpTable *table)
{
	return table->platform->keeps_answers &&
		adp_response_cache_holds(table->settings->serverid);
}

/*
 * Returns the number of requests that a scan will send at least; 0 if it is not
 * known.
 */
static int64
least_requests(const AdpTable *table, const AdpPushed *pushed)
{
	AdpExpected expected;

	if (pushed->is_empty || may_be_cached(table))
		return 0;
	adp_expect(table, pushed, 1, &expected);
	return Max(expected.least, 0);
}

/*
 * Returns the request of an account, with its days; of a list in parts, the
 * first one.
 */
static const char *
request_text(const AdpTable *table, const AdpPushed *pushed)
{
	const AdpFormats *formats = adp_formats_of(table->platform, table->source);
	const AdpDays *days = &pushed->plan->days;
	AdpQuery query = pushed->plan->query;

	if (query.has_day)
	{
		query.since = days->since == DATEVAL_NOBEGIN
			? "$since"
			: formats->write_day(days->since);
		query.until = adp_days_end_with_account(days)
			? "$today"
			: formats->write_day(days->until);
	}
	adp_list_take_part(&query, -1, 0);
	return adp_request_text(table->platform, table->settings, &query);
}

/*
 * Adds the requests of a scan to the number, and to the text about them.  Scans
 * with the same request may share its answer, so each request counts once.
 */
static int64
add_scan(StringInfo out, List **requests, AdpTable *table,
		 ForeignScanState *node)
{
	AdpScan *scan = node->fdw_state;
	AdpReadPlan plan;
	AdpPushed pushed;
	const char *request;
	int64 n;

	adp_scan_plan(scan, table, adp_scan_values(node, ADP_VALUES_ESTIMATE),
				  &plan, &pushed);
	n = least_requests(table, &pushed);
	if (n == 0)
		return 0;
	request = psprintf("%u %s", table->server->serverid,
					   request_text(table, &pushed));
	if (list_member(*requests, makeString(pstrdup(request))))
		return 0;
	*requests = lappend(*requests, makeString(pstrdup(request)));
	appendStringInfo(out, "%s" INT64_FORMAT " for foreign table \"%s\" (%s)",
					 out->len > 0 ? ", " : "", n, table->name,
					 request_text(table, &pushed));
	return n;
}

/*
 * Whether a scan certainly reads its table to the end.
 */
static bool
reads_all(const Statement *statement, const ForeignScanState *node)
{
	return bms_is_member(((Scan *) node->ss.ps.plan)->scanrelid,
						 statement->certain);
}

/*
 * Throws if the scans that certainly read all need more requests than allowed.
 */
static void
judge_together(Statement *statement)
{
	const PlannedStmt *plan = statement->estate->es_plannedstmt;
	MemoryContext old = MemoryContextSwitchTo(statement->estate->es_query_cxt);
	AdpTable *table = NULL;
	List *requests = NIL;
	StringInfoData out;
	int64 n = 0;
	ListCell *cell;

	statement->is_judged = true;
	statement->certain = certain_scans(plan, plan->planTree, NULL);
	initStringInfo(&out);
	foreach(cell, statement->scans)
	{
		ForeignScanState *node = lfirst(cell);
		const AdpScan *scan = node->fdw_state;

		if (!reads_all(statement, node))
			continue;
		table = adp_table_load(scan->relid, scan->userid, false);
		n += add_scan(&out, &requests, table, node);
	}
	if (!adp_request_budget_fits(&statement->budget, n))
		adp_request_budget_refuse(&statement->budget, n,
								  psprintf("It would send: %s.", out.data),
								  adp_copies_hint(table));
	MemoryContextSwitchTo(old);
}

/*
 * Gives the plan of a scan that starts the statement's budget.
 */
void
adp_budget_set(ForeignScanState *node, AdpReadPlan *plan)
{
	Statement *statement = find_statement(node->ss.ps.state);

	if (statement == NULL)
		return;
	if (!statement->is_judged)
		judge_together(statement);
	plan->budget = &statement->budget;
	plan->reads_all = reads_all(statement, node);
}

/*
 * Throws if the requests of a read plan do not fit.
 */
void
adp_budget_check(const AdpTable *table, const AdpReadPlan *plan)
{
	AdpPushed pushed = {.plan = unconstify(AdpReadPlan *, plan)};
	int64 n;

	if (plan->budget == NULL || !plan->reads_all)
		return;
	n = least_requests(table, &pushed);
	if (!adp_request_budget_fits(plan->budget, n))
		adp_request_budget_refuse(plan->budget, n,
								  psprintf("It would send: " INT64_FORMAT
										   " for foreign table \"%s\" (%s).",
										   n, table->name,
										   request_text(table, &pushed)),
								  adp_copies_hint(table));
}
