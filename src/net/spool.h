/*
 * spool.h
 *	  The body of a response while it grows.
 *
 * A body up to ADP_SPOOL_MEMORY_MAX lives in malloc'd memory.  A larger body
 * moves to an unlinked temporary file, which is mapped once the body is
 * complete.  So readers always see one contiguous range.  A transfer library's
 * callbacks call everything here: nothing throws or uses palloc.
 */
#ifndef ADP_NET_SPOOL_H
#define ADP_NET_SPOOL_H

#include "net/http.h"

/* Largest body kept in memory. */
#define ADP_SPOOL_MEMORY_MAX ((size_t) 16 * 1024 * 1024)

typedef struct AdpSpool
{
	/* contents */
	char *data; /* malloc'd, or mapped when is_mapped */
	size_t len;
	size_t room; /* bytes malloc'd or mapped at data */
	bool is_mapped;

	/* destination of a large body */
	size_t limit;
	int file_fd; /* -1 while there is no file */
	int *nopen;	 /* counts open descriptors */
	char folder[MAXPGPATH];

	/* reason why it could not grow */
	const char *problem; /* constant, or NULL */
	int problem_errno;	 /* 0 if no system call failed */
} AdpSpool;

/*
 * Makes an empty body of at most limit bytes.  folder is the directory of its
 * temporary file, created if missing.  *nopen counts the file while it is open.
 */
extern void adp_spool_init(AdpSpool *spool, size_t limit, const char *folder,
						   int *nopen);

/*
 * Announces the expected number of bytes.  This is only a hint: an announcement
 * never allocates more than ADP_SPOOL_MEMORY_MAX.
 */
extern void adp_spool_expect(AdpSpool *spool, size_t expected);

/*
 * Appends bytes.  Returns ADP_HTTP_PENDING if the body may grow further.
 * Otherwise returns ADP_HTTP_TOO_LARGE, ADP_HTTP_MEMORY, or ADP_HTTP_FAILED for
 * an error of the temporary file, and problem has details.
 */
extern AdpHttpOutcome adp_spool_append(AdpSpool *spool, const char *bytes,
									   size_t count);

/*
 * Makes data one readable range of len bytes with a zero byte after it.
 * Returns the same values as adp_spool_append().
 */
extern AdpHttpOutcome adp_spool_finish(AdpSpool *spool);

/* Frees the body; harmless to repeat. */
extern void adp_spool_release(AdpSpool *spool);

#endif /* ADP_NET_SPOOL_H */
