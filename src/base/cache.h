/*
 * cache.h
 *	  What this process keeps of a server and a user mapping for a while.
 *
 * An entry has a key, and a value in a memory context of its own.  It serves the
 * server and the user mapping that it was got with, so that no role sees what
 * another role's credentials brought, until its time is over, the clock goes back
 * or one of the two changes.  A cache is all zero at first.
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
 * Finds the newest entry under a key, which is good until the next search; NULL
 * if there is none.
 */
extern AdpCacheEntry *adp_cache_find(AdpCache *cache, Oid serverid, Oid umid,
									 const char *key);

/*
 * Keeps a value for so many seconds.  It lies in cxt, made for it below the
 * caller's context, which now lasts as long as the entry.
 */
extern void adp_cache_keep(AdpCache *cache, Oid serverid, Oid umid,
						   const char *key, int64 seconds, MemoryContext cxt,
						   const void *value);

/* Forgets what is kept of a server. */
extern void adp_cache_forget(AdpCache *cache, Oid serverid);

#endif /* ADP_BASE_CACHE_H */
