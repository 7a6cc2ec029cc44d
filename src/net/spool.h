/*
 * spool.h
 *	  The body of an answer while it grows.
 *
 * Up to ADP_SPOOL_MEMORY_MAX it lives in malloc'd memory; past that it is moved
 * to an unlinked temporary file, which is mapped once the body is whole, so
 * that readers always see one contiguous range.  Everything here is called
 * from a transfer library's callbacks: nothing throws or uses palloc.
 */
#ifndef ADP_NET_SPOOL_H
#define ADP_NET_SPOOL_H

#include "net/http.h"

/* A page is at most this large in memory. */
#define ADP_SPOOL_MEMORY_MAX ((size_t) 16 * 1024 * 1024)

typedef struct AdpSpool
{
	/* what it holds */
	char *data; /* malloc'd, or mapped when is_mapped */
	size_t len;
	size_t room; /* bytes malloc'd or mapped at data */
	bool is_mapped;

	/* where it goes when it grows large */
	size_t limit;
	int file_fd; /* -1 while there is no file */
	int *nopen;	 /* counts open descriptors */
	char folder[MAXPGPATH];

	/* why it could not grow */
	const char *problem; /* constant, or NULL */
	int problem_errno;	 /* 0 if the system was not to blame */
} AdpSpool;

/*
 * Makes an empty body of at most limit bytes.  folder is where its
 * temporary file goes, made when missing; *nopen is raised while the file is
 * open.
 */
extern void adp_spool_init(AdpSpool *spool, size_t limit, const char *folder,
						   int *nopen);

/*
 * Announces that about expected bytes will come.  Only a hint: memory is not
 * taken for more than ADP_SPOOL_MEMORY_MAX on a stranger's word.
 */
extern void adp_spool_expect(AdpSpool *spool, size_t expected);

/*
 * Appends bytes.  Returns ADP_HTTP_PENDING if the body may go on growing, else
 * why not: ADP_HTTP_TOO_LARGE, ADP_HTTP_MEMORY, or ADP_HTTP_FAILED for a file
 * that could not be written; problem says more.
 */
extern AdpHttpOutcome adp_spool_append(AdpSpool *spool, const char *bytes,
									   size_t count);

/*
 * Makes data one readable range of len bytes with a zero byte after it.
 * Returns as adp_spool_append() does.
 */
extern AdpHttpOutcome adp_spool_finish(AdpSpool *spool);

/* Frees what the body holds; harmless to repeat. */
extern void adp_spool_release(AdpSpool *spool);

#endif /* ADP_NET_SPOOL_H */
