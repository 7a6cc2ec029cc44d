/*
 * owner.h
 *	  Frees a resource of a foreign library with a memory context.
 *
 * Register first, acquire second: the owner is registered while its resource is
 * still NULL.  From then on, any ERROR, cancel or end of the context releases
 * the resource, if it was acquired by that time.  Releasing is idempotent.
 */
#ifndef ADP_BASE_OWNER_H
#define ADP_BASE_OWNER_H

/* Must not throw.  The resource is never NULL. */
typedef void (*AdpRelease)(void *resource);

typedef struct AdpOwner
{
	MemoryContextCallback callback;
	AdpRelease release;
	void *resource; /* NULL while the owner holds no resource */
} AdpOwner;

/*
 * Makes an owner in cxt that holds no resource yet.  When cxt is reset or
 * deleted, release() is called on the resource that the owner then holds.
 */
extern AdpOwner *adp_owner_create(MemoryContext cxt, AdpRelease release);

/* Releases the owner's resource now, if it holds one. */
extern void adp_owner_release(AdpOwner *owner);

#endif /* ADP_BASE_OWNER_H */
