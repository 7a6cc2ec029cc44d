/*
 * client.c
 *	  Requests to a platform's API: calls that are signed in for.
 */
#include "postgres.h"

#include "platform/api/client.h"
#include "platform/api/sign_in.h"

/* Largest body that is parsed into a document. */
#define DOCUMENT_MAX ((Size) 16 * 1024 * 1024)

/*
 * Makes a call for a request to the API.
 */
AdpCall *
adp_client_call(AdpSession *session, MemoryContext cxt,
				const AdpApiRequest *request, const char *subject)
{
	const AdpPlatform *platform = session->platform;
	const AdpEndpoint endpoint = {.url = session->settings->endpoint,
								  .failures = platform->failures,
								  .usage = platform->usage,
								  .document_max = DOCUMENT_MAX,
								  .credentials = platform->credentials,
								  .renews_tokens =
									  adp_sign_in_can_renew(session)};

	return adp_call_create(session, cxt, &endpoint, request, subject);
}

/*
 * Takes a call as far as it goes.  It comes back for a token just before it is
 * sent, so that no session signs in for a call that has to wait, or fails, for
 * other reasons.
 */
AdpCallState
adp_client_advance(AdpCall *call)
{
	AdpSession *session = adp_call_session(call);

	for (;;)
	{
		const char *expired = adp_call_expired_token(call);
		AdpCallState state;

		if (expired != NULL)
			adp_sign_in_forget(session, expired);
		state = adp_call_advance(call);
		if (adp_call_expired_token(call) == NULL &&
			!(adp_call_needs_token(call) && adp_sign_in_advance(session)))
			return state;
	}
}
