/*
 * sequence.c
 *		sequence_match and sequence_count: patterns in what users did.
 *
 * Rows that meet no condition are dropped when they come, as they are no
 * events: an element of the pattern follows another if no row that meets a
 * condition is in between.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "kpi/events/events.h"
#include "kpi/events/pattern.h"

PG_FUNCTION_INFO_V1(adpipe_sequence_add_timestamptz);
PG_FUNCTION_INFO_V1(adpipe_sequence_add_timestamp);
PG_FUNCTION_INFO_V1(adpipe_sequence_add_bigint);
PG_FUNCTION_INFO_V1(adpipe_sequence_is_match);
PG_FUNCTION_INFO_V1(adpipe_sequence_matches);

#define PATTERN_BYTES_MAX 1000

#define NO_BOUND (-1)

/* the parameters of both aggregates */
typedef struct Sequence
{
	int64 within; /* of a whole chain, both ends included, or NO_BOUND */
	char text[PATTERN_BYTES_MAX + 1];
	AdpPattern pattern; /* of the text; set by parse only */
} Sequence;

/*
 * AdpEventsKind.print
 */
static void
print_sequence(StringInfo text, const void *parsed)
{
	const Sequence *sequence = parsed;

	appendStringInfo(text, "within=" INT64_FORMAT " pattern=%s",
					 sequence->within, sequence->text);
}

/*
 * AdpEventsKind.parse
 */
static bool
parse_sequence(const AdpEventsCall *call, void *parsed)
{
	Sequence *sequence = parsed;
	const char *text = pnstrdup(call->parameters, call->parameter_bytes);
	const char *pattern = strstr(text, " pattern=");
	long long within;

	if (pattern == NULL || sscanf(text, "within=%lld", &within) != 1 ||
		within < NO_BOUND || call->time_type == ADP_TIME_DATE)
		return false;
	sequence->within = within;
	pattern += strlen(" pattern=");
	if (strlcpy(sequence->text, pattern, sizeof(sequence->text)) >=
		sizeof(sequence->text))
		return false;
	adp_pattern_parse(pattern, call->condition_count,
					  call->time_type != ADP_TIME_BIGINT, &sequence->pattern);
	return true;
}

const AdpEventsKind adp_sequence_kind = {
	.name = "sequence",
	.parsed_size = sizeof(Sequence),
	.parse = parse_sequence,
	.print = print_sequence,
};

/*
 * AdpEventsForm.read: (state, pattern [, within], at, conditions).
 */
static void
read_sequence(FunctionCallInfo fcinfo, const AdpEventsForm *form, void *parsed)
{
	Sequence *sequence = parsed;
	const char *pattern = text_to_cstring(PG_GETARG_TEXT_PP(1));

	if (strlcpy(sequence->text, pattern, sizeof(sequence->text)) >=
		sizeof(sequence->text))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_REGULAR_EXPRESSION),
				 errmsg("pattern is too long"),
				 errdetail("A pattern may have %d bytes.", PATTERN_BYTES_MAX)));
	if (PG_NARGS() < 5)
		sequence->within = NO_BOUND;
	else if (form->time_type == ADP_TIME_BIGINT)
		sequence->within = adp_within_from_int64(PG_GETARG_INT64(2));
	else
		sequence->within = adp_within_from_interval(PG_GETARG_DATUM(2));
}

static const AdpEventsForm timestamptz_form = {
	.kind = ADP_EVENTS_SEQUENCE,
	.time_type = ADP_TIME_TIMESTAMPTZ,
	.lengths = {-1, sizeof(Interval)},
	.read = read_sequence,
};

static const AdpEventsForm timestamp_form = {
	.kind = ADP_EVENTS_SEQUENCE,
	.time_type = ADP_TIME_TIMESTAMP,
	.lengths = {-1, sizeof(Interval)},
	.read = read_sequence,
};

static const AdpEventsForm bigint_form = {
	.kind = ADP_EVENTS_SEQUENCE,
	.time_type = ADP_TIME_BIGINT,
	.lengths = {-1, sizeof(int64)},
	.read = read_sequence,
};

/*
 * sequence_add(events_state, text [, interval], timestamptz, boolean[])
 *		returns events_state
 */
Datum
adpipe_sequence_add_timestamptz(PG_FUNCTION_ARGS)
{
	return adp_events_add_row(fcinfo, &timestamptz_form);
}

/*
 * sequence_add(events_state, text [, interval], timestamp, boolean[])
 *		returns events_state
 */
Datum
adpipe_sequence_add_timestamp(PG_FUNCTION_ARGS)
{
	return adp_events_add_row(fcinfo, &timestamp_form);
}

/*
 * sequence_add(events_state, text [, bigint], bigint, boolean[])
 *		returns events_state
 */
Datum
adpipe_sequence_add_bigint(PG_FUNCTION_ARGS)
{
	return adp_events_add_row(fcinfo, &bigint_form);
}

/*
 * How often the pattern of the state in argument 0 occurs in it, up to a limit.
 */
static int64
count_matches(FunctionCallInfo fcinfo, int64 limit)
{
	const void *parsed;
	const AdpEvents *events =
		adp_events_read(fcinfo, ADP_EVENTS_SEQUENCE, &parsed);
	const Sequence *sequence = parsed;

	return adp_pattern_count(&sequence->pattern, sequence->within, events,
							 limit);
}

/*
 * sequence_is_match(events_state) returns boolean; strict
 */
Datum
adpipe_sequence_is_match(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(count_matches(fcinfo, 1) > 0);
}

/*
 * sequence_matches(events_state) returns bigint; strict
 */
Datum
adpipe_sequence_matches(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(count_matches(fcinfo, PG_INT64_MAX));
}
