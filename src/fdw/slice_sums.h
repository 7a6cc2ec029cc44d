/*
 * slice_sums.h
 *	  Counts and sums of the slices of an answer.
 */
#ifndef ADP_FDW_SLICE_SUMS_H
#define ADP_FDW_SLICE_SUMS_H

#include "utils/date.h"
#include "utils/numeric.h"

/* A sum of integers: their upper and lower halves. */
typedef struct AdpIntegerSum
{
	int64 high;
	int64 low;
} AdpIntegerSum;

extern void adp_integer_sum_add(AdpIntegerSum *sum, int64 value);
extern Numeric adp_integer_sum_value(const AdpIntegerSum *sum);

/* A sum of values of any number type. */
typedef struct AdpNumberSum
{
	bool has_value; /* one that was not NULL */
	bool is_broken; /* a value had decimals */
	AdpIntegerSum integers;
	Numeric decimals; /* sum of numerics and floats; NULL: there was none */
	Size room;		  /* bytes at decimals */
} AdpNumberSum;

/*
 * Adds a value of a type for which adp_is_number_type() holds.  The sum lives in
 * a memory context of its own; the current one takes what goes with the row.
 */
extern void adp_number_sum_add(AdpNumberSum *sum, MemoryContext cxt, Oid type,
							   Datum value);

/*
 * Returns the sum, which must have a value.
 */
extern Numeric adp_number_sum_value(const AdpNumberSum *sum);

extern bool adp_is_number_type(Oid type);

/* What is counted and added up of an account's day in one currency. */
typedef struct AdpSlice
{
	struct AdpSlice *next; /* of the same account and day */
	DateADT day;
	Datum currency;
	bool has_currency;
	bool may_repeat; /* a key: two rows may have the same one */
	int64 rows;
	AdpIntegerSum hashes;
	AdpNumberSum spend;
	AdpNumberSum impressions;
} AdpSlice;

#endif /* ADP_FDW_SLICE_SUMS_H */
