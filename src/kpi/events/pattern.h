/*
 * pattern.h
 *		Patterns of sequence_match and sequence_count.
 *
 * An element is one of: (?n), an event that meets condition n; a dot, any one
 * event; dot and star, any number of events; (?t op s), any number of events
 * where the time from the last named event to the next one satisfies the
 * condition.
 */
#ifndef ADP_KPI_EVENTS_PATTERN_H
#define ADP_KPI_EVENTS_PATTERN_H

#include "kpi/events/events.h"

/* events that a pattern may name */
#define ADP_PATTERN_ITEMS_MAX 64

/*
 * One event that the pattern names, and how it follows the one before.  The
 * least and most time between them, both included, matter only if other
 * events may come between.
 */
typedef struct AdpPatternItem
{
	uint32 conditions; /* it meets one of them */
	bool has_gap;	   /* whether other events may come before it */
	int64 least;
	int64 most;
} AdpPatternItem;

typedef struct AdpPattern
{
	int count;
	AdpPatternItem items[ADP_PATTERN_ITEMS_MAX];
} AdpPattern;

/*
 * Reads a pattern over condition_count conditions.  Numbers of (?t op s) are
 * seconds, with up to six decimals, if times are microseconds; else whole
 * numbers.  Raises 2201B with the position and what was expected there.
 */
extern void adp_pattern_parse(const char *text, int condition_count,
							  bool in_seconds, AdpPattern *pattern);

/*
 * How many times the pattern occurs in sorted events without overlap, but at
 * most "limit" times.  A chain that takes longer than "within", from its
 * first to its last event, does not count; negative: no bound.
 *
 * Takes time proportional to the number of events times the length of the
 * pattern.
 */
extern int64 adp_pattern_count(const AdpPattern *pattern, int64 within,
							   const AdpEvents *events, int64 limit);

#endif /* ADP_KPI_EVENTS_PATTERN_H */
