/*
 * expect.h
 *	  What a scan is expected to read: rows, pages, requests.
 *
 * One function computes it for all who ask: the planner's costs, EXPLAIN, and
 * the budget of a statement.  None of it sends anything.
 */
#ifndef ADP_FDW_EXPECT_H
#define ADP_FDW_EXPECT_H

#include "fdw/condition.h"

typedef struct AdpExpected
{
	/* What is certain. */
	int accounts;  /* -1: not known */
	bool is_known; /* accounts, how their days are split, answers per page */
	int64 least;   /* requests at least, for all accounts; -1: not known */

	/*
	 * What is likely.  More than one page per account and range of days is
	 * expected only once a scan of the table was seen.
	 */
	double rows;	 /* that the platform sends */
	double requests; /* all below: first pages, pages after them, jobs */
	double pages;
	double quota;	   /* units of the platform's quota */
	double rounds;	   /* requests that have to wait for each other */
	int64 throttle_ms; /* that an account's calls take by documented rates */
} AdpExpected;

/*
 * Estimates a read plan.  share is the part of the rows that conditions on fields,
 * which are sent, let pass.
 */
extern void adp_expect(const AdpTable *table, const AdpPushed *pushed,
					   double share, AdpExpected *expected);

/*
 * Remembers how many rows and pages a read plan brought from so many accounts,
 * once all have come.
 */
extern void adp_expect_learn(const AdpTable *table, const AdpReadPlan *plan,
							 int accounts, int64 rows, int64 pages);

#endif /* ADP_FDW_EXPECT_H */
