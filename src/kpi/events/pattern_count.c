/*
 * pattern_count.c
 *		Finds a pattern in a list of events, without backtracking.
 *
 * For each item of the pattern there is a set of places where a chain that
 * matches the pattern up to there can end.  The next item, at an event of time
 * t, asks that set for a place with a time from t - most to t - least.  As t
 * only grows, so do both limits: of the places that are old enough the latest
 * is the one most likely to be young enough, and the earlier ones are never
 * needed again.  So a stage of the search keeps that one place, and a queue of
 * those which are still too young.
 *
 * For the bound of the whole chain each place has the start of its chain, the
 * latest that leads there.  Later places have later or equal starts (a place of
 * the first item is its own start, and every item takes the start from the
 * latest place it may use), so that the latest place is the best in this, too.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "kpi/events/pattern.h"

#define FIRST_QUEUE 64

/* where a chain ends, and where it began */
typedef struct Place
{
	int64 time;
	int64 start;
} Place;

/* the ends of chains that match the pattern up to one item */
typedef struct Stage
{
	bool is_last; /* does a chain end at the event just seen? */
	Place last;
	bool has_old; /* is there a place old enough for the next item? */
	Place old;
	/* places that are too young, from head to tail - 1 */
	Place *queue;
	Size head;
	Size tail;
	Size capacity;
} Stage;

typedef struct Search
{
	const AdpPattern *pattern;
	Stage stages[ADP_PATTERN_ITEMS_MAX];
} Search;

/*
 * Makes room for another place in a queue.
 */
static void
grow_queue(Stage *stage)
{
	if (stage->head > stage->capacity / 2)
	{
		memmove(stage->queue, stage->queue + stage->head,
				(stage->tail - stage->head) * sizeof(Place));
		stage->tail -= stage->head;
		stage->head = 0;
		return;
	}
	stage->capacity = Max(2 * stage->capacity, FIRST_QUEUE);
	if (stage->queue == NULL)
		stage->queue = palloc(stage->capacity * sizeof(Place));
	else
		stage->queue =
			repalloc_huge(stage->queue, stage->capacity * sizeof(Place));
}

/*
 * Moves places of a stage that are at least so old from its queue.
 */
static void
age_places(Stage *stage, int64 time, int64 least)
{
	/* the queue is in order of time, so that differences are not negative */
	while (stage->head < stage->tail &&
		   (uint64) time - (uint64) stage->queue[stage->head].time >=
			   (uint64) least)
	{
		stage->old = stage->queue[stage->head++];
		stage->has_old = true;
	}
}

/*
 * Adds the end of a chain to a stage, for the next item to build on.
 */
static void
add_place(Stage *stage, const AdpPatternItem *next, Place place)
{
	if (!next->has_gap)
		return;
	if (next->least == 0)
	{
		stage->old = place;
		stage->has_old = true;
		return;
	}
	age_places(stage, place.time, next->least);
	if (stage->tail == stage->capacity)
		grow_queue(stage);
	stage->queue[stage->tail++] = place;
}

/*
 * Finds the chain of this stage that an event of this time continues; *start is
 * where that chain began.  Returns false if there is none.
 */
static bool
find_chain(Stage *stage, const AdpPatternItem *item, int64 time, int64 *start)
{
	if (!item->has_gap)
	{
		*start = stage->last.start;
		return stage->is_last;
	}
	if (item->most < item->least)
		return false;
	age_places(stage, time, item->least);
	*start = stage->old.start;
	return stage->has_old &&
		(uint64) time - (uint64) stage->old.time <= (uint64) item->most;
}

/*
 * Takes one event.  True if a whole chain ends here; its start is then in the
 * last stage.  From the last item to the first, so that each sees the chains
 * as they were before this event.
 */
static bool
take_event(Search *search, const AdpEvent *event)
{
	const AdpPattern *pattern = search->pattern;

	for (int i = pattern->count - 1; i >= 0; i--)
	{
		Stage *stage = &search->stages[i];
		Place place = {event->time, event->time};

		stage->is_last = (event->conditions & pattern->items[i].conditions) &&
			(i == 0 ||
			 find_chain(stage - 1, &pattern->items[i], event->time,
						&place.start));
		if (!stage->is_last)
			continue;
		stage->last = place;
		if (i < pattern->count - 1)
			add_place(stage, &pattern->items[i + 1], place);
	}
	return search->stages[pattern->count - 1].is_last;
}

/*
 * Forgets all chains.
 */
static void
restart(Search *search)
{
	for (int i = 0; i < search->pattern->count; i++)
	{
		Stage *stage = &search->stages[i];

		stage->is_last = false;
		stage->has_old = false;
		stage->head = stage->tail = 0;
	}
}

/*
 * See pattern.h.  Of the chains that can come next, the one that ends first is
 * counted, which leaves most room for others.
 */
int64
adp_pattern_count(const AdpPattern *pattern, int64 within,
				  const AdpEvents *events, int64 limit)
{
	const AdpEvent *event = ADP_EVENTS_FIRST(events);
	const AdpEvent *end = event + events->count;
	Search *search = palloc0(sizeof(Search));
	const Place *last = &search->stages[pattern->count - 1].last;
	int64 count = 0;

	search->pattern = pattern;
	for (; event < end && count < limit; event++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!take_event(search, event))
			continue;
		if (within >= 0 &&
			(uint64) last->time - (uint64) last->start > (uint64) within)
			continue;
		count++;
		restart(search);
	}

	for (int i = 0; i < pattern->count; i++)
	{
		if (search->stages[i].queue != NULL)
			pfree(search->stages[i].queue);
	}
	pfree(search);
	return count;
}
