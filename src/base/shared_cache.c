/*
 * shared_cache.c
 *	  Small values that all sessions of the server share, and who makes them.
 *
 * Values lie in chains of blocks of a fixed arena.  When it is full, the oldest
 * values make room.
 *
 * The time is read under the lock.  A time that was read before another session
 * had the lock would be earlier than what that session wrote down, as if the
 * clock had gone back.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/procarray.h"
#include "utils/timestamp.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/guc.h"
#include "base/shared_cache.h"
#include "base/shared_memory.h"

/* 2 MB of values: an account takes some 100 bytes, a token at most 2 kB. */
#define BLOCK_SIZE 512
#define BLOCKS 4096
#define ENTRIES 1024

/* A larger value would push out most others. */
#define VALUE_MAX (BLOCKS / 4 * BLOCK_SIZE)

/* Sessions that sign in, or list accounts, at the same time. */
#define CLAIMS 256

#define NO_BLOCK (-1)

typedef struct Entry
{
	bool is_used;
	AdpSharedKey key;
	Oid database;
	TimestampTz kept_at;
	TimestampTz expires_at;
	int len;
	int block; /* the first one */
} Entry;

typedef struct Claim
{
	int pid; /* 0: free */
	AdpSharedKey key;
	TimestampTz since;
} Claim;

typedef struct Cache
{
	AdpSharedHead head;
	int free_block; /* the first one */
	int nfree;
	int next[BLOCKS]; /* in a value's chain, or among the free ones */
	Entry entries[ENTRIES];
	Claim claims[CLAIMS];
	char blocks[BLOCKS][BLOCK_SIZE];
} Cache;

static void init_cache(void *memory);

static AdpSharedPart part = {"adpipe cache", sizeof(Cache), init_cache};

/*
 * Announces the memory.
 */
void
adp_shared_cache_init(void)
{
	adp_shared_memory_add(&part);
}

bool
adp_shared_cache_is_there(void)
{
	return adp_shared_memory(&part) != NULL;
}

/*
 * Makes all blocks free.
 */
static void
init_cache(void *memory)
{
	Cache *cache = memory;

	for (int i = 0; i < BLOCKS; i++)
		cache->next[i] = i + 1 < BLOCKS ? i + 1 : NO_BLOCK;
	cache->free_block = 0;
	cache->nfree = BLOCKS;
}

/*
 * Digests what a value is made from.
 */
void
adp_shared_key(AdpSharedKey *key, Oid serverid, const char *bytes, Size len)
{
	unsigned int digest_len = 0;

	MemSet(key, 0, sizeof(AdpSharedKey));
	key->serverid = serverid;
	if (EVP_Digest(bytes, len, key->digest, &digest_len, EVP_sha256(), NULL) !=
			1 ||
		digest_len != ADP_SHARED_DIGEST_LEN)
		elog(ERROR, "could not compute a digest");
}

/*
 * Whether two keys are the same.
 */
static bool
is_same(const AdpSharedKey *a, const AdpSharedKey *b)
{
	return a->serverid == b->serverid &&
		memcmp(a->digest, b->digest, ADP_SHARED_DIGEST_LEN) == 0;
}

/*
 * Returns the entry under a key, or NULL.
 */
static Entry *
find_entry(Cache *cache, const AdpSharedKey *key)
{
	for (int i = 0; i < ENTRIES; i++)
	{
		if (cache->entries[i].is_used && is_same(&cache->entries[i].key, key))
			return &cache->entries[i];
	}
	return NULL;
}

/*
 * Copies a value out of its chain.
 */
static void
read_chain(const Cache *cache, int block, char *to, int len)
{
	for (; len > 0; block = cache->next[block])
	{
		memcpy(to, cache->blocks[block], Min(len, BLOCK_SIZE));
		to += BLOCK_SIZE;
		len -= BLOCK_SIZE;
	}
}

/*
 * Drops an entry, and wipes its blocks, which may hold a token.
 */
static void
drop_entry(Cache *cache, Entry *entry)
{
	int block = entry->block;

	while (block != NO_BLOCK)
	{
		int next = cache->next[block];

		OPENSSL_cleanse(cache->blocks[block], BLOCK_SIZE);
		cache->next[block] = cache->free_block;
		cache->free_block = block;
		cache->nfree++;
		block = next;
	}
	MemSet(entry, 0, sizeof(Entry));
}

/*
 * Returns the entry that was kept first, or NULL.
 */
static Entry *
oldest_entry(Cache *cache)
{
	Entry *oldest = NULL;

	for (int i = 0; i < ENTRIES; i++)
	{
		Entry *entry = &cache->entries[i];

		if (entry->is_used &&
			(oldest == NULL || entry->kept_at < oldest->kept_at))
			oldest = entry;
	}
	return oldest;
}

/*
 * Returns a free entry, and makes room for as many blocks.
 */
static Entry *
make_room(Cache *cache, int nblocks)
{
	Entry *free_entry = NULL;

	while (cache->nfree < nblocks)
		drop_entry(cache, oldest_entry(cache));
	for (int i = 0; i < ENTRIES && free_entry == NULL; i++)
	{
		if (!cache->entries[i].is_used)
			free_entry = &cache->entries[i];
	}
	if (free_entry == NULL)
	{
		free_entry = oldest_entry(cache);
		drop_entry(cache, free_entry);
	}
	return free_entry;
}

/*
 * Copies a value into free blocks; returns the first one.
 */
static int
write_chain(Cache *cache, const char *value, int len)
{
	int first = NO_BLOCK;
	int *link = &first;

	for (int done = 0; done < len; done += BLOCK_SIZE)
	{
		int block = cache->free_block;

		cache->free_block = cache->next[block];
		cache->nfree--;
		memcpy(cache->blocks[block], value + done, Min(len - done, BLOCK_SIZE));
		cache->next[block] = NO_BLOCK;
		*link = block;
		link = &cache->next[block];
	}
	return first;
}

/*
 * Whether an entry is good at a time.  After the clock went back it is not known
 * how old the value is.
 */
static bool
is_good(const Entry *entry, TimestampTz now)
{
	return now >= entry->kept_at && now < entry->expires_at;
}

/*
 * Finds a value.
 */
char *
adp_shared_cache_find(const AdpSharedKey *key, Size *len, int64 *seconds)
{
	Cache *cache = adp_shared_memory(&part);
	TimestampTz now;
	char *value = NULL;
	Entry *entry;

	if (cache == NULL)
		return NULL;
	LWLockAcquire(&cache->head.lock, LW_SHARED);
	now = adp_now();
	entry = find_entry(cache, key);
	if (entry != NULL && is_good(entry, now))
	{
		value = palloc(entry->len + 1);
		read_chain(cache, entry->block, value, entry->len);
		value[entry->len] = '\0';
		*len = entry->len;
		*seconds = (entry->expires_at - now) / USECS_PER_SEC;
	}
	LWLockRelease(&cache->head.lock);
	return value;
}

/*
 * Keeps a value.
 */
bool
adp_shared_cache_keep(const AdpSharedKey *key, const char *value, Size len,
					  int64 seconds)
{
	Cache *cache = adp_shared_memory(&part);
	TimestampTz now;
	Entry *entry;

	if (cache == NULL || len > VALUE_MAX)
		return false;
	LWLockAcquire(&cache->head.lock, LW_EXCLUSIVE);
	now = adp_now();
	entry = find_entry(cache, key);
	if (entry != NULL)
		drop_entry(cache, entry);
	entry = make_room(cache, (len + BLOCK_SIZE - 1) / BLOCK_SIZE);
	entry->is_used = true;
	entry->key = *key;
	entry->database = MyDatabaseId;
	entry->kept_at = now;
	entry->expires_at = now + seconds * USECS_PER_SEC;
	entry->len = len;
	entry->block = write_chain(cache, value, len);
	LWLockRelease(&cache->head.lock);
	return true;
}

/*
 * Whether an entry holds this value.
 */
static bool
holds(const Cache *cache, const Entry *entry, const char *value, Size len)
{
	int block = entry->block;

	if (entry->len != len)
		return false;
	for (Size done = 0; done < len; done += BLOCK_SIZE)
	{
		if (memcmp(cache->blocks[block], value + done,
				   Min(len - done, BLOCK_SIZE)) != 0)
			return false;
		block = cache->next[block];
	}
	return true;
}

/*
 * Drops a value, unless another one has taken its place.
 */
void
adp_shared_cache_drop(const AdpSharedKey *key, const char *value, Size len)
{
	Cache *cache = adp_shared_memory(&part);
	Entry *entry;

	if (cache == NULL)
		return;
	LWLockAcquire(&cache->head.lock, LW_EXCLUSIVE);
	entry = find_entry(cache, key);
	if (entry != NULL && holds(cache, entry, value, len))
		drop_entry(cache, entry);
	LWLockRelease(&cache->head.lock);
}

/*
 * Drops the values of a server.
 */
void
adp_shared_cache_forget(Oid serverid)
{
	Cache *cache = adp_shared_memory(&part);

	if (cache == NULL)
		return;
	LWLockAcquire(&cache->head.lock, LW_EXCLUSIVE);
	for (int i = 0; i < ENTRIES; i++)
	{
		Entry *entry = &cache->entries[i];

		if (entry->is_used && entry->key.serverid == serverid &&
			entry->database == MyDatabaseId)
			drop_entry(cache, entry);
	}
	LWLockRelease(&cache->head.lock);
}

/*
 * Whether a claim still holds.
 */
static bool
is_alive(const Claim *claim, TimestampTz now)
{
	return claim->pid != 0 && now >= claim->since &&
		now < claim->since + ADP_CLAIM_MAX_MS * INT64CONST(1000) &&
		BackendPidGetProc(claim->pid) != NULL;
}

/*
 * Owner's release: ends this process's claim on a key.
 */
static void
end_claim(void *resource)
{
	const AdpSharedClaim *claim = resource;
	Cache *cache = adp_shared_memory(&part);

	if (cache == NULL)
		return;
	LWLockAcquire(&cache->head.lock, LW_EXCLUSIVE);
	for (int i = 0; i < CLAIMS; i++)
	{
		if (cache->claims[i].pid == MyProcPid &&
			is_same(&cache->claims[i].key, &claim->key))
			cache->claims[i].pid = 0;
	}
	LWLockRelease(&cache->head.lock);
}

/*
 * Returns a claim that is free, or the one that holds on the key; NULL if there
 * is no place for another.
 */
static Claim *
find_claim(Cache *cache, const AdpSharedKey *key, TimestampTz now)
{
	Claim *found = NULL;

	for (int i = 0; i < CLAIMS; i++)
	{
		Claim *claim = &cache->claims[i];

		if (!is_alive(claim, now))
		{
			claim->pid = 0;
			found = claim;
		}
		else if (is_same(&claim->key, key))
			return claim;
	}
	return found;
}

/*
 * Claims a work.
 */
bool
adp_shared_claim(AdpSharedClaim *claim, MemoryContext cxt,
				 const AdpSharedKey *key)
{
	Cache *cache = adp_shared_memory(&part);
	TimestampTz now;
	Claim *found;
	int holder = 0;

	if (cache == NULL)
		return true;
	if (claim->owner == NULL)
		claim->owner = adp_owner_create(cxt, end_claim);
	adp_owner_release(claim->owner);
	claim->key = *key;
	LWLockAcquire(&cache->head.lock, LW_EXCLUSIVE);
	now = GetCurrentTimestamp();
	found = find_claim(cache, key, now);
	if (found != NULL)
		holder = found->pid;
	if (found != NULL && holder == 0)
	{
		found->pid = MyProcPid;
		found->key = *key;
		found->since = now;
		claim->owner->resource = claim;
	}
	LWLockRelease(&cache->head.lock);
	return holder == 0 || holder == MyProcPid;
}

/*
 * Ends a claim.
 */
void
adp_shared_claim_end(AdpSharedClaim *claim)
{
	if (claim->owner != NULL)
		adp_owner_release(claim->owner);
}
