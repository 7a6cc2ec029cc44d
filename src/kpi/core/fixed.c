/*
 * fixed.c
 *		Conversions between the server's numbers and 128-bit fixed point.
 *
 * Values with more than 12 decimals are rounded once, half away from zero.
 * NaN, the infinities and values out of range raise 22003.  Nothing here
 * allocates memory per value, except to fetch a numeric that was stored out
 * of line or compressed.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "common/shortest_dec.h"
#include "fmgr.h"
#include "utils/fmgrprotos.h"

#include "base/compat.h"
#include "kpi/core/fixed.h"

/* the stored form of numeric; the short form is in the header */
#define FORM_NEGATIVE 0x4000 /* long form, below zero */
#define FORM_SPECIAL 0xC000
#define SPECIAL_NAN 0xC000
#define LONG_SCALE_MASK 0x3FFF

/* 10000^9 is the highest power of the base that 127 bits hold, 170 times */
#define MAX_DIGIT_POWER 9
#define MAX_LEADING_DIGIT 170

/* as many digits of base 10000 as fit a 64-bit integer */
#define DIGITS_IN_64_BITS 4

/* floats that are read without printing them: see read_short_float */
#define SHORT_FLOAT_DECIMALS 6
#define SHORT_FLOAT_FACTOR 1e6
#define SHORT_FLOAT_LIMIT 1e15 /* 10^DBL_DIG */
#define SHORT_FLOAT_UNITS (ADP_FIXED_ONE / 1000000)

#define MAX_POWER_OF_TEN 38 /* 10^38 is the highest that 127 bits hold */
#define UNITS_MAX ((uint128) (~(uint128) 0 >> 1))

/* a decimal number before it is brought to units of 10^-12 */
typedef struct Decimal
{
	bool is_negative;
	uint128 digits; /* all digits, read as one integer */
	int exponent;	/* value = digits * 10^exponent */
} Decimal;

/* a numeric taken apart; the digits are not aligned */
typedef struct NumericParts
{
	bool is_negative;
	int scale;
	int weight; /* power of 10000 of the first digit */
	int count;	/* number of digits */
	const char *digits;
} NumericParts;

StaticAssertDecl(DBL_DIG == 15, "float8 is an IEEE double");

static const uint64 powers_of_ten[] = {UINT64CONST(1),
									   UINT64CONST(10),
									   UINT64CONST(100),
									   UINT64CONST(1000),
									   UINT64CONST(10000),
									   UINT64CONST(100000),
									   UINT64CONST(1000000),
									   UINT64CONST(10000000),
									   UINT64CONST(100000000),
									   UINT64CONST(1000000000),
									   UINT64CONST(10000000000),
									   UINT64CONST(100000000000),
									   UINT64CONST(1000000000000),
									   UINT64CONST(10000000000000),
									   UINT64CONST(100000000000000),
									   UINT64CONST(1000000000000000),
									   UINT64CONST(10000000000000000),
									   UINT64CONST(100000000000000000),
									   UINT64CONST(1000000000000000000),
									   UINT64CONST(10000000000000000000)};

#define MAX_POWER_IN_64_BITS ((int) lengthof(powers_of_ten) - 1)

/*
 * Raises the error for a sum that left the range.
 */
void
adp_fixed_refuse_sum(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("sum is out of range"),
			 errdetail(
				 "Sums are kept with 12 decimals in 128 bits, which reaches to about 1.7e26.")));
}

/*
 * Raises the error for a single value that does not fit.
 */
static void
refuse_value(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("value is out of range"),
			 errdetail(
				 "Values are kept with 12 decimals in 128 bits, which reaches to about 1.7e26.")));
}

/*
 * Raises the error for a value that is not a finite number.
 */
static void
refuse_not_finite(bool is_nan)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 is_nan ? errmsg("cannot add up NaN")
					: errmsg("cannot add up an infinite value"),
			 errhint("Filter these rows out, or turn the value into NULL.")));
}

/*
 * Gives a magnitude its sign.  The magnitude is at most UNITS_MAX.
 */
static inline int128
with_sign(uint128 magnitude, bool is_negative)
{
	return is_negative ? -(int128) magnitude : (int128) magnitude;
}

/*
 * 10^exponent, for exponents from 0 to MAX_POWER_OF_TEN.
 */
static inline uint128
power_of_ten(int exponent)
{
	int low = Min(exponent, MAX_POWER_IN_64_BITS);

	Assert(exponent >= 0 && exponent <= MAX_POWER_OF_TEN);
	return (uint128) powers_of_ten[low] * powers_of_ten[exponent - low];
}

/*
 * Sets *result to digits * 10^exponent.  False if that is above UNITS_MAX.
 */
static bool
scale_up(uint128 digits, int exponent, uint128 *result)
{
	uint128 factor;

	*result = 0;
	if (digits == 0)
		return true;
	if (exponent > MAX_POWER_OF_TEN)
		return false;

	/* small operands, by far the most frequent: no division needed */
	if (digits <= PG_UINT64_MAX / 2 && exponent < MAX_POWER_IN_64_BITS)
	{
		*result = digits * powers_of_ten[exponent];
		return true;
	}

	factor = power_of_ten(exponent);
	if (digits > UNITS_MAX / factor)
		return false;
	*result = digits * factor;
	return true;
}

/*
 * digits / 10^places, rounded half up; so half away from zero once the sign
 * is put back.
 */
static uint128
scale_down(uint128 digits, int places)
{
	uint128 divisor;
	uint128 rest;

	if (places > MAX_POWER_OF_TEN)
		return 0; /* digits are below 10^39 / 2, so under a half */

	divisor = power_of_ten(places);
	rest = digits % divisor;
	return digits / divisor + (rest >= divisor - rest ? 1 : 0);
}

/*
 * Brings a decimal number to units of 10^-12.  False if it does not fit.
 */
static bool
decimal_to_fixed(const Decimal *decimal, AdpFixed *result)
{
	int exponent = decimal->exponent + ADP_FIXED_DECIMALS;
	uint128 magnitude;

	if (exponent < 0)
		magnitude = scale_down(decimal->digits, -exponent);
	else if (!scale_up(decimal->digits, exponent, &magnitude))
		return false;

	result->units = with_sign(magnitude, decimal->is_negative);
	result->scale = Min(Max(-decimal->exponent, 0), ADP_FIXED_DECIMALS);
	return true;
}

/*
 * Whether these can be the units and the scale of a number.  Checks values
 * from outside.
 */
bool
adp_fixed_is_valid(int128 units, int scale)
{
	return units != ADP_FIXED_REFUSED && scale >= 0 &&
		scale <= ADP_FIXED_DECIMALS &&
		units % (int128) powers_of_ten[ADP_FIXED_DECIMALS - scale] == 0;
}

/*
 * Reads digits at *text into decimal->digits and advances *text.  Returns the
 * number of digits, or -1 if 127 bits cannot hold them.
 */
static int
read_digits(const char **text, Decimal *decimal)
{
	const char *start = *text;

	while (**text >= '0' && **text <= '9')
	{
		unsigned digit = **text - '0';

		if (decimal->digits > (UNITS_MAX - digit) / 10)
			return -1;
		decimal->digits = decimal->digits * 10 + digit;
		(*text)++;
	}
	return *text - start;
}

/*
 * Reads "-12.5": sign, digits, point, decimals.  Returns the end of the
 * number, or NULL if there is no number.
 */
static const char *
read_decimal(const char *text, Decimal *decimal)
{
	int whole;
	int decimals = 0;

	memset(decimal, 0, sizeof(Decimal));
	decimal->is_negative = (*text == '-');
	if (decimal->is_negative)
		text++;

	whole = read_digits(&text, decimal);
	if (*text == '.')
	{
		text++;
		decimals = read_digits(&text, decimal);
	}
	if (whole < 0 || decimals < 0 || whole + decimals == 0)
		return NULL;

	decimal->exponent = -decimals;
	return text;
}

/*
 * Reads a number as adp_fixed_print writes it.  False for anything else: a
 * number out of range, with more than 12 decimals, or followed by something.
 */
bool
adp_fixed_parse(const char *text, AdpFixed *result)
{
	Decimal decimal;
	const char *end;

	end = read_decimal(text, &decimal);
	if (end == NULL || *end != '\0')
		return false;
	if (decimal.exponent < -ADP_FIXED_DECIMALS)
		return false;
	return decimal_to_fixed(&decimal, result);
}

/*
 * Reads a float that is a decimal number of few digits, as most amounts of
 * money are.  False for any other.
 *
 * If value == digits / 10^6 and |digits| <= 10^15, both operands are exact,
 * so value is the float nearest to that decimal.  Decimals of up to DBL_DIG =
 * 15 digits have distinct floats, hence value has no other decimal that is as
 * short or shorter: this one is its shortest text.
 */
static inline bool
read_short_float(float8 value, AdpFixed *result)
{
	float8 scaled = value * SHORT_FLOAT_FACTOR;
	int64 digits;
	int scale = SHORT_FLOAT_DECIMALS;

	if (!(fabs(scaled) < SHORT_FLOAT_LIMIT))
		return false;
	digits = (int64) (scaled + (scaled < 0 ? -0.5 : 0.5));
	if ((float8) digits / SHORT_FLOAT_FACTOR != value)
		return false;

	result->units = (int128) digits * SHORT_FLOAT_UNITS;
	while (scale > 0 && digits % 10 == 0)
	{
		digits /= 10;
		scale--;
	}
	result->scale = scale;
	return true;
}

/*
 * adp_fixed_from_float8 for values that are not integers below 2^53.
 */
AdpFixed
adp_fixed_from_fraction(float8 value)
{
	char text[DOUBLE_SHORTEST_DECIMAL_LEN];
	const char *exponent;
	Decimal decimal;
	AdpFixed result;

	if (unlikely(isnan(value) || isinf(value)))
		refuse_not_finite(isnan(value));
	if (likely(read_short_float(value, &result)))
		return result;

	text[double_to_shortest_decimal_bufn(value, text)] = '\0';
	exponent = read_decimal(text, &decimal);
	if (exponent == NULL)
		elog(ERROR, "cannot read back the float \"%s\"", text);
	if (*exponent == 'e')
		decimal.exponent += atoi(exponent + 1);
	if (!decimal_to_fixed(&decimal, &result))
		refuse_value();
	return result;
}

/*
 * Takes a stored numeric apart.  Raises 22003 for NaN and the infinities.
 */
static NumericParts
numeric_parts(const struct varlena *numeric)
{
	const char *body = VARDATA_ANY(numeric);
	int size = (int) VARSIZE_ANY_EXHDR(numeric);
	NumericParts parts;
	uint16 header;
	int16 weight;

	/* with a one-byte length word in front, nothing is aligned */
	memcpy(&header, body, sizeof(header));
	parts.digits = body + sizeof(header);

	if ((header & ADP_NUMERIC_FORM) == ADP_NUMERIC_SHORT)
	{
		parts.is_negative = (header & ADP_NUMERIC_SHORT_NEGATIVE) != 0;
		parts.scale =
			(header & ADP_NUMERIC_SHORT_SCALE) >> ADP_NUMERIC_SHORT_SCALE_SHIFT;
		parts.weight = header & ADP_NUMERIC_SHORT_WEIGHT;
		if (header & ADP_NUMERIC_SHORT_WEIGHT_SIGN)
			parts.weight -= ADP_NUMERIC_SHORT_WEIGHT + 1;
	}
	else
	{
		if (unlikely((header & ADP_NUMERIC_FORM) == FORM_SPECIAL))
			refuse_not_finite(header == SPECIAL_NAN);
		parts.is_negative = (header & ADP_NUMERIC_FORM) == FORM_NEGATIVE;
		parts.scale = header & LONG_SCALE_MASK;
		memcpy(&weight, parts.digits, sizeof(weight));
		parts.weight = weight;
		parts.digits += sizeof(weight);
	}
	parts.count = (size - (int) (parts.digits - body)) / (int) sizeof(int16);
	return parts;
}

/*
 * The digit of base 10000 at an index.
 */
static inline int
digit_at(const NumericParts *parts, int index)
{
	int16 digit;

	memcpy(&digit, parts->digits + index * sizeof(int16), sizeof(digit));
	return digit;
}

/*
 * The magnitude of a numeric in units of 10^-12, rounded half away from zero.
 * Raises 22003 if it does not fit.
 */
static uint128
numeric_magnitude(const NumericParts *parts)
{
	/* power of 10000 of the first digit, counted from the unit */
	int top = parts->weight + ADP_NUMERIC_FRACTION;
	int kept = Min(parts->count, top + 1);
	uint64 head = 0;
	uint128 magnitude;
	int i;

	if (parts->count == 0 || top < -1)
		return 0; /* zero, or less than half a unit */
	if (top > MAX_DIGIT_POWER ||
		(top == MAX_DIGIT_POWER && digit_at(parts, 0) > MAX_LEADING_DIGIT))
		refuse_value();

	for (i = 0; i < Min(kept, DIGITS_IN_64_BITS); i++)
		head = head * ADP_NUMERIC_BASE + digit_at(parts, i);
	magnitude = head;
	for (; i < kept; i++)
		magnitude = magnitude * ADP_NUMERIC_BASE + digit_at(parts, i);
	for (i = kept; i <= top; i++)
		magnitude *= ADP_NUMERIC_BASE; /* zeros that are not stored */

	if (parts->count > kept && digit_at(parts, kept) >= ADP_NUMERIC_BASE / 2)
		magnitude++;
	if (magnitude > UNITS_MAX)
		refuse_value();
	return magnitude;
}

#ifdef USE_ASSERT_CHECKING
/*
 * Whether the server prints the same value.  Only numbers of at most 12
 * decimals are compared, since text with more is no fixed-point number.
 */
static bool
agrees_with_server(const struct varlena *numeric, AdpFixed fixed)
{
	char *text = DatumGetCString(
		DirectFunctionCall1(numeric_out, PointerGetDatum(numeric)));
	AdpFixed printed;

	if (!adp_fixed_parse(text, &printed))
		return true;
	return printed.units == fixed.units && printed.scale == fixed.scale;
}
#endif

/*
 * The fixed-point form of a numeric, read from its stored form.
 */
AdpFixed
adp_fixed_from_numeric(Datum datum)
{
	struct varlena *numeric = PG_DETOAST_DATUM_PACKED(datum);
	NumericParts parts = numeric_parts(numeric);
	AdpFixed result;

	result.units = with_sign(numeric_magnitude(&parts), parts.is_negative);
	result.scale = Min(parts.scale, ADP_FIXED_DECIMALS);
	Assert(agrees_with_server(numeric, result));

	if ((Pointer) numeric != DatumGetPointer(datum))
		pfree(numeric);
	return result;
}

/*
 * Writes units with "scale" decimals into text, which holds at least
 * ADP_FIXED_TEXT_SIZE bytes.  Digits beyond the scale must be zero.
 */
void
adp_fixed_print(char *text, int128 units, int scale)
{
	char reversed[ADP_FIXED_TEXT_SIZE];
	uint128 rest = units < 0 ? -(uint128) units : (uint128) units;
	int length = 0;

	rest /= powers_of_ten[ADP_FIXED_DECIMALS - scale];
	for (int place = 0; place <= scale || rest > 0; place++)
	{
		if (place == scale && scale > 0)
			reversed[length++] = '.';
		reversed[length++] = '0' + (int) (rest % 10);
		rest /= 10;
	}
	if (units < 0)
		reversed[length++] = '-';
	while (length > 0)
		*text++ = reversed[--length];
	*text = '\0';
}

/*
 * The numeric with this value and display scale, in the current context.
 */
Numeric
adp_fixed_to_numeric(int128 units, int scale)
{
	int128 digits = units / (int128) powers_of_ten[ADP_FIXED_DECIMALS - scale];
	char text[ADP_FIXED_TEXT_SIZE];

	/* nearly all sums need no detour over text */
	if (digits >= PG_INT64_MIN && digits <= PG_INT64_MAX)
		return int64_div_fast_to_numeric((int64) digits, scale);

	adp_fixed_print(text, units, scale);
	return DatumGetNumeric(
		DirectFunctionCall3(numeric_in, CStringGetDatum(text),
							ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}
