/*
 * paths.h
 *		Paths cut out of journeys: the touches that lead to one conversion.
 */
#ifndef ADP_KPI_ATTRIBUTION_PATHS_H
#define ADP_KPI_ATTRIBUTION_PATHS_H

#include "kpi/attribution/journeys.h"

/* Which conversions count, and which touches each may claim. */
typedef enum AdpCounting
{
	ADP_COUNT_EVERY,	/* each, with all touches before it */
	ADP_COUNT_SEPARATE, /* each, with the touches since the one before */
	ADP_COUNT_FIRST,	/* a user's first one only */
	ADP_COUNT_LAST,		/* a user's last one only */
} AdpCounting;

#define ADP_COUNTING_COUNT (ADP_COUNT_LAST + 1)

#define ADP_NO_LOOKBACK PG_UINT64_MAX

/* Longest path; beyond it error 54000 */
#define ADP_PATH_MAX_TOUCHES 1000000

typedef struct AdpPathOptions
{
	uint64 lookback_us; /* longest distance of a touch, inclusive */
	AdpCounting counting;
	uint32 direct; /* channel that counts only if alone; or ADP_NO_CHANNEL */
} AdpPathOptions;

/*
 * The touches that lead to a conversion, oldest first; without a conversion
 * the null path of a user's touches that have led to none.
 */
typedef struct AdpPath
{
	uint32 user;
	uint32 ordinal; /* of the conversion among the user's, from 1 */
	const AdpJourneyEvent *conversion; /* NULL: a null path */
	const AdpWorth *worth;			   /* of the conversion */
	const AdpJourneyEvent *const *touches;
	uint32 touch_count; /* 0 for a conversion that no touch leads to */
} AdpPath;

/* A walk over all paths. */
typedef struct AdpPaths
{
	const AdpJourneys *journeys;
	AdpPathOptions options;
	uint32 position;   /* event to look at next */
	uint32 user_begin; /* events of the current user */
	uint32 user_end;
	uint32 window_begin;	/* oldest event that may still count */
	uint32 ordinal;			/* conversions of the user so far */
	uint32 last_conversion; /* the user's last; user_end if there is none */
	const AdpJourneyEvent **touches;
	uint32 touch_capacity;
	AdpPath path;
} AdpPaths;

extern void adp_paths_begin(AdpPaths *paths, AdpJourneys *journeys,
							const AdpPathOptions *options);
extern const AdpPath *adp_paths_next(AdpPaths *paths);

#endif /* ADP_KPI_ATTRIBUTION_PATHS_H */
