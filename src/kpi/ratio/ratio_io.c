/*
 * ratio_io.c
 *		Text and binary form of adpipe.ratio_state.
 *
 * Text: ratio:1:KIND:CURRENCY:ROWS:SUM:ROWS:WIDEST:SUM:ROWS:WIDEST, where 1
 * is the version, KIND the letters of kind_letters, CURRENCY the code, ROWS
 * the number of rows in the item before, and WIDEST how many of them have as
 * many decimals as SUM shows.  "-" stands for no kind and for no code.  A
 * state has exactly one text, and no other text is accepted.
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"

#include "kpi/core/wire.h"
#include "kpi/ratio/ratio.h"

PG_FUNCTION_INFO_V1(adpipe_ratio_in);
PG_FUNCTION_INFO_V1(adpipe_ratio_out);
PG_FUNCTION_INFO_V1(adpipe_ratio_recv);
PG_FUNCTION_INFO_V1(adpipe_ratio_send);

#define TEXT_PREFIX "ratio:"
#define NOTHING "-"

/* the longest text is below this: 2 sums, 5 counts, the rest */
#define TEXT_SIZE 256

/* one letter per ADP_RATIO_ bit, from the lowest */
static const char kind_letters[] = "ndou";

StaticAssertDecl((1 << (lengthof(kind_letters) - 1)) - 1 == ADP_RATIO_KINDS,
				 "every kind bit has a letter");

/*
 * Appends one sum.
 */
static void
print_sum(StringInfo text, const AdpSum *sum)
{
	char number[ADP_FIXED_TEXT_SIZE];

	adp_fixed_print(number, sum->units, sum->scale);
	appendStringInfo(text, ":%s:" INT64_FORMAT ":" INT64_FORMAT, number,
					 sum->rows, sum->widest_rows);
}

/*
 * Appends the text of a state.
 */
static void
print_state(StringInfo text, const AdpRatioState *state)
{
	const char *letter;

	appendStringInfo(text, TEXT_PREFIX "%d:", state->version);
	for (letter = kind_letters; *letter != '\0'; letter++)
	{
		if (state->kind & (1 << (letter - kind_letters)))
			appendStringInfoChar(text, *letter);
	}
	if (state->kind == 0)
		appendStringInfoString(text, NOTHING);

	if (state->currency.code[0] == '\0')
		appendStringInfoString(text, ":" NOTHING);
	else
		appendStringInfo(text, ":%.*s", ADP_CURRENCY_SIZE, state->currency.code);
	appendStringInfo(text, ":" INT64_FORMAT, state->currency.rows);
	print_sum(text, &state->numerator);
	print_sum(text, &state->denominator);
}

/*
 * Reads one sum.  The caller finds faults when it prints the state.
 */
static void
parse_sum(char **rest, AdpSum *sum)
{
	const char *number = adp_wire_next_field(rest);
	const char *point = strchr(number, '.');
	AdpFixed value;

	if (adp_fixed_parse(number, &value))
		sum->units = value.units;
	if (point != NULL)
		sum->scale = Min(strlen(point + 1), PG_UINT8_MAX);
	sum->rows = strtoll(adp_wire_next_field(rest), NULL, 10);
	sum->widest_rows = strtoll(adp_wire_next_field(rest), NULL, 10);
}

/*
 * Reads everything after the version.  Accepts any text; the state may be
 * invalid or print differently, which the caller checks.
 */
static void
parse_state(char *rest, AdpRatioState *state)
{
	const char *letter;
	const char *code;

	for (letter = adp_wire_next_field(&rest); *letter != '\0'; letter++)
	{
		const char *known = strchr(kind_letters, *letter);

		if (known != NULL)
			state->kind |= 1 << (known - kind_letters);
	}
	code = adp_wire_next_field(&rest);
	if (strcmp(code, NOTHING) != 0)
		memcpy(state->currency.code, code, strnlen(code, ADP_CURRENCY_SIZE));
	state->currency.rows = strtoll(adp_wire_next_field(&rest), NULL, 10);
	parse_sum(&rest, &state->numerator);
	parse_sum(&rest, &state->denominator);
}

/*
 * ratio_in(cstring) returns ratio_state
 *
 * Parses leniently, then requires that the result is valid and prints as the
 * input, so that exactly the texts that the output function writes are
 * accepted.
 */
Datum
adpipe_ratio_in(PG_FUNCTION_ARGS)
{
	const char *input = PG_GETARG_CSTRING(0);
	AdpRatioState *state = palloc0(sizeof(AdpRatioState));
	char copy[TEXT_SIZE];
	char *rest = copy;
	StringInfoData printed;
	bool is_valid;

	strlcpy(copy, input, sizeof(copy));
	if (strcmp(adp_wire_next_field(&rest), "ratio") == 0)
	{
		long version = strtol(adp_wire_next_field(&rest), NULL, 10);

		adp_version_check_text(version, ADP_RATIO_VERSION, ADP_RATIO_TYPE);
		state->version = ADP_RATIO_VERSION;
		parse_state(rest, state);
	}

	is_valid = adp_ratio_is_valid(state);
	initStringInfo(&printed);
	if (is_valid)
		print_state(&printed, state);
	if (!is_valid || strcmp(printed.data, input) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"",
						ADP_RATIO_TYPE, input)));
	pfree(printed.data);
	PG_RETURN_POINTER(state);
}

/*
 * ratio_out(ratio_state) returns cstring
 */
Datum
adpipe_ratio_out(PG_FUNCTION_ARGS)
{
	const AdpRatioState *state = PG_GETARG_RATIO(0);
	StringInfoData text;

	adp_ratio_check_version(state->version);
	initStringInfo(&text);
	print_state(&text, state);
	PG_RETURN_CSTRING(text.data);
}

/*
 * Writes one sum in network order.
 */
static void
send_sum(StringInfo message, const AdpSum *sum)
{
	adp_wire_send_units(message, sum->units);
	pq_sendint64(message, sum->rows);
	pq_sendint64(message, sum->widest_rows);
	pq_sendint8(message, sum->scale);
}

/*
 * Reads what send_sum wrote.
 */
static void
receive_sum(StringInfo message, AdpSum *sum)
{
	sum->units = adp_wire_receive_units(message);
	sum->rows = pq_getmsgint64(message);
	sum->widest_rows = pq_getmsgint64(message);
	sum->scale = pq_getmsgbyte(message);
}

/*
 * ratio_recv(internal) returns ratio_state
 *
 * The server checks that the message has the right length.  We check its
 * content, because any client can send one.
 */
Datum
adpipe_ratio_recv(PG_FUNCTION_ARGS)
{
	StringInfo message = (StringInfo) PG_GETARG_POINTER(0);
	AdpRatioState *state = palloc0(sizeof(AdpRatioState));

	state->version = pq_getmsgbyte(message);
	adp_ratio_check_version(state->version);
	state->kind = pq_getmsgbyte(message);
	pq_copymsgbytes(message, state->currency.code, ADP_CURRENCY_SIZE);
	state->currency.rows = pq_getmsgint64(message);
	receive_sum(message, &state->numerator);
	receive_sum(message, &state->denominator);

	if (!adp_ratio_is_valid(state))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid external \"%s\" value", ADP_RATIO_TYPE)));
	PG_RETURN_POINTER(state);
}

/*
 * ratio_send(ratio_state) returns bytea
 */
Datum
adpipe_ratio_send(PG_FUNCTION_ARGS)
{
	const AdpRatioState *state = PG_GETARG_RATIO(0);
	StringInfoData message;

	adp_ratio_check_version(state->version);
	pq_begintypsend(&message);
	pq_sendint8(&message, state->version);
	pq_sendint8(&message, state->kind);
	pq_sendbytes(&message, state->currency.code, ADP_CURRENCY_SIZE);
	pq_sendint64(&message, state->currency.rows);
	send_sum(&message, &state->numerator);
	send_sum(&message, &state->denominator);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}
