/*
 * share.c
 *		Amounts split in proportion to whole-number weights, without a rest.
 *
 * By the method of the largest remainder: every share is rounded down, and
 * the units that are then missing go to the shares that lost most, the earlier
 * one first where two lost the same.  So parts add up to the amount exactly.
 */
#include "postgres.h"

#include "kpi/attribution/share.h"
#include "kpi/core/fixed.h"

typedef struct Remainder
{
	uint64 lost;
	uint32 index;
} Remainder;

/*
 * floor(amount * weight / total); the rest of the division goes to *rest.
 *
 * By long division, since the product may have 190 bits.
 */
static int128
divide(int128 amount, uint64 weight, uint64 total, uint64 *rest)
{
	uint128 magnitude = amount < 0 ? -(uint128) amount : (uint128) amount;
	uint128 high = (magnitude >> 64) * weight;
	uint128 low =
		((high % total) << 64) + (uint128) (uint64) magnitude * weight;
	uint128 quotient = ((high / total) << 64) + low / total;

	Assert(weight <= total && total > 0 && total < ADP_SHARE_MAX_WEIGHT);
	*rest = (uint64) (low % total);
	if (amount >= 0)
		return (int128) quotient;
	if (*rest == 0)
		return -(int128) quotient;
	*rest = total - *rest;
	return -(int128) quotient - 1;
}

static int
compare_remainders(const void *a, const void *b)
{
	const Remainder *left = (const Remainder *) a;
	const Remainder *right = (const Remainder *) b;

	if (left->lost != right->lost)
		return left->lost > right->lost ? -1 : 1;
	return left->index < right->index ? -1 : left->index > right->index;
}

/*
 * Hands out the missing units, at most one to each part.
 */
static void
hand_out(int128 missing, Remainder *remainders, uint32 count, int128 *parts)
{
	Assert(missing >= 0 && missing <= count);
	if (missing == 0)
		return;
	qsort(remainders, count, sizeof(Remainder), compare_remainders);
	for (uint32 i = 0; i < missing && i < count; i++)
		parts[remainders[i].index]++;
}

/*
 * Splits an amount into parts in proportion to the weights, whose sum is
 * "total": above zero, below ADP_SHARE_MAX_WEIGHT.
 */
void
adp_share_split(int128 amount, const uint64 *weights, uint64 total,
				uint32 count, int128 *parts)
{
	Remainder *remainders = palloc(count * sizeof(Remainder));
	int128 missing = amount;

	for (uint32 i = 0; i < count; i++)
	{
		parts[i] = divide(amount, weights[i], total, &remainders[i].lost);
		remainders[i].index = i;
		missing -= parts[i];
	}
	hand_out(missing, remainders, count, parts);
	pfree(remainders);
}

/*
 * Adds amount * weight / total.  Raises 22003 if the sum leaves its range.
 */
void
adp_share_add(AdpShareSum *sum, int128 amount, uint64 weight, uint64 total)
{
	uint64 rest;
	int128 units = divide(amount, weight, total, &rest);
	uint64 fraction = (uint64) (((uint128) rest << 64) / total);

	sum->fraction += fraction;
	if (sum->fraction < fraction)
		units++;
	sum->units = adp_fixed_add(sum->units, units);
}

/*
 * Rounds sums of shares to parts that add up to the amount that was split.
 */
void
adp_share_settle(const AdpShareSum *sums, uint32 count, int128 amount,
				 int128 *parts)
{
	Remainder *remainders = palloc(Max(count, 1) * sizeof(Remainder));
	int128 missing = amount;

	for (uint32 i = 0; i < count; i++)
	{
		parts[i] = sums[i].units;
		remainders[i].lost = sums[i].fraction;
		remainders[i].index = i;
		missing -= parts[i];
	}
	hand_out(missing, remainders, count, parts);
	pfree(remainders);
}
