/*
 * sign_in.c
 *	  Access tokens: ready ones, or fetched, kept for the process, renewed.
 *
 * A fetched token is kept until shortly before it expires: in shared memory for
 * all sessions with the same server, user mapping and secrets, of which only one
 * fetches; without shared memory in this process, per (server, user mapping).  A
 * change of the server or of the mapping drops it, so that revoked credentials do
 * not live on in a session.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/cache.h"
#include "platform/api/call.h"
#include "platform/api/credentials.h"
#include "platform/api/secret_files.h"
#include "platform/api/shared_work.h"
#include "platform/api/sharing.h"
#include "platform/api/sign_in.h"

/* No token is kept for longer, whatever its answer says. */
#define EXPIRY_MAX_S (INT64CONST(7) * 24 * 60 * 60)

/* Largest answer of a token endpoint. */
#define ANSWER_MAX ((Size) 1024 * 1024)

/* A token is renewed this long before it expires, so that it stays valid on the way. */
#define EXPIRY_MARGIN_S 60

/* The key of a token, since a mapping has but one. */
#define TOKEN_KEY "token"

/* The key of sign-ins among work that scans of this process share. */
#define SIGN_IN "sign-in"

/* Access tokens, as texts. */
static AdpCache token_cache;

/*
 * Returns the token that this process keeps for a server and mapping, or NULL.
 */
static AdpCacheEntry *
find_own_token(const AdpSettings *settings)
{
	return adp_cache_find(&token_cache, settings->serverid, settings->umid,
						  TOKEN_KEY);
}

/*
 * Takes the token that is kept for the session's server, mapping and secrets, if
 * there is one.
 */
static bool
take_kept_token(AdpSession *session)
{
	const AdpCacheEntry *own = find_own_token(session->settings);
	MemoryContext old = MemoryContextSwitchTo(session->cxt);
	AdpSharedKey key;
	Size len;
	int64 seconds;

	adp_sharing_key(&key, session, TOKEN_KEY);
	session->token = adp_shared_cache_find(&key, &len, &seconds);
	if (session->token == NULL && own != NULL)
		session->token = pstrdup(own->value);
	MemoryContextSwitchTo(old);
	return session->token != NULL;
}

/*
 * Keeps a token for later statements, in this process.
 */
static void
keep_own_token(const AdpSettings *settings, const char *text, int64 seconds)
{
	MemoryContext cxt =
		AllocSetContextCreate(CurrentMemoryContext, "adpipe access token",
							  ALLOCSET_SMALL_SIZES);

	adp_cache_keep(&token_cache, settings->serverid, settings->umid, TOKEN_KEY,
				   seconds, cxt, MemoryContextStrdup(cxt, text));
}

/*
 * Keeps a token for later statements, of all sessions if possible.
 */
static void
keep_token(const AdpSession *session, int64 expires_in_s)
{
	int64 seconds = Max(Min(expires_in_s, EXPIRY_MAX_S), 0) - EXPIRY_MARGIN_S;
	AdpSharedKey key;

	adp_sharing_key(&key, session, TOKEN_KEY);
	if (!adp_shared_cache_keep(&key, session->token, strlen(session->token),
							   seconds))
		keep_own_token(session->settings, session->token, seconds);
}

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
 * Throws for a user mapping that lacks the ready token that the platform needs.
 */
static void
refuse_missing_token(const AdpSession *session)
{
	const char *option = token_option(session->platform);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 errmsg("user mapping for server \"%s\" cannot sign in to platform \"%s\"",
					session->settings->server_name, session->platform->name),
			 errdetail("It has no option \"%s\".", option),
			 errhint("ALTER USER MAPPING ... OPTIONS (ADD %s" ADP_FILE_SUFFIX
					 " '...') with the path of a file on the server, or (ADD %s '...').",
					 option, option)));
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
			 errhint("%s", session->platform->credentials->grant->hint)));
}

/*
 * Starts the call that fetches a token: a form posted to the token endpoint.
 */
static void
start_sign_in(AdpSession *session)
{
	const AdpGrant *grant = session->platform->credentials->grant;
	const AdpEndpoint endpoint = {.url = session->settings->token_endpoint,
								  .failures = &grant->failures,
								  .document_max = ANSWER_MAX,
								  .has_secret_requests = true};
	AdpApiRequest request = {.method = "POST",
							 .path = "",
							 .content_type = "application/x-www-form-urlencoded",
							 .answer = ADP_ANSWER_TOKEN};
	MemoryContext old = MemoryContextSwitchTo(session->cxt);
	const char *problem = NULL;
	AdpParams form;

	adp_secret_files_load(session);
	adp_params_init(&form, true);
	if (!grant->add_form(&form, session->settings, &problem))
		refuse_credentials(session, problem);
	request.body = form.text.data;
	session->sign_in =
		adp_call_create(session, session->cxt, &endpoint, &request, "sign-in");
	session->announcement =
		adp_shared_work_announce(session->cxt, session, SIGN_IN, session);
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
			keep_token(session, expires_in);
	}
	MemoryContextSwitchTo(old);
	return session->token != NULL;
}

/*
 * For adp_shared_work_drive(): whether another scan of this process signs in with
 * the same secrets.
 */
static bool
can_share_sign_in(const void *work, const AdpSettings *settings)
{
	const AdpSession *other = work;

	return other->sign_in != NULL && !adp_call_is_lost(other->sign_in);
}

/*
 * Whether somebody else signs in, whose token this session waits for.
 */
static bool
waits_for_token(AdpSession *session)
{
	AdpSession *other =
		adp_shared_work_drive(session, SIGN_IN, can_share_sign_in);
	AdpSharedKey key;

	if (other != NULL)
	{
		(void) adp_sign_in_advance(other);
		return !take_kept_token(session);
	}
	adp_sharing_key(&key, session, TOKEN_KEY);
	if (!adp_sharing_claim(session, &session->claim, session->cxt, &key))
		return true;
	/* the session before may just have kept one */
	if (take_kept_token(session))
		adp_shared_claim_end(&session->claim);
	return false;
}

/*
 * Takes a token that is there already, or starts to fetch one.
 */
static void
begin_sign_in(AdpSession *session)
{
	if (session->settings->access_token != NULL)
		session->token = session->settings->access_token;
	else if (session->platform->credentials->grant == NULL)
		refuse_missing_token(session);
	else if (!take_kept_token(session) && !waits_for_token(session) &&
			 session->token == NULL)
		start_sign_in(session);
}

/*
 * Lets other scans and sessions sign in again.
 */
static void
end_sign_in(AdpSession *session)
{
	adp_owner_release(session->announcement);
	adp_shared_claim_end(&session->claim);
}

/*
 * Takes the call that fetches a token as far as it goes.
 */
static bool
go_on(AdpSession *session)
{
	switch (adp_call_advance(session->sign_in))
	{
		case ADP_CALL_RUNNING:
			return false;
		case ADP_CALL_FAILED:
			end_sign_in(session);
			adp_call_throw(session->sign_in);
		case ADP_CALL_DONE:
			break;
	}
	if (!read_token(session))
		return false;
	end_sign_in(session);
	adp_call_release(session->sign_in);
	session->sign_in = NULL;
	return true;
}

/*
 * Signs the session in.
 */
bool
adp_sign_in_advance(AdpSession *session)
{
	if (session->token == NULL && session->sign_in == NULL)
		begin_sign_in(session);
	return session->sign_in != NULL ? go_on(session) : session->token != NULL;
}

/*
 * Whether a new token can be had.
 */
bool
adp_sign_in_can_renew(const AdpSession *session)
{
	return session->platform->credentials->grant != NULL &&
		session->settings->access_token == NULL;
}

/*
 * Forgets a refused token.
 */
void
adp_sign_in_forget(AdpSession *session, const char *token)
{
	AdpCacheEntry *own = find_own_token(session->settings);
	AdpSharedKey key;

	if (own != NULL && strcmp(own->value, token) == 0)
		own->binding.is_stale = true;
	adp_sharing_key(&key, session, TOKEN_KEY);
	adp_shared_cache_drop(&key, token, strlen(token));
	if (session->token != NULL && strcmp(session->token, token) == 0)
		session->token = NULL;
}
