/*
 * owner.c
 *	  Frees a resource of a foreign library with a memory context.
 */
#include "postgres.h"

#include "base/owner.h"

/*
 * Context callback: releases the owner's resource.
 */
static void
release_owned(void *arg)
{
	adp_owner_release((AdpOwner *) arg);
}

/*
 * Makes an owner that holds no resource yet.
 */
AdpOwner *
adp_owner_create(MemoryContext cxt, AdpRelease release)
{
	AdpOwner *owner = MemoryContextAllocZero(cxt, sizeof(AdpOwner));

	owner->release = release;
	owner->callback.func = release_owned;
	owner->callback.arg = owner;
	MemoryContextRegisterResetCallback(cxt, &owner->callback);
	return owner;
}

/*
 * Releases the owner's resource.  The pointer is cleared first, so a second
 * call does nothing.
 */
void
adp_owner_release(AdpOwner *owner)
{
	void *resource = owner->resource;

	owner->resource = NULL;
	if (resource != NULL)
		owner->release(resource);
}
