/*
 * date_ranges.c
 *	  Date ranges that are still to be requested.
 */
#include "postgres.h"

#include "base/grow.h"
#include "platform/reader/date_ranges.h"

/*
 * Appends a range.
 */
static void
push(AdpDateRanges *ranges, DateADT since, DateADT until)
{
	ranges->items = adp_grow(ranges->items, ranges->count, &ranges->capacity, 4,
							 sizeof(AdpDateRange));
	ranges->items[ranges->count++] = (AdpDateRange){since, until};
}

/*
 * Adds days, split into ranges.  The list is a stack: the earliest range comes
 * last.
 */
void
adp_date_ranges_add(AdpDateRanges *ranges, AdpDateRange days, int most)
{
	while (most > 0 && days.until - days.since >= most)
	{
		push(ranges, days.until - most + 1, days.until);
		days.until -= most;
	}
	push(ranges, days.since, days.until);
}

/*
 * Returns the last range of the list, or NULL.
 */
const AdpDateRange *
adp_date_ranges_current(const AdpDateRanges *ranges)
{
	return ranges->count > 0 ? &ranges->items[ranges->count - 1] : NULL;
}

/*
 * Replaces the current range by its halves.
 */
void
adp_date_ranges_halve(AdpDateRanges *ranges)
{
	AdpDateRange range = ranges->items[--ranges->count];
	DateADT middle = range.since + (range.until - range.since) / 2;

	Assert(range.since < range.until);
	push(ranges, middle + 1, range.until);
	push(ranges, range.since, middle);
}

/*
 * Removes the current range.
 */
void
adp_date_ranges_pop(AdpDateRanges *ranges)
{
	Assert(ranges->count > 0);
	ranges->count--;
}
