/*
 * client.h
 *	  Requests to a platform's API: calls, and the sign-in that they need.
 *
 * The rooms above create and advance their calls here; call.h has the other
 * functions.
 */
#ifndef ADP_PLATFORM_API_CLIENT_H
#define ADP_PLATFORM_API_CLIENT_H

#include "platform/api/call.h"

/* Allocates a call for a request to the API; see adp_call_create(). */
extern AdpCall *adp_client_call(AdpSession *session, MemoryContext cxt,
								const AdpApiRequest *request,
								const char *subject);

/*
 * Advances such a call, and first the sign-in of its session, as far as possible
 * without waiting.  Renews an expired token once.  Throws if the sign-in fails.
 */
extern AdpCallState adp_client_advance(AdpCall *call);

#endif /* ADP_PLATFORM_API_CLIENT_H */
