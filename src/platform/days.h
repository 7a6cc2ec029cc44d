/*
 * days.h
 *	  The days that a scan wants, and what becomes of them for an account.
 */
#ifndef ADP_PLATFORM_DAYS_H
#define ADP_PLATFORM_DAYS_H

#include "utils/date.h"

#include "platform/platform.h"

/* The days a scan wants; evaluated, inclusive. */
typedef struct AdpDays
{
	bool has_day;  /* false: the table has no day */
	DateADT since; /* DATEVAL_NOBEGIN: no lower bound */
	DateADT until; /* DATEVAL_NOEND: no upper bound */
	AdpUnbounded unbounded;
	int window_days;
} AdpDays;

/* A range of days, both ends included. */
typedef struct AdpDateRange
{
	DateADT since;
	DateADT until;
} AdpDateRange;

/*
 * Throws if the days surely begin before the source's reach.  The reach in
 * months is counted from the earliest day that could be today anywhere; what
 * remains is left to the platform's own refusal.
 */
extern void adp_days_check(const AdpPlatform *platform, const char *source,
						   const AdpDays *days);

/*
 * Whether the days end with the account's own today: no upper bound, or one that
 * has come nowhere yet.
 */
extern bool adp_days_end_today(const AdpDays *days);

/* Whether the account's own day must be known to settle the days. */
extern bool adp_days_need_today(const AdpPlatform *platform, const char *source,
								const AdpDays *days);

/*
 * Settles the days for one account; false if none are left.  Throws for days
 * beyond a reach that is counted in days: there the platform answers with
 * silence instead of a refusal.
 */
extern bool adp_days_settle(const AdpPlatform *platform, const char *source,
							const AdpDays *days, const AdpAccount *account,
							AdpDateRange *span);

/*
 * The day so many months before the earliest one that it could be anywhere now,
 * as ISO text.
 */
extern char *adp_days_months_ago(int months);

/*
 * The first day that is wanted, as ISO text; empty for all that there are.  Of
 * a window it is the first day that it can begin on anywhere.
 */
extern char *adp_days_first(const AdpDays *days);

/* A date as ISO text, whatever DateStyle says. */
extern char *adp_days_iso(DateADT date);

#endif /* ADP_PLATFORM_DAYS_H */
