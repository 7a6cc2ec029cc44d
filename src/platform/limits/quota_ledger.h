/*
 * quota_ledger.h
 *	  What platforms have said about their quotas, for all sessions.
 *
 * A limit that one session has met holds for all that would meet it: they wait
 * for its end, or fail with the time to come back, and send nothing.  After it
 * they go on one after the other.  Without shared memory the ledger is that of
 * the process: only rates that count refused calls hold in it, and each scan obeys
 * the limits that it has met itself.
 */
#ifndef ADP_PLATFORM_LIMITS_QUOTA_LEDGER_H
#define ADP_PLATFORM_LIMITS_QUOTA_LEDGER_H

#include "datatype/timestamp.h"

/*
 * What a request counts against.  A documented rate is the platform's, which does
 * not know our servers and databases: they are then those of the last request.
 */
typedef struct AdpQuotaKey
{
	bool is_of_platform;
	bool is_beside; /* another key of the same requests has what people see */
	Oid database;
	Oid serverid;
	uint8 credentials[16]; /* a digest: quotas belong to tokens, and to platforms */
	char account[64];	   /* empty: of no account */
	char scope[128];	   /* what in the account; for people, too */
} AdpQuotaKey;

/* Most keys of a request, which counts against each. */
#define ADP_QUOTA_KEYS_MAX 2

typedef struct AdpQuotaEntry
{
	AdpQuotaKey key;
	double used_pct;		   /* -1: not reported */
	TimestampTz blocked_until; /* 0: not blocked */
	TimestampTz next_at;	   /* earliest time of the next request; or 0 */
	TimestampTz seen_at;	   /* 0: the entry is unused */
	char reason[100];		   /* of the block */
} AdpQuotaEntry;

/*
 * A documented rate: so many calls in a window.  days: of requests of at most so
 * many days; 0: any.
 */
typedef struct AdpRate
{
	const char *part; /* of the path; NULL: end of the list */
	int days;
	int calls;
	int window_s;
	int slack_ms;	 /* added to the time of each call, since they do not arrive
					  * as evenly as they are sent */
	bool counts_all; /* calls of all tokens of an application and account
					  * together, and those that are refused */
} AdpRate;

/* Announces the memory; called once when the library is loaded. */
extern void adp_quota_ledger_init(void);

/* Notes how much is used, in percent. */
extern void adp_quota_ledger_used(const AdpQuotaKey *key, double used_pct);

/* Notes that the platform takes no requests for so long. */
extern void adp_quota_ledger_block(const AdpQuotaKey *key, int64 wait_ms,
								   const char *reason);

/*
 * Returns for how many milliseconds a request has to wait, 0: not at all; *why
 * is then the reason, palloc'd.  Takes its place among those that wait under each
 * of its keys, if that is at most most_ms.  rate may be NULL.
 */
extern int64 adp_quota_ledger_enter(const AdpQuotaKey *keys, int nkeys,
									const AdpRate *rate, int64 most_ms,
									const char **why);

/*
 * Ends the blocks of a server of this database, and those that it met last;
 * returns their number.
 */
extern int adp_quota_ledger_clear(Oid serverid);

/*
 * Returns a palloc'd copy of this database's entries that people see; *n is their
 * number.
 */
extern AdpQuotaEntry *adp_quota_ledger_list(int *n);

#endif /* ADP_PLATFORM_LIMITS_QUOTA_LEDGER_H */
