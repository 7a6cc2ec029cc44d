/*
 * conditions.c
 *		Aggregates without order: retention by conditions, funnel counts.
 *
 * Their states are core types of a few bytes, a bigint and a bigint array, so
 * that they travel without functions of ours.  Any user can call the
 * functions with other values, so states are checked.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/int.h"
#include "port/pg_bitutils.h"
#include "utils/array.h"

#include "kpi/events/events.h"

PG_FUNCTION_INFO_V1(adpipe_conditions_add);
PG_FUNCTION_INFO_V1(adpipe_conditions_combine);
PG_FUNCTION_INFO_V1(adpipe_conditions_met);
PG_FUNCTION_INFO_V1(adpipe_funnel_counts_add);
PG_FUNCTION_INFO_V1(adpipe_funnel_counts_combine);
PG_FUNCTION_INFO_V1(adpipe_funnel_counts_final);

#define COUNT_SHIFT 32

/* elements of the state of funnel_counts */
enum
{
	STEPS, /* how many steps there are */
	USERS, /* [USERS + n]: users whose level is n */
	COUNTS_LENGTH = USERS + ADP_CONDITIONS_MAX + 1
};

/*
 * Splits the state of retention by conditions: their number and those met.
 */
static uint32
read_met(int64 state, int *count)
{
	uint32 met = (uint32) state;

	*count = (int) Max(Min(state >> COUNT_SHIFT, PG_INT16_MAX), 0);
	if (*count < 1 || *count > ADP_CONDITIONS_MAX ||
		((uint64) met >> *count) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid state of retention")));
	return met;
}

/*
 * The state for a row: a number of conditions, of which some are met.
 */
static int64
make_met(int count, uint32 met)
{
	return ((int64) count << COUNT_SHIFT) | met;
}

/*
 * The state of two.  Raises 22023 if they are over different conditions.
 */
static int64
combine_met(int64 a, int64 b)
{
	int a_count;
	int b_count;
	uint32 met = read_met(a, &a_count) | read_met(b, &b_count);

	if (a_count != b_count)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("different numbers of conditions in one group")));
	return make_met(a_count, met);
}

/*
 * conditions_add(bigint, boolean[]) returns bigint
 */
Datum
adpipe_conditions_add(PG_FUNCTION_ARGS)
{
	uint32 met;
	int64 state;
	int count;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	met = adp_conditions_read(PG_GETARG_DATUM(1), &count);
	state = make_met(count, met);
	PG_RETURN_INT64(PG_ARGISNULL(0) ? state
									: combine_met(PG_GETARG_INT64(0), state));
}

/*
 * conditions_combine(bigint, bigint) returns bigint; strict
 */
Datum
adpipe_conditions_combine(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(combine_met(PG_GETARG_INT64(0), PG_GETARG_INT64(1)));
}

/*
 * conditions_met(bigint) returns boolean[]; strict
 *
 * The first element: was condition 1 ever met?  The others: was it, and the
 * condition of that number, too?
 */
Datum
adpipe_conditions_met(PG_FUNCTION_ARGS)
{
	Datum values[ADP_CONDITIONS_MAX];
	int count;
	uint32 met = read_met(PG_GETARG_INT64(0), &count);

	for (int i = 0; i < count; i++)
		values[i] = BoolGetDatum((met & 1) && (met & ((uint32) 1 << i)));
	PG_RETURN_ARRAYTYPE_P(construct_array(values, count, BOOLOID, sizeof(bool),
										  true, TYPALIGN_CHAR));
}

/*
 * The counts in the state of funnel_counts.  Raises 22023 unless it is one.
 */
static int64 *
read_counts(ArrayType *state)
{
	int64 *counts = (int64 *) ARR_DATA_PTR(state);
	bool is_valid = ARR_NDIM(state) == 1 && !ARR_HASNULL(state) &&
		ARR_ELEMTYPE(state) == INT8OID && ARR_DIMS(state)[0] == COUNTS_LENGTH;

	for (int i = 0; is_valid && i < COUNTS_LENGTH; i++)
		is_valid = counts[i] >= 0;
	if (!is_valid || counts[STEPS] > ADP_CONDITIONS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid state of funnel_counts")));
	return counts;
}

/*
 * Adds users to a count.  Raises 22003 if there are too many.
 */
static void
add_users(int64 *count, int64 users)
{
	if (pg_add_s64_overflow(*count, users, count))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("number of users is out of range")));
}

/*
 * The state in argument 0, for the caller to change and return: the state
 * itself inside an aggregate, else a copy.  For NULL it is a new empty state.
 */
static ArrayType *
writable_counts(FunctionCallInfo fcinfo)
{
	Datum zeros[COUNTS_LENGTH] = {0};

	if (PG_ARGISNULL(0))
		return construct_array(zeros, COUNTS_LENGTH, INT8OID, sizeof(int64),
							   FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
	if (AggCheckCallContext(fcinfo, NULL))
		return PG_GETARG_ARRAYTYPE_P(0);
	return PG_GETARG_ARRAYTYPE_P_COPY(0);
}

/*
 * Raises the error for a number that cannot be.
 */
static void
check_range(const char *what, int number, int most)
{
	if (number < 0 || number > most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s %d is not between 0 and %d", what, number, most)));
}

/*
 * funnel_counts_add(bigint[], integer [, integer]) returns bigint[]
 *
 * Without the number of steps, the highest level of all rows is that number.
 */
Datum
adpipe_funnel_counts_add(PG_FUNCTION_ARGS)
{
	ArrayType *state;
	int64 *counts;
	int level;
	int steps;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	level = PG_GETARG_INT32(1);
	check_range("level", level, ADP_CONDITIONS_MAX);
	steps = level;
	if (PG_NARGS() > 2)
	{
		if (PG_ARGISNULL(2))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("number of steps must not be NULL")));
		steps = PG_GETARG_INT32(2);
		check_range("number of steps", steps, ADP_CONDITIONS_MAX);
		check_range("level", level, steps);
	}

	state = writable_counts(fcinfo);
	counts = read_counts(state);
	counts[STEPS] = Max(counts[STEPS], steps);
	add_users(&counts[USERS + level], 1);
	PG_RETURN_ARRAYTYPE_P(state);
}

/*
 * funnel_counts_combine(bigint[], bigint[]) returns bigint[]; strict
 */
Datum
adpipe_funnel_counts_combine(PG_FUNCTION_ARGS)
{
	ArrayType *state = writable_counts(fcinfo);
	int64 *counts = read_counts(state);
	const int64 *others = read_counts(PG_GETARG_ARRAYTYPE_P(1));

	counts[STEPS] = Max(counts[STEPS], others[STEPS]);
	for (int i = USERS; i < COUNTS_LENGTH; i++)
		add_users(&counts[i], others[i]);
	PG_RETURN_ARRAYTYPE_P(state);
}

/*
 * funnel_counts_final(bigint[]) returns bigint[]; strict
 *
 * Element n: users who came to level n or further.
 */
Datum
adpipe_funnel_counts_final(PG_FUNCTION_ARGS)
{
	const int64 *counts = read_counts(PG_GETARG_ARRAYTYPE_P(0));
	Datum values[ADP_CONDITIONS_MAX];
	int steps = counts[STEPS];
	int64 users = 0;

	for (int level = ADP_CONDITIONS_MAX; level > 0; level--)
	{
		add_users(&users, counts[USERS + level]);
		values[level - 1] = Int64GetDatum(users);
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(values, steps, INT8OID, sizeof(int64),
										  FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
