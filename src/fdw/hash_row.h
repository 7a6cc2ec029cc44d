/*
 * hash_row.h
 *	  The hash of a row's values, by which a refresh compares slices.
 */
#ifndef ADP_FDW_HASH_ROW_H
#define ADP_FDW_HASH_ROW_H

#include "lib/stringinfo.h"

/* A column: the hash of its name, and how its values are stored. */
typedef struct AdpHashColumn
{
	uint64 name;
	int16 length;
	bool by_value;
} AdpHashColumn;

/* The values of a row, one after the other, and the sum of their names' hashes. */
typedef struct AdpRowHash
{
	StringInfoData values;
	uint64 names;
} AdpRowHash;

/*
 * Describes a column.  The name has length bytes.
 */
extern void adp_hash_column_init(AdpHashColumn *column, const char *name,
								 int length, int16 value_length, bool by_value);

/*
 * Begins to hash rows, in the current memory context.
 */
extern void adp_row_hash_init(AdpRowHash *hash);

/*
 * Begins the next row.
 */
extern void adp_row_hash_reset(AdpRowHash *hash);

/*
 * Adds a value that is not NULL to the row.  Rows add their columns in the order
 * of the names' bytes.
 */
extern void adp_row_hash_add(AdpRowHash *hash, const AdpHashColumn *column,
							 Datum value);

/*
 * Returns the hash of the row.
 */
extern uint64 adp_row_hash_value(const AdpRowHash *hash);

#endif /* ADP_FDW_HASH_ROW_H */
