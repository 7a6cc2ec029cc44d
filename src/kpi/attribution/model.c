/*
 * model.c
 *		Attribution models: which touch of a path gets how much of the credit.
 *
 * A model gives whole-number weights, so that credit is an exact fraction.
 * Only the weights of time decay are irrational: they are rounded to one part
 * in 2^52 of the latest touch's weight.
 */
#include "postgres.h"

#include <math.h>

#include "port/pg_bitutils.h"
#include "utils/memutils.h"

#include "kpi/attribution/model.h"
#include "kpi/attribution/share.h"

#define FIRST_CAPACITY 64
#define DECAY_BITS 52 /* as many as a float holds */
#define WEIGHT_BITS 61

/*
 * Makes a model ready to weigh paths of these journeys.
 */
void
adp_model_begin(AdpModel *model, const AdpJourneys *journeys)
{
	model->capacity = FIRST_CAPACITY;
	model->weights = palloc(FIRST_CAPACITY * sizeof(uint64));
	model->seen_by = palloc0(Max(journeys->channels.count, 1) * sizeof(uint32));
	model->paths_weighed = 0;
}

/*
 * All to one touch.
 */
static uint64
weigh_single(uint64 *weights, uint32 count, uint32 index)
{
	memset(weights, 0, count * sizeof(uint64));
	weights[index] = 1;
	return 1;
}

static uint64
weigh_linear(uint64 *weights, uint32 count)
{
	for (uint32 i = 0; i < count; i++)
		weights[i] = 1;
	return count;
}

/*
 * 2^(-age / half-life), where the youngest touch has age 0: what all touches
 * have in common cancels out.
 */
static uint64
weigh_time_decay(const AdpModel *model, const AdpPath *path)
{
	uint64 youngest = path->touches[path->touch_count - 1]->at;
	int bits =
		Min(DECAY_BITS, WEIGHT_BITS - pg_ceil_log2_32(path->touch_count));
	uint64 total = 0;

	for (uint32 i = 0; i < path->touch_count; i++)
	{
		uint64 age_us = youngest - (uint64) path->touches[i]->at;
		float8 half_lives = (float8) age_us / (float8) model->half_life_us;

		model->weights[i] = (uint64) rint(ldexp(exp2(-half_lives), bits));
		total += model->weights[i];
	}
	return total;
}

/*
 * Shares for the first and the last touch, the rest evenly to those between.
 * Two touches divide by their shares alone, evenly if both are zero.
 */
static uint64
weigh_position(const AdpModel *model, uint64 *weights, uint32 count)
{
	uint64 middle = ADP_FIXED_ONE - model->first_weight - model->last_weight;

	if (count == 1)
		return weigh_single(weights, count, 0);
	if (count == 2)
	{
		if (model->first_weight + model->last_weight == 0)
			return weigh_linear(weights, count);
		weights[0] = model->first_weight;
		weights[1] = model->last_weight;
		return weights[0] + weights[1];
	}

	/* times the number of touches between, to stay whole */
	for (uint32 i = 1; i < count - 1; i++)
		weights[i] = middle;
	weights[0] = model->first_weight * (count - 2);
	weights[count - 1] = model->last_weight * (count - 2);
	return ADP_FIXED_ONE * (uint64) (count - 2);
}

/*
 * Shapley values of the game in which the worth of a set of channels is the
 * conversions of all paths that have no other channel.  Such a game is a sum
 * of one game per path, in which only all of the path's channels together win
 * the conversion: by symmetry each gets the same share.  A channel's share
 * goes to its last touch.
 */
static uint64
weigh_shapley(AdpModel *model, const AdpPath *path)
{
	uint64 channels = 0;

	model->paths_weighed++;
	for (uint32 i = path->touch_count; i-- > 0;)
	{
		uint32 *seen_by = &model->seen_by[path->touches[i]->channel];

		model->weights[i] = *seen_by == model->paths_weighed ? 0 : 1;
		*seen_by = model->paths_weighed;
		channels += model->weights[i];
	}
	return channels;
}

/*
 * Sets model->weights for the touches of a path that has some, and returns
 * their sum: above zero and below ADP_SHARE_MAX_WEIGHT.
 */
uint64
adp_model_weigh(AdpModel *model, const AdpPath *path)
{
	uint32 count = path->touch_count;

	Assert(count > 0);
	if (count > model->capacity)
	{
		model->capacity = Max(model->capacity * 2, count);
		model->weights =
			repalloc(model->weights, model->capacity * sizeof(uint64));
	}
	switch (model->kind)
	{
		case ADP_MODEL_FIRST:
			return weigh_single(model->weights, count, 0);
		case ADP_MODEL_LAST:
		case ADP_MODEL_LAST_NON_DIRECT:
			/* direct touches are left out where the path is cut */
			return weigh_single(model->weights, count, count - 1);
		case ADP_MODEL_LINEAR:
			return weigh_linear(model->weights, count);
		case ADP_MODEL_TIME_DECAY:
			return weigh_time_decay(model, path);
		case ADP_MODEL_POSITION:
			return weigh_position(model, model->weights, count);
		case ADP_MODEL_SHAPLEY:
			return weigh_shapley(model, path);
		case ADP_MODEL_MARKOV:
			break;
	}
	elog(ERROR, "the model gives no weights to touches");
}
