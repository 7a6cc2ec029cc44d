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
	int slack;		/* days less than this apart may be out of order */
	bool needs_iso; /* monotone only while DateStyle is ISO */
} AdpMonotone;

/*
 * Whether an expression is the day (a column of type date), or a chain of
 * monotone functions of it whose other arguments can be evaluated when the scan
 * starts.  Only then is *result valid.
 */
extern bool adp_monotone_find(PlannerInfo *root, Index varno, AttrNumber day,
							  Node *expr, AdpMonotone *result);

#endif /* ADP_FDW_MONOTONE_H */
