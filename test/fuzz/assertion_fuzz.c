/*
 * assertion_fuzz.c
 *	  Fuzzes the key file of a service account and what is signed with it.
 *
 * An input's first byte picks a key: none, a good one, one that is too short and
 * one of another kind, all made when the process starts, so that no key lies in
 * the tree.  The second says how often the key is changed, by two bytes each:
 * where, and to what.  The rest is the key file, in which each @ stands for the
 * key.  A finding is: an assertion that the key did not sign or that is issued
 * by another one, a form without one, and an error that holds a part of the key.
 */
#include "postgres.h"

#include "fuzz.h"
#include "lib/stringinfo.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/json.h"
#include "platform/api/credentials.h"
#include "platform/platform.h"

#define KEYS 3

static EVP_PKEY *keys[KEYS];
static char *texts[KEYS];

/*
 * Writes a key in PEM.
 */
static char *
write_key(EVP_PKEY *key)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *bytes;
	long len;
	char *text;

	if (PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) != 1)
		elog(ERROR, "key could not be written");
	len = BIO_get_mem_data(out, &bytes);
	text = MemoryContextAllocZero(TopMemoryContext, len + 1);
	memcpy(text, bytes, len);
	BIO_free(out);
	return text;
}

/*
 * Makes the keys of this process.
 */
static void
make_keys(void)
{
	if (keys[0] != NULL)
		return;
	keys[0] = EVP_RSA_gen(2048);
	keys[1] = EVP_RSA_gen(1024);
	keys[2] = EVP_EC_gen("P-256");
	for (int i = 0; i < KEYS; i++)
		texts[i] = write_key(keys[i]);
}

/*
 * Returns a key as a JSON string without quotes, changed as the input says.
 */
static char *
take_key(FuzzInput *input, const char *text)
{
	char *key = pstrdup(text);
	int changes = fuzz_take_byte(input) % 4;
	StringInfoData out;

	while (changes-- > 0 && key[0] != '\0')
	{
		int at = fuzz_take_byte(input) * 7 % strlen(key);
		char c = (char) (fuzz_take_byte(input) & 0x7f);

		key[at] = c != '\0' ? c : 'A';
	}
	initStringInfo(&out);
	escape_json(&out, key);
	out.data[out.len - 1] = '\0';
	return out.data + 1;
}

/*
 * Returns a key file with a key in place of each @.
 */
static char *
make_file(const char *template, const char *key)
{
	StringInfoData out;

	initStringInfo(&out);
	for (; *template != '\0' && out.len < 100000; template ++)
	{
		if (*template == '@')
			appendStringInfoString(&out, key);
		else
			appendStringInfoChar(&out, *template);
	}
	return out.data;
}

/*
 * Decodes base64url without padding.
 */
static unsigned char *
decode_part(const char *text, int len, int *size)
{
	char *copy = palloc(len + 4);
	unsigned char *out = palloc0(len + 4);
	int padded = (len + 3) / 4 * 4;

	memset(copy, '=', len + 3);
	for (int i = 0; i < len; i++)
		copy[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
	*size = EVP_DecodeBlock(out, (unsigned char *) copy, padded);
	if (*size < 0)
		fuzz_finding("a part of the assertion is no base64url");
	*size -= padded - len;
	return out;
}

/*
 * Whether a key has signed an assertion.
 */
static bool
has_signed(EVP_PKEY *key, const char *assertion)
{
	const char *dot = strrchr(assertion, '.');
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	int size;
	unsigned char *signature = decode_part(dot + 1, strlen(dot + 1), &size);
	bool is_good =
		EVP_DigestVerifyInit(digest, NULL, EVP_sha256(), NULL, key) == 1 &&
		EVP_DigestVerify(digest, signature, size,
						 (const unsigned char *) assertion,
						 dot - assertion) == 1;

	EVP_MD_CTX_free(digest);
	ERR_clear_error();
	return is_good;
}

/*
 * Checks the claims of an assertion.
 */
static void
check_claims(const char *assertion, const char *file)
{
	const AdpJson *given =
		adp_json_parse(CurrentMemoryContext, file, strlen(file), NULL);
	const char *start = strchr(assertion, '.');
	int size;
	const char *text;
	const AdpJson *claims;

	if (start == NULL || strchr(start + 1, '.') != strrchr(assertion, '.'))
		fuzz_finding("the assertion has other than three parts");
	text =
		(const char *) decode_part(start + 1, strcspn(start + 1, "."), &size);
	claims = adp_json_parse(CurrentMemoryContext, text, size, NULL);
	fuzz_check_same("issuer", adp_json_text(adp_json_get(claims, "iss")),
					adp_json_text(adp_json_get(given, "client_email")));
}

/*
 * Checks that no error shows a part of the key.
 */
static void
check_problem(const char *problem, const char *key)
{
	if (problem == NULL)
		fuzz_finding("there is neither an assertion nor an error");
	for (size_t i = 40; i + 20 < strlen(key); i += 20)
	{
		if (strstr(problem, pnstrdup(key + i, 16)) != NULL)
			fuzz_finding("an error shows the key");
	}
}

/*
 * Whether a key file has the good key as it was made.
 */
static bool
holds_good_key(const char *file)
{
	const AdpJson *given =
		adp_json_parse(CurrentMemoryContext, file, strlen(file), NULL);
	const char *pem = adp_json_text(adp_json_get(given, "private_key"));

	return pem != NULL && strcmp(pem, texts[0]) == 0;
}

void
fuzz_assertion(FuzzInput input)
{
	const AdpPlatform *platform = adp_platform_by_name("google_ads");
	int pick = fuzz_take_byte(&input) % (KEYS + 1);
	AdpSettings settings = {.token_endpoint = platform->token_endpoint};
	const char *problem = NULL;
	const char *assertion;
	AdpParams form;
	char *key;

	make_keys();
	key = take_key(&input, pick > 0 ? texts[pick - 1] : "");
	settings.service_account_key = make_file(fuzz_take_text(&input), key);
	adp_params_init(&form, false);
	if (!platform->credentials->grant->add_form(&form, &settings, &problem))
	{
		check_problem(problem, key);
		return;
	}
	assertion = strstr(form.text.data, "&assertion=");
	if (problem != NULL || assertion == NULL)
		fuzz_finding("a form lacks its assertion");
	assertion += strlen("&assertion=");
	check_claims(assertion, settings.service_account_key);
	if (holds_good_key(settings.service_account_key) &&
		!has_signed(keys[0], assertion))
		fuzz_finding("the assertion is not signed by the key");
}
