/*
 * slow_resolver.c
 *	  A getaddrinfo() for LD_PRELOAD that misbehaves for a few names.
 *
 *	hang.test	never returns
 *	late.test	fails after half a second
 *	none.test	fails at once, without asking anybody
 *
 * Each look-up of one of these appends a line to the file that the variable
 * SLOW_RESOLVER_LOG names: the name, and "done" with it when it returns.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int (*Resolver)(const char *, const char *, const struct addrinfo *,
						struct addrinfo **);

/*
 * Appends a line to the log.
 */
static void
note(const char *name, const char *what)
{
	const char *path = getenv("SLOW_RESOLVER_LOG");
	int fd = path == NULL
		? -1
		: open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	if (fd < 0)
		return;
	(void) dprintf(fd, "%s%s\n", name, what);
	(void) close(fd);
}

/*
 * Resolves a name, or not.
 */
int
getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
			struct addrinfo **result)
{
	Resolver real = (Resolver) dlsym(RTLD_NEXT, "getaddrinfo");

	if (name == NULL || strstr(name, ".test") == NULL)
		return real(name, service, hints, result);
	note(name, "");
	while (strcmp(name, "hang.test") == 0)
		(void) pause();
	if (strcmp(name, "late.test") == 0)
		(void) usleep(500000);
	note(name, " done");
	return EAI_NONAME;
}
