/*
 * shared_memory.h
 *	  Memory that all sessions of the server share.
 *
 * It is there with shared_preload_libraries = 'adpipe', and from PostgreSQL 17
 * on without.  Each user of it declares one part.
 */
#ifndef ADP_BASE_SHARED_MEMORY_H
#define ADP_BASE_SHARED_MEMORY_H

#include "storage/lwlock.h"

/* What every part begins with. */
typedef struct AdpSharedHead
{
	LWLock lock;
	int tranche; /* of the lock; 0: memory of one process */
} AdpSharedHead;

typedef struct AdpSharedPart
{
	const char *name;
	Size size;

	/* Initializes the zeroed memory behind the head; NULL: zero is right. */
	void (*init)(void *memory);

	/* filled in here */
	AdpSharedHead *memory; /* NULL: not attached */
	AdpSharedHead *own;	   /* of this process, without a lock; or NULL */
	struct AdpSharedPart *next;
} AdpSharedPart;

/* Announces a part, when the library is loaded. */
extern void adp_shared_memory_add(AdpSharedPart *part);

/* Requests memory for all parts if the postmaster loads the library. */
extern void adp_shared_memory_init(void);

/*
 * Returns the memory of a part; NULL if this server has none, or
 * adpipe.shared_memory is off.
 */
extern void *adp_shared_memory(AdpSharedPart *part);

/*
 * The same, but without shared memory it is this process's own.  *is_shared: it
 * is not.
 */
extern void *adp_shared_or_own_memory(AdpSharedPart *part, bool *is_shared);

/* Locks the memory of a part, unless it is this process's own. */
extern void adp_shared_lock(AdpSharedHead *memory, LWLockMode mode);
extern void adp_shared_unlock(AdpSharedHead *memory);

/* Copies a text into an array, cut at a character. */
extern void adp_shared_text(char *to, Size size, const char *text);

#endif /* ADP_BASE_SHARED_MEMORY_H */
