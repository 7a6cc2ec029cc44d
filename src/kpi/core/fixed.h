/*
 * fixed.h
 *		Fixed-point numbers with 12 decimals in 128 bits.
 *
 * The numbers that KPI states add up.  A value is a count of units of 10^-12,
 * so adding is integer addition: exact, the same in any order, and undone
 * exactly by subtraction.  With the value goes its display scale, the number
 * of decimals it was written with (at most 12), because the result of the
 * server's numeric division depends on the scales of its inputs, and the KPIs
 * promise exactly the digits that the server would print.
 */
#ifndef ADP_KPI_CORE_FIXED_H
#define ADP_KPI_CORE_FIXED_H

#include "fmgr.h"
#include "utils/numeric.h"

#include "base/compat.h"

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
extern void adp_fixed_refuse_sum(void);

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
 * Raises 22003 for NaN, the infinities and values out of range.
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
 * The stored form of numeric, which pg_upgrade has frozen: a 16-bit header,
 * in the long form a 16-bit weight, then digits of base 10000 with the most
 * significant one first.  The server's own names for these bits are private.
 */
#define ADP_NUMERIC_FORM 0xC000
#define ADP_NUMERIC_SHORT 0x8000
#define ADP_NUMERIC_SHORT_NEGATIVE 0x2000
#define ADP_NUMERIC_SHORT_SCALE 0x1F80
#define ADP_NUMERIC_SHORT_SCALE_SHIFT 7
#define ADP_NUMERIC_SHORT_WEIGHT_SIGN 0x0040
#define ADP_NUMERIC_SHORT_WEIGHT 0x003F
#define ADP_NUMERIC_BASE 10000

/* digits of base 10000 after the point in a fixed-point number */
#define ADP_NUMERIC_FRACTION (ADP_FIXED_DECIMALS / 4)

/*
 * Reads a numeric as nearly all are stored in rows: short header, no toast, at
 * most four digits of base 10000, at most 12 decimals.  False for any other,
 * which adp_fixed_from_numeric reads.
 */
static pg_attribute_always_inline bool
adp_fixed_read_short_numeric(Datum datum, AdpFixed *result)
{
	static const int64 powers[] = {INT64CONST(1), INT64CONST(10000),
								   INT64CONST(100000000),
								   INT64CONST(1000000000000),
								   INT64CONST(10000000000000000)};
	const char *stored = DatumGetPointer(datum);
	uint16 header;
	int16 digit;
	int count;
	int zeros; /* digits up to the last decimal that are not stored */
	int64 head = 0;

	if (!VARATT_IS_1B(stored) || VARATT_IS_1B_E(stored))
		return false;
	memcpy(&header, VARDATA_1B(stored), sizeof(header));
	count = ((int) VARSIZE_1B(stored) - VARHDRSZ_SHORT - (int) sizeof(header)) /
		(int) sizeof(int16);
	if ((header & ADP_NUMERIC_FORM) != ADP_NUMERIC_SHORT || count > 4)
		return false;

	zeros =
		(header & ADP_NUMERIC_SHORT_WEIGHT) + ADP_NUMERIC_FRACTION + 1 - count;
	if (header & ADP_NUMERIC_SHORT_WEIGHT_SIGN)
		zeros -= ADP_NUMERIC_SHORT_WEIGHT + 1;
	if (zeros < 0 || zeros >= lengthof(powers))
		return false;

	for (int i = 0; i < count; i++)
	{
		memcpy(&digit, VARDATA_1B(stored) + sizeof(header) + i * sizeof(int16),
			   sizeof(int16));
		head = head * ADP_NUMERIC_BASE + digit;
	}
	if (header & ADP_NUMERIC_SHORT_NEGATIVE)
		head = -head;
	result->units = (int128) head * powers[zeros];
	result->scale =
		Min((header & ADP_NUMERIC_SHORT_SCALE) >> ADP_NUMERIC_SHORT_SCALE_SHIFT,
			ADP_FIXED_DECIMALS);
	return true;
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

static pg_attribute_always_inline AdpFixed
adp_fixed_read_numeric(Datum datum)
{
	AdpFixed result;

	if (likely(adp_fixed_read_short_numeric(datum, &result)))
		return result;
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
	int128 sum;

	if (unlikely(__builtin_add_overflow(a, b, &sum) || sum == ADP_FIXED_REFUSED))
		adp_fixed_refuse_sum();
	return sum;
}

/*
 * a - b.  Raises 22003 when the difference does not fit.
 */
static inline int128
adp_fixed_subtract(int128 a, int128 b)
{
	int128 difference;

	if (unlikely(__builtin_sub_overflow(a, b, &difference) ||
				 difference == ADP_FIXED_REFUSED))
		adp_fixed_refuse_sum();
	return difference;
}

#endif /* ADP_KPI_CORE_FIXED_H */
