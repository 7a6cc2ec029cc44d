/*
 * naver_searchad_credentials.c
 *	  Naver SearchAd: the headers that sign a request.
 *
 * The signature covers the time in milliseconds, so it is made again for each
 * attempt.
 */
#include "postgres.h"

#include <sys/time.h>

#include "platform/naver_searchad/naver_searchad.h"
#include "platform/naver_searchad/naver_signature.h"

/*
 * Adds the four headers.  A list of accounts is about no customer.
 */
static void
sign(AdpAttempt *attempt)
{
	const AdpSettings *settings = attempt->session->settings;
	const AdpApiRequest *request = attempt->request;
	struct timeval now;
	char *timestamp;

	if (settings->client_secret == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("cannot sign in to platform \"%s\"",
						attempt->session->platform->name),
				 errdetail("The user mapping for server \"%s\" has no secret_key.",
						   settings->server_name),
				 errhint(
					 "Set option secret_key or secret_key_file of the user mapping.")));
	gettimeofday(&now, NULL);
	timestamp =
		psprintf(INT64_FORMAT, (int64) now.tv_sec * 1000 + now.tv_usec / 1000);
	adp_attempt_header(attempt, "X-Timestamp", timestamp);
	adp_attempt_header(attempt, "X-API-KEY", attempt->session->token);
	adp_attempt_header(attempt, "X-Customer", request->account);
	adp_attempt_header(attempt, "X-Signature",
					   adp_naver_sign(settings->client_secret, timestamp,
									  request->method, request->path));
}

const AdpCredentials adp_naver_searchad_credentials = {.sign = sign};
