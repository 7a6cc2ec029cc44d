/*
 * granted.c
 *	  Which accounts of a copy with row-level security the current user sees in
 *	  the views of the ledger.  They ask about each of their rows, so what one
 *	  query has looked up is kept until its end.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "fdw/query_cache.h"
#include "fdw/tenant.h"

PG_FUNCTION_INFO_V1(adpipe_is_granted);

/* What the current user was granted of a copy. */
typedef struct GrantedCopy
{
	Oid relid;
	int count;
	text **accounts; /* sorted by compare_accounts() */
} GrantedCopy;

/*
 * Orders pointers to texts by length and bytes.
 */
static int
compare_accounts(const void *a, const void *b)
{
	const text *left = *(text *const *) a;
	const text *right = *(text *const *) b;
	int length = VARSIZE_ANY_EXHDR(left);
	int difference = length - (int) VARSIZE_ANY_EXHDR(right);

	return difference ? difference
					  : memcmp(VARDATA_ANY(left), VARDATA_ANY(right), length);
}

/*
 * Reads the accounts that are granted to the current user.  The operator has
 * its schema, since the search path is the reader's.
 */
static GrantedCopy *
read_grants(Oid relid, MemoryContext memory)
{
	Oid type = OIDOID;
	Datum value = ObjectIdGetDatum(relid);
	GrantedCopy *copy = MemoryContextAllocZero(memory, sizeof(*copy));
	MemoryContext old;

	copy->relid = relid;
	if (SPI_connect() != SPI_OK_CONNECT ||
		SPI_execute_with_args("SELECT g.account_id "
							  "FROM adpipe.granted_accounts g "
							  "WHERE g.target::oid OPERATOR(pg_catalog.=) $1",
							  1, &type, &value, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the accounts that are granted");
	old = MemoryContextSwitchTo(memory);
	copy->accounts = palloc(sizeof(text *) * Max(SPI_processed, 1));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool is_null;
		Datum account = SPI_getbinval(SPI_tuptable->vals[i],
									  SPI_tuptable->tupdesc, 1, &is_null);

		if (!is_null)
			copy->accounts[copy->count++] = DatumGetTextPCopy(account);
	}
	MemoryContextSwitchTo(old);
	SPI_finish();
	qsort(copy->accounts, copy->count, sizeof(text *), compare_accounts);
	return copy;
}

/*
 * Returns what the current user was granted of a copy.
 */
static GrantedCopy *
find_grants(FmgrInfo *function, Oid relid)
{
	AdpQueryCache *cache = adp_query_cache(function);
	GrantedCopy *copy;
	MemoryContext old;
	ListCell *cell;

	foreach(cell, (List *) cache->kept)
	{
		copy = lfirst(cell);
		if (copy->relid == relid)
			return copy;
	}
	copy = read_grants(relid, cache->memory);
	old = MemoryContextSwitchTo(cache->memory);
	cache->kept = lappend(cache->kept, copy);
	MemoryContextSwitchTo(old);
	return copy;
}

/*
 * is_granted(target, account_id): whether the current user has the rights of a
 * copy's owner, or was granted an account of it.
 */
Datum
adpipe_is_granted(PG_FUNCTION_ARGS)
{
	GrantedCopy *copy;
	text *account;
	Oid owner;

	if (PG_ARGISNULL(0))
		PG_RETURN_BOOL(false);
	owner = adp_relation_owner(PG_GETARG_OID(0));
	if (OidIsValid(owner) && has_privs_of_role(GetUserId(), owner))
		PG_RETURN_BOOL(true);
	if (PG_ARGISNULL(1))
		PG_RETURN_BOOL(false);
	copy = find_grants(fcinfo->flinfo, PG_GETARG_OID(0));
	account = PG_GETARG_TEXT_PP(1);
	PG_RETURN_BOOL(bsearch(&account, copy->accounts, copy->count,
						   sizeof(text *), compare_accounts) != NULL);
}

/*
 * Returns those of some accounts that the current user was granted of a copy.
 */
Datum
adp_granted_accounts(Oid relid, Datum accounts)
{
	GrantedCopy *copy = read_grants(relid, CurrentMemoryContext);
	Datum *values;
	bool *nulls;
	int count;
	int kept = 0;

	deconstruct_array(DatumGetArrayTypeP(accounts), TEXTOID, -1, false,
					  TYPALIGN_INT, &values, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		text *account = nulls[i] ? NULL : DatumGetTextPP(values[i]);

		if (account &&
			bsearch(&account, copy->accounts, copy->count, sizeof(text *),
					compare_accounts))
			values[kept++] = PointerGetDatum(account);
	}
	return PointerGetDatum(
		construct_array(values, kept, TEXTOID, -1, false, TYPALIGN_INT));
}

Datum
adp_all_granted_accounts(Oid relid)
{
	GrantedCopy *copy = read_grants(relid, CurrentMemoryContext);

	return PointerGetDatum(construct_array((Datum *) copy->accounts, copy->count,
										   TEXTOID, -1, false, TYPALIGN_INT));
}
