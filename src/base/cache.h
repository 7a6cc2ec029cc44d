/*
 * cache.h
 *	  Values that this process keeps for a server and a user mapping.
 *
 * An entry serves only the server and the user mapping that it was made for, so
 * that no role sees what another role's credentials fetched.  It ends when its
 * time is over, when the server or the mapping changes, or when the clock goes
 * back.  A cache is all zero at first.
 */
#ifndef ADP_BASE_CACHE_H
#define ADP_BASE_CACHE_H

#include "datatype/timestamp.h"

#include "base/binding.h"

typedef struct AdpCacheEntry
{
	struct AdpCacheEntry *next;
	MemoryContext cxt; /* the entry and all it holds */
	AdpBinding binding;
	const char *key;
	TimestampTz kept_at;
	TimestampTz expires_at;
	const void *value;
} AdpCacheEntry;

typedef struct AdpCache
{
	AdpCacheEntry *entries; /* the newest first */
} AdpCache;

/*
 * Finds the newest entry under a key; NULL if there is none.  Each search first
 * frees the entries that have ended, so use an entry only until the next search
 * of the cache.
 */
extern AdpCacheEntry *adp_cache_find(AdpCache *cache, Oid serverid, Oid umid,
									 const char *key);

/*
 * Keeps a value for so many seconds; a search never finds it if there are none.
 * cxt is a context of its own for the value.  The entry takes it over, and frees
 * it when it ends.
 */
extern void adp_cache_keep(AdpCache *cache, Oid serverid, Oid umid,
						   const char *key, int64 seconds, MemoryContext cxt,
						   const void *value);

/* Ends all entries of a server; the next search frees them. */
extern void adp_cache_forget(AdpCache *cache, Oid serverid);

#endif /* ADP_BASE_CACHE_H */
