/*
 * events_call.c
 *		From the arguments of a call to an event in a state, and back.
 *
 * The parameters of a call are the same in every row of a group, and mostly in
 * every row of the query.  They are read, checked and written as text once,
 * and kept beside the call; a row only compares its arguments with those kept,
 * and the text with the one in the state.
 */
#include "postgres.h"

#include "common/int.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "kpi/core/duration.h"
#include "kpi/events/events.h"

/* the parameter of durations, in messages */
#define WITHIN_NAME "within"

static const AdpEventsKind *const kinds[] = {
	[ADP_EVENTS_FUNNEL] = &adp_funnel_kind,
	[ADP_EVENTS_SEQUENCE] = &adp_sequence_kind,
	[ADP_EVENTS_RETENTION] = &adp_retention_kind,
};

static const char *const time_type_names[] = {
	[ADP_TIME_TIMESTAMPTZ] = "timestamptz",
	[ADP_TIME_TIMESTAMP] = "timestamp",
	[ADP_TIME_BIGINT] = "bigint",
	[ADP_TIME_DATE] = "date",
};

/* what a transition function keeps beside its call */
typedef struct KeptArguments
{
	MemoryContext context; /* of what the rest points to */
	bool is_set;
	Datum values[ADP_PARAMETERS_MAX];
	AdpEventsCall call;
	bool keeps_others;
} KeptArguments;

/* what a final function keeps beside its call */
typedef struct KeptParameters
{
	MemoryContext context; /* of what the rest points to */
	AdpEventsCall call;
	void *parsed; /* NULL before the first call */
} KeptParameters;

/*
 * The kind with this code, or NULL for an unknown code.
 */
const AdpEventsKind *
adp_events_kind(int code)
{
	return code > 0 && code < lengthof(kinds) ? kinds[code] : NULL;
}

/*
 * The code of the kind with this name, or 0 for an unknown name.
 */
int
adp_events_kind_parse(const char *name)
{
	for (int code = 1; code < lengthof(kinds); code++)
	{
		if (strcmp(kinds[code]->name, name) == 0)
			return code;
	}
	return 0;
}

/*
 * The name of a type of time, or NULL for an unknown code.
 */
const char *
adp_time_type_name(int time_type)
{
	return time_type > 0 && time_type < lengthof(time_type_names)
		? time_type_names[time_type]
		: NULL;
}

/*
 * The type of time with this name, or 0 for an unknown name.
 */
int
adp_time_type_parse(const char *name)
{
	for (int code = 1; code < lengthof(time_type_names); code++)
	{
		if (strcmp(time_type_names[code], name) == 0)
			return code;
	}
	return 0;
}

/*
 * The parameters of a call as the struct of its kind, in the current memory
 * context.  NULL if they are not exactly what the kind's print would write.
 * The kind may raise an error of its own instead.
 */
void *
adp_events_parse(const AdpEventsCall *call)
{
	const AdpEventsKind *kind = adp_events_kind(call->kind);
	void *parsed = palloc0(kind->parsed_size);
	StringInfoData printed;
	bool is_same;

	if (!kind->parse(call, parsed))
		return NULL;
	initStringInfo(&printed);
	kind->print(&printed, parsed);
	is_same = printed.len == call->parameter_bytes &&
		memcmp(printed.data, call->parameters, printed.len) == 0;
	pfree(printed.data);
	return is_same ? parsed : NULL;
}

/*
 * Whether a parameter of this length is passed by value.  Those that there
 * are: text and arrays, intervals, and times and numbers of up to 8 bytes.
 */
static inline bool
is_by_value(int16 length)
{
	return length > 0 && length <= (int16) sizeof(Datum);
}

/*
 * Whether the row has the same parameters as the row whose arguments were
 * kept.
 */
static inline bool
is_same_call(FunctionCallInfo fcinfo, const AdpEventsForm *form,
			 const KeptArguments *kept, int parameters, int conditions)
{
	if (!kept->is_set || kept->call.condition_count != conditions)
		return false;
	for (int i = 0; i < parameters; i++)
	{
		if (!datum_image_eq(kept->values[i], PG_GETARG_DATUM(i + 1),
							is_by_value(form->lengths[i]), form->lengths[i]))
			return false;
	}
	return true;
}

/*
 * Reads, checks and keeps the arguments of this row.
 */
static void
keep_arguments(FunctionCallInfo fcinfo, const AdpEventsForm *form,
			   KeptArguments *kept, int parameters, int conditions)
{
	const AdpEventsKind *kind = adp_events_kind(form->kind);
	MemoryContext old_context;
	StringInfoData text;
	void *parsed;

	kept->is_set = false;
	MemoryContextReset(kept->context);
	old_context = MemoryContextSwitchTo(kept->context);

	parsed = palloc0(kind->parsed_size);
	form->read(fcinfo, form, parsed);
	initStringInfo(&text);
	kind->print(&text, parsed);
	kept->call.kind = form->kind;
	kept->call.time_type = form->time_type;
	kept->call.condition_count = conditions;
	kept->call.parameters = text.data;
	kept->call.parameter_bytes = text.len;

	parsed = adp_events_parse(&kept->call);
	if (parsed == NULL)
		elog(ERROR, "parameters of %s do not read back: %s", kind->name,
			 text.data);
	kept->keeps_others =
		kind->keeps_others != NULL && kind->keeps_others(parsed);

	for (int i = 0; i < parameters; i++)
		kept->values[i] =
			datumCopy(PG_GETARG_DATUM(i + 1), is_by_value(form->lengths[i]),
					  form->lengths[i]);
	MemoryContextSwitchTo(old_context);
	kept->is_set = true;
}

/*
 * The call that this row is, with checked parameters.  Raises 22004 if one is
 * NULL.
 */
static const KeptArguments *
find_call(FunctionCallInfo fcinfo, const AdpEventsForm *form, int parameters,
		  int conditions)
{
	KeptArguments *kept = fcinfo->flinfo->fn_extra;

	for (int i = 1; i <= parameters; i++)
	{
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("parameter %d must not be NULL", i),
					 errhint(
						 "Only the time and the conditions of a row may be NULL.")));
	}

	if (unlikely(kept == NULL))
	{
		kept = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt,
									  sizeof(KeptArguments));
		kept->context =
			AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "adpipe parameters",
								  ALLOCSET_SMALL_SIZES);
		fcinfo->flinfo->fn_extra = kept;
	}
	if (!is_same_call(fcinfo, form, kept, parameters, conditions))
		keep_arguments(fcinfo, form, kept, parameters, conditions);
	return kept;
}

/*
 * The conditions in a boolean array, as bits; NULL is false.  Raises an error
 * unless it is a plain list of 1 to ADP_CONDITIONS_MAX elements.
 */
uint32
adp_conditions_read(Datum datum, int *count)
{
	ArrayType *array = DatumGetArrayTypeP(datum);
	const bool *value = (const bool *) ARR_DATA_PTR(array);
	const bits8 *nulls = ARR_NULLBITMAP(array);
	uint32 conditions = 0;

	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (ARR_NDIM(array) > 1 || *count < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("conditions must be a list of at least one boolean")));
	if (*count > ADP_CONDITIONS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_TOO_MANY_ARGUMENTS),
				 errmsg("too many conditions: %d", *count),
				 errdetail("The limit is %d.", ADP_CONDITIONS_MAX)));

	for (int i = 0; i < *count; i++)
	{
		if (nulls != NULL &&
			!(nulls[i / BITS_PER_BYTE] & (1 << i % BITS_PER_BYTE)))
			continue;
		if (*value++)
			conditions |= (uint32) 1 << i;
	}
	return conditions;
}

/*
 * The conditions of a row, as bits, from the arguments from "first" on.
 */
static inline uint32
read_conditions(FunctionCallInfo fcinfo, const AdpEventsForm *form, int first,
				int *count)
{
	uint32 conditions = 0;

	if (form->booleans == 0)
		return adp_conditions_read(PG_GETARG_DATUM(first), count);

	*count = form->booleans;
	for (int i = 0; i < form->booleans; i++)
	{
		if (!PG_ARGISNULL(first + i) && PG_GETARG_BOOL(first + i))
			conditions |= (uint32) 1 << i;
	}
	return conditions;
}

/*
 * Whether an event can have this time.  An infinite time has no place in a
 * sequence.
 */
bool
adp_time_is_valid(AdpTimeType time_type, int64 time)
{
	switch (time_type)
	{
		case ADP_TIME_TIMESTAMPTZ:
		case ADP_TIME_TIMESTAMP:
			return IS_VALID_TIMESTAMP(time);
		case ADP_TIME_BIGINT:
			return true;
		case ADP_TIME_DATE:
			return IS_VALID_DATE(time);
	}
	return false;
}

/*
 * The time of a row.  Raises 22008 if it is infinite.
 */
static inline int64
read_time(Datum datum, AdpTimeType time_type)
{
	int64 time = time_type == ADP_TIME_DATE ? DatumGetDateADT(datum)
											: DatumGetInt64(datum);

	if (unlikely(!adp_time_is_valid(time_type, time)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("cannot place an event at an infinite time"),
				 errhint("Leave these rows out with FILTER.")));
	return time;
}

/*
 * The body of every transition function over events.
 *
 * A row without a time, or without a list of conditions, has no place in the
 * sequence and is left out; NULL is returned as long as there were only such
 * rows.
 */
Datum
adp_events_add_row(FunctionCallInfo fcinfo, const AdpEventsForm *form)
{
	int at = PG_NARGS() - 1 - Max(form->booleans, 1);
	const KeptArguments *kept;
	uint32 conditions;
	int64 time;
	int count;

	if (PG_ARGISNULL(at) || (form->booleans == 0 && PG_ARGISNULL(at + 1)))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}

	conditions = read_conditions(fcinfo, form, at + 1, &count);
	kept = find_call(fcinfo, form, at - 1, count);
	time = read_time(PG_GETARG_DATUM(at), form->time_type);
	return adp_events_add(fcinfo, &kept->call, time, conditions,
						  conditions != 0 || kept->keeps_others);
}

/*
 * Parses the parameters of a state and keeps them.
 */
static void
keep_parameters(KeptParameters *kept, const AdpEventsCall *call)
{
	MemoryContext old_context;

	kept->parsed = NULL;
	MemoryContextReset(kept->context);
	old_context = MemoryContextSwitchTo(kept->context);
	kept->call = *call;
	kept->call.parameters = pnstrdup(call->parameters, call->parameter_bytes);
	kept->parsed = adp_events_parse(&kept->call);
	MemoryContextSwitchTo(old_context);
	if (kept->parsed == NULL)
		elog(ERROR, "invalid parameters in an events state");
}

/*
 * The parameters of a state as the struct of its kind.  They last until the
 * next call.
 */
static const void *
find_parameters(FunctionCallInfo fcinfo, const AdpEventsCall *call)
{
	KeptParameters *kept = fcinfo->flinfo->fn_extra;

	if (kept == NULL)
	{
		kept = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt,
									  sizeof(KeptParameters));
		kept->context =
			AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "adpipe parameters",
								  ALLOCSET_SMALL_SIZES);
		fcinfo->flinfo->fn_extra = kept;
	}
	if (kept->parsed == NULL || kept->call.time_type != call->time_type ||
		kept->call.condition_count != call->condition_count ||
		kept->call.parameter_bytes != call->parameter_bytes ||
		memcmp(kept->call.parameters, call->parameters,
			   call->parameter_bytes) != 0)
		keep_parameters(kept, call);
	return kept->parsed;
}

/*
 * What every final function starts with: the state in argument 0, sorted, and
 * its parameters.  Raises 22023 if it is the state of another aggregate.
 */
const AdpEvents *
adp_events_read(FunctionCallInfo fcinfo, AdpEventsKindCode kind,
				const void **parsed)
{
	const AdpEvents *state = adp_events_sorted(fcinfo, 0);
	AdpEventsCall call = {.kind = state->kind,
						  .time_type = state->time_type,
						  .condition_count = state->condition_count,
						  .parameters = state->parameters,
						  .parameter_bytes = state->parameter_bytes};

	if (state->kind != kind)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot read the state of %s as that of %s",
						adp_events_kind(state->kind)->name,
						adp_events_kind(kind)->name)));
	*parsed = find_parameters(fcinfo, &call);
	return state;
}

/*
 * A duration in the caller's own unit.  Raises 22023 if it is negative.
 */
int64
adp_within_from_int64(int64 within)
{
	adp_duration_check(within, WITHIN_NAME, 0);
	return within;
}

/*
 * An interval in microseconds.  Raises 22023 if it is negative or has no fixed
 * length, 22008 if the microseconds need more than 64 bits.
 */
int64
adp_within_from_interval(Datum datum)
{
	int128 within =
		adp_duration_from_interval(DatumGetIntervalP(datum), WITHIN_NAME, 0);

	if (within > PG_INT64_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("%s is out of range", WITHIN_NAME)));
	return (int64) within;
}
