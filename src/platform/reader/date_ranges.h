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
typedef struct AdpSpans
{
	int count;
	int capacity;
	AdpSpan *items; /* the last one is the current */
} AdpSpans;

/*
 * Adds days, in spans of so many at most; 0: in one.  They become the current
 * ones.  Lives in CurrentMemoryContext.
 */
extern void adp_spans_add(AdpSpans *spans, AdpSpan days, int most);

/* The current span; NULL if none is left. */
extern const AdpSpan *adp_spans_current(const AdpSpans *spans);

/* Puts the current span's halves in its place; it must have several days. */
extern void adp_spans_halve(AdpSpans *spans);

/* Ends the current span, of which there must be one. */
extern void adp_spans_pop(AdpSpans *spans);

#endif /* ADP_PLATFORM_READER_DATE_RANGES_H */
