/*
 * call.h
 *	  One request as the platform means it: signed, sent, judged, repeated.
 *
 * A call goes through any number of transfers: it waits for a place among the
 * concurrent ones, for an access token, for the end of a back-off.  It never
 * blocks; adp_call_advance() takes it as far as it goes and says where it
 * stands.  A call belongs to a memory context and is aborted with it.
 *
 * A call signs with the session's token and does not fetch one: it reports that
 * it needs one.  Requests to the API go through client.h, which signs in for them.
 */
#ifndef ADP_PLATFORM_API_CALL_H
#define ADP_PLATFORM_API_CALL_H

#include "platform/api/quota_usage.h"
#include "platform/api/session.h"

typedef struct AdpCall AdpCall;

typedef enum AdpCallState
{
	ADP_CALL_RUNNING,
	ADP_CALL_DONE,	/* the answer's body is there */
	ADP_CALL_FAILED /* for good; see adp_call_throw() */
} AdpCallState;

/* An address that calls go to, and what is true of all of them. */
typedef struct AdpEndpoint
{
	const char *url; /* the path of a request is appended to it */
	const AdpFailureKind *failures;
	const AdpQuotaUsageKind *usage; /* headers about quotas; NULL: none */
	Size document_max;				/* largest body, pages of rows apart */
	const struct AdpCredentials *credentials; /* NULL: requests are not signed */
	bool renews_tokens;		  /* another token may help after an expired one */
	bool has_secret_requests; /* each value of a form is a secret */
} AdpEndpoint;

/*
 * Makes a call in cxt; nothing is sent before the first advance.  Endpoint and
 * request are copied.  subject names what it is about in error details ("account
 * 1234567890, 2026-11-01 to 2026-11-07").
 */
extern AdpCall *adp_call_create(AdpSession *session, MemoryContext cxt,
								const AdpEndpoint *endpoint,
								const AdpApiRequest *request,
								const char *subject);

/* Takes the call as far as it goes without waiting. */
extern AdpCallState adp_call_advance(AdpCall *call);

/* Whether nothing but a token is missing to send a running call. */
extern bool adp_call_needs_token(const AdpCall *call);

/*
 * The token that the platform has just refused as expired, if the call is sent
 * again with another one; NULL elsewhere.  It happens once in a call.
 */
extern const char *adp_call_expired_token(const AdpCall *call);

/* The session that the call was made in. */
extern AdpSession *adp_call_session(const AdpCall *call);

/* The body of a done call; valid until the call is released. */
extern const char *adp_call_body(const AdpCall *call, Size *len);

/*
 * Parses the body of a done call, which is a document, into cxt, and judges it
 * by what the platform promises.  NULL: it is no such answer; then the call goes
 * on, or has failed.
 */
extern const AdpJson *adp_call_document(AdpCall *call, MemoryContext cxt);

/*
 * Moves the body of a done call into *body, which is the caller's to release.
 * The call keeps its place no longer, and is of no more use.
 */
extern void adp_call_take_body(AdpCall *call, struct AdpSpool *body);
extern bool adp_call_is_taken(const AdpCall *call);

/* Whether nobody else can have the body: it failed, or the body has gone. */
extern bool adp_call_is_lost(const AdpCall *call);

/* Whether the call was made with settings of before; see session.h. */
extern bool adp_call_is_outdated(const AdpCall *call);

/*
 * Says that the body is being read.  Until then a done call keeps its place
 * among the concurrent ones: so there are never more unread answers in memory
 * than may be under way.
 */
extern void adp_call_accept(AdpCall *call);

/*
 * Says that a done call's body is not what it should be.  If it reports a
 * failure of the platform, the call fails, or is repeated, as under the failure's
 * proper status; else it is repeated like after a cut connection, and fails with
 * *why once its attempts are used up.
 */
extern void adp_call_reject(AdpCall *call, const AdpError *why);

/* Words the error of a body that cannot be read, in CurrentMemoryContext. */
extern void adp_call_word_unreadable(const AdpSession *session,
									 const char *subject, const AdpError *why,
									 AdpError *error);

/* How the platform put it; all zero unless the call failed on an answer. */
extern const AdpFailure *adp_call_failure(const AdpCall *call);

/* Puts another hint into the error of a failed call; it must stay. */
extern void adp_call_advise(AdpCall *call, const char *hint);

/* Throws the error of a failed call. */
pg_noreturn extern void adp_call_throw(const AdpCall *call);

/* Ends a call, whatever its state, and frees its body. */
extern void adp_call_release(AdpCall *call);

#endif /* ADP_PLATFORM_API_CALL_H */
