/*
 * duration.c
 *		Arguments that are a length of time.
 */
#include "postgres.h"

#include "kpi/core/duration.h"

void
adp_duration_check(int128 length, const char *parameter, int lowest)
{
	if (length < lowest)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 lowest == 0 ? errmsg("%s must not be negative", parameter)
							 : errmsg("%s must be above zero", parameter)));
}

int128
adp_duration_from_interval(const Interval *interval, const char *parameter,
						   int lowest)
{
	int128 length = (int128) interval->day * USECS_PER_DAY + interval->time;

	/* PostgreSQL 17 has infinite intervals: all their fields are extremes */
	if (interval->month != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not have months or years", parameter),
				 errdetail("Months and years are not all of the same length."),
				 errhint(
					 "Give it in days of 24 hours, such as interval '30 days'.")));
	adp_duration_check(length, parameter, lowest);
	return length;
}
