/*
 * events.c
 *		A list of events that grows, merges and sorts.
 *
 * Rows are appended in the order in which they come; readers of the list sort
 * it first.  So the aggregates need no ORDER BY, and parts merge in any order
 * to the same list.
 *
 * The state is flat and has spare room after its events.  Appending changes
 * it in place and returns the same pointer to the executor, which then makes
 * no copy; only when the room is used up, a list of twice the size replaces
 * it.  A flat list suits a million short lists as well as a long one, whereas
 * each expanded object would need a memory context.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "port/pg_bitutils.h"

#include "base/compat.h"
#include "kpi/events/events.h"

PG_FUNCTION_INFO_V1(adpipe_events_combine);

/* events that there is room for at least, from the first on */
#define FIRST_CAPACITY 8

/* up to here the server hands out memory in powers of two */
#define CHUNK_MAX 8192

/*
 * Order of events: by time; at the same time by the lowest condition met
 * first, rows that met none before all; then by the rest of the conditions,
 * so that only equal events compare as equal.
 */
static inline int
compare_events(const AdpEvent *a, const AdpEvent *b)
{
	uint32 a_lowest = a->conditions & -a->conditions;
	uint32 b_lowest = b->conditions & -b->conditions;

	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	if (a_lowest != b_lowest)
		return a_lowest < b_lowest ? -1 : 1;
	if (a->conditions != b->conditions)
		return a->conditions < b->conditions ? -1 : 1;
	return 0;
}

#define ST_SORT sort_events
#define ST_ELEMENT_TYPE AdpEvent
#define ST_COMPARE(a, b) compare_events(a, b)
#define ST_SCOPE static
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/*
 * The order of two events, for other files; above it is inlined into the sort.
 */
int
adp_event_compare(const AdpEvent *a, const AdpEvent *b)
{
	return compare_events(a, b);
}

/*
 * Raises the error for a group with more events than a state holds.
 */
void
adp_events_refuse_more(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("more than %d events in one group", ADP_EVENTS_MAX),
			 errhint("Group by user, or look at a shorter time.")));
}

/*
 * An empty list with room for "capacity" events, in the current memory
 * context.
 */
AdpEvents *
adp_events_make(const AdpEventsCall *call, uint32 capacity)
{
	Size size = ADP_EVENTS_OFFSET(call->parameter_bytes) +
		(Size) capacity * sizeof(AdpEvent);
	AdpEvents *state = palloc0(size);

	SET_VARSIZE(state, size);
	state->version = ADP_EVENTS_VERSION;
	state->kind = call->kind;
	state->time_type = call->time_type;
	state->condition_count = call->condition_count;
	state->is_sorted = true;
	state->parameter_bytes = call->parameter_bytes;
	memcpy(state->parameters, call->parameters, call->parameter_bytes);
	return state;
}

/*
 * How many events there is room for.
 */
static inline uint32
capacity_of(const AdpEvents *state)
{
	return (VARSIZE(state) - ADP_EVENTS_OFFSET(state->parameter_bytes)) /
		sizeof(AdpEvent);
}

/*
 * The capacity of a list that is going to grow, at least "count": as much as
 * fits into the memory that it takes anyway.
 */
static uint32
growing_capacity(uint32 parameter_bytes, uint64 count)
{
	Size offset = ADP_EVENTS_OFFSET(parameter_bytes);
	Size size = offset + count * sizeof(AdpEvent);

	if (size <= CHUNK_MAX)
		size = pg_nextpower2_size_t(size);
	return (size - offset) / sizeof(AdpEvent);
}

/*
 * A copy with room for more events; at least twice the room if the list is
 * going to grow.  Raises 54000 if it would be too long.
 */
static AdpEvents *
copy_events(const AdpEvents *state, uint32 more)
{
	AdpEventsCall call = {.kind = state->kind,
						  .time_type = state->time_type,
						  .condition_count = state->condition_count,
						  .parameters = state->parameters,
						  .parameter_bytes = state->parameter_bytes};
	uint64 needed = (uint64) state->count + more;
	AdpEvents *copy;

	if (needed > ADP_EVENTS_MAX)
		adp_events_refuse_more();
	if (more > 0)
		needed = growing_capacity(state->parameter_bytes,
								  Min(Max(needed, 2 * (uint64) state->count),
									  ADP_EVENTS_MAX));

	copy = adp_events_make(&call, (uint32) needed);
	copy->count = state->count;
	copy->is_sorted = state->is_sorted;
	memcpy(ADP_EVENTS_FIRST(copy), ADP_EVENTS_FIRST(state),
		   state->count * sizeof(AdpEvent));
	return copy;
}

/*
 * The state in an argument that is not NULL, for reading.  A copy if it is
 * compressed or has a short header, else the value itself.
 */
static const AdpEvents *
get_events(FunctionCallInfo fcinfo, int argument)
{
	const AdpEvents *state =
		(const AdpEvents *) PG_DETOAST_DATUM(PG_GETARG_DATUM(argument));

	adp_events_check_version(state->version);
	return state;
}

/*
 * Whether argument 0 is a flat value that we may change.  Inside an aggregate
 * the executor made it ours, outside it may lie on a page of a table.
 */
static inline bool
may_write(FunctionCallInfo fcinfo)
{
	return AggCheckCallContext(fcinfo, NULL) &&
		!VARATT_IS_EXTENDED(PG_GETARG_POINTER(0));
}

/*
 * The state in argument 0 with room for this many more events: the state
 * itself if possible, else a copy, with which the executor replaces it.
 */
static inline AdpEvents *
writable_events(FunctionCallInfo fcinfo, uint32 more)
{
	const AdpEvents *state = get_events(fcinfo, 0);

	if (likely(may_write(fcinfo) && capacity_of(state) - state->count >= more))
		return unconstify(AdpEvents *, state);
	return copy_events(state, more);
}

/*
 * Refuses states of different calls.
 */
static void
check_same_call(const AdpEvents *state, const AdpEventsCall *call)
{
	if (likely(state->kind == call->kind &&
			   state->time_type == call->time_type &&
			   state->condition_count == call->condition_count &&
			   state->parameter_bytes == call->parameter_bytes &&
			   memcmp(state->parameters, call->parameters,
					  call->parameter_bytes) == 0))
		return;

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("different parameters in one group"),
			 errdetail("%s over %d conditions (%.*s) meets %s over %d conditions (%.*s).",
					   adp_events_kind(state->kind)->name,
					   state->condition_count, (int) state->parameter_bytes,
					   state->parameters, adp_events_kind(call->kind)->name,
					   call->condition_count, call->parameter_bytes,
					   call->parameters),
			 errhint(
				 "Give every row of a group the same parameters, or group by them.")));
}

/*
 * Adds an event to the state in argument 0 and returns the state; makes one
 * if argument 0 is NULL.  Without "keep" the event is not added: the state
 * only shows that there was a row.
 */
Datum
adp_events_add(FunctionCallInfo fcinfo, const AdpEventsCall *call, int64 time,
			   uint32 conditions, bool keep)
{
	AdpEvents *state;
	AdpEvent *event;

	if (PG_ARGISNULL(0))
		state = adp_events_make(call,
								growing_capacity(call->parameter_bytes,
												 FIRST_CAPACITY));
	else
	{
		state = writable_events(fcinfo, keep ? 1 : 0);
		check_same_call(state, call);
	}
	if (!keep)
		PG_RETURN_POINTER(state);

	event = ADP_EVENTS_FIRST(state) + state->count;
	event->time = time;
	event->conditions = conditions;
	if (state->count > 0 && compare_events(event - 1, event) > 0)
		state->is_sorted = false;
	state->count++;
	PG_RETURN_POINTER(state);
}

/*
 * events_combine(events_state, events_state) returns events_state; strict
 *
 * The list of the events of both.
 */
Datum
adpipe_events_combine(PG_FUNCTION_ARGS)
{
	const AdpEvents *other = get_events(fcinfo, 1);
	AdpEvents *state = writable_events(fcinfo, other->count);
	AdpEventsCall call = {.kind = other->kind,
						  .time_type = other->time_type,
						  .condition_count = other->condition_count,
						  .parameters = other->parameters,
						  .parameter_bytes = other->parameter_bytes};
	AdpEvent *end = ADP_EVENTS_FIRST(state) + state->count;

	check_same_call(state, &call);
	if (other->count == 0)
		PG_RETURN_POINTER(state);

	memcpy(end, ADP_EVENTS_FIRST(other), other->count * sizeof(AdpEvent));
	state->is_sorted = state->is_sorted && other->is_sorted &&
		(state->count == 0 || compare_events(end - 1, end) <= 0);
	state->count += other->count;
	PG_RETURN_POINTER(state);
}

/*
 * The state in an argument that is not NULL, with its events in order.
 *
 * Sorting leaves the meaning of a state as it is, so that a final function may
 * sort the executor's own; what comes from elsewhere is copied.
 */
const AdpEvents *
adp_events_sorted(FunctionCallInfo fcinfo, int argument)
{
	const AdpEvents *state = get_events(fcinfo, argument);
	AdpEvents *sorted;

	if (state->is_sorted)
		return state;
	sorted = argument == 0 && may_write(fcinfo) ? unconstify(AdpEvents *, state)
												: copy_events(state, 0);
	sort_events(ADP_EVENTS_FIRST(sorted), sorted->count);
	sorted->is_sorted = true;
	return sorted;
}
