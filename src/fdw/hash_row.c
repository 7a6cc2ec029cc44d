/*
 * hash_row.c
 *	  The hash of a row's values, by which a refresh compares slices.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "fdw/hash_row.h"

PG_FUNCTION_INFO_V1(adpipe_hash_row);

/* What stays the same for all calls in a statement. */
typedef struct HashRowState
{
	AdpRowHash hash;
	int ncolumns;
	AdpHashColumn columns[FLEXIBLE_ARRAY_MEMBER];
} HashRowState;

void
adp_hash_column_init(AdpHashColumn *column, const char *name, int length,
					 int16 value_length, bool by_value)
{
	column->name = hash_bytes_extended((const unsigned char *) name, length, 0);
	column->length = value_length;
	column->by_value = by_value;
}

void
adp_row_hash_init(AdpRowHash *hash)
{
	initStringInfo(&hash->values);
	adp_row_hash_reset(hash);
}

void
adp_row_hash_reset(AdpRowHash *hash)
{
	hash->values.len = 0;
	hash->names = 0;
}

/*
 * Adds bytes.  appendBinaryStringInfo() would end them with a zero each time.
 */
static inline void
add_bytes(AdpRowHash *hash, const void *bytes, int length)
{
	StringInfo values = &hash->values;

	if (values->maxlen - values->len <= length)
		enlargeStringInfo(values, length);
	memcpy(values->data + values->len, bytes, length);
	values->len += length;
}

/*
 * Adds a value of any length.  It follows its length, so that no byte can move
 * from one value to the next.
 */
static void
add_framed(AdpRowHash *hash, const void *bytes, int32 length)
{
	add_bytes(hash, &length, sizeof(length));
	add_bytes(hash, bytes, length);
}

/*
 * Not by the hash function of the value's type, which may be a user's, and of the
 * server's own several drop what must not be dropped here: that of numeric the
 * sign, that of bigint half of the bits.  A literal without a type is a cstring,
 * of length -2.
 */
void
adp_row_hash_add(AdpRowHash *hash, const AdpHashColumn *column, Datum value)
{
	hash->names += column->name;
	if (column->by_value)
		add_bytes(hash, &value, sizeof(Datum));
	else if (column->length == -1)
	{
		struct varlena *bytes = PG_DETOAST_DATUM_PACKED(value);

		add_framed(hash, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	}
	else if (column->length == -2)
		add_framed(hash, DatumGetCString(value), strlen(DatumGetCString(value)));
	else
		add_bytes(hash, DatumGetPointer(value), column->length);
}

/*
 * The names say of which columns the bytes are.
 */
uint64
adp_row_hash_value(const AdpRowHash *hash)
{
	return hash_bytes_extended((unsigned char *) hash->values.data,
							   hash->values.len, hash->names);
}

/*
 * Reads the names and the types of the columns once per statement.
 */
static HashRowState *
make_state(FunctionCallInfo fcinfo)
{
	ArrayType *names = PG_GETARG_ARRAYTYPE_P(0);
	int ncolumns = PG_NARGS() - 1;
	HashRowState *state =
		MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt,
							   offsetof(HashRowState, columns) +
								   ncolumns * sizeof(AdpHashColumn));
	MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	Datum *values;
	int nnames;

	adp_row_hash_init(&state->hash);
	MemoryContextSwitchTo(old);
	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &values, NULL,
					  &nnames);
	if (nnames != ncolumns)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%d values have %d names", ncolumns, nnames)));
	state->ncolumns = ncolumns;
	for (int i = 0; i < ncolumns; i++)
	{
		text *name = DatumGetTextPP(values[i]);
		int16 length;
		bool by_value;

		get_typlenbyval(get_fn_expr_argtype(fcinfo->flinfo, i + 1), &length,
						&by_value);
		adp_hash_column_init(&state->columns[i], VARDATA_ANY(name),
							 VARSIZE_ANY_EXHDR(name), length, by_value);
	}
	return state;
}

/*
 * hash_row(names, VARIADIC values): the hash of a row.  A NULL counts as a column
 * that is not there, so a column that was added changes no row.
 */
Datum
adpipe_hash_row(PG_FUNCTION_ARGS)
{
	HashRowState *state = fcinfo->flinfo->fn_extra;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the values of a row have no names")));
	if (state == NULL)
		fcinfo->flinfo->fn_extra = state = make_state(fcinfo);
	adp_row_hash_reset(&state->hash);
	for (int i = 0; i < state->ncolumns; i++)
		if (!PG_ARGISNULL(i + 1))
			adp_row_hash_add(&state->hash, &state->columns[i],
							 PG_GETARG_DATUM(i + 1));
	PG_RETURN_INT64((int64) adp_row_hash_value(&state->hash));
}
