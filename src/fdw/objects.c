/*
 * objects.c
 *	  Whether the library is that of the SQL objects that call it.
 *
 * A package brings the library at once, ALTER EXTENSION UPDATE the objects of each
 * database later.  Between the two, old objects would call functions that changed.
 * What sends a request or writes asks here first; an update, which replaces
 * functions, has each session look again.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/version.h"
#include "fdw/objects.h"

static bool is_checked = false;

/*
 * Called when a function was created, replaced or dropped.
 */
static void
forget(Datum arg, int cache, uint32 hash)
{
	is_checked = false;
}

/*
 * Returns the version of the extension in this database, in the current memory
 * context; NULL if it is not there.
 */
static char *
version_of_objects(void)
{
	Relation rel = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple tuple;
	char *version = NULL;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber,
				F_NAMEEQ, CStringGetDatum("adpipe"));
	scan = systable_beginscan(rel, ExtensionNameIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool is_null;
		Datum value = heap_getattr(tuple, Anum_pg_extension_extversion,
								   RelationGetDescr(rel), &is_null);

		version = TextDatumGetCString(value);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return version;
}

/*
 * Raises 55000 unless the SQL objects of this database have the version of this
 * library.  Looks once per session and update; the script of an update is let
 * through.
 */
void
adp_objects_require(void)
{
	static bool is_registered = false;
	char *version;

	if (is_checked || creating_extension)
		return;
	version = version_of_objects();
	if (version != NULL && strcmp(version, ADPIPE_VERSION) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"adpipe\" has version %s, and its library version %s",
						version, ADPIPE_VERSION),
				 errdetail(
					 "The SQL objects of this database are not those that the library of this session was built for."),
				 errhint(
					 "As a superuser: ALTER EXTENSION adpipe UPDATE; Sessions from before the installation keep their library, so connect again.")));
	if (!is_registered)
	{
		CacheRegisterSyscacheCallback(PROCOID, forget, (Datum) 0);
		is_registered = true;
	}
	is_checked = true;
}

/* What objects of 0.1.0 call and the library does not have any more; the error says what to do. */
#define GONE(name) \
	PG_FUNCTION_INFO_V1(name); \
	Datum name(PG_FUNCTION_ARGS) \
	{ \
		adp_objects_require(); \
		elog(ERROR, "%s() is no function of adpipe %s", __func__, \
			 ADPIPE_VERSION); \
	}

GONE(adpipe_acts_for)
GONE(adpipe_adstats_add_row_float8)
GONE(adpipe_adstats_add_row_numeric)
GONE(adpipe_adstats_frame_add_float8)
GONE(adpipe_adstats_frame_add_numeric)
GONE(adpipe_adstats_frame_remove_float8)
GONE(adpipe_adstats_frame_remove_numeric)
GONE(adpipe_journeys_add_float8)
GONE(adpipe_journeys_add_int8)
GONE(adpipe_journeys_add_numeric)
