/*
 * call.h
 *	  One request to a platform: signed, sent, judged, repeated.
 *
 * A call consists of one or more transfers.  Before each it may have to wait:
 * for other transfers to end, for an access token, for the end of a back-off.
 * It never blocks; adp_call_advance() advances it and returns its state.  A
 * call belongs to a memory context and is aborted with it.
 *
 * A call is signed with the session's access token.  If there is none, it
 * reports that; client.h then signs in.
 */
#ifndef ADP_PLATFORM_API_CALL_H
#define ADP_PLATFORM_API_CALL_H

#include "platform/api/quota_usage.h"
#include "platform/api/session.h"

typedef struct AdpCall AdpCall;

typedef enum AdpCallState
{
	ADP_CALL_RUNNING,
	ADP_CALL_DONE,	/* the body of the response has arrived */
	ADP_CALL_FAILED /* permanently; see adp_call_throw() */
} AdpCallState;

/* An address, with the properties of all calls to it. */
typedef struct AdpEndpoint
{
	const char *url; /* the path of a request is appended to it */
	const AdpFailureKind *failures;
	const AdpQuotaUsageKind *usage; /* headers about quotas, or NULL */
	Size document_max;				/* largest body other than a page of rows */
	const struct AdpCredentials *credentials; /* NULL: requests are not signed */
	bool renews_tokens;		  /* an expired token can be replaced */
	bool has_secret_requests; /* the values of a form are secrets */
} AdpEndpoint;

/*
 * Allocates a call in cxt; nothing is sent before the first advance.  Endpoint
 * and request are copied.  subject is for error details: "account 1234567890,
 * 2026-11-01 to 2026-11-07".
 */
extern AdpCall *adp_call_create(AdpSession *session, MemoryContext cxt,
								const AdpEndpoint *endpoint,
								const AdpApiRequest *request,
								const char *subject);

/* Advances the call as far as possible without waiting. */
extern AdpCallState adp_call_advance(AdpCall *call);

/* Whether a running call could be sent if the session had a token. */
extern bool adp_call_needs_token(const AdpCall *call);

/*
 * Returns the token that the platform has just refused as expired, if the call
 * is to be sent again with another one; else NULL.  This happens at most once.
 */
extern const char *adp_call_expired_token(const AdpCall *call);

/* Returns the session of the call. */
extern AdpSession *adp_call_session(const AdpCall *call);

/* Returns the body of a finished call, valid until the call is released. */
extern const char *adp_call_body(const AdpCall *call, Size *len);

/*
 * Parses the body of a finished call into cxt and checks it against the
 * platform's promises.  Returns NULL if it breaks them; the call is then
 * repeated, or has failed.
 */
extern const AdpJson *adp_call_document(AdpCall *call, MemoryContext cxt);

/*
 * Moves the body of a finished call into *body, which the caller releases.  The
 * call no longer counts as concurrent; only its release is left.
 */
extern void adp_call_take_body(AdpCall *call, struct AdpSpool *body);
extern bool adp_call_is_taken(const AdpCall *call);

/* Whether the call has failed, or its body was taken. */
extern bool adp_call_is_lost(const AdpCall *call);

/* Whether the settings have changed since the call was made; see session.h. */
extern bool adp_call_is_outdated(const AdpCall *call);

/*
 * Ends the wait of a finished call for its reader.  Until then it counts as
 * concurrent, which limits the unread responses in memory.
 */
extern void adp_call_accept(AdpCall *call);

/*
 * Rejects the body of a finished call.  If the body reports a failure, that is
 * handled as under its proper HTTP status.  Else the call is repeated as after a
 * lost connection, and fails with *why after its last attempt.
 */
extern void adp_call_reject(AdpCall *call, const AdpError *why);

/* Writes the error for a malformed body, in CurrentMemoryContext. */
extern void adp_call_word_unreadable(const AdpSession *session,
									 const char *subject, const AdpError *why,
									 AdpError *error);

/* Returns the platform's failure; all zero if no response reported one. */
extern const AdpFailure *adp_call_failure(const AdpCall *call);

/*
 * Whether a failed call may have created something all the same: its answer was
 * lost, and it is not sent again before somebody has looked.
 */
extern bool adp_call_is_doubtful(const AdpCall *call);

/* Replaces the hint in the error of a failed call; hint is not copied. */
extern void adp_call_advise(AdpCall *call, const char *hint);

/* Throws the error of a failed call. */
pg_noreturn extern void adp_call_throw(const AdpCall *call);

/* Ends a call in any state, and frees its body. */
extern void adp_call_release(AdpCall *call);

#endif /* ADP_PLATFORM_API_CALL_H */
