/*
 * oauth.c
 *	  Access tokens: fetched, kept for the process, renewed.
 *
 * A token is kept in backend-local memory per (server, user mapping) until
 * shortly before it expires.  A change of the server or of the mapping drops
 * it, so that revoked credentials do not live on in a session.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/inval.h"
#include "utils/json.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "base/guc.h"
#include "base/jwt.h"
#include "platform/call.h"
#include "platform/oauth.h"

/* A token is renewed this long before it expires, so that none dies on the way. */
#define EXPIRY_MARGIN_S 60

/* Lifetime asked for a signed assertion; the most that Google allows. */
#define ASSERTION_LIFETIME_S 3600

#define GOOGLE_SCOPE "https://www.googleapis.com/auth/adwords"
#define JWT_GRANT "urn:ietf:params:oauth:grant-type:jwt-bearer"

typedef struct Token
{
	struct Token *next;
	Oid serverid;
	Oid umid;
	TimestampTz expires_at;
	char *text;
	bool is_stale; /* its server or mapping changed */
} Token;

static Token *tokens = NULL;
static bool has_callbacks = false;

/*
 * Invalidation callback: marks all tokens; they are freed at the next look-up.
 * Which server or mapping changed is only known by hash, and signing in again
 * costs one request.
 */
static void
mark_stale(Datum arg, int cacheid, uint32 hashvalue)
{
	for (Token *token = tokens; token != NULL; token = token->next)
		token->is_stale = true;
}

/*
 * Removes stale and expired tokens.
 */
static void
sweep(void)
{
	Token **link = &tokens;
	TimestampTz now = adp_now();

	while (*link != NULL)
	{
		Token *token = *link;

		if (token->is_stale || token->expires_at <= now)
		{
			*link = token->next;
			pfree(token->text);
			pfree(token);
		}
		else
			link = &token->next;
	}
}

/*
 * The kept token of a session's server and mapping; NULL if there is none.
 */
static Token *
find_token(const AdpSettings *settings)
{
	sweep();
	for (Token *token = tokens; token != NULL; token = token->next)
	{
		if (token->serverid == settings->serverid &&
			token->umid == settings->umid)
			return token;
	}
	return NULL;
}

/*
 * Keeps a token for later statements.
 */
static void
keep_token(const AdpSettings *settings, const char *text, int64 expires_in_s)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
	Token *token;

	if (!has_callbacks)
	{
		CacheRegisterSyscacheCallback(FOREIGNSERVEROID, mark_stale, (Datum) 0);
		CacheRegisterSyscacheCallback(USERMAPPINGOID, mark_stale, (Datum) 0);
		has_callbacks = true;
	}
	token = palloc0(sizeof(Token));
	token->text = pstrdup(text);
	token->serverid = settings->serverid;
	token->umid = settings->umid;
	token->expires_at =
		adp_now() + (expires_in_s - EXPIRY_MARGIN_S) * USECS_PER_SEC;
	token->next = tokens;
	tokens = token;
	MemoryContextSwitchTo(old);
}

/*
 * Appends name=value to a form, escaping all but unreserved characters.
 */
static void
append_form(StringInfo form, const char *name, const char *value)
{
	if (form->len > 0)
		appendStringInfoChar(form, '&');
	appendStringInfo(form, "%s=", name);
	for (const unsigned char *c = (const unsigned char *) value; *c; c++)
	{
		if ((*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') ||
			(*c >= 'a' && *c <= 'z') || strchr("-._~", *c) != NULL)
			appendStringInfoChar(form, *c);
		else
			appendStringInfo(form, "%%%02X", *c);
	}
}

/*
 * Throws for credentials that cannot be used as they are.
 */
static void
refuse_credentials(const AdpSession *session, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 errmsg("user mapping for server \"%s\" cannot sign in to platform \"%s\"",
					session->settings->server_name, session->platform->name),
			 errdetail_internal("%s", detail),
			 errhint(
				 "Set client_id, client_secret and refresh_token, or service_account_key, or access_token with ALTER USER MAPPING.")));
}

/*
 * The claims of a service account's assertion.
 */
static char *
service_claims(const AdpSession *session, const char *email)
{
	StringInfoData claims;
	int64 now = (int64) timestamptz_to_time_t(adp_now());

	initStringInfo(&claims);
	appendStringInfoString(&claims, "{\"iss\":");
	escape_json(&claims, email);
	appendStringInfoString(&claims, ",\"scope\":\"" GOOGLE_SCOPE "\",\"aud\":");
	escape_json(&claims, session->settings->token_endpoint);
	appendStringInfo(&claims,
					 ",\"iat\":" INT64_FORMAT ",\"exp\":" INT64_FORMAT "}", now,
					 now + ASSERTION_LIFETIME_S);
	return claims.data;
}

/*
 * Signs a service account's assertion with the key of its JSON key file.
 */
static char *
service_assertion(AdpSession *session)
{
	const char *key_file = session->settings->service_account_key;
	const AdpJson *key =
		adp_json_parse(CurrentMemoryContext, key_file, strlen(key_file), NULL);
	const char *email = adp_json_text(adp_json_get(key, "client_email"));
	const char *pem = adp_json_text(adp_json_get(key, "private_key"));
	const char *key_id = adp_json_text(adp_json_get(key, "private_key_id"));
	StringInfoData header;
	AdpError error = {0};
	char *assertion;

	if (email == NULL || pem == NULL)
		refuse_credentials(session,
						   "Option service_account_key is not a service account's key file: client_email or private_key is missing.");
	initStringInfo(&header);
	appendStringInfoString(&header, "{\"alg\":\"RS256\",\"typ\":\"JWT\"");
	if (key_id != NULL)
	{
		appendStringInfoString(&header, ",\"kid\":");
		escape_json(&header, key_id);
	}
	appendStringInfoChar(&header, '}');
	assertion =
		adp_jwt_rs256(pem, header.data, service_claims(session, email), &error);
	if (assertion == NULL)
		refuse_credentials(session,
						   "The private_key in option service_account_key cannot sign.");
	return assertion;
}

/*
 * The form that asks for a token.
 */
static char *
token_form(AdpSession *session)
{
	const AdpSettings *settings = session->settings;
	StringInfoData form;

	initStringInfo(&form);
	if (settings->service_account_key != NULL)
	{
		append_form(&form, "grant_type", JWT_GRANT);
		append_form(&form, "assertion", service_assertion(session));
		return form.data;
	}
	if (settings->client_id == NULL || settings->client_secret == NULL ||
		settings->refresh_token == NULL)
		refuse_credentials(session,
						   "It has neither client_id, client_secret and refresh_token, nor a service_account_key, nor an access_token.");
	append_form(&form, "grant_type", "refresh_token");
	append_form(&form, "client_id", settings->client_id);
	append_form(&form, "client_secret", settings->client_secret);
	append_form(&form, "refresh_token", settings->refresh_token);
	return form.data;
}

/*
 * Starts the sign-in.
 */
static void
start_sign_in(AdpSession *session)
{
	MemoryContext old = MemoryContextSwitchTo(session->cxt);

	session->sign_in =
		adp_call_create_sign_in(session, session->cxt, token_form(session));
	MemoryContextSwitchTo(old);
}

/*
 * Takes the token out of a sign-in's answer; false if there is none in it.
 */
static bool
read_token(AdpSession *session)
{
	MemoryContext old = MemoryContextSwitchTo(session->cxt);
	Size len;
	const char *body = adp_call_body(session->sign_in, &len);
	AdpError error = {0};
	const AdpJson *doc = adp_json_parse(session->cxt, body, len, &error);
	const char *text = adp_json_text(adp_json_get(doc, "access_token"));
	int64 expires_in = adp_json_int(adp_json_get(doc, "expires_in"), 0);

	if (doc == NULL)
		adp_call_reject(session->sign_in, &error);
	else if (text == NULL)
		refuse_credentials(session,
						   "The token endpoint answered without an access token.");
	else
	{
		session->token = pstrdup(text);
		if (!adp_session_is_outdated(session))
			keep_token(session->settings, text, expires_in);
	}
	MemoryContextSwitchTo(old);
	return session->token != NULL;
}

/*
 * Takes the sign-in as far as it goes.
 */
bool
adp_oauth_is_signed_in(AdpSession *session)
{
	Token *kept;

	if (session->token != NULL)
		return true;
	if (session->sign_in == NULL)
	{
		if (session->settings->access_token != NULL)
			session->token = session->settings->access_token;
		else if ((kept = find_token(session->settings)) != NULL)
			session->token = MemoryContextStrdup(session->cxt, kept->text);
		else
			start_sign_in(session);
	}
	if (session->sign_in == NULL)
		return true;
	switch (adp_call_advance(session->sign_in))
	{
		case ADP_CALL_RUNNING:
			return false;
		case ADP_CALL_FAILED:
			adp_call_throw(session->sign_in);
		case ADP_CALL_DONE:
			break;
	}
	if (!read_token(session))
		return false;
	adp_call_release(session->sign_in);
	session->sign_in = NULL;
	return true;
}

/*
 * Whether a new token can be had.
 */
bool
adp_oauth_can_renew(const AdpSession *session)
{
	return session->settings->access_token == NULL;
}

/*
 * Forgets a refused token.
 */
void
adp_oauth_forget(AdpSession *session, const char *token)
{
	Token *kept = find_token(session->settings);

	if (kept != NULL && strcmp(kept->text, token) == 0)
		kept->is_stale = true;
	if (session->token != NULL && strcmp(session->token, token) == 0)
		session->token = NULL;
}

/*
 * Reads a refusal of the token endpoint: {"error", "error_description"}.
 */
void
adp_oauth_read_failure(const AdpReply *reply, AdpFailure *failure)
{
	failure->code = adp_json_text(adp_json_get(reply->doc, "error"));
	failure->message =
		adp_json_text(adp_json_get(reply->doc, "error_description"));
	if (reply->status == 429 || reply->status >= 500)
	{
		failure->class = ADP_ERR_REPLY;
		failure->is_transient = true;
		return;
	}
	failure->class = ADP_ERR_CREDENTIALS;
	failure->is_permanent = true;
	if (failure->code != NULL && strcmp(failure->code, "invalid_grant") == 0)
		failure->hint =
			"The refresh token or key is no longer good: sign in again, or make a new key, and store it in the user mapping.";
	else
		failure->hint =
			"Check client_id and client_secret in the user mapping against the OAuth client of the Google Cloud project.";
}
