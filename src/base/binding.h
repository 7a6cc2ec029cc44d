/*
 * binding.h
 *	  What ties something that a process keeps to the server and the user mapping
 *	  that it was got with.
 *
 * When either changes, the cached data must not be used again: it may depend on
 * other credentials or come from another address.  The binding is only marked
 * as stale, because the change can arrive in the middle of a scan that reads
 * the data.
 */
#ifndef ADP_BASE_BINDING_H
#define ADP_BASE_BINDING_H

#include "lib/ilist.h"

/* Embedded in the struct that holds the cached data. */
typedef struct AdpBinding
{
	dlist_node node;
	Oid serverid;
	Oid umid;
	uint32 server_hash; /* as in syscache invalidation messages */
	uint32 mapping_hash;
	bool is_stale; /* server or mapping changed; any code may set it */
} AdpBinding;

/*
 * Starts to watch, with a zeroed binding.  Call adp_binding_let_go() before its
 * memory is freed.
 */
extern void adp_binding_tie(AdpBinding *binding, Oid serverid, Oid umid);
extern void adp_binding_let_go(AdpBinding *binding);

/* Whether the data belongs to this server and mapping, and is not stale. */
static inline bool
adp_binding_holds(const AdpBinding *binding, Oid serverid, Oid umid)
{
	return !binding->is_stale && binding->serverid == serverid &&
		binding->umid == umid;
}

#endif /* ADP_BASE_BINDING_H */
