/*
 * values.c
 *	  Values of the extension's types, and all functions that read them.
 *
 * The types and functions are those of the catalog, so that new ones are fuzzed
 * as well: each function of C that takes a value first, but those that add a row
 * to a state, which aggregates call.
 */
#include "postgres.h"

#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "nodes/execnodes.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"
#include "values.h"

#define TYPES_MAX 16
#define ARGS_MAX 12

/* A function of a type, and the types of its arguments. */
typedef struct ValueCall
{
	const char *name;
	FmgrInfo function;
	int nargs;
	Oid args[ARGS_MAX];
	bool returns_set;
} ValueCall;

static ValueType types[TYPES_MAX];
static int ntypes;

/* Arguments: a row of a type is one choice. */
static const struct
{
	Oid type;
	const char *text;
} arguments[] = {
	{TEXTOID, "every"},
	{TEXTOID, "separate"},
	{TEXTOID, "first"},
	{TEXTOID, "last"},
	{TEXTOID, "markov"},
	{TEXTOID, "linear"},
	{TEXTOID, "shapley"},
	{TEXTOID, "time_decay"},
	{TEXTOID, "position"},
	{TEXTOID, "direct"},
	{TEXTOID, "last_non_direct"},
	{INTERVALOID, "7 days"},
	{INTERVALOID, "1 second"},
	{INTERVALOID, "0"},
	{NUMERICOID, "0.4"},
	{NUMERICOID, "0"},
	{NUMERICOID, "1e300"},
	{FLOAT8OID, "0.3"},
	{FLOAT8OID, "1"},
	{FLOAT8OID, "1e300"},
	{INT8OID, "2"},
	{INT8OID, "-1"},
	{INT4OID, "3"},
	{BOOLOID, "true"},
};

/*
 * Runs a query whose rows are kept until SPI_finish().
 */
static void
query(const char *text)
{
	if (SPI_execute(text, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "query of the catalog failed");
}

/*
 * A column of a row of the last query, as text or number.
 */
static char *
row_text(int row, int column)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}

static Oid
row_oid(int row, int column)
{
	return atooid(row_text(row, column));
}

/*
 * Reads the functions of a type.
 */
static void
read_calls(ValueType *type)
{
	query(
		psprintf("SELECT p.oid, p.proname FROM pg_proc p JOIN pg_language l "
				 "ON l.oid = p.prolang JOIN pg_namespace n ON n.oid = p.pronamespace "
				 "WHERE l.lanname = 'c' AND p.prokind = 'f' AND p.proargtypes[0] = %u "
				 "AND n.nspname IN ('adpipe', 'adpipe_internal') "
				 "AND p.proname !~ '_(add|out|send)(_|$)' ORDER BY p.proname, p.oid",
				 type->type));
	type->calls = MemoryContextAllocZero(TopMemoryContext,
										 SPI_processed * sizeof(ValueCall));
	for (int i = 0; i < SPI_processed; i++)
	{
		ValueCall *call = &type->calls[type->ncalls];
		Oid *args;

		fmgr_info_cxt(row_oid(i, 1), &call->function, TopMemoryContext);
		call->name = MemoryContextStrdup(TopMemoryContext, row_text(i, 2));
		call->returns_set = get_func_retset(row_oid(i, 1));
		(void) get_func_signature(row_oid(i, 1), &args, &call->nargs);
		if (call->nargs > ARGS_MAX)
			continue;
		memcpy(call->args, args, call->nargs * sizeof(Oid));
		type->ncalls++;
	}
}

/*
 * Reads how a type is written and read.
 */
static void
read_forms(ValueType *type)
{
	Oid function;
	bool is_varlena;

	type->len = get_typlen(type->type);
	getTypeInputInfo(type->type, &function, &type->io_param);
	fmgr_info_cxt(function, &type->input, TopMemoryContext);
	getTypeOutputInfo(type->type, &function, &is_varlena);
	fmgr_info_cxt(function, &type->output, TopMemoryContext);
	getTypeBinaryInputInfo(type->type, &function, &type->io_param);
	fmgr_info_cxt(function, &type->receive, TopMemoryContext);
	getTypeBinaryOutputInfo(type->type, &function, &is_varlena);
	fmgr_info_cxt(function, &type->send, TopMemoryContext);
}

/*
 * Reads the catalog.
 */
static void
read_types(void)
{
	SPI_connect();
	query("SELECT t.oid, t.typname FROM pg_type t JOIN pg_namespace n "
		  "ON n.oid = t.typnamespace WHERE n.nspname = 'adpipe' "
		  "AND t.typtype = 'b' AND t.typcategory <> 'A' ORDER BY t.typname");
	for (int i = 0; i < SPI_processed && i < TYPES_MAX; i++)
	{
		types[i].type = row_oid(i, 1);
		types[i].name = MemoryContextStrdup(TopMemoryContext, row_text(i, 2));
		ntypes++;
	}
	for (int i = 0; i < ntypes; i++)
	{
		read_forms(&types[i]);
		read_calls(&types[i]);
	}
	SPI_finish();
}

/*
 * Returns a type.
 */
ValueType *
values_type(int pick)
{
	if (ntypes == 0)
		read_types();
	return &types[pick % ntypes];
}

Datum
values_read_text(ValueType *type, char *text)
{
	return InputFunctionCall(&type->input, text, type->io_param, -1);
}

/*
 * Like the server, refuses a message that is longer than its value.
 */
Datum
values_read_bytes(ValueType *type, const char *bytes, int size)
{
	StringInfoData message;
	Datum value;

	initStringInfo(&message);
	appendBinaryStringInfo(&message, bytes, size);
	value = ReceiveFunctionCall(&type->receive, &message, type->io_param, -1);
	if (message.cursor != message.len)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("incorrect binary data format")));
	return value;
}

char *
values_text(ValueType *type, Datum value)
{
	return OutputFunctionCall(&type->output, value);
}

bytea *
values_bytes(ValueType *type, Datum value)
{
	return SendFunctionCall(&type->send, value);
}

/*
 * Makes an argument; NULL if there is none of the type.
 */
static NullableDatum
make_argument(Oid type, int pick)
{
	NullableDatum argument = {.isnull = true};
	int found = 0;

	for (int i = 0; i < lengthof(arguments); i++)
		found += arguments[i].type == type;
	if (found == 0 || pick == 0xff)
		return argument;
	pick %= found;
	for (int i = 0; i < lengthof(arguments); i++)
	{
		Oid function;
		Oid io_param;

		if (arguments[i].type != type || pick-- > 0)
			continue;
		getTypeInputInfo(type, &function, &io_param);
		argument.value =
			OidInputFunctionCall(function,
								 unconstify(char *, arguments[i].text),
								 io_param, -1);
		argument.isnull = false;
	}
	return argument;
}

/*
 * What the executor hands to a function that returns rows.
 */
static ReturnSetInfo *
make_set_info(void)
{
	ReturnSetInfo *info = makeNode(ReturnSetInfo);
	ExprContext *context = makeNode(ExprContext);

	context->ecxt_per_query_memory = CurrentMemoryContext;
	context->ecxt_per_tuple_memory = CurrentMemoryContext;
	info->econtext = context;
	info->allowedModes = SFRM_Materialize;
	info->returnMode = SFRM_ValuePerCall;
	return info;
}

/*
 * What the executor hands to a function of an aggregate.
 */
static Node *
make_aggregate(void)
{
	AggState *aggregate = makeNode(AggState);
	ExprContext *context = makeNode(ExprContext);

	context->ecxt_per_tuple_memory = CurrentMemoryContext;
	context->ecxt_per_query_memory = CurrentMemoryContext;
	aggregate->curaggcontext = context;
	return (Node *) aggregate;
}

/*
 * Calls a function with a value.  Its first argument is a copy, since functions
 * of aggregates change it.
 */
static void
run_call(ValueType *type, ValueCall *call, Datum value, Datum other,
		 FuzzInput *picks)
{
	LOCAL_FCINFO(fcinfo, ARGS_MAX);
	ReturnSetInfo *info = call->returns_set ? make_set_info() : NULL;
	bool in_aggregate = (fuzz_take_byte(picks) & 1) != 0;

	InitFunctionCallInfoData(*fcinfo, &call->function, call->nargs, InvalidOid,
							 in_aggregate ? make_aggregate() : NULL,
							 (Node *) info);
	fcinfo->args[0].value = datumCopy(value, false, type->len);
	fcinfo->args[0].isnull = false;
	for (int i = 1; i < call->nargs; i++)
	{
		if (call->args[i] == type->type)
			fcinfo->args[i] = (NullableDatum){.value = other};
		else
			fcinfo->args[i] =
				make_argument(call->args[i], fuzz_take_byte(picks));
		if (fcinfo->args[i].isnull && call->function.fn_strict)
			return;
	}
	(void) FunctionCallInvoke(fcinfo);
	if (info != NULL && info->setResult != NULL)
		tuplestore_end(info->setResult);
}

/*
 * Checks that a value is the same after a detour.
 */
static void
check_round_trips(ValueType *type, Datum value)
{
	char *text = values_text(type, value);
	bytea *bytes = values_bytes(type, value);
	Datum of_text = values_read_text(type, text);
	Datum of_bytes =
		values_read_bytes(type, VARDATA(bytes), VARSIZE(bytes) - VARHDRSZ);

	fuzz_check_same("text of what its text says", values_text(type, of_text),
					text);
	fuzz_check_same("text of what its bytes say", values_text(type, of_bytes),
					text);
	if (!datumIsEqual(PointerGetDatum(values_bytes(type, of_text)),
					  PointerGetDatum(bytes), false, -1))
		fuzz_finding("%s \"%s\" has other bytes when its text is read",
					 type->name, text);
}

/*
 * Checks a value.  One function, which the input picks, is run for each input:
 * an error would hide what comes after it.
 */
void
values_check(ValueType *type, Datum value, Datum other, FuzzInput picks)
{
	int pick = fuzz_take_byte(&picks);

	check_round_trips(type, value);
	if (type->ncalls > 0)
		run_call(type, &type->calls[pick % type->ncalls], value, other, &picks);
}
