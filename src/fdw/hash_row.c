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

PG_FUNCTION_INFO_V1(adpipe_hash_row);

/* One column: the hash of its name and how its values are stored. */
typedef struct HashRowColumn
{
	uint64 name;
	int16 length;
	bool by_value;
} HashRowColumn;

/* What stays the same for all calls in a statement. */
typedef struct HashRowState
{
	int ncolumns;
	HashRowColumn columns[FLEXIBLE_ARRAY_MEMBER];
} HashRowState;

/*
 * Hashes a value's bytes.  Not by the hash function of its type, which may be a
 * user's, and of the server's own several drop what must not be dropped here: that
 * of numeric the sign, that of bigint half of the bits.
 */
static uint64
hash_value(Datum value, const HashRowColumn *column, uint64 seed)
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
								   ncolumns * sizeof(HashRowColumn));
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
		HashRowColumn *column = &state->columns[i];
		text *name = DatumGetTextPP(values[i]);

		column->name = hash_bytes_extended((unsigned char *) VARDATA_ANY(name),
										   VARSIZE_ANY_EXHDR(name), 0);
		get_typlenbyval(get_fn_expr_argtype(fcinfo->flinfo, i + 1),
						&column->length, &column->by_value);
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
	{
		const HashRowColumn *column = &state->columns[i];

		if (!PG_ARGISNULL(i + 1))
			hash = hash_value(PG_GETARG_DATUM(i + 1), column,
							  hash_combine64(hash, column->name));
	}
	PG_RETURN_INT64((int64) hash);
}
