/*
 * cohort.c
 *		KPIs of cohorts: ROAS, lifetime value and payback by cohort day.
 *
 * A row is about one cohort and one day of it: money up to that day, and what
 * the cohort cost or how many users it has.  Such rows add up over cohorts at
 * one cohort day, never over cohort days.  So the state has two sums per day.
 *
 * A cohort that has not reached a day has no row for it.  Rows that lack one of
 * the numbers are left out as well, so that numerator and denominator of a day
 * are always about the same cohorts.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/array.h"

#include "kpi/core/currency.h"
#include "kpi/core/quotient.h"
#include "kpi/core/sum.h"

PG_FUNCTION_INFO_V1(adpipe_cohort_combine);
PG_FUNCTION_INFO_V1(adpipe_cohort_serialize);
PG_FUNCTION_INFO_V1(adpipe_cohort_deserialize);
PG_FUNCTION_INFO_V1(adpipe_cohort_final_ratio);
PG_FUNCTION_INFO_V1(adpipe_cohort_final_curve);
PG_FUNCTION_INFO_V1(adpipe_cohort_final_payback);

/* The largest cohort day, ten years. */
#define DAY_MAX 3650

/* Arguments of a transition function. */
#define ARG_NUMERATOR 1
#define ARG_DENOMINATOR 2
#define ARG_DAY 3
#define ARG_CURRENCY 4

/* The two sums of a cohort day. */
typedef struct DaySums
{
	AdpSum numerator;
	AdpSum denominator;
} DaySums;

/* What travels between processes, followed by the days. */
typedef struct CohortHead
{
	AdpCurrency currency;
	int32 count; /* the largest day that has rows, and one */
	bool is_one; /* a second day is an error */
} CohortHead;

typedef struct CohortState
{
	CohortHead head;
	DaySums *days; /* head.count of them, by cohort day */
} CohortState;

/*
 * Returns the aggregate's memory context.
 */
static MemoryContext
context_of(FunctionCallInfo fcinfo)
{
	MemoryContext cxt;

	if (!AggCheckCallContext(fcinfo, &cxt))
		elog(ERROR, "function of an aggregate was called on its own");
	return cxt;
}

/*
 * Returns the state in argument 0, a new one for NULL.
 */
static CohortState *
state_of(FunctionCallInfo fcinfo, bool is_one)
{
	CohortState *state;

	if (!PG_ARGISNULL(0))
		return (CohortState *) PG_GETARG_POINTER(0);
	state = MemoryContextAllocZero(context_of(fcinfo), sizeof(CohortState));
	state->head.is_one = is_one;
	return state;
}

/*
 * Refuses a second cohort day.
 */
static void
refuse_two_days(int a, int b)
{
	ereport(ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 errmsg("two cohort days in one group: %d and %d", Min(a, b),
					Max(a, b)),
			 errdetail(
				 "Money up to a day contains that of all days before, and each day repeats the cost of its cohorts, so neither adds up over cohort days."),
			 errhint(
				 "Add the cohort day to GROUP BY, or pick one in WHERE or FILTER.")));
}

/*
 * Makes room for a day; refuses another one than that which the state has.
 */
static DaySums *
sums_of(MemoryContext cxt, CohortState *state, int day)
{
	int count = state->head.count;

	if (state->head.is_one && count > 0 && day != count - 1)
		refuse_two_days(day, count - 1);
	if (day < count)
		return &state->days[day];
	if (state->days == NULL)
		state->days = MemoryContextAlloc(cxt, (day + 1) * sizeof(DaySums));
	else
		state->days = repalloc(state->days, (day + 1) * sizeof(DaySums));
	memset(&state->days[count], 0, (day + 1 - count) * sizeof(DaySums));
	state->head.count = day + 1;
	return &state->days[day];
}

/*
 * Returns the cohort day of the row.
 */
static int
row_day(FunctionCallInfo fcinfo)
{
	int day = PG_GETARG_INT32(ARG_DAY);

	if (day < 0 || day > DAY_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid cohort day %d", day),
				 errdetail("A cohort day is a number of days after the first one, from 0 to %d.",
						   DAY_MAX),
				 errhint("Correct these rows, or leave them out with FILTER.")));
	return day;
}

/*
 * Adds the currency of the row, if the form has one.
 */
static void
add_currency(FunctionCallInfo fcinfo, CohortState *state)
{
	char code[ADP_CURRENCY_SIZE] = {0};

	if (PG_NARGS() <= ARG_CURRENCY)
		return;
	if (!PG_ARGISNULL(ARG_CURRENCY))
		adp_currency_read(PG_GETARG_TEXT_PP(ARG_CURRENCY), code);
	adp_currency_add(&state->head.currency, code, 1);
}

/*
 * Adds one row: (state, numerator, denominator, day [, currency]).
 */
static pg_attribute_always_inline Datum
add_row(FunctionCallInfo fcinfo, AdpReadFixed read, bool is_one)
{
	CohortState *state = state_of(fcinfo, is_one);
	DaySums *sums;

	if (PG_ARGISNULL(ARG_NUMERATOR) || PG_ARGISNULL(ARG_DENOMINATOR) ||
		PG_ARGISNULL(ARG_DAY))
		PG_RETURN_POINTER(state);
	sums = sums_of(context_of(fcinfo), state, row_day(fcinfo));
	add_currency(fcinfo, state);
	adp_sum_add(&sums->numerator, read(PG_GETARG_DATUM(ARG_NUMERATOR)));
	adp_sum_add(&sums->denominator, read(PG_GETARG_DATUM(ARG_DENOMINATOR)));
	PG_RETURN_POINTER(state);
}

#define DEFINE_ADD(number) \
	PG_FUNCTION_INFO_V1(adpipe_cohort_add_##number); \
	PG_FUNCTION_INFO_V1(adpipe_cohort_add_one_##number); \
	Datum adpipe_cohort_add_##number(PG_FUNCTION_ARGS) \
	{ \
		return add_row(fcinfo, adp_fixed_read_##number, false); \
	} \
	Datum adpipe_cohort_add_one_##number(PG_FUNCTION_ARGS) \
	{ \
		return add_row(fcinfo, adp_fixed_read_##number, true); \
	}

/*
 * each cohort_add(internal, numerator, denominator, integer [, text]) and
 * cohort_add_one of the same arguments, which takes rows of one cohort day only,
 * return internal
 */
DEFINE_ADD(int8)
DEFINE_ADD(numeric)
DEFINE_ADD(float8)

/*
 * cohort_combine(internal, internal) returns internal
 *
 * The state of the rows of both.
 */
Datum
adpipe_cohort_combine(PG_FUNCTION_ARGS)
{
	MemoryContext cxt = context_of(fcinfo);
	const CohortState *other;
	CohortState *state;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = (const CohortState *) PG_GETARG_POINTER(1);
	state = state_of(fcinfo, other->head.is_one);
	adp_currency_add(&state->head.currency, other->head.currency.code,
					 other->head.currency.rows);
	for (int day = 0; day < other->head.count; day++)
	{
		const DaySums *from = &other->days[day];
		DaySums *to;

		if (from->numerator.rows == 0)
			continue;
		to = sums_of(cxt, state, day);
		adp_sum_merge(&to->numerator, &from->numerator);
		adp_sum_merge(&to->denominator, &from->denominator);
	}
	PG_RETURN_POINTER(state);
}

/*
 * cohort_serialize(internal) returns bytea; strict
 */
Datum
adpipe_cohort_serialize(PG_FUNCTION_ARGS)
{
	const CohortState *state = (const CohortState *) PG_GETARG_POINTER(0);
	StringInfoData out;

	pq_begintypsend(&out);
	appendBinaryStringInfo(&out, (const char *) &state->head,
						   sizeof(CohortHead));
	if (state->head.count > 0)
		appendBinaryStringInfo(&out, (const char *) state->days,
							   state->head.count * (int) sizeof(DaySums));
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}

/*
 * cohort_deserialize(bytea, internal) returns internal; strict
 */
Datum
adpipe_cohort_deserialize(PG_FUNCTION_ARGS)
{
	const bytea *bytes = PG_GETARG_BYTEA_PP(0);
	CohortState *state = palloc0(sizeof(CohortState));
	Size size;

	memcpy(&state->head, VARDATA_ANY(bytes), sizeof(CohortHead));
	size = state->head.count * sizeof(DaySums);
	Assert(VARSIZE_ANY_EXHDR(bytes) == sizeof(CohortHead) + size);
	if (size > 0)
	{
		state->days = palloc(size);
		memcpy(state->days, VARDATA_ANY(bytes) + sizeof(CohortHead), size);
	}
	PG_RETURN_POINTER(state);
}

/*
 * Divides the sums of a day; false if it has no rows, or zero to divide by.
 */
static bool
divide(const DaySums *sums, Datum *result)
{
	if (sums->numerator.rows == 0 || sums->denominator.units == 0)
		return false;
	*result =
		adp_quotient((AdpFixed){sums->numerator.units, sums->numerator.scale},
					 (AdpFixed){sums->denominator.units,
								sums->denominator.scale},
					 ADP_FORM_PLAIN);
	return true;
}

/*
 * cohort_final_ratio(internal) returns numeric
 *
 * The quotient of the one cohort day.
 */
Datum
adpipe_cohort_final_ratio(PG_FUNCTION_ARGS)
{
	const CohortState *state =
		PG_ARGISNULL(0) ? NULL : (const CohortState *) PG_GETARG_POINTER(0);
	Datum result;

	if (state == NULL || state->head.count == 0 ||
		!divide(&state->days[state->head.count - 1], &result))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(result);
}

/*
 * cohort_final_curve(internal) returns numeric[]
 *
 * The quotients by cohort day; the subscript is the day, from 0.
 */
Datum
adpipe_cohort_final_curve(PG_FUNCTION_ARGS)
{
	const CohortState *state =
		PG_ARGISNULL(0) ? NULL : (const CohortState *) PG_GETARG_POINTER(0);
	int n = state ? state->head.count : 0;
	int first = 0;
	Datum *values;
	bool *nulls;

	if (n == 0)
		PG_RETURN_NULL();
	values = palloc0(n * sizeof(Datum));
	nulls = palloc(n * sizeof(bool));
	for (int day = 0; day < n; day++)
		nulls[day] = !divide(&state->days[day], &values[day]);
	PG_RETURN_ARRAYTYPE_P(construct_md_array(values, nulls, 1, &n, &first,
											 NUMERICOID, -1, false,
											 TYPALIGN_INT));
}

/*
 * cohort_final_payback(internal) returns integer
 *
 * The first cohort day whose numerator covers its denominator.
 */
Datum
adpipe_cohort_final_payback(PG_FUNCTION_ARGS)
{
	const CohortState *state =
		PG_ARGISNULL(0) ? NULL : (const CohortState *) PG_GETARG_POINTER(0);

	for (int day = 0; state != NULL && day < state->head.count; day++)
	{
		const DaySums *sums = &state->days[day];

		if (sums->denominator.units > 0 &&
			sums->numerator.units >= sums->denominator.units)
			PG_RETURN_INT32(day);
	}
	PG_RETURN_NULL();
}
