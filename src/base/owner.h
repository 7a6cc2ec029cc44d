/*
 * owner.h
 *	  Ties a resource of a foreign library to a memory context.
 *
 * Register first, acquire second: the owner is registered while its resource
 * is still NULL, so from then on any ERROR, cancel or end of the context
 * releases whatever was acquired by that time.  Releasing is idempotent.
 */
#ifndef ADP_BASE_OWNER_H
#define ADP_BASE_OWNER_H

/* Must not throw; gets the resource, never NULL. */
typedef void (*AdpRelease)(void *resource);

typedef struct AdpOwner
{
	MemoryContextCallback callback;
	AdpRelease release;
	void *resource; /* NULL while nothing is held */
} AdpOwner;

/*
 * Makes an owner in cxt that holds nothing yet.  When cxt is reset or deleted,
 * release() is called on what it holds then.
 */
extern AdpOwner *adp_owner_create(MemoryContext cxt, AdpRelease release);

/* Releases now what the owner holds, if anything. */
extern void adp_owner_release(AdpOwner *owner);

#endif /* ADP_BASE_OWNER_H */
