/*
 * journeys_type.c
 *		SQL type adpipe.journeys: the aggregates that make it, its binary form.
 *
 * An aggregate's state is an expanded object, which grows in place.  Its
 * stored bytes are made when the state leaves the aggregate.
 */
#include "postgres.h"

#include "fmgr.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "base/compat.h"
#include "kpi/attribution/journeys.h"
#include "kpi/core/states.h"

PG_FUNCTION_INFO_V1(adpipe_journeys_combine);
PG_FUNCTION_INFO_V1(adpipe_journeys_recv);
PG_FUNCTION_INFO_V1(adpipe_journeys_send);
PG_FUNCTION_INFO_V1(adpipe_journeys_currency);

#define MAX_SHOWN_BYTES 40 /* of a name that is too long */

/* arguments of the transition functions */
enum
{
	ARG_STATE,
	ARG_USER,
	ARG_AT,
	ARG_CHANNEL,
	ARG_CONVERSION,
	ARG_VALUE,
	ARG_CURRENCY, /* in the longer form */
};

typedef struct ExpandedJourneys
{
	ExpandedObjectHeader header;
	AdpJourneys journeys;
	StringInfo bytes; /* the stored form, between asking its size and copying */
} ExpandedJourneys;

/* room for the text of an id that is no text: 36 for a uuid is the longest */
#define ID_TEXT_SIZE 40

/* reads the user's id of one SQL type; known at compile time, so inlined */
typedef AdpName (*ReadUser)(Datum datum, char *buffer);

/*
 * Callback of the server: the size of the stored form.
 */
static Size
flat_size(ExpandedObjectHeader *header)
{
	ExpandedJourneys *expanded = (ExpandedJourneys *) header;

	if (expanded->bytes == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(header->eoh_context);

		expanded->bytes = makeStringInfo();
		adp_journeys_write(expanded->bytes, &expanded->journeys);
		MemoryContextSwitchTo(caller);
	}
	return VARHDRSZ + expanded->bytes->len;
}

/*
 * Callback of the server: writes the stored form.  The bytes are freed, since
 * the aggregate may go on to add rows.
 */
static void
flatten(ExpandedObjectHeader *header, void *result, Size size)
{
	ExpandedJourneys *expanded = (ExpandedJourneys *) header;

	Assert(size == flat_size(header));
	SET_VARSIZE(result, size);
	memcpy(VARDATA(result), expanded->bytes->data, expanded->bytes->len);
	pfree(expanded->bytes->data);
	pfree(expanded->bytes);
	expanded->bytes = NULL;
}

static const ExpandedObjectMethods expanded_methods = {flat_size, flatten};

/*
 * Makes an expanded object without events that lies in a memory context.
 */
static ExpandedJourneys *
make_expanded(MemoryContext context)
{
	ExpandedJourneys *expanded =
		MemoryContextAllocZero(context, sizeof(ExpandedJourneys));

	EOH_init_header(&expanded->header, &expanded_methods, context);
	adp_journeys_init(&expanded->journeys, context);
	return expanded;
}

static MemoryContext
make_context(MemoryContext parent)
{
	return AllocSetContextCreate(parent, "adpipe journeys",
								 ALLOCSET_DEFAULT_SIZES);
}

/*
 * The expanded object that a datum points to, or NULL if it is in its stored
 * form.
 */
static ExpandedJourneys *
expanded_from_datum(Datum datum)
{
	ExpandedObjectHeader *header;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(datum)))
		return NULL;
	header = DatumGetEOHP(datum);
	Assert(header->eoh_methods == &expanded_methods);
	return (ExpandedJourneys *) header;
}

/*
 * Reads the stored form into an empty state.
 */
static void
read_stored(AdpJourneys *journeys, Datum datum)
{
	struct varlena *stored = PG_DETOAST_DATUM_PACKED(datum);

	if (!adp_journeys_read(journeys, VARDATA_ANY(stored),
						   VARSIZE_ANY_EXHDR(stored)))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored journeys cannot be read")));
	if ((Pointer) stored != DatumGetPointer(datum))
		pfree(stored);
}

/*
 * The structure behind a datum: that of the expanded object itself, or a new
 * one in the current context.  The caller may sort it, but must not change it
 * otherwise.
 */
AdpJourneys *
adp_journeys_from_datum(Datum datum)
{
	ExpandedJourneys *expanded = expanded_from_datum(datum);
	AdpJourneys *journeys;

	if (expanded != NULL)
		return &expanded->journeys;
	journeys = palloc(sizeof(AdpJourneys));
	adp_journeys_init(journeys, CurrentMemoryContext);
	read_stored(journeys, datum);
	return journeys;
}

/*
 * The stored form of a state, in the current context.
 */
Datum
adp_journeys_to_datum(AdpJourneys *journeys)
{
	StringInfoData bytes;

	initStringInfo(&bytes);
	appendStringInfoSpaces(&bytes, VARHDRSZ);
	adp_journeys_write(&bytes, journeys);
	SET_VARSIZE(bytes.data, bytes.len);
	return PointerGetDatum(bytes.data);
}

/*
 * The state in argument 0, for the caller to change and return.  Inside an
 * aggregate this is the state itself, which belongs to us; outside it is a
 * copy.  For NULL it is a new empty state.
 */
static ExpandedJourneys *
writable_state(FunctionCallInfo fcinfo)
{
	MemoryContext context;
	ExpandedJourneys *expanded;
	bool in_aggregate = AggCheckCallContext(fcinfo, &context) != 0;
	Datum state = PG_GETARG_DATUM(ARG_STATE);

	if (in_aggregate && !PG_ARGISNULL(ARG_STATE) &&
		VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(state)))
	{
		expanded = expanded_from_datum(state);
		Assert(expanded->bytes == NULL);
		return expanded;
	}

	expanded = make_expanded(in_aggregate ? adp_states_context(fcinfo, context)
										  : make_context(CurrentMemoryContext));
	if (PG_ARGISNULL(ARG_STATE))
		return expanded;
	if (expanded_from_datum(state) == NULL)
		read_stored(&expanded->journeys, state);
	else
		adp_journeys_merge(&expanded->journeys, adp_journeys_from_datum(state));
	return expanded;
}

/*
 * Raises the error for a name that cannot be one, and shows its start.
 */
static void
refuse_name(AdpName name, const char *kind)
{
	int shown = pg_mbcliplen(name.bytes, name.length, MAX_SHOWN_BYTES);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid name of a %s: \"%.*s\"", kind, shown, name.bytes),
			 errdetail("A name has 1 to %d bytes; this one has %u.",
					   ADP_JOURNEYS_MAX_NAME, name.length),
			 errhint("Turn a missing %s into NULL.", kind)));
}

/*
 * The name in a text argument.  Raises 22023 if it is not valid; the message
 * calls it the name of a "kind".
 */
static AdpName
read_name(Datum datum, const char *kind)
{
	text *argument = DatumGetTextPP(datum);
	AdpName name = {VARDATA_ANY(argument), VARSIZE_ANY_EXHDR(argument)};

	if (unlikely(!adp_journeys_name_is_valid(name)))
		refuse_name(name, kind);
	return name;
}

static inline AdpName
read_user_text(Datum datum, char *buffer)
{
	return read_name(datum, "user");
}

/*
 * A number is the user of its decimal text, in the buffer.
 */
static inline AdpName
read_user_int8(Datum datum, char *buffer)
{
	AdpName name = {buffer, 0};

	name.length = pg_lltoa(DatumGetInt64(datum), buffer);
	return name;
}

/*
 * A uuid is the user of its canonical text, in the buffer.
 */
static inline AdpName
read_user_uuid(Datum datum, char *buffer)
{
	static const char digits[] = "0123456789abcdef";
	const pg_uuid_t *uuid = DatumGetUUIDP(datum);
	AdpName name = {buffer, 0};

	for (int i = 0; i < UUID_LEN; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			buffer[name.length++] = '-';
		buffer[name.length++] = digits[uuid->data[i] >> 4];
		buffer[name.length++] = digits[uuid->data[i] & 15];
	}
	return name;
}

/*
 * The time of the row.  Raises 22008 for infinity.
 */
static TimestampTz
read_time(Datum datum)
{
	TimestampTz at = DatumGetTimestampTz(datum);

	if (unlikely(TIMESTAMP_NOT_FINITE(at)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("time of a touch or conversion is infinite"),
				 errhint("Leave these rows out with FILTER.")));
	return at;
}

/*
 * Records the currency of the row's conversion.  A conversion without a value
 * needs no currency.
 */
static void
add_currency(FunctionCallInfo fcinfo, AdpCurrency *currency)
{
	char code[ADP_CURRENCY_SIZE] = {0};

	if (PG_NARGS() <= ARG_CURRENCY)
		return; /* the form without a currency */
	if (!PG_ARGISNULL(ARG_CURRENCY))
		adp_currency_read(PG_GETARG_TEXT_PP(ARG_CURRENCY), code);
	else if (PG_ARGISNULL(ARG_VALUE))
		return;
	adp_currency_add(currency, code, 1);
}

/*
 * Raises the error for a conversion without a user or a time, which would be
 * missing from all paths and totals.
 */
static void
refuse_lost_conversion(bool has_no_user)
{
	if (has_no_user)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("conversion without a user"),
				 errhint(
					 "Give each unknown user a name of its own, or leave these rows out with FILTER.")));
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("conversion without a time"),
			 errhint("Leave these rows out with FILTER.")));
}

/*
 * Whether the row has anything to add.  A touch without a user or a time is
 * on no path and is left out.  Raises 22004 for such a conversion, which must
 * not be lost.
 */
static bool
row_counts(FunctionCallInfo fcinfo)
{
	bool converts =
		!PG_ARGISNULL(ARG_CONVERSION) && PG_GETARG_BOOL(ARG_CONVERSION);

	if (!PG_ARGISNULL(ARG_USER) && !PG_ARGISNULL(ARG_AT))
		return converts || !PG_ARGISNULL(ARG_CHANNEL);
	if (converts)
		refuse_lost_conversion(PG_ARGISNULL(ARG_USER));
	return false;
}

/*
 * Adds one row: (state, user, at, channel, conversion, value [, currency]).
 */
static pg_attribute_always_inline Datum
add_row(FunctionCallInfo fcinfo, ReadUser read_user, AdpReadFixed read_value)
{
	ExpandedJourneys *state;
	char buffer[ID_TEXT_SIZE];
	AdpName user;
	TimestampTz at;

	if (!row_counts(fcinfo))
	{
		if (PG_ARGISNULL(ARG_STATE))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(ARG_STATE));
	}

	state = writable_state(fcinfo);
	user = read_user(PG_GETARG_DATUM(ARG_USER), buffer);
	at = read_time(PG_GETARG_DATUM(ARG_AT));
	if (!PG_ARGISNULL(ARG_CHANNEL))
		adp_journeys_touch(&state->journeys, user, at,
						   read_name(PG_GETARG_DATUM(ARG_CHANNEL), "channel"));
	if (!PG_ARGISNULL(ARG_CONVERSION) && PG_GETARG_BOOL(ARG_CONVERSION))
	{
		AdpWorth worth = {.is_known = !PG_ARGISNULL(ARG_VALUE)};

		if (worth.is_known)
			worth.value = read_value(PG_GETARG_DATUM(ARG_VALUE));
		add_currency(fcinfo, &state->journeys.currency);
		adp_journeys_convert(&state->journeys, user, at, &worth);
	}
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->header));
}

#define DEFINE_ADD(user, value) \
	PG_FUNCTION_INFO_V1(adpipe_journeys_add_##user##_##value); \
	Datum adpipe_journeys_add_##user##_##value(PG_FUNCTION_ARGS) \
	{ \
		return add_row(fcinfo, read_user_##user, adp_fixed_read_##value); \
	}

#define DEFINE_ADD_OF_USER(user) \
	DEFINE_ADD(user, int8) \
	DEFINE_ADD(user, numeric) \
	DEFINE_ADD(user, float8)

/*
 * each journeys_add(journeys, user, timestamptz, text, boolean, value [, text])
 *		returns journeys
 */
DEFINE_ADD_OF_USER(text)
DEFINE_ADD_OF_USER(int8)
DEFINE_ADD_OF_USER(uuid)

/*
 * journeys_combine(journeys, journeys) returns journeys; strict
 *
 * The state of the rows of both.
 */
Datum
adpipe_journeys_combine(PG_FUNCTION_ARGS)
{
	ExpandedJourneys *state = writable_state(fcinfo);

	adp_journeys_merge(&state->journeys, PG_GETARG_JOURNEYS(1));
	PG_RETURN_DATUM(EOHPGetRWDatum(&state->header));
}

/*
 * journeys_send(journeys) returns bytea
 */
Datum
adpipe_journeys_send(PG_FUNCTION_ARGS)
{
	return adp_journeys_to_datum(PG_GETARG_JOURNEYS(0));
}

/*
 * journeys_recv(internal) returns journeys
 *
 * Any client can send a message, so it is checked in full.
 */
Datum
adpipe_journeys_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	int size = message->len - message->cursor;
	const char *bytes = pq_getmsgbytes(message, size);
	struct varlena *stored;
	AdpJourneys journeys;

	adp_journeys_init(&journeys, CurrentMemoryContext);
	if (!adp_journeys_read(&journeys, bytes, size))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid external \"%s\" value", ADP_JOURNEYS_TYPE)));

	/* what was read is what would be written */
	stored = palloc(VARHDRSZ + size);
	SET_VARSIZE(stored, VARHDRSZ + size);
	memcpy(VARDATA(stored), bytes, size);
	PG_RETURN_POINTER(stored);
}

/*
 * journeys_currency(journeys) returns text; strict
 *
 * The currency of the values, NULL if none was declared.
 */
Datum
adpipe_journeys_currency(PG_FUNCTION_ARGS)
{
	const char *code = PG_GETARG_JOURNEYS(0)->currency.code;

	if (code[0] == '\0')
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(
		cstring_to_text_with_len(code, strnlen(code, ADP_CURRENCY_SIZE)));
}
