/*
 * adstats_io.c
 *		Text and binary form of adpipe.adstats.
 *
 * Text: adstats:1:CURRENCY:IMPRESSIONS:CLICKS:SPEND:CONVERSIONS:VALUE, where 1
 * is the version, and "-" stands for a measure that was not reported and for
 * no currency.  A value has exactly one text, and no other text is accepted.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"

#include "base/compat.h"
#include "kpi/adstats/adstats.h"
#include "kpi/core/wire.h"

PG_FUNCTION_INFO_V1(adpipe_adstats_in);
PG_FUNCTION_INFO_V1(adpipe_adstats_out);
PG_FUNCTION_INFO_V1(adpipe_adstats_recv);
PG_FUNCTION_INFO_V1(adpipe_adstats_send);

#define TEXT_NAME "adstats"
#define NOTHING "-"

/* the longest text is below this: 5 sums and a code */
#define TEXT_SIZE 256

/*
 * Appends the text of a value.
 */
static void
print_stats(StringInfo text, const AdpAdStats *stats)
{
	appendStringInfo(text, TEXT_NAME ":%d:", stats->version);
	if (adp_currency_is_declared(stats->code))
		appendStringInfo(text, "%.*s", ADP_CURRENCY_SIZE, stats->code);
	else
		appendStringInfoString(text, NOTHING);

	for (int i = 0; i < ADP_MEASURES; i++)
	{
		char number[ADP_FIXED_TEXT_SIZE] = NOTHING;

		if (adp_adstats_has(stats, i))
			adp_fixed_print(number, stats->units[i], stats->scale[i]);
		appendStringInfo(text, ":%s", number);
	}
}

/*
 * Reads everything after the version.  Accepts any text; the value may be
 * invalid or print differently, which the caller checks.
 */
static void
parse_stats(char *rest, AdpAdStats *stats)
{
	const char *code = adp_wire_next_field(&rest);

	if (strcmp(code, NOTHING) != 0)
		memcpy(stats->code, code, strnlen(code, ADP_CURRENCY_SIZE));

	for (int i = 0; i < ADP_MEASURES; i++)
	{
		const char *number = adp_wire_next_field(&rest);
		AdpFixed value;

		if (!adp_fixed_parse(number, &value))
			continue;
		stats->present |= ADP_MEASURE_BIT(i);
		stats->units[i] = value.units;
		stats->scale[i] = value.scale;
	}
}

/*
 * Whether the value prints as this text.
 */
static bool
prints_as(const AdpAdStats *stats, const char *text)
{
	StringInfoData printed;
	bool is_same;

	initStringInfo(&printed);
	print_stats(&printed, stats);
	is_same = strcmp(printed.data, text) == 0;
	pfree(printed.data);
	return is_same;
}

/*
 * adstats_in(cstring) returns adstats
 *
 * Parses leniently, then requires that the result is valid and prints as the
 * input, so that exactly the texts that the output function writes are
 * accepted.
 */
Datum
adpipe_adstats_in(PG_FUNCTION_ARGS)
{
	const char *input = PG_GETARG_CSTRING(0);
	AdpAdStats *stats = palloc0(sizeof(AdpAdStats));
	char copy[TEXT_SIZE];
	char *rest = copy;

	strlcpy(copy, input, sizeof(copy));
	if (strcmp(adp_wire_next_field(&rest), TEXT_NAME) == 0)
	{
		long version = strtol(adp_wire_next_field(&rest), NULL, 10);

		adp_version_check_text(version, ADP_ADSTATS_VERSION, ADP_ADSTATS_TYPE);
		stats->version = ADP_ADSTATS_VERSION;
		parse_stats(rest, stats);
	}

	if (!adp_adstats_is_valid(stats) || !prints_as(stats, input))
		adp_ereturn(fcinfo->context, (Datum) 0,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid input syntax for type %s: \"%s\"",
							ADP_ADSTATS_TYPE, input)));
	PG_RETURN_POINTER(stats);
}

/*
 * adstats_out(adstats) returns cstring
 */
Datum
adpipe_adstats_out(PG_FUNCTION_ARGS)
{
	const AdpAdStats *stats = PG_GETARG_ADSTATS(0);
	StringInfoData text;

	adp_adstats_check_version(stats->version);
	initStringInfo(&text);
	print_stats(&text, stats);
	PG_RETURN_CSTRING(text.data);
}

/*
 * adstats_recv(internal) returns adstats
 *
 * The server checks that the message has the right length.  We check its
 * content, because any client can send one.
 */
Datum
adpipe_adstats_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	AdpAdStats *stats = palloc0(sizeof(AdpAdStats));

	stats->version = pq_getmsgbyte(message);
	adp_adstats_check_version(stats->version);
	stats->present = pq_getmsgbyte(message);
	pq_copymsgbytes(message, (char *) stats->scale, ADP_MEASURES);
	pq_copymsgbytes(message, stats->code, ADP_CURRENCY_SIZE);
	for (int i = 0; i < ADP_MEASURES; i++)
		stats->units[i] = adp_wire_receive_units(message);

	if (!adp_adstats_is_valid(stats))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid external \"%s\" value", ADP_ADSTATS_TYPE)));
	PG_RETURN_POINTER(stats);
}

/*
 * adstats_send(adstats) returns bytea
 */
Datum
adpipe_adstats_send(PG_FUNCTION_ARGS)
{
	const AdpAdStats *stats = PG_GETARG_ADSTATS(0);
	StringInfoData message;

	adp_adstats_check_version(stats->version);
	pq_begintypsend(&message);
	pq_sendint8(&message, stats->version);
	pq_sendint8(&message, stats->present);
	pq_sendbytes(&message, (const char *) stats->scale, ADP_MEASURES);
	pq_sendbytes(&message, stats->code, ADP_CURRENCY_SIZE);
	for (int i = 0; i < ADP_MEASURES; i++)
		adp_wire_send_units(&message, stats->units[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}
