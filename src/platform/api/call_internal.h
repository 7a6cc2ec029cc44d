/*
 * call_internal.h
 *	  What call.c, call_answer.c and call_error.c share; private to them.
 *
 * call.c takes a call through its transfers, call_answer.c reads what an answer
 * says of call and session, call_error.c words what ends a call.
 */
#ifndef ADP_PLATFORM_API_CALL_INTERNAL_H
#define ADP_PLATFORM_API_CALL_INTERNAL_H

#include "platform/api/call.h"

struct AdpCall
{
	AdpSession *session;
	MemoryContext cxt; /* the call and all it holds */
	AdpCallState state;
	AdpEndpoint endpoint;
	bool is_taken; /* its body has gone elsewhere */
	AdpApiRequest request;
	const char *subject;

	const char *redirect; /* where the answer is; as secret as a token */
	int redirects;

	AdpHttpTransfer *transfer; /* NULL between attempts */
	bool is_in_flight;		   /* counted among the session's transfers */
	const char *token;		   /* the one the transfer was signed with */
	int attempts;			   /* transfers that came back */
	bool needs_token;		   /* nothing else keeps it from being sent */
	bool is_expired;		   /* its token was refused, nothing sent since */
	bool has_renewed;		   /* that has happened before */
	int64 resume_at_ms;		   /* end of a back-off; 0: none */

	AdpFailure failure;
	AdpError error;
};

/* Whether the body of a done call reports a failure. */
extern bool adp_call_reports_failure(const AdpCall *call);

/* Reads into call->failure what the platform says of a refused request. */
extern void adp_call_read_failure(AdpCall *call,
								  const AdpHttpResponse *response);

/*
 * Notes what a good answer says beside its rows: holds the session's next calls
 * if little is left of a quota, and warns once if the answer is of another
 * version than was asked for.
 */
extern void adp_call_note_answer(const AdpCall *call,
								 const AdpHttpResponse *response);

/* The class of a transfer that brought no answer. */
extern AdpErrorClass adp_call_outcome_class(AdpHttpOutcome outcome);

/*
 * Takes out of a text the session's secrets, the token that the call was sent
 * with, which may be another one by now, and the address that it was referred
 * to, with and without its host.
 */
extern const char *adp_call_redact(const AdpCall *call, const char *text);

/*
 * Ends the call as failed on an answer, or on a transfer that brought none, of
 * which call->failure tells more.  wait_ms: how long to wait before coming back;
 * -1: that is not known.
 */
extern void adp_call_fail(AdpCall *call, const AdpHttpResponse *response,
						  AdpErrorClass class, int64 wait_ms);

/* Ends a call that would have to be held for longer than can be afforded. */
extern void adp_call_fail_held(AdpCall *call);

/* Ends a call whose answer cannot be read, as *why tells. */
extern void adp_call_fail_unreadable(AdpCall *call, const AdpError *why,
									 const AdpHttpResponse *response);

#endif /* ADP_PLATFORM_API_CALL_INTERNAL_H */
