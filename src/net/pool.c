/*
 * pool.c
 *	  Keeps groups with their open connections between statements.
 *
 * A lease and its group live in one memory context.  While the lease is
 * borrowed, the context is a child of the borrower's, so an ERROR deletes it.
 * While it is idle, the context is a child of the pool's.  Borrowing and
 * returning only move the context, so it always has an owner.
 */
#include "postgres.h"

#include "lib/ilist.h"
#include "utils/memutils.h"

#include "base/binding.h"
#include "net/pool.h"

struct AdpPoolLease
{
	MemoryContext cxt; /* holds the lease and its group */
	dlist_node node;   /* in leases */
	MemoryContextCallback on_release;
	AdpBinding binding; /* when stale: do not use again */
	bool is_idle;
	AdpHttpGroup *group;
};

/* Parent of idle leases; NULL until first use. */
static MemoryContext pool_cxt = NULL;

/* All leases, the most recently returned first. */
static dlist_head leases = DLIST_STATIC_INIT(leases);

/*
 * Context callback: removes a lease from the list.
 */
static void
forget_lease(void *arg)
{
	AdpPoolLease *lease = arg;

	adp_binding_let_go(&lease->binding);
	dlist_delete(&lease->node);
}

/*
 * Destroys idle leases that are stale or no longer trusted, and the oldest beyond
 * keep.
 */
static void
drop_idle(int keep)
{
	dlist_mutable_iter iter;
	int nidle = 0;

	dlist_foreach_modify(iter, &leases)
	{
		AdpPoolLease *lease = dlist_container(AdpPoolLease, node, iter.cur);

		if (!lease->is_idle)
			continue;
		if (lease->binding.is_stale ||
			!adp_http_group_is_trusted(lease->group) || ++nidle > keep)
			MemoryContextDelete(lease->cxt);
	}
}

/*
 * Returns an idle lease for the key, or NULL.
 */
static AdpPoolLease *
find_idle(Oid serverid, Oid umid)
{
	dlist_iter iter;

	dlist_foreach(iter, &leases)
	{
		AdpPoolLease *lease = dlist_container(AdpPoolLease, node, iter.cur);

		if (lease->is_idle && adp_binding_holds(&lease->binding, serverid, umid))
			return lease;
	}
	return NULL;
}

/*
 * Makes a lease with a new group below cxt.
 */
static AdpPoolLease *
create_lease(Oid serverid, Oid umid, MemoryContext cxt)
{
	MemoryContext lease_cxt =
		AllocSetContextCreate(cxt, "adpipe lease", ALLOCSET_SMALL_SIZES);
	AdpPoolLease *lease =
		MemoryContextAllocZero(lease_cxt, sizeof(AdpPoolLease));

	lease->cxt = lease_cxt;
	adp_binding_tie(&lease->binding, serverid, umid);
	lease->on_release.func = forget_lease;
	lease->on_release.arg = lease;
	dlist_push_head(&leases, &lease->node);
	MemoryContextRegisterResetCallback(lease_cxt, &lease->on_release);
	lease->group = adp_http_group_create(lease_cxt);
	return lease;
}

/*
 * Returns an idle group for the key, or a new one.
 */
AdpPoolLease *
adp_pool_borrow(Oid serverid, Oid umid, MemoryContext cxt)
{
	AdpPoolLease *lease;

	if (pool_cxt == NULL)
		pool_cxt =
			AllocSetContextCreate(TopMemoryContext, "adpipe connection pool",
								  ALLOCSET_SMALL_SIZES);
	drop_idle(ADP_POOL_IDLE_MAX);
	lease = find_idle(serverid, umid);
	if (lease == NULL)
		return create_lease(serverid, umid, cxt);
	lease->is_idle = false;
	MemoryContextSetParent(lease->cxt, cxt);
	return lease;
}

/*
 * Returns the group of a lease.
 */
AdpHttpGroup *
adp_pool_group(AdpPoolLease *lease)
{
	return lease->group;
}

/*
 * Whether the server or the mapping has changed.
 */
bool
adp_pool_is_stale(const AdpPoolLease *lease)
{
	return lease->binding.is_stale;
}

/*
 * Returns the group to the pool.
 */
void
adp_pool_return(AdpPoolLease *lease)
{
	if (!adp_http_group_clear(lease->group) || lease->binding.is_stale)
	{
		MemoryContextDelete(lease->cxt);
		return;
	}
	lease->is_idle = true;
	dlist_move_head(&leases, &lease->node);
	MemoryContextSetParent(lease->cxt, pool_cxt);
	drop_idle(ADP_POOL_IDLE_MAX);
}

/*
 * Returns the number of idle groups in this process.
 */
int
adp_pool_idle_count(void)
{
	dlist_iter iter;
	int count = 0;

	dlist_foreach(iter, &leases)
	{
		if (dlist_container(AdpPoolLease, node, iter.cur)->is_idle)
			count++;
	}
	return count;
}
