/*
 * google_ads_credentials.c
 *	  Google Ads: what signs requests, and the grants that obtain access
 *	  tokens.
 *
 * A grant is the refresh token of a user who has agreed, or an assertion that a
 * service account signs with the key in its JSON key file (RFC 7523).
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/json.h"
#include "utils/timestamp.h"

#include "base/guc.h"
#include "base/jwt.h"
#include "platform/google_ads/google_ads.h"

/* Lifetime of a signed assertion, the platform's maximum. */
#define ASSERTION_LIFETIME_S 3600

#define SCOPE "https://www.googleapis.com/auth/adwords"
#define JWT_GRANT "urn:ietf:params:oauth:grant-type:jwt-bearer"

/*
 * Writes the claims of a service account's assertion.
 */
static char *
service_claims(const AdpSettings *settings, const char *email)
{
	StringInfoData claims;
	int64 now = (int64) timestamptz_to_time_t(adp_now());

	initStringInfo(&claims);
	appendStringInfoString(&claims, "{\"iss\":");
	escape_json(&claims, email);
	appendStringInfoString(&claims, ",\"scope\":\"" SCOPE "\",\"aud\":");
	escape_json(&claims, settings->token_endpoint);
	appendStringInfo(&claims,
					 ",\"iat\":" INT64_FORMAT ",\"exp\":" INT64_FORMAT "}", now,
					 now + ASSERTION_LIFETIME_S);
	return claims.data;
}

/*
 * Signs a service account's assertion with the key of its JSON key file.
 * Returns NULL, with *problem, if the file is invalid.
 */
static char *
service_assertion(const AdpSettings *settings, const char **problem)
{
	const char *key_file = settings->service_account_key;
	const AdpJson *key =
		adp_json_parse(CurrentMemoryContext, key_file, strlen(key_file), NULL);
	const char *email = adp_json_text(adp_json_get(key, "client_email"));
	const char *pem = adp_json_text(adp_json_get(key, "private_key"));
	const char *key_id = adp_json_text(adp_json_get(key, "private_key_id"));
	StringInfoData header;
	AdpError error = {0};
	char *assertion;

	if (email == NULL || pem == NULL)
	{
		*problem =
			"Option service_account_key is not a service account's key file: client_email or private_key is missing.";
		return NULL;
	}
	initStringInfo(&header);
	appendStringInfoString(&header, "{\"alg\":\"RS256\",\"typ\":\"JWT\"");
	if (key_id != NULL)
	{
		appendStringInfoString(&header, ",\"kid\":");
		escape_json(&header, key_id);
	}
	appendStringInfoChar(&header, '}');
	assertion = adp_jwt_rs256(pem, header.data, service_claims(settings, email),
							  &error);
	if (assertion == NULL)
		*problem = "The private_key in option service_account_key cannot sign.";
	return assertion;
}

/*
 * Writes the form of a token request.
 */
static bool
add_form(AdpParams *form, const AdpSettings *settings, const char **problem)
{
	if (settings->service_account_key != NULL)
	{
		adp_params_add(form, "grant_type", JWT_GRANT);
		adp_params_add(form, "assertion", service_assertion(settings, problem));
		return *problem == NULL;
	}
	if (settings->client_id == NULL || settings->client_secret == NULL ||
		settings->refresh_token == NULL)
	{
		*problem =
			"It has neither client_id, client_secret and refresh_token, nor a service_account_key, nor an access_token.";
		return false;
	}
	adp_params_add(form, "grant_type", "refresh_token");
	adp_params_add(form, "client_id", settings->client_id);
	adp_params_add(form, "client_secret", settings->client_secret);
	adp_params_add(form, "refresh_token", settings->refresh_token);
	return true;
}

static const AdpFailureRule rules[] =
	{{"HTTP 300..399", ADP_ERR_REFUSED},
	 {"HTTP 408", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"HTTP 425", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"HTTP 429", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"HTTP 500..", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"invalid_grant", ADP_ERR_CREDENTIALS, 0,
	  "The refresh token or key is no longer good: sign in again, or make a new key, and put it into the user mapping or its file."},
	 {"", ADP_ERR_CREDENTIALS, 0,
	  "Check client_id and client_secret in the user mapping against the OAuth client of the Google Cloud project."},
	 {NULL}};

static const AdpGrant grant = {
	.add_form = add_form,
	.failures = {.places = {.message = "error_description", .code = "error"},
				 .rules = rules},
	.hint =
		"Set client_id, client_secret and refresh_token, or service_account_key, or access_token with ALTER USER MAPPING.",
};

/*
 * Adds the access token, the manager that has access to the accounts, and the
 * developer token for users who must still send one (ignored since September
 * 2026).
 */
static void
sign(AdpAttempt *attempt)
{
	const AdpSettings *settings = attempt->session->settings;

	adp_attempt_bearer(attempt);
	adp_attempt_header(attempt, "login-customer-id", settings->manager);
	adp_attempt_header(attempt, "developer-token", settings->developer_token);
}

const AdpCredentials adp_google_ads_credentials = {.grant = &grant,
												   .sign = sign};
