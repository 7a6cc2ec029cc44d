/*
 * cache.c
 *	  Values that this process keeps for a server and a user mapping.
 */
#include "postgres.h"

#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/cache.h"
#include "base/guc.h"

/*
 * Frees the entries that have ended.  When the clock went back, the age of an
 * entry is unknown, so it ends, too.
 */
static void
sweep(AdpCache *cache)
{
	AdpCacheEntry **link = &cache->entries;
	TimestampTz now = adp_now();

	while (*link != NULL)
	{
		AdpCacheEntry *entry = *link;

		if (entry->binding.is_stale || now >= entry->expires_at ||
			now < entry->kept_at)
		{
			*link = entry->next;
			adp_binding_let_go(&entry->binding);
			MemoryContextDelete(entry->cxt);
		}
		else
			link = &entry->next;
	}
}

/*
 * Finds the newest entry under a key.
 */
AdpCacheEntry *
adp_cache_find(AdpCache *cache, Oid serverid, Oid umid, const char *key)
{
	sweep(cache);
	for (AdpCacheEntry *entry = cache->entries; entry != NULL;
		 entry = entry->next)
	{
		if (adp_binding_holds(&entry->binding, serverid, umid) &&
			strcmp(entry->key, key) == 0)
			return entry;
	}
	return NULL;
}

/*
 * Keeps a value.
 */
void
adp_cache_keep(AdpCache *cache, Oid serverid, Oid umid, const char *key,
			   int64 seconds, MemoryContext cxt, const void *value)
{
	AdpCacheEntry *entry = MemoryContextAllocZero(cxt, sizeof(AdpCacheEntry));

	entry->cxt = cxt;
	entry->key = MemoryContextStrdup(cxt, key);
	entry->kept_at = adp_now();
	entry->expires_at = entry->kept_at + seconds * USECS_PER_SEC;
	entry->value = value;
	adp_binding_tie(&entry->binding, serverid, umid);
	MemoryContextSetParent(cxt, TopMemoryContext);
	entry->next = cache->entries;
	cache->entries = entry;
}

/*
 * Ends all entries of a server.  Frees none, since a caller may be using one.
 */
void
adp_cache_forget(AdpCache *cache, Oid serverid)
{
	for (AdpCacheEntry *entry = cache->entries; entry != NULL;
		 entry = entry->next)
	{
		if (entry->binding.serverid == serverid)
			entry->binding.is_stale = true;
	}
}
