/*
 * rows_test.c
 *	  Row streams for SQL: what a page parses to, and how fast.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/jsonapi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "guard.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "portability/instr_time.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "base/compat.h"
#include "base/rows.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(rows_test_parse);
PG_FUNCTION_INFO_V1(rows_test_claim);
PG_FUNCTION_INFO_V1(rows_test_cancel);
PG_FUNCTION_INFO_V1(rows_test_cell_text);
PG_FUNCTION_INFO_V1(rows_test_lexer_time);
PG_FUNCTION_INFO_V1(rows_test_parse_time);

static const char *const kind_names[] = {
	[ADP_CELL_ABSENT] = "absent", [ADP_CELL_NULL] = "null",
	[ADP_CELL_STRING] = "string", [ADP_CELL_NUMBER] = "number",
	[ADP_CELL_TRUE] = "true",	  [ADP_CELL_FALSE] = "false",
	[ADP_CELL_OBJECT] = "object", [ADP_CELL_ARRAY] = "array",
};

/* A text[] argument as C strings. */
typedef struct Names
{
	const char **items;
	int count;
} Names;

/*
 * Reads a text[] argument.
 */
static Names
get_names(ArrayType *array)
{
	Names names;
	Datum *datums;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &datums, NULL,
					  &names.count);
	names.items = palloc((names.count + 1) * sizeof(char *));
	for (int i = 0; i < names.count; i++)
		names.items[i] = TextDatumGetCString(datums[i]);
	return names;
}

/*
 * Adds one cell to the result; row is 0 for a member of the page.
 */
static void
put_cell(ReturnSetInfo *result, int row, const char *name, const AdpCell *cell)
{
	Datum values[4];
	bool nulls[4] = {row == 0, false, false, false};
	char *text = NULL;

	if (cell->kind != ADP_CELL_ABSENT)
		text = adp_cell_text(cell, NULL);
	values[0] = Int32GetDatum(row);
	values[1] = CStringGetTextDatum(name);
	values[2] = CStringGetTextDatum(kind_names[cell->kind]);
	values[3] = text ? CStringGetTextDatum(text) : (Datum) 0;
	nulls[3] = text == NULL;
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * Makes the tuplestore that a set-returning function fills.
 */
static ReturnSetInfo *
begin_result(FunctionCallInfo fcinfo)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext old;
	TupleDesc desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	old = MemoryContextSwitchTo(result->econtext->ecxt_per_query_memory);
	result->returnMode = SFRM_Materialize;
	result->setDesc = CreateTupleDescCopy(desc);
	result->setResult = tuplestore_begin_heap(false, false, work_mem);
	MemoryContextSwitchTo(old);
	return result;
}

/*
 * rows_test_parse(body bytea, array_key text, fields text[], members text[])
 *		One row per cell; members have a NULL row number, row counts from 1.
 *
 * The page is parsed into a context of its own that is gone before an error
 * is thrown, as a scan may do it.
 */
Datum
rows_test_parse(PG_FUNCTION_ARGS)
{
	bytea *body = PG_GETARG_BYTEA_PP(0);
	Names fields = get_names(PG_GETARG_ARRAYTYPE_P(2));
	Names members = get_names(PG_GETARG_ARRAYTYPE_P(3));
	ReturnSetInfo *result = begin_result(fcinfo);
	MemoryContext cxt;
	AdpRowShape *shape;
	AdpPage *page;
	AdpError error = {0};

	cxt = AllocSetContextCreate(CurrentMemoryContext, "page",
								ALLOCSET_DEFAULT_SIZES);
	shape =
		adp_rows_compile(CurrentMemoryContext,
						 text_to_cstring(PG_GETARG_TEXT_PP(1)), fields.items,
						 fields.count, members.items, members.count);
	page = adp_rows_parse(shape,
						  guard_copy(cxt, VARDATA_ANY(body),
									 VARSIZE_ANY_EXHDR(body)),
						  VARSIZE_ANY_EXHDR(body), cxt, &error);
	if (page == NULL)
	{
		MemoryContextDelete(cxt);
		adp_error_throw(&error);
	}
	if (error.class != ADP_OK || page->ncells != fields.count)
		elog(ERROR, "page and error disagree");
	for (int i = 0; i < members.count; i++)
		put_cell(result, 0, members.items[i], &page->members[i]);
	for (int row = 0; row < page->nrows; row++)
	{
		for (int i = 0; i < fields.count; i++)
			put_cell(result, row + 1, fields.items[i],
					 &page->cells[row * page->ncells + i]);
	}
	MemoryContextDelete(cxt);
	return (Datum) 0;
}

/*
 * rows_test_claim(len int8) → void
 *		Parses a page said to be that long of which only one byte is there.
 */
Datum
rows_test_claim(PG_FUNCTION_ARGS)
{
	AdpRowShape *shape =
		adp_rows_compile(CurrentMemoryContext, "rows", NULL, 0, NULL, 0);
	AdpError error = {0};

	if (adp_rows_parse(shape, guard_copy(CurrentMemoryContext, "{", 1),
					   PG_GETARG_INT64(0), CurrentMemoryContext, &error) == NULL)
		adp_error_throw(&error);
	PG_RETURN_VOID();
}

/*
 * rows_test_cancel(body bytea, array_key text) → bool
 *		Parses a page while a request to cancel is pending; false if nobody
 *		looked at it.
 */
Datum
rows_test_cancel(PG_FUNCTION_ARGS)
{
	bytea *body = PG_GETARG_BYTEA_PP(0);
	char *array_key = text_to_cstring(PG_GETARG_TEXT_PP(1));
	AdpError error = {0};
	AdpRowShape *shape =
		adp_rows_compile(CurrentMemoryContext, array_key, NULL, 0, NULL, 0);

	QueryCancelPending = true;
	InterruptPending = true;
	adp_rows_parse(shape, VARDATA_ANY(body), VARSIZE_ANY_EXHDR(body),
				   CurrentMemoryContext, &error);
	QueryCancelPending = false;
	PG_RETURN_BOOL(false);
}

/*
 * rows_test_cell_text(data bytea, has_escape bool) → text
 *		Un-escapes bytes that no lexer has looked at.
 */
Datum
rows_test_cell_text(PG_FUNCTION_ARGS)
{
	bytea *data = PG_GETARG_BYTEA_PP(0);
	AdpCell cell = {.len = VARSIZE_ANY_EXHDR(data),
					.kind = ADP_CELL_STRING,
					.has_escape = PG_GETARG_BOOL(1)};
	char *text;
	int len;

	cell.data = guard_copy(CurrentMemoryContext, VARDATA_ANY(data), cell.len);
	text = adp_cell_text(&cell, &len);
	if (text == NULL)
		PG_RETURN_NULL();
	if (len != strlen(text))
		elog(ERROR, "length %d is wrong", len);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(text, len));
}

/*
 * Milliseconds since start.
 */
static double
elapsed_ms(instr_time start)
{
	instr_time now;

	INSTR_TIME_SET_CURRENT(now);
	INSTR_TIME_SUBTRACT(now, start);
	return INSTR_TIME_GET_MILLISEC(now);
}

/*
 * rows_test_lexer_time(body bytea, loops int) → float8
 *		The least time, in ms, that the lexer alone needs for a page.
 */
Datum
rows_test_lexer_time(PG_FUNCTION_ARGS)
{
	bytea *body = PG_GETARG_BYTEA_PP(0);
	double best = HUGE_VAL;

	for (int i = 0; i < PG_GETARG_INT32(1); i++)
	{
		const char *text = VARDATA_ANY(body);
		JsonLexContext *lex =
			adp_make_json_lexer(text, VARSIZE_ANY_EXHDR(body));
		instr_time start;

		INSTR_TIME_SET_CURRENT(start);
		do
		{
			if (json_lex(lex) != JSON_SUCCESS)
				elog(ERROR, "page is not valid JSON");
		} while (lex->token_type != JSON_TOKEN_END);
		best = Min(best, elapsed_ms(start));
	}
	PG_RETURN_FLOAT8(best);
}

/*
 * rows_test_parse_time(body bytea, array_key text, fields text[],
 *						members text[], loops int) → float8
 *		The least time, in ms, to parse a page, memory included.
 */
Datum
rows_test_parse_time(PG_FUNCTION_ARGS)
{
	bytea *body = PG_GETARG_BYTEA_PP(0);
	Names fields = get_names(PG_GETARG_ARRAYTYPE_P(2));
	Names members = get_names(PG_GETARG_ARRAYTYPE_P(3));
	AdpRowShape *shape;
	double best = HUGE_VAL;

	shape =
		adp_rows_compile(CurrentMemoryContext,
						 text_to_cstring(PG_GETARG_TEXT_PP(1)), fields.items,
						 fields.count, members.items, members.count);
	for (int i = 0; i < PG_GETARG_INT32(4); i++)
	{
		AdpError error = {0};
		instr_time start;
		MemoryContext cxt;

		INSTR_TIME_SET_CURRENT(start);
		cxt = AllocSetContextCreate(CurrentMemoryContext, "page",
									ALLOCSET_DEFAULT_SIZES);
		if (adp_rows_parse(shape, VARDATA_ANY(body), VARSIZE_ANY_EXHDR(body),
						   cxt, &error) == NULL)
			adp_error_throw(&error);
		MemoryContextDelete(cxt);
		best = Min(best, elapsed_ms(start));
	}
	PG_RETURN_FLOAT8(best);
}
