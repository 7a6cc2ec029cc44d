/*
 * price.h
 *	  Rows and costs of the paths of a relation.
 */
#ifndef ADP_FDW_PRICE_H
#define ADP_FDW_PRICE_H

#include "nodes/pathnodes.h"

#include "fdw/coarse.h"

typedef struct AdpPrice
{
	double rows; /* that the scan returns */
	Cost startup;
	Cost total;
} AdpPrice;

/*
 * Returns the number of rows that a relation has in the days and accounts of its
 * own clauses.
 */
extern double adp_price_tuples(PlannerInfo *root, RelOptInfo *rel,
							   const AdpTable *table);

/*
 * Prices one execution of a scan with these RestrictInfos, those of the relation
 * and of a parameterization.  coarse is NULL for the plain scan.  rel->tuples must
 * be set.
 */
extern void adp_price_scan(PlannerInfo *root, RelOptInfo *rel,
						   const AdpTable *table, List *clauses,
						   const AdpCoarse *coarse, AdpPrice *price);

#endif /* ADP_FDW_PRICE_H */
