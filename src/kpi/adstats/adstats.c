/*
 * adstats.c
 *		adpipe.adstats: the functions of stats() and rollup(), sum and
 *		difference of two values, the constructor.
 *
 * A row counts if one of its measures is not NULL.  Its currency counts if it
 * is given; money without one is undeclared, and a row that carries no money
 * needs none.
 */
#include "postgres.h"

#include "kpi/adstats/adstats.h"

PG_FUNCTION_INFO_V1(adpipe_adstats_add);
PG_FUNCTION_INFO_V1(adpipe_adstats_subtract);
/*
 * Whether the functions below can have made this value.  Checks values from
 * outside, and our own work in assert builds.
 */
bool
adp_adstats_is_valid(const AdpAdStats *stats)
{
	if (stats->version != ADP_ADSTATS_VERSION || stats->unused != 0 ||
		(stats->present & ~ADP_MEASURE_BITS) != 0 ||
		!adp_currency_code_is_valid(stats->code))
		return false;
	/* only a row that counts declares a currency */
	if (adp_currency_is_declared(stats->code) && stats->present == 0)
		return false;

	for (int i = 0; i < ADP_MEASURES; i++)
	{
		if (!adp_adstats_has(stats, i) &&
			(stats->units[i] != 0 || stats->scale[i] != 0))
			return false;
		if (!adp_fixed_is_valid(stats->units[i], stats->scale[i]))
			return false;
	}
	return true;
}

/*
 * An empty value in the current memory context.
 */
static AdpAdStats *
make_stats(void)
{
	AdpAdStats *stats = palloc0(sizeof(AdpAdStats));

	stats->version = ADP_ADSTATS_VERSION;
	return stats;
}

/*
 * Argument 0, for the caller to change and return.  Inside an aggregate this
 * is the state itself, which belongs to us; outside it is a copy.  For NULL
 * it is a new empty value in the current context: the executor copies the
 * first state of a group, so that one in the aggregate's context would occupy
 * memory twice.
 */
static inline AdpAdStats *
writable_stats(FunctionCallInfo fcinfo)
{
	AdpAdStats *stats;

	if (PG_ARGISNULL(0))
		return make_stats();

	stats = PG_GETARG_ADSTATS(0);
	adp_adstats_check_version(stats->version);
	if (unlikely(!AggCheckCallContext(fcinfo, NULL)))
	{
		AdpAdStats *copy = palloc(sizeof(AdpAdStats));

		memcpy(copy, stats, sizeof(AdpAdStats));
		return copy;
	}
	return stats;
}

/*
 * Records the currency of measures that are about to be added.  The code is
 * all zero for undeclared.  Raises 22023 if the money in stats is in another
 * currency.
 */
static void
merge_currency(AdpAdStats *stats, const char *code, uint8 present)
{
	if (memcmp(stats->code, code, ADP_CURRENCY_SIZE) == 0)
		return;
	if (!adp_currency_is_declared(code) && !adp_measures_have_money(present))
		return;
	if (adp_currency_is_declared(stats->code) ||
		adp_measures_have_money(stats->present))
		adp_currency_refuse_two(stats->code, code);
	memcpy(stats->code, code, ADP_CURRENCY_SIZE);
}

/*
 * Notes the currency of a row that reports these measures, given in an
 * argument that the form without a currency does not have.
 */
static inline void
add_row_currency(FunctionCallInfo fcinfo, AdpAdStats *stats, int argument,
				 uint8 present)
{
	char code[ADP_CURRENCY_SIZE] = {0};
	text *currency;

	if (PG_NARGS() > argument && !PG_ARGISNULL(argument))
	{
		currency = PG_GETARG_TEXT_PP(argument);
		if (likely(adp_currency_is_code(currency, stats->code)))
			return;
		adp_currency_read(currency, code);
	}
	merge_currency(stats, code, present);
}

/*
 * Adds a value to one sum.
 */
static inline void
add_value(AdpAdStats *stats, AdpMeasure measure, AdpFixed value)
{
	stats->units[measure] = adp_fixed_add(stats->units[measure], value.units);
	stats->scale[measure] = Max(stats->scale[measure], value.scale);
}

/*
 * The measures of the row that starts at an argument, a bit for each that is
 * not NULL.
 */
static inline uint8
row_measures(FunctionCallInfo fcinfo, int first)
{
#define MEASURE_BIT_IF_GIVEN(measure) \
	((PG_ARGISNULL(first + (measure)) ? 0 : 1) << (measure))

	return MEASURE_BIT_IF_GIVEN(ADP_MEASURE_IMPRESSIONS) |
		MEASURE_BIT_IF_GIVEN(ADP_MEASURE_CLICKS) |
		MEASURE_BIT_IF_GIVEN(ADP_MEASURE_SPEND) |
		MEASURE_BIT_IF_GIVEN(ADP_MEASURE_CONVERSIONS) |
		MEASURE_BIT_IF_GIVEN(ADP_MEASURE_CONVERSIONS_VALUE);

#undef MEASURE_BIT_IF_GIVEN
}

/*
 * Adds the row whose measures start at an argument.  Counts are impressions
 * and clicks, amounts the rest.  Unrolled by hand, since a large scan spends
 * its time here.
 */
static pg_attribute_always_inline void
add_row(FunctionCallInfo fcinfo, AdpAdStats *stats, int first,
		AdpReadFixed read_count, AdpReadFixed read_amount)
{
	uint8 present = row_measures(fcinfo, first);

#define ADD_MEASURE(measure, read) \
	do \
	{ \
		if (present & ADP_MEASURE_BIT(measure)) \
			add_value(stats, measure, \
					  read(PG_GETARG_DATUM(first + (measure)))); \
	} while (0)

	if (present == 0)
		return;
	add_row_currency(fcinfo, stats, first + ADP_MEASURES, present);
	stats->present |= present;

	ADD_MEASURE(ADP_MEASURE_IMPRESSIONS, read_count);
	ADD_MEASURE(ADP_MEASURE_CLICKS, read_count);
	ADD_MEASURE(ADP_MEASURE_SPEND, read_amount);
	ADD_MEASURE(ADP_MEASURE_CONVERSIONS, read_amount);
	ADD_MEASURE(ADP_MEASURE_CONVERSIONS_VALUE, read_amount);
	Assert(adp_adstats_is_valid(stats));

#undef ADD_MEASURE
}

#define DEFINE_ADD_ROW(count, amount) \
	PG_FUNCTION_INFO_V1(adpipe_adstats_add_row_##count##_##amount); \
	Datum adpipe_adstats_add_row_##count##_##amount(PG_FUNCTION_ARGS) \
	{ \
		AdpAdStats *stats = writable_stats(fcinfo); \
\
		add_row(fcinfo, stats, 1, adp_fixed_read_##count, \
				adp_fixed_read_##amount); \
		PG_RETURN_POINTER(stats); \
	}

/*
 * each adstats_add_row(adstats, 5 numbers [, text]) returns adstats;
 * adstats.sql gives the reason for this choice of types
 */
ADP_STATS_FORMS(DEFINE_ADD_ROW)

#define DEFINE_MAKE(number) \
	PG_FUNCTION_INFO_V1(adpipe_adstats_make_##number); \
	Datum adpipe_adstats_make_##number(PG_FUNCTION_ARGS) \
	{ \
		AdpAdStats *stats = make_stats(); \
\
		add_row(fcinfo, stats, 0, adp_fixed_read_##number, \
				adp_fixed_read_##number); \
		PG_RETURN_POINTER(stats); \
	}

/* each adstats(5 numbers of one type, text) returns adstats */
DEFINE_MAKE(int8)
DEFINE_MAKE(numeric)
DEFINE_MAKE(float8)

/*
 * adstats_add(adstats, adstats) returns adstats; strict
 *
 * The value of the rows of both: combine function of stats(), transition
 * function of rollup(), and the operator +.
 */
Datum
adpipe_adstats_add(PG_FUNCTION_ARGS)
{
	AdpAdStats *stats = writable_stats(fcinfo);
	const AdpAdStats *other = PG_GETARG_ADSTATS(1);

	adp_adstats_check_version(other->version);
	merge_currency(stats, other->code, other->present);
	stats->present |= other->present;
	for (int i = 0; i < ADP_MEASURES; i++)
		add_value(stats, i, adp_adstats_sum(other, i));
	Assert(adp_adstats_is_valid(stats));
	PG_RETURN_POINTER(stats);
}

/*
 * adstats_subtract(adstats, adstats) returns adstats; strict
 *
 * What the first has beyond the second.  A measure that only the second
 * reports stays unreported: the difference to an unknown sum is unknown.
 */
Datum
adpipe_adstats_subtract(PG_FUNCTION_ARGS)
{
	AdpAdStats *stats = writable_stats(fcinfo);
	const AdpAdStats *other = PG_GETARG_ADSTATS(1);

	adp_adstats_check_version(other->version);
	merge_currency(stats, other->code, other->present);
	for (int i = 0; i < ADP_MEASURES; i++)
	{
		AdpFixed sum = adp_adstats_sum(other, i);

		if (!adp_adstats_has(stats, i))
			continue;
		sum.units = -sum.units; /* its range is the same on both sides */
		add_value(stats, i, sum);
	}
	if (stats->present == 0)
		memset(stats->code, 0, ADP_CURRENCY_SIZE);
	Assert(adp_adstats_is_valid(stats));
	PG_RETURN_POINTER(stats);
}
