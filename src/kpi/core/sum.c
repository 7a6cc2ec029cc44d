/*
 * sum.c
 *		One exact sum inside a KPI state.
 *
 * Adding, merging and removing give the same bytes in any order, which is
 * what parallel plans, stored states and sliding windows rely on.
 */
#include "postgres.h"

#include "kpi/core/sum.h"

/*
 * Raises the error for removing a value that was never added.  Windows never
 * do that; only a direct call of the aggregate's support functions can.
 */
void
adp_sum_refuse_removal(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cannot remove a row that was not added")));
}

/*
 * Raises the error for more rows than a state counts.
 */
void
adp_sum_refuse_rows(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("number of rows is out of range")));
}

/*
 * Removes the only value, so that the sum is "not reported" again.
 */
void
adp_sum_remove_last(AdpSum *sum, AdpFixed value)
{
	if (sum->rows == 0 || value.scale > sum->scale)
		adp_sum_refuse_removal();
	memset(sum, 0, sizeof(AdpSum));
}

/*
 * Adds all values of another sum.  Raises 22003 if it leaves its range.
 */
void
adp_sum_merge(AdpSum *sum, const AdpSum *other)
{
	if (other->rows == 0)
		return;
	sum->units = adp_fixed_add(sum->units, other->units);
	sum->rows = adp_sum_add_rows(sum->rows, other->rows);
	adp_sum_count_scale(sum, other->scale, other->widest_rows);
}

/*
 * Whether adding values can have made this sum.  Checks values from outside.
 */
bool
adp_sum_is_valid(const AdpSum *sum)
{
	static const uint8 unused[sizeof(sum->unused)];

	if (!adp_sum_rows_are_valid(sum->rows) ||
		!adp_fixed_is_valid(sum->units, sum->scale) ||
		memcmp(sum->unused, unused, sizeof(unused)) != 0)
		return false;
	if (sum->rows == 0)
		return sum->units == 0 && sum->scale == 0 && sum->widest_rows == 0;
	if (sum->widest_rows < 1 || sum->widest_rows > sum->rows)
		return false;
	return sum->scale > 0 || sum->widest_rows == sum->rows;
}
