/*
 * day_use.h
 *	  Whether a statement looks at a table's days beyond showing them.
 */
#ifndef ADP_FDW_DAY_USE_H
#define ADP_FDW_DAY_USE_H

#include "nodes/pathnodes.h"

#include "fdw/table.h"

/*
 * Whether the day of a table, the relation of which is being planned, occurs in
 * an expression anywhere in the statement.  As a bare output column, and in
 * GROUP BY and ORDER BY, it does not count.
 */
extern bool adp_day_is_used(PlannerInfo *root, const RelOptInfo *rel,
							const AdpTable *table);

#endif /* ADP_FDW_DAY_USE_H */
