/*
 * naver_searchad_credentials.c
 *	  Naver SearchAd: the headers that sign a request.
 *
 * The signature covers the time in milliseconds, the method and the path, so it
 * is made again for each attempt.  The secret key looks like base64, but its
 * characters themselves are the key.
 */
#include "postgres.h"

#include <sys/time.h>

#include "common/base64.h"
#include "common/hmac.h"
#include "common/sha2.h"

#include "platform/naver_searchad/naver_searchad.h"

/*
 * Returns the HMAC of a message with SHA-256.
 */
static void
compute_hmac(const char *key, const char *message, uint8 *digest)
{
	pg_hmac_ctx *hmac = pg_hmac_create(PG_SHA256);
	bool is_made;

	if (hmac == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	is_made = pg_hmac_init(hmac, (const uint8 *) key, strlen(key)) >= 0 &&
		pg_hmac_update(hmac, (const uint8 *) message, strlen(message)) >= 0 &&
		pg_hmac_final(hmac, digest, PG_SHA256_DIGEST_LENGTH) >= 0;
	pg_hmac_free(hmac);
	if (!is_made)
		elog(ERROR, "could not compute the signature of a request");
}

/*
 * Returns the signature.
 */
char *
adp_naver_searchad_sign(const char *secret_key, const char *timestamp,
						const char *method, const char *path)
{
	char *message = psprintf("%s.%s.%.*s", timestamp, method,
							 (int) strcspn(path, "?#"), path);
	uint8 digest[PG_SHA256_DIGEST_LENGTH];
	int room = pg_b64_enc_len(PG_SHA256_DIGEST_LENGTH) + 1;
	char *signature = palloc0(room);

	compute_hmac(secret_key, message, digest);
	if (pg_b64_encode((const char *) digest, PG_SHA256_DIGEST_LENGTH, signature,
					  room) < 0)
		elog(ERROR, "could not write the signature of a request");
	return signature;
}

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
				(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
				 errmsg("user mapping for server \"%s\" has no secret_key",
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
					   adp_naver_searchad_sign(settings->client_secret,
											   timestamp, request->method,
											   request->path));
}

const AdpCredentials adp_naver_searchad_credentials = {.sign = sign};
