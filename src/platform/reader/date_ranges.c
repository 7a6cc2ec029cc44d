/*
 * date_ranges.c
 *	  Date ranges that are still to be requested.
 */
#include "postgres.h"

#include "platform/reader/date_ranges.h"

/*
 * Appends a range.
 */
static void
push_span(AdpDateRanges *spans, DateADT since, DateADT until)
{
	if (spans->count == spans->capacity)
	{
		spans->capacity = Max(spans->capacity * 2, 4);
		spans->items = spans->items
			? repalloc(spans->items, spans->capacity * sizeof(AdpDateRange))
			: palloc(spans->capacity * sizeof(AdpDateRange));
	}
	spans->items[spans->count++] = (AdpDateRange){since, until};
}

/*
 * Adds days, split into ranges.  The list is a stack: the earliest range comes
 * last.
 */
void
adp_date_ranges_add(AdpDateRanges *spans, AdpDateRange days, int most)
{
	while (most > 0 && days.until - days.since >= most)
	{
		push_span(spans, days.until - most + 1, days.until);
		days.until -= most;
	}
	push_span(spans, days.since, days.until);
}

/*
 * Returns the last range of the list, or NULL.
 */
const AdpDateRange *
adp_date_ranges_current(const AdpDateRanges *spans)
{
	return spans->count > 0 ? &spans->items[spans->count - 1] : NULL;
}

/*
 * Replaces the current range by its halves.
 */
void
adp_date_ranges_halve(AdpDateRanges *spans)
{
	AdpDateRange span = spans->items[--spans->count];
	DateADT middle = span.since + (span.until - span.since) / 2;

	Assert(span.since < span.until);
	push_span(spans, middle + 1, span.until);
	push_span(spans, span.since, middle);
}

/*
 * Removes the current range.
 */
void
adp_date_ranges_pop(AdpDateRanges *spans)
{
	Assert(spans->count > 0);
	spans->count--;
}
