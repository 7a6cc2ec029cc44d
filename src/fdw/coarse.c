/*
 * coarse.c
 *	  Finds segments that a scan can leave out, so that fewer rows come.
 *
 * A report is already an aggregate.  "SELECT campaign_name, sum(clicks) ...
 * GROUP BY 1" needs no row per day: without the segment, the platform adds up
 * the days itself.  The executor's own aggregate stays above the scan and adds
 * up what is left.
 *
 * Why the result is the same.  Leaving out segments replaces each class of
 * rows that differ only in these segments by one row: its metrics are the sums
 * over the class, its other columns are those of the class.  So the result is
 * the same if the query level sees of a class nothing but these other columns
 * and sums.  For that, each of the following must hold:
 *
 *	 level	The level aggregates, or is DISTINCT, and returns no row of the
 *			relation as it is.  It has no row marks: EvalPlanQual would check a
 *			condition on the day against a row without a day.  It has no
 *			set-returning, window or volatile functions and no subplans, which
 *			could count rows.
 *	 aggregates
 *			Each adds up metrics of this relation only: sum() of a plain metric,
 *			or a KPI of plain metrics.  sum(2 * m) would be right as well, but
 *			sum(m * m), count(*) and avg(m) would not; only plain metrics are
 *			recognized.  Sums over another relation's columns would count the
 *			rows joined to them.  min(), max() and aggregates with DISTINCT ignore
 *			duplicates, so their arguments may be any columns but metrics.
 *	 metrics
 *			They occur nowhere else: not in WHERE, HAVING, FILTER, GROUP BY or a
 *			join.  They add up, and their column's type holds the sum without
 *			rounding.  The table's rows exist if some metric is not zero; values
 *			that can be negative could cancel and lose a group.
 *	 joins	Conditions of joins, inner or outer, use only columns that stay.  Then
 *			all rows of a class have the same partners, and the one row that
 *			replaces them has them too.  A class with partners has them on both
 *			grains, so an outer join adds the same rows of NULLs.
 *	 segments
 *			What is left out occurs nowhere in the level.  The day may occur in
 *			conditions of the relation that are a range: the range is sent exactly
 *			and the conditions need no check of rows.  The day is not left out
 *			if a condition pins it, since nothing would be gained.
 *
 * The values of a segment must divide what they split (ADP_FIELD_DIVIDES).
 * Many do not: a segment by keyword omits traffic without keywords.
 *
 * A day that the level uses can still be replaced by its month or week, if the
 * level sees no more of it; day_bucket.c has the proof.  Whether this can be done
 * is known when the scan starts.
 *
 * Numbers of people have no sums, but platforms count them at any grain.  An
 * aggregate that accepts one of them a group (adpipe.reach) counts as a sum if
 * each group is one row of the coarse scan: then the platform's own number for
 * that row is the number of the group.
 *
 * A member of a partitioned table or of UNION ALL is checked with the
 * expressions of its parent, translated to its own columns: the aggregate adds
 * up the rows of all members, each at its own grain.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/sysattr.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_type_d.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "fdw/aggregate_use.h"
#include "fdw/coarse.h"
#include "fdw/condition.h"
#include "fdw/day_bucket.h"
#include "fdw/kept.h"
#include "fdw/pushdown.h"
#include "fdw/sums.h"
#include "platform/row_reader.h"

/* Parameters and state of a search. */
typedef struct Search
{
	PlannerInfo *root;
	RelOptInfo *rel;
	const AdpTable *table;
	Bitmapset *above;	/* attributes that are needed above the scan */
	Bitmapset *checked; /* attributes in conditions of the scan */
	List *day_clauses;	/* conditions that are ranges of the day */
	List *clauses;		/* the others, bare */
	List *people;		/* Aggrefs of numbers of people */
	bool day_stays;
} Search;

/*
 * Whether the level shows no rows of its relations, only groups of them.
 */
static bool
is_level_of_groups(const PlannerInfo *root)
{
	Query *parse = root->parse;
	bool is_grouped =
		parse->hasAggs || parse->groupClause != NIL || parse->groupingSets;
	bool is_distinct = parse->distinctClause != NIL && !parse->hasDistinctOn;

	return parse->commandType == CMD_SELECT && (is_grouped || is_distinct) &&
		!parse->hasWindowFuncs && !parse->hasTargetSRFs &&
		parse->rowMarks == NIL && root->rowMarks == NIL;
}

/*
 * Whether an expression of the level could count rows by side effects.
 */
static bool
has_observer(const PlannerInfo *root)
{
	Query *parse = root->parse;

	return contain_volatile_functions((Node *) parse) ||
		contain_volatile_functions((Node *) root->processed_tlist) ||
		contain_subplans((Node *) root->processed_tlist) ||
		contain_subplans(parse->havingQual) ||
		contain_subplans((Node *) parse->jointree);
}

/*
 * Returns the column of a Var of the relation; NULL for other nodes.
 */
static const AdpTableColumn *
as_column(const Search *search, Node *node)
{
	Var *var = (Var *) node;

	if (!IsA(node, Var) || var->varno != search->rel->relid ||
		var->varlevelsup != 0)
		return NULL;
	return adp_table_column(search->table, var->varattno);
}

/*
 * For expression_tree_walker: whether a metric of the relation occurs.
 */
static bool
has_metric(Node *node, void *context)
{
	const AdpTableColumn *column;

	if (node == NULL)
		return false;
	column = as_column(context, node);
	if (column != NULL)
		return column->kind == ADP_KIND_METRIC;
	return expression_tree_walker(node, has_metric, context);
}

/*
 * Whether sums of the column's values are exact: it is additive, and its type
 * neither overflows nor rounds where the platform's own sum does not.
 */
static bool
adds_up(const AdpTableColumn *column)
{
	return column->field != NULL && column->kind == ADP_KIND_METRIC &&
		(column->field->flags & ADP_FIELD_ADDITIVE) == ADP_FIELD_ADDITIVE &&
		(column->type == INT8OID || column->type == FLOAT8OID ||
		 (column->type == NUMERICOID && column->typmod < 0));
}

/*
 * Whether an argument is a metric that adds up, or NULL in every row.  An
 * aggregate of people may also have a metric that never adds up.
 */
static bool
is_summand(const Search *search, Node *node, bool may_be_people)
{
	const AdpTableColumn *column;

	node = adp_aggregate_argument(node);
	if (IsA(node, Const))
		return ((Const *) node)->constisnull;
	column = as_column(search, node);
	return column != NULL &&
		(adds_up(column) || (may_be_people && adp_sums_never(column)));
}

/*
 * Whether an aggregate is min(), max() or another that a sort can replace.
 */
static bool
is_extreme(Oid aggregate)
{
	HeapTuple tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggregate));
	bool result = false;

	if (!HeapTupleIsValid(tuple))
		return false;
	result = OidIsValid(((Form_pg_aggregate) GETSTRUCT(tuple))->aggsortop);
	ReleaseSysCache(tuple);
	return result;
}

/*
 * Whether an aggregate gives the same over the coarse rows.
 */
static bool
is_indifferent(Search *search, Aggref *aggregate)
{
	AdpAggregateUse use;
	ListCell *cell;

	if (aggregate->agglevelsup != 0 || aggregate->aggkind != AGGKIND_NORMAL ||
		has_metric((Node *) aggregate->aggfilter, search))
		return false;
	if (aggregate->aggdistinct != NIL || is_extreme(aggregate->aggfnoid))
		return !has_metric((Node *) aggregate->args, search);
	use = adp_aggregate_use(aggregate->aggfnoid);
	if (aggregate->args == NIL || use == ADP_USE_OTHER)
		return false;
	if (use == ADP_USE_PEOPLE)
		search->people = lappend(search->people, aggregate);
	foreach(cell, aggregate->args)
	{
		Node *argument = (Node *) ((TargetEntry *) lfirst(cell))->expr;

		if (exprType(argument) == TEXTOID) /* the currency of a KPI */
		{
			if (has_metric(argument, search))
				return false;
		}
		else if (!is_summand(search, argument, use == ADP_USE_PEOPLE))
			return false;
	}
	return true;
}

/*
 * For expression_tree_walker: whether an expression above the scans sees more
 * of the relation than sums of its metrics.
 */
static bool
sees_rows(Node *node, void *context)
{
	const AdpTableColumn *column;

	if (node == NULL)
		return false;
	if (IsA(node, Aggref))
		return !is_indifferent(context, (Aggref *) node);
	column = as_column(context, node);
	if (column != NULL)
		return column->kind == ADP_KIND_METRIC;
	return expression_tree_walker(node, sees_rows, context);
}

/*
 * Returns an expression of the level with the relation's columns.
 */
static Node *
seen(const Search *search, Node *node)
{
	return adp_groups_see(search->root, search->rel->relid, node);
}

/*
 * Returns the outermost parent of the relation, or the relation itself.
 */
static RelOptInfo *
outermost(const Search *search)
{
	AppendRelInfo **infos = search->root->append_rel_array;
	Index relid = search->rel->relid;

	while (infos != NULL && infos[relid] != NULL)
		relid = infos[relid]->parent_relid;
	return find_base_rel(search->root, relid);
}

/*
 * For expression_tree_walker: whether the day of the relation occurs.
 */
static bool
has_day(Node *node, void *context)
{
	const Search *search = context;

	if (node == NULL)
		return false;
	if (as_column(search, node) != NULL)
		return as_column(search, node) == search->table->day;
	return expression_tree_walker(node, has_day, context);
}

/*
 * Whether a join uses what a walker looks for.  The planner records which columns
 * joins need for the outermost parent only.
 */
static bool
joins_use(Search *search, bool (*walker)(Node *, void *))
{
	RelOptInfo *rel = outermost(search);

	for (int i = rel->min_attr; i <= rel->max_attr; i++)
	{
		Relids needed = rel->attr_needed[i - rel->min_attr];
		Var *var;

		if (bms_is_empty(needed) ||
			(bms_membership(needed) == BMS_SINGLETON &&
			 bms_is_member(0, needed)))
			continue;
		if (i <= 0)
			return true;
		var =
			makeVar(rel->relid, (AttrNumber) i, InvalidOid, -1, InvalidOid, 0);
		if (walker(seen(search, (Node *) var), search))
			return true;
	}
	return false;
}

/*
 * Whether an expression above the scans sees more of the relation than sums of
 * its metrics.
 */
static bool
level_sees_rows(Search *search)
{
	PlannerInfo *root = search->root;

	return sees_rows(seen(search, (Node *) root->processed_tlist), search) ||
		sees_rows(seen(search, root->parse->havingQual), search) ||
		joins_use(search, has_metric);
}

/*
 * Whether a node of a condition on days is a range whose both ends follow from
 * the condition's values, other than one day.
 */
static bool
is_range(List *node)
{
	int strategy;

	switch ((AdpDayKind) intVal(linitial(node)))
	{
		case ADP_DAY_AND:
			for (int i = 1; i < list_length(node); i++)
			{
				if (!is_range(list_nth(node, i)))
					return false;
			}
			return true;
		case ADP_DAY_LEAF:
			strategy = intVal(list_nth(node, ADP_LEAF_STRATEGY));
			return strategy != BTEqualStrategyNumber &&
				intVal(list_nth(node, ADP_LEAF_IS_ARRAY)) == 0 &&
				intVal(list_nth(node, ADP_LEAF_WIDENS_BY_DAY)) == 0;
		default:
			return false;
	}
}

/*
 * Whether the range of days in the request replaces a condition.
 */
static bool
is_replaced(const Search *search, RestrictInfo *clause)
{
	AdpPushdown pushdown;
	List *condition;

	adp_pushdown_find(search->root, search->rel->relid, search->table,
					  list_make1(clause), &pushdown);
	if (!pushdown.is_whole || list_length(pushdown.conditions) != 1)
		return false;
	condition = linitial(pushdown.conditions);
	return intVal(linitial(condition)) == ADP_CONDITION_DAY &&
		is_range(lsecond(condition));
}

/*
 * Finds the columns that conditions of the relation use.
 */
static void
find_checked(Search *search)
{
	ListCell *cell;

	foreach(cell, search->rel->baserestrictinfo)
	{
		RestrictInfo *clause = lfirst(cell);

		if (is_replaced(search, clause))
			search->day_clauses = lappend(search->day_clauses, clause);
		else
			search->clauses = lappend(search->clauses, clause->clause);
	}
	pull_varattnos((Node *) search->clauses, search->rel->relid,
				   &search->checked);
}

/*
 * Whether an attribute is in a set, numbered as in pull_varattnos().
 */
static bool
holds(const Bitmapset *attrs, AttrNumber attno)
{
	return bms_is_member(attno - FirstLowInvalidHeapAttributeNumber, attrs);
}

/*
 * Whether a set holds a system column or the whole row.
 */
static bool
holds_system(const Bitmapset *attrs)
{
	int first = bms_next_member(attrs, -1);

	return first >= 0 && first <= -FirstLowInvalidHeapAttributeNumber;
}

/*
 * Whether a column is a date of the row's days that splits no rows by itself.
 */
static bool
is_other_date(const AdpTableColumn *column)
{
	return column->field != NULL && column->kind == ADP_KIND_ATTRIBUTE &&
		column->field->type == ADP_FIELD_DATE;
}

/*
 * Whether a column that the level uses is the same in all rows of a class, or a
 * metric that adds up.
 */
static bool
can_use(const Search *search, const AdpTableColumn *column)
{
	if (column->kind == ADP_KIND_METRIC)
		return (adds_up(column) || adp_sums_never(column)) &&
			!holds(search->checked, column->attno);
	if (column->kind == ADP_KIND_SEGMENT || column->split != NULL)
		return true; /* it stays */
	return column->field != NULL || search->table->platform->field_kind != NULL;
}

/*
 * Whether all columns that the level uses can be read from a coarse row.
 */
static bool
can_use_all(Search *search)
{
	const AdpTable *table = search->table;

	for (int i = 0; i < table->ncolumns; i++)
	{
		const AdpTableColumn *column = &table->columns[i];

		if (!holds(search->above, column->attno) &&
			!holds(search->checked, column->attno))
			continue;
		if (!can_use(search, column))
			return false;
		search->day_stays |= is_other_date(column);
	}
	return true;
}

/*
 * Whether sums of the metrics that decide which rows exist are zero only if
 * all of them are.
 */
static bool
presence_survives(const AdpTable *table)
{
	List *presence = adp_table_presence(table);
	ListCell *cell;

	for (int i = 0; i < table->ncolumns; i++)
	{
		const AdpTableColumn *column = &table->columns[i];

		if (column->kind == ADP_KIND_SEGMENT && column->field != NULL &&
			(column->field->flags & ADP_FIELD_SIGNED) != 0)
			return false;
	}
	foreach(cell, presence)
	{
		const AdpField *field =
			adp_platform_field(table->platform, strVal(lfirst(cell)));

		if (field == NULL ||
			(field->flags & ADP_FIELD_ADDITIVE) != ADP_FIELD_ADDITIVE ||
			(field->flags & ADP_FIELD_SIGNED) != 0)
			return false;
	}
	return presence != NIL || !table->platform->has_empty_rows;
}

/*
 * Whether the table's rows are parts of reports over any range of days.  Rows of
 * weeks and months are not.  Nor are rows made from lists of actions: a list is
 * missing where the days' ad sets count conversions differently.
 */
static bool
is_of_days(const AdpTable *table)
{
	const AdpSource *source = table->source;

	if (table->period != ADP_PERIOD_DAY || source->keys == NULL ||
		source->day_field != NULL || source->days_per_request > 0 ||
		source->rows_cap > 0)
		return false;
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (source->rows != NULL && source->rows->splits_rows != NULL &&
			source->rows->splits_rows(source, table->settings,
									  table->columns[i].field_name))
			return false;
	}
	return true;
}

/*
 * Whether something needs the split that a column shows.
 */
static bool
is_split_used(const Search *search, const char *split)
{
	const AdpTable *table = search->table;

	for (int i = 0; i < table->ncolumns; i++)
	{
		const AdpTableColumn *column = &table->columns[i];

		if (column->split != NULL && strcmp(column->split, split) == 0 &&
			(holds(search->above, column->attno) ||
			 holds(search->checked, column->attno)))
			return true;
	}
	return false;
}

/*
 * Whether a segment can be left out, considered alone.
 */
static bool
can_drop(const Search *search, const AdpTableColumn *column)
{
	if (!column->is_grain || column->field == NULL ||
		(column->field->flags & ADP_FIELD_DIVIDES) == 0 ||
		is_split_used(search, column->split))
		return false;
	return search->table->day == NULL ||
		strcmp(column->split, search->table->day->split) != 0 ||
		!search->day_stays;
}

/*
 * Whether a segment that stays needs the given one beside it.
 */
static bool
is_needed_beside(const Search *search, const AdpTableColumn *wanted)
{
	const AdpTable *table = search->table;

	for (int i = 0; i < table->ncolumns; i++)
	{
		const AdpTableColumn *column = &table->columns[i];

		if (column->field != NULL && column->field->beside != NULL &&
			strcmp(column->field->beside, wanted->field_name) == 0 &&
			!can_drop(search, column))
			return true;
	}
	return false;
}

/*
 * Finds the segments to leave out.
 */
static void
find_dropped(Search *search, AdpCoarse *coarse)
{
	const AdpTable *table = search->table;

	for (int i = 0; i < table->ncolumns; i++)
	{
		const AdpTableColumn *column = &table->columns[i];
		bool is_day = table->day != NULL && column->split != NULL &&
			strcmp(column->field_name, table->day->field_name) == 0;

		if (!can_drop(search, column) || is_needed_beside(search, column))
			continue;
		coarse->dropped =
			lappend(coarse->dropped, makeString(pstrdup(column->field_name)));
		if (is_day)
			coarse->day_clauses = search->day_clauses;
		coarse->drops_day |= is_day;
	}
}

/*
 * Whether a column splits the days in other ways than the day does, and is read.
 */
static bool
splits_days(const Search *search, const AdpTableColumn *column)
{
	return column->field != NULL && column != search->table->day &&
		(column->field->flags & ADP_FIELD_CALENDAR) != 0 &&
		(holds(search->above, column->attno) ||
		 holds(search->checked, column->attno));
}

/*
 * Whether the platform can split the table's days by week or month.
 */
static bool
has_buckets(const Search *search)
{
	const AdpTable *table = search->table;

	if (table->day == NULL || table->day->type != DATEOID ||
		table->platform->period_fields[ADP_PERIOD_MONTH] == NULL ||
		is_needed_beside(search, table->day))
		return false;
	for (int i = 0; i < table->ncolumns; i++)
	{
		if (splits_days(search, &table->columns[i]))
			return false;
	}
	return true;
}

/*
 * Returns the expressions of the day in a node, as the relation sees it.
 */
static List *
add_buckets(const Search *search, List *exprs, Node *node)
{
	return adp_day_bucket_collect(exprs, node, search->rel->relid,
								  search->table->day->attno);
}

/*
 * Finds the expressions of the day in the level, if the platform might be asked
 * for weeks or months in place of days.
 */
static void
find_buckets(Search *search, AdpCoarse *coarse)
{
	PlannerInfo *root = search->root;
	List *exprs = NIL;
	AdpPeriod guess;

	if (!has_buckets(search) || coarse->drops_day || joins_use(search, has_day))
		return;
	exprs = add_buckets(search, exprs,
						seen(search, (Node *) root->processed_tlist));
	exprs = add_buckets(search, exprs, seen(search, root->parse->havingQual));
	exprs = add_buckets(search, exprs, (Node *) search->clauses);
	guess = adp_day_bucket_guess(exprs);
	if (guess == ADP_PERIOD_DAY)
		return;
	coarse->buckets = exprs;
	coarse->day_clauses = search->day_clauses;
	coarse->bucket = guess;
}

/*
 * Whether each group is one row of the coarse scan, or one of each period.
 */
static bool
groups_are_rows(const Search *search, const AdpCoarse *coarse)
{
	AdpGroups groups = {search->root, search->rel, search->table};
	ListCell *cell;

	groups.left_out = list_copy(coarse->dropped);
	if (coarse->buckets != NIL)
		groups.left_out =
			lappend(groups.left_out,
					makeString(pstrdup(search->table->day->field_name)));
	foreach(cell, search->people)
	{
		if (!adp_sums_are_of_rows(&groups, lfirst(cell)))
			return false;
	}
	return true;
}

/*
 * Finds what can be left out.
 */
bool
adp_coarse_find(PlannerInfo *root, RelOptInfo *rel, const AdpTable *table,
				AdpCoarse *coarse)
{
	Search search = {root, rel, table};

	*coarse = (AdpCoarse){NIL};
	if (!table->has_segments || !bms_is_empty(rel->lateral_relids) ||
		!is_level_of_groups(root) || has_observer(root) || !is_of_days(table) ||
		!presence_survives(table))
		return false;
	pull_varattnos((Node *) rel->reltarget->exprs, rel->relid, &search.above);
	find_checked(&search);
	if (holds_system(search.above) || holds_system(search.checked) ||
		!can_use_all(&search) || level_sees_rows(&search))
		return false;
	find_dropped(&search, coarse);
	find_buckets(&search, coarse);
	coarse->counts_people = search.people != NIL;
	return (coarse->dropped != NIL || coarse->buckets != NIL) &&
		groups_are_rows(&search, coarse);
}
