/*
 * journeys_text.c
 *		Text form of adpipe.journeys.
 *
 * journeys:1:CURRENCY:ROWS:USERS, where 1 is the version, CURRENCY the code
 * or "-", ROWS the number of conversions with a value or a currency, and each
 * of USERS a quoted name and, in parentheses, events: TIME"channel" for a
 * touch, TIME=VALUE for a conversion, TIME=- for one without a value.  TIME is
 * in microseconds since 2000-01-01 UTC.  A backslash precedes quotes and
 * backslashes in names.  A state has exactly one text, and no other text is
 * accepted.
 */
#include "postgres.h"

#include "fmgr.h"
#include "mb/pg_wchar.h"

#include "kpi/attribution/journeys.h"

PG_FUNCTION_INFO_V1(adpipe_journeys_in);
PG_FUNCTION_INFO_V1(adpipe_journeys_out);

#define TEXT_PREFIX "journeys:"
#define NOTHING "-"
#define MAX_SHOWN_BYTES 200 /* of a text that is not accepted */

static void
print_name(StringInfo text, AdpName name)
{
	appendStringInfoChar(text, '"');
	for (uint32 i = 0; i < name.length; i++)
	{
		if (name.bytes[i] == '"' || name.bytes[i] == '\\')
			appendStringInfoChar(text, '\\');
		appendStringInfoChar(text, name.bytes[i]);
	}
	appendStringInfoChar(text, '"');
}

static void
print_event(StringInfo text, const AdpJourneys *journeys,
			const AdpJourneyEvent *event)
{
	const AdpWorth *worth;
	char number[ADP_FIXED_TEXT_SIZE];

	appendStringInfo(text, INT64_FORMAT, event->at);
	if (event->channel != ADP_NO_CHANNEL)
	{
		print_name(text, journeys->channels.list[event->channel]);
		return;
	}
	appendStringInfoChar(text, '=');
	worth = &journeys->worths[event->worth];
	if (!worth->is_known)
	{
		appendStringInfoString(text, NOTHING);
		return;
	}
	adp_fixed_print(number, worth->value.units, worth->value.scale);
	appendStringInfoString(text, number);
}

/*
 * Appends the text of a state.  Sorts it.
 */
static void
print_journeys(StringInfo text, AdpJourneys *journeys)
{
	const AdpCurrency *currency = &journeys->currency;

	adp_journeys_sort(journeys);
	appendStringInfo(text, TEXT_PREFIX "%d:", ADP_JOURNEYS_VERSION);
	if (currency->code[0] == '\0')
		appendStringInfoString(text, NOTHING);
	else
		appendStringInfo(text, "%.*s", ADP_CURRENCY_SIZE, currency->code);
	appendStringInfo(text, ":" INT64_FORMAT ":", currency->rows);

	for (uint32 i = 0; i < journeys->event_count; i++)
	{
		const AdpJourneyEvent *event = &journeys->events[i];
		bool is_first = i == 0 || event[-1].user != event->user;

		if (is_first)
		{
			if (i > 0)
				appendStringInfoChar(text, ')');
			print_name(text, journeys->users.list[event->user]);
		}
		appendStringInfoChar(text, is_first ? '(' : ' ');
		print_event(text, journeys, event);
	}
	if (journeys->event_count > 0)
		appendStringInfoChar(text, ')');
}

/*
 * Whether this character comes next.  Skips it if so.
 */
static bool
skip(const char **text, char c)
{
	if (**text != c)
		return false;
	(*text)++;
	return true;
}

/*
 * Reads a quoted name into "buffer".  False if there is no such name.
 */
static bool
parse_name(const char **text, StringInfo buffer, AdpName *name)
{
	resetStringInfo(buffer);
	if (!skip(text, '"'))
		return false;
	while (!skip(text, '"'))
	{
		skip(text, '\\');
		if (**text == '\0')
			return false;
		appendStringInfoChar(buffer, *(*text)++);
	}
	name->bytes = buffer->data;
	name->length = buffer->len;
	return adp_journeys_name_is_valid(*name);
}

/*
 * Reads what a conversion is worth.  False if that is no value.
 */
static bool
parse_worth(const char **text, AdpWorth *worth)
{
	char number[ADP_FIXED_TEXT_SIZE];
	Size length = strcspn(*text, " )");
	const char *point;

	memset(worth, 0, sizeof(AdpWorth));
	if (length >= sizeof(number))
		return false;
	memcpy(number, *text, length);
	number[length] = '\0';
	*text += length;
	if (strcmp(number, NOTHING) == 0)
		return true;

	worth->is_known = true;
	if (!adp_fixed_parse(number, &worth->value))
		return false;
	point = strchr(number, '.');
	worth->value.scale = point == NULL ? 0 : (int) strlen(point + 1);
	return adp_journeys_worth_is_valid(worth);
}

/*
 * Reads one event and adds it.  False if the text is malformed.
 */
static bool
parse_event(const char **text, AdpJourneys *journeys, AdpName user,
			StringInfo buffer)
{
	TimestampTz at;
	AdpName channel;
	AdpWorth worth;
	char *end;

	errno = 0;
	at = strtoll(*text, &end, 10);
	if (end == *text || errno != 0 || !IS_VALID_TIMESTAMP(at))
		return false;
	*text = end;
	if (skip(text, '='))
	{
		if (!parse_worth(text, &worth))
			return false;
		adp_journeys_convert(journeys, user, at, &worth);
		return true;
	}
	if (!parse_name(text, buffer, &channel))
		return false;
	adp_journeys_touch(journeys, user, at, channel);
	return true;
}

/*
 * Reads the users.  False if the text is malformed.  The caller finds another
 * order or another spelling when it prints the state.
 */
static bool
parse_users(const char *text, AdpJourneys *journeys)
{
	StringInfoData user_bytes;
	StringInfoData channel_bytes;
	AdpName user;

	initStringInfo(&user_bytes);
	initStringInfo(&channel_bytes);
	while (*text != '\0')
	{
		if (!parse_name(&text, &user_bytes, &user) || !skip(&text, '('))
			return false;
		do
		{
			if (!parse_event(&text, journeys, user, &channel_bytes))
				return false;
		} while (skip(&text, ' '));
		if (!skip(&text, ')'))
			return false;
	}
	return true;
}

/*
 * Reads all of a text.  False if it is no state.
 */
static bool
parse_journeys(const char *text, AdpJourneys *journeys)
{
	AdpCurrency *currency = &journeys->currency;
	char *end;
	long version;
	Size length;

	if (strncmp(text, TEXT_PREFIX, strlen(TEXT_PREFIX)) != 0)
		return false;
	text += strlen(TEXT_PREFIX);
	version = strtol(text, &end, 10);
	if (end != text)
		adp_version_check_text(version, ADP_JOURNEYS_VERSION, ADP_JOURNEYS_TYPE);
	text = end;
	if (!skip(&text, ':'))
		return false;

	length = strcspn(text, ":");
	if (length > ADP_CURRENCY_SIZE)
		return false;
	if (strncmp(text, NOTHING ":", 2) != 0)
		memcpy(currency->code, text, length);
	text += length;
	if (!skip(&text, ':'))
		return false;
	currency->rows = strtoll(text, &end, 10);
	text = end;
	return skip(&text, ':') && adp_currency_is_valid(currency) &&
		parse_users(text, journeys) && currency->rows <= journeys->worth_count;
}

/*
 * journeys_in(cstring) returns journeys
 *
 * Parses leniently, then requires that the result prints as the input, so
 * that exactly the texts that the output function writes are accepted.
 */
Datum
adpipe_journeys_in(PG_FUNCTION_ARGS)
{
	const char *input = PG_GETARG_CSTRING(0);
	AdpJourneys journeys;
	StringInfoData printed;
	bool is_valid;

	adp_journeys_init(&journeys, CurrentMemoryContext);
	initStringInfo(&printed);
	is_valid = parse_journeys(input, &journeys);
	if (is_valid)
		print_journeys(&printed, &journeys);
	if (!is_valid || strcmp(printed.data, input) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%.*s\"",
						ADP_JOURNEYS_TYPE,
						pg_mbcliplen(input, strlen(input), MAX_SHOWN_BYTES),
						input)));
	pfree(printed.data);
	return adp_journeys_to_datum(&journeys);
}

/*
 * journeys_out(journeys) returns cstring
 */
Datum
adpipe_journeys_out(PG_FUNCTION_ARGS)
{
	StringInfoData text;

	initStringInfo(&text);
	print_journeys(&text, PG_GETARG_JOURNEYS(0));
	PG_RETURN_CSTRING(text.data);
}
