/*
 * datum.c
 *	  Converts one cell to one Datum.
 *
 * Money is never rounded: a value that does not fit a numeric column is an
 * error.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "common/int.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "fdw/datum.h"

/* Elements of an array between two checks for interrupts. */
#define ELEMENTS_PER_CHECK 512

/* Longest document of a json or jsonb column. */
#define JSON_BYTES_MAX (4 * 1024 * 1024)

/*
 * Whether a cell holds a scalar.
 */
static bool
is_scalar(const AdpCell *cell)
{
	return cell->kind != ADP_CELL_OBJECT && cell->kind != ADP_CELL_ARRAY;
}

/*
 * Returns the text of a scalar cell, NUL-terminated.  Returns NULL for other
 * cells and for characters that text cannot hold.
 */
static char *
scalar_text(const AdpCell *cell, int *len)
{
	if (!is_scalar(cell))
		return NULL;
	if (cell->kind == ADP_CELL_STRING && cell->has_escape)
		return adp_cell_text(cell, len);
	if (len != NULL)
		*len = (int) cell->len;
	return pnstrdup(cell->data, cell->len);
}

/*
 * Returns the length of a number without a fraction that is zero, such as ".0".
 */
static uint32
whole_length(const char *data, uint32 len)
{
	uint32 i = len;

	while (i > 1 && data[i - 1] == '0')
		i--;
	return i > 1 && i < len && data[i - 1] == '.' && data[i - 2] >= '0' &&
			data[i - 2] <= '9'
		? i - 1
		: len;
}

/*
 * Reads a whole number.  Returns false unless the bytes are digits, after an
 * optional sign, and the number fits.
 */
static bool
parse_int64(const char *data, uint32 len, int64 *result)
{
	uint32 i = 0;
	bool is_negative = len > 0 && data[0] == '-';
	int64 sum = 0;

	if (is_negative)
		i++;
	len = whole_length(data, len);
	if (i == len)
		return false;
	for (; i < len; i++)
	{
		int digit = data[i] - '0';

		if (digit < 0 || digit > 9)
			return false;
		/* accumulated as a negative number, whose range is larger by one */
		if (pg_mul_s64_overflow(sum, 10, &sum) ||
			pg_sub_s64_overflow(sum, digit, &sum))
			return false;
	}
	if (!is_negative && sum == PG_INT64_MIN)
		return false;
	*result = is_negative ? sum : -sum;
	return true;
}

/*
 * Reads text.
 */
static bool
read_text(const AdpDatumReader *reader, const AdpCell *cell, Datum *value)
{
	char *text;
	int len;

	if (!is_scalar(cell))
		return false;
	if (!cell->has_escape)
	{
		*value =
			PointerGetDatum(cstring_to_text_with_len(cell->data, cell->len));
		return true;
	}
	text = adp_cell_text(cell, &len);
	if (text == NULL)
		return false;
	*value = PointerGetDatum(cstring_to_text_with_len(text, len));
	return true;
}

/*
 * Reads bigint.
 */
static bool
read_int8(const AdpDatumReader *reader, const AdpCell *cell, Datum *value)
{
	int64 number;

	if (!adp_datum_is_number(cell) ||
		!parse_int64(cell->data, cell->len, &number))
		return false;
	*value = Int64GetDatum(number);
	return true;
}

/*
 * Reads integer.
 */
static bool
read_int4(const AdpDatumReader *reader, const AdpCell *cell, Datum *value)
{
	int64 number;

	if (!adp_datum_is_number(cell) ||
		!parse_int64(cell->data, cell->len, &number) || number < PG_INT32_MIN ||
		number > PG_INT32_MAX)
		return false;
	*value = Int32GetDatum((int32) number);
	return true;
}

/*
 * Splits a plain decimal of up to 18 digits into a whole number and its scale.
 * Returns false for longer numbers, exponents and malformed numbers.
 */
static bool
split_decimal(const AdpCell *cell, int64 *digits, int *scale)
{
	char buffer[20];
	uint32 n = 0;
	bool has_point = false;

	if (cell->len >= lengthof(buffer) - 1)
		return false;
	*scale = 0;
	for (uint32 i = 0; i < cell->len; i++)
	{
		if (cell->data[i] == '.' && !has_point)
		{
			has_point = true;
			continue;
		}
		/* without the point it would be the sign of the whole number */
		if (cell->data[i] == '-' && i > 0)
			return false;
		buffer[n++] = cell->data[i];
		if (has_point)
			(*scale)++;
	}
	return parse_int64(buffer, n, digits);
}

/*
 * Reads numeric with the server's input function.  If needed, an exponent
 * shifts the value into units without loss.
 */
static bool
read_numeric_slowly(const AdpDatumReader *reader, const AdpCell *cell,
					Datum *value)
{
	char *text = pnstrdup(cell->data, cell->len);
	Datum whole;

	/* platforms write "NaN" and "Infinity", which are not amounts */
	if (!adp_cell_is_decimal(cell))
		return false;
	whole =
		DirectFunctionCall3(numeric_in, CStringGetDatum(text),
							ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	if (reader->scale > 0)
		whole =
			DirectFunctionCall2(numeric_mul, whole,
								NumericGetDatum(
									int64_div_fast_to_numeric(1,
															  reader->scale)));
	*value = whole;
	return true;
}

/*
 * Casts to numeric(p,s), which throws if the number is too large.  Returns
 * false if the cast would round.
 */
static bool
cast_exactly(Datum *value, int32 typmod)
{
	Datum cast = DirectFunctionCall2(numeric, *value, Int32GetDatum(typmod));
	bool is_same = DatumGetBool(DirectFunctionCall2(numeric_eq, *value, cast));

	*value = cast;
	return is_same;
}

/*
 * Reads numeric.
 */
static bool
read_numeric(const AdpDatumReader *reader, const AdpCell *cell, Datum *value)
{
	int64 digits;
	int scale;

	if (!adp_datum_is_number(cell))
		return false;
	if (split_decimal(cell, &digits, &scale))
		*value = NumericGetDatum(
			int64_div_fast_to_numeric(digits, scale + reader->scale));
	else if (!read_numeric_slowly(reader, cell, value))
		return false;
	return reader->typmod < 0 || cast_exactly(value, reader->typmod);
}

/*
 * Whether a string equals a word, ignoring case.
 */
static bool
is_word(const AdpCell *cell, const char *word)
{
	return cell->kind == ADP_CELL_STRING && cell->len == strlen(word) &&
		pg_strncasecmp(cell->data, word, cell->len) == 0;
}

/*
 * Reads boolean, which CSV bodies write as a word.
 */
static bool
read_bool(const AdpDatumReader *reader, const AdpCell *cell, Datum *value)
{
	bool is_true = cell->kind == ADP_CELL_TRUE || is_word(cell, "true");

	*value = BoolGetDatum(is_true);
	return is_true || cell->kind == ADP_CELL_FALSE || is_word(cell, "false");
}

/*
 * Reads jsonb or json from any cell.  The server's parser cannot be interrupted,
 * and takes some twenty times the length of a document.
 */
static bool
read_json(const AdpDatumReader *reader, const AdpCell *cell, Datum *value)
{
	if (cell->len > JSON_BYTES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("JSON document in a row is too large"),
				 errdetail("It has %u bytes; at most %d are read.", cell->len,
						   JSON_BYTES_MAX),
				 errhint("Drop the column from the foreign table.")));
	*value = InputFunctionCall(unconstify(FmgrInfo *, &reader->input),
							   adp_cell_json(cell), reader->input_param,
							   reader->typmod);
	return true;
}

/*
 * Reads any other scalar type with its input function.
 */
static bool
read_by_input(const AdpDatumReader *reader, const AdpCell *cell, Datum *value)
{
	char *text = scalar_text(cell, NULL);

	if (text == NULL)
		return false;
	*value = InputFunctionCall(unconstify(FmgrInfo *, &reader->input), text,
							   reader->input_param, reader->typmod);
	return true;
}

/*
 * Reads a floating-point number.  The type's input function takes NaN and
 * hexadecimal digits as well, which are not amounts.
 */
static bool
read_float(const AdpDatumReader *reader, const AdpCell *cell, Datum *value)
{
	Datum exact;

	if (reader->scale == 0)
		return adp_datum_is_number(cell) && adp_cell_is_decimal(cell) &&
			read_by_input(reader, cell, value);
	if (!adp_datum_is_number(cell) || !read_numeric_slowly(reader, cell, &exact))
		return false;
	*value = InputFunctionCall(unconstify(FmgrInfo *, &reader->input),
							   DatumGetCString(
								   DirectFunctionCall1(numeric_out, exact)),
							   reader->input_param, reader->typmod);
	return true;
}

/*
 * Reads an array of scalars.
 */
static bool
read_array(const AdpDatumReader *reader, const AdpCell *cell, Datum *value)
{
	ArrayBuildState *state =
		initArrayResult(reader->input_type, CurrentMemoryContext, false);
	AdpCell *elements;
	int n;

	if (cell->kind != ADP_CELL_ARRAY)
		return false;
	n = adp_cell_elements(cell, &elements);
	for (int i = 0; i < n; i++)
	{
		bool is_null = elements[i].kind == ADP_CELL_NULL;
		Datum element = (Datum) 0;

		if (i % ELEMENTS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		if (!is_null && !read_by_input(reader, &elements[i], &element))
			return false;
		state = accumArrayResult(state, element, is_null, reader->input_type,
								 CurrentMemoryContext);
	}
	*value = makeArrayResult(state, CurrentMemoryContext);
	return n >= 0;
}

/*
 * Returns the reader for a type other than date.
 */
static AdpDatumRead
pick_read(Oid type)
{
	switch (type)
	{
		case TEXTOID:
			return read_text;
		case INT8OID:
			return read_int8;
		case INT4OID:
			return read_int4;
		case NUMERICOID:
			return read_numeric;
		case BOOLOID:
			return read_bool;
		case JSONBOID:
		case JSONOID:
			return read_json;
		case FLOAT4OID:
		case FLOAT8OID:
			return read_float;
		default:
			return OidIsValid(get_element_type(type)) ? read_array
													  : read_by_input;
	}
}

/*
 * Initializes a reader for a type.
 */
void
adp_datum_reader_init(AdpDatumReader *reader, Oid type, int32 typmod,
					  const AdpFormats *formats, MemoryContext cxt)
{
	Oid element = get_element_type(type);
	Oid function;

	reader->read = pick_read(type);
	reader->read_day = type == DATEOID ? formats->read_day : NULL;
	reader->scale = 0;
	reader->is_array = reader->read == read_array;
	reader->typmod = typmod;
	reader->input_type = OidIsValid(element) ? element : type;
	getTypeInputInfo(reader->input_type, &function, &reader->input_param);
	fmgr_info_cxt(function, &reader->input, cxt);
}
