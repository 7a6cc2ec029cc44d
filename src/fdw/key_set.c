/*
 * key_set.c
 *	  Whether the keys of an answer's rows differ, by their hashes.
 *
 * An open hash table that holds hashes only.  It doubles up to MAX_SLOTS, which
 * takes 16 MiB and is enough for 1.5 million rows.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "fdw/key_set.h"

#define MIN_SLOTS ((uint32) 1 << 10)
#define MAX_SLOTS ((uint32) 1 << 21)

/* Of a full table, three quarters are in use. */
#define CAPACITY(nslots) ((nslots) / 4 * 3)

struct AdpKeySet
{
	MemoryContext cxt;
	uint32 nslots; /* a power of two */
	uint32 used;
	uint64 *slots; /* 0: free */
};

AdpKeySet *
adp_key_set_create(MemoryContext cxt)
{
	AdpKeySet *set = MemoryContextAlloc(cxt, sizeof(AdpKeySet));

	set->cxt = cxt;
	set->nslots = MIN_SLOTS;
	set->used = 0;
	set->slots = MemoryContextAllocZero(cxt, MIN_SLOTS * sizeof(uint64));
	return set;
}

/*
 * Returns the first slot where a hash may be.
 */
static uint32
home_slot(const AdpKeySet *set, uint64 hash)
{
	return (uint32) hash & (set->nslots - 1);
}

void
adp_key_set_prefetch(const AdpKeySet *set, uint64 hash)
{
#if defined(__GNUC__)
	__builtin_prefetch(&set->slots[home_slot(set, hash)], 1);
#endif
}

/*
 * Returns the slot that holds a hash, or the free one where it belongs.
 */
static uint64 *
find_slot(const AdpKeySet *set, uint64 hash)
{
	uint32 i = home_slot(set, hash);

	while (set->slots[i] != 0 && set->slots[i] != hash)
		i = (i + 1) & (set->nslots - 1);
	return &set->slots[i];
}

/*
 * Doubles the table.
 */
static void
grow(AdpKeySet *set)
{
	uint64 *old = set->slots;
	uint32 nold = set->nslots;

	set->nslots = 2 * nold;
	set->slots = MemoryContextAllocZero(set->cxt, set->nslots * sizeof(uint64));
	for (uint32 i = 0; i < nold; i++)
		if (old[i] != 0)
			*find_slot(set, old[i]) = old[i];
	pfree(old);
}

bool
adp_key_set_add(AdpKeySet *set, uint64 hash)
{
	uint64 *slot;

	hash = Max(hash, 1);
	if (set->used >= CAPACITY(set->nslots))
	{
		if (set->nslots == MAX_SLOTS)
			return false;
		grow(set);
	}
	slot = find_slot(set, hash);
	if (*slot != 0)
		return false;
	*slot = hash;
	set->used++;
	return true;
}
