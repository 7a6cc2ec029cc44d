/*
 * cells_fuzz.c
 *	  Fuzzes how values of an answer become values of SQL.
 *
 * An input's first byte picks the type, its second the form (JSON or CSV) and a
 * number of decimals to shift by; the rest is the value.  The server's own input
 * function is the judge.  A finding is: a value that both take and read
 * otherwise, and a number that only we take.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "fuzz.h"
#include "lib/stringinfo.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/csv.h"
#include "base/rows.h"
#include "fdw/datum.h"

static const Oid types[] = {
	TEXTOID,	  INT8OID,		INT4OID,   NUMERICOID,	 BOOLOID,
	JSONBOID,	  JSONOID,		DATEOID,   TIMESTAMPOID, TIMESTAMPTZOID,
	TEXTARRAYOID, INT8ARRAYOID, FLOAT8OID, FLOAT4OID,
};

static AdpDatumReader readers[lengthof(types)];

/*
 * Reads a value as the only one of a page.
 */
static const AdpCell *
read_json_cell(const FuzzInput *input)
{
	static const char *const fields[] = {"a"};
	AdpError error = {0};
	StringInfoData body;
	const AdpRowShape *shape;
	const AdpPage *page;

	initStringInfo(&body);
	appendStringInfoString(&body, "{\"results\":[{\"a\":");
	appendBinaryStringInfo(&body, input->data, (int) input->size);
	appendStringInfoString(&body, "}]}");
	shape =
		adp_rows_compile(CurrentMemoryContext, "results", fields, 1, NULL, 0);
	page = adp_rows_parse(shape, body.data, body.len, CurrentMemoryContext,
						  &error);
	return page != NULL && page->nrows == 1 ? page->cells : NULL;
}

/*
 * Reads a value as the first one of a CSV body.
 */
static const AdpCell *
read_csv_cell(const FuzzInput *input)
{
	AdpCsv *csv =
		adp_csv_open(CurrentMemoryContext, NULL, input->data, input->size);
	const AdpCell *cells;
	int ncells;

	return adp_csv_next(csv, &cells, &ncells) == ADP_CSV_RECORD ? cells : NULL;
}

/*
 * What the server makes of a text; false if it takes no such text.
 */
static bool
read_by_server(Oid type, char *text, Datum *value)
{
	MemoryContext context = CurrentMemoryContext;
	Oid function;
	Oid param;
	volatile bool is_read = true;

	getTypeInputInfo(type, &function, &param);
	PG_TRY();
	{
		*value = OidInputFunctionCall(function, text, param, -1);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(context);
		FlushErrorState();
		is_read = false;
	}
	PG_END_TRY();
	return is_read;
}

/*
 * The text of a value.
 */
static char *
output(Oid type, Datum value)
{
	Oid function;
	bool is_varlena;

	getTypeOutputInfo(type, &function, &is_varlena);
	return OidOutputFunctionCall(function, value);
}

/*
 * Whether a type holds numbers.
 */
static bool
is_number(Oid type)
{
	return type == INT8OID || type == INT4OID || type == NUMERICOID ||
		type == FLOAT8OID || type == FLOAT4OID;
}

/*
 * Compares a value with the one that the server reads.
 */
static void
compare(Oid type, const AdpCell *cell, Datum value)
{
	bool is_document = type == JSONOID || type == JSONBOID;
	char *text = is_document ? adp_cell_json(cell) : adp_cell_text(cell, NULL);
	Datum other;

	if (text == NULL || get_element_type(type) != InvalidOid)
		return;
	if (!read_by_server(type, text, &other))
	{
		if (is_number(type))
			fuzz_finding("\"%s\" is no number", text);
		return;
	}
	fuzz_check_same("a value as the server reads it", output(type, value),
					output(type, other));
}

void
fuzz_cells(FuzzInput input)
{
	int pick = fuzz_take_byte(&input) % lengthof(types);
	int form = fuzz_take_byte(&input);
	AdpDatumReader *reader = &readers[pick];
	const AdpCell *cell =
		form & 1 ? read_csv_cell(&input) : read_json_cell(&input);
	Datum value;

	if (cell == NULL || cell->kind == ADP_CELL_ABSENT ||
		cell->kind == ADP_CELL_NULL)
		return;
	if (reader->read == NULL)
		adp_datum_reader_init(reader, types[pick], -1, &adp_iso_formats,
							  TopMemoryContext);
	reader->scale = (form >> 1) % 7;
	if (!adp_datum_read(reader, cell, &value))
		return;
	(void) output(types[pick], value);
	if (reader->scale == 0)
		compare(types[pick], cell, value);
}
