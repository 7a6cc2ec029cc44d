/*
 * slice_sums.c
 *	  Counts and sums of the slices of an answer.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "base/compat.h"
#include "fdw/slice_sums.h"

/* Good for 2^31 values. */
void
adp_integer_sum_add(AdpIntegerSum *sum, int64 value)
{
	sum->high += value >> 32;
	sum->low += value & PG_UINT32_MAX;
}

/*
 * Adds two numerics.
 */
static Numeric
add(Numeric left, Numeric right)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_add,
											   NumericGetDatum(left),
											   NumericGetDatum(right)));
}

Numeric
adp_integer_sum_value(const AdpIntegerSum *sum)
{
	Datum high =
		DirectFunctionCall2(numeric_mul,
							NumericGetDatum(int64_to_numeric(sum->high)),
							NumericGetDatum(
								int64_to_numeric(INT64CONST(1) << 32)));

	return add(DatumGetNumeric(high), int64_to_numeric(sum->low));
}

bool
adp_is_number_type(Oid type)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case FLOAT4OID:
		case FLOAT8OID:
			return true;
	}
	return false;
}

/*
 * Whether a numeric has decimals.
 */
static bool
has_decimals(Datum value)
{
	Datum whole = DirectFunctionCall2(numeric_trunc, value, Int32GetDatum(0));

	return !DatumGetBool(DirectFunctionCall2(numeric_eq, value, whole));
}

/*
 * Makes a numeric the sum.
 */
static void
keep_decimals(AdpNumberSum *sum, MemoryContext cxt, Numeric value)
{
	Size size = VARSIZE(value);

	if (size > sum->room)
	{
		sum->room = 2 * size;
		sum->decimals = MemoryContextAlloc(cxt, sum->room);
	}
	memcpy(sum->decimals, value, size);
}

/*
 * Adds a numeric.
 */
static void
add_decimals(AdpNumberSum *sum, MemoryContext cxt, Datum value)
{
	Numeric number = DatumGetNumeric(value);

	if (!sum->is_broken)
		sum->is_broken = has_decimals(value);
	keep_decimals(sum, cxt, sum->decimals ? add(sum->decimals, number) : number);
}

void
adp_number_sum_add(AdpNumberSum *sum, MemoryContext cxt, Oid type, Datum value)
{
	sum->has_value = true;
	switch (type)
	{
		case INT2OID:
			adp_integer_sum_add(&sum->integers, DatumGetInt16(value));
			break;
		case INT4OID:
			adp_integer_sum_add(&sum->integers, DatumGetInt32(value));
			break;
		case INT8OID:
			adp_integer_sum_add(&sum->integers, DatumGetInt64(value));
			break;
		case FLOAT4OID:
			value = DirectFunctionCall1(float4_numeric, value);
			add_decimals(sum, cxt, value);
			break;
		case FLOAT8OID:
			value = DirectFunctionCall1(float8_numeric, value);
			add_decimals(sum, cxt, value);
			break;
		default:
			add_decimals(sum, cxt, value);
	}
}

Numeric
adp_number_sum_value(const AdpNumberSum *sum)
{
	return sum->decimals ? sum->decimals
						 : adp_integer_sum_value(&sum->integers);
}
