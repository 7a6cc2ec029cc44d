/*
 * date_ranges.h
 *	  Date ranges that are still to be requested.
 *
 * Ranges are requested one after the other, the earliest first: one if the
 * platform accepts any range, several if it does not, and two in place of one
 * that is too large for the platform.
 */
#ifndef ADP_PLATFORM_READER_DATE_RANGES_H
#define ADP_PLATFORM_READER_DATE_RANGES_H

#include "platform/days.h"

/* All zero: empty. */
typedef struct AdpDateRanges
{
	int count;
	int capacity;
	AdpDateRange *items; /* the last one is the current one */
} AdpDateRanges;

/*
 * Adds days, in ranges of at most so many; 0: in one range.  The earliest of
 * them becomes the current range.  Lives in CurrentMemoryContext.
 */
extern void adp_date_ranges_add(AdpDateRanges *ranges, AdpDateRange days,
								int most);

/* Adds days that are whole periods, in a range for each period. */
extern void adp_date_ranges_add_each(AdpDateRanges *ranges, AdpDateRange days,
									 AdpPeriod period);

/*
 * Returns how many ranges the days of a query are split into; one for a query
 * without days.
 */
extern int64 adp_date_ranges_number(const AdpQuery *query, AdpDateRange days);

/* Returns the current range; NULL if the list is empty. */
extern const AdpDateRange *adp_date_ranges_current(const AdpDateRanges *ranges);

/*
 * Replaces the current range by its halves.  It must have several days; if it is
 * whole periods, several of them.
 */
extern void adp_date_ranges_halve(AdpDateRanges *ranges, AdpPeriod period);

/* Removes the current range; the list must not be empty. */
extern void adp_date_ranges_pop(AdpDateRanges *ranges);

#endif /* ADP_PLATFORM_READER_DATE_RANGES_H */
