/*
 * date_ranges.c
 *	  Date ranges that are still to be requested.
 */
#include "postgres.h"

#include "base/grow.h"
#include "platform/periods.h"
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
 * Adds a range for each period, the last one first.
 */
void
adp_date_ranges_add_each(AdpDateRanges *ranges, AdpDateRange days,
						 AdpPeriod period)
{
	while (days.since <= days.until)
	{
		DateADT start = adp_period_start(period, days.until);

		push(ranges, start, days.until);
		days.until = start - 1;
	}
}

/*
 * Counts the ranges of a query.
 */
int64
adp_date_ranges_number(const AdpQuery *query, AdpDateRange days)
{
	int most = query->source->days_per_request;
	int64 n = 0;

	if (!query->has_day || (most == 0 && !query->asks_each_period))
		return 1;
	if (!query->asks_each_period)
		return Max(((int64) days.until - days.since) / most + 1, 0);
	for (DateADT day = days.since; day <= days.until;
		 day = adp_period_next(query->period, day))
		n++;
	return n;
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
 * Replaces the current range by its halves.  The second begins with a period.
 */
void
adp_date_ranges_halve(AdpDateRanges *ranges, AdpPeriod period)
{
	AdpDateRange range = ranges->items[--ranges->count];
	DateADT middle = range.since + (range.until - range.since) / 2;
	DateADT second = adp_period_next(period, middle);

	if (second > range.until)
		second = adp_period_start(period, middle);
	Assert(range.since < second && second <= range.until);
	push(ranges, second, range.until);
	push(ranges, range.since, second - 1);
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
