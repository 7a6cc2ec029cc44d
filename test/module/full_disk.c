/*
 * full_disk.c
 *	  Writes for LD_PRELOAD that find no room for more below one folder.
 *
 * The variable FULL_DISK names the folder, without a link in its path.  While it
 * holds a file "full", a write that would make a file below it longer fails as on
 * a full disk.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

typedef ssize_t (*Write)(int, const void *, size_t, off_t);
typedef ssize_t (*WriteVector)(int, const struct iovec *, int, off_t);

/*
 * Whether there is no room for what begins at an offset of a file.
 */
static int
is_full(int fd, off_t offset)
{
	const char *folder = getenv("FULL_DISK");
	char link[64];
	char path[4096];
	ssize_t length;
	struct stat about;

	if (folder == NULL)
		return 0;
	(void) snprintf(path, sizeof(path), "%s/full", folder);
	if (access(path, F_OK) != 0 || fstat(fd, &about) != 0 ||
		offset < about.st_size)
		return 0;
	(void) snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path));
	return length > (ssize_t) strlen(folder) &&
		strncmp(path, folder, strlen(folder)) == 0;
}

/*
 * Writes, or not.
 */
ssize_t
pwrite(int fd, const void *buffer, size_t length, off_t offset)
{
	Write real = (Write) dlsym(RTLD_NEXT, "pwrite");

	if (!is_full(fd, offset))
		return real(fd, buffer, length, offset);
	errno = ENOSPC;
	return -1;
}

/*
 * The same under its other name.
 */
ssize_t
pwrite64(int fd, const void *buffer, size_t length, off64_t offset)
{
	return pwrite(fd, buffer, length, offset);
}

/*
 * The same from several buffers.
 */
ssize_t
pwritev(int fd, const struct iovec *buffers, int count, off_t offset)
{
	WriteVector real = (WriteVector) dlsym(RTLD_NEXT, "pwritev");

	if (!is_full(fd, offset))
		return real(fd, buffers, count, offset);
	errno = ENOSPC;
	return -1;
}
