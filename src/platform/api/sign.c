/*
 * sign.c
 *	  What makes a request ours: bearer tokens, and proofs in the query string.
 */
#include "postgres.h"

#include "common/hmac.h"
#include "common/sha2.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "net/url.h"
#include "platform/api/sign.h"

/*
 * The HMAC of a message with SHA-256, as lower-case hexadecimal digits.
 */
static char *
hmac_hex(const char *key, const char *message)
{
	uint8 digest[PG_SHA256_DIGEST_LENGTH];
	char *hex = palloc0(2 * sizeof(digest) + 1);
	pg_hmac_ctx *hmac = pg_hmac_create(PG_SHA256);

	if (hmac == NULL)
		elog(ERROR, "out of memory");
	if (pg_hmac_init(hmac, (const uint8 *) key, strlen(key)) < 0 ||
		pg_hmac_update(hmac, (const uint8 *) message, strlen(message)) < 0 ||
		pg_hmac_final(hmac, digest, sizeof(digest)) < 0)
	{
		pg_hmac_free(hmac);
		elog(ERROR, "could not compute a proof of the access token");
	}
	pg_hmac_free(hmac);
	hex_encode((const char *) digest, sizeof(digest), hex);
	return hex;
}

/*
 * The proof of the session's token, made once; NULL if none is wanted.
 */
static const char *
make_proof(AdpSession *session)
{
	const AdpSettings *settings = session->settings;
	MemoryContext old;

	if (session->proof != NULL || session->platform->grant != NULL ||
		settings->app_secret == NULL || settings->access_token == NULL)
		return session->proof;
	old = MemoryContextSwitchTo(session->cxt);
	session->proof = hmac_hex(settings->app_secret, settings->access_token);
	MemoryContextSwitchTo(old);
	return session->proof;
}

/*
 * Appends a parameter, unless it has no value.
 */
static void
append_param(StringInfo url, const char *name, const char *value)
{
	if (value == NULL)
		return;
	appendStringInfo(url, "%c%s=", strchr(url->data, '?') ? '&' : '?', name);
	adp_url_append(url, value);
}

/*
 * Adds to a URL what signs it.
 */
char *
adp_sign_url(AdpSession *session, const char *base, const char *token_param)
{
	StringInfoData url;

	initStringInfo(&url);
	appendStringInfoString(&url, base);
	append_param(&url, "appsecret_proof", make_proof(session));
	if (token_param != NULL)
		append_param(&url, token_param, session->settings->access_token);
	return url.data;
}

/*
 * The headers of a signed request.
 */
int
adp_sign_headers(const AdpSession *session, AdpHttpHeader *headers)
{
	int n = 0;

	headers[n++] =
		(AdpHttpHeader){"Authorization", psprintf("Bearer %s", session->token)};
	for (const AdpSettingHeader *header = session->platform->headers;
		 header != NULL && header->name != NULL; header++)
	{
		const char *value = adp_setting(session->settings, header->offset);

		if (value != NULL)
			headers[n++] = (AdpHttpHeader){header->name, value};
	}
	Assert(n <= ADP_SIGN_HEADERS_MAX);
	return n;
}
