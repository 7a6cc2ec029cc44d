/*
 * shared_memory.c
 *	  Memory that all sessions of the server share.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/shmem.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include ADP_NAMED_SEGMENT_HEADER

#include "base/guc.h"
#include "base/shared_memory.h"

static AdpSharedPart *parts = NULL;
static AdpSharedPart *initialized; /* the part that init_segment() is for */
static shmem_startup_hook_type previous_startup_hook = NULL;
ADP_SHMEM_REQUEST_HOOK;

/*
 * Announces a part.
 */
void
adp_shared_memory_add(AdpSharedPart *part)
{
	part->next = parts;
	parts = part;
}

/*
 * Names the part's lock for this process, for pg_stat_activity.
 */
static void
attach(AdpSharedPart *part, AdpSharedHead *memory)
{
	LWLockRegisterTranche(memory->tranche, part->name);
	part->memory = memory;
}

/*
 * Initializes fresh memory of a part.
 */
static void
init_part(AdpSharedPart *part, AdpSharedHead *memory)
{
	MemSet(memory, 0, part->size);
	memory->tranche = LWLockNewTrancheId();
	LWLockInitialize(&memory->lock, memory->tranche);
	if (part->init != NULL)
		part->init(memory);
}

/*
 * Hook: asks for the memory of all parts.
 */
static void
request_memory(void)
{
	adp_next_shmem_request();
	for (AdpSharedPart *part = parts; part != NULL; part = part->next)
		RequestAddinShmemSpace(part->size);
}

/*
 * Hook: creates the memory, at start and after a crash.
 */
static void
create_memory(void)
{
	if (previous_startup_hook != NULL)
		previous_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	for (AdpSharedPart *part = parts; part != NULL; part = part->next)
	{
		bool is_there;
		AdpSharedHead *memory =
			ShmemInitStruct(part->name, part->size, &is_there);

		if (!is_there)
			init_part(part, memory);
		attach(part, memory);
	}
	LWLockRelease(AddinShmemInitLock);
}

/*
 * Requests memory in the postmaster.
 */
void
adp_shared_memory_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	adp_install_shmem_request(request_memory);
	previous_startup_hook = shmem_startup_hook;
	shmem_startup_hook = create_memory;
}

/*
 * Callback of the server: initializes a named segment.
 */
pg_attribute_unused() static void init_segment(void *memory)
{
	init_part(initialized, memory);
}

/*
 * Returns the memory of a part, or NULL.
 */
void *
adp_shared_memory(AdpSharedPart *part)
{
	if (!adp_guc_shared_memory || !IsUnderPostmaster)
		return NULL;
	if (part->memory == NULL)
	{
		AdpSharedHead *memory;

		initialized = part;
		memory = adp_named_segment(part->name, part->size, init_segment);
		if (memory != NULL)
			attach(part, memory);
	}
	return part->memory;
}

/*
 * Returns the memory of a part, shared or not.
 */
void *
adp_shared_or_own_memory(AdpSharedPart *part, bool *is_shared)
{
	void *memory = adp_shared_memory(part);

	*is_shared = memory != NULL;
	if (memory != NULL)
		return memory;
	if (part->own == NULL)
	{
		AdpSharedHead *own =
			MemoryContextAllocZero(TopMemoryContext, part->size);

		if (part->init != NULL)
			part->init(own);
		part->own = own;
	}
	return part->own;
}

/*
 * Locks the memory of a part.
 */
void
adp_shared_lock(AdpSharedHead *memory, LWLockMode mode)
{
	if (memory->tranche != 0)
		LWLockAcquire(&memory->lock, mode);
}

void
adp_shared_unlock(AdpSharedHead *memory)
{
	if (memory->tranche != 0)
		LWLockRelease(&memory->lock);
}

/*
 * Copies a text into an array.
 */
void
adp_shared_text(char *to, Size size, const char *text)
{
	int len = (int) strlen(text);

	if (len >= size)
		len = pg_mbcliplen(text, len, (int) size - 1);
	memcpy(to, text, len);
	MemSet(to + len, 0, size - len);
}
