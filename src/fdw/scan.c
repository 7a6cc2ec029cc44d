/*
 * scan.c
 *	  Executes foreign scans.
 *
 * Beginning a scan opens nothing: the table's definition, its secrets and the
 * values of the conditions are read when the first row is fetched.  So EXPLAIN,
 * LIMIT 0 and scans that are never executed send no request and need no user
 * mapping.
 */
#include "postgres.h"

#include "executor/executor.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/plannodes.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "base/compat.h"
#include "base/guc.h"
#include "base/words.h"
#include "fdw/account_notice.h"
#include "fdw/asked_range.h"
#include "fdw/budget.h"
#include "fdw/copies.h"
#include "fdw/grain_choice.h"
#include "fdw/objects.h"
#include "fdw/plan.h"
#include "fdw/scan.h"
#include "platform/api/request.h"
#include "platform/periods.h"

/*
 * Whether a plan contains a node that reads its input more than once.  Knows
 * the usual plans of statements over reports; unknown nodes count as
 * rescanning.
 */
static bool
may_rescan(Plan *plan)
{
	ListCell *cell;

	if (plan == NULL)
		return false;
	switch (nodeTag(plan))
	{
		case T_NestLoop:
		case T_RecursiveUnion:
		case T_MergeJoin:
		case T_CustomScan:
			return true;
		case T_Append:
			foreach(cell, ((Append *) plan)->appendplans)
			{
				if (may_rescan(lfirst(cell)))
					return true;
			}
			return false;
		case T_MergeAppend:
			foreach(cell, ((MergeAppend *) plan)->mergeplans)
			{
				if (may_rescan(lfirst(cell)))
					return true;
			}
			return false;
		case T_SubqueryScan:
			return may_rescan(((SubqueryScan *) plan)->subplan);
		default:
			return may_rescan(plan->lefttree) || may_rescan(plan->righttree);
	}
}

/*
 * Counts the scans of a table in the statement, because scans with equal
 * requests can share a result.
 */
static int
count_scans(EState *estate, Oid relid)
{
	ListCell *cell;
	int n = 0;

	foreach(cell, estate->es_range_table)
	{
		RangeTblEntry *rte = lfirst(cell);

		if (rte->rtekind == RTE_RELATION && rte->relid == relid)
			n++;
	}
	return n;
}

/*
 * Begins a scan.
 */
void
adpipeBeginForeignScan(ForeignScanState *node, int eflags)
{
	ForeignScan *plan = (ForeignScan *) node->ss.ps.plan;
	EState *estate = node->ss.ps.state;
	RangeTblEntry *rte = rt_fetch(plan->scan.scanrelid, estate->es_range_table);
	AdpScan *scan = palloc0(sizeof(AdpScan));

	adp_objects_require();
	scan->userid = adp_scan_userid(plan, rte);
	scan->relid = rte->relid;
	scan->conditions = list_nth(plan->fdw_private, ADP_PLAN_CONDITIONS);
	scan->fields = list_nth(plan->fdw_private, ADP_PLAN_FIELDS);
	scan->dropped = list_nth(plan->fdw_private, ADP_PLAN_DROPPED);
	scan->nbuckets = intVal(list_nth(plan->fdw_private, ADP_PLAN_BUCKETS));
	scan->counts_people =
		intVal(list_nth(plan->fdw_private, ADP_PLAN_COUNTS_PEOPLE)) != 0;
	scan->presence = list_nth(plan->fdw_private, ADP_PLAN_PRESENCE);
	scan->limit = intVal(list_nth(plan->fdw_private, ADP_PLAN_LIMIT));
	scan->wants_less =
		intVal(list_nth(plan->fdw_private, ADP_PLAN_WANTS_LESS)) != 0;
	if (list_nth(plan->fdw_private, ADP_PLAN_RANKED_BY) != NULL)
		scan->ranked_by =
			strVal(list_nth(plan->fdw_private, ADP_PLAN_RANKED_BY));
	scan->day_is_used =
		intVal(list_nth(plan->fdw_private, ADP_PLAN_DAY_IS_USED)) != 0;
	scan->exprs = ExecInitExprList(plan->fdw_exprs, &node->ss.ps);
	scan->cxt = estate->es_query_cxt;
	scan->keeps_rows = (eflags & EXEC_FLAG_REWIND) != 0 ||
		estate->es_plannedstmt->subplans != NIL ||
		may_rescan(estate->es_plannedstmt->planTree) ||
		count_scans(estate, rte->relid) > 1;
	node->fdw_state = scan;
	adp_grain_join(node);
	if ((eflags & EXEC_FLAG_EXPLAIN_ONLY) == 0)
		adp_budget_join(node);
	adp_account_notice_join(estate);
}

/*
 * For expression_tree_walker: whether there is a parameter.
 */
static bool
has_param(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param))
	{
		*(Param **) context = (Param *) node;
		return true;
	}
	return expression_tree_walker(node, has_param, context);
}

/*
 * For expression_tree_walker: whether there is a parameter that may change
 * within the statement.
 */
static bool
varies(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param))
		return ((Param *) node)->paramkind != PARAM_EXTERN;
	return expression_tree_walker(node, varies, context);
}

/*
 * Returns EXPLAIN's text for a value that is known only at run time; NULL for
 * other expressions.
 */
static const char *
placeholder(Node *expr)
{
	Param *param = NULL;

	if (!has_param(expr, &param))
		return NULL;
	return psprintf("$%d", param->paramid);
}

/*
 * Evaluates the right-hand sides.
 */
AdpValue *
adp_scan_values(ForeignScanState *node, AdpValuesFor purpose)
{
	AdpScan *scan = node->fdw_state;
	List *exprs = ((ForeignScan *) node->ss.ps.plan)->fdw_exprs;
	int n = list_length(exprs);
	AdpValue *values = palloc0(Max(n, 1) * sizeof(AdpValue));
	ExprContext *econtext = node->ss.ps.ps_ExprContext;

	/* expressions that follow the day are NULL here, and evaluated later */
	econtext->caseValue_isNull = true;
	for (int i = 0; i < n; i++)
	{
		values[i].state = list_nth(scan->exprs, i);
		values[i].econtext = econtext;
		values[i].is_constant = !varies(list_nth(exprs, i), NULL);
		if (purpose == ADP_VALUES_EXPLAIN ||
			(purpose == ADP_VALUES_ESTIMATE && !values[i].is_constant))
			values[i].placeholder = placeholder(list_nth(exprs, i));
		if (values[i].placeholder == NULL)
			values[i].value =
				ExecEvalExpr(values[i].state, econtext, &values[i].is_null);
	}
	return values;
}

/*
 * Returns the index of a name in a list of Strings.
 */
static int
name_index(List *names, Node *name)
{
	for (int i = 0; i < list_length(names); i++)
	{
		if (equal(list_nth(names, i), name))
			return i;
	}
	elog(ERROR, "presence metric is not among the fields");
}

/*
 * Whether each week or month is a request of its own, because a field is not
 * offered beside what splits its days.
 */
static bool
asks_each_bucket(const AdpScan *scan, const AdpTable *table)
{
	return scan->bucket != ADP_PERIOD_DAY &&
		adp_table_has_field_of_range(table, scan->fields);
}

/*
 * Returns the fields to request.
 */
List *
adp_scan_fields(const AdpScan *scan, const AdpTable *table)
{
	List *fields = scan->is_coarse
		? list_difference(scan->fields, scan->dropped)
		: scan->fields;

	if (!asks_each_bucket(scan, table))
		return fields;
	return list_difference(fields,
						   list_make1(
							   makeString(pstrdup(table->day->field_name))));
}

/*
 * Whether the scan leaves out a field.
 */
bool
adp_scan_drops(const AdpScan *scan, const char *field)
{
	return scan->is_coarse &&
		list_member(scan->dropped, makeString(unconstify(char *, field)));
}

/*
 * Returns the fields that the scan leaves out, separated by commas; or NULL.
 */
static const char *
dropped_words(const AdpScan *scan)
{
	StringInfoData words;
	ListCell *cell;

	if (!scan->is_coarse)
		return NULL;
	initStringInfo(&words);
	foreach(cell, scan->dropped)
		adp_words_add(&words, strVal(lfirst(cell)));
	return words.data;
}

/*
 * Returns the field to request for one of the scan: the day's place is taken by
 * the week or month.
 */
static const char *
requested_field(const AdpScan *scan, const AdpTable *table, const char *name)
{
	return scan->bucket != ADP_PERIOD_DAY &&
			strcmp(name, table->day->field_name) == 0
		? table->platform->period_fields[scan->bucket]
		: name;
}

/*
 * Adds names and cell numbers to the read plan.
 */
static void
plan_fields(const AdpScan *scan, const AdpTable *table, AdpReadPlan *plan)
{
	List *fields = adp_scan_fields(scan, table);
	int n = list_length(fields);
	int *presence = palloc((list_length(scan->presence) + 1) * sizeof(int));
	ListCell *cell;

	plan->query.nfields = n;
	plan->query.fields = palloc(n * sizeof(char *));
	plan->query.shown_by = palloc(n * sizeof(char *));
	for (int i = 0; i < n; i++)
	{
		const char *name = strVal(list_nth(fields, i));

		plan->query.fields[i] = requested_field(scan, table, name);
		plan->query.shown_by[i] = adp_table_columns_of(table, name);
	}
	foreach(cell, scan->presence)
		presence[plan->npresence++] = name_index(fields, lfirst(cell));
	plan->presence = presence;
	plan->query.dropped = dropped_words(scan);
}

/*
 * Whether the scan leaves out the day.
 */
static bool
drops_day(const AdpScan *scan, const AdpTable *table)
{
	return table->day != NULL && adp_scan_drops(scan, table->day->field_name);
}

/*
 * Returns the period of the requested rows.  People of a whole range are not
 * those of its parts, so the range is one.
 */
static AdpPeriod
asked_period(const AdpScan *scan, const AdpTable *table)
{
	if (scan->bucket != ADP_PERIOD_DAY)
		return scan->bucket;
	return scan->counts_people && drops_day(scan, table) ? ADP_PERIOD_ALL
														 : table->period;
}

/*
 * Whether the response may contain rows that do not exist, because it is about a
 * whole period and not split by it: they would count towards a LIMIT.
 */
static bool
gets_empty_rows(const AdpTable *table, const AdpReadPlan *plan)
{
	return table->platform->has_empty_rows &&
		(plan->query.asks_each_period || table->period == ADP_PERIOD_ALL);
}

/*
 * Makes the read plan of a scan.
 */
void
adp_scan_plan(const AdpScan *scan, const AdpTable *table,
			  const AdpValue *values, AdpReadPlan *plan, AdpPushed *pushed)
{
	MemSet(plan, 0, sizeof(AdpReadPlan));
	MemSet(pushed, 0, sizeof(AdpPushed));
	plan_fields(scan, table, plan);
	plan->query.source = table->source;
	plan->query.table_fields = palloc(Max(table->ncolumns, 1) * sizeof(char *));
	for (int i = 0; i < table->ncolumns; i++)
		plan->query.table_fields[plan->query.ntable_fields++] =
			table->columns[i].field_name;
	plan->query.has_day = table->day != NULL;
	plan->query.buckets_days = scan->bucket != ADP_PERIOD_DAY;
	plan->query.period = asked_period(scan, table);
	plan->query.drops_day =
		table->period == ADP_PERIOD_ALL || drops_day(scan, table);
	plan->query.asks_each_period = asks_each_bucket(scan, table) ||
		(adp_period_is_whole(table->period) &&
		 adp_table_period_field(table, scan->fields) == NULL);
	plan->query.limit = scan->limit;
	plan->wants_less = scan->wants_less;
	plan->query.ranked_by = scan->ranked_by;
	plan->needs_settings = table->needs_settings;
	plan->days.has_day = table->day != NULL;
	plan->days.period = table->period;
	plan->days.since = DATEVAL_NOBEGIN;
	plan->days.until = DATEVAL_NOEND;
	plan->days.unbounded = adp_option_unbounded(table->settings);
	if (plan->days.unbounded == ADP_UNBOUNDED_WINDOW && scan->day_is_used)
		plan->days.unbounded = ADP_UNBOUNDED_ERROR;
	plan->days.window_days = table->settings->window_days;
	pushed->plan = plan;
	pushed->is_exact = true;
	adp_condition_apply(table, scan->conditions, values, pushed);
	if (!pushed->is_exact || !adp_guc_pushdown || gets_empty_rows(table, plan))
		plan->query.limit = 0;
}

/*
 * Throws for a scan without a lower bound.  The hint offers "window" only for
 * statements that do not use the day: in others a window would leave out rows.
 */
static void
refuse_unbounded(const AdpScan *scan, const AdpTable *table)
{
	const char *day = quote_identifier(table->day->name);
	const char *copy = adp_copies_hint(table);

	ereport(ERROR,
			(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
			 errmsg("scan of foreign table \"%s\" has no lower bound on column \"%s\"",
					table->name, table->day->name),
			 adp_option_unbounded(table->settings) == ADP_UNBOUNDED_WINDOW
				 ? errdetail("Option \"unbounded\" is window, which applies only to a statement that uses column \"%s\" in no expression.",
							 table->day->name)
				 : errdetail(
					   "The platform would be asked for every day it keeps."),
			 scan->day_is_used
				 ? errhint("Add WHERE %s >= current_date - 30, or set option \"unbounded\" of the table or its server to allow. %s",
						   day, copy)
				 : errhint("Add WHERE %s >= current_date - 30, or set option \"unbounded\" of the table or its server to window or allow. %s",
						   day, copy)));
}

/*
 * Throws unless the statement asks a table of period 'all' for one range.
 */
static void
require_range(const AdpScan *scan, const AdpTable *table, const AdpDays *days)
{
	const char *first = quote_identifier(table->day->name);
	const char *last = quote_identifier(table->last_day->name);

	if (adp_asked_range_is_given(scan->conditions) &&
		!DATE_NOT_FINITE(days->since) && !DATE_NOT_FINITE(days->until))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
			 errmsg("scan of foreign table \"%s\" does not ask for one range of days",
					table->name),
			 errdetail("Its option \"period\" is all: each row covers the range between one lower and one upper bound on columns \"%s\" and \"%s\", joined by AND.",
					   table->day->name, table->last_day->name),
			 errhint("Add WHERE %s = current_date - 30 AND %s = current_date - 1.",
					 first, last)));
}

/*
 * Handles a missing lower bound according to option "unbounded".
 */
static void
judge_bound(const AdpScan *scan, const AdpTable *table, const AdpDays *days)
{
	if (table->period == ADP_PERIOD_ALL)
		require_range(scan, table, days);
	if (!days->has_day || days->since != DATEVAL_NOBEGIN)
		return;
	if (days->unbounded == ADP_UNBOUNDED_ERROR)
		refuse_unbounded(scan, table);
	if (days->unbounded == ADP_UNBOUNDED_WINDOW)
		ereport(NOTICE,
				(errmsg_plural("foreign table \"%s\" is read for the last %d day",
							   "foreign table \"%s\" is read for the last %d days",
							   days->window_days, table->name,
							   days->window_days),
				 errdetail("The statement has no lower bound on column \"%s\".",
						   table->day->name)));
}

/*
 * Returns the identity of a request.
 */
const char *
adp_scan_key(const AdpScan *scan, const AdpTable *table, const AdpReadPlan *plan)
{
	AdpQuery query = plan->query;
	StringInfoData key;

	query.since = psprintf("$%d", plan->days.since);
	query.until = psprintf("$%d", plan->days.until);
	initStringInfo(&key);
	appendStringInfo(&key, "%u %u %s", table->relid, scan->userid,
					 adp_request_text(table->platform, table->settings, &query));
	if (query.asks_each_period)
		appendStringInfo(&key, " by %s", adp_period_word(query.period));
	/* some platforms return all columns, whichever are wanted */
	for (int i = 0; i < query.nfields; i++)
		appendStringInfo(&key, ", %s", query.fields[i]);
	for (int i = 0; i < plan->accounts.nconditions; i++)
	{
		const AdpAccountCondition *condition = &plan->accounts.conditions[i];

		appendStringInfo(&key, "; %d", condition->op);
		for (int j = 0; j < condition->nvalues; j++)
			appendStringInfo(&key, " %zu:%s", strlen(condition->values[j]),
							 condition->values[j]);
	}
	return key.data;
}

/*
 * Rejects databases whose encoding is not UTF8: converting foreign names could
 * lose characters.
 */
static void
require_utf8(void)
{
	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg(
					 "foreign tables of adpipe need a database with encoding UTF8"),
				 errdetail("This database has encoding %s.",
						   GetDatabaseEncodingName()),
				 errhint(
					 "CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.")));
}

/*
 * Plans the request of a scan, in CurrentMemoryContext.  Returns NULL if no row
 * can satisfy the conditions.
 */
static AdpResultRequest *
plan_request(ForeignScanState *node)
{
	AdpScan *scan = node->fdw_state;
	AdpResultRequest *request = palloc0(sizeof(AdpResultRequest));
	AdpTable *table;
	AdpPushed pushed;

	require_utf8();
	table = adp_table_load(scan->relid, scan->userid, true);
	adp_grain_choose(node, ADP_VALUES_RUN);
	adp_scan_plan(scan, table, adp_scan_values(node, ADP_VALUES_RUN),
				  &request->plan, &pushed);
	if (pushed.is_empty)
		return NULL;
	judge_bound(scan, table, &request->plan.days);
	adp_budget_set(node, &request->plan);
	request->table = table;
	request->fields = adp_scan_fields(scan, table);
	request->key = adp_scan_key(scan, table, &request->plan);
	return request;
}

/*
 * Starts reading: plans the request, then reads its result from the start again,
 * or finds or makes it.
 */
static void
start_scan(ForeignScanState *node)
{
	AdpScan *scan = node->fdw_state;
	MemoryContext cxt = AllocSetContextCreate(scan->cxt, "adpipe result",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpResultRequest *request = plan_request(node);

	MemoryContextSwitchTo(old);
	scan->is_started = true;
	scan->is_empty = request == NULL;
	if (scan->is_empty ||
		(adp_shared_result_matches(&scan->reader, request->key) &&
		 adp_shared_result_rewind(&scan->reader)))
	{
		MemoryContextDelete(cxt);
		return;
	}
	scan->past = adp_scan_stats(scan);
	adp_shared_result_detach(&scan->reader);
	adp_shared_result_attach(node->ss.ps.state, request, cxt, scan->keeps_rows,
							 &scan->reader);
}

/*
 * Fetches the next row.  An asynchronous scan does not wait: without a row, it
 * returns an empty slot and is pending.
 */
TupleTableSlot *
adpipeIterateForeignScan(ForeignScanState *node)
{
	AdpScan *scan = node->fdw_state;
	TupleTableSlot *slot = node->ss.ss_ScanTupleSlot;

	if (!scan->is_started)
		start_scan(node);
	scan->is_pending = false;
	if (scan->is_empty)
		return ExecClearTuple(slot);
	scan->is_pending =
		adp_shared_result_next(&scan->reader, slot,
							   !node->ss.ps.async_capable) == ADP_READ_PENDING;
	return slot;
}

/*
 * Restarts the scan.  With new parameters the conditions are evaluated again.
 * If the request stays the same, the rows are read again from the store.
 */
void
adpipeReScanForeignScan(ForeignScanState *node)
{
	AdpScan *scan = node->fdw_state;

	if (!scan->is_started)
		return;
	scan->keeps_rows = true;
	if (node->ss.ps.chgParam == NULL &&
		(scan->is_empty || adp_shared_result_rewind(&scan->reader)))
		return;
	scan->is_started = false;
}

/*
 * Ends the scan.
 */
void
adpipeEndForeignScan(ForeignScanState *node)
{
	AdpScan *scan = node->fdw_state;

	if (scan == NULL)
		return;
	adp_grain_leave(node);
	adp_shared_result_detach(&scan->reader);
	adp_account_notice_leave(node->ss.ps.state);
}

/*
 * Adds up what the scan has cost.
 */
AdpStats
adp_scan_stats(const AdpScan *scan)
{
	AdpStats sum = scan->past;
	const AdpStats *now;

	if (scan->reader.result == NULL)
		return sum;
	now = adp_shared_result_stats(&scan->reader);
	sum.requests += now->requests;
	sum.pages += now->pages;
	sum.rows += now->rows;
	sum.kept += now->kept;
	sum.bytes += now->bytes;
	sum.retries += now->retries;
	sum.closed_accounts += now->closed_accounts;
	sum.wait_us += now->wait_us;
	sum.backoff_ms += now->backoff_ms;
	if (now->wait_reason != NULL)
		sum.wait_reason = MemoryContextStrdup(scan->cxt, now->wait_reason);
	return sum;
}
