/*
 * staged_rows.h
 *	  The rows of an answer, which a session holds from the fetch until they are
 *	  stored, across the commits between.
 */
#ifndef ADP_FDW_STAGED_ROWS_H
#define ADP_FDW_STAGED_ROWS_H

#include "access/tupdesc.h"
#include "utils/array.h"
#include "utils/tuplestore.h"

/*
 * Forgets what is held, and begins with an answer of naccounts accounts, which
 * the caller numbers from 0 in the order of ids.  Until adp_staged_rows_end()
 * nobody can read it.  Enters, as adp_staged_rows_enter() does.
 */
extern void adp_staged_rows_begin(TupleDesc desc, const Datum *ids,
								  int naccounts);

/*
 * Adds a row of an account.  No value refers to storage outside of it.
 */
extern void adp_staged_rows_put(int account, Datum *values, bool *nulls);

/*
 * Ends the answer: what it holds can be read.  Leaves.
 */
extern void adp_staged_rows_end(void);

/*
 * Between these two the rows stay as they are, whatever SQL runs: who would
 * replace, drop or read them meets an error.  The caller leaves in any case, after
 * an error, too.
 */
extern void adp_staged_rows_enter(void);
extern void adp_staged_rows_leave(void);

/*
 * Returns the rows of an account, from the first one; NULL if it is none of the
 * answer's.  Throws unless the session holds the answer, for this role, or if
 * somebody else has entered.
 */
extern Tuplestorestate *adp_staged_rows_find(int64 answer, const text *account);

/*
 * Returns the columns of the rows, which must be held.
 */
extern TupleDesc adp_staged_desc(void);

/*
 * Returns the number of a column, from 0; -1: there is none.
 */
extern int adp_staged_column(TupleDesc desc, const char *name);

/* Some days, and the column of the rows that holds theirs. */
typedef struct AdpStagedDays
{
	int column; /* from 1 */
	int n;
	Datum *days;
} AdpStagedDays;

/*
 * Reads arguments that name days and their column.
 */
extern void adp_staged_days_read(ArrayType *array, const char *column,
								 AdpStagedDays *days);

/*
 * Whether a row is of one of the days.
 */
extern bool adp_staged_days_have(const AdpStagedDays *days, TupleTableSlot *row);

#endif /* ADP_FDW_STAGED_ROWS_H */
