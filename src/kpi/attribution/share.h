/*
 * share.h
 *		Amounts split in proportion to whole-number weights, without a rest.
 */
#ifndef ADP_KPI_ATTRIBUTION_SHARE_H
#define ADP_KPI_ATTRIBUTION_SHARE_H

/* Sums of weights stay below, so that products fit 128 bits */
#define ADP_SHARE_MAX_WEIGHT (UINT64CONST(1) << 62)

/* A sum of shares: units and fraction / 2^64, so far exact to 2^-64 each. */
typedef struct AdpShareSum
{
	int128 units;
	uint64 fraction;
} AdpShareSum;

extern void adp_share_split(int128 amount, const uint64 *weights, uint64 total,
							uint32 count, int128 *parts);
extern void adp_share_add(AdpShareSum *sum, int128 amount, uint64 weight,
						  uint64 total);
extern void adp_share_settle(const AdpShareSum *sums, uint32 count,
							 int128 amount, int128 *parts);

#endif /* ADP_KPI_ATTRIBUTION_SHARE_H */
