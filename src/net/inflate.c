/*
 * inflate.c
 *	  Decompresses gzip while a body arrives.
 */
#include "postgres.h"

#include <zlib.h>

#include "net/inflate.h"

/* zlib's largest window; adding 16 selects the gzip format. */
#define GZIP_WINDOW_BITS (15 + 16)

struct AdpInflate
{
	z_stream stream;
	bool is_between; /* no stream has begun, or the last stream has ended */
	char out[64 * 1024];
};

/*
 * Makes a decoder.
 */
AdpInflate *
adp_inflate_open(void)
{
	AdpInflate *decoder = malloc(sizeof(AdpInflate));

	if (decoder == NULL)
		return NULL;
	memset(&decoder->stream, 0, sizeof(decoder->stream));
	decoder->is_between = true;
	if (inflateInit2(&decoder->stream, GZIP_WINDOW_BITS) != Z_OK)
	{
		free(decoder);
		return NULL;
	}
	return decoder;
}

/*
 * Decodes once, as much as fits into the output buffer.  Sets *is_stuck if
 * decoding needs more input.
 */
static AdpHttpOutcome
decode_some(AdpInflate *decoder, AdpSpool *spool, bool *is_stuck)
{
	z_stream *stream = &decoder->stream;
	int code;

	/* A body may consist of several streams (RFC 1952, 2.2). */
	if (decoder->is_between)
		(void) inflateReset(stream);
	decoder->is_between = false;

	stream->next_out = (Bytef *) decoder->out;
	stream->avail_out = sizeof(decoder->out);
	code = inflate(stream, Z_NO_FLUSH);
	*is_stuck = stream->avail_in == 0 && stream->avail_out > 0;
	if (code == Z_STREAM_END)
	{
		decoder->is_between = true;
		*is_stuck = stream->avail_in == 0;
	}
	else if (code == Z_BUF_ERROR)
		*is_stuck = true;
	else if (code == Z_MEM_ERROR)
		return ADP_HTTP_MEMORY;
	else if (code != Z_OK)
	{
		spool->problem = "body is not valid gzip";
		return ADP_HTTP_GARBLED;
	}
	return adp_spool_append(spool, decoder->out,
							sizeof(decoder->out) - stream->avail_out);
}

/*
 * Decodes bytes and appends the result to spool.
 */
AdpHttpOutcome
adp_inflate_push(AdpInflate *decoder, const char *bytes, size_t count,
				 AdpSpool *spool)
{
	AdpHttpOutcome outcome = ADP_HTTP_PENDING;
	bool is_stuck = count == 0;

	/* The library passes in at most one buffer at a time. */
	Assert(count <= UINT_MAX);
	decoder->stream.next_in = (z_const Bytef *) unconstify(char *, bytes);
	decoder->stream.avail_in = (uInt) count;
	while (outcome == ADP_HTTP_PENDING && !is_stuck)
		outcome = decode_some(decoder, spool, &is_stuck);
	return outcome;
}

/*
 * True if the input so far is empty or ends with a complete gzip stream.
 */
bool
adp_inflate_is_whole(const AdpInflate *decoder)
{
	return decoder->is_between;
}

/*
 * Frees a decoder.
 */
void
adp_inflate_close(AdpInflate *decoder)
{
	if (decoder == NULL)
		return;
	(void) inflateEnd(&decoder->stream);
	free(decoder);
}
