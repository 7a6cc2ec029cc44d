/*
 * naver_signature.c
 *	  Naver SearchAd: the signature of a request.
 */
#include "postgres.h"

#include "common/base64.h"
#include "common/hmac.h"
#include "common/sha2.h"

#include "platform/naver_searchad/naver_signature.h"

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
adp_naver_sign(const char *secret_key, const char *timestamp,
			   const char *method, const char *path)
{
	char *message = psprintf("%s.%s.%.*s", timestamp, method,
							 (int) strcspn(path, "?#"), path);
	uint8 digest[PG_SHA256_DIGEST_LENGTH];
	int room = pg_b64_enc_len(PG_SHA256_DIGEST_LENGTH) + 1;
	char *signature = palloc0(room);

	compute_hmac(secret_key, message, digest);
	/* Without a type: bytes are char or uint8, as the major has it. */
	if (pg_b64_encode((const void *) digest, PG_SHA256_DIGEST_LENGTH, signature,
					  room) < 0)
		elog(ERROR, "could not write the signature of a request");
	return signature;
}
