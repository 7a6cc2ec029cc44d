/*
 * transfer.h
 *	  Declarations shared by http.c, transfer.c, callback.c and outcome.c.
 *
 * Private to net/. Handles of the transfer library are void pointers here, so
 * that only .c files include its header.  The library declares them the same
 * way.
 */
#ifndef ADP_NET_TRANSFER_H
#define ADP_NET_TRANSFER_H

#include "lib/ilist.h"

#include "net/http.h"
#include "net/inflate.h"
#include "net/poller.h"
#include "net/spool.h"
#include "net/trust.h"

struct curl_slist;

/* CURL_ERROR_SIZE; callback.c checks it. */
#define ADP_PROBLEM_MAX 256

/* The problem of a response with too many or too long headers. */
#define ADP_HEADERS_TOO_LARGE "headers are larger than the limit"

struct AdpHttpGroup
{
	MemoryContext cxt; /* holds the group and its transfers' contexts */
	void *multi;	   /* CURLM */
	AdpPoller events;
	AdpTrust trust; /* when the group was made */

	dlist_head running; /* running transfers */
	bool is_broken;		/* the library gave up on it */

	/*
	 * A step is one call of the library.  Transfers that have used up their
	 * share of a step are paused until the next.
	 */
	uint64 step;
	bool has_paused;

	/* Open descriptors, and the number last reported to the server. */
	int nopen;
	int naccounted;
};

struct AdpHttpTransfer
{
	MemoryContext cxt; /* its own, a child of the group's */
	AdpHttpGroup *group;
	AdpHttpResponse response;

	/* library state */
	void *easy; /* CURL */
	struct curl_slist *headers;
	bool is_running; /* in the multi handle and in group->running */
	dlist_node node;
	char problem[ADP_PROBLEM_MAX];

	/* parts of the request that are needed later */
	const char *url;
	bool stays_local; /* plain http: only to this machine */

	/* the response */
	size_t header_bytes;
	bool head_ended;
	bool body_begun;
	uint64 step;	   /* the last step that received body */
	size_t step_bytes; /* bytes received in that step */
	bool is_paused;
	AdpInflate *inflate; /* NULL unless the body is compressed */
	size_t packed_bytes; /* compressed bytes received */
	int max_expansion;	 /* see AdpHttpRequest */
	bool needs_end_mark; /* see AdpHttpRequest */
	AdpSpool body;
	AdpHttpOutcome failure; /* found by a callback; else PENDING */
};

/* Sets an option of the library's handle, unless an earlier option failed. */
#define ADP_SET_OPTION(code, easy, option, value) \
	do \
	{ \
		if ((code) == CURLE_OK) \
			(code) = curl_easy_setopt(easy, option, value); \
	} while (0)

/* Registers the callbacks of a transfer.  Returns a CURLcode. */
extern int adp_transfer_set_callbacks(AdpHttpTransfer *transfer);

/* Ends a running transfer with the library's result, a CURLcode. */
extern void adp_transfer_finish(AdpHttpTransfer *transfer, int code);

/* Ends a running transfer with an error that the library does not report. */
extern void adp_transfer_fail(AdpHttpTransfer *transfer, const char *problem);

/* The outcome for the library's result, a CURLcode. */
extern AdpHttpOutcome adp_outcome_classify(const AdpHttpTransfer *transfer,
										   int code);

/*
 * The problem of a failed transfer: the callback's text if a callback found it,
 * else the library's.  The text lives as long as the transfer.  Of the request
 * it names only the host.
 */
extern const char *adp_outcome_problem(AdpHttpTransfer *transfer, int code);

/* Resumes a paused transfer; ends it if that fails. */
extern void adp_transfer_resume(AdpHttpTransfer *transfer);

/* Reports the group's number of descriptors to the server.  Does not throw. */
extern void adp_group_account(AdpHttpGroup *group);

#endif /* ADP_NET_TRANSFER_H */
