/*
 * plan.c
 *	  Paths and plans of foreign scans.
 *
 * All clauses stay in the plan and are checked locally; see pushdown.h.
 * Besides the plain path there is one path per set of other tables whose
 * columns can bound the request, so that "JOIN days USING (date_day)" can query
 * day by day.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "catalog/pg_type_d.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
#include "optimizer/tlist.h"
#include "utils/typcache.h"

#include "base/compat.h"
#include "base/guc.h"
#include "fdw/coarse.h"
#include "fdw/day_use.h"
#include "fdw/plan.h"
#include "fdw/price.h"
#include "fdw/pushdown.h"
#include "fdw/sums.h"

/* Planning data of a relation. */
typedef struct PlanRel
{
	AdpTable *table;
	AdpPushdown pushdown; /* of the relation's own clauses */
	AdpPrice price;		  /* of the plain scan */
	bool day_is_used;	  /* by an expression anywhere in the statement */
	AdpCoarse coarse;	  /* valid if there is a coarse path */
} PlanRel;

/*
 * Estimates the relation's size.
 */
void
adpipeGetForeignRelSize(PlannerInfo *root, RelOptInfo *rel, Oid relid)
{
	PlanRel *known = palloc0(sizeof(PlanRel));

	known->table =
		adp_table_load(relid,
					   OidIsValid(rel->userid) ? rel->userid : GetUserId(),
					   false);
	adp_sums_check(root, rel, known->table);
	adp_pushdown_find(root, rel->relid, known->table, rel->baserestrictinfo,
					  &known->pushdown);
	known->day_is_used = adp_day_is_used(root, rel, known->table);
	rel->fdw_private = known;
	rel->tuples = adp_price_tuples(root, rel, known->table);
	set_baserel_size_estimates(root, rel);
	adp_price_scan(root, rel, known->table, rel->baserestrictinfo, NULL,
				   &known->price);
	rel->rows = known->price.rows;
}

/*
 * Whether a scan without a lower bound of the day fails.
 */
static bool
needs_lower(const PlanRel *known)
{
	if (known->table->day == NULL)
		return false;
	if (known->table->period == ADP_PERIOD_ALL)
		return true;
	switch (adp_option_unbounded(known->table->settings))
	{
		case ADP_UNBOUNDED_ERROR:
			return true;
		case ADP_UNBOUNDED_WINDOW:
			return known->day_is_used;
		case ADP_UNBOUNDED_ALLOW:
			return false;
	}
	return false;
}

/*
 * Adds one path.  A path that would fail because the day has no lower bound
 * costs as much as a disabled one.
 */
static void
add_scan_path(PlannerInfo *root, RelOptInfo *rel, Relids outer,
			  const AdpPrice *price, bool has_lower, List *private)
{
	int disabled = !has_lower && needs_lower(rel->fdw_private);

	add_path(rel,
			 (Path *) adp_create_foreignscan_path(root, rel, price->rows,
												  disabled, price->startup,
												  price->total, outer, private));
}

/*
 * For generate_implied_equalities_for_column(): whether a member of an
 * equivalence class is the wanted column, or follows it if it is the day.
 */
static bool
is_wanted_column(PlannerInfo *root, RelOptInfo *rel, EquivalenceClass *ec,
				 EquivalenceMember *em, void *arg)
{
	PlanRel *known = rel->fdw_private;

	return adp_pushdown_is_side(root, rel->relid, known->table,
								*(AttrNumber *) arg, (Node *) em->em_expr);
}

/*
 * Returns all join clauses that could bound a scan of the relation.
 */
static List *
join_clauses(PlannerInfo *root, RelOptInfo *rel, const AdpTable *table)
{
	List *clauses = NIL;
	ListCell *cell;

	foreach(cell, rel->joininfo)
	{
		if (join_clause_is_movable_to(lfirst(cell), rel))
			clauses = lappend(clauses, lfirst(cell));
	}
	if (!rel->has_eclass_joins)
		return clauses;
	for (int i = 0; i < table->ncolumns; i++)
	{
		AttrNumber attno = table->columns[i].attno;

		clauses =
			list_concat(clauses,
						generate_implied_equalities_for_column(root, rel,
															   is_wanted_column,
															   &attno,
															   rel->lateral_referencers));
	}
	return clauses;
}

/*
 * Adds a path parameterized by the clause's other relations, once per set.
 */
static List *
add_join_path(PlannerInfo *root, RelOptInfo *rel, RestrictInfo *clause,
			  List *seen)
{
	PlanRel *known = rel->fdw_private;
	Relids outer = bms_union(clause->clause_relids, rel->lateral_relids);
	ParamPathInfo *param;
	AdpPushdown pushdown;
	AdpPrice price;
	ListCell *cell;

	if (!adp_pushdown_takes(root, rel->relid, known->table, (Node *) clause))
		return seen;
	outer = bms_del_member(outer, rel->relid);
	if (bms_is_empty(outer))
		return seen;
	foreach(cell, seen)
	{
		if (bms_equal(lfirst(cell), outer))
			return seen;
	}
	param = get_baserel_parampathinfo(root, rel, outer);
	adp_pushdown_find(root, rel->relid, known->table, param->ppi_clauses,
					  &pushdown);
	adp_price_scan(root, rel, known->table,
				   list_concat_copy(param->ppi_clauses, rel->baserestrictinfo),
				   NULL, &price);
	price.rows = param->ppi_rows = Min(price.rows, rel->rows);
	add_scan_path(root, rel, param->ppi_req_outer, &price,
				  pushdown.has_lower || known->pushdown.has_lower, NIL);
	return lappend(seen, outer);
}

/*
 * Adds the path of the coarse scan, which is the plain one with fewer rows.
 * What it leaves out is in known->coarse; its private list is not empty.  Returns
 * false if there is no such path.
 */
static bool
add_coarse_path(PlannerInfo *root, RelOptInfo *rel)
{
	PlanRel *known = rel->fdw_private;
	AdpPrice price;

	if (!adp_coarse_find(root, rel, known->table, &known->coarse) ||
		(!adp_guc_pushdown && !known->coarse.counts_people))
		return false;
	adp_price_scan(root, rel, known->table, rel->baserestrictinfo,
				   &known->coarse, &price);
	/* what was seen of two grains at different times may contradict that */
	price.rows = Min(price.rows, rel->rows);
	price.total = Min(price.total, known->price.total);
	add_scan_path(root, rel, NULL, &price, known->pushdown.has_lower,
				  list_make1(makeInteger(true)));
	return true;
}

/*
 * Adds the paths.  Numbers of people that only the coarse scan has leave no
 * choice: execution decides whether it is coarse.
 */
void
adpipeGetForeignPaths(PlannerInfo *root, RelOptInfo *rel, Oid relid)
{
	PlanRel *known = rel->fdw_private;
	List *seen = NIL;
	ListCell *cell;

	/* the coarse path first: the plain one replaces it only if it is cheaper */
	if (add_coarse_path(root, rel) && known->coarse.counts_people)
		return;
	add_scan_path(root, rel, rel->lateral_relids, &known->price,
				  known->pushdown.has_lower, NIL);
	foreach(cell, join_clauses(root, rel, known->table))
		seen = add_join_path(root, rel, lfirst(cell), seen);
}

/*
 * Returns the constant LIMIT up to which rows are read, with OFFSET, or 0.  The
 * statement must read only this table, ungrouped.
 */
static int64
wanted_rows(PlannerInfo *root)
{
	Query *parse = root->parse;

	if (root->limit_tuples <= 0 || root->limit_tuples > PG_INT32_MAX ||
		parse->limitCount == NULL || !IsA(parse->limitCount, Const) ||
		(parse->limitOffset != NULL && !IsA(parse->limitOffset, Const)) ||
		parse->limitOption != LIMIT_OPTION_COUNT || parse->rowMarks != NIL ||
		bms_membership(root->all_baserels) != BMS_SINGLETON)
		return 0;
	return (int64) root->limit_tuples;
}

/*
 * Whether the level stops reading early, because of a LIMIT or as the argument of
 * EXISTS: it returns rows of this relation as they come.
 */
static bool
ends_early(PlannerInfo *root)
{
	Query *parse = root->parse;

	return root->tuple_fraction >= 1 && !parse->hasAggs &&
		!parse->hasWindowFuncs && parse->groupClause == NIL &&
		parse->groupingSets == NIL && parse->distinctClause == NIL &&
		parse->sortClause == NIL && parse->rowMarks == NIL &&
		bms_membership(root->all_baserels) == BMS_SINGLETON;
}

/*
 * Whether a type orders numbers by their values.
 */
static bool
is_number(Oid type)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case FLOAT4OID:
		case FLOAT8OID:
			return true;
		default:
			return false;
	}
}

/*
 * Returns the field by which the statement ranks rows, largest values first, if
 * the platform can return the first of them; NULL if it cannot.
 *
 * Proof obligations.  The local Sort and Limit stay.  So it is enough that each
 * request returns rows none of whose unsent siblings must come before them:
 *
 *	 order	A number here is the platform's, perhaps divided by a constant or
 *			rounded.  Both keep the order, but rounding makes ties; so a second
 *			key could order what the platform has ordered by hidden digits.  There
 *			must be one key.  Which of tied rows come is free in SQL as well.
 *	 NULL	A field that ranks is set in every row.  Where the platform puts rows
 *			without a value is not documented.  In descending order, such rows
 *			come first, and row_check.c refuses them, or they come last, where
 *			they belong, being 0 here.  In ascending order they could be cut
 *			off; so that is not sent.
 *	 limit	Each account, date range and part of a list has requests of its own
 *			with LIMIT; the first rows of all are among the first of each.
 *	 rows	No row is dropped here: see adp_table_keeps_rows() and what
 *			adpipeGetForeignPlan() and adp_scan_plan() require for any LIMIT.
 */
static const char *
ranked_by(PlannerInfo *root, RelOptInfo *rel, const AdpTable *table)
{
	SortGroupClause *key = linitial(root->parse->sortClause);
	Var *var = (Var *) get_sortgroupclause_expr(key, root->processed_tlist);
	const AdpTableColumn *column;

	if (list_length(root->parse->sortClause) != 1 || !IsA(var, Var) ||
		var->varno != rel->relid || var->varlevelsup != 0)
		return NULL;
	column = adp_table_column(table, var->varattno);
	if (column == NULL || column->field == NULL ||
		(column->field->flags & ADP_FIELD_RANKS) == 0 ||
		!is_number(column->type) ||
		lookup_type_cache(column->type, TYPECACHE_GT_OPR)->gt_opr != key->sortop)
		return NULL;
	return column->field_name;
}

/*
 * Whether the platform returns no row for the fields that is dropped locally,
 * and so would count towards a LIMIT.
 */
static bool
keeps_rows(const AdpTable *table, List *fields)
{
	ListCell *cell;

	foreach(cell, fields)
	{
		if (!adp_table_keeps_rows(table, strVal(lfirst(cell))))
			return false;
	}
	return true;
}

/*
 * Returns the private list of a scan; coarse is NULL for the plain one.
 */
static List *
make_private(const PlanRel *known, const AdpPushdown *pushdown, List *fields,
			 List *presence, int64 limit, const AdpCoarse *coarse)
{
	static const AdpCoarse plain = {NIL};

	if (coarse == NULL)
		coarse = &plain;
	return list_concat(list_make5(pushdown->conditions, fields, presence,
								  makeInteger((int) limit),
								  makeInteger(known->day_is_used)),
					   list_make3(coarse->dropped,
								  makeInteger(list_length(coarse->buckets)),
								  makeInteger(coarse->counts_people)));
}

/*
 * Returns the number of rows that each request may end at, and the field that
 * ranks them; 0 if all rows are needed.
 */
static int64
find_limit(PlannerInfo *root, RelOptInfo *rel, const AdpTable *table,
		   List *fields, const char **rank)
{
	int64 limit = wanted_rows(root);

	*rank = NULL;
	if (limit == 0 || !keeps_rows(table, fields))
		return 0;
	if (root->parse->sortClause == NIL)
		return limit;
	*rank = ranked_by(root, rel, table);
	return *rank != NULL ? limit : 0;
}

/*
 * Makes the plan of a path.
 */
ForeignScan *
adpipeGetForeignPlan(PlannerInfo *root, RelOptInfo *rel, Oid relid,
					 ForeignPath *path, List *tlist, List *clauses,
					 Plan *outer_plan)
{
	PlanRel *known = rel->fdw_private;
	Bitmapset *attrs_used = NULL;
	const AdpCoarse *coarse = path->fdw_private ? &known->coarse : NULL;
	AdpPushdown pushdown;
	List *fields;
	List *presence;
	List *checked = clauses;
	List *private;
	const char *rank = NULL;
	int64 limit = 0;

	if (coarse != NULL)
		checked = list_difference_ptr(clauses, coarse->day_clauses);
	checked = extract_actual_clauses(checked, false);
	clauses = extract_actual_clauses(clauses, false);
	pull_varattnos((Node *) rel->reltarget->exprs, rel->relid, &attrs_used);
	pull_varattnos((Node *) clauses, rel->relid, &attrs_used);
	adp_pushdown_find(root, rel->relid, known->table, clauses, &pushdown);
	fields = adp_table_fields(known->table, attrs_used);
	presence = adp_table_presence(known->table);
	if (pushdown.is_whole)
		limit = find_limit(root, rel, known->table, fields, &rank);
	if (coarse != NULL)
		pushdown.exprs = list_concat(pushdown.exprs, coarse->buckets);
	private = make_private(known, &pushdown, fields, presence, limit, coarse);
	private = lappend(private, makeInteger(ends_early(root)));
	private = lappend(private, rank ? makeString(pstrdup(rank)) : NULL);
	return make_foreignscan(tlist, checked, rel->relid, pushdown.exprs, private,
							NIL, NIL, outer_plan);
}
