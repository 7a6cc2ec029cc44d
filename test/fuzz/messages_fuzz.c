/*
 * messages_fuzz.c
 *	  Fuzzes the receive functions of the extension's types, and the functions
 *	  that read their values.
 *
 * An input's first byte picks the type, the next eight a function and its
 * arguments, the rest is a message.  A finding is: a message that is taken and
 * is not the value's only one, a value that does not come back from its text or
 * bytes, and an internal error of a function.
 */
#include "postgres.h"

#include "fmgr.h"
#include "values.h"

#define PICKS 8

void
fuzz_messages(FuzzInput input)
{
	ValueType *type = values_type(fuzz_take_byte(&input));
	FuzzInput picks = {.data = input.data, .size = Min(PICKS, input.size)};
	Datum value;
	bytea *bytes;

	input.data += picks.size;
	input.size -= picks.size;
	value = values_read_bytes(type, input.data, input.size);
	bytes = values_bytes(type, value);
	if (VARSIZE(bytes) - VARHDRSZ != input.size ||
		memcmp(VARDATA(bytes), input.data, input.size) != 0)
		fuzz_finding("%s \"%s\" has other bytes than were read", type->name,
					 values_text(type, value));
	values_check(type, value, value, picks);
}
