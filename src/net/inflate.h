/*
 * inflate.h
 *	  Undoes gzip while a body arrives.
 *
 * Done here and not by the transfer library because libcurl (seen with 7.88)
 * reports success for a compressed body that ends in the middle of its stream:
 * half an answer would pass for a whole one.  Nothing here throws.
 */
#ifndef ADP_NET_INFLATE_H
#define ADP_NET_INFLATE_H

#include "net/spool.h"

typedef struct AdpInflate AdpInflate;

/* Makes a malloc'd decoder; NULL if out of memory. */
extern AdpInflate *adp_inflate_open(void);

/*
 * Decodes bytes onto the end of spool, as far as its limit lets it.  Returns as
 * adp_spool_append() does, and ADP_HTTP_FAILED for bytes that are not gzip.
 */
extern AdpHttpOutcome adp_inflate_push(AdpInflate *decoder, const char *bytes,
									   size_t count, AdpSpool *spool);

/* True if what was pushed ends where a gzip stream does, or is empty. */
extern bool adp_inflate_is_whole(const AdpInflate *decoder);

/* Frees a decoder; NULL is allowed. */
extern void adp_inflate_close(AdpInflate *decoder);

#endif /* ADP_NET_INFLATE_H */
