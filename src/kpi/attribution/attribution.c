/*
 * attribution.c
 *		Attribution functions: paths, credits per touch, totals per channel.
 *
 * Credits and values are fixed point with 12 decimals, divided by the method
 * of the largest remainder: the credits of one conversion add up to 1, their
 * values to its value, and the totals of the channels to all conversions and
 * their whole value, without a rest.  A conversion without a touch is
 * credited to channel NULL, so that the totals are complete.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "kpi/attribution/markov.h"
#include "kpi/attribution/parameters.h"
#include "kpi/attribution/share.h"

PG_FUNCTION_INFO_V1(adpipe_paths);
PG_FUNCTION_INFO_V1(adpipe_credits);
PG_FUNCTION_INFO_V1(adpipe_attribution);
PG_FUNCTION_INFO_V1(adpipe_removal_effects);

#define DIRECT_CHANNEL "direct" /* default of last_non_direct */
#define MARKOV_WEIGHT_BITS 52	/* as many as a float holds */
#define ROWS_PER_INTERRUPT_CHECK 1024

/* a column of each result */
enum
{
	PATH_USER,
	PATH_ORDINAL,
	PATH_CONVERTED_AT,
	PATH_VALUE,
	PATH_CHANNELS,
	PATH_COLUMNS,
};

enum
{
	CREDIT_USER,
	CREDIT_ORDINAL,
	CREDIT_CONVERTED_AT,
	CREDIT_STEP,
	CREDIT_TOUCHED_AT,
	CREDIT_CHANNEL,
	CREDIT_CREDIT,
	CREDIT_VALUE,
	CREDIT_COLUMNS,
};

enum
{
	TOTAL_CHANNEL,
	TOTAL_CONVERSIONS,
	TOTAL_VALUE,
	TOTAL_COLUMNS,
};

enum
{
	EFFECT_CHANNEL,
	EFFECT_RATE,
	EFFECT_EFFECT,
	EFFECT_COLUMNS,
};

/* Where rows go, and the memory that making one takes. */
typedef struct Output
{
	ReturnSetInfo *result;
	MemoryContext row_context;
	MemoryContext caller;
	uint32 rows;
} Output;

/* Totals of all paths, by channel. */
typedef struct Totals
{
	AdpShareSum *conversions;
	AdpShareSum *values;
	int128 attributed; /* conversions with touches, in 10^-12 */
	int128 value;	   /* of these */
	int128 unattributed;
	int128 unattributed_value;
	int value_scale;
	bool has_values;
} Totals;

/*
 * Starts a result set.
 */
static Output
begin_output(FunctionCallInfo fcinfo)
{
	Output output = {0};

	adp_init_materialized_srf(fcinfo);
	output.result = (ReturnSetInfo *) fcinfo->resultinfo;
	output.caller = CurrentMemoryContext;
	output.row_context =
		AllocSetContextCreate(CurrentMemoryContext, "adpipe rows",
							  ALLOCSET_DEFAULT_SIZES);
	return output;
}

/*
 * Stores one row.
 */
static void
put_row(Output *output, Datum *values, bool *nulls)
{
	tuplestore_putvalues(output->result->setResult, output->result->setDesc,
						 values, nulls);
	if (++output->rows % ROWS_PER_INTERRUPT_CHECK == 0)
		CHECK_FOR_INTERRUPTS();
}

/*
 * A number with as many decimals as it needs, but at least this many.
 */
static Datum
make_numeric(int128 units, int scale)
{
	int needed = ADP_FIXED_DECIMALS;
	int128 rest = units;

	while (needed > scale && rest % 10 == 0)
	{
		rest /= 10;
		needed--;
	}
	return NumericGetDatum(adp_fixed_to_numeric(units, needed));
}

static Datum
make_text(AdpName name)
{
	return PointerGetDatum(cstring_to_text_with_len(name.bytes, name.length));
}

/*
 * The names of the channels of a path, in the order of its touches.
 */
static Datum
make_channels(const AdpJourneys *journeys, const AdpPath *path)
{
	Datum *names = palloc(Max(path->touch_count, 1) * sizeof(Datum));

	for (uint32 i = 0; i < path->touch_count; i++)
		names[i] =
			make_text(journeys->channels.list[path->touches[i]->channel]);
	return PointerGetDatum(construct_array(names, (int) path->touch_count,
										   TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * paths(journeys, lookback, counting, direct) returns setof record
 *
 * One row per path, null paths included.
 */
Datum
adpipe_paths(PG_FUNCTION_ARGS)
{
	Output output = begin_output(fcinfo);
	AdpJourneys *journeys;
	AdpPathOptions options;
	AdpPaths paths;
	const AdpPath *path;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	journeys = PG_GETARG_JOURNEYS(0);
	adp_parameter_path(fcinfo, 1, journeys, NULL, &options);
	adp_paths_begin(&paths, journeys, &options);
	while ((path = adp_paths_next(&paths)) != NULL)
	{
		Datum values[PATH_COLUMNS] = {0};
		bool nulls[PATH_COLUMNS] = {false};
		bool converts = path->conversion != NULL;

		MemoryContextReset(output.row_context);
		MemoryContextSwitchTo(output.row_context);
		values[PATH_USER] = make_text(journeys->users.list[path->user]);
		values[PATH_CHANNELS] = make_channels(journeys, path);
		nulls[PATH_ORDINAL] = nulls[PATH_CONVERTED_AT] = !converts;
		nulls[PATH_VALUE] = !converts || !path->worth->is_known;
		if (converts)
		{
			values[PATH_ORDINAL] = Int32GetDatum((int32) path->ordinal);
			values[PATH_CONVERTED_AT] =
				TimestampTzGetDatum(path->conversion->at);
		}
		if (!nulls[PATH_VALUE])
			values[PATH_VALUE] = make_numeric(path->worth->value.units,
											  path->worth->value.scale);
		put_row(&output, values, nulls);
		MemoryContextSwitchTo(output.caller);
	}
	return (Datum) 0;
}

/*
 * Reads the arguments after the journeys, which credits and attribution
 * share: model, lookback, counting, direct, half_life, first_weight,
 * last_weight.
 */
static void
read_arguments(FunctionCallInfo fcinfo, AdpJourneys *journeys, AdpModel *model,
			   AdpPathOptions *options)
{
	const char *direct;

	memset(model, 0, sizeof(AdpModel));
	model->kind = adp_parameter_model(fcinfo, 1);
	direct = model->kind == ADP_MODEL_LAST_NON_DIRECT ? DIRECT_CHANNEL : NULL;
	adp_parameter_path(fcinfo, 2, journeys, direct, options);
	model->half_life_us = adp_parameter_half_life(fcinfo, 5);
	adp_parameter_weights(fcinfo, 6, model);
	adp_model_begin(model, journeys);
}

/*
 * Puts the row of one touch of a path, or of no touch.
 */
static void
put_credit(Output *output, const AdpJourneys *journeys, const AdpPath *path,
		   uint32 index, int128 credit, int128 value)
{
	Datum values[CREDIT_COLUMNS] = {0};
	bool nulls[CREDIT_COLUMNS] = {false};
	bool is_attributed = path->touch_count > 0;

	values[CREDIT_USER] = make_text(journeys->users.list[path->user]);
	values[CREDIT_ORDINAL] = Int32GetDatum((int32) path->ordinal);
	values[CREDIT_CONVERTED_AT] = TimestampTzGetDatum(path->conversion->at);
	nulls[CREDIT_STEP] = nulls[CREDIT_TOUCHED_AT] = nulls[CREDIT_CHANNEL] =
		!is_attributed;
	if (is_attributed)
	{
		const AdpJourneyEvent *touch = path->touches[index];

		values[CREDIT_STEP] = Int32GetDatum((int32) index + 1);
		values[CREDIT_TOUCHED_AT] = TimestampTzGetDatum(touch->at);
		values[CREDIT_CHANNEL] =
			make_text(journeys->channels.list[touch->channel]);
	}
	values[CREDIT_CREDIT] = make_numeric(credit, 0);
	nulls[CREDIT_VALUE] = !path->worth->is_known;
	if (path->worth->is_known)
		values[CREDIT_VALUE] = make_numeric(value, path->worth->value.scale);
	put_row(output, values, nulls);
}

/*
 * Puts the rows of one conversion.
 */
static void
put_credits(Output *output, const AdpJourneys *journeys, AdpModel *model,
			const AdpPath *path)
{
	int128 value = path->worth->value.units;
	int128 *credits;
	int128 *values;
	uint64 total;

	if (path->touch_count == 0)
	{
		put_credit(output, journeys, path, 0, ADP_FIXED_ONE, value);
		return;
	}
	credits = palloc(path->touch_count * sizeof(int128));
	values = palloc(path->touch_count * sizeof(int128));
	total = adp_model_weigh(model, path);
	adp_share_split(ADP_FIXED_ONE, model->weights, total, path->touch_count,
					credits);
	adp_share_split(value, model->weights, total, path->touch_count, values);
	for (uint32 i = 0; i < path->touch_count; i++)
		put_credit(output, journeys, path, i, credits[i], values[i]);
}

/*
 * credits(journeys, model, lookback, counting, direct, half_life,
 *		first_weight, last_weight) returns setof record
 *
 * One row per touch of each conversion, and one for a conversion without.
 */
Datum
adpipe_credits(PG_FUNCTION_ARGS)
{
	Output output = begin_output(fcinfo);
	AdpJourneys *journeys;
	AdpPathOptions options;
	AdpModel model;
	AdpPaths paths;
	const AdpPath *path;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	journeys = PG_GETARG_JOURNEYS(0);
	read_arguments(fcinfo, journeys, &model, &options);
	if (model.kind == ADP_MODEL_MARKOV)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("model \"markov\" gives no credits to single touches"),
				 errdetail("It looks at all paths together."),
				 errhint(
					 "Use adpipe.attribution() for its totals per channel, or another model: first, last, last_non_direct, linear, time_decay, position, shapley.")));

	adp_paths_begin(&paths, journeys, &options);
	while ((path = adp_paths_next(&paths)) != NULL)
	{
		if (path->conversion == NULL)
			continue;
		MemoryContextReset(output.row_context);
		MemoryContextSwitchTo(output.row_context);
		put_credits(&output, journeys, &model, path);
		MemoryContextSwitchTo(output.caller);
	}
	return (Datum) 0;
}

/*
 * Makes totals of zero.
 */
static void
begin_totals(Totals *totals, const AdpJourneys *journeys)
{
	Size size = Max(journeys->channels.count, 1) * sizeof(AdpShareSum);

	memset(totals, 0, sizeof(Totals));
	totals->conversions = palloc0(size);
	totals->values = palloc0(size);
}

/*
 * Counts a conversion, attributed or not.
 */
static void
count_conversion(Totals *totals, const AdpPath *path)
{
	bool is_attributed = path->touch_count > 0;
	int128 *count = is_attributed ? &totals->attributed : &totals->unattributed;
	int128 *value =
		is_attributed ? &totals->value : &totals->unattributed_value;

	*count += ADP_FIXED_ONE;
	if (!path->worth->is_known)
		return;
	totals->has_values = true;
	totals->value_scale = Max(totals->value_scale, path->worth->value.scale);
	*value = adp_fixed_add(*value, path->worth->value.units);
}

/*
 * Adds the credits of one conversion to the totals of its channels.
 */
static void
add_credits(Totals *totals, AdpModel *model, const AdpPath *path)
{
	uint64 total = adp_model_weigh(model, path);

	for (uint32 i = 0; i < path->touch_count; i++)
	{
		uint32 channel = path->touches[i]->channel;
		uint64 weight = model->weights[i];

		if (weight == 0)
			continue;
		adp_share_add(&totals->conversions[channel], ADP_FIXED_ONE, weight,
					  total);
		if (path->worth->is_known)
			adp_share_add(&totals->values[channel], path->worth->value.units,
						  weight, total);
	}
}

/*
 * Divides an amount by removal effects.  Nothing is divided if all are zero:
 * the amount is zero, too, then.
 */
static void
divide_by_effects(AdpShareSum *sums, const float8 *effects, uint32 count,
				  int128 amount)
{
	uint64 *weights = palloc(Max(count, 1) * sizeof(uint64));
	float8 largest = 0;
	uint64 total = 0;

	for (uint32 i = 0; i < count; i++)
		largest = Max(largest, effects[i]);
	if (largest == 0)
		return;
	for (uint32 i = 0; i < count; i++)
	{
		weights[i] =
			(uint64) rint(ldexp(effects[i] / largest, MARKOV_WEIGHT_BITS));
		total += weights[i];
	}
	for (uint32 i = 0; i < count; i++)
		adp_share_add(&sums[i], amount, weights[i], total);
}

/*
 * Adds up the credits of all paths by a model that looks at each alone.
 */
static void
total_by_path(Totals *totals, AdpPaths *paths, AdpModel *model)
{
	const AdpPath *path;

	while ((path = adp_paths_next(paths)) != NULL)
	{
		if (path->conversion == NULL)
			continue;
		count_conversion(totals, path);
		if (path->touch_count > 0)
			add_credits(totals, model, path);
	}
}

/*
 * Walks all paths into a Markov chain, counting conversions if asked to.
 */
static void
walk_chain(AdpChain *chain, AdpPaths *paths, Totals *totals)
{
	const AdpPath *path;

	adp_markov_begin(chain, paths->journeys);
	while ((path = adp_paths_next(paths)) != NULL)
	{
		if (path->conversion != NULL && totals != NULL)
			count_conversion(totals, path);
		if (path->touch_count > 0)
			adp_markov_add(chain, path);
	}
}

/*
 * Divides all conversions by their removal effects.
 */
static void
total_by_chain(Totals *totals, AdpPaths *paths)
{
	AdpChain chain;
	AdpRemoval removal;

	walk_chain(&chain, paths, totals);
	adp_markov_solve(&chain, &removal);
	divide_by_effects(totals->conversions, removal.effects, chain.channels,
					  totals->attributed);
	divide_by_effects(totals->values, removal.value_effects, chain.channels,
					  totals->value);
}

/*
 * Puts one row of totals.  channel is NULL for conversions without a touch.
 */
static void
put_total(Output *output, const Totals *totals, const AdpName *channel,
		  int128 conversions, int128 value)
{
	Datum values[TOTAL_COLUMNS] = {0};
	bool nulls[TOTAL_COLUMNS] = {false};

	nulls[TOTAL_CHANNEL] = channel == NULL;
	if (channel != NULL)
		values[TOTAL_CHANNEL] = make_text(*channel);
	values[TOTAL_CONVERSIONS] = make_numeric(conversions, 0);
	nulls[TOTAL_VALUE] = !totals->has_values;
	if (totals->has_values)
		values[TOTAL_VALUE] = make_numeric(value, totals->value_scale);
	put_row(output, values, nulls);
}

/*
 * Puts the totals of all channels, then those of conversions without a touch.
 */
static void
put_totals(Output *output, const AdpJourneys *journeys, const Totals *totals)
{
	uint32 count = journeys->channels.count;
	int128 *conversions = palloc(Max(count, 1) * sizeof(int128));
	int128 *values = palloc(Max(count, 1) * sizeof(int128));

	adp_share_settle(totals->conversions, count, totals->attributed,
					 conversions);
	adp_share_settle(totals->values, count, totals->value, values);
	for (uint32 i = 0; i < count; i++)
		put_total(output, totals, &journeys->channels.list[i], conversions[i],
				  values[i]);
	if (totals->unattributed > 0)
		put_total(output, totals, NULL, totals->unattributed,
				  totals->unattributed_value);
}

/*
 * attribution(journeys, model, lookback, counting, direct, half_life,
 *		first_weight, last_weight) returns setof record
 *
 * One row per channel.
 */
Datum
adpipe_attribution(PG_FUNCTION_ARGS)
{
	Output output = begin_output(fcinfo);
	AdpJourneys *journeys;
	AdpPathOptions options;
	AdpModel model;
	AdpPaths paths;
	Totals totals;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	journeys = PG_GETARG_JOURNEYS(0);
	read_arguments(fcinfo, journeys, &model, &options);
	adp_paths_begin(&paths, journeys, &options);
	begin_totals(&totals, journeys);
	if (model.kind == ADP_MODEL_MARKOV)
		total_by_chain(&totals, &paths);
	else
		total_by_path(&totals, &paths, &model);
	put_totals(&output, journeys, &totals);
	return (Datum) 0;
}

/*
 * Puts the rate without a channel; without any for NULL.
 */
static void
put_effect(Output *output, const AdpName *channel, float8 rate, float8 effect)
{
	Datum values[EFFECT_COLUMNS] = {0};
	bool nulls[EFFECT_COLUMNS] = {false};

	nulls[EFFECT_CHANNEL] = nulls[EFFECT_EFFECT] = channel == NULL;
	if (channel != NULL)
	{
		values[EFFECT_CHANNEL] = make_text(*channel);
		values[EFFECT_EFFECT] = Float8GetDatum(effect);
	}
	values[EFFECT_RATE] = Float8GetDatum(rate * (1 - effect));
	put_row(output, values, nulls);
}

/*
 * removal_effects(journeys, lookback, counting, direct) returns setof record
 *
 * The conversion rate of the Markov chain as it is, and without each channel.
 */
Datum
adpipe_removal_effects(PG_FUNCTION_ARGS)
{
	Output output = begin_output(fcinfo);
	AdpJourneys *journeys;
	AdpPathOptions options;
	AdpPaths paths;
	AdpChain chain;
	AdpRemoval removal;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	journeys = PG_GETARG_JOURNEYS(0);
	adp_parameter_path(fcinfo, 1, journeys, NULL, &options);
	adp_paths_begin(&paths, journeys, &options);
	walk_chain(&chain, &paths, NULL);
	adp_markov_solve(&chain, &removal);
	put_effect(&output, NULL, removal.rate, 0);
	for (uint32 i = 0; i < chain.channels; i++)
		put_effect(&output, &journeys->channels.list[i], removal.rate,
				   removal.effects[i]);
	return (Datum) 0;
}
