/*
 * fixed.h
 *		Fixed-point numbers with 12 decimals in 128 bits.
 *
 * The numbers that KPI states add up.  A value is a count of units of
 * 10^-12, so adding is integer addition: exact, the same in any order, and
 * undone exactly by subtraction.  Beside the value goes its display scale,
 * the number of decimals it was written with (at most 12), because the
 * server's numeric division looks at the scales of its inputs and the KPIs
 * promise the very digits that the server would print.
 */
#ifndef ADP_KPI_FIXED_H
#define ADP_KPI_FIXED_H

#include "fmgr.h"
#include "utils/numeric.h"

#ifndef HAVE_INT128
#error "adpipe needs a compiler with 128-bit integers"
#endif

#define ADP_FIXED_DECIMALS 12
#define ADP_FIXED_ONE INT64CONST(1000000000000)

/* 2^53: floats below it hold every integer exactly */
#define ADP_FIXED_EXACT_FLOATS 9007199254740992.0

/* -2^127, the one number whose negative does not fit: never a sum */
#define ADP_FIXED_REFUSED ((int128) ((uint128) 1 << 127))

/* sign, 27 digits, point, 12 decimals, end of string */
#define ADP_FIXED_TEXT_SIZE 42

typedef struct AdpFixed
{
	int128 units; /* the value times 10^12 */
	int scale;	  /* decimals it was written with, 0 to 12 */
} AdpFixed;

extern AdpFixed adp_fixed_from_numeric(Datum datum);
extern AdpFixed adp_fixed_from_fraction(float8 value);
extern bool adp_fixed_is_valid(int128 units, int scale);
extern bool adp_fixed_parse(const char *text, AdpFixed *result);
extern void adp_fixed_print(char *text, int128 units, int scale);
extern Numeric adp_fixed_to_numeric(int128 units, int scale);
extern void adp_fixed_throw_sum_range(void);

/*
 * The fixed-point form of an integer.  Every int64 fits.
 */
static inline AdpFixed
adp_fixed_from_int64(int64 value)
{
	AdpFixed result;

	result.units = (int128) value * ADP_FIXED_ONE;
	result.scale = 0;
	return result;
}

/*
 * The fixed-point form of a float, by its shortest decimal text: the one the
 * server prints.  So 0.1 is one tenth, not the binary number nearest to it.
 * Raises 22003 for NaN, the infinities and what is out of range.
 */
static inline AdpFixed
adp_fixed_from_float8(float8 value)
{
	/* the text of an integer below 2^53 is that integer */
	if (value > -ADP_FIXED_EXACT_FLOATS && value < ADP_FIXED_EXACT_FLOATS &&
		value == (float8) (int64) value)
		return adp_fixed_from_int64((int64) value);
	return adp_fixed_from_fraction(value);
}

/*
 * How an argument of one SQL type is read.  Passed to functions that are
 * inlined, so that the call is a direct one.
 */
typedef AdpFixed (*AdpReadFixed)(Datum datum);

static inline AdpFixed
adp_fixed_read_int8(Datum datum)
{
	return adp_fixed_from_int64(DatumGetInt64(datum));
}

static inline AdpFixed
adp_fixed_read_numeric(Datum datum)
{
	return adp_fixed_from_numeric(datum);
}

static inline AdpFixed
adp_fixed_read_float8(Datum datum)
{
	return adp_fixed_from_float8(DatumGetFloat8(datum));
}

/*
 * a + b.  Raises 22003 when the sum does not fit.
 */
static inline int128
adp_fixed_add(int128 a, int128 b)
{
	int128 sum = (int128) ((uint128) a + (uint128) b);

	/* overflow if both operands differ in sign from the sum */
	if (unlikely(((a ^ sum) & (b ^ sum)) < 0 || sum == ADP_FIXED_REFUSED))
		adp_fixed_throw_sum_range();
	return sum;
}

/*
 * a - b.  Raises 22003 when the difference does not fit.
 */
static inline int128
adp_fixed_subtract(int128 a, int128 b)
{
	int128 difference = (int128) ((uint128) a - (uint128) b);

	/* overflow if the operands differ in sign and the result left a's side */
	if (unlikely(((a ^ b) & (a ^ difference)) < 0 ||
				 difference == ADP_FIXED_REFUSED))
		adp_fixed_throw_sum_range();
	return difference;
}

#endif /* ADP_KPI_FIXED_H */
