/*
 * secret.c
 *	  Keeps credentials out of whatever is shown or logged.
 *
 * Platforms echo what they were sent: a refused token may come back inside the
 * sentence that refuses it.  So every foreign text passes here before it
 * becomes part of an error.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/secret.h"

/*
 * How much of the beginning of text is the beginning of a secret.
 */
static Size
common_len(const char *text, const char *secret)
{
	Size len = 0;

	while (secret[len] != '\0' && text[len] == secret[len])
		len++;
	return len;
}

/*
 * Replaces each occurrence of one secret, also one that was cut on its way.
 */
static const char *
redact_one(const char *text, const char *secret)
{
	const char *head = pnstrdup(secret, ADP_SECRET_HEAD);
	const char *hit = strstr(text, head);
	StringInfoData out;

	if (hit == NULL)
		return text;
	initStringInfo(&out);
	while (hit != NULL)
	{
		appendBinaryStringInfo(&out, text, (int) (hit - text));
		appendStringInfoString(&out, "***");
		text = hit + common_len(hit, secret);
		hit = strstr(text, head);
	}
	appendStringInfoString(&out, text);
	return out.data;
}

/*
 * Replaces each occurrence of each secret.
 */
const char *
adp_secret_redact(const char *text, const char *const *secrets, int nsecrets)
{
	if (text == NULL)
		return NULL;
	for (int i = 0; i < nsecrets; i++)
	{
		if (secrets[i] != NULL && strlen(secrets[i]) >= ADP_SECRET_MIN)
			text = redact_one(text, secrets[i]);
	}
	return text;
}
