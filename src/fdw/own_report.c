/*
 * own_report.c
 *	  The account-days of a table or view that its owner has registered as a
 *	  report of its own.  Views over the reports of all owners ask for them, so
 *	  they are read with the owner's rights: a role that reads such a view runs no
 *	  code of another role.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"

#include "base/compat.h"
#include "fdw/tenant.h"

PG_FUNCTION_INFO_V1(adpipe_own_sums);

/* What of a report its reader may know. */
typedef enum Reach
{
	REACH_NOTHING,
	REACH_GRANTED, /* the accounts that were granted */
	REACH_ALL
} Reach;

/*
 * Returns what the current user may know of a report.  A view that reads with its
 * reader's rights may hide rows from the reader that the owner sees.
 */
static Reach
find_reach(Oid relid)
{
	Relation report = table_open(relid, AccessShareLock);
	char kind = report->rd_rel->relkind;
	Reach reach = REACH_NOTHING;

	if ((kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE ||
		 kind == RELKIND_MATVIEW || kind == RELKIND_VIEW) &&
		pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK)
		reach = REACH_ALL;
	if (reach == REACH_ALL && kind == RELKIND_VIEW &&
		adp_reads_as_invoker(report) &&
		!has_privs_of_role(GetUserId(), report->rd_rel->relowner))
		reach = REACH_NOTHING;
	if (reach == REACH_ALL &&
		check_enable_rls(relid, InvalidOid, true) == RLS_ENABLED)
		reach = adp_has_granted_policy(relid) ? REACH_GRANTED : REACH_NOTHING;
	table_close(report, NoLock);
	return reach;
}

/*
 * Returns the query of own_sums().  A day whose rows register_report() would
 * refuse is not sound.  What is wrong with an account as a whole (its currency, a
 * row without a day) is wrong with all its days.
 */
static char *
days_query(Oid relid)
{
	static const char *const ids[] = {"campaign_id", "ad_group_id", "ad_id"};
	StringInfoData columns;
	StringInfoData keys;
	StringInfoData present;

	initStringInfo(&columns);
	initStringInfo(&keys);
	initStringInfo(&present);
	for (int i = 0; i < lengthof(ids); i++)
		if (get_attnum(relid, ids[i]) != InvalidAttrNumber)
		{
			appendStringInfo(&columns, ", t.%s", ids[i]);
			appendStringInfo(&keys, ", r.%s", ids[i]);
			appendStringInfo(&present, " AND r.%s IS NOT NULL", ids[i]);
		}
	return psprintf("SELECT coalesce(jsonb_agg(to_jsonb(q)), '[]') FROM ("
					"SELECT r.account_id, r.day AS date_day, sum(r.clicks)::numeric AS clicks, "
					"sum(r.conversions)::numeric AS results, "
					"count(*) - count(r.clicks) AS without_clicks, "
					"count(*) - count(r.conversions) AS without_results, "
					"coalesce(r.account_id IS NOT NULL "
					"AND count(*) = count(DISTINCT ROW(r.account_id%s)) "
					"AND bool_and(r.currency IS NOT NULL AND r.currency ~ '^[A-Z]{3}$'%s) "
					"AND bool_and(r.day IS NOT NULL) OVER account "
					"AND min(min(r.currency)) OVER account = max(max(r.currency)) OVER account, "
					"false) AS is_sound "
					"FROM (SELECT t.account_id, t.currency, t.clicks, t.conversions%s, "
					"CASE WHEN t.date_day BETWEEN DATE '2000-01-01' AND DATE '2999-12-31' "
					"THEN t.date_day END AS day FROM %s t "
					"WHERE $1 IS NULL OR t.account_id = ANY ($1)) r "
					"GROUP BY r.account_id, r.day WINDOW account AS (PARTITION BY r.account_id)) q",
					keys.data, present.data, columns.data,
					quote_qualified_identifier(get_namespace_name(
												   get_rel_namespace(relid)),
											   get_rel_name(relid)));
}

/*
 * own_sums(report): sums of each account and day of a report, as jsonb, as far
 * as the caller may know them.
 */
Datum
adpipe_own_sums(PG_FUNCTION_ARGS)
{
	Oid relid = PG_GETARG_OID(0);
	Oid type = TEXTARRAYOID;
	Reach reach = find_reach(relid);
	Datum accounts = (Datum) 0;

	if (reach == REACH_NOTHING)
		PG_RETURN_NULL();
	if (reach == REACH_GRANTED)
		accounts = adp_all_granted_accounts(relid);
	PG_RETURN_DATUM(adp_run_as_owner(relid, days_query(relid), 1, &type,
									 &accounts,
									 reach == REACH_GRANTED ? " " : "n"));
}
