/*
 * client.h
 *	  Requests to a platform's API: calls that are signed in for.
 *
 * What is above makes its calls here and advances them here; all else about a
 * call is in call.h.
 */
#ifndef ADP_PLATFORM_API_CLIENT_H
#define ADP_PLATFORM_API_CLIENT_H

#include "platform/api/call.h"

/* Makes a call for a request to the API; see adp_call_create(). */
extern AdpCall *adp_client_call(AdpSession *session, MemoryContext cxt,
								const AdpApiRequest *request,
								const char *subject);

/*
 * Takes such a call as far as it goes without waiting, and the sign-in of its
 * session before.  A token that has expired is renewed once.  Throws if the
 * sign-in fails.
 */
extern AdpCallState adp_client_advance(AdpCall *call);

#endif /* ADP_PLATFORM_API_CLIENT_H */
