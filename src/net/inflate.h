/*
 * inflate.h
 *	  Decompresses gzip while a body arrives.
 *
 * The transfer library could decompress as well.  But libcurl (seen with 7.88)
 * reports success for a compressed body that ends in the middle of its stream,
 * so half a response would pass as complete.  Nothing here throws.
 */
#ifndef ADP_NET_INFLATE_H
#define ADP_NET_INFLATE_H

#include "net/spool.h"

typedef struct AdpInflate AdpInflate;

/* Makes a malloc'd decoder; NULL if out of memory. */
extern AdpInflate *adp_inflate_open(void);

/*
 * Decodes bytes and appends the result to spool, up to its limit.  Returns the
 * same values as adp_spool_append(), and ADP_HTTP_GARBLED for bytes that are not
 * gzip.
 */
extern AdpHttpOutcome adp_inflate_push(AdpInflate *decoder, const char *bytes,
									   size_t count, AdpSpool *spool);

/* True if the input so far is empty or ends with a complete gzip stream. */
extern bool adp_inflate_is_whole(const AdpInflate *decoder);

/* Frees a decoder; NULL is allowed. */
extern void adp_inflate_close(AdpInflate *decoder);

#endif /* ADP_NET_INFLATE_H */
