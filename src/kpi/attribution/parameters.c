/*
 * parameters.c
 *		Arguments of the functions that read journeys.
 *
 * A value that cannot be is error 22023 and names the parameter; where there
 * is a list of choices, the hint gives it.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "kpi/attribution/parameters.h"
#include "kpi/core/duration.h"

#define MAX_SHOWN_BYTES 40 /* of a text that is no choice */

static const char *const model_names[] = {
	[ADP_MODEL_FIRST] = "first",
	[ADP_MODEL_LAST] = "last",
	[ADP_MODEL_LAST_NON_DIRECT] = "last_non_direct",
	[ADP_MODEL_LINEAR] = "linear",
	[ADP_MODEL_TIME_DECAY] = "time_decay",
	[ADP_MODEL_POSITION] = "position",
	[ADP_MODEL_SHAPLEY] = "shapley",
	[ADP_MODEL_MARKOV] = "markov",
};

static const char *const counting_names[] = {
	[ADP_COUNT_EVERY] = "every",
	[ADP_COUNT_SEPARATE] = "separate",
	[ADP_COUNT_FIRST] = "first",
	[ADP_COUNT_LAST] = "last",
};

StaticAssertDecl(lengthof(model_names) == ADP_MODEL_COUNT,
				 "every model has a name");
StaticAssertDecl(lengthof(counting_names) == ADP_COUNTING_COUNT,
				 "every way of counting has a name");

/*
 * Raises the error for a text that is not one of the choices.
 */
static void
refuse_choice(const char *parameter, const char *value,
			  const char *const *choices, int count)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < count; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", choices[i]);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 value == NULL
				 ? errmsg("%s must not be null", parameter)
				 : errmsg("invalid %s \"%.*s\"", parameter,
						  pg_mbcliplen(value, strlen(value), MAX_SHOWN_BYTES),
						  value),
			 errhint("Choose one of: %s.", list.data)));
}

/*
 * The index of a text argument in a list of choices.
 */
static int
read_choice(FunctionCallInfo fcinfo, int arg, const char *parameter,
			const char *const *choices, int count)
{
	const char *value = NULL;

	if (!PG_ARGISNULL(arg))
		value = text_to_cstring(PG_GETARG_TEXT_PP(arg));
	for (int i = 0; value != NULL && i < count; i++)
	{
		if (strcmp(value, choices[i]) == 0)
			return i;
	}
	refuse_choice(parameter, value, choices, count);
	return 0;
}

/*
 * The model in a text argument.
 */
AdpModelKind
adp_parameter_model(FunctionCallInfo fcinfo, int arg)
{
	return (AdpModelKind) read_choice(fcinfo, arg, "model", model_names,
									  lengthof(model_names));
}

/*
 * The length of an interval argument in microseconds, at least "lowest".  A
 * length beyond 64 bits becomes the largest one, which exceeds the distance
 * of any two times.
 */
static uint64
read_interval(FunctionCallInfo fcinfo, int arg, const char *parameter,
			  int lowest)
{
	int128 length = adp_duration_from_interval(PG_GETARG_INTERVAL_P(arg),
											   parameter, lowest);

	return (uint64) Min(length, PG_INT64_MAX);
}

/*
 * The channel that an argument names; ADP_NO_CHANNEL if it names no channel
 * of the journeys.
 */
static uint32
read_direct(FunctionCallInfo fcinfo, int arg, const AdpJourneys *journeys,
			const char *usual_direct)
{
	AdpName name = {usual_direct, usual_direct ? strlen(usual_direct) : 0};
	uint32 number;

	if (!PG_ARGISNULL(arg))
	{
		text *direct = PG_GETARG_TEXT_PP(arg);

		name.bytes = VARDATA_ANY(direct);
		name.length = VARSIZE_ANY_EXHDR(direct);
	}
	if (name.bytes != NULL && adp_names_find(&journeys->channels, name, &number))
		return number;
	return ADP_NO_CHANNEL;
}

/*
 * How to cut paths, from three arguments in a row: lookback interval (NULL:
 * no limit), counting text, direct text (NULL: usual_direct, which is NULL if
 * no channel is direct by default).  Sorts the journeys, so that channels can
 * be looked up.
 */
void
adp_parameter_path(FunctionCallInfo fcinfo, int first_arg,
				   AdpJourneys *journeys, const char *usual_direct,
				   AdpPathOptions *options)
{
	adp_journeys_sort(journeys);
	options->lookback_us = PG_ARGISNULL(first_arg)
		? ADP_NO_LOOKBACK
		: read_interval(fcinfo, first_arg, "lookback", 0);
	options->counting =
		(AdpCounting) read_choice(fcinfo, first_arg + 1, "counting",
								  counting_names, lengthof(counting_names));
	options->direct =
		read_direct(fcinfo, first_arg + 2, journeys, usual_direct);
}

/*
 * The half-life of time decay, in an interval argument.
 */
uint64
adp_parameter_half_life(FunctionCallInfo fcinfo, int arg)
{
	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("half_life must not be null")));
	return read_interval(fcinfo, arg, "half_life", 1);
}

/*
 * A share of the credit in a numeric argument, in 10^-12.
 */
static uint64
read_weight(FunctionCallInfo fcinfo, int arg, const char *parameter)
{
	AdpFixed weight = {-1};

	if (!PG_ARGISNULL(arg) && !numeric_is_nan(PG_GETARG_NUMERIC(arg)) &&
		!numeric_is_inf(PG_GETARG_NUMERIC(arg)))
		weight = adp_fixed_from_numeric(PG_GETARG_DATUM(arg));
	if (weight.units < 0 || weight.units > ADP_FIXED_ONE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be from 0 to 1", parameter)));
	return (uint64) weight.units;
}

/*
 * The weights of the position model, from two numeric arguments in a row.
 */
void
adp_parameter_weights(FunctionCallInfo fcinfo, int first_arg, AdpModel *model)
{
	model->first_weight = read_weight(fcinfo, first_arg, "first_weight");
	model->last_weight = read_weight(fcinfo, first_arg + 1, "last_weight");
	if (model->first_weight + model->last_weight > ADP_FIXED_ONE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("first_weight and last_weight are more than 1 together"),
				 errdetail(
					 "The touches between the first and the last get what is left of 1.")));
}
