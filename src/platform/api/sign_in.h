/*
 * sign_in.h
 *	  Access tokens: ready ones of the user mapping, or fetched with a call to the
 *	  token endpoint, kept for the process, renewed.
 */
#ifndef ADP_PLATFORM_API_SIGN_IN_H
#define ADP_PLATFORM_API_SIGN_IN_H

#include "platform/api/session.h"

/*
 * Takes the session's sign-in as far as it goes without waiting; true once
 * session->token is there.  Throws when the credentials are missing or were
 * refused.
 */
extern bool adp_sign_in_advance(AdpSession *session);

/* Whether a new token can be had: not when the user gave a ready one. */
extern bool adp_sign_in_can_renew(const AdpSession *session);

/*
 * Forgets the token that a request was refused with, so that the next call
 * signs in again; does nothing if the session has another one by now.
 */
extern void adp_sign_in_forget(AdpSession *session, const char *token);

#endif /* ADP_PLATFORM_API_SIGN_IN_H */
