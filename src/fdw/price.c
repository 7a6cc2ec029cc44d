/*
 * price.c
 *	  Rows and costs of the paths of a relation.
 *
 * Days and accounts decide what is requested, and expect.c what comes.  The
 * selectivity of all other conditions is the planner's.  Time is nearly all
 * waiting for the platform: requests of several accounts overlap, those of one
 * account follow each other.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/restrictinfo.h"

#include "base/guc.h"
#include "fdw/expect.h"
#include "fdw/price.h"
#include "fdw/pushdown.h"
#include "fdw/scan.h"

/*
 * Cost of a request that has to be waited for: about 300 ms.  A sequential page
 * costs 1 and takes some 20 microseconds.
 */
#define ROUND_COST 15000.0

/* Cost of a request that others overlap: connections, and the quota. */
#define REQUEST_COST 1000.0

/* Cost of a row on the wire: some 400 bytes at 20 MB/s. */
#define ROW_COST 1.0

/* The conditions of a scan by what they do. */
typedef struct Parts
{
	List *sent;	 /* the platform leaves out rows */
	List *local; /* rows are left out here */
} Parts;

/*
 * For expression_tree_walker: whether there is something whose value planning
 * does not know.
 */
static bool
has_unknown(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Param) || IsA(node, Var) || IsA(node, PlaceHolderVar))
		return true;
	return expression_tree_walker(node, has_unknown, context);
}

/*
 * For expression_tree_walker: whether an expression follows the day.
 */
static bool
has_day(Node *node, void *context)
{
	if (node == NULL)
		return false;
	return IsA(node, CaseTestExpr) ||
		expression_tree_walker(node, has_day, context);
}

/*
 * Returns the values of right-hand sides, as far as planning knows them.
 * Expressions that follow the day are evaluated for one day after the other, so
 * they become states.
 */
static AdpValue *
known_values(PlannerInfo *root, List *exprs)
{
	AdpValue *values = palloc0(Max(list_length(exprs), 1) * sizeof(AdpValue));
	ExprContext *econtext = NULL;

	for (int i = 0; i < list_length(exprs); i++)
	{
		Node *expr = estimate_expression_value(root, list_nth(exprs, i));

		values[i].is_constant = true;
		if (IsA(expr, Const))
		{
			values[i].value = ((Const *) expr)->constvalue;
			values[i].is_null = ((Const *) expr)->constisnull;
		}
		else if (has_unknown(expr, NULL) || !has_day(expr, NULL))
			values[i].placeholder = psprintf("$%d", i);
		else
		{
			if (econtext == NULL)
				econtext = CreateStandaloneExprContext();
			values[i].state = ExecInitExpr((Expr *) expr, NULL);
			values[i].econtext = econtext;
		}
	}
	return values;
}

/*
 * Makes the read plan of a scan, as far as planning knows it.
 */
static void
plan_read(PlannerInfo *root, RelOptInfo *rel, const AdpTable *table,
		  List *clauses, const AdpCoarse *coarse, AdpReadPlan *plan,
		  AdpPushed *pushed)
{
	AdpPushdown pushdown;
	Bitmapset *used = NULL;
	AdpScan scan = {0};

	adp_pushdown_find(root, rel->relid, table, clauses, &pushdown);
	pull_varattnos((Node *) rel->reltarget->exprs, rel->relid, &used);
	pull_varattnos((Node *) extract_actual_clauses(clauses, false), rel->relid,
				   &used);
	scan.conditions = pushdown.conditions;
	scan.fields = adp_table_fields(table, used);
	if (coarse != NULL)
	{
		scan.is_coarse = true;
		scan.dropped = coarse->dropped;
		scan.bucket = coarse->bucket;
		scan.counts_people = coarse->counts_people;
	}
	scan.presence = adp_table_presence(table);
	adp_scan_plan(&scan, table, known_values(root, pushdown.exprs), plan,
				  pushed);
}

/*
 * Sorts clauses.  Those on days, accounts and the platform are in neither list:
 * they decide what is requested.
 */
static Parts
sort_clauses(PlannerInfo *root, RelOptInfo *rel, const AdpTable *table,
			 List *clauses)
{
	Parts parts = {NIL, NIL};
	ListCell *cell;

	foreach(cell, clauses)
	{
		AdpPushdown pushdown;
		List *condition;
		const AdpField *field;

		adp_pushdown_find(root, rel->relid, table, list_make1(lfirst(cell)),
						  &pushdown);
		if (pushdown.conditions == NIL)
		{
			parts.local = lappend(parts.local, lfirst(cell));
			continue;
		}
		condition = linitial(pushdown.conditions);
		if (intVal(linitial(condition)) == ADP_CONDITION_DAY)
			continue;
		field =
			adp_table_column(table, intVal(list_nth(condition, ADP_SET_ATTNO)))
				->field;
		if ((field->flags & (ADP_FIELD_ACCOUNT | ADP_FIELD_PLATFORM)) != 0)
			continue;
		if (adp_guc_pushdown)
			parts.sent = lappend(parts.sent, lfirst(cell));
		else
			parts.local = lappend(parts.local, lfirst(cell));
	}
	return parts;
}

/*
 * Counts the rows of the days and accounts.
 */
double
adp_price_tuples(PlannerInfo *root, RelOptInfo *rel, const AdpTable *table)
{
	AdpReadPlan plan;
	AdpPushed pushed;
	AdpExpected expected;

	plan_read(root, rel, table, rel->baserestrictinfo, NULL, &plan, &pushed);
	adp_expect(table, &pushed, 1, &expected);
	return clamp_row_est(expected.rows);
}

/*
 * Prices a scan.
 */
void
adp_price_scan(PlannerInfo *root, RelOptInfo *rel, const AdpTable *table,
			   List *clauses, const AdpCoarse *coarse, AdpPrice *price)
{
	Parts parts = sort_clauses(root, rel, table, clauses);
	AdpReadPlan plan;
	AdpPushed pushed;
	AdpExpected expected;
	Cost per_row = ROW_COST + cpu_tuple_cost + rel->baserestrictcost.per_tuple;
	double rounds_before;

	plan_read(root, rel, table, clauses, coarse, &plan, &pushed);
	adp_expect(table, &pushed,
			   clauselist_selectivity(root, parts.sent, rel->relid, JOIN_INNER,
									  NULL),
			   &expected);
	price->rows =
		clamp_row_est(expected.rows *
					  clauselist_selectivity(root, parts.local, rel->relid,
											 JOIN_INNER, NULL));
	rounds_before = Min(expected.rounds, 1);
	price->startup = ROUND_COST * rounds_before + rel->baserestrictcost.startup;
	price->total = price->startup +
		ROUND_COST * (expected.rounds - rounds_before) +
		REQUEST_COST * expected.requests + per_row * expected.rows;
}
