/*
 * session.h
 *	  A scan's connections to a platform, its sign-in and its counters.
 */
#ifndef ADP_PLATFORM_API_SESSION_H
#define ADP_PLATFORM_API_SESSION_H

#include "nodes/pg_list.h"
#include "portability/instr_time.h"

#include "base/shared_cache.h"
#include "net/http.h"
#include "net/pool.h"
#include "platform/api/failure.h"
#include "platform/platform.h"

struct AdpCall;
struct AdpRequestBudget;

/* The cost of a scan so far, for EXPLAIN ANALYZE. */
typedef struct AdpStats
{
	int64 requests; /* HTTP requests of any purpose */
	int64 pages;	/* pages of rows */
	int64 rows;		/* rows received */
	int64 kept;		/* pages that were cached, or fetched by others */
	int64 bytes;	/* body bytes over the wire */
	int64 retries;
	int64 closed_accounts;	 /* behind "*", not requested */
	int64 wait_us;			 /* time spent waiting for the platform */
	int64 backoff_ms;		 /* part of it that was a pause before a request */
	const char *wait_reason; /* of the last back-off, or NULL */
} AdpStats;

typedef struct AdpSession
{
	const AdpPlatform *platform;
	const AdpSettings *settings; /* own_settings */
	AdpSettings own_settings;	 /* those of the scan, with secrets of files */
	int secrets_version;		 /* changes when a secret does */
	List *past_secrets;			 /* texts: those before, and what they became */
	MemoryContext cxt;			 /* memory of the session */
	AdpPoolLease *lease;
	AdpHttpGroup *group;
	struct AdpRequestBudget *budget; /* of the statement; NULL: no limit */
	AdpStats stats;
	AdpStats counted; /* the part of them that view adpipe.requests has */

	const char *token;		 /* access token; NULL until signed in */
	const char *derived;	 /* see derive_secret in credentials.h; or NULL */
	struct AdpCall *sign_in; /* running sign-in, or NULL */
	AdpOwner *announcement;	 /* of that to scans of this process */
	AdpSharedClaim claim;	 /* and to other sessions */
	bool is_probing;		 /* a call of it probes a server that had failed */
	int64 awaits_since_ms;	 /* waits for another session's work; 0: does not */
	int in_flight;			 /* concurrent transfers */
	int64 hold_until_ms;	 /* earliest time of the next call; 0: at once */
	bool has_version_note;	 /* a response had another version */
	const char *served;		 /* version of the last response, or NULL */
	int64 demanded_ms;		 /* an unaffordable pause: the next call fails */
	int64 paused_until_ms;	 /* end of the last pause; 0: there was none */
	int64 alarm_at_ms;		 /* earliest end of a back-off; -1: no back-off */
	instr_time wait_start;	 /* zero unless the caller waits */
} AdpSession;

/*
 * Opens a session in cxt; sends nothing yet.  Throws if a secret cannot be read
 * from its file.
 */
extern AdpSession *adp_session_open(MemoryContext cxt,
									const AdpPlatform *platform,
									const AdpSettings *settings);

/* Sets the secret that is derived from those of the settings, or NULL. */
extern void adp_session_derive(AdpSession *session);

/* Keeps the connections for later statements; only after a clean finish. */
extern void adp_session_close(AdpSession *session);

/*
 * Whether the server or the mapping has changed since the session was opened.
 * Its results must then not be cached for later scans, which have other
 * settings.
 */
extern bool adp_session_is_outdated(const AdpSession *session);

/*
 * Brings the numbers of view adpipe.requests up to date; error, or NULL, is that
 * of a call that has just failed, without secrets.
 */
extern void adp_session_count(AdpSession *session, const char *error);

/* Advances the transfers without waiting. */
extern void adp_session_poll(AdpSession *session);

/*
 * Makes the group's descriptor readable once something can advance.  For
 * callers that wait for the descriptor and then call adp_session_poll().
 */
extern void adp_session_begin_wait(AdpSession *session);

/* Waits until something can advance.  Serves interrupts. */
extern void adp_session_wait(AdpSession *session);

/* Returns the milliseconds of a monotonic clock. */
extern int64 adp_clock_ms(void);

/* Ends the next wait at at_ms of that clock, or earlier. */
extern void adp_session_wake_at(AdpSession *session, int64 at_ms);

/*
 * Counts a pause of a call that begins now.  Pauses of several calls at the same
 * time count once.
 */
extern void adp_session_add_backoff(AdpSession *session, int64 wait_ms);

/*
 * Returns the milliseconds of back-off that the statement can still afford: the
 * rest of adpipe.max_wait or of statement_timeout.
 */
extern int64 adp_session_affordable_ms(const AdpSession *session);

/*
 * Returns the time so many milliseconds from now, in UNIX seconds, for AdpError.
 * It is at most two days ahead: no response may block a copy for longer.
 */
extern int64 adp_session_retry_at(int64 wait_ms);

/* Appends that time to the detail of an error, for people. */
extern const char *adp_session_with_moment(const char *detail, int64 wait_ms);

/* Returns a text without the session's secrets. */
extern const char *adp_session_redact(const AdpSession *session,
									  const char *text);

#endif /* ADP_PLATFORM_API_SESSION_H */
