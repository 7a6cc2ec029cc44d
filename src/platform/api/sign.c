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
#include "platform/api/oauth.h"
#include "platform/api/sign.h"

/*
 * The option that holds a ready token: the secret that goes to access_token.
 */
static const char *
token_option(const AdpPlatform *platform)
{
	const AdpOption *option = platform->options;

	while (option->offset != offsetof(AdpSettings, access_token))
		option++;
	return option->name;
}

/*
 * Takes the ready token of the user mapping.
 */
static void
take_ready_token(AdpSession *session)
{
	const char *option = token_option(session->platform);

	session->token = session->settings->access_token;
	if (session->token == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("user mapping for server \"%s\" cannot sign in to platform \"%s\"",
						session->settings->server_name, session->platform->name),
				 errdetail("It has no option \"%s\".", option),
				 errhint("ALTER USER MAPPING ... OPTIONS (ADD %s '...').",
						 option)));
}

/*
 * Takes the sign-in as far as it goes.
 */
bool
adp_sign_is_ready(AdpSession *session)
{
	if (session->platform->grant != NULL)
		return adp_oauth_is_signed_in(session);
	if (session->token == NULL)
		take_ready_token(session);
	return true;
}

/*
 * Whether a new token can be had.
 */
bool
adp_sign_can_renew(const AdpSession *session)
{
	return session->platform->grant != NULL && adp_oauth_can_renew(session);
}

/*
 * Forgets a refused token.
 */
void
adp_sign_forget(AdpSession *session, const char *token)
{
	adp_oauth_forget(session, token);
}

/*
 * Reads a refusal of the token endpoint.
 */
void
adp_sign_read_failure(const AdpSession *session, const AdpReply *reply,
					  AdpFailure *failure)
{
	adp_failure_read(&session->platform->grant->failures, reply, failure);
}

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
 * The URL of a request.
 */
char *
adp_sign_url(AdpSession *session, MemoryContext cxt, const char *base,
			 const char *path, const char *token_param)
{
	const char *proof = make_proof(session);
	MemoryContext old = MemoryContextSwitchTo(cxt);
	StringInfoData url;

	initStringInfo(&url);
	appendStringInfo(&url, "%s%s", base, path);
	append_param(&url, "appsecret_proof", proof);
	if (token_param != NULL)
		append_param(&url, token_param, session->settings->access_token);
	MemoryContextSwitchTo(old);
	return url.data;
}
