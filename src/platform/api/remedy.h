/*
 * remedy.h
 *	  The retry policy: what to do about a request that failed; no I/O.
 *
 * The failure is that of the platform's rules (failure.h), the waits are those
 * of net/retry.h.  Together they make one decision, in this order: another
 * token, a wait, less of the same, an error.
 */
#ifndef ADP_PLATFORM_API_REMEDY_H
#define ADP_PLATFORM_API_REMEDY_H

#include "net/retry.h"
#include "platform/api/failure.h"

typedef enum AdpRemedy
{
	ADP_REMEDY_NONE,	 /* an error */
	ADP_REMEDY_TOKEN,	 /* send the request with other credentials */
	ADP_REMEDY_WAIT,	 /* send the request again after wait_ms */
	ADP_REMEDY_TOO_LONG, /* an error: wait_ms exceeds the time left */
	ADP_REMEDY_LESS		 /* an error, unless the reader can request less */
} AdpRemedy;

typedef struct AdpTrouble
{
	const AdpFailure *failure; /* all zero but retry_after_ms: no response */
	AdpHttpOutcome outcome;
	int status;
	int attempts; /* 1 after the first failure */
	int max_retries;
	int64 affordable_ms; /* time left; -1: no limit */
	double random;		 /* in [0, 1), for jitter */
	bool has_renewed;	/* the request was sent with other credentials before */
	bool renews_tokens; /* an expired token can be replaced */
	bool secrets_changed; /* the files of the secrets have other content now */
} AdpTrouble;

typedef struct AdpRemedyChoice
{
	AdpRemedy remedy;
	int64 wait_ms;
} AdpRemedyChoice;

extern AdpRemedyChoice adp_remedy_choose(const AdpTrouble *trouble);

#endif /* ADP_PLATFORM_API_REMEDY_H */
