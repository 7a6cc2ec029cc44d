/*
 * pattern.h
 *		Patterns of sequence_match and sequence_count.
 *
 * An element is (?n), an event that meets condition n; . , any one event; .* ,
 * any number of events; or (?t op s), any number of events, the next one that
 * is named being so far from the last one.
 */
#ifndef ADP_KPI_EVENTS_PATTERN_H
#define ADP_KPI_EVENTS_PATTERN_H

#include "kpi/events/events.h"

/* events that a pattern may name */
#define ADP_PATTERN_ITEMS_MAX 64

/*
 * One event that the pattern names, and how it follows the one before.  The
 * least and most time between them, both included, count only if others may
 * stand between.
 */
typedef struct AdpPatternItem
{
	uint32 conditions; /* it meets one of them */
	bool has_gap;	   /* may others stand before it? */
	int64 least;
	int64 most;
} AdpPatternItem;

typedef struct AdpPattern
{
	int count;
	AdpPatternItem items[ADP_PATTERN_ITEMS_MAX];
} AdpPattern;

/*
 * Reads a pattern over so many conditions.  Numbers of (?t op s) are seconds,
 * with up to six decimals, if times are microseconds; else whole numbers.
 * Raises 2201B naming the place and what was expected there.
 */
extern void adp_pattern_parse(const char *text, int condition_count,
							  bool in_seconds, AdpPattern *pattern);

/*
 * How many times the pattern occurs in sorted events, one behind the other,
 * but at most "limit" times.  A chain that takes longer than "within", from
 * its first to its last event, does not count; negative: no bound.
 *
 * Takes time proportional to the number of events times the length of the
 * pattern.
 */
extern int64 adp_pattern_count(const AdpPattern *pattern, int64 within,
							   const AdpEvents *events, int64 limit);

#endif /* ADP_KPI_EVENTS_PATTERN_H */
