/*
 * distributed.c
 *	  Tables whose rows lie on other servers, kept there by Citus.
 *
 * Citus lists its tables in pg_catalog, where only a superuser can make a table.
 * So nothing of Citus is needed to build adpipe, and a server without it is one
 * look at a name.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/skey.h"
#include "access/table.h"
#include "catalog/pg_namespace_d.h"
#include "fmgr.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "fdw/distributed.h"

PG_FUNCTION_INFO_V1(adpipe_is_distributed);

bool
adp_is_distributed(Oid relid)
{
	Oid list = get_relname_relid("pg_dist_partition", PG_CATALOG_NAMESPACE);
	AttrNumber column = OidIsValid(list) ? get_attnum(list, "logicalrelid") : 0;
	ScanKeyData key;
	Relation rel;
	SysScanDesc scan;
	bool is_found;

	if (column <= 0)
		return false;
	ScanKeyInit(&key, column, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(relid));
	rel = table_open(list, AccessShareLock);
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 1, &key);
	is_found = HeapTupleIsValid(systable_getnext(scan));
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return is_found;
}

/*
 * is_distributed(relation)
 */
Datum
adpipe_is_distributed(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(adp_is_distributed(PG_GETARG_OID(0)));
}
