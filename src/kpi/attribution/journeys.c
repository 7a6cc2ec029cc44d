/*
 * journeys.c
 *		Touches and conversions of many users, collected in any order.
 *
 * Adding only appends.  Sorting brings a state into the one form that depends
 * on nothing but the set of its events, so that splitting the rows over
 * workers, days or servers and merging in any order gives the same bytes.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "kpi/attribution/journeys.h"

#define FIRST_CAPACITY 8
#define EVENTS_PER_INTERRUPT_CHECK 65536

/*
 * Initializes an empty state, whose parts are allocated in this memory
 * context.
 */
void
adp_journeys_init(AdpJourneys *journeys, MemoryContext context)
{
	memset(journeys, 0, sizeof(AdpJourneys));
	journeys->context = context;
	journeys->is_sorted = true;
	adp_names_init(&journeys->users, context);
	adp_names_init(&journeys->channels, context);
}

/*
 * Whether this can be the name of a user or a channel.
 */
bool
adp_journeys_name_is_valid(AdpName name)
{
	return name.length > 0 && name.length <= ADP_JOURNEYS_MAX_NAME;
}

/*
 * Whether a conversion can have this value.  Text and binary input may contain
 * others.
 */
bool
adp_journeys_worth_is_valid(const AdpWorth *worth)
{
	return !worth->is_known ||
		adp_fixed_is_valid(worth->value.units, worth->value.scale);
}

/*
 * Raises the error for a state that is full.
 */
static void
refuse_more_events(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("more than %d touches and conversions in one state",
					ADP_JOURNEYS_MAX_EVENTS),
			 errhint(
				 "Use GROUP BY with a hash of the user, so that each group holds some users whole, and add up the results of the groups.")));
}

/*
 * Raises the error for a state with too many channels.
 */
static void
refuse_more_channels(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("more than %d channels in one state",
					ADP_JOURNEYS_MAX_CHANNELS),
			 errhint(
				 "Map campaigns or addresses to channels before they are collected.")));
}

/*
 * The larger capacity after this one.
 */
static uint32
grown(uint32 capacity)
{
	return Max(capacity * 2, FIRST_CAPACITY);
}

/*
 * Grows an array of the state, or makes it.  May be above 1 GB.
 */
static void *
resize(AdpJourneys *journeys, void *array, Size size)
{
	if (array == NULL)
		return MemoryContextAllocHuge(journeys->context, size);
	return repalloc_huge(array, size);
}

/*
 * Appends an event, with its value if it is a conversion.  The caller numbers the
 * user and the channel, and sets is_sorted.
 */
void
adp_journeys_append(AdpJourneys *journeys, const AdpJourneyEvent *event,
					const AdpWorth *worth)
{
	AdpJourneyEvent *kept;

	if (journeys->event_count == journeys->event_capacity)
	{
		if (journeys->event_count >= ADP_JOURNEYS_MAX_EVENTS)
			refuse_more_events();
		journeys->event_capacity = grown(journeys->event_capacity);
		journeys->events =
			resize(journeys, journeys->events,
				   journeys->event_capacity * sizeof(AdpJourneyEvent));
	}
	kept = &journeys->events[journeys->event_count++];
	*kept = *event;
	kept->worth = 0;
	if (event->channel != ADP_NO_CHANNEL)
		return;

	if (journeys->worth_count == journeys->worth_capacity)
	{
		journeys->worth_capacity = grown(journeys->worth_capacity);
		journeys->worths = resize(journeys, journeys->worths,
								  journeys->worth_capacity * sizeof(AdpWorth));
	}
	kept->worth = journeys->worth_count;
	journeys->worths[journeys->worth_count++] = *worth;
}

/*
 * Adds a touch: the user met the channel at this time.  The names are valid,
 * the time is finite.  Raises 54000 for too many events or channels.
 */
void
adp_journeys_touch(AdpJourneys *journeys, AdpName user, TimestampTz at,
				   AdpName channel)
{
	AdpJourneyEvent event = {.at = at};

	event.user = adp_names_number(&journeys->users, user);
	event.channel = adp_names_number(&journeys->channels, channel);
	if (journeys->channels.count > ADP_JOURNEYS_MAX_CHANNELS)
		refuse_more_channels();
	adp_journeys_append(journeys, &event, NULL);
	journeys->is_sorted = false;
}

/*
 * Adds a conversion of the user at this time.  The name is valid, the time is
 * finite, and the caller adds the currency.  Raises 54000 for too many events.
 */
void
adp_journeys_convert(AdpJourneys *journeys, AdpName user, TimestampTz at,
					 const AdpWorth *worth)
{
	AdpJourneyEvent event = {.at = at, .channel = ADP_NO_CHANNEL};

	event.user = adp_names_number(&journeys->users, user);
	adp_journeys_append(journeys, &event, worth);
	journeys->is_sorted = false;
}

/*
 * Adds the names of another dictionary.  Returns their numbers in this one, by
 * their numbers in the other.
 */
static uint32 *
translate(AdpNames *names, const AdpNames *other)
{
	uint32 *numbers =
		palloc_extended(Max(other->count, 1) * sizeof(uint32), MCXT_ALLOC_HUGE);

	for (uint32 i = 0; i < other->count; i++)
		numbers[i] = adp_names_number(names, other->list[i]);
	return numbers;
}

/*
 * Adds all events of a different state, which does not change.  Raises 22023
 * for two currencies, 54000 for too many events or channels.
 */
void
adp_journeys_merge(AdpJourneys *journeys, const AdpJourneys *other)
{
	uint32 *users;
	uint32 *channels;

	adp_currency_add(&journeys->currency, other->currency.code,
					 other->currency.rows);
	users = translate(&journeys->users, &other->users);
	channels = translate(&journeys->channels, &other->channels);
	if (journeys->channels.count > ADP_JOURNEYS_MAX_CHANNELS)
		refuse_more_channels();

	for (uint32 i = 0; i < other->event_count; i++)
	{
		AdpJourneyEvent event = other->events[i];
		const AdpWorth *worth = NULL;

		if (i % EVENTS_PER_INTERRUPT_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		if (event.channel == ADP_NO_CHANNEL)
			worth = &other->worths[event.worth];
		else
			event.channel = channels[event.channel];
		event.user = users[event.user];
		adp_journeys_append(journeys, &event, worth);
		journeys->is_sorted = false;
	}
	pfree(users);
	pfree(channels);
}

/*
 * Compares the values of two conversions: unknown first, then by number, then by
 * the number of decimals.
 */
static int
compare_worths(const AdpWorth *a, const AdpWorth *b)
{
	if (a->is_known != b->is_known)
		return a->is_known ? 1 : -1;
	if (!a->is_known)
		return 0;
	if (a->value.units != b->value.units)
		return a->value.units < b->value.units ? -1 : 1;
	return a->value.scale - b->value.scale;
}

/*
 * The order of two events of one user: by time; at equal times touches by
 * channel, then conversions, so that a touch precedes a conversion at the
 * same time.  Zero means that the events are equal.
 */
int
adp_journeys_compare(const AdpJourneys *journeys, const AdpJourneyEvent *a,
					 const AdpJourneyEvent *b)
{
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->channel != b->channel)
		return a->channel < b->channel ? -1 : 1;
	if (a->channel != ADP_NO_CHANNEL)
		return 0;
	return compare_worths(&journeys->worths[a->worth],
						  &journeys->worths[b->worth]);
}

static int
compare_events(const void *a, const void *b, void *journeys)
{
	return adp_journeys_compare((const AdpJourneys *) journeys,
								(const AdpJourneyEvent *) a,
								(const AdpJourneyEvent *) b);
}

/*
 * Groups the events by user, and gives users and channels their new numbers.
 * Returns where the events of each user end.  A counting sort: it takes time
 * proportional to events and users.
 */
static uint32 *
gather_by_user(AdpJourneys *journeys, const uint32 *users,
			   const uint32 *channels)
{
	Size count = journeys->event_count;
	AdpJourneyEvent *gathered =
		MemoryContextAllocHuge(journeys->context,
							   journeys->event_capacity *
								   sizeof(AdpJourneyEvent));
	uint32 *ends = palloc_extended((journeys->users.count + 1) * sizeof(uint32),
								   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	/* the counts, each one place further on, add up to where each user begins */
	for (uint32 i = 0; i < count; i++)
		ends[users[journeys->events[i].user] + 1]++;
	for (uint32 i = 1; i <= journeys->users.count; i++)
		ends[i] += ends[i - 1];
	for (uint32 i = 0; i < count; i++)
	{
		AdpJourneyEvent event = journeys->events[i];

		event.user = users[event.user];
		if (event.channel != ADP_NO_CHANNEL)
			event.channel = channels[event.channel];
		/* moves the place from where the user begins to where it ends */
		gathered[ends[event.user]++] = event;
	}
	pfree(journeys->events);
	journeys->events = gathered;
	return ends;
}

/*
 * Brings a state into its canonical form: users and channels numbered in the
 * order of their bytes, events in the order of adp_journeys_compare.
 */
void
adp_journeys_sort(AdpJourneys *journeys)
{
	uint32 *users;
	uint32 *channels;
	uint32 *ends;
	uint32 begin = 0;

	if (journeys->is_sorted)
		return;
	CHECK_FOR_INTERRUPTS();
	users = adp_names_sort(&journeys->users);
	channels = adp_names_sort(&journeys->channels);
	ends = gather_by_user(journeys, users, channels);
	for (uint32 i = 0; i < journeys->users.count; i++)
	{
		if (i % EVENTS_PER_INTERRUPT_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		qsort_arg(&journeys->events[begin], ends[i] - begin,
				  sizeof(AdpJourneyEvent), compare_events, journeys);
		begin = ends[i];
	}
	pfree(users);
	pfree(channels);
	pfree(ends);
	journeys->is_sorted = true;
}
