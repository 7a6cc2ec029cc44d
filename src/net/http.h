/*
 * http.h
 *	  HTTP transfers that run concurrently behind one descriptor.
 *
 * A group holds any number of transfers and owns one epoll descriptor.  The
 * descriptor covers the library's sockets, its timer and one alarm of the
 * caller.  So a caller waits for a whole group with one descriptor, together
 * with the process latch, and any number of groups can run under one Append.
 *
 * Rules.  The library's callbacks never throw and never use palloc: a body
 * grows in malloc'd memory up to its limit, and a failure sets a flag.  Only
 * adp_http_wait() serves interrupts, while the library is off the stack.
 * Signals are blocked around every call that may start the resolver's thread.
 * Groups are released with their memory context.
 *
 * Only https, and http to a loopback address, are supported.  The caller checks
 * the address when the URL is configured; the group checks it again.
 * Certificates are always verified.  Redirects are not followed: the caller
 * gets their status and Location.
 */
#ifndef ADP_NET_HTTP_H
#define ADP_NET_HTTP_H

#include "base/error.h"

typedef struct AdpHttpGroup AdpHttpGroup;
typedef struct AdpHttpTransfer AdpHttpTransfer;

typedef enum AdpHttpOutcome
{
	ADP_HTTP_PENDING = 0,
	ADP_HTTP_DONE,		/* complete response, whatever its status */
	ADP_HTTP_RESOLVE,	/* name not resolved */
	ADP_HTTP_CONNECT,	/* refused, unreachable, or connect timeout */
	ADP_HTTP_TLS,		/* handshake or certificate */
	ADP_HTTP_TIMEOUT,	/* request timeout */
	ADP_HTTP_CUT,		/* connection lost before the end of the response */
	ADP_HTTP_GARBLED,	/* damaged: not HTTP, or not the encoding it claims */
	ADP_HTTP_TOO_LARGE, /* body or headers larger than the limit */
	ADP_HTTP_MEMORY,
	ADP_HTTP_FAILED /* any other failure; see problem */
} AdpHttpOutcome;

typedef struct AdpHttpHeader
{
	const char *name;
	const char *value; /* may be a secret: never logged */
} AdpHttpHeader;

/* A request.  adp_http_start() copies all of it. */
typedef struct AdpHttpRequest
{
	const char *method; /* "GET", "POST" or "DELETE" */
	const char *url;	/* absolute, already escaped */
	const AdpHttpHeader *headers;
	int nheaders;
	const char *body; /* NULL: no body */
	Size body_len;
	int connect_timeout_ms;
	int request_timeout_ms;
	Size max_body_bytes; /* after decompression */
	int max_expansion; /* limit of decompression; 0: no limit, as for the first MB */
	bool needs_end_mark; /* a body under status 200 that only the end of the
						  * connection ends may be cut: ADP_HTTP_CUT */
	bool is_sent_once; /* also where an idle connection turns out to be dead */
} AdpHttpRequest;

/* The response, valid until the transfer is released. */
typedef struct AdpHttpResponse
{
	AdpHttpOutcome outcome;
	int status; /* HTTP status, 0 if no status line arrived */
	const char
		*body; /* NUL-terminated after body_len; empty unless ADP_HTTP_DONE */
	Size body_len;
	int64 wire_bytes; /* body bytes received, before decompression */
	int64 elapsed_us;
	const char *
		problem; /* library's text for a failed outcome, or NULL; contains no secret */
} AdpHttpResponse;

/*
 * Makes an empty group.  Its transfers, connections and descriptor are released
 * with cxt.  Throws ADP_ERR_MEMORY or ADP_ERR_LIMIT (out of descriptors).
 */
extern AdpHttpGroup *adp_http_group_create(MemoryContext cxt);

/*
 * Whether the certificate authorities that vouched for the group's connections
 * are still the trusted ones.
 */
extern bool adp_http_group_is_trusted(const AdpHttpGroup *group);

/*
 * Releases all transfers and cancels the alarm; connections stay open.  Returns
 * whether the group can be reused: false if a transfer was still running or the
 * library gave up on the group.
 */
extern bool adp_http_group_clear(AdpHttpGroup *group);

/*
 * Starts a transfer and returns at once.  Throws only for a URL that is not
 * allowed (ADP_ERR_PRIVILEGE), a header that contains a line break
 * (ADP_ERR_ARGUMENT), or out of memory.
 */
extern AdpHttpTransfer *adp_http_start(AdpHttpGroup *group,
									   const AdpHttpRequest *request);

/* Advances the group's transfers without waiting. */
extern void adp_http_poll(AdpHttpGroup *group);

/*
 * Waits until something is ready, the alarm fires or the latch is set; then
 * advances the transfers.  Serves interrupts.  Returns after at most timeout_ms
 * (-1: no limit).
 */
extern void adp_http_wait(AdpHttpGroup *group, long timeout_ms);

/* The descriptor to wait on for readability instead of adp_http_wait(). */
extern int adp_http_fd(const AdpHttpGroup *group);

/*
 * Sets the group's alarm to fire (make the descriptor readable) after delay_ms;
 * -1 cancels it.  It fires once: adp_http_poll() and adp_http_wait() consume
 * it.
 */
extern void adp_http_set_alarm(AdpHttpGroup *group, int64 delay_ms);

/* The state of a transfer; outcome ADP_HTTP_PENDING while it runs. */
extern const AdpHttpResponse *adp_http_response(const AdpHttpTransfer *transfer);

/*
 * A header of the response by name, case-insensitive; NULL if it is missing or
 * not printable ASCII.  Valid until the transfer is released.
 */
extern const char *adp_http_header(const AdpHttpTransfer *transfer,
								   const char *name);

struct AdpSpool;

/*
 * Moves the body of a complete response into *body, which the caller releases.
 * The bytes are not copied.
 */
extern void adp_http_take_body(AdpHttpTransfer *transfer, struct AdpSpool *body);

/* Ends a transfer, finished or not, and frees its resources. */
extern void adp_http_release(AdpHttpTransfer *transfer);

/*
 * True for "https://...", and for "http://" to localhost, 127.x.x.x or [::1],
 * if the path has no "." or ".." segment in any encoding.
 */
extern bool adp_http_url_allowed(const char *url);

/* "HTTP 503", or a description of a failed transfer; palloc'd. */
extern char *adp_http_describe(const AdpHttpResponse *response);

/* The library found at run time. */
typedef struct AdpHttpLibrary
{
	const char *version;
	const char *problem; /* a sentence; NULL: usable */
} AdpHttpLibrary;

extern AdpHttpLibrary adp_http_library(void);

/*
 * Initializes the library once per process; cheap to repeat.  Throws if the
 * library is unusable.
 */
extern void adp_http_init(void);

#endif /* ADP_NET_HTTP_H */
