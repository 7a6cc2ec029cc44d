/*
 * adstats_frame.c
 *		stats() and rollup() over sliding window frames.
 *
 * To remove a row from a sum one must know how many rows are in it, and
 * adpipe.adstats does not store that.  So a frame has a state of its own,
 * which never leaves the executor; its final function makes an adstats value
 * for each row.
 */
#include "postgres.h"

#include "kpi/adstats/adstats.h"
#include "kpi/core/sum.h"

PG_FUNCTION_INFO_V1(adpipe_adstats_frame_add_stats);
PG_FUNCTION_INFO_V1(adpipe_adstats_frame_remove_stats);
PG_FUNCTION_INFO_V1(adpipe_adstats_frame_final);

typedef struct FrameState
{
	int64 rows; /* in the frame, whatever they report; not NULL */
	AdpCurrency currency;
	AdpSum sums[ADP_MEASURES];
} FrameState;

/* one row of stats(), or one value of rollup() */
typedef struct FrameRow
{
	uint8 present;
	bool says_currency;
	char code[ADP_CURRENCY_SIZE];
	AdpFixed values[ADP_MEASURES];
} FrameRow;

/*
 * The state in argument 0; a new one for NULL.
 */
static FrameState *
frame_state(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "function of a window frame called outside of one");
	if (PG_ARGISNULL(0))
		return MemoryContextAllocZero(context, sizeof(FrameState));
	return (FrameState *) PG_GETARG_POINTER(0);
}

/*
 * Reads the arguments of stats().
 */
static pg_attribute_always_inline void
read_row(FunctionCallInfo fcinfo, FrameRow *row, AdpReadFixed read_count,
		 AdpReadFixed read_amount)
{
	int currency = ADP_MEASURES + 1;

	row->present = 0;
	for (int i = 0; i < ADP_MEASURES; i++)
	{
		AdpReadFixed read = i < ADP_MEASURE_SPEND ? read_count : read_amount;

		if (PG_ARGISNULL(1 + i))
			continue;
		row->present |= ADP_MEASURE_BIT(i);
		row->values[i] = read(PG_GETARG_DATUM(1 + i));
	}

	memset(row->code, 0, ADP_CURRENCY_SIZE);
	row->says_currency = adp_measures_have_money(row->present);
	if (row->present != 0 && PG_NARGS() > currency && !PG_ARGISNULL(currency))
	{
		adp_currency_read(PG_GETARG_TEXT_PP(currency), row->code);
		row->says_currency = true;
	}
}

/*
 * Reads the argument of rollup().
 */
static void
read_stats(FunctionCallInfo fcinfo, FrameRow *row)
{
	const AdpAdStats *stats = PG_GETARG_ADSTATS(1);

	adp_adstats_check_version(stats->version);
	row->present = stats->present;
	row->says_currency = adp_currency_is_declared(stats->code) ||
		adp_measures_have_money(stats->present);
	memcpy(row->code, stats->code, ADP_CURRENCY_SIZE);
	for (int i = 0; i < ADP_MEASURES; i++)
		row->values[i] = adp_adstats_sum(stats, i);
}

/*
 * Adds a row.
 */
static void
add_row(FrameState *state, const FrameRow *row)
{
	if (row->says_currency)
		adp_currency_add(&state->currency, row->code, 1);
	for (int i = 0; i < ADP_MEASURES; i++)
	{
		if (row->present & ADP_MEASURE_BIT(i))
			adp_sum_add(&state->sums[i], row->values[i]);
	}
	state->rows++;
}

/*
 * Takes a row out again.  False, with nothing changed, if the state without it
 * cannot be known.
 */
static bool
remove_row(FrameState *state, const FrameRow *row)
{
	for (int i = 0; i < ADP_MEASURES; i++)
	{
		if ((row->present & ADP_MEASURE_BIT(i)) &&
			!adp_sum_can_remove(&state->sums[i], row->values[i]))
			return false;
	}

	if (row->says_currency)
		adp_currency_remove(&state->currency, row->code);
	for (int i = 0; i < ADP_MEASURES; i++)
	{
		if (row->present & ADP_MEASURE_BIT(i))
			adp_sum_remove(&state->sums[i], row->values[i]);
	}
	state->rows--;
	return true;
}

/*
 * Takes a row out of the state in argument 0.  NULL makes the executor start
 * the frame afresh.
 */
static Datum
remove_from_argument(FunctionCallInfo fcinfo, const FrameRow *row)
{
	FrameState *state = frame_state(fcinfo);

	if (!remove_row(state, row))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

/*
 * Adds the row in the arguments to the state in argument 0.
 */
static pg_attribute_always_inline Datum
add_row_of(FunctionCallInfo fcinfo, AdpReadFixed read_count,
		   AdpReadFixed read_amount)
{
	FrameState *state = frame_state(fcinfo);
	FrameRow row;

	read_row(fcinfo, &row, read_count, read_amount);
	add_row(state, &row);
	PG_RETURN_POINTER(state);
}

/*
 * Takes the row in the arguments out of the state in argument 0.
 */
static pg_attribute_always_inline Datum
remove_row_of(FunctionCallInfo fcinfo, AdpReadFixed read_count,
			  AdpReadFixed read_amount)
{
	FrameRow row;

	read_row(fcinfo, &row, read_count, read_amount);
	return remove_from_argument(fcinfo, &row);
}

#define DEFINE_FRAME(count, amount) \
	PG_FUNCTION_INFO_V1(adpipe_adstats_frame_add_##count##_##amount); \
	PG_FUNCTION_INFO_V1(adpipe_adstats_frame_remove_##count##_##amount); \
	Datum adpipe_adstats_frame_add_##count##_##amount(PG_FUNCTION_ARGS) \
	{ \
		return add_row_of(fcinfo, adp_fixed_read_##count, \
						  adp_fixed_read_##amount); \
	} \
	Datum adpipe_adstats_frame_remove_##count##_##amount(PG_FUNCTION_ARGS) \
	{ \
		return remove_row_of(fcinfo, adp_fixed_read_##count, \
							 adp_fixed_read_##amount); \
	}

/*
 * each adstats_frame_add(internal, 5 numbers [, text]) and adstats_frame_remove
 * of the same arguments return internal
 */
ADP_STATS_FORMS(DEFINE_FRAME)

/*
 * adstats_frame_add(internal, adstats) returns internal
 */
Datum
adpipe_adstats_frame_add_stats(PG_FUNCTION_ARGS)
{
	FrameState *state = frame_state(fcinfo);
	FrameRow row;

	if (!PG_ARGISNULL(1))
	{
		read_stats(fcinfo, &row);
		add_row(state, &row);
	}
	PG_RETURN_POINTER(state);
}

/*
 * adstats_frame_remove(internal, adstats) returns internal
 */
Datum
adpipe_adstats_frame_remove_stats(PG_FUNCTION_ARGS)
{
	FrameRow row;

	if (PG_ARGISNULL(1))
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	read_stats(fcinfo, &row);
	return remove_from_argument(fcinfo, &row);
}

/*
 * adstats_frame_final(internal) returns adstats
 *
 * What stats() or rollup() gives for the rows of the frame; NULL for no rows.
 */
Datum
adpipe_adstats_frame_final(PG_FUNCTION_ARGS)
{
	const FrameState *state;
	AdpAdStats *stats;

	state = PG_ARGISNULL(0) ? NULL : (const FrameState *) PG_GETARG_POINTER(0);
	if (state == NULL || state->rows == 0)
		PG_RETURN_NULL();

	stats = palloc0(sizeof(AdpAdStats));
	stats->version = ADP_ADSTATS_VERSION;
	memcpy(stats->code, state->currency.code, ADP_CURRENCY_SIZE);
	for (int i = 0; i < ADP_MEASURES; i++)
	{
		const AdpSum *sum = &state->sums[i];

		if (sum->rows == 0)
			continue;
		stats->present |= ADP_MEASURE_BIT(i);
		stats->units[i] = sum->units;
		stats->scale[i] = sum->scale;
	}
	Assert(adp_adstats_is_valid(stats));
	PG_RETURN_POINTER(stats);
}
