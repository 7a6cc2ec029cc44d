/*
 * task_sums.h
 *	  What a task's rows add up to, compared with the account.
 *
 * A file does not say how many rows it has, and the documentation does not say
 * whether a task leaves out deleted ads.  The report of the account counts
 * everything.  So all metrics that add up must have the same sums in both, of
 * each day if rows have one.
 *
 * Sums of counts are equal.  Amounts may be rounded in each row and in the
 * account's, so their sums may differ by half of the last digit for each number.
 */
#ifndef ADP_PLATFORM_TIKTOK_ADS_TASK_SUMS_H
#define ADP_PLATFORM_TIKTOK_ADS_TASK_SUMS_H

#include "base/rows.h"
#include "platform/api/api_types.h"
#include "platform/days.h"

/* The sum of a metric, exact. */
typedef struct AdpTiktokSum
{
	int64 value;   /* in units of the smallest decimal */
	int64 n;	   /* numbers that were added */
	int ndecimals; /* digits after the point that any of them uses */
} AdpTiktokSum;

typedef struct AdpTiktokSums
{
	AdpDateRange days;
	bool by_day;
	const char *metrics; /* comma-separated: those that add up */
	int nmetrics;
	AdpTiktokSum *sums; /* by day and metric */
} AdpTiktokSums;

/* Allocate sums of zero, of a query or like others, in CurrentMemoryContext. */
extern AdpTiktokSums *adp_tiktok_sums_create(const AdpQuery *query);

extern AdpTiktokSums *adp_tiktok_sums_create_like(const AdpTiktokSums *other);

/*
 * Returns the sums of a row's day, one for each metric; NULL for another day.  day
 * is the cell, ignored unless rows have a day.
 */
extern AdpTiktokSum *adp_tiktok_sums_day(const AdpTiktokSums *sums,
										 const AdpCell *day);

/*
 * Adds a number.  Returns false if the cell holds none with at most four
 * decimals, or the sum is too large.
 */
extern bool adp_tiktok_sums_add(AdpTiktokSum *sum, const AdpCell *cell);

/* Writes the request for the account's own rows of these days. */
extern void adp_tiktok_sums_ask(const AdpTiktokSums *sums,
								const AdpPageAsk *ask, AdpApiRequest *request);

/*
 * Reads the answer into *account, sums of zero.  Returns false, with *error, if
 * it is not whole.
 */
extern bool adp_tiktok_sums_read(AdpTiktokSums *account, const AdpPageAsk *ask,
								 const AdpJson *doc, AdpError *error);

/* Returns the first difference as a sentence; NULL: there is none. */
extern char *adp_tiktok_sums_differ(const AdpTiktokSums *rows,
									const AdpTiktokSums *account);

#endif /* ADP_PLATFORM_TIKTOK_ADS_TASK_SUMS_H */
