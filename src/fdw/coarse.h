/*
 * coarse.h
 *	  Finds segments that a scan can leave out, so that fewer rows come.
 */
#ifndef ADP_FDW_COARSE_H
#define ADP_FDW_COARSE_H

#include "nodes/pathnodes.h"

#include "fdw/table.h"

/* What a coarse scan of a relation leaves out. */
typedef struct AdpCoarse
{
	List *dropped;		/* Strings: fields that are not requested */
	bool drops_day;		/* the day is among them */
	List *buckets;		/* all that the level sees of the day, see day_bucket.h;
						 * NIL: the day stays as it is */
	AdpPeriod bucket;	/* expected in place of the day, if there are buckets */
	List *day_clauses;	/* RestrictInfos that the range of days replaces */
	bool counts_people; /* right at this grain only: see adpipe.reach */
} AdpCoarse;

/*
 * Whether the relation can be read at a coarser grain without a change of the
 * statement's result, and how.
 */
extern bool adp_coarse_find(PlannerInfo *root, RelOptInfo *rel,
							const AdpTable *table, AdpCoarse *coarse);

#endif /* ADP_FDW_COARSE_H */
