/*
 * transfer.h
 *	  What http.c, transfer.c, callback.c and outcome.c share; private to net/.
 *
 * Handles of the transfer library are void pointers here so that its header is
 * included by .c files only; that is also what the library declares them as.
 */
#ifndef ADP_NET_TRANSFER_H
#define ADP_NET_TRANSFER_H

#include "lib/ilist.h"

#include "net/http.h"
#include "net/inflate.h"
#include "net/poller.h"
#include "net/spool.h"

struct curl_slist;

/* CURL_ERROR_SIZE, checked where that is known. */
#define ADP_PROBLEM_MAX 256

/* What is wrong with an answer of too many or too long headers. */
#define ADP_HEADERS_TOO_LARGE "headers are larger than the limit"

struct AdpHttpGroup
{
	MemoryContext cxt; /* holds the group and its transfers' contexts */
	void *multi;	   /* CURLM */
	AdpPoller events;

	dlist_head running; /* transfers under way */
	bool is_broken;		/* the library gave up on it */

	/*
	 * A step is one turn of the library.  Transfers that had their share of
	 * it are paused until the next.
	 */
	uint64 step;
	bool has_paused;

	/* Descriptors open now, and as many as the server was told of. */
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

	/* the request, as far as it is needed later */
	const char *url;
	bool stays_local; /* plain http: refuse to leave this machine */

	/* the answer */
	size_t header_bytes;
	bool body_begun;
	uint64 step;	   /* the last step in which body came */
	size_t step_bytes; /* how much of it */
	bool is_paused;
	AdpInflate *inflate; /* NULL unless the body is compressed */
	size_t packed_bytes; /* of it, before decompression */
	int max_expansion;	 /* see AdpHttpRequest */
	AdpSpool body;
	AdpHttpOutcome failure; /* what a callback found; PENDING if nothing */
};

/* Sets an option of the library's handle unless an earlier one failed. */
#define ADP_SET_OPTION(code, easy, option, value) \
	do \
	{ \
		if ((code) == CURLE_OK) \
			(code) = curl_easy_setopt(easy, option, value); \
	} while (0)

/* Has the library call us back about a transfer.  Returns a CURLcode. */
extern int adp_transfer_set_callbacks(AdpHttpTransfer *transfer);

/* Ends a running transfer with the library's result, a CURLcode. */
extern void adp_transfer_finish(AdpHttpTransfer *transfer, int code);

/* Ends a running transfer that the library will not end. */
extern void adp_transfer_fail(AdpHttpTransfer *transfer, const char *problem);

/* The outcome that the library's result, a CURLcode, stands for. */
extern AdpHttpOutcome adp_outcome_classify(const AdpHttpTransfer *transfer,
										   int code);

/*
 * Words the problem of a failed transfer: ours if a callback found it, else the
 * library's.  The text lives as long as the transfer, and tells nothing of the
 * request but the host.
 */
extern const char *adp_outcome_problem(AdpHttpTransfer *transfer, int code);

/* Lets a paused transfer go on; ends it if it cannot. */
extern void adp_transfer_resume(AdpHttpTransfer *transfer);

/* Tells the server how many descriptors the group holds now.  Does not throw. */
extern void adp_group_account(AdpHttpGroup *group);

#endif /* ADP_NET_TRANSFER_H */
