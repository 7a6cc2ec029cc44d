/*
 * date_ranges.h
 *	  Spans of days that are still to be asked for.
 *
 * Days are asked for in spans, one after the other, the earliest first: one span
 * where the platform takes any range, several where it does not, and two in
 * place of one that the platform finds too much.
 */
#ifndef ADP_PLATFORM_READER_DATE_RANGES_H
#define ADP_PLATFORM_READER_DATE_RANGES_H

#include "platform/days.h"

/* All zero: none. */
typedef struct AdpDateRanges
{
	int count;
	int capacity;
	AdpDateRange *items; /* the last one is the current */
} AdpDateRanges;

/*
 * Adds days, in spans of so many at most; 0: in one.  They become the current
 * ones.  Lives in CurrentMemoryContext.
 */
extern void adp_date_ranges_add(AdpDateRanges *spans, AdpDateRange days,
								int most);

/* The current span; NULL if none is left. */
extern const AdpDateRange *adp_date_ranges_current(const AdpDateRanges *spans);

/* Puts the current span's halves in its place; it must have several days. */
extern void adp_date_ranges_halve(AdpDateRanges *spans);

/* Ends the current span, of which there must be one. */
extern void adp_date_ranges_pop(AdpDateRanges *spans);

#endif /* ADP_PLATFORM_READER_DATE_RANGES_H */
