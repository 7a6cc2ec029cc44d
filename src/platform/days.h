/*
 * days.h
 *	  The days that a scan requests, and their date range for an account.
 */
#ifndef ADP_PLATFORM_DAYS_H
#define ADP_PLATFORM_DAYS_H

#include "utils/date.h"

#include "platform/platform.h"

/* The days that a scan requests; evaluated, inclusive. */
typedef struct AdpDays
{
	bool has_day;  /* false: the table has no day */
	DateADT since; /* DATEVAL_NOBEGIN: no lower bound */
	DateADT until; /* DATEVAL_NOEND: no upper bound */
	AdpUnbounded unbounded;
	int window_days;

	/*
	 * A week or a month: since is the first day of one, until the last day.
	 */
	AdpPeriod period;
} AdpDays;

/* A range of days, both ends included. */
typedef struct AdpDateRange
{
	DateADT since;
	DateADT until;
} AdpDateRange;

/*
 * Throws if the days certainly begin before the source's reach.  A reach in
 * months counts from the earliest day that is today in any time zone; the
 * platform itself refuses the rest.
 */
extern void adp_days_check(const AdpPlatform *platform, const AdpSource *source,
						   const AdpDays *days);

/*
 * Whether the days end with what the account's own today allows: today itself,
 * or the last week or month that is over.
 */
extern bool adp_days_end_with_account(const AdpDays *days);

/* Whether adp_days_settle() needs the account's own today. */
extern bool adp_days_need_today(const AdpSource *source, const AdpDays *days);

/*
 * Computes the date range for one account.  Returns false if it is empty.
 * Throws for days before a reach in days: for these the platform returns no
 * rows instead of an error.
 */
extern bool adp_days_settle(const AdpPlatform *platform,
							const AdpSource *source, const AdpDays *days,
							const AdpAccount *account, AdpDateRange *range);

/* Returns the last day that is today in any time zone. */
extern DateADT adp_days_latest_today(void);

/*
 * Returns about which days an account is requested for, for estimates: today is
 * that of UTC, and without a reach or a window a missing lower bound means
 * ADP_DAYS_ASSUMED.
 */
extern AdpDateRange adp_days_expect(const AdpSource *source,
									const AdpDays *days);

/* Days of a range that is not known yet. */
#define ADP_DAYS_ASSUMED 30

/*
 * Returns the day so many months before the earliest day that is today in any
 * time zone.
 */
extern DateADT adp_days_months_ago(int months);

/*
 * Returns the first requested day as ISO text; empty if there is no lower
 * bound.  For a window it is the earliest first day in any time zone.
 */
extern char *adp_days_first(const AdpDays *days);

/* Returns a date as ISO text, whatever DateStyle is. */
extern char *adp_days_iso(DateADT date);

#endif /* ADP_PLATFORM_DAYS_H */
