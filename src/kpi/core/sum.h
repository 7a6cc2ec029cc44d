/*
 * sum.h
 *		One exact sum inside a KPI state.
 *
 * Part of a stored state: its layout is frozen.
 */
#ifndef ADP_KPI_CORE_SUM_H
#define ADP_KPI_CORE_SUM_H

#include "kpi/core/fixed.h"

/*
 * The sum of the values that were not NULL.  Rows are counted, not just
 * flagged, so that removing the last value makes the sum "not reported" again.
 * widest_rows counts the values written with the most decimals, for the same
 * reason: when the last of them leaves, the scale of the rest is unknown.
 */
typedef struct AdpSum
{
	int128 units;	   /* in 10^-12 */
	int64 rows;		   /* values in the sum */
	int64 widest_rows; /* those of them with "scale" decimals */
	uint8 scale;	   /* most decimals of any value */
	uint8 unused[7];   /* zero */
} AdpSum;

extern void adp_sum_remove_last(AdpSum *sum, AdpFixed value);
extern void adp_sum_merge(AdpSum *sum, const AdpSum *other);
extern bool adp_sum_is_valid(const AdpSum *sum);
extern void adp_sum_refuse_rows(void);
extern void adp_sum_refuse_removal(void);

/*
 * Half of the range, so that two counts can be added before they are checked.
 */
#define ADP_SUM_ROWS_MAX (PG_INT64_MAX / 2)

/*
 * Whether this is a possible number of rows.
 */
static inline bool
adp_sum_rows_are_valid(int64 rows)
{
	return rows >= 0 && rows <= ADP_SUM_ROWS_MAX;
}

/*
 * The sum of two row counts.  Raises 22003 if it is not a possible count.
 */
static inline int64
adp_sum_add_rows(int64 a, int64 b)
{
	int64 rows = a + b;

	if (unlikely(!adp_sum_rows_are_valid(rows)))
		adp_sum_refuse_rows();
	return rows;
}

/*
 * Counts values of a scale: they may be wider than all before, as wide as the
 * widest, or neither.
 */
static inline void
adp_sum_count_scale(AdpSum *sum, int scale, int64 rows)
{
	if (scale > sum->scale)
	{
		sum->scale = scale;
		sum->widest_rows = rows;
	}
	else if (scale == sum->scale)
		sum->widest_rows += rows;
}

/*
 * Adds a value.  Raises 22003 if the sum or the count leaves its range.
 */
static inline void
adp_sum_add(AdpSum *sum, AdpFixed value)
{
	sum->units = adp_fixed_add(sum->units, value.units);
	adp_sum_count_scale(sum, value.scale, 1);
	sum->rows = adp_sum_add_rows(sum->rows, 1);
}

/*
 * Whether the sum without this value can be computed.  It cannot if this is
 * the only value with as many decimals as the sum, since the next smaller
 * scale is not stored.
 */
static inline bool
adp_sum_can_remove(const AdpSum *sum, AdpFixed value)
{
	return value.scale < sum->scale || sum->widest_rows > 1 || sum->rows <= 1;
}

/*
 * Removes a value that was added, and for which adp_sum_can_remove is true.
 */
static inline void
adp_sum_remove(AdpSum *sum, AdpFixed value)
{
	if (unlikely(sum->rows <= 1 || value.scale > sum->scale))
	{
		adp_sum_remove_last(sum, value);
		return;
	}
	sum->units = adp_fixed_subtract(sum->units, value.units);
	if (value.scale == sum->scale)
		sum->widest_rows--;
	else if (unlikely(sum->widest_rows == sum->rows))
		adp_sum_refuse_removal();
	sum->rows--;
}

#endif /* ADP_KPI_CORE_SUM_H */
