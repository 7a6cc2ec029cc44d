/*
 * pushdown.h
 *	  Which conditions of a statement can become part of a request.
 *
 * Nothing here removes a condition from the plan: every one is checked locally
 * as well.  So what is pushed need only hold for every row that the local check
 * would keep; whether it is also equivalent matters to LIMIT alone.
 */
#ifndef ADP_FDW_PUSHDOWN_H
#define ADP_FDW_PUSHDOWN_H

#include "nodes/pathnodes.h"

#include "fdw/table.h"

/* The conditions found in a list of clauses. */
typedef struct AdpPushdown
{
	List *conditions; /* as condition.h describes */
	List *exprs;	  /* right-hand sides, referred to by index */
	bool has_lower;	  /* the day has a lower bound */
	bool is_whole;	  /* every clause became a condition in full */
} AdpPushdown;

/*
 * Finds what can be pushed among clauses (RestrictInfos or bare).  A right-hand
 * side may be any expression without columns of the table, without volatile
 * functions and without subplans; it is evaluated when the scan starts, which
 * is also when adpipe.pushdown is looked at, so that it governs cached plans.
 */
extern void adp_pushdown_find(PlannerInfo *root, Index varno,
							  const AdpTable *table, List *clauses,
							  AdpPushdown *result);

/* Whether one clause can be pushed, with columns of other tables as values. */
extern bool adp_pushdown_takes(PlannerInfo *root, Index varno,
							   const AdpTable *table, Node *clause);

/*
 * Whether an expression is the column attno, or one that follows the day and
 * attno is the day: a side of a condition that could be pushed.
 */
extern bool adp_pushdown_is_side(PlannerInfo *root, Index varno,
								 const AdpTable *table, AttrNumber attno,
								 Node *expr);

#endif /* ADP_FDW_PUSHDOWN_H */
