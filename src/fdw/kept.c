/*
 * kept.c
 *	  What the groups of a query level keep apart.
 *
 * A column is kept if each group has one value of it: it is grouped by, or by
 * an expression that has another value for each of its values, or it equals
 * such an expression by a join, or a condition picks one value.  An expression
 * of unknown effect keeps nothing.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/appendinfo.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/formatting.h"
#include "utils/lsyscache.h"

#include "base/words.h"
#include "fdw/day_range.h"
#include "fdw/kept.h"
#include "fdw/pushdown.h"

/* Units of date_trunc(), in lower case, that leave days apart. */
#define FINE_UNITS "days?|hours?|minutes?|seconds?|milliseconds?|microseconds?"

/* Formats of to_char(), in lower case, that leave days apart. */
#define DAY_FORMATS \
	".*yyyy.*(mm|mon).*dd.*|.*dd.*(mm|mon).*yyyy.*|.*mm.*dd.*yyyy.*|" \
	".*yyyy.*ddd.*"

/*
 * Returns the node below casts that do not change the value.
 */
Node *
adp_groups_strip(Node *node)
{
	while (node != NULL && IsA(node, RelabelType))
		node = (Node *) ((RelabelType *) node)->arg;
	return node;
}

/*
 * Whether a node is a column.
 */
static bool
is_column(const AdpGroups *groups, Node *node, const AdpTableColumn *column)
{
	Var *var = (Var *) adp_groups_strip(node);

	return var != NULL && IsA(var, Var) && var->varno == groups->rel->relid &&
		var->varlevelsup == 0 && var->varattno == column->attno;
}

/*
 * Whether a node is a text constant that matches a regular expression when it
 * is in lower case.
 */
static bool
is_text_like(Node *node, const char *pattern)
{
	Const *constant = (Const *) node;
	char *word;

	if (!IsA(node, Const) || constant->constisnull ||
		constant->consttype != TEXTOID)
		return false;
	word = TextDatumGetCString(constant->constvalue);
	return adp_words_match(asc_tolower(word, strlen(word)), pattern);
}

/*
 * Returns the argument of a function whose results differ where the argument
 * differs; NULL for other functions.
 */
static Node *
kept_argument(FuncExpr *func)
{
	switch (func->funcid)
	{
		case F_DATE_TRUNC_TEXT_TIMESTAMP:
		case F_DATE_TRUNC_TEXT_TIMESTAMPTZ:
		case F_DATE_TRUNC_TEXT_TIMESTAMPTZ_TEXT:
			return is_text_like(linitial(func->args), FINE_UNITS)
				? lsecond(func->args)
				: NULL;
		case F_TO_CHAR_TIMESTAMP_TEXT:
		case F_TO_CHAR_TIMESTAMPTZ_TEXT:
			return is_text_like(lsecond(func->args), DAY_FORMATS)
				? linitial(func->args)
				: NULL;
		case F_TIMEZONE_TEXT_TIMESTAMP:
		case F_TIMEZONE_TEXT_TIMESTAMPTZ:
			return lsecond(func->args);
		default:
			return func->funcformat != COERCE_EXPLICIT_CALL && func->args != NIL
				? linitial(func->args)
				: NULL;
	}
}

/*
 * Whether an operator's results differ where either argument alone differs.
 */
static bool
keeps_arguments(OpExpr *op)
{
	switch (get_opcode(op->opno))
	{
		case F_TEXTCAT:
		case F_TEXTANYCAT:
		case F_ANYTEXTCAT:
		case F_DATE_PLI:
		case F_DATE_MII:
			return true;
		default:
			return false;
	}
}

static bool keeps_column(const AdpGroups *groups, Node *node,
						 const AdpTableColumn *column);

/*
 * Whether any of several expressions keeps a column.
 */
static bool
any_keeps_column(const AdpGroups *groups, List *nodes,
				 const AdpTableColumn *column)
{
	ListCell *cell;

	foreach(cell, nodes)
	{
		if (keeps_column(groups, lfirst(cell), column))
			return true;
	}
	return false;
}

/*
 * Whether an expression has another value for each value of a column.
 */
static bool
keeps_column(const AdpGroups *groups, Node *node, const AdpTableColumn *column)
{
	node = adp_groups_strip(node);
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_Var:
			return is_column(groups, node, column);
		case T_FuncExpr:
			return keeps_column(groups, kept_argument((FuncExpr *) node),
								column);
		case T_CoerceViaIO:
			return keeps_column(groups, (Node *) ((CoerceViaIO *) node)->arg,
								column);
		case T_OpExpr:
			return keeps_arguments((OpExpr *) node) &&
				any_keeps_column(groups, ((OpExpr *) node)->args, column);
		case T_CoalesceExpr:
			return keeps_column(groups, linitial(((CoalesceExpr *) node)->args),
								column);
		case T_RowExpr:
			return any_keeps_column(groups, ((RowExpr *) node)->args, column);
		default:
			return false;
	}
}

/*
 * Returns an expression of the query level as the relation sees it: the query
 * refers to the parent of a partition, or to a UNION ALL.
 */
Node *
adp_groups_see(PlannerInfo *root, Index relid, Node *node)
{
	AppendRelInfo *info =
		root->append_rel_array ? root->append_rel_array[relid] : NULL;

	if (info == NULL)
		return node;
	node = adp_groups_see(root, info->parent_relid, node);
	return adjust_appendrel_attrs(root, node, 1, &info);
}

/*
 * Whether an expression equals, by a join, another one that keeps a column.
 */
static bool
equal_keeps_column(const AdpGroups *groups, Node *node,
				   const AdpTableColumn *column)
{
	ListCell *cell;
	ListCell *member;

	foreach(cell, groups->root->eq_classes)
	{
		EquivalenceClass *class = lfirst(cell);
		bool has_node = false;
		bool has_column = false;

		if (class->ec_has_volatile)
			continue;
		foreach(member, class->ec_members)
		{
			Node *expr =
				(Node *) ((EquivalenceMember *) lfirst(member))->em_expr;

			has_node |= equal(expr, node);
			has_column |= keeps_column(groups,
									   adp_groups_see(groups->root,
													  groups->rel->relid, expr),
									   column);
		}
		if (has_node && has_column)
			return true;
	}
	return false;
}

/*
 * Whether the query level groups by a column.
 */
static bool
is_grouped(const AdpGroups *groups, const AdpTableColumn *column)
{
	ListCell *cell;

	foreach(cell, groups->exprs)
	{
		Node *node = lfirst(cell);

		if (keeps_column(groups,
						 adp_groups_see(groups->root, groups->rel->relid, node),
						 column) ||
			equal_keeps_column(groups, node, column))
			return true;
	}
	return false;
}

/*
 * Whether a condition is that a column equals a value.
 */
static bool
is_equality(const AdpGroups *groups, Node *clause, const AdpTableColumn *column)
{
	OpExpr *op = (OpExpr *) clause;
	Node *left;
	Node *right;

	if (!IsA(clause, OpExpr) || list_length(op->args) != 2)
		return false;
	left = linitial(op->args);
	right = llast(op->args);
	if (!op_mergejoinable(op->opno, exprType(left)))
		return false;
	return (keeps_column(groups, left, column) && !contain_var_clause(right)) ||
		(keeps_column(groups, right, column) && !contain_var_clause(left));
}

/*
 * Returns the values of right-hand sides as the planner can estimate them.
 */
static AdpValue *
estimate_values(PlannerInfo *root, List *exprs)
{
	AdpValue *values = palloc0((list_length(exprs) + 1) * sizeof(AdpValue));

	for (int i = 0; i < list_length(exprs); i++)
	{
		Const *value =
			(Const *) estimate_expression_value(root, list_nth(exprs, i));

		if (!IsA(value, Const))
			values[i].placeholder = "";
		else
		{
			values[i].value = value->constvalue;
			values[i].is_null = value->constisnull;
		}
	}
	return values;
}

/*
 * Whether the conditions leave one day.
 */
static bool
leave_one_day(const AdpGroups *groups)
{
	AdpDayRange range = adp_all_days;
	AdpPushdown found;
	AdpValue *values;
	ListCell *cell;

	adp_pushdown_find(groups->root, groups->rel->relid, groups->table,
					  groups->clauses, &found);
	values = estimate_values(groups->root, found.exprs);
	foreach(cell, found.conditions)
	{
		List *condition = lfirst(cell);

		if (intVal(linitial(condition)) == ADP_CONDITION_DAY)
			range =
				adp_day_range_intersection(range,
										   adp_day_range_of(lsecond(condition),
															values));
	}
	return range.lo >= range.hi;
}

/*
 * Whether each group has one value of a column.
 */
bool
adp_groups_keep(const AdpGroups *groups, const AdpTableColumn *column)
{
	ListCell *cell;

	foreach(cell, groups->clauses)
	{
		if (is_equality(groups, lfirst(cell), column))
			return true;
	}
	if (column == groups->table->day && leave_one_day(groups))
		return true;
	return is_grouped(groups, column);
}

/*
 * Whether each group has one object of a kind, by its id or its name.
 */
bool
adp_groups_keep_entity(const AdpGroups *groups, const char *entity)
{
	for (int i = 0; i < groups->table->ncolumns; i++)
	{
		const AdpTableColumn *column = &groups->table->columns[i];

		if (column->field != NULL && column->field->entity != NULL &&
			strcmp(column->field->entity, entity) == 0 &&
			adp_groups_keep(groups, column))
			return true;
	}
	return false;
}
