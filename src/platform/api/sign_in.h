/*
 * sign_in.h
 *	  Access tokens: from the user mapping, or fetched from the token endpoint,
 *	  cached in the process, and renewed.
 */
#ifndef ADP_PLATFORM_API_SIGN_IN_H
#define ADP_PLATFORM_API_SIGN_IN_H

#include "platform/api/session.h"

/*
 * Advances the session's sign-in as far as possible without waiting; returns
 * true once session->token is set.  Throws if credentials are missing or
 * refused.
 */
extern bool adp_sign_in_advance(AdpSession *session);

/* Whether a new token can be fetched: false for one of the user mapping. */
extern bool adp_sign_in_can_renew(const AdpSession *session);

/*
 * Drops a refused token, so that the next call signs in again; does nothing if
 * the session already has another one.
 */
extern void adp_sign_in_forget(AdpSession *session, const char *token);

#endif /* ADP_PLATFORM_API_SIGN_IN_H */
