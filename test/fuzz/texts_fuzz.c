/*
 * texts_fuzz.c
 *	  Fuzzes the input functions of the extension's types, and the functions that
 *	  read their values.
 *
 * An input's first byte picks the type, its first line a function and its
 * arguments, the second line is a value, the rest another one.  A finding is: a
 * text that is taken and is not the value's only one, a value that does not come
 * back from its text or bytes, and an internal error of a function.
 */
#include "postgres.h"

#include "fmgr.h"
#include "values.h"

void
fuzz_texts(FuzzInput input)
{
	ValueType *type = values_type(fuzz_take_byte(&input));
	char *line = fuzz_take_line(&input);
	FuzzInput picks = {.data = line, .size = strlen(line)};
	char *text = fuzz_take_line(&input);
	char *other = fuzz_take_text(&input);
	Datum value = values_read_text(type, text);

	fuzz_check_same("text of a value", values_text(type, value), text);
	values_check(type, value,
				 other[0] != '\0' ? values_read_text(type, other) : value,
				 picks);
}
