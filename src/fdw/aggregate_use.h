/*
 * aggregate_use.h
 *	  What aggregates do with their arguments.
 */
#ifndef ADP_FDW_AGGREGATE_USE_H
#define ADP_FDW_AGGREGATE_USE_H

#include "nodes/nodes.h"

typedef enum AdpAggregateUse
{
	ADP_USE_OTHER,
	ADP_USE_SUM,   /* the server's exact sum() */
	ADP_USE_SUMS,  /* a KPI: adds up each of its numbers */
	ADP_USE_PEOPLE /* a KPI that accepts one number of people a group */
} AdpAggregateUse;

/* Returns what an aggregate of the server or of adpipe does. */
extern AdpAggregateUse adp_aggregate_use(Oid aggregate);

/*
 * Returns what an argument of an aggregate is below wrappers and casts to a
 * wider type of number.
 */
extern Node *adp_aggregate_argument(Node *node);

#endif /* ADP_FDW_AGGREGATE_USE_H */
