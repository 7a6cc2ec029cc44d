/*
 * binding.c
 *	  Binds cached data to the server and user mapping that it came from.
 */
#include "postgres.h"

#include "utils/inval.h"
#include "utils/syscache.h"

#include "base/binding.h"

/* All bindings of this process. */
static dlist_head bindings = DLIST_STATIC_INIT(bindings);

/*
 * Syscache callback: marks the bindings of a changed server or mapping.
 */
static void
mark_stale(Datum arg, int cacheid, uint32 hash)
{
	dlist_iter iter;

	dlist_foreach(iter, &bindings)
	{
		AdpBinding *binding = dlist_container(AdpBinding, node, iter.cur);
		uint32 own = cacheid == FOREIGNSERVEROID ? binding->server_hash
												 : binding->mapping_hash;

		/* hash 0 invalidates all entries of the cache */
		if (hash == 0 || hash == own)
			binding->is_stale = true;
	}
}

/*
 * Starts to watch a server and user mapping.
 */
void
adp_binding_tie(AdpBinding *binding, Oid serverid, Oid umid)
{
	static bool has_callbacks = false;

	if (!has_callbacks)
	{
		CacheRegisterSyscacheCallback(FOREIGNSERVEROID, mark_stale, (Datum) 0);
		CacheRegisterSyscacheCallback(USERMAPPINGOID, mark_stale, (Datum) 0);
		has_callbacks = true;
	}
	binding->serverid = serverid;
	binding->umid = umid;
	binding->server_hash =
		GetSysCacheHashValue1(FOREIGNSERVEROID, ObjectIdGetDatum(serverid));
	binding->mapping_hash =
		GetSysCacheHashValue1(USERMAPPINGOID, ObjectIdGetDatum(umid));
	dlist_push_head(&bindings, &binding->node);
}

/*
 * Stops watching.
 */
void
adp_binding_let_go(AdpBinding *binding)
{
	dlist_delete(&binding->node);
}
