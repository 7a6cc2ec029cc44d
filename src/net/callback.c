/*
 * callback.c
 *	  Callbacks of the transfer library: headers, body, sockets.
 *
 * The library is on the stack, so nothing here throws.  A callback records an
 * error in the transfer and makes the library end it.
 */
#include "postgres.h"

#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "net/transfer.h"
#include "net/url.h"

/*
 * Limit for all header lines of a response; real ones stay below a tenth of it.
 */
#define HEADER_BYTES_MAX ((size_t) 64 * 1024)

/*
 * Bytes of body, decompressed, after which a transfer waits for the next step.
 * The library itself reads a hundred buffers in a row, which a gzip bomb
 * expands to gigabytes.  This limit keeps a step at some ten milliseconds, so
 * that cancel is served in between.
 */
#define STEP_BYTES_MAX ((size_t) 4 * 1024 * 1024)

/* The expansion limit does not apply below this size. */
#define EXPANSION_FREE_BYTES ((size_t) 1024 * 1024)

StaticAssertDecl(ADP_PROBLEM_MAX >= CURL_ERROR_SIZE,
				 "the library's error text fits");

/*
 * Called by the library for each header line, status line included.
 */
static size_t
on_header(char *line, size_t size, size_t count, void *arg)
{
	AdpHttpTransfer *transfer = arg;

	if (size * count > HEADER_BYTES_MAX - transfer->header_bytes)
	{
		transfer->failure = ADP_HTTP_TOO_LARGE;
		transfer->body.problem = ADP_HEADERS_TOO_LARGE;
		return 0;
	}
	transfer->header_bytes += size * count;
	/* trailers of a chunked body come here as well */
	if (line[0] == '\r' || line[0] == '\n')
		transfer->head_ended = true;
	else if (size * count > 5 && memcmp(line, "HTTP/", 5) == 0)
		transfer->head_ended = false;
	return size * count;
}

/*
 * Prepares for the first bytes of a body, according to the headers.
 */
static AdpHttpOutcome
begin_body(AdpHttpTransfer *transfer)
{
	const char *encoding = adp_http_header(transfer, "Content-Encoding");
	curl_off_t announced = -1;

	transfer->body_begun = true;
	(void) curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
							 &announced);
	if (announced > 0 && (uint64) announced > transfer->body.limit)
	{
		transfer->body.problem = "body is larger than the limit";
		return ADP_HTTP_TOO_LARGE;
	}
	if (announced > 0)
		adp_spool_expect(&transfer->body, (size_t) announced);

	if (encoding == NULL || pg_strcasecmp(encoding, "identity") == 0)
		return ADP_HTTP_PENDING;
	if (pg_strcasecmp(encoding, "gzip") != 0 &&
		pg_strcasecmp(encoding, "x-gzip") != 0)
	{
		transfer->body.problem = "body has an encoding that was not asked for";
		return ADP_HTTP_FAILED;
	}
	transfer->inflate = adp_inflate_open();
	return transfer->inflate != NULL ? ADP_HTTP_PENDING : ADP_HTTP_MEMORY;
}

/*
 * True if a transfer has used up its share of the current step.
 */
static bool
had_its_share(AdpHttpTransfer *transfer)
{
	if (transfer->step != transfer->group->step)
	{
		transfer->step = transfer->group->step;
		transfer->step_bytes = 0;
	}
	return transfer->step_bytes > STEP_BYTES_MAX;
}

/*
 * Receives a piece of a compressed body.
 */
static AdpHttpOutcome
inflate_piece(AdpHttpTransfer *transfer, const char *bytes, size_t count)
{
	AdpSpool *spool = &transfer->body;
	AdpHttpOutcome outcome =
		adp_inflate_push(transfer->inflate, bytes, count, spool);

	transfer->packed_bytes += count;
	if (outcome != ADP_HTTP_PENDING || transfer->max_expansion == 0 ||
		spool->len <= EXPANSION_FREE_BYTES ||
		spool->len / transfer->max_expansion <= transfer->packed_bytes)
		return outcome;
	spool->problem = "body expands out of proportion";
	return ADP_HTTP_TOO_LARGE;
}

/*
 * Receives a piece of the body.
 */
static AdpHttpOutcome
take_piece(AdpHttpTransfer *transfer, const char *bytes, size_t count)
{
	AdpSpool *spool = &transfer->body;
	size_t before = spool->len;
	AdpHttpOutcome outcome = ADP_HTTP_PENDING;

	if (!transfer->body_begun)
		outcome = begin_body(transfer);
	if (outcome != ADP_HTTP_PENDING)
		return outcome;
	outcome = transfer->inflate != NULL ? inflate_piece(transfer, bytes, count)
										: adp_spool_append(spool, bytes, count);
	transfer->step_bytes += spool->len - before;
	return outcome;
}

/*
 * Called by the library for each piece of the body, of at most 16 kB.
 */
static size_t
on_body(char *bytes, size_t size, size_t count, void *arg)
{
	AdpHttpTransfer *transfer = arg;

	if (had_its_share(transfer))
	{
		/* The library keeps the piece and passes it in again. */
		transfer->is_paused = true;
		transfer->group->has_paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	transfer->failure = take_piece(transfer, bytes, size * count);
	return transfer->failure == ADP_HTTP_PENDING ? size * count : 0;
}

/*
 * Called by the library to open a socket.  This is the last check on plain
 * http: even if a name resolves to another address, bytes do not leave this
 * machine.
 */
static curl_socket_t
on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	AdpHttpTransfer *transfer = arg;
	int fd;

	if (transfer->stays_local && !adp_address_is_loopback(&address->addr))
	{
		transfer->failure = ADP_HTTP_FAILED;
		transfer->body.problem = "plain http must stay on this machine";
		return CURL_SOCKET_BAD;
	}
	fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
				address->protocol);
	if (fd >= 0)
		transfer->group->nopen++;
	return fd;
}

/*
 * Called by the library to close a socket.  Connections outlive the transfer
 * that opened them, so the argument is the group.
 */
static int
on_close_socket(void *arg, curl_socket_t fd)
{
	AdpHttpGroup *group = arg;

	group->nopen--;
	return close(fd);
}

/*
 * Registers the callbacks.
 */
int
adp_transfer_set_callbacks(AdpHttpTransfer *transfer)
{
	CURL *easy = transfer->easy;
	CURLcode code = CURLE_OK;

	ADP_SET_OPTION(code, easy, CURLOPT_PRIVATE, (char *) transfer);
	ADP_SET_OPTION(code, easy, CURLOPT_ERRORBUFFER, transfer->problem);
	ADP_SET_OPTION(code, easy, CURLOPT_HEADERFUNCTION, on_header);
	ADP_SET_OPTION(code, easy, CURLOPT_HEADERDATA, transfer);
	ADP_SET_OPTION(code, easy, CURLOPT_WRITEFUNCTION, on_body);
	ADP_SET_OPTION(code, easy, CURLOPT_WRITEDATA, transfer);
	ADP_SET_OPTION(code, easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	ADP_SET_OPTION(code, easy, CURLOPT_OPENSOCKETDATA, transfer);
	ADP_SET_OPTION(code, easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
	ADP_SET_OPTION(code, easy, CURLOPT_CLOSESOCKETDATA, transfer->group);
	return code;
}
