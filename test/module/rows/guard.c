/*
 * guard.c
 *	  Bytes that end where memory ends.
 */
#include "postgres.h"

#include <sys/mman.h>
#include <unistd.h>

#include "guard.h"

#include "base/owner.h"

/* A mapping whose last page cannot be read. */
typedef struct Guarded
{
	char *start;
	Size size;
} Guarded;

/*
 * Releases a mapping.
 */
static void
release_guarded(void *resource)
{
	Guarded *guarded = resource;

	if (guarded->start != NULL)
		munmap(guarded->start, guarded->size);
}

/*
 * Copies len bytes so that the byte after the last one cannot be read.
 */
char *
guard_copy(MemoryContext cxt, const char *data, Size len)
{
	Size page = sysconf(_SC_PAGESIZE);
	Size usable = (len + page - 1) / page * page;
	Guarded *guarded = MemoryContextAllocZero(cxt, sizeof(Guarded));
	AdpOwner *owner = adp_owner_create(cxt, release_guarded);
	char *start;
	char *copy;

	guarded->size = usable + page;
	owner->resource = guarded;
	start = mmap(NULL, guarded->size, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		elog(ERROR, "could not map %zu bytes: %m", guarded->size);
	guarded->start = start;
	if (mprotect(start + usable, page, PROT_NONE) != 0)
		elog(ERROR, "could not protect memory: %m");
	copy = start + usable - len;
	memcpy(copy, data, len);
	return copy;
}
