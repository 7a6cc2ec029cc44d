/*
 * call_internal.h
 *	  What call.c, call_answer.c and call_error.c share; private to them.
 *
 * call.c runs the transfers of a call, call_answer.c reads failures, quotas and
 * versions from responses, call_limits.c obeys and feeds the limits that all
 * sessions share, call_error.c writes errors.
 */
#ifndef ADP_PLATFORM_API_CALL_INTERNAL_H
#define ADP_PLATFORM_API_CALL_INTERNAL_H

#include "platform/api/call.h"

struct AdpBreaker;

struct AdpCall
{
	AdpSession *session;
	MemoryContext cxt; /* the call and all that it allocates */
	AdpCallState state;
	AdpEndpoint endpoint;
	bool is_taken; /* its body was moved out */
	AdpApiRequest request;
	const char *subject;

	const char *redirect; /* address of the response; a secret */
	int redirects;

	AdpHttpTransfer *transfer; /* NULL between attempts */
	bool is_in_flight;		   /* counted in the session's in_flight */
	const char *token;		   /* that signed the transfer */
	int secrets_version;	   /* of the session at that time */
	int attempts;			   /* finished transfers */
	bool needs_token;		   /* it is not sent for lack of a token */
	bool is_expired;		   /* its token was refused; not sent again yet */
	bool has_renewed;		   /* it was refused once before */
	bool is_doubtful;		   /* see adp_call_is_doubtful() */
	int64 resume_at_ms;		   /* end of the back-off; 0: no back-off */
	int64 waited_ms;		   /* for another call that probes the server */
	bool is_cleared;		   /* no limit is in the way of its next transfer */

	AdpFailure failure;
	AdpError error;
};

/* Whether the body of a finished call reports a failure. */
extern bool adp_call_reports_failure(const AdpCall *call);

/* Reads the failure of a refused request into call->failure. */
extern void adp_call_read_failure(AdpCall *call,
								  const AdpHttpResponse *response);

/*
 * Reads the headers of a successful response: delays the session's next calls
 * if little is left of a quota, and warns once if the version is not the
 * requested one.
 */
extern void adp_call_note_answer(const AdpCall *call,
								 const AdpHttpResponse *response);

/* Returns the error class of a transfer without a response. */
extern AdpErrorClass adp_call_outcome_class(AdpHttpOutcome outcome);

/*
 * Removes secrets from a text: those of the session, the token that signed the
 * call, which the session may have replaced, and the address of a redirect,
 * with and without its host.
 */
extern const char *adp_call_redact(const AdpCall *call, const char *text);

/*
 * Fails the call after a response, described by call->failure, or after a
 * transfer without one.  wait_ms is the time until a retry can succeed; -1: it
 * is not known.
 */
extern void adp_call_fail(AdpCall *call, const AdpHttpResponse *response,
						  AdpErrorClass class, int64 wait_ms);

/* Fails a call that the statement's budget does not allow. */
extern void adp_call_fail_over_budget(AdpCall *call);

/*
 * Fails a call that would have to wait longer than the statement can afford; why
 * completes the sentence after the subject.
 */
extern void adp_call_fail_held(AdpCall *call, const char *why, int64 wait_ms);

/* Fails a call to a server that has failed before. */
extern void adp_call_fail_refused(AdpCall *call,
								  const struct AdpBreaker *breaker);

/*
 * Whether the limits that other sessions have met let the call be sent now.  If
 * not, it is put off, or has failed.
 */
extern bool adp_call_is_clear(AdpCall *call);

/* Notes that a response has arrived: the server is there. */
extern void adp_call_note_alive(const AdpCall *call,
								const AdpHttpResponse *response);

/* Notes how much of a quota is used, and for how long calls are blocked. */
extern void adp_call_note_used(const AdpCall *call, double used_pct,
							   int64 blocked_ms);

/* Notes the block that a failed response, in call->failure, reports. */
extern void adp_call_note_block(const AdpCall *call,
								const AdpHttpResponse *response);

/* Counts a call that failed for good. */
extern void adp_call_note_end(const AdpCall *call,
							  const AdpHttpResponse *response);

/* Fails a call with a malformed body; *why describes it. */
extern void adp_call_fail_unreadable(AdpCall *call, const AdpError *why,
									 const AdpHttpResponse *response);

#endif /* ADP_PLATFORM_API_CALL_INTERNAL_H */
