/*
 * key_set.h
 *	  Whether the keys of an answer's rows differ, by their hashes, in memory that
 *	  does not grow with the answer.
 */
#ifndef ADP_FDW_KEY_SET_H
#define ADP_FDW_KEY_SET_H

typedef struct AdpKeySet AdpKeySet;

/*
 * Creates a set in a memory context.
 */
extern AdpKeySet *adp_key_set_create(MemoryContext cxt);

/*
 * Has the processor fetch the place of a key that will be added soon: a large set
 * lies outside its caches.
 */
extern void adp_key_set_prefetch(const AdpKeySet *set, uint64 hash);

/*
 * Adds a key.  Returns true if no key before it was equal; false if one may have
 * been: two keys can share a hash, and a full set knows nothing of further keys.
 */
extern bool adp_key_set_add(AdpKeySet *set, uint64 hash);

#endif /* ADP_FDW_KEY_SET_H */
