/*
 * sanitizer_hooks.c
 *	  What the sanitizers' runtimes look for in a server that check-sanitizers
 *	  started; preloaded between the two of them.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * The address sanitizer looks this name up as it starts.  Not to find it makes
 * the C library compose an error message while its locks are not set up yet,
 * and some programs, the server for one, then wait for themselves for ever.
 */
char *
swift_demangle(void)
{
	return NULL;
}

/*
 * Options of the undefined-behaviour sanitizer.  It starts at its first finding
 * and reads the process's first environment, over which the server has written
 * its title by then.
 */
const char *
__ubsan_default_options(void)
{
	return "print_stacktrace=1:abort_on_error=1";
}

/*
 * Runs before a finding of undefined behaviour is printed, which ends the
 * process: its standard error, the server's log, becomes a file of $REPORTS.
 * The option log_path would do so, but beside the address sanitizer's runtime
 * it is not heeded.
 */
void
__ubsan_on_report(void)
{
	const char *folder = getenv("REPORTS");
	char path[4096];
	int fd;

	if (folder == NULL)
		return;
	(void) snprintf(path, sizeof(path), "%s/undefined.%d", folder,
					(int) getpid());
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (fd >= 0)
		(void) dup2(fd, STDERR_FILENO);
}
