/*
 * hash_row.h
 *	  The hash of a row's values, by which a refresh compares slices.
 */
#ifndef ADP_FDW_HASH_ROW_H
#define ADP_FDW_HASH_ROW_H

/* A column: the hash of its name, and how its values are stored. */
typedef struct AdpHashColumn
{
	uint64 name;
	int16 length;
	bool by_value;
} AdpHashColumn;

/*
 * Describes a column.  The name has length bytes.
 */
extern void adp_hash_column_init(AdpHashColumn *column, const char *name,
								 int length, int16 value_length, bool by_value);

/*
 * Hashes a value's bytes.
 */
extern uint64 adp_hash_value(const AdpHashColumn *column, Datum value,
							 uint64 seed);

/*
 * Adds a value that is not NULL to the hash of a row.  Rows start with 0 and add
 * their columns in the order of the names' bytes.
 */
extern uint64 adp_hash_row_add(uint64 hash, const AdpHashColumn *column,
							   Datum value);

#endif /* ADP_FDW_HASH_ROW_H */
