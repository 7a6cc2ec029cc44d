/*
 * pool.h
 *	  Keeps groups with their open connections between statements.
 *
 * The key is (server, user mapping), so a connection made with one role's
 * credentials never serves another role.  A group returns to the pool only
 * after a clean finish; an ERROR destroys it with its context.  A change of the
 * server or the mapping drops its idle groups through syscache invalidation, and
 * a change of the trusted authorities those that were verified before.
 */
#ifndef ADP_NET_POOL_H
#define ADP_NET_POOL_H

#include "net/http.h"

typedef struct AdpPoolLease AdpPoolLease;

/*
 * Returns an idle group for the key, or a new one.  The group is destroyed with
 * cxt unless adp_pool_return() returns it first.
 */
extern AdpPoolLease *adp_pool_borrow(Oid serverid, Oid umid, MemoryContext cxt);

extern AdpHttpGroup *adp_pool_group(AdpPoolLease *lease);

/* Whether the server or the mapping has changed since borrowing. */
extern bool adp_pool_is_stale(const AdpPoolLease *lease);

/*
 * Releases the group's transfers and returns it to the pool for later
 * statements.  A group that is not idle is destroyed.  A process keeps at most
 * ADP_POOL_IDLE_MAX idle groups.
 */
extern void adp_pool_return(AdpPoolLease *lease);

#define ADP_POOL_IDLE_MAX 8

/* The number of idle groups; for tests only. */
extern int adp_pool_idle_count(void);

#endif /* ADP_NET_POOL_H */
