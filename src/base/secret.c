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
 * Replaces each occurrence of one secret.
 */
static const char *
redact_one(const char *text, const char *secret)
{
	Size len = strlen(secret);
	const char *hit = strstr(text, secret);
	StringInfoData out;

	if (hit == NULL)
		return text;
	initStringInfo(&out);
	while (hit != NULL)
	{
		appendBinaryStringInfo(&out, text, (int) (hit - text));
		appendStringInfoString(&out, "***");
		text = hit + len;
		hit = strstr(text, secret);
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
