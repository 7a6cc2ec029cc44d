/*
 * quotient.c
 *		The one division that ends every ratio KPI.
 *
 * The digits are those of the same KPI written with sum() and "/".  Sums of
 * the usual size are divided here, by the server's rule: a sliding window
 * divides once per row, and taking the detour over the server's arithmetic
 * costs as much as the rest of the row.  All others go to the server.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/fmgrprotos.h"

#include "kpi/core/quotient.h"

#define MILLE 1000

/* decimals in a digit of base 10000 */
#define DIGIT_DECIMALS 4

/* digits of base 10000 that hold any number of 64 bits */
#define WHOLE_DIGITS 5

/*
 * The server gives a quotient at least 16 significant decimals, counting from
 * where it expects the first digit: at the difference of the places of the
 * first digits of dividend and divisor, or one place lower.
 */
#define SIGNIFICANT_DIGITS 4
#define FRACTION_DIGITS_MAX (SIGNIFICANT_DIGITS + WHOLE_DIGITS)

/* digits that one division of 128 by 64 bits yields */
#define STEP_DIGITS 4

/* powers of the base of digits */
static const uint64 powers[WHOLE_DIGITS] = {UINT64CONST(1), UINT64CONST(10000),
											UINT64CONST(100000000),
											UINT64CONST(1000000000000),
											UINT64CONST(10000000000000000)};

StaticAssertDecl(STEP_DIGITS < WHOLE_DIGITS, "a step has its power");

/*
 * Writes the lowest count digits of base 10000 of a value into digits, which
 * are zero, the most significant one first.
 */
static inline void
write_digits(int16 *digits, int count, uint64 value)
{
	for (; value > 0; value /= ADP_NUMERIC_BASE)
		digits[--count] = value % ADP_NUMERIC_BASE;
}

/*
 * Adds one to the last digit.  There is room for a carry: see WHOLE_DIGITS.
 */
static inline void
round_up(int16 *digits, int count)
{
	while (++digits[--count] == ADP_NUMERIC_BASE)
		digits[count] = 0;
}

/*
 * The stored form of numeric, as the server makes it: no zero digits at the
 * ends.  One of the digits is not zero.  In the current context.
 */
static Numeric
make_numeric(const int16 *digits, int count, int fraction, bool is_negative)
{
	int weight = count - fraction - 1;
	uint16 header;
	Size size;
	char *numeric;

	for (; *digits == 0; digits++, count--)
		weight--;
	while (digits[count - 1] == 0)
		count--;

	header = ADP_NUMERIC_SHORT |
		(fraction * DIGIT_DECIMALS << ADP_NUMERIC_SHORT_SCALE_SHIFT) |
		(weight & (ADP_NUMERIC_SHORT_WEIGHT | ADP_NUMERIC_SHORT_WEIGHT_SIGN));
	if (is_negative)
		header |= ADP_NUMERIC_SHORT_NEGATIVE;

	size = VARHDRSZ + sizeof(header) + count * sizeof(int16);
	numeric = palloc(size);
	SET_VARSIZE(numeric, size);
	memcpy(VARDATA(numeric), &header, sizeof(header));
	memcpy(VARDATA(numeric) + sizeof(header), digits, count * sizeof(int16));
	return (Numeric) numeric;
}

/*
 * The place of the first digit of base 10000 of a value above zero, counted
 * from the last, and the digit.
 */
static inline int
first_digit(uint64 value, uint64 *digit)
{
	int place = WHOLE_DIGITS - 1;

	while (value < powers[place])
		place--;
	*digit = value / powers[place];
	return place;
}

/*
 * The number of digits of base 10000 after the point in the server's
 * quotient, unless the operands have more decimals.
 */
static inline int
fraction_digits(uint64 dividend, uint64 divisor)
{
	uint64 first;
	uint64 second;
	int place = first_digit(dividend, &first) - first_digit(divisor, &second);

	return SIGNIFICANT_DIGITS - (first <= second ? place - 1 : place);
}

/*
 * The quotient of two magnitudes, rounded half up to this number of digits
 * after the point.
 */
static Numeric
divide_magnitudes(uint64 dividend, uint64 divisor, int fraction,
				  bool is_negative)
{
	int16 digits[WHOLE_DIGITS + FRACTION_DIGITS_MAX] = {0};
	int count = WHOLE_DIGITS;
	uint64 rest = dividend % divisor;

	write_digits(digits, count, dividend / divisor);
	while (count < WHOLE_DIGITS + fraction)
	{
		int step = Min(WHOLE_DIGITS + fraction - count, STEP_DIGITS);
		uint128 scaled = (uint128) rest * powers[step];
		uint64 part = (uint64) (scaled / divisor);

		rest = (uint64) (scaled - (uint128) part * divisor);
		count += step;
		write_digits(digits, count, part);
	}
	if (rest >= divisor - rest)
		round_up(digits, count);
	return make_numeric(digits, count, fraction, is_negative);
}

/*
 * A magnitude in units of 10^-12.
 */
static inline uint128
magnitude(AdpFixed value)
{
	return value.units < 0 ? -(uint128) value.units : (uint128) value.units;
}

/*
 * Divides, if both operands fit 64 bits and the quotient is not zero.  NULL if
 * not, or if the operands have more decimals than the quotient would.
 */
static Numeric
divide_short(AdpFixed dividend, AdpFixed divisor)
{
	uint128 above = magnitude(dividend);
	uint128 below = magnitude(divisor);
	int decimals = Max(dividend.scale, divisor.scale);
	int fraction;

	if (((above | below) >> 64) != 0)
	{
		/* drop decimals that neither has, but leave digits where they are */
		uint64 unit = powers[(ADP_FIXED_DECIMALS - decimals) / DIGIT_DECIMALS];

		above /= unit;
		below /= unit;
	}
	if (((above | below) >> 64) != 0 || above == 0)
		return NULL;

	fraction = fraction_digits((uint64) above, (uint64) below);
	if (fraction * DIGIT_DECIMALS < decimals)
		return NULL;
	return divide_magnitudes((uint64) above, (uint64) below, fraction,
							 (dividend.units < 0) != (divisor.units < 0));
}

/*
 * What is divided in the end.  False if 128 bits do not hold it.
 */
static inline bool
apply_form(AdpFixed *dividend, AdpFixed divisor, AdpForm form)
{
	switch (form)
	{
		case ADP_FORM_PLAIN:
			return true;
		case ADP_FORM_MILLE:
			return !__builtin_mul_overflow(dividend->units, (int128) MILLE,
										   &dividend->units);
		case ADP_FORM_GAIN:
			dividend->scale = Max(dividend->scale, divisor.scale);
			return !__builtin_sub_overflow(dividend->units, divisor.units,
										   &dividend->units);
	}
	return false;
}

/*
 * A fixed-point number as the server's.
 */
static Datum
to_numeric(AdpFixed value)
{
	return NumericGetDatum(adp_fixed_to_numeric(value.units, value.scale));
}

/*
 * The quotient of any two sums, by the server's own arithmetic.
 */
static Datum
divide_by_server(AdpFixed numerator, AdpFixed denominator, AdpForm form)
{
	Datum dividend = to_numeric(numerator);
	Datum divisor = to_numeric(denominator);

	switch (form)
	{
		case ADP_FORM_PLAIN:
			break;
		case ADP_FORM_MILLE:
			dividend =
				DirectFunctionCall2(numeric_mul,
									NumericGetDatum(int64_to_numeric(MILLE)),
									dividend);
			break;
		case ADP_FORM_GAIN:
			dividend = DirectFunctionCall2(numeric_sub, dividend, divisor);
			break;
	}
	return DirectFunctionCall2(numeric_div, dividend, divisor);
}

#ifdef USE_ASSERT_CHECKING
/*
 * Whether the server returns the same value, byte for byte.
 */
static bool
agrees_with_server(Numeric quotient, AdpFixed numerator, AdpFixed denominator,
				   AdpForm form)
{
	Datum expected = divide_by_server(numerator, denominator, form);
	Size size = VARSIZE(quotient);

	return VARSIZE(DatumGetPointer(expected)) == size &&
		memcmp(DatumGetPointer(expected), quotient, size) == 0;
}
#endif

/*
 * Divides two sums, the second of which is not zero.  Returns a numeric in
 * the current context.
 */
Datum
adp_quotient(AdpFixed numerator, AdpFixed denominator, AdpForm form)
{
	AdpFixed dividend = numerator;
	Numeric quotient = NULL;

	if (likely(apply_form(&dividend, denominator, form)))
		quotient = divide_short(dividend, denominator);
	if (unlikely(quotient == NULL))
		return divide_by_server(numerator, denominator, form);

	Assert(agrees_with_server(quotient, numerator, denominator, form));
	return NumericGetDatum(quotient);
}
