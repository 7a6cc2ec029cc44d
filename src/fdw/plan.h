/*
 * plan.h
 *	  What planning hands to execution.
 */
#ifndef ADP_FDW_PLAN_H
#define ADP_FDW_PLAN_H

#include "foreign/fdwapi.h"

/* Members of a ForeignScan's fdw_private. */
enum AdpPlanMember
{
	ADP_PLAN_CONDITIONS, /* as condition.h describes; fdw_exprs goes with it */
	ADP_PLAN_FIELDS,	 /* Strings: platform fields to ask for */
	ADP_PLAN_PRESENCE,	 /* Strings: those that decide which rows exist */
	ADP_PLAN_LIMIT,		 /* Integer: rows wanted at most; 0: no bound */
	ADP_PLAN_DAY_IS_USED /* Integer: the statement has conditions on the day */
};

extern void adpipeGetForeignRelSize(PlannerInfo *root, RelOptInfo *rel,
									Oid relid);
extern void adpipeGetForeignPaths(PlannerInfo *root, RelOptInfo *rel, Oid relid);
extern ForeignScan *adpipeGetForeignPlan(PlannerInfo *root, RelOptInfo *rel,
										 Oid relid, ForeignPath *path,
										 List *tlist, List *clauses,
										 Plan *outer_plan);

#endif /* ADP_FDW_PLAN_H */
