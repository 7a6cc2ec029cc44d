/*
 * paths.c
 *		Paths cut out of journeys: the touches that lead to one conversion.
 *
 * The lookback window of a conversion is closed at both ends: a touch exactly
 * at its begin counts, and so does one at the time of the conversion.  A
 * user's touches after the last conversion are a null path, which only Markov
 * chains use; its window ends at its last touch.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "kpi/attribution/paths.h"

#define FIRST_CAPACITY 64

/*
 * Starts a walk over all paths, users in the order of their names, paths of a
 * user in the order of time.  Sorts the state, which must not change before
 * the walk ends.
 */
void
adp_paths_begin(AdpPaths *paths, AdpJourneys *journeys,
				const AdpPathOptions *options)
{
	adp_journeys_sort(journeys);
	memset(paths, 0, sizeof(AdpPaths));
	paths->journeys = journeys;
	paths->options = *options;
	paths->touch_capacity = FIRST_CAPACITY;
	paths->touches = palloc(FIRST_CAPACITY * sizeof(AdpJourneyEvent *));
}

static bool
is_conversion(const AdpPaths *paths, uint32 position)
{
	return paths->journeys->events[position].channel == ADP_NO_CHANNEL;
}

/*
 * Starts with the user whose first event is at the current position.
 */
static void
enter_user(AdpPaths *paths)
{
	const AdpJourneyEvent *events = paths->journeys->events;
	uint32 begin = paths->position;
	uint32 end = begin;
	uint32 last = PG_UINT32_MAX;

	while (end < paths->journeys->event_count &&
		   events[end].user == events[begin].user)
	{
		if (is_conversion(paths, end))
			last = end;
		end++;
	}
	paths->user_begin = begin;
	paths->user_end = end;
	paths->window_begin = begin;
	paths->ordinal = 0;
	paths->last_conversion = last == PG_UINT32_MAX ? end : last;
}

/*
 * Appends a touch to the path.
 */
static void
append_touch(AdpPaths *paths, const AdpJourneyEvent *touch)
{
	AdpPath *path = &paths->path;

	if (path->touch_count >= ADP_PATH_MAX_TOUCHES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d touches on the path of user \"%.*s\"",
						ADP_PATH_MAX_TOUCHES,
						(int) paths->journeys->users.list[touch->user].length,
						paths->journeys->users.list[touch->user].bytes),
				 errhint(
					 "Give a lookback, or leave out users that are not people.")));
	if (path->touch_count == paths->touch_capacity)
	{
		paths->touch_capacity *= 2;
		paths->touches =
			repalloc(paths->touches,
					 paths->touch_capacity * sizeof(AdpJourneyEvent *));
	}
	paths->touches[path->touch_count++] = touch;
}

/*
 * Fills the path with the touches from window_begin to the given end; the
 * direct channel only if there is no other.
 */
static void
collect_touches(AdpPaths *paths, uint32 end)
{
	const AdpJourneyEvent *events = paths->journeys->events;
	uint32 direct = paths->options.direct;
	bool skips_direct = false;

	CHECK_FOR_INTERRUPTS();
	paths->path.touch_count = 0;
	for (uint32 i = paths->window_begin; i < end && !skips_direct; i++)
		skips_direct = direct != ADP_NO_CHANNEL && !is_conversion(paths, i) &&
			events[i].channel != direct;

	for (uint32 i = paths->window_begin; i < end; i++)
	{
		if (is_conversion(paths, i))
			continue;
		if (skips_direct && events[i].channel == direct)
			continue;
		append_touch(paths, &events[i]);
	}
	paths->path.touches = paths->touches;
}

/*
 * Moves the beginning of the window to the lookback before a time.
 */
static void
move_window(AdpPaths *paths, TimestampTz until, uint32 end)
{
	const AdpJourneyEvent *events = paths->journeys->events;

	/* the distance may be more than a signed number holds */
	while (paths->window_begin < end &&
		   (uint64) until - (uint64) events[paths->window_begin].at >
			   paths->options.lookback_us)
		paths->window_begin++;
}

/*
 * Whether the conversion at a position counts.
 */
static bool
counts(const AdpPaths *paths, uint32 position)
{
	switch (paths->options.counting)
	{
		case ADP_COUNT_EVERY:
		case ADP_COUNT_SEPARATE:
			return true;
		case ADP_COUNT_FIRST:
			return paths->ordinal == 1;
		case ADP_COUNT_LAST:
			return position == paths->last_conversion;
	}
	return false;
}

/*
 * Cuts the path that leads to the conversion at a position.
 */
static const AdpPath *
cut_path(AdpPaths *paths, uint32 position)
{
	const AdpJourneys *journeys = paths->journeys;
	const AdpJourneyEvent *conversion = &journeys->events[position];

	move_window(paths, conversion->at, position);
	collect_touches(paths, position);
	paths->path.user = conversion->user;
	paths->path.ordinal = paths->ordinal;
	paths->path.conversion = conversion;
	paths->path.worth = &journeys->worths[conversion->worth];
	if (paths->options.counting == ADP_COUNT_SEPARATE)
		paths->window_begin = position + 1;
	return &paths->path;
}

/*
 * Cuts the null path of the current user; NULL if there is none.
 */
static const AdpPath *
cut_null_path(AdpPaths *paths)
{
	bool has_converted = paths->last_conversion < paths->user_end;

	/* who has converted once is done */
	if (has_converted && paths->options.counting == ADP_COUNT_FIRST)
		return NULL;
	if (has_converted)
		paths->window_begin = paths->last_conversion + 1;
	if (paths->window_begin >= paths->user_end)
		return NULL;

	move_window(paths, paths->journeys->events[paths->user_end - 1].at,
				paths->user_end);
	collect_touches(paths, paths->user_end);
	paths->path.user = paths->journeys->events[paths->user_begin].user;
	paths->path.ordinal = 0;
	paths->path.conversion = NULL;
	paths->path.worth = NULL;
	return &paths->path;
}

/*
 * The next path, valid until the call after; NULL at the end.
 */
const AdpPath *
adp_paths_next(AdpPaths *paths)
{
	for (;;)
	{
		if (paths->position == paths->user_end)
		{
			if (paths->position == paths->journeys->event_count)
				return NULL;
			enter_user(paths);
		}
		while (paths->position < paths->user_end)
		{
			uint32 position = paths->position++;
			bool is_last = paths->position == paths->user_end;

			if (is_conversion(paths, position))
			{
				paths->ordinal++;
				if (counts(paths, position))
					return cut_path(paths, position);
			}
			else if (is_last)
			{
				const AdpPath *path = cut_null_path(paths);

				if (path != NULL)
					return path;
			}
		}
	}
}
