/*
 * markov.c
 *		Markov chain of order 1 over paths; the effect of removing a channel.
 *
 * A path is a walk from the start over its channels to a conversion or to
 * nothing; a channel that follows itself is one visit.  The chain has the
 * frequencies of the moves as probabilities.  Removing a channel ends every
 * walk that reaches it without a conversion; its removal effect is the share
 * of conversions lost by that (Anderl et al., "Mapping the customer journey",
 * 2016).
 *
 * Nothing is simulated.  With Q the moves between channels, the matrix
 * F = (I - Q)^-1 holds how often a walk from one channel comes to another, and
 * F[i][c] / F[c][c] is the probability that it comes there at all.  A walk
 * that converts either passes c or does not, so
 *
 *		lost(c) = F[start][c] / F[c][c] * rate(c)
 *
 * where rate(c) is the rate of walks from c: one inversion serves all
 * channels.  I - Q can always be inverted, since every channel is on a path
 * and every path ends.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "kpi/attribution/markov.h"

/*
 * Makes a chain without moves.  Raises 54000 if there are too many channels.
 */
void
adp_markov_begin(AdpChain *chain, const AdpJourneys *journeys)
{
	Size n = journeys->channels.count;

	if (n > ADP_MARKOV_MAX_CHANNELS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a Markov chain over %zu channels is too large", n),
				 errdetail("The limit is %d channels.", ADP_MARKOV_MAX_CHANNELS),
				 errhint(
					 "Map campaigns to fewer channels before they are collected.")));
	chain->channels = (uint32) n;
	chain->moves = palloc0((n + 1) * Max(n, 1) * sizeof(uint64));
	chain->conversions = palloc0(Max(n, 1) * sizeof(uint64));
	chain->nulls = palloc0(Max(n, 1) * sizeof(uint64));
	chain->values = palloc0(Max(n, 1) * sizeof(int128));
}

/*
 * Adds a path that has touches.  Raises 22023 for a negative value, of which
 * a share cannot be lost.
 */
void
adp_markov_add(AdpChain *chain, const AdpPath *path)
{
	uint32 last = chain->channels; /* the start */

	for (uint32 i = 0; i < path->touch_count; i++)
	{
		uint32 channel = path->touches[i]->channel;

		if (channel == last)
			continue;
		chain->moves[(Size) last * chain->channels + channel]++;
		last = channel;
	}
	if (path->conversion == NULL)
	{
		chain->nulls[last]++;
		return;
	}
	chain->conversions[last]++;
	if (!path->worth->is_known)
		return;
	if (path->worth->value.units < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("model \"markov\" cannot divide a negative value"),
				 errhint(
					 "Take refunds off the value of their orders, or leave them out with FILTER.")));
	chain->values[last] =
		adp_fixed_add(chain->values[last], path->worth->value.units);
}

/*
 * Exchanges two rows of a matrix.
 */
static void
swap_rows(float8 *matrix, uint32 width, uint32 a, uint32 b)
{
	for (uint32 i = 0; i < width; i++)
	{
		float8 kept = matrix[(Size) a * width + i];

		matrix[(Size) a * width + i] = matrix[(Size) b * width + i];
		matrix[(Size) b * width + i] = kept;
	}
}

/*
 * Divides the pivot's row and takes it off all others, so that the pivot's
 * column becomes that of the unit matrix.
 */
static void
eliminate(float8 *matrix, uint32 n, uint32 pivot)
{
	uint32 width = 2 * n;
	float8 *pivot_row = &matrix[(Size) pivot * width];
	float8 divisor = pivot_row[pivot];

	for (uint32 i = 0; i < width; i++)
		pivot_row[i] /= divisor;
	for (uint32 row = 0; row < n; row++)
	{
		float8 *other = &matrix[(Size) row * width];
		float8 factor = other[pivot];

		if (row == pivot || factor == 0)
			continue;
		for (uint32 i = 0; i < width; i++)
			other[i] -= factor * pivot_row[i];
	}
}

/*
 * Inverts the left half of a matrix of n rows and 2n columns, whose right half
 * is the unit matrix on entry and the inverse on return: Gauss and Jordan's
 * method, the largest pivot of each column first.
 */
static void
invert(float8 *matrix, uint32 n)
{
	uint32 width = 2 * n;

	for (uint32 column = 0; column < n; column++)
	{
		uint32 pivot = column;

		CHECK_FOR_INTERRUPTS();
		for (uint32 row = column + 1; row < n; row++)
		{
			if (fabs(matrix[(Size) row * width + column]) >
				fabs(matrix[(Size) pivot * width + column]))
				pivot = row;
		}
		if (matrix[(Size) pivot * width + column] == 0)
			elog(ERROR, "Markov chain has a path without end");
		if (pivot != column)
			swap_rows(matrix, width, pivot, column);
		eliminate(matrix, n, column);
	}
}

/*
 * How many moves lead away from each state, the ends included.
 */
static uint64 *
count_departures(const AdpChain *chain)
{
	uint32 n = chain->channels;
	uint64 *departures = palloc0((n + 1) * sizeof(uint64));

	for (uint32 from = 0; from <= n; from++)
	{
		for (uint32 to = 0; to < n; to++)
			departures[from] += chain->moves[(Size) from * n + to];
		if (from < n)
			departures[from] += chain->conversions[from] + chain->nulls[from];
	}
	return departures;
}

/*
 * I - Q beside I.  A channel on no path has no moves, and its row is that of I.
 */
static float8 *
make_matrix(const AdpChain *chain, const uint64 *departures)
{
	uint32 n = chain->channels;
	float8 *matrix = palloc0((Size) n * 2 * n * sizeof(float8));

	for (uint32 from = 0; from < n; from++)
	{
		float8 *row = &matrix[(Size) from * 2 * n];

		for (uint32 to = 0; to < n; to++)
		{
			if (chain->moves[(Size) from * n + to] > 0)
				row[to] = -(float8) chain->moves[(Size) from * n + to] /
					(float8) departures[from];
		}
		row[from] += 1;
		row[n + from] = 1;
	}
	return matrix;
}

/*
 * The share of a yield that is lost without each channel.  "ends" is what a
 * walk brings in that ends at a channel; returns what one brings in from the
 * start.
 */
static float8
lost_shares(const AdpChain *chain, const float8 *matrix,
			const uint64 *departures, const float8 *ends, float8 *shares)
{
	uint32 n = chain->channels;
	const uint64 *starts = &chain->moves[(Size) n * n];
	float8 *yields = palloc0(n * sizeof(float8)); /* of a walk from a channel */
	float8 yield = 0;							  /* of one from the start */

	for (uint32 from = 0; from < n; from++)
	{
		for (uint32 to = 0; to < n; to++)
			yields[from] += matrix[(Size) from * 2 * n + n + to] * ends[to];
		yield += (float8) starts[from] / (float8) departures[n] * yields[from];
	}
	for (uint32 to = 0; to < n; to++)
	{
		float8 visits = 0;

		for (uint32 from = 0; from < n; from++)
			visits += (float8) starts[from] / (float8) departures[n] *
				matrix[(Size) from * 2 * n + n + to];
		shares[to] = 0;
		if (yield > 0)
			shares[to] = visits / matrix[(Size) to * 2 * n + n + to] *
				yields[to] / yield;
		shares[to] = Min(Max(shares[to], 0), 1);
	}
	pfree(yields);
	return yield;
}

/*
 * Solves the chain.  All effects are zero if nothing was converted.
 */
void
adp_markov_solve(const AdpChain *chain, AdpRemoval *removal)
{
	Size n = chain->channels;
	uint64 *departures = count_departures(chain);
	float8 *conversions = palloc0(Max(n, 1) * sizeof(float8));
	float8 *values = palloc0(Max(n, 1) * sizeof(float8));
	float8 *matrix;

	removal->rate = 0;
	removal->effects = palloc0(Max(n, 1) * sizeof(float8));
	removal->value_effects = palloc0(Max(n, 1) * sizeof(float8));
	if (departures[n] == 0)
		return;

	matrix = make_matrix(chain, departures);
	invert(matrix, chain->channels);
	for (uint32 i = 0; i < n; i++)
	{
		if (departures[i] == 0)
			continue;
		conversions[i] =
			(float8) chain->conversions[i] / (float8) departures[i];
		values[i] = (float8) chain->values[i] / (float8) departures[i];
	}
	removal->rate =
		lost_shares(chain, matrix, departures, conversions, removal->effects);
	lost_shares(chain, matrix, departures, values, removal->value_effects);
	pfree(matrix);
}
