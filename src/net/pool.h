/*
 * pool.h
 *	  Groups kept between statements, with their open connections.
 *
 * Keyed by (server, user mapping), so that no connection made under one
 * role's credentials serves another.  A group is given back only after a clean
 * finish; one that saw an ERROR is destroyed with its context.  A change of
 * the server or the mapping drops its idle groups through syscache
 * invalidation.
 */
#ifndef ADP_NET_POOL_H
#define ADP_NET_POOL_H

#include "net/http.h"

typedef struct AdpPoolLease AdpPoolLease;

/*
 * Takes an idle group of the key, or makes one.  Unless given back by
 * adp_pool_return(), the group is destroyed when cxt goes.
 */
extern AdpPoolLease *adp_pool_borrow(Oid serverid, Oid umid, MemoryContext cxt);

extern AdpHttpGroup *adp_pool_group(AdpPoolLease *lease);

/* Whether the server or the mapping has changed since it was borrowed. */
extern bool adp_pool_is_stale(const AdpPoolLease *lease);

/*
 * Gives the group back for later statements, releasing its transfers; it must
 * be idle, else it is destroyed.  At most ADP_POOL_IDLE_MAX idle groups are
 * kept per process.
 */
extern void adp_pool_return(AdpPoolLease *lease);

#define ADP_POOL_IDLE_MAX 8

/* How many groups lie idle now. */
extern int adp_pool_idle_count(void);

#endif /* ADP_NET_POOL_H */
