/*
 * stage_answer.c
 *	  Reads the answer to a refresh's query in one pass: keeps the rows, hashes and
 *	  adds up their slices, and looks for rows that have the same key.
 *
 * The query runs with the caller's rights.  What the pass finds is
 * returned as a row per slice; chunk.sql checks it.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "tcop/dest.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "fdw/hash_row.h"
#include "fdw/key_set.h"
#include "fdw/slice_sums.h"
#include "fdw/staged_rows.h"

PG_FUNCTION_INFO_V1(adpipe_stage_answer);

/* What was asked. */
typedef struct Question
{
	const char *query;
	Datum *accounts; /* text */
	int naccounts;
	DateADT since;
	DateADT until;
	const char *day_column;
	Datum *keys;	   /* names of columns, text */
	int nkeys;		   /* 0: nothing identifies the rows */
	const char *thing; /* column of the key without which a row has none */
} Question;

/* The columns of the answer that are looked at, from 0; -1: there is none. */
typedef struct Columns
{
	int account;
	int day;
	int currency;
	int spend;
	int impressions;
	int thing;
	int *keys;
} Columns;

/* The pass over the answer. */
typedef struct Pass
{
	DestReceiver receiver;
	const Question *question;
	MemoryContext cxt;	   /* of the pass */
	MemoryContext row_cxt; /* of a row */
	TupleDesc desc;
	bool has_begun; /* to put rows */
	Columns columns;
	AdpHashColumn *hashes; /* of each column */
	AdpRowHash hash;
	int *order;		 /* columns by name */
	AdpKeySet *keys; /* NULL: equal keys may differ in bytes */
	Datum *values;	 /* of the current row */
	bool *nulls;
	Datum *fetched;	   /* room for the values of a row */
	int account;	   /* of the current row */
	AdpSlice **slices; /* by account and day */
} Pass;

/*
 * Returns the number of a column that has a type; throws without one.
 */
static int
require_column(TupleDesc desc, const char *name, Oid type)
{
	int column = adp_staged_column(desc, name);

	if (column < 0 || TupleDescAttr(desc, column)->atttypid != type)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the answer has no column \"%s\" of type %s", name,
						format_type_be(type))));
	return column;
}

/*
 * Returns the number of a metric's column; -1 unless it holds numbers.
 */
static int
find_metric(TupleDesc desc, const char *name)
{
	int column = adp_staged_column(desc, name);

	if (column >= 0 && adp_is_number_type(TupleDescAttr(desc, column)->atttypid))
		return column;
	return -1;
}

/*
 * Whether equal values of a column have equal bytes.
 */
static bool
is_equal_by_bytes(const FormData_pg_attribute *column)
{
	switch (column->atttypid)
	{
		case TEXTOID:
		case VARCHAROID:
			return get_collation_isdeterministic(column->attcollation);
		case BOOLOID:
		case DATEOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
			return true;
	}
	return false;
}

/*
 * Finds the columns that are looked at.
 */
static void
find_columns(Pass *pass)
{
	const Question *question = pass->question;
	TupleDesc desc = pass->desc;
	Columns *columns = &pass->columns;
	bool is_by_bytes = question->nkeys > 0;

	columns->account = require_column(desc, "account_id", TEXTOID);
	columns->day = require_column(desc, question->day_column, DATEOID);
	columns->currency = adp_staged_column(desc, "currency");
	columns->spend = find_metric(desc, "spend");
	columns->impressions = find_metric(desc, "impressions");
	columns->thing =
		question->thing ? adp_staged_column(desc, question->thing) : -1;
	columns->keys = palloc((question->nkeys + 1) * sizeof(int));
	for (int i = 0; i < question->nkeys; i++)
	{
		int key =
			adp_staged_column(desc, TextDatumGetCString(question->keys[i]));

		columns->keys[i] = key;
		is_by_bytes &= key >= 0 && is_equal_by_bytes(TupleDescAttr(desc, key));
	}
	if (is_by_bytes)
		pass->keys = adp_key_set_create(pass->cxt);
}

/*
 * Compares two columns by name.
 */
static int
compare_names(const void *left, const void *right, void *arg)
{
	TupleDesc desc = arg;

	return strcmp(NameStr(TupleDescAttr(desc, *(const int *) left)->attname),
				  NameStr(TupleDescAttr(desc, *(const int *) right)->attname));
}

/*
 * Puts the columns in the order in which row_hash() hashes them.
 */
static void
order_columns(Pass *pass)
{
	int n = pass->desc->natts;

	adp_row_hash_init(&pass->hash);
	pass->hashes = palloc0(n * sizeof(AdpHashColumn));
	pass->order = palloc(n * sizeof(int));
	for (int i = 0; i < n; i++)
	{
		Form_pg_attribute column = TupleDescAttr(pass->desc, i);

		adp_hash_column_init(&pass->hashes[i], NameStr(column->attname),
							 strlen(NameStr(column->attname)), column->attlen,
							 column->attbyval);
		pass->order[i] = i;
	}
	qsort_arg(pass->order, n, sizeof(int), compare_names, pass->desc);
}

/*
 * Begins the pass, when the columns of the answer are known.
 */
static void
start_pass(DestReceiver *receiver, int operation, TupleDesc desc)
{
	Pass *pass = (Pass *) receiver;
	const Question *question = pass->question;
	MemoryContext old = MemoryContextSwitchTo(pass->cxt);
	Size ndays = (Size) (question->until - question->since) + 1;

	pass->desc = CreateTupleDescCopy(desc);
	pass->fetched = palloc(desc->natts * sizeof(Datum));
	pass->slices =
		palloc0(Max(question->naccounts, 1) * ndays * sizeof(AdpSlice *));
	find_columns(pass);
	order_columns(pass);
	adp_staged_rows_begin(pass->desc, question->accounts, question->naccounts);
	pass->has_begun = true;
	MemoryContextSwitchTo(old);
}

/*
 * Whether two texts have the same bytes.
 */
static bool
is_same_text(Datum left, Datum right)
{
	text *a = DatumGetTextPP(left);
	text *b = DatumGetTextPP(right);

	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/*
 * Returns the number of the row's account in the question, -1: it was not asked.
 */
static int
find_account(const Pass *pass)
{
	const Question *question = pass->question;
	Datum id = pass->values[pass->columns.account];

	if (pass->nulls[pass->columns.account])
		return -1;
	if (pass->account >= 0 &&
		is_same_text(question->accounts[pass->account], id))
		return pass->account;
	for (int i = 0; i < question->naccounts; i++)
		if (is_same_text(question->accounts[i], id))
			return i;
	return -1;
}

/*
 * Returns a value of the row as text.
 */
static char *
value_text(const Pass *pass, int column)
{
	Oid function;
	bool is_varlena;

	if (pass->nulls[column])
		return "<NULL>";
	getTypeOutputInfo(TupleDescAttr(pass->desc, column)->atttypid, &function,
					  &is_varlena);
	return OidOutputFunctionCall(function, pass->values[column]);
}

/*
 * Returns the ids of the accounts that were asked.
 */
static char *
accounts_text(const Question *question)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < question->naccounts; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "",
						 TextDatumGetCString(question->accounts[i]));
	return list.data;
}

/*
 * Returns a day as text.
 */
static char *
day_text(DateADT day)
{
	return DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(day)));
}

/*
 * Throws for a row that was not asked for.
 */
pg_noreturn static void
refuse_row(const Pass *pass)
{
	const Question *question = pass->question;

	ereport(ERROR,
			(errcode(ERRCODE_DATA_EXCEPTION),
			 errmsg("the answer holds day %s of account %s, which was not asked for",
					value_text(pass, pass->columns.day),
					value_text(pass, pass->columns.account)),
			 errdetail("Asked for %s to %s of %s.", day_text(question->since),
					   day_text(question->until), accounts_text(question))));
}

/*
 * Makes a slice for the row's currency.
 */
static AdpSlice *
make_slice(const Pass *pass, DateADT day, AdpSlice *next)
{
	int currency = pass->columns.currency;
	MemoryContext old = MemoryContextSwitchTo(pass->cxt);
	AdpSlice *slice = palloc0(sizeof(AdpSlice));

	slice->next = next;
	slice->day = day;
	slice->may_repeat = pass->question->nkeys > 0 && pass->keys == NULL;
	slice->has_currency = currency >= 0 && !pass->nulls[currency];
	if (slice->has_currency)
	{
		Form_pg_attribute column = TupleDescAttr(pass->desc, currency);

		slice->currency =
			datumCopy(pass->values[currency], column->attbyval, column->attlen);
	}
	MemoryContextSwitchTo(old);
	return slice;
}

/*
 * Whether the row is in the currency of a slice.
 */
static bool
is_in_currency(const Pass *pass, const AdpSlice *slice)
{
	int currency = pass->columns.currency;
	Form_pg_attribute column;

	if (currency < 0 || pass->nulls[currency])
		return !slice->has_currency;
	if (!slice->has_currency)
		return false;
	column = TupleDescAttr(pass->desc, currency);
	if (column->attlen == -1)
		return is_same_text(slice->currency, pass->values[currency]);
	return datum_image_eq(slice->currency, pass->values[currency],
						  column->attbyval, column->attlen);
}

/*
 * Returns the slice of the row, whose account is known.  Throws if the day was
 * not asked for.
 */
static AdpSlice *
find_slice(Pass *pass)
{
	const Question *question = pass->question;
	DateADT day = DatumGetDateADT(pass->values[pass->columns.day]);
	Size ndays = (Size) (question->until - question->since) + 1;
	AdpSlice **first;

	if (pass->nulls[pass->columns.day] || day < question->since ||
		day > question->until)
		refuse_row(pass);
	first = &pass->slices[pass->account * ndays + (day - question->since)];
	for (AdpSlice *slice = *first; slice != NULL; slice = slice->next)
		if (is_in_currency(pass, slice))
			return slice;
	*first = make_slice(pass, day, *first);
	return *first;
}

/*
 * Hashes columns of the row.
 */
static uint64
hash_columns(Pass *pass, const int *columns, int n)
{
	adp_row_hash_reset(&pass->hash);
	for (int i = 0; i < n; i++)
	{
		int column = columns[i];

		if (!pass->nulls[column])
			adp_row_hash_add(&pass->hash, &pass->hashes[column],
							 pass->values[column]);
	}
	return adp_row_hash_value(&pass->hash);
}

/*
 * Adds the row's value of a metric to a sum.
 */
static void
add_metric(const Pass *pass, int column, AdpNumberSum *sum)
{
	if (column >= 0 && !pass->nulls[column])
		adp_number_sum_add(sum, pass->cxt,
						   TupleDescAttr(pass->desc, column)->atttypid,
						   pass->values[column]);
}

/*
 * Whether the row has a key: its thing is not NULL.
 */
static bool
has_key(const Pass *pass)
{
	return pass->columns.thing < 0 || !pass->nulls[pass->columns.thing];
}

/*
 * Fetches a value that lies elsewhere: a later transaction may not find it.  The
 * row's other values are left where they are.
 */
static void
fetch_value(Pass *pass, int column)
{
	if (pass->values != pass->fetched)
		memcpy(pass->fetched, pass->values, pass->desc->natts * sizeof(Datum));
	pass->values = pass->fetched;
	pass->fetched[column] = PointerGetDatum(detoast_external_attr(
		(struct varlena *) DatumGetPointer(pass->fetched[column])));
}

/*
 * Takes the row's values over.
 */
static void
take_values(Pass *pass, TupleTableSlot *slot)
{
	slot_getallattrs(slot);
	pass->values = slot->tts_values;
	pass->nulls = slot->tts_isnull;
	for (int i = 0; i < pass->desc->natts; i++)
		if (!pass->nulls[i] && pass->hashes[i].length == -1 &&
			VARATT_IS_EXTERNAL(DatumGetPointer(pass->values[i])))
			fetch_value(pass, i);
}

/*
 * Adds the row to its slice.
 */
static void
add_row(Pass *pass, AdpSlice *slice)
{
	uint64 hash = hash_columns(pass, pass->order, pass->desc->natts);

	slice->rows++;
	adp_integer_sum_add(&slice->hashes, (int64) hash);
	add_metric(pass, pass->columns.spend, &slice->spend);
	add_metric(pass, pass->columns.impressions, &slice->impressions);
}

/*
 * Takes a row of the answer.
 */
static bool
take_row(TupleTableSlot *tuple, DestReceiver *receiver)
{
	Pass *pass = (Pass *) receiver;
	MemoryContext old = MemoryContextSwitchTo(pass->row_cxt);
	AdpSlice *slice;
	bool is_keyed;
	uint64 key = 0;

	MemoryContextReset(pass->row_cxt);
	take_values(pass, tuple);
	pass->account = find_account(pass);
	if (pass->account < 0)
		refuse_row(pass);
	is_keyed = pass->keys != NULL && has_key(pass);
	if (is_keyed)
	{
		key = hash_columns(pass, pass->columns.keys, pass->question->nkeys);
		adp_key_set_prefetch(pass->keys, key);
	}
	slice = find_slice(pass);
	add_row(pass, slice);
	if (is_keyed && !adp_key_set_add(pass->keys, key))
		slice->may_repeat = true;
	MemoryContextSwitchTo(old);
	adp_staged_rows_put(pass->account, pass->values, pass->nulls);
	return true;
}

/*
 * Does nothing: what the pass holds goes with its memory context.
 */
static void
leave_pass(DestReceiver *receiver)
{
}

/*
 * Runs the query.
 */
static void
run_query(Pass *pass)
{
	SPIExecuteOptions options = {.must_return_tuples = true,
								 .dest = &pass->receiver};

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "could not connect to the executor");
	if (SPI_execute_extended(pass->question->query, &options) < 0)
		elog(ERROR, "could not run the query of a refresh");
	SPI_finish();
	if (!pass->has_begun)
		elog(ERROR, "the query of a refresh has no columns");
}

/*
 * Runs the query, which may run SQL of others, and ends the answer.
 */
static void
read_answer(Pass *pass)
{
	PG_TRY();
	{
		run_query(pass);
	}
	PG_CATCH();
	{
		if (pass->has_begun)
			adp_staged_rows_leave();
		PG_RE_THROW();
	}
	PG_END_TRY();
	adp_staged_rows_end();
}

/*
 * Sets a value of a result's row.
 */
static void
set_number(Datum *value, bool *is_null, const AdpNumberSum *sum)
{
	*is_null = !sum->has_value;
	*value =
		sum->has_value ? NumericGetDatum(adp_number_sum_value(sum)) : (Datum) 0;
}

/*
 * Adds a slice to the result.
 */
static void
put_slice(ReturnSetInfo *result, const Pass *pass, Datum account,
		  const AdpSlice *slice)
{
	Datum values[9];
	bool nulls[9] = {false};

	values[0] = account;
	values[1] = DateADTGetDatum(slice->day);
	nulls[2] = !slice->has_currency;
	if (slice->has_currency)
	{
		Oid function;
		bool is_varlena;

		getTypeOutputInfo(TupleDescAttr(pass->desc, pass->columns.currency)
							  ->atttypid,
						  &function, &is_varlena);
		values[2] = CStringGetTextDatum(
			OidOutputFunctionCall(function, slice->currency));
	}
	values[3] = Int64GetDatum(slice->rows);
	values[4] = NumericGetDatum(adp_integer_sum_value(&slice->hashes));
	set_number(&values[5], &nulls[5], &slice->spend);
	set_number(&values[6], &nulls[6], &slice->impressions);
	nulls[7] = !slice->spend.has_value;
	values[7] = BoolGetDatum(!slice->spend.is_broken);
	values[8] = BoolGetDatum(slice->may_repeat);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * Adds all slices to the result.
 */
static void
put_slices(ReturnSetInfo *result, const Pass *pass)
{
	const Question *question = pass->question;
	Size ndays = (Size) (question->until - question->since) + 1;

	for (int i = 0; i < question->naccounts; i++)
		for (Size day = 0; day < ndays; day++)
			for (AdpSlice *slice = pass->slices[i * ndays + day]; slice != NULL;
				 slice = slice->next)
				put_slice(result, pass, question->accounts[i], slice);
}

/*
 * Reads an array of texts.
 */
static void
read_texts(ArrayType *array, Datum **texts, int *n)
{
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, texts, NULL, n);
}

/*
 * Reads the arguments.
 */
static void
read_question(FunctionCallInfo fcinfo, Question *question)
{
	for (int i = 0; i < 5; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("accounts and days must not be NULL")));
	question->query = text_to_cstring(PG_GETARG_TEXT_PP(0));
	read_texts(PG_GETARG_ARRAYTYPE_P(1), &question->accounts,
			   &question->naccounts);
	question->since = PG_GETARG_DATEADT(2);
	question->until = PG_GETARG_DATEADT(3);
	question->day_column = NameStr(*PG_GETARG_NAME(4));
	if (!PG_ARGISNULL(5))
		read_texts(PG_GETARG_ARRAYTYPE_P(5), &question->keys, &question->nkeys);
	if (!PG_ARGISNULL(6))
		question->thing = text_to_cstring(PG_GETARG_TEXT_PP(6));
	if (DATE_NOT_FINITE(question->since) || DATE_NOT_FINITE(question->until) ||
		question->since > question->until)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are no days from %s to %s",
						day_text(question->since), day_text(question->until))));
}

/*
 * stage_answer(query, accounts, since, until, day_column, key, thing): runs the
 * query, keeps its rows for staged_rows(), and returns what they add up to per
 * account, day and currency.  Throws for a row of another account or day.
 */
Datum
adpipe_stage_answer(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Question question = {0};
	Pass pass = {{take_row, start_pass, leave_pass, leave_pass, DestTuplestore}};

	adp_init_materialized_srf(fcinfo);
	read_question(fcinfo, &question);
	pass.question = &question;
	pass.account = -1;
	pass.cxt = AllocSetContextCreate(CurrentMemoryContext, "adpipe answer",
									 ALLOCSET_DEFAULT_SIZES);
	pass.row_cxt =
		AllocSetContextCreate(pass.cxt, "adpipe row", ALLOCSET_SMALL_SIZES);
	read_answer(&pass);
	put_slices(result, &pass);
	MemoryContextDelete(pass.cxt);
	return (Datum) 0;
}
