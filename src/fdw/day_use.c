/*
 * day_use.c
 *	  Whether a statement uses a table's days for more than output.
 *
 * Under option unbounded 'window', a scan without a lower bound reads the last
 * days only.  If an expression of the statement uses the day, it may need other
 * days, so such a scan is an error.
 *
 * An expression may select days without giving the scan a bound: in a join, in
 * FILTER or CASE, or in a condition above a view, a CTE or a LIMIT.  So the
 * search covers the whole statement, from its outermost query on.  A column of
 * a subquery counts as the day if it shows the day.  The search runs while the
 * relation is planned.  At that time the enclosing queries still contain
 * everything that can refer to the relation: the planner replaces a sublink or
 * a CTE by its plan only after it has planned the contents.
 *
 * A use of the day in one scan of a table counts for all scans of the table in
 * the statement.  So the search may report a use that does no harm, but misses
 * none.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"

#include "base/compat.h"
#include "fdw/day_use.h"

/* A query and its enclosing queries. */
typedef struct Level
{
	const struct Level *upper;
	Query *query;
} Level;

/* Parameters and state of the search. */
typedef struct Search
{
	List *relids; /* the table and its parents */
	List *attnos; /* the day's column in each of them */
	const Level *level;
	bool in_aggregate; /* target entries are its arguments, not output */
} Search;

static bool output_is_day(const Search *search, const Level *upper,
						  Query *query, AttrNumber attno);
static bool uses_day(Node *node, void *context);

/*
 * Makes the level of a query, with Vars for grouping expressions replaced by
 * the expressions.
 */
static Level
make_level(const Level *upper, Query *query)
{
	Level level = {upper, query};

	if (adp_has_group_rte(query))
	{
		level.query = palloc(sizeof(Query));
		*level.query = *query;
		level.query->targetList =
			(List *) adp_flatten_groups(query, query->targetList);
		level.query->havingQual = adp_flatten_groups(query, query->havingQual);
	}
	return level;
}

/*
 * Returns the level that is levels up; NULL beyond the outermost.
 */
static const Level *
level_up(const Level *level, Index levels)
{
	while (levels-- > 0 && level != NULL)
		level = level->upper;
	return level;
}

/*
 * Returns the node below wrappers that do not change the value.
 */
static Node *
strip_wrappers(Node *node)
{
	for (;;)
	{
		if (node != NULL && IsA(node, RelabelType))
			node = (Node *) ((RelabelType *) node)->arg;
		else if (node != NULL && IsA(node, PlaceHolderVar))
			node = (Node *) ((PlaceHolderVar *) node)->phexpr;
		else
			return node;
	}
}

/*
 * Whether a relation's column is the day.  A whole-row reference contains it.
 */
static bool
relation_column_is_day(const Search *search, Oid relid, AttrNumber attno)
{
	for (int i = 0; i < list_length(search->relids); i++)
	{
		if (list_nth_oid(search->relids, i) == relid &&
			(attno == InvalidAttrNumber ||
			 attno == list_nth_int(search->attnos, i)))
			return true;
	}
	return false;
}

/*
 * Whether an expression of a level uses the day.
 */
static bool
expression_uses_day(const Search *search, const Level *level, Node *node)
{
	Search inner = *search;

	inner.level = level;
	return uses_day(node, &inner);
}

/*
 * Whether a column of a join is the day.  A column that USING merged may be an
 * expression, which contains both sides.
 */
static bool
join_column_is_day(const Search *search, const Level *level,
				   const RangeTblEntry *rte, AttrNumber attno)
{
	for (int i = 0; i < list_length(rte->joinaliasvars); i++)
	{
		if ((attno == InvalidAttrNumber || attno == i + 1) &&
			expression_uses_day(search, level, list_nth(rte->joinaliasvars, i)))
			return true;
	}
	return false;
}

/*
 * Whether a column of a CTE is the day.  When a recursive CTE refers to itself,
 * the other arm of its UNION decides.
 */
static bool
cte_column_is_day(const Search *search, const Level *level,
				  const RangeTblEntry *rte, AttrNumber attno)
{
	ListCell *cell;

	level = level_up(level, rte->ctelevelsup);
	if (level == NULL || rte->self_reference)
		return false;
	foreach(cell, level->query->cteList)
	{
		CommonTableExpr *cte = lfirst(cell);

		if (strcmp(cte->ctename, rte->ctename) == 0)
			return output_is_day(search, level, (Query *) cte->ctequery, attno);
	}
	return false;
}

/*
 * Whether a column of a range table entry is the day.
 */
static bool
column_is_day(const Search *search, const Level *level,
			  const RangeTblEntry *rte, AttrNumber attno)
{
	switch (rte->rtekind)
	{
		case RTE_RELATION:
			return relation_column_is_day(search, rte->relid, attno);
		case RTE_SUBQUERY:
			return output_is_day(search, level, rte->subquery, attno);
		case RTE_JOIN:
			return join_column_is_day(search, level, rte, attno);
		case RTE_CTE:
			return cte_column_is_day(search, level, rte, attno);
		default:
			return false; /* the search visits its expressions on its own */
	}
}

/*
 * Whether a Var is the day.
 */
static bool
var_is_day(const Search *search, const Level *level, const Var *var)
{
	level = level_up(level, var->varlevelsup);
	if (level == NULL || (int) var->varno < 1 ||
		(int) var->varno > list_length(level->query->rtable))
		return false;
	return column_is_day(search, level,
						 rt_fetch(var->varno, level->query->rtable),
						 var->varattno);
}

/*
 * Whether a bare expression of a level is the day.
 */
static bool
is_bare_day(const Search *search, const Level *level, Node *node)
{
	node = strip_wrappers(node);
	return node != NULL && IsA(node, Var) &&
		var_is_day(search, level, (Var *) node);
}

/*
 * Whether an output column of a query is the day; attno 0 means any column.  In
 * a set operation one arm is enough.
 */
static bool
output_is_day(const Search *search, const Level *upper, Query *query,
			  AttrNumber attno)
{
	Level level;
	ListCell *cell;

	check_stack_depth();
	/* each arm of a set operation is searched anew */
	CHECK_FOR_INTERRUPTS();
	if (query == NULL || !IsA(query, Query))
		return false;
	level = make_level(upper, query);
	if (query->setOperations != NULL)
	{
		foreach(cell, query->rtable)
		{
			RangeTblEntry *rte = lfirst(cell);

			if (rte->rtekind == RTE_SUBQUERY &&
				output_is_day(search, &level, rte->subquery, attno))
				return true;
		}
		return false;
	}
	foreach(cell,
			query->commandType == CMD_SELECT ? level.query->targetList
											 : query->returningList)
	{
		TargetEntry *entry = lfirst(cell);

		if (!entry->resjunk && (attno == 0 || entry->resno == attno) &&
			is_bare_day(search, &level, (Node *) entry->expr))
			return true;
	}
	return false;
}

/*
 * Whether a query's windows depend on the day.  For example, a condition on
 * row_number() over the day selects days.
 */
static bool
windows_use_day(const Search *search, const Level *level)
{
	ListCell *cell;

	foreach(cell, level->query->windowClause)
	{
		WindowClause *window = lfirst(cell);
		List *clauses =
			list_concat_copy(window->partitionClause, window->orderClause);
		ListCell *clause;

		foreach(clause, clauses)
		{
			if (is_bare_day(search, level,
							get_sortgroupclause_expr(lfirst(clause),
													 level->query->targetList)))
				return true;
		}
	}
	return false;
}

/*
 * Whether a tree of set operations contains INTERSECT or EXCEPT, which select
 * rows by their columns.
 */
static bool
compares_rows(Node *node)
{
	SetOperationStmt *op = (SetOperationStmt *) node;

	if (node == NULL || !IsA(node, SetOperationStmt))
		return false;
	return op->op != SETOP_UNION || compares_rows(op->larg) ||
		compares_rows(op->rarg);
}

/*
 * Whether a query uses the day.
 */
static bool
query_uses_day(const Search *search, Query *query)
{
	Level level = make_level(search->level, query);
	Search inner = *search;

	inner.level = &level;
	inner.in_aggregate = false;
	if (compares_rows(query->setOperations) &&
		output_is_day(search, search->level, query, 0))
		return true;
	return windows_use_day(search, &level) ||
		query_tree_walker(level.query, uses_day, &inner, ADP_QTW_AS_WRITTEN);
}

/*
 * Whether an aggregate uses the day.
 */
static bool
aggregate_uses_day(const Search *search, Node *node)
{
	Search inner = *search;

	inner.in_aggregate = true;
	return expression_tree_walker(node, uses_day, &inner);
}

/*
 * Whether a sublink returns the day to the expression that contains it.  EXISTS
 * returns only whether there are rows.
 */
static bool
sublink_shows_day(const Search *search, const SubLink *link)
{
	return link->subLinkType != EXISTS_SUBLINK &&
		output_is_day(search, search->level, (Query *) link->subselect, 0);
}

/*
 * For tree walkers: whether a node uses the day.
 */
static bool
uses_day(Node *node, void *context)
{
	const Search *search = context;

	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_Query:
			return query_uses_day(search, (Query *) node);
		case T_Var:
			return var_is_day(search, search->level, (Var *) node);
		case T_TargetEntry:
			if (!search->in_aggregate &&
				IsA(strip_wrappers((Node *) ((TargetEntry *) node)->expr), Var))
				return false; /* output, GROUP BY or ORDER BY */
			break;
		case T_Aggref:
			return aggregate_uses_day(search, node);
		case T_SubLink:
			if (sublink_shows_day(search, (SubLink *) node))
				return true;
			break;
		default:
			break;
	}
	return expression_tree_walker(node, uses_day, context);
}

/*
 * Adds the parents of an inheritance child for the column last added: the
 * statement contains the columns of a parent in place of the child's.
 */
static void
add_parents(PlannerInfo *root, Index varno, Search *search)
{
	AttrNumber attno = llast_int(search->attnos);

	while (root->append_rel_array != NULL &&
		   root->append_rel_array[varno] != NULL)
	{
		AppendRelInfo *info = root->append_rel_array[varno];
		AttrNumber found = InvalidAttrNumber;

		if (!OidIsValid(info->parent_reloid))
			return; /* UNION ALL: a subquery, which is searched */
		for (int i = 0; i < list_length(info->translated_vars); i++)
		{
			Var *var = list_nth(info->translated_vars, i);

			if (var != NULL && IsA(var, Var) && var->varattno == attno)
				found = i + 1;
		}
		if (found == InvalidAttrNumber)
			return;
		attno = found;
		varno = info->parent_relid;
		search->relids = lappend_oid(search->relids, info->parent_reloid);
		search->attnos = lappend_int(search->attnos, attno);
	}
}

/*
 * Adds a column of the table, and what parents have in its place.
 */
static void
add_column(PlannerInfo *root, Index varno, const AdpTable *table,
		   const AdpTableColumn *column, Search *search)
{
	if (column == NULL)
		return;
	search->relids = lappend_oid(search->relids, table->relid);
	search->attnos = lappend_int(search->attnos, column->attno);
	add_parents(root, varno, search);
}

/*
 * Whether an expression of the statement uses the day of a table, or an end of
 * its period.
 */
bool
adp_day_is_used(PlannerInfo *root, const RelOptInfo *rel, const AdpTable *table)
{
	Search search = {0};
	PlannerInfo *outermost = root;

	if (table->day == NULL)
		return false;
	add_column(root, rel->relid, table, table->day, &search);
	add_column(root, rel->relid, table, table->last_day, &search);
	while (outermost->parent_root != NULL)
		outermost = outermost->parent_root;
	return query_uses_day(&search, outermost->parse);
}
