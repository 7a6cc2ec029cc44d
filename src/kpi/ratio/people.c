/*
 * people.c
 *		Distinct counts: numbers of people have no sum.
 *
 * The platform counts people at the grain of the request, and no function of
 * the parts is the whole.  The aggregates reach and unique_users return the
 * one count of their group.  Their state is that count, so a scan that asks
 * the platform at the grain of the grouping needs nothing else: each group
 * then has one row.
 */
#include "postgres.h"

#include "fmgr.h"

#include "kpi/ratio/people.h"

PG_FUNCTION_INFO_V1(adpipe_one_count);

/*
 * Refuses a group with more than one distinct count.
 */
void
adp_people_refuse(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 errmsg("more than one distinct count in one group"),
			 errdetail(
				 "People counted on two days or in two campaigns are partly the same people, so distinct counts cannot be added up."),
			 errhint(
				 "Group by all columns that split the rows of the report (day, ids, breakdowns). A foreign table has the platform count the people of a range of days, or of whole weeks or months, if the groups are by its ids, the other columns are sums, and nothing else uses the day (SET adpipe.pushdown = on).")));
}

/*
 * one_count(bigint, bigint) returns bigint
 *
 * Transition and combine function of reach and unique_users: the count that is
 * not NULL.  Raises 21000 if both are counts, even equal ones.
 */
Datum
adpipe_one_count(PG_FUNCTION_ARGS)
{
	if (!PG_ARGISNULL(0) && !PG_ARGISNULL(1))
		adp_people_refuse();
	if (!PG_ARGISNULL(0))
		PG_RETURN_INT64(PG_GETARG_INT64(0));
	if (!PG_ARGISNULL(1))
		PG_RETURN_INT64(PG_GETARG_INT64(1));
	PG_RETURN_NULL();
}
