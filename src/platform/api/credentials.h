/*
 * credentials.h
 *	  How a request proves who sends it.
 *
 * A platform points at a const AdpCredentials.  Its callback sign runs for each
 * attempt to send a request, so that a signature which contains the time is
 * made again for a retry.
 */
#ifndef ADP_PLATFORM_API_CREDENTIALS_H
#define ADP_PLATFORM_API_CREDENTIALS_H

#include "platform/api/params.h"
#include "platform/api/session.h"

/* Maximum number of headers of a request. */
#define ADP_HEADERS_MAX 8

/* One attempt to send a request, with its headers and what signs it. */
typedef struct AdpAttempt
{
	const AdpSession *session; /* with settings and access token */
	const AdpApiRequest *request;

	AdpHttpHeader headers[ADP_HEADERS_MAX];
	int nheaders;
	AdpParams params; /* added to the query string */
} AdpAttempt;

/* How access tokens are fetched from a platform's token endpoint. */
typedef struct AdpGrant
{
	/*
	 * Writes the form that requests a token.  Returns false, with *problem as
	 * an errdetail, if the settings do not suffice.
	 */
	bool (*add_form)(AdpParams *form, const AdpSettings *settings,
					 const char **problem);

	AdpFailureKind failures; /* refusals of the token endpoint */
	const char *hint;		 /* which settings would suffice */
} AdpGrant;

typedef struct AdpCredentials
{
	const AdpGrant *grant; /* NULL: the user mapping holds an access token */

	/*
	 * Returns a secret that is derived from those of the user mapping, palloc'd,
	 * or NULL.  A session derives it once, for sign, and removes it from
	 * messages.  NULL: there is none.
	 */
	char *(*derive_secret)(const AdpSettings *settings);

	/* Adds headers and parameters, in CurrentMemoryContext. */
	void (*sign)(AdpAttempt *attempt);
} AdpCredentials;

/* Adds a header, whose texts must stay; nothing if value is NULL. */
extern void adp_attempt_header(AdpAttempt *attempt, const char *name,
							   const char *value);

/* Adds the access token as a bearer token: a callback sign. */
extern void adp_attempt_bearer(AdpAttempt *attempt);

#endif /* ADP_PLATFORM_API_CREDENTIALS_H */
