/*
 * monotone.h
 *	  Expressions that grow or shrink with the day.
 */
#ifndef ADP_FDW_MONOTONE_H
#define ADP_FDW_MONOTONE_H

#include "nodes/pathnodes.h"

/* How an expression follows the day. */
typedef struct AdpMonotone
{
	Node *expr;		/* the expression; a CaseTestExpr stands for the day */
	int direction;	/* 1: grows with the day or stays; -1: shrinks or stays */
	int slack;		/* days closer together than this may be out of order */
	bool needs_iso; /* valid only while DateStyle is ISO */
} AdpMonotone;

/*
 * Whether an expression is the day (a column of type date) or depends on it
 * through monotone functions.  All other arguments can be evaluated when the
 * scan starts.
 */
extern bool adp_monotone_find(PlannerInfo *root, Index varno, AttrNumber day,
							  Node *expr, AdpMonotone *result);

#endif /* ADP_FDW_MONOTONE_H */
