/*
 * spool.c
 *	  The body of a response while it grows.
 */
#include "postgres.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file_perm.h"
#include "common/file_utils.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/guc.h"

#include "net/spool.h"

/* First allocation without a hint: enough for most token responses. */
#define FIRST_ROOM ((size_t) 16 * 1024)

/*
 * Makes an empty body.
 */
void
adp_spool_init(AdpSpool *spool, size_t limit, const char *folder, int *nopen)
{
	memset(spool, 0, sizeof(*spool));
	spool->limit = limit;
	spool->file_fd = -1;
	spool->nopen = nopen;
	strlcpy(spool->folder, folder, sizeof(spool->folder));
}

/*
 * Records the reason why the body cannot grow.
 */
static AdpHttpOutcome
refuse(AdpSpool *spool, AdpHttpOutcome outcome, const char *problem,
	   int problem_errno)
{
	spool->problem = problem;
	spool->problem_errno = problem_errno;
	return outcome;
}

/*
 * Ensures room for at least needed bytes and a zero byte.  Room grows by
 * doubling, so the bytes copied stay proportional to the bytes received.
 */
static AdpHttpOutcome
reserve(AdpSpool *spool, size_t needed)
{
	size_t room = Max(spool->room, FIRST_ROOM);
	char *data;

	if (needed < spool->room)
		return ADP_HTTP_PENDING;
	while (room <= needed)
		room *= 2;
	room = Min(room, ADP_SPOOL_MEMORY_MAX + 1);
	data = realloc(spool->data, room);
	if (data == NULL)
		return refuse(spool, ADP_HTTP_MEMORY, "out of memory", 0);
	spool->data = data;
	spool->room = room;
	return ADP_HTTP_PENDING;
}

/*
 * Announces the expected number of bytes.
 */
void
adp_spool_expect(AdpSpool *spool, size_t expected)
{
	expected = Min(expected, spool->limit);
	if (expected > 0 && expected <= ADP_SPOOL_MEMORY_MAX)
		(void) reserve(spool, expected);
}

/*
 * Opens the temporary file and unlinks it at once, so it never outlives the
 * process.  Its name has the server's prefix for temporary files: if the
 * machine crashes between the two steps, the server removes the file at start.
 */
static AdpHttpOutcome
open_file(AdpSpool *spool)
{
	static unsigned int counter = 0;
	char path[MAXPGPATH * 2];

	snprintf(path, sizeof(path), "%s/%s%d.adpipe.%u", spool->folder,
			 PG_TEMP_FILE_PREFIX, MyProcPid, counter++);
	spool->file_fd =
		open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, pg_file_create_mode);
	if (spool->file_fd < 0 && errno == ENOENT)
	{
		/* The directory is created on first use, as in the server. */
		(void) mkdir(spool->folder, pg_dir_create_mode);
		spool->file_fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
							  pg_file_create_mode);
	}
	if (spool->file_fd < 0)
		return refuse(spool, ADP_HTTP_FAILED, "could not create temporary file",
					  errno);
	(*spool->nopen)++;
	(void) unlink(path);
	return ADP_HTTP_PENDING;
}

/*
 * Closes the temporary file if it is open.
 */
static void
close_file(AdpSpool *spool)
{
	if (spool->file_fd < 0)
		return;
	(void) close(spool->file_fd);
	spool->file_fd = -1;
	(*spool->nopen)--;
}

/*
 * Writes bytes to the end of the temporary file.
 */
static AdpHttpOutcome
write_file(AdpSpool *spool, const char *bytes, size_t count)
{
	while (count > 0)
	{
		ssize_t written = write(spool->file_fd, bytes, count);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return refuse(spool, ADP_HTTP_FAILED,
						  "could not write temporary file",
						  written < 0 ? errno : ENOSPC);
		bytes += written;
		count -= written;
	}
	return ADP_HTTP_PENDING;
}

/*
 * Moves a body from memory to a temporary file.
 */
static AdpHttpOutcome
move_to_file(AdpSpool *spool)
{
	AdpHttpOutcome outcome = open_file(spool);

	if (outcome == ADP_HTTP_PENDING)
		outcome = write_file(spool, spool->data, spool->len);
	free(spool->data);
	spool->data = NULL;
	spool->room = 0;
	return outcome;
}

/*
 * True if the file would exceed temp_file_limit, which is in kilobytes.  Each
 * body is counted separately.
 */
static bool
exceeds_temp_file_limit(size_t bytes)
{
	return temp_file_limit >= 0 && bytes / 1024 >= (size_t) temp_file_limit;
}

/*
 * Appends bytes to a body.
 */
AdpHttpOutcome
adp_spool_append(AdpSpool *spool, const char *bytes, size_t count)
{
	AdpHttpOutcome outcome = ADP_HTTP_PENDING;

	Assert(!spool->is_mapped);
	if (count > spool->limit - spool->len)
		return refuse(spool, ADP_HTTP_TOO_LARGE,
					  "body is larger than the limit", 0);

	if (spool->file_fd < 0 && spool->len + count > ADP_SPOOL_MEMORY_MAX)
		outcome = move_to_file(spool);
	if (outcome != ADP_HTTP_PENDING)
		return outcome;

	if (spool->file_fd >= 0)
	{
		if (exceeds_temp_file_limit(spool->len + count))
			return refuse(spool, ADP_HTTP_TOO_LARGE,
						  "body is larger than temp_file_limit", 0);
		outcome = write_file(spool, bytes, count);
	}
	else if ((outcome = reserve(spool, spool->len + count)) == ADP_HTTP_PENDING)
		memcpy(spool->data + spool->len, bytes, count);
	if (outcome == ADP_HTTP_PENDING)
		spool->len += count;
	return outcome;
}

/*
 * Maps the temporary file, with a zero byte after its end, and closes it.
 */
static AdpHttpOutcome
map_file(AdpSpool *spool)
{
	AdpHttpOutcome outcome = write_file(spool, "", 1);
	void *mapped;

	if (outcome != ADP_HTTP_PENDING)
		return outcome;
	mapped =
		mmap(NULL, spool->len + 1, PROT_READ, MAP_PRIVATE, spool->file_fd, 0);
	if (mapped == MAP_FAILED)
		return refuse(spool, ADP_HTTP_FAILED, "could not map temporary file",
					  errno);
	spool->data = mapped;
	spool->room = spool->len + 1;
	spool->is_mapped = true;
	close_file(spool);
	return ADP_HTTP_PENDING;
}

/*
 * Makes data one readable range with a zero byte after it.
 */
AdpHttpOutcome
adp_spool_finish(AdpSpool *spool)
{
	AdpHttpOutcome outcome;

	if (spool->file_fd >= 0)
		return map_file(spool);
	outcome = reserve(spool, spool->len);
	if (outcome == ADP_HTTP_PENDING)
		spool->data[spool->len] = '\0';
	return outcome;
}

/*
 * Frees the body.
 */
void
adp_spool_release(AdpSpool *spool)
{
	if (spool->is_mapped)
		(void) munmap(spool->data, spool->room);
	else
		free(spool->data);
	spool->data = NULL;
	spool->len = 0;
	spool->room = 0;
	spool->is_mapped = false;
	close_file(spool);
}
