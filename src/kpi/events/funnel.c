/*
 * funnel.c
 *		window_funnel and what goes with it: how far users get, and when.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "kpi/events/funnel.h"

PG_FUNCTION_INFO_V1(adpipe_funnel_add_timestamptz);
PG_FUNCTION_INFO_V1(adpipe_funnel_add_timestamp);
PG_FUNCTION_INFO_V1(adpipe_funnel_add_bigint);
PG_FUNCTION_INFO_V1(adpipe_funnel_level);
PG_FUNCTION_INFO_V1(adpipe_funnel_steps_timestamptz);
PG_FUNCTION_INFO_V1(adpipe_funnel_steps_timestamp);
PG_FUNCTION_INFO_V1(adpipe_funnel_steps_bigint);
PG_FUNCTION_INFO_V1(adpipe_funnel_duration);
PG_FUNCTION_INFO_V1(adpipe_funnel_duration_bigint);

/* one name per ADP_FUNNEL_ bit, from the lowest */
static const char *const mode_names[] = {
	"strict_deduplication", "strict_order",	 "strict_increase",
	"strict_once",			"allow_reentry",
};

#define NO_MODES "-"
#define MODES_HINT \
	"Known modes are strict_deduplication, strict_order, strict_increase, " \
	"strict_once and allow_reentry; separate them by commas."

/*
 * The bit of a mode, or 0 for an unknown name.
 */
static uint32
mode_bit(const char *name, int length)
{
	for (int i = 0; i < lengthof(mode_names); i++)
	{
		if (strlen(mode_names[i]) == length &&
			strncmp(mode_names[i], name, length) == 0)
			return 1 << i;
	}
	return 0;
}

/*
 * Reads a list of modes, between commas and blanks.  False if one is unknown;
 * *unknown is then the rest of the list from there on.
 */
static bool
parse_modes(const char *list, uint32 *modes, const char **unknown)
{
	*modes = 0;
	for (;;)
	{
		uint32 mode;
		int length;

		list += strspn(list, ", ");
		length = strcspn(list, ", ");
		if (length == 0)
			return true;
		mode = mode_bit(list, length);
		if (mode == 0)
		{
			*unknown = list;
			return false;
		}
		*modes |= mode;
		list += length;
	}
}

/*
 * AdpEventsKind.print
 */
static void
print_funnel(StringInfo text, const void *parsed)
{
	const AdpFunnel *funnel = parsed;
	const char *separator = "";

	appendStringInfo(text, "within=" INT64_FORMAT " modes=", funnel->within);
	for (int i = 0; i < lengthof(mode_names); i++)
	{
		if ((funnel->modes & (1 << i)) == 0)
			continue;
		appendStringInfo(text, "%s%s", separator, mode_names[i]);
		separator = ",";
	}
	if (funnel->modes == 0)
		appendStringInfoString(text, NO_MODES);
}

/*
 * AdpEventsKind.parse
 */
static bool
parse_funnel(const AdpEventsCall *call, void *parsed)
{
	AdpFunnel *funnel = parsed;
	const char *text = pnstrdup(call->parameters, call->parameter_bytes);
	const char *modes = strstr(text, " modes=");
	const char *unknown;
	long long within;

	if (modes == NULL || sscanf(text, "within=%lld", &within) != 1 ||
		within < 0 || call->time_type == ADP_TIME_DATE)
		return false;
	funnel->within = within;
	modes += strlen(" modes=");
	return strcmp(modes, NO_MODES) == 0 ||
		parse_modes(modes, &funnel->modes, &unknown);
}

/*
 * AdpEventsKind.keeps_others: only where another event in between matters.
 */
static bool
funnel_keeps_others(const void *parsed)
{
	return (((const AdpFunnel *) parsed)->modes & ADP_FUNNEL_STRICT_ORDER) != 0;
}

const AdpEventsKind adp_funnel_kind = {
	.name = "window_funnel",
	.parsed_size = sizeof(AdpFunnel),
	.parse = parse_funnel,
	.print = print_funnel,
	.keeps_others = funnel_keeps_others,
};

/*
 * AdpEventsForm.read: (state, within [, modes], at, steps).
 */
static void
read_funnel(FunctionCallInfo fcinfo, const AdpEventsForm *form, void *parsed)
{
	AdpFunnel *funnel = parsed;
	const char *unknown;

	funnel->within = form->time_type == ADP_TIME_BIGINT
		? adp_within_from_int64(PG_GETARG_INT64(1))
		: adp_within_from_interval(PG_GETARG_DATUM(1));
	if (PG_NARGS() < 5)
		return;
	if (!parse_modes(text_to_cstring(PG_GETARG_TEXT_PP(2)), &funnel->modes,
					 &unknown))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown mode \"%.*s\"", (int) strcspn(unknown, ", "),
						unknown),
				 errhint(MODES_HINT)));
}

static const AdpEventsForm timestamptz_form = {
	.kind = ADP_EVENTS_FUNNEL,
	.time_type = ADP_TIME_TIMESTAMPTZ,
	.lengths = {sizeof(Interval), -1},
	.read = read_funnel,
};

static const AdpEventsForm timestamp_form = {
	.kind = ADP_EVENTS_FUNNEL,
	.time_type = ADP_TIME_TIMESTAMP,
	.lengths = {sizeof(Interval), -1},
	.read = read_funnel,
};

static const AdpEventsForm bigint_form = {
	.kind = ADP_EVENTS_FUNNEL,
	.time_type = ADP_TIME_BIGINT,
	.lengths = {sizeof(int64), -1},
	.read = read_funnel,
};

/*
 * funnel_add(events_state, interval [, text], timestamptz, boolean[])
 *		returns events_state
 */
Datum
adpipe_funnel_add_timestamptz(PG_FUNCTION_ARGS)
{
	return adp_events_add_row(fcinfo, &timestamptz_form);
}

/*
 * funnel_add(events_state, interval [, text], timestamp, boolean[])
 *		returns events_state
 */
Datum
adpipe_funnel_add_timestamp(PG_FUNCTION_ARGS)
{
	return adp_events_add_row(fcinfo, &timestamp_form);
}

/*
 * funnel_add(events_state, bigint [, text], bigint, boolean[])
 *		returns events_state
 */
Datum
adpipe_funnel_add_bigint(PG_FUNCTION_ARGS)
{
	return adp_events_add_row(fcinfo, &bigint_form);
}

/*
 * Walks the funnel of the state in argument 0.  Raises 22023 if "time_type",
 * unless 0, is not that of the state.
 */
static int
walk_funnel(FunctionCallInfo fcinfo, int time_type, int64 *times,
			int *step_count)
{
	const void *funnel;
	const AdpEvents *events =
		adp_events_read(fcinfo, ADP_EVENTS_FUNNEL, &funnel);

	if (time_type != 0 && time_type != events->time_type)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot read a state over %s as one over %s",
						adp_time_type_name(events->time_type),
						adp_time_type_name(time_type))));
	*step_count = events->condition_count;
	return adp_funnel_walk(funnel, events, times);
}

/*
 * funnel_level(events_state) returns integer; strict
 */
Datum
adpipe_funnel_level(PG_FUNCTION_ARGS)
{
	int64 times[ADP_CONDITIONS_MAX];
	int step_count;

	PG_RETURN_INT32(walk_funnel(fcinfo, 0, times, &step_count));
}

/*
 * The times of the steps as an array of as many elements as there are steps,
 * NULL for those not reached.
 */
static Datum
return_steps(FunctionCallInfo fcinfo, AdpTimeType time_type, Oid element_type)
{
	int64 times[ADP_CONDITIONS_MAX];
	Datum values[ADP_CONDITIONS_MAX];
	bool nulls[ADP_CONDITIONS_MAX];
	int lower_bound = 1;
	int step_count;
	int level = walk_funnel(fcinfo, time_type, times, &step_count);

	for (int i = 0; i < step_count; i++)
	{
		nulls[i] = i >= level;
		values[i] = nulls[i] ? (Datum) 0 : Int64GetDatum(times[i]);
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(values, nulls, 1, &step_count,
											 &lower_bound, element_type,
											 sizeof(int64), FLOAT8PASSBYVAL,
											 TYPALIGN_DOUBLE));
}

/*
 * funnel_steps_timestamptz(events_state) returns timestamptz[]; strict
 */
Datum
adpipe_funnel_steps_timestamptz(PG_FUNCTION_ARGS)
{
	return return_steps(fcinfo, ADP_TIME_TIMESTAMPTZ, TIMESTAMPTZOID);
}

/*
 * funnel_steps_timestamp(events_state) returns timestamp[]; strict
 */
Datum
adpipe_funnel_steps_timestamp(PG_FUNCTION_ARGS)
{
	return return_steps(fcinfo, ADP_TIME_TIMESTAMP, TIMESTAMPOID);
}

/*
 * funnel_steps_bigint(events_state) returns bigint[]; strict
 */
Datum
adpipe_funnel_steps_bigint(PG_FUNCTION_ARGS)
{
	return return_steps(fcinfo, ADP_TIME_BIGINT, INT8OID);
}

/*
 * funnel_duration(events_state) returns interval; strict
 *
 * NULL unless the whole funnel was passed.  No longer than "within", so that
 * it fits.
 */
Datum
adpipe_funnel_duration(PG_FUNCTION_ARGS)
{
	int64 times[ADP_CONDITIONS_MAX];
	int step_count;
	Interval *duration;

	if (walk_funnel(fcinfo, 0, times, &step_count) < step_count)
		PG_RETURN_NULL();
	duration = palloc0(sizeof(Interval));
	duration->time = times[step_count - 1] - times[0];
	PG_RETURN_INTERVAL_P(duration);
}

/*
 * funnel_duration_bigint(events_state) returns bigint; strict
 */
Datum
adpipe_funnel_duration_bigint(PG_FUNCTION_ARGS)
{
	int64 times[ADP_CONDITIONS_MAX];
	int step_count;

	if (walk_funnel(fcinfo, ADP_TIME_BIGINT, times, &step_count) < step_count)
		PG_RETURN_NULL();
	PG_RETURN_INT64(times[step_count - 1] - times[0]);
}
