/*
 * sums.h
 *	  Refuses sums of metrics that do not add up.
 */
#ifndef ADP_FDW_SUMS_H
#define ADP_FDW_SUMS_H

#include "nodes/pathnodes.h"

#include "fdw/kept.h"
#include "fdw/table.h"

/*
 * Throws if the query level adds up, or averages, a metric of the table over a
 * dimension over which the metric does not add up.  Call it while the table's
 * relation is planned.
 */
extern void adp_sums_check(PlannerInfo *root, const RelOptInfo *rel,
						   const AdpTable *table);

/* Whether a column is a metric that never adds up. */
extern bool adp_sums_never(const AdpTableColumn *column);

/*
 * Whether each group has one row, at most, with a value of each metric in an
 * aggregate that does not add up over the dimensions of the scan.  Uses all of
 * *groups but clauses and exprs.
 */
extern bool adp_sums_are_of_rows(AdpGroups *groups, const Aggref *aggref);

#endif /* ADP_FDW_SUMS_H */
