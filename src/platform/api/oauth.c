/*
 * oauth.c
 *	  Access tokens: fetched, kept for the process, renewed.
 *
 * A token is kept in backend-local memory per (server, user mapping) until
 * shortly before it expires.  A change of the server or of the mapping drops
 * it, so that revoked credentials do not live on in a session.
 */
#include "postgres.h"

#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/binding.h"
#include "base/guc.h"
#include "platform/api/call.h"
#include "platform/api/oauth.h"

/* No token is kept for longer, whatever its answer says. */
#define EXPIRY_MAX_S (INT64CONST(7) * 24 * 60 * 60)

/* A token is renewed this long before it expires, so that none dies on the way. */
#define EXPIRY_MARGIN_S 60

typedef struct Token
{
	struct Token *next;
	AdpBinding binding;
	TimestampTz expires_at;
	char *text;
} Token;

static Token *tokens = NULL;

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

		if (token->binding.is_stale || token->expires_at <= now)
		{
			*link = token->next;
			adp_binding_let_go(&token->binding);
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
		if (adp_binding_holds(&token->binding, settings->serverid,
							  settings->umid))
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

	token = palloc0(sizeof(Token));
	token->text = pstrdup(text);
	adp_binding_tie(&token->binding, settings->serverid, settings->umid);
	expires_in_s = Max(Min(expires_in_s, EXPIRY_MAX_S), 0);
	token->expires_at =
		adp_now() + (expires_in_s - EXPIRY_MARGIN_S) * USECS_PER_SEC;
	token->next = tokens;
	tokens = token;
	MemoryContextSwitchTo(old);
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
			 errhint("%s", session->platform->grant->hint)));
}

/*
 * Starts the sign-in.
 */
static void
start_sign_in(AdpSession *session)
{
	MemoryContext old = MemoryContextSwitchTo(session->cxt);
	const char *problem = NULL;
	AdpParams form;

	adp_params_init(&form, true);
	if (!session->platform->grant->add_form(&form, session->settings, &problem))
		refuse_credentials(session, problem);
	session->sign_in =
		adp_call_create_sign_in(session, session->cxt, form.text.data);
	MemoryContextSwitchTo(old);
}

/*
 * Takes the token out of a sign-in's answer; false if that was none, and the
 * sign-in goes on.
 */
static bool
read_token(AdpSession *session)
{
	MemoryContext old = MemoryContextSwitchTo(session->cxt);
	const AdpJson *doc = adp_call_document(session->sign_in, session->cxt);
	const char *text = adp_json_text(adp_json_get(doc, "access_token"));
	int64 expires_in = adp_json_int(adp_json_get(doc, "expires_in"), 0);

	if (doc != NULL && text == NULL)
		refuse_credentials(session,
						   "The token endpoint answered without an access token.");
	if (text != NULL)
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
		kept->binding.is_stale = true;
	if (session->token != NULL && strcmp(session->token, token) == 0)
		session->token = NULL;
}
