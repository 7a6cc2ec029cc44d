/*
 * journeys_bytes.c
 *		The stored form of adpipe.journeys, which is also its binary form.
 *
 * Tables hold it, so that it is frozen: change it only together with the
 * version, and go on reading every version.
 *
 *	version, one byte
 *	currency: 8 bytes, all zero if undeclared
 *	number of conversions with a value or a currency
 *	number of channels, then each: length, bytes
 *	number of users, then each: length, bytes, number of events, then each:
 *		time in microseconds since 2000-01-01 UTC, the first one folded, the
 *			others as the distance from the one before
 *		0 a conversion without a value; 1 a conversion, then the decimals of
 *			its value and, folded, the value in 10^-12; else a touch of the
 *			channel with that number less 2
 *
 * Numbers are written 7 bits at a time, the lowest first, with the high bit
 * set on all bytes but the last.  Folded means that 0, -1, 1, -2 … are written
 * as 0, 1, 2, 3 …  Names are in the database's encoding.  Names and events are
 * in the order that adp_journeys_sort gives them, so that a state has one form
 * only, and reading refuses every other.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "base/compat.h"
#include "kpi/attribution/journeys.h"

#define MORE 0x80 /* another byte follows */
#define SEVEN_BITS 0x7F
#define NUMBER_BITS 128

#define CONVERSION_UNKNOWN 0
#define CONVERSION_KNOWN 1
#define FIRST_CHANNEL 2

#define LARGEST_STATE 1000000000 /* bytes; a value can be 1 GB */
#define USERS_PER_INTERRUPT_CHECK 4096

/* the bytes that are left to read */
typedef struct Reader
{
	const uint8 *at;
	const uint8 *end;
	bool failed; /* set by the first fault; after it all reads as zero */
} Reader;

static void
write_number(StringInfo bytes, uint128 number)
{
	while (number > SEVEN_BITS)
	{
		appendStringInfoCharMacro(bytes, (char) (number | MORE));
		number >>= 7;
	}
	appendStringInfoCharMacro(bytes, (char) number);
}

/*
 * Makes a number that is small in magnitude small without a sign.
 */
static uint128
fold(int128 number)
{
	return ((uint128) number << 1) ^ (uint128) (number >> (NUMBER_BITS - 1));
}

static int128
unfold(uint128 number)
{
	return (int128) (number >> 1) ^ -(int128) (number & 1);
}

static void
write_name(StringInfo bytes, AdpName name)
{
	write_number(bytes, name.length);
	appendBinaryStringInfo(bytes, name.bytes, name.length);
}

/*
 * Writes one event.  "last" is the time of the one before, if there is one.
 */
static void
write_event(StringInfo bytes, const AdpJourneys *journeys,
			const AdpJourneyEvent *event, const TimestampTz *last)
{
	const AdpWorth *worth;

	/* the distance of two times can exceed a signed number */
	if (last == NULL)
		write_number(bytes, fold(event->at));
	else
		write_number(bytes, (uint64) event->at - (uint64) *last);

	if (event->channel != ADP_NO_CHANNEL)
	{
		write_number(bytes, (uint64) event->channel + FIRST_CHANNEL);
		return;
	}
	worth = &journeys->worths[event->worth];
	if (!worth->is_known)
	{
		write_number(bytes, CONVERSION_UNKNOWN);
		return;
	}
	write_number(bytes, CONVERSION_KNOWN);
	write_number(bytes, worth->value.scale);
	write_number(bytes, fold(worth->value.units));
}

/*
 * Where the events of the user that has the event at "begin" end.
 */
static uint32
end_of_user(const AdpJourneys *journeys, uint32 begin)
{
	uint32 end = begin + 1;

	while (end < journeys->event_count &&
		   journeys->events[end].user == journeys->events[begin].user)
		end++;
	return end;
}

/*
 * Writes all events of the user whose first event is at "begin".  Returns the
 * first event of the next user.
 */
static uint32
write_user(StringInfo bytes, const AdpJourneys *journeys, uint32 begin)
{
	const AdpJourneyEvent *events = journeys->events;
	uint32 end = end_of_user(journeys, begin);

	write_name(bytes, journeys->users.list[events[begin].user]);
	write_number(bytes, end - begin);
	for (uint32 i = begin; i < end; i++)
		write_event(bytes, journeys, &events[i],
					i == begin ? NULL : &events[i - 1].at);
	return end;
}

/*
 * Appends the stored form.  Sorts the state.  Raises 54000 if it is too large
 * to be stored.
 */
void
adp_journeys_write(StringInfo bytes, AdpJourneys *journeys)
{
	uint32 written = 0;

	adp_journeys_sort(journeys);
	appendStringInfoChar(bytes, ADP_JOURNEYS_VERSION);
	appendBinaryStringInfo(bytes, journeys->currency.code, ADP_CURRENCY_SIZE);
	write_number(bytes, journeys->currency.rows);
	write_number(bytes, journeys->channels.count);
	for (uint32 i = 0; i < journeys->channels.count; i++)
		write_name(bytes, journeys->channels.list[i]);

	write_number(bytes, journeys->users.count);
	for (uint32 i = 0; i < journeys->users.count; i++)
	{
		if (i % USERS_PER_INTERRUPT_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		written = write_user(bytes, journeys, written);
		if (bytes->len > LARGEST_STATE)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("journeys are larger than %d bytes", LARGEST_STATE),
					 errhint(
						 "Use GROUP BY with a hash of the user, so that each group holds some users whole, and add up the results of the groups.")));
	}
}

/*
 * Reads a number of at most "bits" bits, in its shortest form.
 */
static uint128
read_number(Reader *reader, int bits)
{
	uint128 number = 0;
	uint8 byte;

	for (int shift = 0; shift < NUMBER_BITS; shift += 7)
	{
		if (reader->failed || reader->at == reader->end)
			break;
		byte = *reader->at++;
		number |= (uint128) (byte & SEVEN_BITS) << shift;
		if (byte & MORE)
			continue;

		/* nothing but zeros in front, nothing lost, nothing too large */
		if ((byte == 0 && shift > 0) || (number >> shift) != byte ||
			(bits < NUMBER_BITS && (number >> bits) != 0))
			break;
		return number;
	}
	reader->failed = true;
	return 0;
}

/*
 * Returns a name that points into the bytes.  It must be well-formed text.
 */
static AdpName
read_name(Reader *reader)
{
	AdpName name = {0};

	name.length = (uint32) read_number(reader, 32);
	name.bytes = (const char *) reader->at;
	if (reader->failed || !adp_journeys_name_is_valid(name) ||
		name.length > reader->end - reader->at ||
		!pg_verify_mbstr(GetDatabaseEncoding(), name.bytes, name.length, true))
	{
		reader->failed = true;
		return name;
	}
	reader->at += name.length;
	return name;
}

/*
 * Reads a name and appends it.  Names must be in ascending order.
 */
static void
read_next_name(Reader *reader, AdpNames *names)
{
	AdpName name = read_name(reader);

	if (reader->failed)
		return;
	if (names->count > 0 &&
		adp_name_compare(names->list[names->count - 1], name) >= 0)
	{
		reader->failed = true;
		return;
	}
	adp_names_append(names, name);
}

static void
read_currency(Reader *reader, AdpCurrency *currency)
{
	if (reader->end - reader->at < ADP_CURRENCY_SIZE)
	{
		reader->failed = true;
		return;
	}
	memcpy(currency->code, reader->at, ADP_CURRENCY_SIZE);
	reader->at += ADP_CURRENCY_SIZE;
	currency->rows = (int64) read_number(reader, 63);
	if (!adp_currency_is_valid(currency))
		reader->failed = true;
}

static AdpWorth
read_worth(Reader *reader)
{
	AdpWorth worth = {.is_known = true};

	worth.value.scale = (int) read_number(reader, 8);
	worth.value.units = unfold(read_number(reader, NUMBER_BITS));
	if (!adp_journeys_worth_is_valid(&worth))
		reader->failed = true;
	return worth;
}

/*
 * Reads a time: by itself, or as the distance from the event before.
 */
static TimestampTz
read_time(Reader *reader, const AdpJourneyEvent *before)
{
	int128 at;

	if (before == NULL)
		at = unfold(read_number(reader, 65));
	else
		at = (int128) before->at + (int128) read_number(reader, 64);
	if (at < MIN_TIMESTAMP || at >= END_TIMESTAMP)
		reader->failed = true;
	return (TimestampTz) at;
}

/*
 * Reads one event and appends it.  is_first: it is the first event of its
 * user.
 */
static void
read_event(Reader *reader, AdpJourneys *journeys, bool is_first,
		   bool *is_touched)
{
	const AdpJourneyEvent *before =
		is_first ? NULL : &journeys->events[journeys->event_count - 1];
	AdpJourneyEvent event = {.user = journeys->users.count - 1};
	AdpWorth worth = {0};
	uint64 kind;

	event.at = read_time(reader, before);
	kind = (uint64) read_number(reader, 64);
	if (kind >= FIRST_CHANNEL)
	{
		if (kind - FIRST_CHANNEL >= journeys->channels.count)
		{
			reader->failed = true;
			return;
		}
		event.channel = (uint32) (kind - FIRST_CHANNEL);
		is_touched[event.channel] = true;
	}
	else
	{
		event.channel = ADP_NO_CHANNEL;
		if (kind == CONVERSION_KNOWN)
			worth = read_worth(reader);
	}
	if (reader->failed)
		return;

	adp_journeys_append(journeys, &event, &worth);
	if (!is_first)
	{
		const AdpJourneyEvent *last =
			&journeys->events[journeys->event_count - 1];

		if (adp_journeys_compare(journeys, last - 1, last) > 0)
			reader->failed = true;
	}
}

/*
 * Reads one user with all events.
 */
static void
read_user(Reader *reader, AdpJourneys *journeys, bool *is_touched)
{
	uint64 count;

	read_next_name(reader, &journeys->users);
	count = (uint64) read_number(reader, 64);
	if (count == 0)
		reader->failed = true;
	for (uint64 i = 0; i < count && !reader->failed; i++)
		read_event(reader, journeys, i == 0, is_touched);
}

/*
 * Reads everything after the version.
 */
static void
read_body(Reader *reader, AdpJourneys *journeys)
{
	uint64 count;
	bool *is_touched;

	read_currency(reader, &journeys->currency);
	count = (uint64) read_number(reader, 64);
	if (count > ADP_JOURNEYS_MAX_CHANNELS)
		reader->failed = true;
	for (uint64 i = 0; i < count && !reader->failed; i++)
		read_next_name(reader, &journeys->channels);

	is_touched = palloc0(Max(journeys->channels.count, 1));
	count = (uint64) read_number(reader, 64);
	for (uint64 i = 0; i < count && !reader->failed; i++)
	{
		if (i % USERS_PER_INTERRUPT_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		read_user(reader, journeys, is_touched);
	}
	for (uint64 i = 0; i < journeys->channels.count; i++)
	{
		if (!is_touched[i])
			reader->failed = true;
	}
	pfree(is_touched);
}

/*
 * Reads the stored form into an empty state.  False if adp_journeys_write
 * would not have written these bytes; raises 0A000 for an unknown version.
 */
bool
adp_journeys_read(AdpJourneys *journeys, const char *bytes, Size size)
{
	Reader reader = {.at = (const uint8 *) bytes,
					 .end = (const uint8 *) bytes + size};

	if (size == 0)
		return false;
	adp_journeys_check_version(*reader.at++);
	read_body(&reader, journeys);
	journeys->is_sorted = true;
	return !reader.failed && reader.at == reader.end &&
		journeys->currency.rows <= journeys->worth_count;
}
