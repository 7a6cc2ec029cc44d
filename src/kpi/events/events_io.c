/*
 * events_io.c
 *		Text and binary form of adpipe.events_state.
 *
 * Text: events:1:KIND:TYPE:CONDITIONS:BYTES:PARAMETERS:COUNT:EVENTS, where 1
 * is the version, KIND the aggregate, TYPE the type of the time, CONDITIONS
 * their number, and BYTES the length of the parameters.  An event is
 * TIME/BITS, in decimal and in hexadecimal; commas separate events.  Events
 * are in order, so that a state has exactly one text, and no other text is
 * accepted.
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "kpi/events/events.h"

PG_FUNCTION_INFO_V1(adpipe_events_in);
PG_FUNCTION_INFO_V1(adpipe_events_out);
PG_FUNCTION_INFO_V1(adpipe_events_recv);
PG_FUNCTION_INFO_V1(adpipe_events_send);

#define TEXT_PREFIX "events:"
#define NAME_SIZE 16		/* longer than any kind or type of time */
#define INT64_TEXT_BYTES 20 /* a sign and 19 digits */
#define EVENT_BYTES (sizeof(int64) + sizeof(int32)) /* in binary form */
#define PARAMETER_BYTES_MAX 10000

/* a text being read; pos is NULL once something was wrong */
typedef struct Input
{
	const char *pos;
} Input;

/*
 * Takes one given character.
 */
static void
take_char(Input *input, char c)
{
	if (input->pos != NULL && *input->pos++ != c)
		input->pos = NULL;
}

/*
 * Takes a name of lower case letters and underscores.
 */
static void
take_name(Input *input, char *name)
{
	int length;

	name[0] = '\0';
	if (input->pos == NULL)
		return;
	length = strspn(input->pos, "abcdefghijklmnopqrstuvwxyz_");
	if (length >= NAME_SIZE)
	{
		input->pos = NULL;
		return;
	}
	memcpy(name, input->pos, length);
	name[length] = '\0';
	input->pos += length;
}

/*
 * Takes a number as it would be printed: no plus, no zeros in front.
 */
static int64
take_number(Input *input, int base)
{
	char printed[INT64_TEXT_BYTES + 2];
	char *end;
	int64 number;
	int length;

	if (input->pos == NULL)
		return 0;
	errno = 0;
	number = strtoll(input->pos, &end, base);
	length = snprintf(printed, sizeof(printed), base == 16 ? "%llx" : "%lld",
					  (long long) number);
	if (errno != 0 || end - input->pos != length ||
		memcmp(input->pos, printed, length) != 0)
		input->pos = NULL;
	else
		input->pos = end;
	return number;
}

/*
 * Whether this event can follow the one before in the sorted list of a call.
 */
static bool
event_is_valid(const AdpEvents *state, const AdpEvent *event, bool keeps_others)
{
	uint32 known = (uint32) ((((uint64) 1) << state->condition_count) - 1);

	if ((event->conditions & ~known) != 0 ||
		(event->conditions == 0 && !keeps_others) ||
		!adp_time_is_valid(state->time_type, event->time))
		return false;
	return event == ADP_EVENTS_FIRST(state) ||
		adp_event_compare(event - 1, event) <= 0;
}

/*
 * Makes an empty state for a call that was read from outside; NULL if there
 * is no such call.
 */
static AdpEvents *
make_checked(const AdpEventsCall *call, int64 count, bool *keeps_others)
{
	const AdpEventsKind *kind = adp_events_kind(call->kind);
	const void *parsed;

	if (kind == NULL || adp_time_type_name(call->time_type) == NULL ||
		call->condition_count < 1 ||
		call->condition_count > ADP_CONDITIONS_MAX ||
		strnlen(call->parameters, call->parameter_bytes) !=
			call->parameter_bytes ||
		count < 0)
		return NULL;
	if (count > ADP_EVENTS_MAX)
		adp_events_refuse_more();
	parsed = adp_events_parse(call);
	if (parsed == NULL)
		return NULL;
	*keeps_others = kind->keeps_others != NULL && kind->keeps_others(parsed);
	return adp_events_make(call, (uint32) count);
}

/*
 * Reads everything before the events.  The parameters are copied.
 */
static int64
parse_head(Input *input, AdpEventsCall *call)
{
	char name[NAME_SIZE];
	int64 number;

	take_name(input, name);
	call->kind = adp_events_kind_parse(name);
	take_char(input, ':');
	take_name(input, name);
	call->time_type = adp_time_type_parse(name);
	take_char(input, ':');
	number = take_number(input, 10);
	call->condition_count = Max(Min(number, PG_INT16_MAX), 0);
	take_char(input, ':');
	number = take_number(input, 10);
	take_char(input, ':');
	if (input->pos == NULL || number < 0 || number > PARAMETER_BYTES_MAX ||
		strnlen(input->pos, number) < number)
	{
		input->pos = NULL;
		return 0;
	}
	call->parameters = pnstrdup(input->pos, number);
	call->parameter_bytes = number;
	input->pos += number;
	take_char(input, ':');
	number = take_number(input, 10);
	take_char(input, ':');
	return number;
}

/*
 * Reads "count" events into a state that has room for them.  False if they
 * are not as print writes them.
 */
static bool
parse_events(Input *input, AdpEvents *state, uint32 count, bool keeps_others)
{
	AdpEvent *event = ADP_EVENTS_FIRST(state);

	for (; state->count < count; state->count++, event++)
	{
		int64 conditions;

		CHECK_FOR_INTERRUPTS();
		if (state->count > 0)
			take_char(input, ',');
		event->time = take_number(input, 10);
		take_char(input, '/');
		conditions = take_number(input, 16);
		event->conditions = (uint32) conditions;
		if (input->pos == NULL || event->conditions != conditions ||
			!event_is_valid(state, event, keeps_others))
			return false;
	}
	return *input->pos == '\0';
}

/*
 * Reads a text after its version.  NULL if it is not as print writes it.
 */
static AdpEvents *
parse_state(Input *input)
{
	AdpEventsCall call = {0};
	int64 count = parse_head(input, &call);
	AdpEvents *state;
	bool keeps_others = false;

	/* an event takes three bytes at least: believe no count without them */
	if (input->pos == NULL || count > (int64) strlen(input->pos) / 3)
		return NULL;
	state = make_checked(&call, count, &keeps_others);
	if (state == NULL ||
		!parse_events(input, state, (uint32) count, keeps_others))
		return NULL;
	return state;
}

/*
 * events_in(cstring) returns events_state
 */
Datum
adpipe_events_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	Input input = {text};
	AdpEvents *state = NULL;

	if (strncmp(text, TEXT_PREFIX, strlen(TEXT_PREFIX)) == 0)
	{
		int64 version;

		input.pos += strlen(TEXT_PREFIX);
		version = take_number(&input, 10);
		take_char(&input, ':');
		if (input.pos != NULL)
			adp_version_check_text(version, ADP_EVENTS_VERSION, ADP_EVENTS_TYPE);
		if (version == ADP_EVENTS_VERSION)
			state = parse_state(&input);
	}
	if (state == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s", ADP_EVENTS_TYPE),
				 errhint(
					 "Only what the type's output function wrote is accepted.")));
	PG_RETURN_POINTER(state);
}

/*
 * events_out(events_state) returns cstring
 */
Datum
adpipe_events_out(PG_FUNCTION_ARGS)
{
	const AdpEvents *state = adp_events_sorted(fcinfo, 0);
	const AdpEvent *event = ADP_EVENTS_FIRST(state);
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text,
					 TEXT_PREFIX "%d:%s:%s:%d:%u:%.*s:%u:", state->version,
					 adp_events_kind(state->kind)->name,
					 adp_time_type_name(state->time_type),
					 state->condition_count, state->parameter_bytes,
					 (int) state->parameter_bytes, state->parameters,
					 state->count);
	for (uint32 i = 0; i < state->count; i++, event++)
	{
		CHECK_FOR_INTERRUPTS();
		appendStringInfo(&text,
						 i == 0 ? INT64_FORMAT "/%x" : "," INT64_FORMAT "/%x",
						 event->time, event->conditions);
	}
	PG_RETURN_CSTRING(text.data);
}

/*
 * Reads everything before the events of a message, and makes a state with room
 * for all of them.  Sets *count to their number.  NULL if the message is
 * malformed, which includes a number of events that it does not hold.
 */
static AdpEvents *
receive_header(StringInfo message, uint32 *count, bool *keeps_others)
{
	AdpEventsCall call;
	uint32 parameter_bytes;

	adp_events_check_version(pq_getmsgbyte(message));
	call.kind = pq_getmsgbyte(message);
	call.time_type = pq_getmsgbyte(message);
	call.condition_count = pq_getmsgbyte(message);
	parameter_bytes = pq_getmsgint(message, sizeof(int32));
	if (parameter_bytes > PARAMETER_BYTES_MAX)
		return NULL;

	call.parameter_bytes = parameter_bytes;
	call.parameters =
		pnstrdup(pq_getmsgbytes(message, parameter_bytes), parameter_bytes);
	*count = pq_getmsgint(message, sizeof(int32));
	if ((int64) *count * EVENT_BYTES != message->len - message->cursor)
		return NULL;
	return make_checked(&call, *count, keeps_others);
}

/*
 * Reads the events of a message into a state that has room for them.  False if
 * one of them cannot be there.
 */
static bool
receive_events(StringInfo message, AdpEvents *state, uint32 count,
			   bool keeps_others)
{
	AdpEvent *event = ADP_EVENTS_FIRST(state);

	for (; state->count < count; event++)
	{
		CHECK_FOR_INTERRUPTS();
		event->time = pq_getmsgint64(message);
		event->conditions = pq_getmsgint(message, sizeof(int32));
		if (!event_is_valid(state, event, keeps_others))
			return false;
		state->count++;
	}
	return true;
}

/*
 * events_recv(internal) returns events_state
 *
 * The server checks that no bytes are left over.  We check the rest, because
 * any client can send a message.
 */
Datum
adpipe_events_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	uint32 count;
	bool keeps_others;
	AdpEvents *state = receive_header(message, &count, &keeps_others);

	if (state == NULL || !receive_events(message, state, count, keeps_others))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid external \"%s\" value", ADP_EVENTS_TYPE)));
	PG_RETURN_POINTER(state);
}

/*
 * events_send(events_state) returns bytea
 */
Datum
adpipe_events_send(PG_FUNCTION_ARGS)
{
	const AdpEvents *state = adp_events_sorted(fcinfo, 0);
	const AdpEvent *event = ADP_EVENTS_FIRST(state);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendint8(&message, state->version);
	pq_sendint8(&message, state->kind);
	pq_sendint8(&message, state->time_type);
	pq_sendint8(&message, state->condition_count);
	pq_sendint32(&message, state->parameter_bytes);
	pq_sendbytes(&message, state->parameters, state->parameter_bytes);
	pq_sendint32(&message, state->count);
	for (uint32 i = 0; i < state->count; i++, event++)
	{
		CHECK_FOR_INTERRUPTS();
		pq_sendint64(&message, event->time);
		pq_sendint32(&message, event->conditions);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}
