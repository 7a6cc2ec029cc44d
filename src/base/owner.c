/*
 * owner.c
 *	  Ties a resource of a foreign library to a memory context.
 */
#include "postgres.h"

#include "base/owner.h"

/*
 * Context callback: releases what the owner holds.
 */
static void
release_owned(void *arg)
{
	adp_owner_release((AdpOwner *) arg);
}

/*
 * Makes an owner in cxt that holds nothing yet.
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
 * Releases what the owner holds.  The pointer is cleared first, so that a
 * release that runs twice does nothing the second time.
 */
void
adp_owner_release(AdpOwner *owner)
{
	void *resource = owner->resource;

	owner->resource = NULL;
	if (resource != NULL)
		owner->release(resource);
}
