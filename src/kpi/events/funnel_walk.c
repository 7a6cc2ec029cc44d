/*
 * funnel_walk.c
 *		One pass through a sorted list of events, up the steps of a funnel.
 *
 * For every level the walk keeps one chain of step times that reaches it: the
 * one that started last.  That is enough, as a chain which started later may
 * go on for longer, and all that a step asks of the chain below is its start.
 * Where steps must be later than the one before (strict_increase), or rows are
 * used once (strict_once), it is enough too, because all rows of one moment are
 * taken together and extend chains as they were before that moment: a chain
 * that only just came about cannot hide the one that can be extended.
 *
 * Of chains with the same start the first is kept, so that every step has the
 * earliest time that it can have.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/pg_bitutils.h"

#include "kpi/events/funnel.h"

#define BIT(step) ((uint32) 1 << ((step) -1))
#define BITS_TO(step) ((uint32) (((uint64) 1 << (step)) - 1))

typedef struct Walk
{
	const AdpFunnel *funnel;
	int steps;
	int reached; /* highest level so far */
	/* chains[n - 1]: the times of the steps of the chain at level n */
	int64 chains[ADP_CONDITIONS_MAX][ADP_CONDITIONS_MAX];
	int64 *times; /* the chain that first came to the highest level */
} Walk;

/* the rows of one moment */
typedef struct Moment
{
	int64 time;
	const AdpEvent *events;
	uint32 count;
	uint32 steps;	 /* met by any row */
	uint32 repeated; /* met by more than one */
	bool has_others; /* whether a row meets no step */
} Moment;

/*
 * Collects the rows at the time of the first of them.
 */
static Moment
take_moment(const AdpEvent *events, uint32 left)
{
	Moment moment = {.time = events->time, .events = events};

	for (; moment.count < left && events->time == moment.time;
		 moment.count++, events++)
	{
		CHECK_FOR_INTERRUPTS();
		moment.repeated |= moment.steps & events->conditions;
		moment.steps |= events->conditions;
		moment.has_others = moment.has_others || events->conditions == 0;
	}
	return moment;
}

/*
 * For each step that a row of the moment meets: the lowest step such that the
 * moment alone serves all steps from there on.
 */
static void
find_earliest(const Walk *walk, const Moment *moment, int *earliest)
{
	uint32 modes = walk->funnel->modes;
	bool one_step = (modes & ADP_FUNNEL_STRICT_INCREASE) != 0;
	int highest = pg_leftmost_one_pos32(moment->steps) + 1;

	if (!one_step && (modes & ADP_FUNNEL_STRICT_ONCE))
	{
		if (moment->count > 1)
		{
			adp_funnel_match(moment->events, moment->count, highest, earliest);
			return;
		}
		one_step = true;
	}
	for (int step = 1; step <= highest; step++)
	{
		if (!one_step && step > 1 && (moment->steps & BIT(step - 1)))
			earliest[step - 1] = earliest[step - 2];
		else
			earliest[step - 1] = step;
	}
}

/*
 * The start of the chains that the steps from "from" on, all at this time, can
 * extend.
 */
static inline int64
start_of(const Walk *walk, int from, int64 time)
{
	return from > 1 ? walk->chains[from - 2][0] : time;
}

/*
 * Brings a chain to a level, if one can be extended by the steps from "from"
 * on, all at this time.  A chain of the same level that started later, or as
 * late and was there before, stays.
 */
static bool
reach_level(Walk *walk, int level, int from, int64 time)
{
	int64 *chain = walk->chains[level - 1];
	int64 start;

	if (from - 1 > walk->reached)
		return false;
	start = start_of(walk, from, time);
	/* no overflow: times only grow, and the difference has no sign */
	if ((uint64) time - (uint64) start > (uint64) walk->funnel->within)
		return false;
	if (level <= walk->reached && chain[0] >= start)
		return true;

	/* a step that the same start had earlier keeps its time */
	while (from < level && from <= walk->reached &&
		   start_of(walk, from + 1, time) == start)
		from++;
	for (int step = 1; step <= level; step++)
		chain[step - 1] = step < from ? walk->chains[from - 2][step - 1] : time;
	return true;
}

/*
 * Extends all chains by the rows of one moment, from the highest level down, so
 * that each is extended as it was before the moment.  "steps" are those of the
 * moment's steps that count.
 */
static void
extend_chains(Walk *walk, const Moment *moment, uint32 steps)
{
	int earliest[ADP_CONDITIONS_MAX];
	int reached = walk->reached;

	if (steps != 0)
		find_earliest(walk, moment, earliest);
	while (steps != 0)
	{
		int level = pg_leftmost_one_pos32(steps) + 1;

		if (reach_level(walk, level, earliest[level - 1], moment->time))
			reached = Max(reached, level);
		steps &= ~BIT(level);
	}
	if (reached > walk->reached)
	{
		walk->reached = reached;
		memcpy(walk->times, walk->chains[reached - 1], reached * sizeof(int64));
	}
}

/*
 * Whether the search ends before this moment.
 */
static bool
ends_before(const Walk *walk, const Moment *moment)
{
	uint32 modes = walk->funnel->modes;

	if ((modes & ADP_FUNNEL_STRICT_ORDER) && moment->has_others &&
		walk->reached > 0)
		return true;
	return (modes & ADP_FUNNEL_STRICT_DEDUPLICATION) != 0 &&
		(moment->steps & BITS_TO(walk->reached) & ~BIT(1)) != 0;
}

/*
 * Whether the search ends with this moment, of which steps up to "limit"
 * counted.
 */
static bool
ends_after(const Walk *walk, const Moment *moment, int limit)
{
	uint32 modes = walk->funnel->modes;

	if (limit < walk->steps && walk->reached >= limit)
		return true;
	return (modes & ADP_FUNNEL_STRICT_ORDER) != 0 &&
		(modes & ADP_FUNNEL_ALLOW_REENTRY) == 0 && walk->reached > 0 &&
		walk->reached < walk->steps &&
		(moment->steps & ~BITS_TO(walk->reached + 1)) != 0;
}

/*
 * Whether this row of the moment serves a step already.
 */
static inline bool
is_used(const uint32 *used, int count, uint32 row)
{
	for (int i = 0; i < count; i++)
	{
		if (used[i] == row)
			return true;
	}
	return false;
}

/*
 * The number of rows of the moment that can serve a step after those below
 * it.  Leaves out rows that are used, and a row that is also the first step
 * of every chain.  Sets *row to the last of them.
 */
static int
count_servers(const Moment *moment, int step, const uint32 *used,
			  int used_count, bool is_free, uint32 starts, uint32 *row)
{
	int servers = 0;

	for (uint32 i = 0; i < moment->count; i++)
	{
		uint32 conditions = moment->events[i].conditions;
		bool is_start = starts > 0 && (conditions & BIT(1)) != 0;

		if ((conditions & BIT(step)) == 0 || is_used(used, used_count, i))
			continue;
		if (!is_free && starts == (is_start ? 1 : 0))
			continue;
		servers++;
		*row = i;
	}
	return servers;
}

/*
 * find_limit() where each row serves one step.  A row that meets a step but
 * cannot serve it, as it serves another of the same chain, repeats nothing.
 * Of the rows that can, the second repeats the step; so up to the limit each
 * step has one row.
 */
static int
find_limit_once(const Walk *walk, const Moment *moment)
{
	uint32 used[ADP_CONDITIONS_MAX];
	int used_count = 0;
	bool is_free = walk->reached > 0 &&
		(uint64) moment->time - (uint64) walk->chains[walk->reached - 1][0] <=
			(uint64) walk->funnel->within;
	uint32 starts = 0;
	int step;

	/* further up, steps of a chain that begins here were reached before */
	for (uint32 i = 0; walk->reached <= 1 && i < moment->count; i++)
		starts += (moment->events[i].conditions & BIT(1)) != 0;

	for (step = Max(walk->reached, 1) + 1; step <= walk->steps; step++)
	{
		uint32 row = 0;
		int servers = count_servers(moment, step, used, used_count, is_free,
									starts, &row);

		CHECK_FOR_INTERRUPTS();
		if (servers == 0)
			break;
		if (servers > 1)
			return step;
		used[used_count++] = row;
		if (starts > 0 && (moment->events[row].conditions & BIT(1)))
			starts--;
	}
	return walk->steps;
}

/*
 * The last step of a moment that counts: where steps must not be repeated, the
 * first new one that two rows meet.
 */
static int
find_limit(const Walk *walk, const Moment *moment)
{
	uint32 modes = walk->funnel->modes;
	uint32 repeated = moment->repeated & ~BITS_TO(Max(walk->reached, 1));

	if ((modes & ADP_FUNNEL_STRICT_DEDUPLICATION) == 0 || repeated == 0)
		return walk->steps;
	if ((modes & ADP_FUNNEL_STRICT_ONCE) &&
		(modes & ADP_FUNNEL_STRICT_INCREASE) == 0)
		return find_limit_once(walk, moment);
	return pg_rightmost_one_pos32(repeated) + 1;
}

/*
 * The highest level that sorted events reach, or 0, and the times of the
 * steps of the first chain that reaches it; if several do so at the same
 * moment, of the one that starts last.  "times" has room for all steps.
 *
 * Takes time proportional to the number of events; with strict_once, many rows
 * at the same moment cost up to a constant factor more.
 */
int
adp_funnel_walk(const AdpFunnel *funnel, const AdpEvents *events, int64 *times)
{
	const AdpEvent *event = ADP_EVENTS_FIRST(events);
	uint32 left = events->count;
	Walk walk;

	walk.funnel = funnel;
	walk.steps = events->condition_count;
	walk.reached = 0;
	walk.times = times;

	while (left > 0 && walk.reached < walk.steps)
	{
		Moment moment = take_moment(event, left);
		int limit;

		if (ends_before(&walk, &moment))
			break;
		limit = find_limit(&walk, &moment);
		extend_chains(&walk, &moment, moment.steps & BITS_TO(limit));
		if (ends_after(&walk, &moment, limit))
			break;
		event += moment.count;
		left -= moment.count;
	}
	return walk.reached;
}
