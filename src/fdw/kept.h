/*
 * kept.h
 *	  What the groups of a query level keep apart.
 */
#ifndef ADP_FDW_KEPT_H
#define ADP_FDW_KEPT_H

#include "nodes/pathnodes.h"

#include "fdw/table.h"

/* The groups of a query level, and the rows of a table in them. */
typedef struct AdpGroups
{
	PlannerInfo *root;
	const RelOptInfo *rel; /* of the table */
	const AdpTable *table;
	List *clauses;	/* bare, as the relation sees them: hold for all rows */
	List *exprs;	/* as the query has them: equal for all rows of a group */
	List *left_out; /* Strings: fields that do not split the scan's rows */
} AdpGroups;

/* Whether each group has one value of a column. */
extern bool adp_groups_keep(const AdpGroups *groups,
							const AdpTableColumn *column);

/*
 * Whether each group has one object of a kind, by its id or its name; see
 * member entity of AdpField.
 */
extern bool adp_groups_keep_entity(const AdpGroups *groups, const char *entity);

/*
 * Returns an expression of the query level as the relation sees it: the query
 * may refer to the parent of a partition, or to a UNION ALL.
 */
extern Node *adp_groups_see(PlannerInfo *root, Index relid, Node *node);

/* Returns the node below casts that do not change the value. */
extern Node *adp_groups_strip(Node *node);

#endif /* ADP_FDW_KEPT_H */
