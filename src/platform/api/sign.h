/*
 * sign.h
 *	  What makes a request ours: a bearer token, the headers that hold settings,
 *	  and a proof of the token in the query string.
 */
#ifndef ADP_PLATFORM_API_SIGN_H
#define ADP_PLATFORM_API_SIGN_H

#include "platform/api/session.h"

/* Most headers that sign a request. */
#define ADP_SIGN_HEADERS_MAX 6

/*
 * A copy of a URL, with the proof that goes with the token, where the platform
 * has one and the user mapping the secret for it.  token_param names the
 * parameter that takes the ready token, or is NULL; such a URL is as secret as
 * the token.
 */
extern char *adp_sign_url(AdpSession *session, const char *base,
						  const char *token_param);

/* Fills in the headers that sign a request, and returns how many there are. */
extern int adp_sign_headers(const AdpSession *session, AdpHttpHeader *headers);

#endif /* ADP_PLATFORM_API_SIGN_H */
