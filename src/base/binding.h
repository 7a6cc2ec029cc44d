/*
 * binding.h
 *	  What ties something that a process keeps to the server and the user mapping
 *	  that it was got with.
 *
 * When either changes, what was got with it must serve no more: it may be what
 * other credentials see, or what another address told.  It is only marked, for
 * the change may come to light in the middle of a scan that reads it.
 */
#ifndef ADP_BASE_BINDING_H
#define ADP_BASE_BINDING_H

#include "lib/ilist.h"

/* A member of what is kept. */
typedef struct AdpBinding
{
	dlist_node node;
	Oid serverid;
	Oid umid;
	uint32 server_hash; /* as syscache invalidation names them */
	uint32 mapping_hash;
	bool is_stale; /* server or mapping changed; anybody may set it */
} AdpBinding;

/* Ties a zeroed binding.  It must be let go before its memory is freed. */
extern void adp_binding_tie(AdpBinding *binding, Oid serverid, Oid umid);
extern void adp_binding_let_go(AdpBinding *binding);

/* Whether it is tied to these, and good. */
static inline bool
adp_binding_holds(const AdpBinding *binding, Oid serverid, Oid umid)
{
	return !binding->is_stale && binding->serverid == serverid &&
		binding->umid == umid;
}

#endif /* ADP_BASE_BINDING_H */
