/*
 * retry.h
 *	  When to ask again, and after how long: pure policy, no I/O.
 */
#ifndef ADP_NET_RETRY_H
#define ADP_NET_RETRY_H

#include "pgtime.h"

#include "net/http.h"

typedef enum AdpRetryVerdict
{
	ADP_RETRY_STOP,	   /* the failure stands */
	ADP_RETRY_WAIT,	   /* ask again after wait_ms */
	ADP_RETRY_TOO_LONG /* would help, but wait_ms is past what the
								 * statement can afford */
} AdpRetryVerdict;

typedef struct AdpRetryInput
{
	int attempt; /* 1 after the first failure */
	int max_retries;
	AdpHttpOutcome outcome;
	int status;
	bool is_transient;	 /* the platform's own words: try again */
	bool is_permanent;	 /* the platform's own words: do not */
	int64 asked_wait_ms; /* Retry-After or the platform's hint; -1 none */
	int64 affordable_ms; /* -1: no bound */
	double random;		 /* in [0, 1), for jitter */
} AdpRetryInput;

typedef struct AdpRetryDecision
{
	AdpRetryVerdict verdict;
	int64 wait_ms;
} AdpRetryDecision;

/*
 * Full-jitter exponential back-off: random * min(cap, base * 2^(attempt-1)),
 * never less than what was asked for.  Everything we send reads, so any
 * request that got no whole answer is safe to repeat.
 */
extern AdpRetryDecision adp_retry_decide(const AdpRetryInput *input);

/*
 * Milliseconds meant by a Retry-After header (seconds or an HTTP date) at the
 * time now; -1 if value is NULL or unreadable.
 */
extern int64 adp_retry_after_ms(const char *value, pg_time_t now);

#endif /* ADP_NET_RETRY_H */
