/*
 * pushdown.c
 *	  Finds the conditions of a statement that can become part of a request.
 *
 * Operators are recognized by their meaning, not by name: equality of text by
 * its function, comparison of days by its strategy in the server's operator
 * family of dates and timestamps.  condition.c explains why each kind may be
 * sent, next to its values.  monotone.c does so for expressions of the day.
 */
#include "postgres.h"

#include "access/nbtree.h"
#include "access/stratnum.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_operator_d.h"
#include "catalog/pg_type_d.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "fdw/asked_range.h"
#include "fdw/condition.h"
#include "fdw/day_range.h"
#include "fdw/monotone.h"
#include "fdw/pushdown.h"

/* Parameters and state of a search through clauses. */
typedef struct Search
{
	PlannerInfo *root;
	Index varno;
	const AdpTable *table;
	AdpPushdown *result;
	const AdpTableColumn *day; /* column whose bounds are searched; or NULL */
} Search;

static List *find_days(Search *search, Node *node);

/*
 * Returns the node below casts that do not change the value.
 */
static Node *
strip_relabel(Node *node)
{
	while (node != NULL && IsA(node, RelabelType))
		node = (Node *) ((RelabelType *) node)->arg;
	return node;
}

/*
 * Returns the table's column for a node; NULL for other nodes.
 */
static const AdpTableColumn *
as_column(const Search *search, Node *node)
{
	Var *var = (Var *) strip_relabel(node);

	if (var == NULL || !IsA(var, Var) || var->varno != search->varno ||
		var->varlevelsup != 0)
		return NULL;
	return adp_table_column(search->table, var->varattno);
}

/*
 * Whether an expression can be evaluated when the scan starts.
 */
static bool
is_value(const Search *search, Node *node)
{
	return !bms_is_member(search->varno, pull_varnos(search->root, node)) &&
		!contain_volatile_functions(node) && !contain_subplans(node);
}

/*
 * Adds a right-hand side and returns its index.
 */
static int
add_expr(Search *search, Node *node)
{
	search->result->exprs = lappend(search->result->exprs, node);
	return list_length(search->result->exprs) - 1;
}

/*
 * Whether a node is the day column, alone or cast to a timestamp.
 */
static bool
is_day(const Search *search, Node *node)
{
	const AdpTableColumn *column;

	node = strip_relabel(node);
	if (node != NULL && IsA(node, FuncExpr))
	{
		FuncExpr *func = (FuncExpr *) node;

		if (func->funcid != F_TIMESTAMP_DATE &&
			func->funcid != F_TIMESTAMPTZ_DATE)
			return false;
		node = linitial(func->args);
	}
	column = as_column(search, node);
	return column != NULL && column == search->day && column->type == DATEOID;
}

/*
 * Returns how an operator compares dates and timestamps; InvalidStrategy for
 * other operators.  One operator family contains all their comparisons,
 * including cross-type ones.
 */
static int
day_strategy(Oid opno)
{
	TypeCacheEntry *dates =
		lookup_type_cache(DATEOID, TYPECACHE_BTREE_OPFAMILY);

	return get_op_opfamily_strategy(opno, dates->btree_opf);
}

/*
 * Makes the leaf for a comparison of the day with a value; NULL for other types
 * of values.  A comparison of timestamp with timestamptz converts once more in
 * the session's time zone, which may move the value across midnight.  Such a
 * leaf widens the range by a day.
 */
static List *
make_leaf(Search *search, Node *day, Node *value, int strategy, bool is_array)
{
	Oid type = exprType(value);
	Oid day_type = exprType(day);
	bool widens_by_day;

	if (is_array)
		type = get_base_element_type(type);
	if (type != DATEOID && type != TIMESTAMPOID && type != TIMESTAMPTZOID)
		return NIL;
	widens_by_day = (day_type == TIMESTAMPOID && type == TIMESTAMPTZOID) ||
		(day_type == TIMESTAMPTZOID && type != TIMESTAMPTZOID);
	return lappend(list_make5(makeInteger(ADP_DAY_LEAF), makeInteger(strategy),
							  makeInteger(add_expr(search, value)),
							  makeInteger((int) type), makeInteger(is_array)),
				   makeInteger(widens_by_day));
}

/*
 * Finds a comparison of the day with a value.
 */
static List *
find_day_comparison(Search *search, OpExpr *op)
{
	Node *left = linitial(op->args);
	Node *right = llast(op->args);
	Oid opno = op->opno;
	int strategy;

	if (!is_day(search, left))
	{
		Node *swap = left;

		left = right;
		right = swap;
		opno = get_commutator(opno);
	}
	if (!OidIsValid(opno) || !is_day(search, left) || !is_value(search, right))
		return NIL;
	strategy = day_strategy(opno);
	if (strategy == InvalidStrategy)
		return NIL;
	return make_leaf(search, left, right, strategy, false);
}

/*
 * Whether an expression follows the day.
 */
static bool
follows_day(const Search *search, Node *node, AdpMonotone *curve)
{
	const AdpTableColumn *day = search->day;

	return day != NULL && day->type == DATEOID &&
		adp_monotone_find(search->root, search->varno, day->attno, node, curve);
}

/*
 * Makes the node for an expression of the day compared with a value, or in a
 * range.  Texts are compared only if equal texts have the same characters.
 */
static List *
make_curve(Search *search, AdpDayKind kind, const AdpMonotone *curve,
		   Node *value, int strategy, Oid type, bool is_array, Oid compare,
		   Oid collation)
{
	List *node;

	if (!is_value(search, value) ||
		(OidIsValid(collation) && !get_collation_isdeterministic(collation)))
		return NIL;
	if (curve->direction < 0 && strategy != BTEqualStrategyNumber)
		strategy = BTMaxStrategyNumber + 1 - strategy;
	node = list_make5(makeInteger(kind), makeInteger(strategy),
					  makeInteger(add_expr(search, value)),
					  makeInteger((int) type), makeInteger(is_array));
	node = lappend(node, makeInteger(false));
	node = lappend(node, makeInteger(add_expr(search, curve->expr)));
	node = lappend(node, makeInteger(curve->direction));
	node = lappend(node, makeInteger(curve->slack));
	node = lappend(node, makeInteger(curve->needs_iso));
	node = lappend(node, makeInteger((int) compare));
	return lappend(node, makeInteger((int) collation));
}

/*
 * Makes the node for an operator between an expression of the day, on the left,
 * and a value.  Returns NIL unless the operator belongs to the type's default
 * order.
 */
static List *
make_comparison(Search *search, Oid opno, Oid collation,
				const AdpMonotone *curve, Node *value, bool is_array)
{
	Oid left;
	Oid right;
	Oid family;
	Oid compare;
	int strategy;

	op_input_types(opno, &left, &right);
	family = lookup_type_cache(left, TYPECACHE_BTREE_OPFAMILY)->btree_opf;
	if (!OidIsValid(family))
		return NIL;
	strategy = get_op_opfamily_strategy(opno, family);
	compare = get_opfamily_proc(family, left, right, BTORDER_PROC);
	if (strategy == InvalidStrategy || !OidIsValid(compare) ||
		(is_array && strategy != BTEqualStrategyNumber))
		return NIL;
	return make_curve(search, ADP_DAY_CURVE, curve, value, strategy, right,
					  is_array, compare, collation);
}

/*
 * Finds a comparison of an expression of the day with a value.
 */
static List *
find_curve_comparison(Search *search, OpExpr *op)
{
	AdpMonotone curve;

	if (follows_day(search, linitial(op->args), &curve))
		return make_comparison(search, op->opno, op->inputcollid, &curve,
							   llast(op->args), false);
	if (OidIsValid(get_commutator(op->opno)) &&
		follows_day(search, llast(op->args), &curve))
		return make_comparison(search, get_commutator(op->opno),
							   op->inputcollid, &curve, linitial(op->args),
							   false);
	return NIL;
}

/*
 * Finds a range or multirange that contains an expression of the day.
 */
static List *
find_curve_within(Search *search, OpExpr *op)
{
	Node *ranges = linitial(op->args);
	Node *element = llast(op->args);
	AdpMonotone curve;

	switch (get_opcode(op->opno))
	{
		case F_RANGE_CONTAINS_ELEM:
		case F_MULTIRANGE_CONTAINS_ELEM:
			break;
		case F_ELEM_CONTAINED_BY_RANGE:
		case F_ELEM_CONTAINED_BY_MULTIRANGE:
			ranges = llast(op->args);
			element = linitial(op->args);
			break;
		default:
			return NIL;
	}
	if (!follows_day(search, element, &curve))
		return NIL;
	return make_curve(search, ADP_DAY_WITHIN, &curve, ranges,
					  BTEqualStrategyNumber, getBaseType(exprType(ranges)),
					  false, InvalidOid, InvalidOid);
}

/*
 * Returns the literal characters at the beginning of a pattern; NULL if the
 * pattern is not constant or begins with a wildcard.
 */
static char *
pattern_prefix(Node *node)
{
	Const *constant = (Const *) node;
	char *pattern;

	if (!IsA(node, Const) || constant->constisnull ||
		constant->consttype != TEXTOID)
		return NULL;
	pattern = TextDatumGetCString(constant->constvalue);
	pattern[strcspn(pattern, "%_\\")] = '\0';
	return pattern[0] == '\0' ? NULL : pattern;
}

/*
 * Finds "expression of the day LIKE 'prefix%'".  It compares the first
 * characters of the expression with the prefix.
 */
static List *
find_curve_like(Search *search, OpExpr *op)
{
	char *prefix;
	Node *start;
	AdpMonotone curve;

	if (get_opcode(op->opno) != F_TEXTLIKE)
		return NIL;
	prefix = pattern_prefix(llast(op->args));
	if (prefix == NULL)
		return NIL;
	start = (Node *)
		makeFuncExpr(F_LEFT, TEXTOID,
					 list_make2(linitial(op->args),
								makeConst(INT4OID, -1, InvalidOid, sizeof(int32),
										  Int32GetDatum(pg_mbstrlen(prefix)),
										  false, true)),
					 op->inputcollid, op->inputcollid, COERCE_EXPLICIT_CALL);
	if (!follows_day(search, start, &curve))
		return NIL;
	return make_comparison(search, TextEqualOperator, op->inputcollid, &curve,
						   (Node *) makeConst(TEXTOID, -1, op->inputcollid, -1,
											  CStringGetTextDatum(prefix),
											  false, false),
						   false);
}

/*
 * Finds an operator between the day, or an expression of it, and a value.
 */
static List *
find_day_operator(Search *search, OpExpr *op)
{
	List *found = NIL;

	if (list_length(op->args) != 2)
		return NIL;
	found = find_day_comparison(search, op);
	if (found == NIL)
		found = find_curve_comparison(search, op);
	if (found == NIL)
		found = find_curve_within(search, op);
	if (found == NIL)
		found = find_curve_like(search, op);
	return found;
}

/*
 * Finds "day = ANY (values)", also for an expression of the day.
 */
static List *
find_day_any(Search *search, ScalarArrayOpExpr *any)
{
	Node *left = linitial(any->args);
	Node *right = llast(any->args);
	AdpMonotone curve;

	if (!any->useOr)
		return NIL;
	if (is_day(search, left) && is_value(search, right) &&
		day_strategy(any->opno) == BTEqualStrategyNumber)
	{
		List *found =
			make_leaf(search, left, right, BTEqualStrategyNumber, true);

		if (found != NIL)
			return found;
	}
	if (!follows_day(search, left, &curve))
		return NIL;
	return make_comparison(search, any->opno, any->inputcollid, &curve, right,
						   true);
}

/*
 * Finds bounds of the day in AND and OR.  In an AND, any part that is
 * understood bounds the whole.  In an OR, every part must be understood.
 */
static List *
find_day_bool(Search *search, BoolExpr *expr)
{
	List *tree = list_make1(
		makeInteger(expr->boolop == AND_EXPR ? ADP_DAY_AND : ADP_DAY_OR));
	ListCell *cell;

	if (expr->boolop == NOT_EXPR)
		return NIL;
	foreach(cell, expr->args)
	{
		List *part = find_days(search, lfirst(cell));

		if (part != NIL)
			tree = lappend(tree, part);
		else if (expr->boolop == OR_EXPR)
			return NIL;
		else
			search->result->is_whole = false;
	}
	return list_length(tree) > 1 ? tree : NIL;
}

/*
 * Finds bounds of the day; NIL if there are no bounds.
 */
static List *
find_days(Search *search, Node *node)
{
	if (search->day == NULL || node == NULL)
		return NIL;
	switch (nodeTag(node))
	{
		case T_OpExpr:
			return find_day_operator(search, (OpExpr *) node);
		case T_ScalarArrayOpExpr:
			return find_day_any(search, (ScalarArrayOpExpr *) node);
		case T_BoolExpr:
			return find_day_bool(search, (BoolExpr *) node);
		case T_RestrictInfo:
			return find_days(search, (Node *) ((RestrictInfo *) node)->clause);
		default:
			return NIL;
	}
}

/*
 * Whether the platform can compare a column with a set of values.
 */
static bool
takes_set(const AdpTable *table, const AdpTableColumn *column, AdpOperator op)
{
	const AdpPlatform *platform = table->platform;
	Oid base;

	if (column == NULL || column->field == NULL)
		return false;
	base = getBaseType(column->type);
	if (base != TEXTOID && base != VARCHAROID)
		return false;
	if (column->field->flags & ADP_FIELD_KNOWN)
		return (column->field->flags & ADP_FIELD_OF_SETTINGS) == 0;
	if (platform->values_max == NULL ||
		platform->values_max(table->source, column->field) == 0)
		return false;
	switch (column->field->type)
	{
		case ADP_FIELD_ID:
		case ADP_FIELD_ENUM:
			return true;
		case ADP_FIELD_TEXT:
			return op == ADP_OP_IN;
		default:
			return false;
	}
}

/*
 * Makes the condition for a column and a value; NIL if it cannot be sent.
 */
static List *
make_set(Search *search, Node *left, Node *right, Oid function, Oid collation,
		 bool is_array, bool is_any)
{
	const AdpTableColumn *column = as_column(search, left);
	AdpOperator op = function == F_TEXTEQ ? ADP_OP_IN : ADP_OP_NOT_IN;

	if (function != F_TEXTEQ && function != F_TEXTNE)
		return NIL;
	if (is_array && is_any != (op == ADP_OP_IN))
		return NIL; /* = ALL and <> ANY have other meanings */
	if (!OidIsValid(collation) || !get_collation_isdeterministic(collation))
		return NIL;
	if (!takes_set(search->table, column, op) || !is_value(search, right))
		return NIL;
	return list_make5(makeInteger(ADP_CONDITION_SET),
					  makeInteger(column->attno), makeInteger(op),
					  makeInteger(add_expr(search, right)),
					  makeInteger(is_array));
}

/*
 * Finds a comparison of a column with one value or a list; NIL otherwise.
 */
static List *
find_set(Search *search, Node *node)
{
	if (IsA(node, OpExpr))
	{
		OpExpr *op = (OpExpr *) node;
		Node *left = linitial(op->args);
		Node *right = llast(op->args);

		if (list_length(op->args) != 2)
			return NIL;
		if (as_column(search, left) == NULL)
		{
			Node *swap = left;

			left = right;
			right = swap;
		}
		return make_set(search, left, right, get_opcode(op->opno),
						op->inputcollid, false, true);
	}
	if (IsA(node, ScalarArrayOpExpr))
	{
		ScalarArrayOpExpr *any = (ScalarArrayOpExpr *) node;

		return make_set(search, linitial(any->args), llast(any->args),
						get_opcode(any->opno), any->inputcollid, true,
						any->useOr);
	}
	return NIL;
}

/*
 * Finds bounds of a column with days in one clause; false if there are none.
 */
static bool
find_bounds(Search *search, Node *clause, const AdpTableColumn *day)
{
	AdpPushdown *result = search->result;
	List *found;

	search->day = day;
	found = find_days(search, clause);
	if (found == NIL)
		return false;
	result->conditions =
		lappend(result->conditions,
				list_make3(makeInteger(ADP_CONDITION_DAY), found,
						   makeInteger(day == search->table->last_day)));
	result->has_lower |= adp_day_range_has_lower(found);
	return true;
}

/*
 * Finds the conditions in one clause; false if there are none.
 */
static bool
find_in_clause(Search *search, Node *clause)
{
	AdpPushdown *result = search->result;
	const AdpTable *table = search->table;
	bool has_bounds;
	List *found;

	if (IsA(clause, RestrictInfo))
		clause = (Node *) ((RestrictInfo *) clause)->clause;
	has_bounds = find_bounds(search, clause, table->day);
	has_bounds |= find_bounds(search, clause, table->last_day);
	if (has_bounds)
		return true;
	found = find_set(search, clause);
	if (found == NIL)
		return false;
	result->conditions = lappend(result->conditions, found);
	return true;
}

/*
 * Finds the conditions in a list of clauses.
 */
void
adp_pushdown_find(PlannerInfo *root, Index varno, const AdpTable *table,
				  List *clauses, AdpPushdown *result)
{
	Search search = {root, varno, table, result, NULL};
	ListCell *cell;

	MemSet(result, 0, sizeof(AdpPushdown));
	result->is_whole = true;
	foreach(cell, clauses)
	{
		if (!find_in_clause(&search, lfirst(cell)))
			result->is_whole = false;
	}
	if (table->period == ADP_PERIOD_ALL)
		result->has_lower = adp_asked_range_is_given(result->conditions);
}

/*
 * Whether an expression is a column, or follows the day.
 */
bool
adp_pushdown_is_side(PlannerInfo *root, Index varno, const AdpTable *table,
					 AttrNumber attno, Node *expr)
{
	Search search = {root, varno, table, NULL, table->day};
	const AdpTableColumn *column = as_column(&search, expr);
	AdpMonotone curve;

	if (column != NULL)
		return column->attno == attno;
	return table->day != NULL && table->day->attno == attno &&
		follows_day(&search, expr, &curve);
}

/*
 * Whether one clause can be pushed.
 */
bool
adp_pushdown_takes(PlannerInfo *root, Index varno, const AdpTable *table,
				   Node *clause)
{
	AdpPushdown result;

	adp_pushdown_find(root, varno, table, list_make1(clause), &result);
	return result.conditions != NIL;
}
