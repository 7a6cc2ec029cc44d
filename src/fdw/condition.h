/*
 * condition.h
 *	  Conditions between planning and sending.
 *
 * Planning (pushdown.c) describes each condition that can be pushed as a list
 * of nodes that can be copied with the plan.  Execution supplies the values of
 * the right-hand sides and obtains days, accounts and conditions to send.
 *
 * A condition is either
 *	 (ADP_CONDITION_SET, attno, AdpOperator, expr, is_array), or
 *	 (ADP_CONDITION_DAY, tree, is_end),
 * where a tree is
 *	 (ADP_DAY_AND | ADP_DAY_OR, tree, ...), or
 *	 (ADP_DAY_LEAF, btree strategy, expr, type of the value, is_array, widens_by_day), or
 *	 (ADP_DAY_CURVE | ADP_DAY_WITHIN, what a leaf has, then what enum
 *	 AdpCurveMember lists): an expression of the day beside a value, or within a
 *	 range; the strategy is that of an expression that grows with the day.
 * is_end: the comparisons are of the last day of a period, else of the day.
 * All but the nested lists are Integer nodes; expr is an index into the
 * plan's expressions.
 */
#ifndef ADP_FDW_CONDITION_H
#define ADP_FDW_CONDITION_H

#include "nodes/execnodes.h"

#include "fdw/table.h"
#include "platform/reader/reader.h"

typedef enum AdpConditionKind
{
	ADP_CONDITION_SET,
	ADP_CONDITION_DAY
} AdpConditionKind;

typedef enum AdpDayKind
{
	ADP_DAY_AND,
	ADP_DAY_OR,
	ADP_DAY_LEAF,
	ADP_DAY_CURVE,
	ADP_DAY_WITHIN
} AdpDayKind;

enum AdpSetMember
{
	ADP_SET_KIND,
	ADP_SET_ATTNO,
	ADP_SET_OPERATOR,
	ADP_SET_EXPR,
	ADP_SET_IS_ARRAY
};

enum AdpDayMember
{
	ADP_DAY_KIND,
	ADP_DAY_TREE,
	ADP_DAY_IS_END
};

enum AdpLeafMember
{
	ADP_LEAF_KIND,
	ADP_LEAF_STRATEGY,
	ADP_LEAF_EXPR,
	ADP_LEAF_TYPE,
	ADP_LEAF_IS_ARRAY,
	ADP_LEAF_WIDENS_BY_DAY /* cross-type comparison: widen the range by a day */
};

enum AdpCurveMember
{
	ADP_CURVE_FOLLOWS =
		ADP_LEAF_WIDENS_BY_DAY + 1, /* expr that follows the day */
	ADP_CURVE_DIRECTION,			/* see monotone.h */
	ADP_CURVE_SLACK,
	ADP_CURVE_NEEDS_ISO,
	ADP_CURVE_COMPARE, /* comparison function, and its collation */
	ADP_CURVE_COLLATION
};

/* The value of a right-hand side, if known. */
typedef struct AdpValue
{
	Datum value;
	bool is_null;
	const char *placeholder; /* not NULL: known only at run time */
	bool is_constant;		 /* the same for the whole statement */
	ExprState *state;		 /* evaluates an expression that follows the day */
	ExprContext *econtext;	 /* whose case value is the day */
} AdpValue;

/* The result of applying conditions. */
typedef struct AdpPushed
{
	bool is_empty;			/* no row can satisfy the conditions */
	bool is_exact;			/* every condition is sent in full */
	AdpReadPlan *plan;		/* receives days, accounts, conditions */
	const char *since_name; /* placeholders of the days, for EXPLAIN */
	const char *until_name;
	bool has_one_account; /* at most; a value that is not known yet names it */
} AdpPushed;

/*
 * Converts conditions into days, accounts and conditions to send, in
 * CurrentMemoryContext.  Adds them to the plan of *pushed, which the caller has
 * initialized.
 */
extern void adp_condition_apply(const AdpTable *table, List *conditions,
								const AdpValue *values, AdpPushed *pushed);

#endif /* ADP_FDW_CONDITION_H */
