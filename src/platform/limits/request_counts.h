/*
 * request_counts.h
 *	  What each role has requested through each server: numbers for view
 *	  adpipe.requests.
 *
 * All sessions count together in shared memory; without it each for itself.
 */
#ifndef ADP_PLATFORM_LIMITS_REQUEST_COUNTS_H
#define ADP_PLATFORM_LIMITS_REQUEST_COUNTS_H

#include "datatype/timestamp.h"

/* Longest text of an error that is kept. */
#define ADP_LAST_ERROR_SIZE 256

typedef struct AdpRequestCounts
{
	Oid database;
	Oid serverid;
	Oid userid;
	int64 requests;
	int64 retries;
	int64 throttled_ms; /* pauses before requests */
	int64 bytes;
	int64 rows;
	int64 errors;				 /* requests that failed for good */
	TimestampTz last_request_at; /* 0: none yet */
	char last_error[ADP_LAST_ERROR_SIZE];
} AdpRequestCounts;

/* Announces the memory; called once when the library is loaded. */
extern void adp_request_counts_init(void);

/*
 * Adds the numbers of more to those of a server and a role, and takes over its
 * texts and times that are set.
 */
extern void adp_request_counts_add(const AdpRequestCounts *more);

/* Returns the number of requests of this process. */
extern int64 adp_request_counts_own(void);

/* Returns a palloc'd copy of this database's counts; *n is their number. */
extern AdpRequestCounts *adp_request_counts_list(int *n);

#endif /* ADP_PLATFORM_LIMITS_REQUEST_COUNTS_H */
