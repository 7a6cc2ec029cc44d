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
	int tranche; /* of the lock */
} AdpSharedHead;

typedef struct AdpSharedPart
{
	const char *name;
	Size size;

	/* Initializes the zeroed memory behind the head; NULL: zero is right. */
	void (*init)(void *memory);

	/* filled in here */
	AdpSharedHead *memory; /* NULL: not attached */
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

#endif /* ADP_BASE_SHARED_MEMORY_H */
