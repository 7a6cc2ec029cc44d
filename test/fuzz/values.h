/*
 * values.h
 *	  Values of the extension's types, and all functions that read them.
 */
#ifndef ADP_TEST_FUZZ_VALUES_H
#define ADP_TEST_FUZZ_VALUES_H

#include "fuzz.h"

/* Functions of a type; see values_of(). */
typedef struct ValueType
{
	const char *name;
	Oid type;
	int16 len;
	FmgrInfo input;
	FmgrInfo output;
	FmgrInfo receive;
	FmgrInfo send;
	Oid io_param;
	int ncalls;
	struct ValueCall *calls;
} ValueType;

/* Returns one of the extension's types. */
extern ValueType *values_type(int pick);

/* Text and bytes of a value, and back. */
extern Datum values_read_text(ValueType *type, char *text);
extern Datum values_read_bytes(ValueType *type, const char *bytes, int size);
extern char *values_text(ValueType *type, Datum value);
extern bytea *values_bytes(ValueType *type, Datum value);

/*
 * Checks a value that was read: that it comes back from text and bytes, and
 * that every function of its type takes it, beside another one and with
 * arguments that picks choose.  The functions may throw.
 */
extern void values_check(ValueType *type, Datum value, Datum other,
						 FuzzInput picks);

#endif /* ADP_TEST_FUZZ_VALUES_H */
