/*
 * credentials.c
 *	  How a request proves who sends it.
 */
#include "postgres.h"

#include "platform/api/credentials.h"

/*
 * Adds a header.
 */
void
adp_attempt_header(AdpAttempt *attempt, const char *name, const char *value)
{
	if (value == NULL)
		return;
	Assert(attempt->nheaders < ADP_HEADERS_MAX);
	attempt->headers[attempt->nheaders++] = (AdpHttpHeader){name, value};
}

/*
 * Adds the access token as a bearer token.
 */
void
adp_attempt_bearer(AdpAttempt *attempt)
{
	adp_attempt_header(attempt, "Authorization",
					   psprintf("Bearer %s", attempt->session->token));
}
