/*
 * plan.h
 *	  Data that planning passes to execution.
 */
#ifndef ADP_FDW_PLAN_H
#define ADP_FDW_PLAN_H

#include "foreign/fdwapi.h"

/* Members of a ForeignScan's fdw_private. */
enum AdpPlanMember
{
	ADP_PLAN_CONDITIONS,	/* see condition.h; fdw_exprs belongs to it */
	ADP_PLAN_FIELDS,		/* Strings: platform fields to request */
	ADP_PLAN_PRESENCE,		/* Strings: those that decide which rows exist */
	ADP_PLAN_LIMIT,			/* Integer: most rows wanted; 0: no limit */
	ADP_PLAN_DAY_IS_USED,	/* Integer: an expression uses the day */
	ADP_PLAN_DROPPED,		/* Strings: fields that a coarse scan leaves out */
	ADP_PLAN_BUCKETS,		/* Integer: number of expressions at the end of
						   * fdw_exprs; if they allow it, a coarse scan
						   * requests weeks or months in place of days */
	ADP_PLAN_COUNTS_PEOPLE, /* Integer: only the coarse scan has the numbers */
	ADP_PLAN_WANTS_LESS,	/* Integer: the level stops reading early */
	ADP_PLAN_RANKED_BY		/* String: the limit is for its largest values; or
							 * NULL */
};

extern void adpipeGetForeignRelSize(PlannerInfo *root, RelOptInfo *rel,
									Oid relid);
extern void adpipeGetForeignPaths(PlannerInfo *root, RelOptInfo *rel, Oid relid);
extern ForeignScan *adpipeGetForeignPlan(PlannerInfo *root, RelOptInfo *rel,
										 Oid relid, ForeignPath *path,
										 List *tlist, List *clauses,
										 Plan *outer_plan);

#endif /* ADP_FDW_PLAN_H */
