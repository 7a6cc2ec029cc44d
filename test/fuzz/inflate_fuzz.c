/*
 * inflate_fuzz.c
 *	  Fuzzes the decompression of bodies.
 *
 * An input's first byte picks the size of pieces and the limit, its second byte
 * whether the rest is a compressed body or one to compress.  A finding is: a body
 * beyond its limit, one that depends on the pieces in which it came, and one
 * that is not what was compressed.
 */
#include "postgres.h"

#include <zlib.h>

#include "fuzz.h"

#include "net/inflate.h"

/* How much a body may grow. */
#define LIMIT 100000

/* A body that was decompressed. */
typedef struct Inflated
{
	AdpHttpOutcome outcome;
	bool is_whole;
	AdpSpool spool;
} Inflated;

/*
 * Decompresses a body in pieces.  Nothing in it throws.
 */
static Inflated
inflate_body(const char *body, size_t size, size_t piece, size_t limit)
{
	AdpInflate *decoder = adp_inflate_open();
	Inflated result = {.outcome = ADP_HTTP_PENDING};
	static int nopen = 0;

	adp_spool_init(&result.spool, limit, "unused", &nopen);
	while (size > 0 && result.outcome == ADP_HTTP_PENDING)
	{
		size_t count = Min(piece, size);

		result.outcome = adp_inflate_push(decoder, body, count, &result.spool);
		body += count;
		size -= count;
	}
	result.is_whole = adp_inflate_is_whole(decoder);
	adp_inflate_close(decoder);
	if (result.outcome == ADP_HTTP_PENDING)
		result.outcome = adp_spool_finish(&result.spool);
	return result;
}

/*
 * Compares a body that came in pieces with the same in one piece.
 */
static void
check_pieces(const char *body, size_t size, size_t piece, size_t limit)
{
	Inflated one = inflate_body(body, size, size, limit);
	Inflated other = inflate_body(body, size, piece, limit);
	bool are_same = (one.outcome == ADP_HTTP_PENDING) ==
		(other.outcome == ADP_HTTP_PENDING);

	if (one.spool.len > limit || other.spool.len > limit)
		fuzz_finding("a body is beyond its limit");
	if (one.outcome == ADP_HTTP_PENDING && are_same)
		are_same = one.is_whole == other.is_whole &&
			one.spool.len == other.spool.len &&
			memcmp(one.spool.data, other.spool.data, one.spool.len) == 0;
	adp_spool_release(&one.spool);
	adp_spool_release(&other.spool);
	if (!are_same)
		fuzz_finding("a body depends on the pieces in which it comes");
}

/*
 * Compresses a text as a gzip stream.
 */
static char *
compress_text(const char *text, size_t size, size_t *packed_size)
{
	z_stream stream = {0};
	size_t room = size + size / 100 + 100;
	char *packed = palloc(room);

	if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
		Z_OK)
		elog(ERROR, "zlib is out of memory");
	stream.next_in = (z_const Bytef *) unconstify(char *, text);
	stream.avail_in = size;
	stream.next_out = (Bytef *) packed;
	stream.avail_out = room;
	(void) deflate(&stream, Z_FINISH);
	*packed_size = room - stream.avail_out;
	(void) deflateEnd(&stream);
	return packed;
}

/*
 * Compresses a text, perhaps in two streams, and reads it again.
 */
static void
check_round_trip(const char *text, size_t size, size_t piece, bool in_two)
{
	size_t first = in_two ? size / 3 : size;
	size_t len;
	size_t rest = 0;
	char *packed = compress_text(text, first, &len);
	Inflated again;
	bool is_same;

	if (in_two)
	{
		char *more = compress_text(text + first, size - first, &rest);

		packed = repalloc(packed, len + rest);
		memcpy(packed + len, more, rest);
	}
	again = inflate_body(packed, len + rest, piece, LIMIT);
	is_same = again.outcome == ADP_HTTP_PENDING && again.is_whole &&
		again.spool.len == size && memcmp(again.spool.data, text, size) == 0;
	adp_spool_release(&again.spool);
	if (!is_same)
		fuzz_finding("a body is not what was compressed");
	again = inflate_body(packed, len + rest - 1, piece, LIMIT);
	is_same = again.is_whole;
	adp_spool_release(&again.spool);
	if (is_same)
		fuzz_finding("a body that is cut is whole");
}

void
fuzz_inflate(FuzzInput input)
{
	int picks = fuzz_take_byte(&input);
	int way = fuzz_take_byte(&input);
	size_t piece = 1 + (picks & 63);

	if (way & 1)
		check_round_trip(input.data, input.size, piece, (way & 2) != 0);
	else
		check_pieces(input.data, input.size, piece, picks & 64 ? picks : LIMIT);
}
