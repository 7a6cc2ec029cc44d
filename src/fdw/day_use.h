/*
 * day_use.h
 *	  Whether a statement uses a table's days for more than output.
 */
#ifndef ADP_FDW_DAY_USE_H
#define ADP_FDW_DAY_USE_H

#include "nodes/pathnodes.h"

#include "fdw/table.h"

/*
 * Whether an expression anywhere in the statement uses the day of a table,
 * while the table's relation is planned.  Bare output columns, GROUP BY and
 * ORDER BY do not count.
 */
extern bool adp_day_is_used(PlannerInfo *root, const RelOptInfo *rel,
							const AdpTable *table);

#endif /* ADP_FDW_DAY_USE_H */
