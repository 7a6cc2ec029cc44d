/*
 * adstats_read.c
 *		What can be read from an adpipe.adstats value: sums, KPIs, the
 *		currency, everything as jsonb or as a record.
 *
 * All functions are strict and leave the value as it is.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "kpi/adstats/adstats.h"
#include "kpi/core/quotient.h"

/* members of the jsonb form and columns of adstats_totals, in this order */
static const char *const measure_names[] = {"impressions", "clicks", "spend",
											"conversions", "conversions_value"};

StaticAssertDecl(lengthof(measure_names) == ADP_MEASURES,
				 "every measure has a name");

/*
 * Argument 0, checked.
 */
static const AdpAdStats *
stats_argument(FunctionCallInfo fcinfo)
{
	const AdpAdStats *stats = PG_GETARG_ADSTATS(0);

	adp_adstats_check_version(stats->version);
	return stats;
}

/*
 * One sum.  NULL if the measure was never reported.
 */
static Datum
read_sum(FunctionCallInfo fcinfo, AdpMeasure measure)
{
	const AdpAdStats *stats = stats_argument(fcinfo);

	if (!adp_adstats_has(stats, measure))
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(
		adp_fixed_to_numeric(stats->units[measure], stats->scale[measure]));
}

/*
 * One KPI.  NULL if the numerator was never reported or the denominator is
 * zero, which it also is if it was never reported.
 */
static Datum
read_ratio(FunctionCallInfo fcinfo, AdpMeasure numerator,
		   AdpMeasure denominator, AdpForm form)
{
	const AdpAdStats *stats = stats_argument(fcinfo);

	if (!adp_adstats_has(stats, numerator) || stats->units[denominator] == 0)
		PG_RETURN_NULL();
	return adp_quotient(adp_adstats_sum(stats, numerator),
						adp_adstats_sum(stats, denominator), form);
}

#define DEFINE_SUM(name, measure) \
	PG_FUNCTION_INFO_V1(adpipe_adstats_##name); \
	Datum adpipe_adstats_##name(PG_FUNCTION_ARGS) \
	{ \
		return read_sum(fcinfo, ADP_MEASURE_##measure); \
	}

#define DEFINE_RATIO(name, numerator, denominator, form) \
	PG_FUNCTION_INFO_V1(adpipe_adstats_##name); \
	Datum adpipe_adstats_##name(PG_FUNCTION_ARGS) \
	{ \
		return read_ratio(fcinfo, ADP_MEASURE_##numerator, \
						  ADP_MEASURE_##denominator, ADP_FORM_##form); \
	}

/* each NAME(adstats) returns numeric */
DEFINE_SUM(impressions, IMPRESSIONS)
DEFINE_SUM(clicks, CLICKS)
DEFINE_SUM(spend, SPEND)
DEFINE_SUM(conversions, CONVERSIONS)
DEFINE_SUM(conversions_value, CONVERSIONS_VALUE)

/* each NAME(adstats) returns numeric: the KPI of the same name */
DEFINE_RATIO(ctr, CLICKS, IMPRESSIONS, PLAIN)
DEFINE_RATIO(cpc, SPEND, CLICKS, PLAIN)
DEFINE_RATIO(cpm, SPEND, IMPRESSIONS, MILLE)
DEFINE_RATIO(cpa, SPEND, CONVERSIONS, PLAIN)
DEFINE_RATIO(cvr_click, CONVERSIONS, CLICKS, PLAIN)
DEFINE_RATIO(cvr_imp, CONVERSIONS, IMPRESSIONS, PLAIN)
DEFINE_RATIO(roas, CONVERSIONS_VALUE, SPEND, PLAIN)
DEFINE_RATIO(roi, CONVERSIONS_VALUE, SPEND, GAIN)
DEFINE_RATIO(acos, SPEND, CONVERSIONS_VALUE, PLAIN)
DEFINE_RATIO(aov, CONVERSIONS_VALUE, CONVERSIONS, PLAIN)

PG_FUNCTION_INFO_V1(adpipe_adstats_currency);
PG_FUNCTION_INFO_V1(adpipe_adstats_to_json);
PG_FUNCTION_INFO_V1(adpipe_adstats_to_jsonb);
PG_FUNCTION_INFO_V1(adpipe_adstats_totals);

/*
 * The currency code as text.
 */
static text *
currency_text(const AdpAdStats *stats)
{
	return cstring_to_text_with_len(stats->code,
									strnlen(stats->code, ADP_CURRENCY_SIZE));
}

/*
 * currency(adstats) returns text
 */
Datum
adpipe_adstats_currency(PG_FUNCTION_ARGS)
{
	const AdpAdStats *stats = stats_argument(fcinfo);

	if (!adp_currency_is_declared(stats->code))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(currency_text(stats));
}

/*
 * Appends the value as a JSON object: numbers with all their digits, null for
 * what was not reported.
 */
static void
append_object(StringInfo json, const AdpAdStats *stats)
{
	for (int i = 0; i < ADP_MEASURES; i++)
	{
		char number[ADP_FIXED_TEXT_SIZE] = "null";

		if (adp_adstats_has(stats, i))
			adp_fixed_print(number, stats->units[i], stats->scale[i]);
		appendStringInfo(json, "%c\"%s\":%s", i == 0 ? '{' : ',',
						 measure_names[i], number);
	}
	/* letters and digits only, so nothing to escape */
	if (adp_currency_is_declared(stats->code))
		appendStringInfo(json, ",\"currency\":\"%.*s\"}", ADP_CURRENCY_SIZE,
						 stats->code);
	else
		appendStringInfoString(json, ",\"currency\":null}");
}

/*
 * adstats_to_json(adstats) returns json
 */
Datum
adpipe_adstats_to_json(PG_FUNCTION_ARGS)
{
	StringInfoData json;

	initStringInfo(&json);
	append_object(&json, stats_argument(fcinfo));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(json.data, json.len));
}

/*
 * adstats_to_jsonb(adstats) returns jsonb
 */
Datum
adpipe_adstats_to_jsonb(PG_FUNCTION_ARGS)
{
	StringInfoData json;

	initStringInfo(&json);
	append_object(&json, stats_argument(fcinfo));
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

/*
 * totals(adstats) returns adstats_totals
 *
 * The five sums and the currency as columns.
 */
Datum
adpipe_adstats_totals(PG_FUNCTION_ARGS)
{
	const AdpAdStats *stats = stats_argument(fcinfo);
	TupleDesc columns;
	Datum values[ADP_MEASURES + 1] = {0};
	bool nulls[ADP_MEASURES + 1];

	if (get_call_result_type(fcinfo, NULL, &columns) != TYPEFUNC_COMPOSITE ||
		columns->natts != lengthof(values))
		elog(ERROR, "totals returns another record than it should");

	for (int i = 0; i < ADP_MEASURES; i++)
	{
		nulls[i] = !adp_adstats_has(stats, i);
		if (!nulls[i])
			values[i] = NumericGetDatum(
				adp_fixed_to_numeric(stats->units[i], stats->scale[i]));
	}
	nulls[ADP_MEASURES] = !adp_currency_is_declared(stats->code);
	if (!nulls[ADP_MEASURES])
		values[ADP_MEASURES] = PointerGetDatum(currency_text(stats));
	return HeapTupleGetDatum(
		heap_form_tuple(BlessTupleDesc(columns), values, nulls));
}
