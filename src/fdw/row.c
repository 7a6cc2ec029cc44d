/*
 * row.c
 *	  Cells to Datums.
 *
 * The types that reports use have readers of their own, straight from the
 * page's bytes; all others take the type's input function.  Money is never
 * rounded: a numeric column too narrow for a value is an error, not a shorter
 * number.
 *
 * What absent means: zero for additive metrics of a row that exists, the empty
 * array for repeated fields, NULL for everything else.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "common/int.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "nodes/value.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "fdw/row.h"

/* Decimals of a unit in micros. */
#define MICROS_SCALE 6

/* Longest part of a foreign value that an error shows. */
#define VALUE_SHOWN_MAX 60

typedef struct ColumnPlan ColumnPlan;

typedef bool (*CellReader)(const ColumnPlan *plan, const AdpCell *cell,
						   Datum *value);

/* How one column is filled. */
struct ColumnPlan
{
	const AdpTableColumn *column;
	int cell;	   /* -1: known without asking */
	int scale;	   /* decimals to shift by, into units of the currency */
	bool is_minor; /* scale depends on the account's currency */
	bool absent_is_zero;
	bool is_bare;	 /* strings are of no JSON text */
	CellReader read; /* false: the value does not fit */

	/* for types without a reader of their own */
	Oid input_type; /* of the elements, for an array */
	FmgrInfo input;
	Oid input_param;
	int32 typmod;
};

struct AdpConverter
{
	const AdpTable *table;
	int natts;
	int nplans;
	ColumnPlan *plans;
	const ColumnPlan *current; /* for the error context */
	const AdpAccount *account; /* whose currency the plans shift by */
};

/*
 * Whether a cell holds a scalar.
 */
static bool
is_scalar(const AdpCell *cell)
{
	return cell->kind != ADP_CELL_OBJECT && cell->kind != ADP_CELL_ARRAY;
}

/*
 * The text of a scalar cell, NUL-terminated; NULL if it is none, or holds what
 * text cannot.
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
 * Reads a whole number.  False unless the bytes are digits, after a sign
 * perhaps, and fit.
 */
static bool
parse_int64(const char *data, uint32 len, int64 *result)
{
	uint32 i = 0;
	bool is_negative = len > 0 && data[0] == '-';
	int64 sum = 0;

	if (is_negative)
		i++;
	if (i == len)
		return false;
	for (; i < len; i++)
	{
		int digit = data[i] - '0';

		if (digit < 0 || digit > 9)
			return false;
		/* summed up as a negative number, whose range is larger by one */
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
read_text(const ColumnPlan *plan, const AdpCell *cell, Datum *value)
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
 * Whether a cell may hold a number: platforms write 64-bit ones as strings.
 */
static bool
is_number(const AdpCell *cell)
{
	return cell->kind == ADP_CELL_NUMBER ||
		(cell->kind == ADP_CELL_STRING && !cell->has_escape);
}

/*
 * Reads bigint.
 */
static bool
read_int8(const ColumnPlan *plan, const AdpCell *cell, Datum *value)
{
	int64 number;

	if (!is_number(cell) || !parse_int64(cell->data, cell->len, &number))
		return false;
	*value = Int64GetDatum(number);
	return true;
}

/*
 * Reads integer.
 */
static bool
read_int4(const ColumnPlan *plan, const AdpCell *cell, Datum *value)
{
	int64 number;

	if (!is_number(cell) || !parse_int64(cell->data, cell->len, &number) ||
		number < PG_INT32_MIN || number > PG_INT32_MAX)
		return false;
	*value = Int32GetDatum((int32) number);
	return true;
}

/*
 * Splits a plain decimal of up to 18 digits into a whole number and its scale;
 * false for anything longer, with an exponent, or that is no number.
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
		buffer[n++] = cell->data[i];
		if (has_point)
			(*scale)++;
	}
	return parse_int64(buffer, n, digits);
}

/*
 * Reads numeric by the server's own input, shifted into units if need be by an
 * exponent, which loses nothing.
 */
static bool
read_numeric_slowly(const ColumnPlan *plan, const AdpCell *cell, Datum *value)
{
	char *text = pnstrdup(cell->data, cell->len);
	Datum whole;

	/* "NaN" and "Infinity", as platforms write them, are no amounts */
	if (strspn(text, "0123456789+-.eE") != cell->len || cell->len == 0)
		return false;
	whole =
		DirectFunctionCall3(numeric_in, CStringGetDatum(text),
							ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	if (plan->scale > 0)
		whole =
			DirectFunctionCall2(numeric_mul, whole,
								NumericGetDatum(
									int64_div_fast_to_numeric(1, plan->scale)));
	*value = whole;
	return true;
}

/*
 * Casts to numeric(p,s), which throws if the number is too large; false if the
 * cast would round.
 */
static bool
fits_typmod(Datum *value, int32 typmod)
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
read_numeric(const ColumnPlan *plan, const AdpCell *cell, Datum *value)
{
	int64 digits;
	int scale;

	if (!is_number(cell))
		return false;
	if (split_decimal(cell, &digits, &scale))
		*value = NumericGetDatum(
			int64_div_fast_to_numeric(digits, scale + plan->scale));
	else if (!read_numeric_slowly(plan, cell, value))
		return false;
	return plan->typmod < 0 || fits_typmod(value, plan->typmod);
}

/*
 * Whether a string is a word, in any case.
 */
static bool
is_word(const AdpCell *cell, const char *word)
{
	return cell->kind == ADP_CELL_STRING && cell->len == strlen(word) &&
		pg_strncasecmp(cell->data, word, cell->len) == 0;
}

/*
 * Reads boolean, which CSV bodies spell out.
 */
static bool
read_bool(const ColumnPlan *plan, const AdpCell *cell, Datum *value)
{
	bool is_true = cell->kind == ADP_CELL_TRUE || is_word(cell, "true");

	*value = BoolGetDatum(is_true);
	return is_true || cell->kind == ADP_CELL_FALSE || is_word(cell, "false");
}

/*
 * Two digits at a place; -1 if they are none.
 */
static int
two_digits(const char *data)
{
	if (data[0] < '0' || data[0] > '9' || data[1] < '0' || data[1] > '9')
		return -1;
	return (data[0] - '0') * 10 + (data[1] - '0');
}

/*
 * Reads a date, which platforms write as YYYY-MM-DD.
 */
static bool
read_date(const ColumnPlan *plan, const AdpCell *cell, Datum *value)
{
	const char *data = cell->data;
	int century;
	int year;
	int month;
	int day;

	if (cell->kind != ADP_CELL_STRING || cell->len != 10 || data[4] != '-' ||
		data[7] != '-')
		return false;
	century = two_digits(data);
	year = two_digits(data + 2);
	month = two_digits(data + 5);
	day = two_digits(data + 8);
	if (century < 0 || year < 0 || month < 1 || month > 12 || day < 1)
		return false;
	year += century * 100;
	if (year == 0 || day > day_tab[isleap(year)][month - 1])
		return false;
	*value = DateADTGetDatum(date2j(year, month, day) - POSTGRES_EPOCH_JDATE);
	return true;
}

/*
 * The JSON text of a cell, as it stood in the page; a string that stands in no
 * JSON is quoted for it.
 */
static char *
json_text(const ColumnPlan *plan, const AdpCell *cell)
{
	StringInfoData out;

	if (plan->is_bare && cell->kind == ADP_CELL_STRING)
	{
		initStringInfo(&out);
		escape_json(&out, pnstrdup(cell->data, cell->len));
		return out.data;
	}
	if (cell->kind == ADP_CELL_STRING)
		return pnstrdup(cell->data - 1, cell->len + 2);
	return pnstrdup(cell->data, cell->len);
}

/*
 * Reads jsonb, or json, from any cell.
 */
static bool
read_json(const ColumnPlan *plan, const AdpCell *cell, Datum *value)
{
	*value = InputFunctionCall(unconstify(FmgrInfo *, &plan->input),
							   json_text(plan, cell), plan->input_param,
							   plan->typmod);
	return true;
}

/*
 * Reads any other scalar type by its input function.
 */
static bool
read_by_input(const ColumnPlan *plan, const AdpCell *cell, Datum *value)
{
	char *text = scalar_text(cell, NULL);

	if (text == NULL)
		return false;
	*value = InputFunctionCall(unconstify(FmgrInfo *, &plan->input), text,
							   plan->input_param, plan->typmod);
	return true;
}

/*
 * Reads a floating-point number.  Not a number is no number here.
 */
static bool
read_float(const ColumnPlan *plan, const AdpCell *cell, Datum *value)
{
	Datum exact;

	if (plan->scale == 0)
		return is_number(cell) && cell->len > 0 &&
			strchr("0123456789-", cell->data[0]) != NULL &&
			read_by_input(plan, cell, value);
	if (!is_number(cell) || !read_numeric_slowly(plan, cell, &exact))
		return false;
	*value = InputFunctionCall(unconstify(FmgrInfo *, &plan->input),
							   DatumGetCString(
								   DirectFunctionCall1(numeric_out, exact)),
							   plan->input_param, plan->typmod);
	return true;
}

/*
 * Reads an array of scalars.
 */
static bool
read_array(const ColumnPlan *plan, const AdpCell *cell, Datum *value)
{
	ArrayBuildState *state =
		initArrayResult(plan->input_type, CurrentMemoryContext, false);
	AdpCell *elements;
	int n;

	if (cell->kind != ADP_CELL_ARRAY)
		return false;
	n = adp_cell_elements(cell, &elements);
	for (int i = 0; i < n; i++)
	{
		bool is_null = elements[i].kind == ADP_CELL_NULL;
		Datum element = (Datum) 0;

		if (!is_null && !read_by_input(plan, &elements[i], &element))
			return false;
		state = accumArrayResult(state, element, is_null, plan->input_type,
								 CurrentMemoryContext);
	}
	*value = makeArrayResult(state, CurrentMemoryContext);
	return n >= 0;
}

/*
 * Picks the reader for a column's type.
 */
static CellReader
pick_reader(const AdpTableColumn *column)
{
	switch (column->type)
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
		case DATEOID:
			return read_date;
		case JSONBOID:
		case JSONOID:
			return read_json;
		case FLOAT4OID:
		case FLOAT8OID:
			return read_float;
		default:
			return OidIsValid(get_element_type(column->type)) ? read_array
															  : read_by_input;
	}
}

/*
 * Whether values are millionths that the column shows as units.  A field that
 * is not in the catalogue follows the platforms' naming.
 */
static bool
shows_units(const AdpTableColumn *column)
{
	static const char suffix[] = "_micros";
	Size len = strlen(column->field_name);

	if (column->type != NUMERICOID && column->type != FLOAT8OID &&
		column->type != FLOAT4OID)
		return false;
	if (column->field != NULL)
		return (column->field->flags & ADP_FIELD_MICROS) != 0;
	return len > strlen(suffix) &&
		strcmp(column->field_name + len - strlen(suffix), suffix) == 0;
}

/*
 * Fills in how a column is read.
 */
static void
plan_column(ColumnPlan *plan, const AdpTableColumn *column, int cell,
			MemoryContext cxt)
{
	Oid element = get_element_type(column->type);
	Oid function;

	plan->column = column;
	plan->cell = cell;
	plan->read = pick_reader(column);
	plan->scale = shows_units(column) ? MICROS_SCALE : 0;
	plan->is_minor = adp_column_is_minor(column);
	plan->absent_is_zero = column->field != NULL &&
		(column->field->flags & ADP_FIELD_ABSENT_0) != 0;
	plan->typmod = column->typmod;
	plan->input_type = OidIsValid(element) ? element : column->type;
	getTypeInputInfo(plan->input_type, &function, &plan->input_param);
	fmgr_info_cxt(function, &plan->input, cxt);
}

/*
 * Index of a field among those asked for; -1 if it is none of them.
 */
static int
field_index(List *fields, const char *name)
{
	for (int i = 0; i < list_length(fields); i++)
	{
		if (strcmp(strVal(list_nth(fields, i)), name) == 0)
			return i;
	}
	return -1;
}

/*
 * Makes a converter.
 */
AdpConverter *
adp_converter_create(MemoryContext cxt, const AdpTable *table, List *fields)
{
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpConverter *converter = palloc0(sizeof(AdpConverter));

	converter->table = table;
	converter->plans = palloc0(Max(table->ncolumns, 1) * sizeof(ColumnPlan));
	for (int i = 0; i < table->ncolumns; i++)
	{
		const AdpTableColumn *column = &table->columns[i];
		int cell = field_index(fields, column->field_name);

		converter->natts = Max(converter->natts, column->attno);
		if (cell >= 0 || adp_column_is_known(column))
		{
			ColumnPlan *plan = &converter->plans[converter->nplans++];

			plan_column(plan, column, cell, cxt);
			plan->is_bare =
				cell < 0 || table->platform->format == ADP_FORMAT_CSV;
		}
	}
	MemoryContextSwitchTo(old);
	return converter;
}

/*
 * Error context: which column.
 */
static void
column_context(void *arg)
{
	const AdpConverter *converter = arg;

	if (converter->current != NULL)
		errcontext("column \"%s\" of foreign table \"%s\", field \"%s\"",
				   converter->current->column->name, converter->table->name,
				   converter->current->column->field_name);
}

/*
 * What an error shows of a value: its beginning, cut at a character.
 */
static char *
shown_value(const AdpCell *cell)
{
	int len =
		pg_mbcliplen(cell->data, (int) Min(cell->len, 1024), VALUE_SHOWN_MAX);

	return psprintf("%s%s", pnstrdup(cell->data, len),
					(uint32) len < cell->len ? "..." : "");
}

/*
 * Throws for a value that does not fit.
 */
static void
refuse_cell(const AdpConverter *converter, const ColumnPlan *plan,
			const AdpCell *cell)
{
	bool is_range = is_number(cell) && cell->len > 0 &&
		strspn(shown_value(cell), "0123456789+-.eE") ==
			strlen(shown_value(cell));

	ereport(ERROR,
			(errcode(is_range ? ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE
							  : ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("value \"%s\" of field \"%s\" does not fit column \"%s\" of foreign table \"%s\"",
					shown_value(cell), plan->column->field_name,
					plan->column->name, converter->table->name),
			 errdetail("The column's type is %s.",
					   format_type_with_typemod(plan->column->type,
												plan->column->typmod)),
			 errhint(
				 "Type text holds any single value without the character NUL, jsonb any value.")));
}

/*
 * A column whose value is known without asking.
 */
static void
fill_known(const AdpConverter *converter, const ColumnPlan *plan,
		   const AdpAccount *account, Datum *value, bool *isnull)
{
	AdpCell cell = {NULL, 0, ADP_CELL_STRING, false};

	switch (plan->column->field->flags & ADP_FIELD_KNOWN)
	{
		case ADP_FIELD_PLATFORM:
			cell.data = converter->table->platform->name;
			break;
		case ADP_FIELD_ACCOUNT:
			cell.data = account->id;
			break;
		case ADP_FIELD_ACCOUNT_NAME:
			cell.data = account->name;
			break;
		case ADP_FIELD_ACCOUNT_CURRENCY:
			cell.data = account->currency;
			break;
		case ADP_FIELD_ACCOUNT_ZONE:
			cell.data = account->time_zone;
			break;
		case ADP_FIELD_ACCOUNT_SYSTEM:
			cell.data = account->system;
			break;
		case ADP_FIELD_ACCOUNT_RETARGETING:
			cell.data = account->retargeting;
			break;
	}
	if (cell.data == NULL)
		return;
	cell.len = (uint32) strlen(cell.data);
	if (!plan->read(plan, &cell, value))
		refuse_cell(converter, plan, &cell);
	*isnull = false;
}

/*
 * Fills one column.
 */
static void
fill_column(const AdpConverter *converter, const ColumnPlan *plan,
			const AdpCell *cell, Datum *value, bool *isnull)
{
	static const AdpCell zero = {"0", 1, ADP_CELL_NUMBER, false};
	static const AdpCell none = {"[]", 2, ADP_CELL_ARRAY, false};

	if (cell->kind == ADP_CELL_ABSENT || cell->kind == ADP_CELL_NULL)
	{
		if (plan->absent_is_zero)
			cell = &zero;
		else if (plan->read == read_array)
			cell = &none;
		else
			return;
	}
	if (!plan->read(plan, cell, value))
		refuse_cell(converter, plan, cell);
	*isnull = false;
}

/*
 * Lets columns in smallest units shift by the currency of an account.
 */
static void
turn_to_account(AdpConverter *converter, const AdpAccount *account)
{
	const AdpPlatform *platform = converter->table->platform;

	converter->account = account;
	for (int i = 0; i < converter->nplans; i++)
	{
		ColumnPlan *plan = &converter->plans[i];

		if (!plan->is_minor)
			continue;
		if (account->currency == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_UNABLE_TO_CREATE_REPLY),
					 errmsg("platform \"%s\" does not tell the currency of account %s",
							platform->name, account->id)));
		plan->scale = platform->minor_digits(account->currency);
	}
}

/*
 * Converts a row.
 */
void
adp_converter_row(AdpConverter *converter, const AdpCell *cells,
				  const AdpAccount *account, Datum *values, bool *nulls)
{
	ErrorContextCallback callback;

	callback.callback = column_context;
	callback.arg = converter;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	memset(nulls, true, converter->natts * sizeof(bool));
	if (account != converter->account)
		turn_to_account(converter, account);
	for (int i = 0; i < converter->nplans; i++)
	{
		const ColumnPlan *plan = &converter->plans[i];
		int att = plan->column->attno - 1;

		converter->current = plan;
		if (plan->cell < 0)
			fill_known(converter, plan, account, &values[att], &nulls[att]);
		else
			fill_column(converter, plan, &cells[plan->cell], &values[att],
						&nulls[att]);
	}
	converter->current = NULL;
	error_context_stack = callback.previous;
}
