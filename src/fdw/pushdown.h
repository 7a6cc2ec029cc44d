/*
 * pushdown.h
 *	  Finds the conditions of a statement that can become part of a request.
 *
 * Nothing here removes a condition from the plan: each condition is also
 * checked locally.  So a pushed condition need only hold for every row that the
 * local check would keep.  Whether it is equivalent matters only to LIMIT.
 */
#ifndef ADP_FDW_PUSHDOWN_H
#define ADP_FDW_PUSHDOWN_H

#include "nodes/pathnodes.h"

#include "fdw/table.h"

/* The conditions found in a list of clauses. */
typedef struct AdpPushdown
{
	List *conditions; /* see condition.h */
	List *exprs;	  /* right-hand sides, by index */
	bool has_lower;	  /* the days are bounded as a scan needs it */
	bool is_whole;	  /* every clause became a condition in full */
} AdpPushdown;

/*
 * Finds the conditions that can be pushed in clauses (RestrictInfos or bare).
 * A right-hand side may be any expression without columns of the table,
 * volatile functions or subplans.  It is evaluated when the scan starts.
 * adpipe.pushdown is read at that time as well, so it also governs cached
 * plans.
 */
extern void adp_pushdown_find(PlannerInfo *root, Index varno,
							  const AdpTable *table, List *clauses,
							  AdpPushdown *result);

/* Whether one clause can be pushed, with columns of other tables as values. */
extern bool adp_pushdown_takes(PlannerInfo *root, Index varno,
							   const AdpTable *table, Node *clause);

/*
 * Whether an expression is the column attno, or follows the day if attno is the
 * day.  Such an expression can be one side of a pushed condition.
 */
extern bool adp_pushdown_is_side(PlannerInfo *root, Index varno,
								 const AdpTable *table, AttrNumber attno,
								 Node *expr);

#endif /* ADP_FDW_PUSHDOWN_H */
