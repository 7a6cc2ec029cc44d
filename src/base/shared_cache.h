/*
 * shared_cache.h
 *	  Small values that all sessions of the server share, and who makes them.
 *
 * A key is a digest of all that a value was made from, secrets included.  So a
 * session finds a value only if it could have made the same one, and a changed
 * server or user mapping leads to another key.  Values that do not fit are not
 * shared.  SQL cannot reach any of it.
 *
 * Without shared memory nothing is ever found, and every claim is granted.
 */
#ifndef ADP_BASE_SHARED_CACHE_H
#define ADP_BASE_SHARED_CACHE_H

#include "base/owner.h"

#define ADP_SHARED_DIGEST_LEN 32

typedef struct AdpSharedKey
{
	Oid serverid; /* of this database; for adp_shared_cache_forget() */
	uint8 digest[ADP_SHARED_DIGEST_LEN];
} AdpSharedKey;

/* Announces the memory of the cache; called once when the library is loaded. */
extern void adp_shared_cache_init(void);

/* Whether there is shared memory. */
extern bool adp_shared_cache_is_there(void);

/* Fills in the key of a value that was made from these bytes. */
extern void adp_shared_key(AdpSharedKey *key, Oid serverid, const char *bytes,
						   Size len);

/*
 * Returns a palloc'd copy of the value under a key, and for how many seconds it
 * is still good; NULL if there is none.
 */
extern char *adp_shared_cache_find(const AdpSharedKey *key, Size *len,
								   int64 *seconds);

/*
 * Keeps a value for so many seconds, in place of the one under the key.  Returns
 * false if it cannot be shared.
 */
extern bool adp_shared_cache_keep(const AdpSharedKey *key, const char *value,
								  Size len, int64 seconds);

/* Drops the value under a key if it is this one. */
extern void adp_shared_cache_drop(const AdpSharedKey *key, const char *value,
								  Size len);

/* Drops the values of a server of this database. */
extern void adp_shared_cache_forget(Oid serverid);

/* The work of making a value, once claimed; zeroed at first. */
typedef struct AdpSharedClaim
{
	AdpOwner *owner;
	AdpSharedKey key;
} AdpSharedClaim;

/*
 * Claims the work of making the value under a key.  Returns false while another
 * process does it: look for the value again soon.  The claim, which lies in cxt,
 * ends with cxt, with its process, and after ADP_CLAIM_MAX_MS.
 */
extern bool adp_shared_claim(AdpSharedClaim *claim, MemoryContext cxt,
							 const AdpSharedKey *key);

/* Ends a claim, if it was granted. */
extern void adp_shared_claim_end(AdpSharedClaim *claim);

/* A cursor that nobody reads from does not hold up other sessions for longer. */
#define ADP_CLAIM_MAX_MS 15000

#endif /* ADP_BASE_SHARED_CACHE_H */
