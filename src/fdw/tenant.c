/*
 * tenant.c
 *	  What keeps the owners of local copies apart: for which copies a statement
 *	  acts, the locks of a refresh, and reading a copy with its owner's rights.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "rewrite/rowsecurity.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/syscache.h"

#include "fdw/objects.h"
#include "fdw/tenant.h"

PG_FUNCTION_INFO_V1(adpipe_act_for);
PG_FUNCTION_INFO_V1(adpipe_is_acting);
PG_FUNCTION_INFO_V1(adpipe_asking_role);
PG_FUNCTION_INFO_V1(adpipe_begin_storing);
PG_FUNCTION_INFO_V1(adpipe_is_storing);
PG_FUNCTION_INFO_V1(adpipe_lock_target);
PG_FUNCTION_INFO_V1(adpipe_hold_relation);
PG_FUNCTION_INFO_V1(adpipe_copy_totals);

/*
 * The fourth field of our lock tags.  SQL's advisory lock functions set it to 1
 * or 2, so only adpipe_lock_target() can take these locks.
 */
#define LOCK_CLASS 0xAD1E

/*
 * The copies whose ledger the current statement may write.  A SECURITY DEFINER
 * function cannot see its caller.  So the caller declares first, with its own
 * rights, for which copies it acts.
 */
static List *acting; /* of oids, in TopMemoryContext */
static TimestampTz acting_since;
static Oid acting_role;

Oid
adp_relation_owner(Oid relid)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid owner = InvalidOid;

	if (HeapTupleIsValid(tuple))
	{
		owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
		ReleaseSysCache(tuple);
	}
	return owner;
}

/*
 * act_for(target, is_scheduled): lets the rest of the statement write a
 * table's ledger, if the caller owns the table or has the rights of its owner.
 * Returns whether it does.  With is_scheduled, superusers count only as owners
 * of their own tables.
 */
Datum
adpipe_act_for(PG_FUNCTION_ARGS)
{
	Oid relid = PG_GETARG_OID(0);
	Oid owner = adp_relation_owner(relid);
	MemoryContext old;

	adp_objects_require();
	if (!OidIsValid(owner) || !has_privs_of_role(GetUserId(), owner) ||
		(PG_GETARG_BOOL(1) && !is_member_of_role_nosuper(GetUserId(), owner)))
		PG_RETURN_BOOL(false);
	if (acting_since != GetCurrentStatementStartTimestamp() ||
		acting_role != GetOuterUserId())
	{
		list_free(acting);
		acting = NIL;
		acting_since = GetCurrentStatementStartTimestamp();
		acting_role = GetOuterUserId();
	}
	old = MemoryContextSwitchTo(TopMemoryContext);
	acting = list_append_unique_oid(acting, relid);
	MemoryContextSwitchTo(old);
	PG_RETURN_BOOL(true);
}

/*
 * Whether the statement may write a table's ledger.  A superuser may do so by
 * hand.  Code that runs with another role's rights in a restricted operation
 * never may: a function in an index that a superuser analyzes, or the code of a
 * copy that adpipe_copy_totals() reads.
 */
static bool
is_acting(Oid relid)
{
	if (InSecurityRestrictedOperation())
		return false;
	return superuser_arg(GetOuterUserId()) ||
		(acting_since == GetCurrentStatementStartTimestamp() &&
		 acting_role == GetOuterUserId() && list_member_oid(acting, relid));
}

/*
 * is_acting(target): is_acting() for SQL.
 */
Datum
adpipe_is_acting(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(is_acting(PG_GETARG_OID(0)));
}

/*
 * asking_role(): the role that a SECURITY DEFINER function answers, which is that
 * of the session or of its SET ROLE.  NULL in a restricted operation, where code
 * of another role asks in a superuser's session.
 */
Datum
adpipe_asking_role(PG_FUNCTION_ARGS)
{
	if (InSecurityRestrictedOperation())
		PG_RETURN_NULL();
	PG_RETURN_OID(GetOuterUserId());
}

/* The copy that a refresh changes, and the transaction that changes it. */
static Oid storing;
static FullTransactionId storing_in;

/*
 * begin_storing(target): marks the copy's changes as a refresh's, until the
 * transaction ends.  Returns false unless the statement acts for the copy.
 */
Datum
adpipe_begin_storing(PG_FUNCTION_ARGS)
{
	Oid relid = PG_GETARG_OID(0);

	if (!is_acting(relid))
		PG_RETURN_BOOL(false);
	storing = relid;
	storing_in = GetTopFullTransactionId();
	PG_RETURN_BOOL(true);
}

/*
 * is_storing(target): whether a refresh changes the copy in this transaction.
 */
Datum
adpipe_is_storing(PG_FUNCTION_ARGS)
{
	FullTransactionId now = GetTopFullTransactionIdIfAny();

	PG_RETURN_BOOL(storing == PG_GETARG_OID(0) &&
				   FullTransactionIdIsValid(now) &&
				   FullTransactionIdEquals(now, storing_in));
}

/*
 * lock_target(target, what): locks a part of a copy until the transaction ends.
 * Throws unless the statement acts for the copy.
 */
Datum
adpipe_lock_target(PG_FUNCTION_ARGS)
{
	Oid relid = PG_GETARG_OID(0);
	text *what = PG_GETARG_TEXT_PP(1);
	LOCKTAG tag;

	if (!is_acting(relid))
	{
		const char *name = get_rel_name(relid);

		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("must be owner of table %s",
						name ? name : psprintf("%u", relid)),
				 errdetail("Only the owner of a local copy locks it.")));
	}
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, relid,
						 hash_bytes((const unsigned char *) VARDATA_ANY(what),
									VARSIZE_ANY_EXHDR(what)),
						 LOCK_CLASS);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
	PG_RETURN_VOID();
}

/*
 * Throws for a copy that the caller may not refresh, or a source that it may
 * not read.
 */
static void
check_may_hold(Oid relid, bool is_copy)
{
	Oid owner = adp_relation_owner(relid);

	if (OidIsValid(owner) &&
		(is_copy ? has_privs_of_role(GetUserId(), owner)
				 : pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) ==
				 ACLCHECK_OK))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for relation %u", relid)));
}

/*
 * hold_relation(relation, is_copy): locks a relation of another role, with its
 * inheritance children, until the transaction ends.  Meanwhile, a copy gets no
 * new trigger, index, constraint or partition, and a source no other columns.
 */
Datum
adpipe_hold_relation(PG_FUNCTION_ARGS)
{
	Oid relid = PG_GETARG_OID(0);
	bool is_copy = PG_GETARG_BOOL(1);
	LOCKMODE mode = is_copy ? ShareUpdateExclusiveLock : AccessShareLock;

	check_may_hold(relid, is_copy);
	LockRelationOid(relid, mode);
	/* the owner may have changed while this waited for the lock */
	check_may_hold(relid, is_copy);
	(void) find_all_inheritors(relid, mode, NULL);
	PG_RETURN_VOID();
}

bool
adp_has_granted_policy(Oid relid)
{
	Relation copy = table_open(relid, NoLock);
	bool is_only = copy->rd_rsdesc && copy->rd_rsdesc->policies != NIL;
	ListCell *cell;

	if (is_only)
		foreach(cell, copy->rd_rsdesc->policies)
			is_only &= strcmp(((RowSecurityPolicy *) lfirst(cell))->policy_name,
							  "adpipe_granted") == 0;
	table_close(copy, NoLock);
	return is_only;
}

/*
 * Returns whether the caller sees only the accounts of a copy that it was granted.
 * Throws if it does not even read these as a whole.
 */
static bool
check_may_read(Oid relid)
{
	char kind = get_rel_relkind(relid);

	if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("relation %u is not a local copy", relid)));
	if (pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK)
	{
		if (check_enable_rls(relid, InvalidOid, true) != RLS_ENABLED)
			return false;
		if (adp_has_granted_policy(relid))
			return true;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied for table %s", get_rel_name(relid))));
}

/*
 * Returns the query of copy_totals().
 */
static char *
totals_query(Oid relid, bool is_tracker)
{
	const char *results = is_tracker ? "installs" : "conversions";

	return psprintf("SELECT coalesce(jsonb_agg(to_jsonb(q)), '[]') FROM ("
					"SELECT account_id, date_day, %s AS media_source, "
					"sum(clicks)::numeric AS clicks, sum(%s)::numeric AS results, "
					"count(*) - count(clicks) AS without_clicks, "
					"count(*) - count(%s) AS without_results FROM %s "
					"WHERE account_id = ANY ($1) AND date_day BETWEEN $2 AND $3 "
					"GROUP BY 1, 2, 3) q",
					is_tracker ? "media_source" : "NULL::text", results,
					results,
					quote_qualified_identifier(get_namespace_name(
												   get_rel_namespace(relid)),
											   get_rel_name(relid)));
}

Datum
adp_run_as_owner(Oid relid, const char *query, int count, Oid *types,
				 Datum *values, const char *nulls)
{
	Oid user;
	int security;
	int nest_level;
	bool is_null;
	Datum result;

	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(adp_relation_owner(relid),
						   security | SECURITY_RESTRICTED_OPERATION);
	nest_level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("row_security", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	if (SPI_connect() != SPI_OK_CONNECT ||
		SPI_execute_with_args(query, count, types, values, nulls, true, 1) !=
			SPI_OK_SELECT ||
		SPI_processed != 1)
		elog(ERROR, "could not read relation %u", relid);
	result = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
						   &is_null);
	result = SPI_datumTransfer(result, false, -1);
	SPI_finish();
	AtEOXact_GUC(false, nest_level);
	SetUserIdAndSecContext(user, security);
	return result;
}

/*
 * copy_totals(target, is_tracker, accounts, since, until): clicks and results
 * per account and day of a copy that the caller may read, as jsonb.  Code that
 * the copy's owner has attached to it runs with the owner's rights.  So a view
 * over many owners' copies never runs their code with the reader's rights.  Nor
 * does a policy run: what it would let through is looked up.
 */
Datum
adpipe_copy_totals(PG_FUNCTION_ARGS)
{
	Oid relid = PG_GETARG_OID(0);
	Oid types[] = {TEXTARRAYOID, DATEOID, DATEOID};
	Datum values[] = {PG_GETARG_DATUM(2), PG_GETARG_DATUM(3),
					  PG_GETARG_DATUM(4)};

	LockRelationOid(relid, AccessShareLock);
	if (check_may_read(relid))
		values[0] = adp_granted_accounts(relid, values[0]);
	PG_RETURN_DATUM(adp_run_as_owner(relid,
									 totals_query(relid, PG_GETARG_BOOL(1)),
									 lengthof(types), types, values, NULL));
}
