/*
 * ratio.c
 *		The ratio KPIs: transition, inverse, combine and final functions.
 *
 * All ratios share one state and these functions.  What makes ctr differ from
 * cpc is in ratio.sql: the final function and the kind in the initial state.
 *
 * A row counts if its numerator or its denominator is not NULL.  Such a row
 * counts for the currency if a currency is given, or if it carries money; a
 * row that carries no money needs no currency.
 */
#include "postgres.h"

#include "fmgr.h"

#include "kpi/core/quotient.h"
#include "kpi/ratio/people.h"
#include "kpi/ratio/ratio.h"

PG_FUNCTION_INFO_V1(adpipe_ratio_combine);
PG_FUNCTION_INFO_V1(adpipe_ratio_final);
PG_FUNCTION_INFO_V1(adpipe_ratio_final_mille);
PG_FUNCTION_INFO_V1(adpipe_ratio_final_gain);
/*
 * Whether a distinct count was given more than once.  Such counts have no
 * sum.
 */
static inline bool
counts_people_twice(const AdpRatioState *state)
{
	return ((state->kind & ADP_RATIO_ONE_DENOMINATOR) &&
			state->denominator.rows > 1) ||
		((state->kind & ADP_RATIO_ONE_NUMERATOR) && state->numerator.rows > 1);
}

/*
 * Whether the functions below can have made this state.  Checks values from
 * outside, and our own work in assert builds.
 */
bool
adp_ratio_is_valid(const AdpRatioState *state)
{
	static const uint8 unused[sizeof(state->unused)];
	const AdpSum *numerator = &state->numerator;
	const AdpSum *denominator = &state->denominator;

	if (state->version != ADP_RATIO_VERSION ||
		(state->kind & ~ADP_RATIO_KINDS) != 0 ||
		memcmp(state->unused, unused, sizeof(unused)) != 0)
		return false;
	if (!adp_currency_is_valid(&state->currency) ||
		!adp_sum_is_valid(numerator) || !adp_sum_is_valid(denominator))
		return false;
	if (state->currency.rows > numerator->rows + denominator->rows)
		return false;
	return !counts_people_twice(state);
}

/*
 * The state in argument 0, for the caller to change and return.  Inside an
 * aggregate this is the state itself, which belongs to us; outside it is a
 * copy.  For NULL it is a new empty state without a kind.
 */
static inline AdpRatioState *
writable_state(FunctionCallInfo fcinfo)
{
	AdpRatioState *state;

	if (likely(!PG_ARGISNULL(0) && AggCheckCallContext(fcinfo, NULL)))
	{
		state = PG_GETARG_RATIO(0);
		adp_ratio_check_version(state->version);
		return state;
	}

	state = palloc0(sizeof(AdpRatioState));
	state->version = ADP_RATIO_VERSION;
	if (!PG_ARGISNULL(0))
	{
		adp_ratio_check_version(PG_GETARG_RATIO(0)->version);
		memcpy(state, PG_GETARG_RATIO(0), sizeof(AdpRatioState));
	}
	return state;
}

/*
 * Whether the row has money.
 */
static bool
row_has_money(FunctionCallInfo fcinfo, const AdpRatioState *state)
{
	return ((state->kind & ADP_RATIO_MONEY_NUMERATOR) && !PG_ARGISNULL(1)) ||
		((state->kind & ADP_RATIO_MONEY_DENOMINATOR) && !PG_ARGISNULL(2));
}

/*
 * Sets code to the row's currency, all zero if undeclared.  False if the row
 * has neither money nor a currency.  For a row that counts.
 */
static bool
row_currency(FunctionCallInfo fcinfo, const AdpRatioState *state, char *code)
{
	text *currency;

	if (PG_NARGS() <= 3)
		return false; /* the form without a currency */
	if (PG_ARGISNULL(3))
	{
		memset(code, 0, ADP_CURRENCY_SIZE);
		return row_has_money(fcinfo, state);
	}

	currency = PG_GETARG_TEXT_PP(3);
	adp_currency_read(currency, code);
	PG_FREE_IF_COPY(currency, 3);
	return true;
}

/*
 * Whether the row is in the currency of the state.  Nearly all are.  Looks at
 * texts only where they lie in the row; others go the longer way.
 */
static inline bool
row_has_currency_of(FunctionCallInfo fcinfo, const AdpRatioState *state)
{
	const text *currency;

	if (PG_NARGS() <= 3 || PG_ARGISNULL(3))
		return false;
	currency = (const text *) PG_GETARG_POINTER(3);
	return !VARATT_IS_COMPRESSED(currency) && !VARATT_IS_EXTERNAL(currency) &&
		adp_currency_is_code(currency, state->currency.code);
}

/*
 * Adds the row's currency.  For a row that counts.
 */
static inline void
add_row_currency(FunctionCallInfo fcinfo, AdpRatioState *state)
{
	char code[ADP_CURRENCY_SIZE];

	if (likely(row_has_currency_of(fcinfo, state)))
		state->currency.rows = adp_sum_add_rows(state->currency.rows, 1);
	else if (row_currency(fcinfo, state, code))
		adp_currency_add(&state->currency, code, 1);
}

/*
 * Takes the row's currency out again.
 */
static inline void
remove_row_currency(FunctionCallInfo fcinfo, AdpRatioState *state)
{
	char code[ADP_CURRENCY_SIZE];

	if (state->currency.rows > 1 && row_has_currency_of(fcinfo, state))
		state->currency.rows--;
	else if (row_currency(fcinfo, state, code))
		adp_currency_remove(&state->currency, code);
}

/*
 * Refuses to add up distinct counts.
 */
static inline void
check_people(const AdpRatioState *state)
{
	if (unlikely(counts_people_twice(state)))
		adp_people_refuse();
}

/*
 * Adds one row: (state, numerator, denominator [, currency]).
 */
static pg_attribute_always_inline Datum
add_row(FunctionCallInfo fcinfo, AdpReadFixed read)
{
	AdpRatioState *state = writable_state(fcinfo);

	if (PG_ARGISNULL(1) && PG_ARGISNULL(2))
		PG_RETURN_POINTER(state);

	add_row_currency(fcinfo, state);
	if (!PG_ARGISNULL(1))
		adp_sum_add(&state->numerator, read(PG_GETARG_DATUM(1)));
	if (!PG_ARGISNULL(2))
		adp_sum_add(&state->denominator, read(PG_GETARG_DATUM(2)));
	check_people(state);
	Assert(adp_ratio_is_valid(state));
	PG_RETURN_POINTER(state);
}

/*
 * Takes one row out again.  NULL, which makes the executor start the window
 * frame afresh, if the state without the row cannot be known.
 */
static pg_attribute_always_inline Datum
remove_row(FunctionCallInfo fcinfo, AdpReadFixed read)
{
	AdpRatioState *state = writable_state(fcinfo);
	AdpFixed numerator = {0};
	AdpFixed denominator = {0};

	if (PG_ARGISNULL(1) && PG_ARGISNULL(2))
		PG_RETURN_POINTER(state);

	/* decide before anything changes */
	if (!PG_ARGISNULL(1))
	{
		numerator = read(PG_GETARG_DATUM(1));
		if (!adp_sum_can_remove(&state->numerator, numerator))
			PG_RETURN_NULL();
	}
	if (!PG_ARGISNULL(2))
	{
		denominator = read(PG_GETARG_DATUM(2));
		if (!adp_sum_can_remove(&state->denominator, denominator))
			PG_RETURN_NULL();
	}

	remove_row_currency(fcinfo, state);
	if (!PG_ARGISNULL(1))
		adp_sum_remove(&state->numerator, numerator);
	if (!PG_ARGISNULL(2))
		adp_sum_remove(&state->denominator, denominator);
	if (unlikely(state->currency.rows >
				 state->numerator.rows + state->denominator.rows))
		adp_sum_refuse_removal();
	Assert(adp_ratio_is_valid(state));
	PG_RETURN_POINTER(state);
}

#define DEFINE_ADD_REMOVE(number) \
	PG_FUNCTION_INFO_V1(adpipe_ratio_add_##number); \
	PG_FUNCTION_INFO_V1(adpipe_ratio_remove_##number); \
	Datum adpipe_ratio_add_##number(PG_FUNCTION_ARGS) \
	{ \
		return add_row(fcinfo, adp_fixed_read_##number); \
	} \
	Datum adpipe_ratio_remove_##number(PG_FUNCTION_ARGS) \
	{ \
		return remove_row(fcinfo, adp_fixed_read_##number); \
	}

/*
 * each ratio_add(ratio_state, numerator, denominator [, text]) and ratio_remove
 * of the same arguments return ratio_state
 */
DEFINE_ADD_REMOVE(int8)
DEFINE_ADD_REMOVE(numeric)
DEFINE_ADD_REMOVE(float8)

/*
 * ratio_combine(ratio_state, ratio_state) returns ratio_state; strict
 *
 * The state of the rows of both.
 */
Datum
adpipe_ratio_combine(PG_FUNCTION_ARGS)
{
	AdpRatioState *state = writable_state(fcinfo);
	const AdpRatioState *other = PG_GETARG_RATIO(1);

	adp_ratio_check_version(other->version);
	if (state->kind != other->kind)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot combine states of different kinds of ratios")));

	adp_currency_add(&state->currency, other->currency.code,
					 other->currency.rows);
	adp_sum_merge(&state->numerator, &other->numerator);
	adp_sum_merge(&state->denominator, &other->denominator);
	check_people(state);
	Assert(adp_ratio_is_valid(state));
	PG_RETURN_POINTER(state);
}

/*
 * A sum as a number.
 */
static AdpFixed
sum_value(const AdpSum *sum)
{
	AdpFixed value = {sum->units, sum->scale};

	return value;
}

/*
 * The quotient of the two sums.  NULL if the numerator was never reported or
 * the denominator is zero, which it also is if it was never reported.
 */
static Datum
divide_sums(FunctionCallInfo fcinfo, AdpForm form)
{
	const AdpRatioState *state = PG_GETARG_RATIO(0);

	adp_ratio_check_version(state->version);
	if (state->numerator.rows == 0 || state->denominator.units == 0)
		PG_RETURN_NULL();
	return adp_quotient(sum_value(&state->numerator),
						sum_value(&state->denominator), form);
}

/*
 * ratio_final(ratio_state) returns numeric; strict
 */
Datum
adpipe_ratio_final(PG_FUNCTION_ARGS)
{
	return divide_sums(fcinfo, ADP_FORM_PLAIN);
}

/*
 * ratio_final_mille(ratio_state) returns numeric; strict
 */
Datum
adpipe_ratio_final_mille(PG_FUNCTION_ARGS)
{
	return divide_sums(fcinfo, ADP_FORM_MILLE);
}

/*
 * ratio_final_gain(ratio_state) returns numeric; strict
 */
Datum
adpipe_ratio_final_gain(PG_FUNCTION_ARGS)
{
	return divide_sums(fcinfo, ADP_FORM_GAIN);
}
