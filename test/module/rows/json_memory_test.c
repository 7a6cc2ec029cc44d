/*
 * json_memory_test.c
 *	  Small documents for SQL: leaks and failing allocations.
 *
 * Apart from json_test.c since utils/builtins.h declares a json_object() of
 * its own.
 */
#include "postgres.h"

#include <malloc.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/memutils.h"

#include <jansson.h>

#include "base/json.h"

PG_FUNCTION_INFO_V1(json_test_leak);
PG_FUNCTION_INFO_V1(json_test_chaos);

/* Allocations until one fails; negative: none does. */
static int countdown = -1;

/*
 * Allocates unless it is the turn of the one that fails.
 */
static void *
failing_malloc(size_t size)
{
	if (countdown == 0)
		return NULL;
	if (countdown > 0)
		countdown--;
	return malloc(size);
}

/*
 * Parses a document into a context that is deleted at once.  Returns the class
 * of the error, ADP_OK if there was none.
 */
static AdpErrorClass
parse_and_drop(const char *text, Size len)
{
	MemoryContext cxt = AllocSetContextCreate(CurrentMemoryContext, "document",
											  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpError error = {0};

	if ((adp_json_parse(cxt, text, len, &error) == NULL) ==
		(error.class == ADP_OK))
		elog(ERROR, "document and error disagree");
	MemoryContextSwitchTo(old);
	MemoryContextDelete(cxt);
	return error.class;
}

/*
 * json_test_leak(document bytea, loops int) → int8
 *		Parses and drops the document; bytes that the C library's heap grew by after
 *		as many loops before, in which it may keep what was freed for the next ones.
 */
Datum
json_test_leak(PG_FUNCTION_ARGS)
{
	bytea *text = PG_GETARG_BYTEA_PP(0);
	int loops = PG_GETARG_INT32(1);
	Size before = 0;

	for (int i = 0; i < 2 * loops; i++)
	{
		if (i == loops)
			before = mallinfo2().uordblks;
		parse_and_drop(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text));
	}
	PG_RETURN_INT64(mallinfo2().uordblks - before);
}

/*
 * json_test_chaos(document bytea) → int[]
 *		Lets each of the library's allocations fail in turn, until none does
 *		and the document is parsed.  Returns how many failures were reported
 *		as out of memory and how many as wrong syntax.
 */
Datum
json_test_chaos(PG_FUNCTION_ARGS)
{
	bytea *text = PG_GETARG_BYTEA_PP(0);
	AdpErrorClass class = ADP_ERR_MEMORY;
	Datum counts[2] = {0, 0};

	json_set_alloc_funcs(failing_malloc, free);
	for (int turn = 0; class == ADP_ERR_MEMORY || class == ADP_ERR_FORMAT;
		 turn++)
	{
		countdown = turn;
		class = parse_and_drop(VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text));
		counts[0] += class == ADP_ERR_MEMORY;
		counts[1] += class == ADP_ERR_FORMAT;
	}
	json_set_alloc_funcs(malloc, free);
	if (class != ADP_OK)
		elog(ERROR, "an allocation that fails is reported as class %d", class);
	PG_RETURN_ARRAYTYPE_P(construct_array(counts, lengthof(counts), INT4OID,
										  sizeof(int32), true, TYPALIGN_INT));
}
