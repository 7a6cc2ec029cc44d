/*
 * seen_authorities.c
 *	  For LD_PRELOAD: notes which files of the system's certificate authorities
 *	  a process looks for.
 *
 * Each look appends the path to the file that the variable SEEN_AUTHORITIES_LOG
 * names.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Notes a path if it is one of them.
 */
static void
note(const char *path)
{
	const char *log = getenv("SEEN_AUTHORITIES_LOG");
	int fd;

	if (path == NULL || log == NULL || strstr(path, "/ssl/certs") == NULL)
		return;
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0)
		return;
	(void) dprintf(fd, "%s\n", path);
	(void) close(fd);
}

/*
 * Looks at a file; the library looks before it opens.
 */
int
stat(const char *path, struct stat *status)
{
	int (*real)(const char *, struct stat *) =
		(int (*)(const char *, struct stat *)) dlsym(RTLD_NEXT, "stat");

	note(path);
	return real(path, status);
}

/*
 * Opens a file.
 */
FILE *
fopen(const char *path, const char *mode)
{
	FILE *(*real)(const char *, const char *) =
		(FILE * (*) (const char *, const char *) ) dlsym(RTLD_NEXT, "fopen");

	note(path);
	return real(path, mode);
}

FILE *
fopen64(const char *path, const char *mode)
{
	note(path);
	return fopen(path, mode);
}
