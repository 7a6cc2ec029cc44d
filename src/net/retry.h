/*
 * retry.h
 *	  Retry policy: whether and when to repeat a request; no I/O.
 */
#ifndef ADP_NET_RETRY_H
#define ADP_NET_RETRY_H

#include "pgtime.h"

#include "net/http.h"

typedef enum AdpRetryVerdict
{
	ADP_RETRY_STOP,	   /* the failure is final */
	ADP_RETRY_WAIT,	   /* repeat the request after wait_ms */
	ADP_RETRY_TOO_LONG /* a retry may succeed, but exceeds the limit */
} AdpRetryVerdict;

typedef struct AdpRetryInput
{
	int attempt; /* 1 after the first failure */
	int max_retries;
	AdpHttpOutcome outcome;
	int status;
	bool is_transient;	 /* the platform's error code: temporary */
	bool is_permanent;	 /* the platform's error code: permanent */
	int64 asked_wait_ms; /* Retry-After or the platform's hint; -1: unknown */
	int64 affordable_ms; /* -1: no limit */
	double random;		 /* in [0, 1), for jitter */
} AdpRetryInput;

typedef struct AdpRetryDecision
{
	AdpRetryVerdict verdict;
	int64 wait_ms;
} AdpRetryDecision;

/*
 * Full-jitter exponential back-off: random * min(cap, base * 2^(attempt-1)),
 * and at least the wait that the platform asked for.  All requests only read,
 * so any request without a complete response is safe to repeat.
 */
extern AdpRetryDecision adp_retry_decide(const AdpRetryInput *input);

/* Whether a complete response with this status is a temporary failure. */
extern bool adp_retry_status_is_transient(int status);

/*
 * The wait of a Retry-After header (seconds or an HTTP date) at the time now,
 * in milliseconds; -1 if value is NULL or malformed.
 */
extern int64 adp_retry_after_ms(const char *value, pg_time_t now);

#endif /* ADP_NET_RETRY_H */
