/*
 * breaker.h
 *	  A circuit breaker for each server, in shared memory.
 *
 * After ADP_BREAKER_FAILURES calls in a row that failed for good, because nothing
 * answered or the platform itself had an error, calls fail without a request.
 * After a pause one call is sent as a probe; its success closes the breaker, its
 * failure doubles the pause.  Without shared memory it never opens.
 */
#ifndef ADP_PLATFORM_LIMITS_BREAKER_H
#define ADP_PLATFORM_LIMITS_BREAKER_H

#include "datatype/timestamp.h"

#define ADP_BREAKER_FAILURES 5

/* Pauses before a probe: the first one and the longest. */
#define ADP_BREAKER_PAUSE_S 30
#define ADP_BREAKER_PAUSE_MAX_S 600

typedef struct AdpBreaker
{
	Oid database;
	Oid serverid;
	int failures; /* in a row */
	int pause_s;  /* 0: closed */
	bool is_probing;
	TimestampTz open_until; /* time of the next probe */
	TimestampTz changed_at;
	char last_error[100]; /* "HTTP 503" */
} AdpBreaker;

/* Announces the memory; called once when the library is loaded. */
extern void adp_breaker_init(void);

typedef enum AdpBreakerSays
{
	ADP_BREAKER_PASS,
	ADP_BREAKER_PROBE, /* send the call: it is the probe */
	ADP_BREAKER_WAIT,  /* another call is the probe: ask again soon */
	ADP_BREAKER_REFUSE /* see *breaker */
} AdpBreakerSays;

/* Asks whether a call to a server may be sent; fills in *breaker if not. */
extern AdpBreakerSays adp_breaker_ask(Oid serverid, AdpBreaker *breaker);

/* Notes that the server answered. */
extern void adp_breaker_succeed(Oid serverid);

/* Notes that a call failed for good. */
extern void adp_breaker_fail(Oid serverid, const char *error);

/* Returns a palloc'd copy of this database's open breakers; *n: their number. */
extern AdpBreaker *adp_breaker_list(int *n);

/* Closes the breaker; returns whether it was open. */
extern bool adp_breaker_reset(Oid serverid);

#endif /* ADP_PLATFORM_LIMITS_BREAKER_H */
