/*
 * sums.h
 *	  Refuses sums of metrics that do not add up.
 */
#ifndef ADP_FDW_SUMS_H
#define ADP_FDW_SUMS_H

#include "nodes/pathnodes.h"

#include "fdw/table.h"

/*
 * Throws if the query level adds up, or averages, a metric of the table over a
 * dimension over which the metric does not add up.  Call it while the table's
 * relation is planned.
 */
extern void adp_sums_check(PlannerInfo *root, const RelOptInfo *rel,
						   const AdpTable *table);

#endif /* ADP_FDW_SUMS_H */
