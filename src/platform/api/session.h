/*
 * session.h
 *	  One scan's way to a platform: connections, sign-in, counters.
 */
#ifndef ADP_PLATFORM_API_SESSION_H
#define ADP_PLATFORM_API_SESSION_H

#include "portability/instr_time.h"

#include "net/http.h"
#include "net/pool.h"
#include "platform/api/failure.h"
#include "platform/platform.h"

struct AdpCall;

/* What a scan has cost so far; EXPLAIN ANALYZE shows it. */
typedef struct AdpStats
{
	int64 requests; /* HTTP requests sent, whatever their purpose */
	int64 pages;	/* pages of rows */
	int64 rows;		/* rows received */
	int64 kept;		/* pages that were there already */
	int64 bytes;	/* body bytes over the wire */
	int64 retries;
	int64 closed_accounts;	 /* behind "*", not asked */
	int64 wait_us;			 /* time spent waiting for the platform */
	int64 backoff_ms;		 /* of which the platform or we asked for */
	const char *wait_reason; /* of the last back-off; NULL if there was none */
} AdpStats;

typedef struct AdpSession
{
	const AdpPlatform *platform;
	const AdpSettings *settings;
	MemoryContext cxt; /* everything here lives in it */
	AdpPoolLease *lease;
	AdpHttpGroup *group;
	AdpStats stats;

	const char *token;		 /* access token; NULL until signed in */
	const char *derived;	 /* secret derived by the credentials, or NULL */
	struct AdpCall *sign_in; /* running sign-in, or NULL */
	int in_flight;			 /* transfers under way */
	int64 hold_until_ms;	 /* no call before; 0: none is held */
	bool has_version_note;	 /* an answer was of another version */
	const char *served;		 /* version of the last answer; NULL: not told */
	int64 demanded_ms;		 /* longer than affordable: the next call fails */
	int64 alarm_at_ms;		 /* earliest end of a back-off; -1: none */
	instr_time wait_start;	 /* zero unless somebody waits for it */
} AdpSession;

/* Opens a session in cxt; sends nothing yet. */
extern AdpSession *adp_session_open(MemoryContext cxt,
									const AdpPlatform *platform,
									const AdpSettings *settings);

/* Gives the connections back for later statements, after a clean finish. */
extern void adp_session_close(AdpSession *session);

/*
 * Whether the server or the mapping has changed since the session was opened.
 * Then what it brings is good for its own scan, but not to be remembered for
 * later ones, which have other settings.
 */
extern bool adp_session_is_outdated(const AdpSession *session);

/* Lets transfers go on without waiting. */
extern void adp_session_poll(AdpSession *session);

/*
 * Makes the group's descriptor become readable at the latest when something
 * can go on; for who waits for it himself and polls then.
 */
extern void adp_session_begin_wait(AdpSession *session);

/* Waits until something can go on.  Serves interrupts. */
extern void adp_session_wait(AdpSession *session);

/* Milliseconds on a clock that only goes forward. */
extern int64 adp_clock_ms(void);

/* Asks that the next wait ends no later than at_ms of that clock. */
extern void adp_session_wake_at(AdpSession *session, int64 at_ms);

/*
 * Milliseconds of back-off that the statement can still afford: what is left
 * of adpipe.max_wait and of statement_timeout.
 */
extern int64 adp_session_affordable_ms(const AdpSession *session);

/*
 * The moment so many milliseconds from now, in UNIX seconds, for AdpError; no
 * later than in two days: nothing is to stand still for longer on the word of an
 * answer.
 */
extern int64 adp_session_retry_at(int64 wait_ms);

/* Text with the session's secrets taken out. */
extern const char *adp_session_redact(const AdpSession *session,
									  const char *text);

#endif /* ADP_PLATFORM_API_SESSION_H */
