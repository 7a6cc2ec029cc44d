/*
 * sign.h
 *	  What makes a request ours: bearer tokens, and proofs in the query string.
 *
 * One place knows the kinds of signing; whether a token has to be fetched first
 * is a matter of oauth.h.
 */
#ifndef ADP_PLATFORM_API_SIGN_H
#define ADP_PLATFORM_API_SIGN_H

#include "platform/api/session.h"

/*
 * Takes the session's sign-in as far as it goes without waiting; true once
 * session->token is there.  Throws when credentials are missing or refused.
 */
extern bool adp_sign_is_ready(AdpSession *session);

/* Whether a new token can be had: not when the user gave a ready one. */
extern bool adp_sign_can_renew(const AdpSession *session);

/* Forgets the token that a request was refused with. */
extern void adp_sign_forget(AdpSession *session, const char *token);

/* Reads a refusal of the token endpoint. */
extern void adp_sign_read_failure(const AdpSession *session,
								  const AdpReply *reply, AdpFailure *failure);

/*
 * The URL of a request, in cxt: base and path, and the proof that goes with the
 * token, where the platform has one and the user mapping the secret for it.
 * token_param names the parameter that takes the ready token, or is NULL; such a
 * URL is as secret as the token.
 */
extern char *adp_sign_url(AdpSession *session, MemoryContext cxt,
						  const char *base, const char *path,
						  const char *token_param);

#endif /* ADP_PLATFORM_API_SIGN_H */
