/*
 * access_token.c
 *	  Meta Ads: how requests carry the access token, and the platform's report
 *	  on it.
 */
#include "postgres.h"

#include <ctype.h>

#include "common/hmac.h"
#include "common/sha2.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "platform/api/client.h"
#include "platform/api/request.h"
#include "platform/meta_ads/access_token.h"

/* The request for that report, a template as in request.h. */
#define REQUEST "/{version}/debug_token"

/* The last second of the year 9999; a later expiry is a misreading. */
#define EXPIRY_MAX INT64CONST(253402300799)

/*
 * Returns the HMAC of a message with SHA-256, as lower-case hexadecimal digits.
 */
static char *
hmac_hex(const char *key, const char *message)
{
	uint8 digest[PG_SHA256_DIGEST_LENGTH];
	char *hex = palloc0(2 * sizeof(digest) + 1);
	pg_hmac_ctx *hmac = pg_hmac_create(PG_SHA256);

	if (hmac == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
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
 * Returns the proof of the access token, if the user mapping holds an app
 * secret.
 */
static char *
derive_proof(const AdpSettings *settings)
{
	if (settings->app_secret == NULL || settings->access_token == NULL)
		return NULL;
	return hmac_hex(settings->app_secret, settings->access_token);
}

/*
 * Adds the access token and its proof.  The token is also what the request for
 * a report on it asks about.
 */
static void
sign(AdpAttempt *attempt)
{
	const AdpSession *session = attempt->session;

	adp_attempt_bearer(attempt);
	adp_params_add(&attempt->params, "appsecret_proof", session->derived);
	if (attempt->request->answer == ADP_ANSWER_TOKEN_INFO)
		adp_params_add(&attempt->params, "input_token", session->token);
}

const AdpCredentials adp_meta_ads_credentials = {.derive_secret = derive_proof,
												 .sign = sign};

/*
 * Whether the platform refuses to report on this token.
 */
static bool
is_withheld(const AdpCall *call)
{
	AdpErrorClass class = adp_call_failure(call)->class;

	return class == ADP_ERR_CREDENTIALS || class == ADP_ERR_REFUSED;
}

/*
 * For qsort: compares texts.
 */
static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/*
 * Returns the texts of an array, sorted and comma-separated.
 */
static char *
sorted_list(const AdpJson *array)
{
	int count = adp_json_count(array);
	const char **texts = palloc(Max(count, 1) * sizeof(char *));
	StringInfoData out;
	int n = 0;

	for (int i = 0; i < count; i++)
	{
		const char *text = adp_json_text(adp_json_at(array, i));

		if (text != NULL)
			texts[n++] = text;
	}
	qsort(texts, n, sizeof(char *), compare_texts);
	initStringInfo(&out);
	for (int i = 0; i < n; i++)
		appendStringInfo(&out, "%s%s", i > 0 ? "," : "", texts[i]);
	return out.data;
}

/*
 * Reads the report on the token.  The scopes of an invalid token mean nothing.
 */
static void
read_access(const AdpJson *doc, AdpTokenInfo *access)
{
	const AdpJson *scopes = adp_json_path(doc, "data.scopes");

	if (!adp_json_true(adp_json_path(doc, "data.is_valid")))
		return;
	if (scopes != NULL)
		access->scopes = sorted_list(scopes);
	access->expires_at =
		adp_json_int(adp_json_path(doc, "data.expires_at"), -1);
	if (access->expires_at > EXPIRY_MAX)
		access->expires_at = -1;
}

/*
 * Reads the response.  Returns false if its body is malformed and the call is
 * repeated.
 */
static bool
read_answer(AdpSession *session, MemoryContext cxt, AdpCall *call,
			AdpTokenInfo *access)
{
	const AdpJson *doc = adp_call_document(call, cxt);

	if (doc == NULL)
		return false;
	read_access(doc, access);
	return true;
}

/*
 * Waits for the response; returns false if the platform refuses to report.
 */
static bool
wait_for_answer(AdpSession *session, MemoryContext cxt, AdpCall *call,
				AdpTokenInfo *access)
{
	for (;;)
	{
		switch (adp_client_advance(call))
		{
			case ADP_CALL_RUNNING:
				adp_session_wait(session);
				break;
			case ADP_CALL_FAILED:
				if (!is_withheld(call))
					adp_call_throw(call);
				return false;
			case ADP_CALL_DONE:
				if (read_answer(session, cxt, call, access))
					return true;
				break;
		}
	}
}

/*
 * Makes the request.  Returns false for a token that needs escaping in a URL:
 * adpipe could not recognize it when the platform echoes it, and so not redact
 * it in messages.
 */
static bool
make_request(const AdpSettings *settings, AdpApiRequest *out)
{
	const char *token = settings->access_token;

	if (token == NULL)
		return false;
	for (const char *c = token; *c != '\0'; c++)
	{
		if (!isalnum((unsigned char) *c) && strchr("-_.", *c) == NULL)
			return false;
	}
	out->answer = ADP_ANSWER_TOKEN_INFO;
	out->method = "GET";
	out->path = adp_request_path(REQUEST, settings, NULL, NULL, NULL);
	return true;
}

/*
 * Fetches and reads the report.
 */
bool
adp_meta_ads_token_info(AdpSession *session, MemoryContext cxt,
						AdpTokenInfo *access)
{
	AdpApiRequest request = {0};
	MemoryContext old;
	AdpCall *call;
	bool is_reported;

	MemSet(access, 0, sizeof(AdpTokenInfo));
	access->expires_at = -1;
	if (!make_request(session->settings, &request))
		return false;
	old = MemoryContextSwitchTo(cxt);
	call = adp_client_call(session, cxt, &request, "access token");
	is_reported = wait_for_answer(session, cxt, call, access);
	adp_call_release(call);
	MemoryContextSwitchTo(old);
	return is_reported;
}
