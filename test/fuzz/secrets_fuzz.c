/*
 * secrets_fuzz.c
 *	  Fuzzes the removal of secrets from texts of others.
 *
 * An input's first byte picks an encoding; its first line is a secret, the
 * second what stands before it in a text, the rest what stands behind it.  A
 * finding is a text that still holds the encoded secret.
 */
#include "postgres.h"

#include "common/base64.h"
#include "fuzz.h"
#include "lib/stringinfo.h"
#include "utils/json.h"

#include "base/base64url.h"
#include "base/secret.h"
#include "net/url.h"

/*
 * Returns a text in percent-encoding.
 */
static char *
encode_percent(const char *text)
{
	StringInfoData out;

	initStringInfo(&out);
	adp_url_append(&out, text);
	return out.data;
}

/*
 * Returns a text as in a JSON string, without quotes.
 */
static char *
encode_json(const char *text)
{
	StringInfoData out;

	initStringInfo(&out);
	escape_json(&out, text);
	out.data[out.len - 1] = '\0';
	return out.data + 1;
}

/*
 * Returns a text with all bytes as \xNN.
 */
static char *
encode_bytes(const char *text)
{
	StringInfoData out;

	initStringInfo(&out);
	for (const unsigned char *c = (const unsigned char *) text; *c != '\0'; c++)
		appendStringInfo(&out, "\\x%02x", *c);
	return out.data;
}

/*
 * Encodes a secret as picked: twice at most.
 */
static char *
encode(const char *secret, int picks)
{
	char *text = pstrdup(secret);

	for (int i = 0; i < 2; i++, picks >>= 2)
	{
		switch (picks & 3)
		{
			case 1:
				text = encode_percent(text);
				break;
			case 2:
				text = encode_json(text);
				break;
			case 3:
				text = encode_bytes(text);
				break;
		}
	}
	return text;
}

/*
 * Checks that a text does not show a secret, other than where the text around it
 * has a copy.
 */
static void
check_text(const char *before, const char *encoded, const char *behind,
		   const char *secret)
{
	const char *text = psprintf("%s%s%s", before, encoded, behind);
	const char *shown = adp_secret_redact(text, &secret, 1);

	if (strstr(shown, encoded) != NULL)
		fuzz_finding("text \"%s\" shows secret \"%s\": %s", text, secret, shown);
}

/*
 * Checks the same in base64, whose groups begin anywhere in the secret.
 */
static void
check_base64(const char *before, const char *behind, const char *secret)
{
	const char *text = psprintf("%s%s%s", before, secret, behind);
	int room = pg_b64_enc_len(strlen(text));
	char *encoded = palloc(room + 1);
	const char *shown;
	int len = pg_b64_encode(text, strlen(text), encoded, room);

	encoded[len] = '\0';
	shown = adp_secret_redact(encoded, &secret, 1);
	if (strcmp(shown, encoded) == 0)
		fuzz_finding("base64 \"%s\" shows secret \"%s\"", encoded, secret);
}

/*
 * Whether a text ends within an encoding, to which what follows would belong.
 */
static bool
begins_encoding(const char *text)
{
	size_t len = strlen(text);

	return strpbrk(text + len - Min(len, 5), "%\\") != NULL;
}

void
fuzz_secrets(FuzzInput input)
{
	int picks = fuzz_take_byte(&input);
	const char *secret = fuzz_take_line(&input);
	const char *before = fuzz_take_line(&input);
	const char *behind = fuzz_take_text(&input);

	(void) adp_secret_is_likely(secret);
	if (strlen(secret) < ADP_SECRET_MIN)
	{
		if (adp_secret_redact(before, &secret, 1) != before)
			fuzz_finding("secret \"%s\" is short and is removed", secret);
		return;
	}
	if (!begins_encoding(before))
		check_text(before, encode(secret, picks), behind, secret);
	/* fewer characters of base64 could be any text's */
	if (strlen(secret) >= 12)
		check_base64(before, behind, secret);
}
