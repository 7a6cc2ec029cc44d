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

/*
 * Not by the hash function of the value's type, which may be a user's, and of the
 * server's own several drop what must not be dropped here: that of numeric the
 * sign, that of bigint half of the bits.
 */
uint64
adp_hash_value(const AdpHashColumn *column, Datum value, uint64 seed)
{
	struct varlena *bytes;

	if (column->by_value)
		return hash_bytes_extended((unsigned char *) &value, sizeof(Datum),
								   seed);
	if (column->length != -1)
		return hash_bytes_extended((unsigned char *) DatumGetPointer(value),
								   column->length, seed);
	bytes = PG_DETOAST_DATUM_PACKED(value);
	return hash_bytes_extended((unsigned char *) VARDATA_ANY(bytes),
							   VARSIZE_ANY_EXHDR(bytes), seed);
}

uint64
adp_hash_row_add(uint64 hash, const AdpHashColumn *column, Datum value)
{
	return adp_hash_value(column, value, hash_combine64(hash, column->name));
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
	Datum *values;
	int nnames;

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
	uint64 hash = 0;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the values of a row have no names")));
	if (state == NULL)
		fcinfo->flinfo->fn_extra = state = make_state(fcinfo);
	for (int i = 0; i < state->ncolumns; i++)
		if (!PG_ARGISNULL(i + 1))
			hash = adp_hash_row_add(hash, &state->columns[i],
									PG_GETARG_DATUM(i + 1));
	PG_RETURN_INT64((int64) hash);
}
