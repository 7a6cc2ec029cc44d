/*
 * http.h
 *	  HTTP transfers that run side by side under one descriptor.
 *
 * A group holds any number of transfers and owns one epoll descriptor in which
 * the library's sockets, its timer and one alarm of the caller's are
 * gathered; so a whole group is waited for as one readable descriptor, together
 * with the process latch, and any number of groups can sit under one Append.
 *
 * Rules.  Callbacks that the library calls never throw and never allocate with
 * palloc: a body grows in malloc'd memory up to its limit, failure is a flag.
 * Nothing here looks for interrupts but adp_http_wait(), while the library is
 * off the stack.  Signals are blocked around every call that may start the
 * resolver's thread.  Groups are released by their memory context.
 *
 * Only https, or http to a loopback address, is spoken (the caller checks the
 * latter when the URL is configured; the group checks again).  Certificates
 * are always verified.  Redirects are not followed: their status and Location
 * come back to the caller.
 */
#ifndef ADP_NET_HTTP_H
#define ADP_NET_HTTP_H

#include "base/error.h"

typedef struct AdpHttpGroup AdpHttpGroup;
typedef struct AdpHttpTransfer AdpHttpTransfer;

typedef enum AdpHttpOutcome
{
	ADP_HTTP_PENDING = 0,
	ADP_HTTP_DONE,		/* a whole answer arrived, whatever its status */
	ADP_HTTP_RESOLVE,	/* name not resolved */
	ADP_HTTP_CONNECT,	/* refused, unreachable, or connect timeout */
	ADP_HTTP_TLS,		/* handshake or certificate */
	ADP_HTTP_TIMEOUT,	/* request timeout */
	ADP_HTTP_CUT,		/* connection lost before the answer was whole */
	ADP_HTTP_TOO_LARGE, /* body or headers over the limit */
	ADP_HTTP_MEMORY,
	ADP_HTTP_FAILED /* anything else; see problem */
} AdpHttpOutcome;

typedef struct AdpHttpHeader
{
	const char *name;
	const char *value; /* may be a secret: never logged */
} AdpHttpHeader;

/* A request; everything is copied by adp_http_start(). */
typedef struct AdpHttpRequest
{
	const char *method; /* "GET" or "POST" */
	const char *url;	/* absolute, already escaped */
	const AdpHttpHeader *headers;
	int nheaders;
	const char *body; /* NULL for none */
	Size body_len;
	int connect_timeout_ms;
	int request_timeout_ms;
	Size max_body_bytes; /* after decompression */
	int max_expansion;	 /* by decompression; 0: any, as is of the first MB */
} AdpHttpRequest;

/* What came of it.  Valid until the transfer is released. */
typedef struct AdpHttpResponse
{
	AdpHttpOutcome outcome;
	int status;		  /* HTTP status, 0 if none arrived */
	const char *body; /* NUL-terminated beyond body_len; empty unless
								 * ADP_HTTP_DONE */
	Size body_len;
	int64 wire_bytes; /* body bytes received, before decompression */
	int64 elapsed_us;
	const char *problem; /* library's text for a failed outcome, or NULL;
								 * holds no secret */
} AdpHttpResponse;

/*
 * Makes an empty group, released with cxt (transfers, connections, descriptor
 * and all).  Throws ADP_ERR_MEMORY or ADP_ERR_LIMIT (no descriptor left).
 */
extern AdpHttpGroup *adp_http_group_create(MemoryContext cxt);

/* Releases a group before its context does. */
extern void adp_http_group_destroy(AdpHttpGroup *group);

/* True if no transfer is under way. */
extern bool adp_http_group_is_idle(const AdpHttpGroup *group);

/*
 * Releases all transfers and takes off the alarm; open connections stay.
 * Returns whether the group is fit for further use: false if a transfer was
 * still under way or the library gave up on the group.
 */
extern bool adp_http_group_clear(AdpHttpGroup *group);

/*
 * Starts a transfer.  Returns at once; throws only for a URL that may not be
 * spoken to (ADP_ERR_PRIVILEGE), a header with a line break in it
 * (ADP_ERR_ARGUMENT), or for want of memory.
 */
extern AdpHttpTransfer *adp_http_start(AdpHttpGroup *group,
									   const AdpHttpRequest *request);

/* Lets the group's transfers go on as far as they can without waiting. */
extern void adp_http_poll(AdpHttpGroup *group);

/*
 * Waits until something can go on, the alarm rings, or the latch is set; then
 * lets it go on.  Serves interrupts.  Returns after at most timeout_ms (-1: no
 * bound).
 */
extern void adp_http_wait(AdpHttpGroup *group, long timeout_ms);

/* The descriptor to wait on for readability instead of adp_http_wait(). */
extern int adp_http_fd(const AdpHttpGroup *group);

/*
 * Sets the group's one alarm to ring (make the descriptor readable) in
 * delay_ms from now; -1 takes it off.  It rings once: adp_http_poll() and
 * adp_http_wait() consume it.
 */
extern void adp_http_set_alarm(AdpHttpGroup *group, int64 delay_ms);

/* The state of a transfer; outcome ADP_HTTP_PENDING while it runs. */
extern const AdpHttpResponse *adp_http_response(const AdpHttpTransfer *transfer);

/*
 * A header of the answer by name, case-insensitively; NULL if absent, or not
 * all printable ASCII.  Valid until the transfer is released.
 */
extern const char *adp_http_header(const AdpHttpTransfer *transfer,
								   const char *name);

struct AdpSpool;

/*
 * Moves the body of a whole answer out of its transfer, into *body, which is
 * the caller's to release; the bytes stay where they are.
 */
extern void adp_http_take_body(AdpHttpTransfer *transfer, struct AdpSpool *body);

/* Ends a transfer, whether or not it is finished, and frees what it holds. */
extern void adp_http_release(AdpHttpTransfer *transfer);

/*
 * True for "https://…", and for "http://" to localhost, 127.x.x.x or [::1];
 * without steps to "." or ".." in its path, in any spelling.
 */
extern bool adp_http_url_allowed(const char *url);

/* "HTTP 503", or words for a transfer that failed; palloc'd. */
extern char *adp_http_describe(const AdpHttpResponse *response);

/* Once per process that needs it; cheap to repeat.  Throws if unusable. */
extern void adp_http_init(void);

#endif /* ADP_NET_HTTP_H */
