/*
 * sharing.c
 *	  What sessions of the server have in common: tokens, lists of accounts.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "platform/api/sharing.h"

/* Milliseconds between two looks at what another session makes. */
#define LOOK_GAP_MS 25

/*
 * Appends a text with its length, so that no two lists of texts look the same.
 */
static void
add_text(StringInfo out, const char *text)
{
	if (text == NULL)
		appendStringInfoString(out, "-,");
	else
		appendStringInfo(out, "%zu:%s,", strlen(text), text);
}

/*
 * Appends the session's secrets.
 */
static void
add_secrets(StringInfo out, const AdpSession *session)
{
	for (const AdpOption *option = session->platform->options; option->name;
		 option++)
	{
		if (option->is_secret)
			add_text(out, adp_setting(session->settings, option->offset));
	}
}

/*
 * Digests the bytes, and wipes them.
 */
static void
digest(AdpSharedKey *key, Oid serverid, StringInfo bytes)
{
	adp_shared_key(key, serverid, bytes->data, bytes->len);
	explicit_bzero(bytes->data, bytes->len);
	pfree(bytes->data);
}

/*
 * Digests all that requests depend on: addresses, version, manager, secrets.
 */
void
adp_sharing_key(AdpSharedKey *key, const AdpSession *session, const char *what)
{
	const AdpSettings *settings = session->settings;
	StringInfoData bytes;

	initStringInfo(&bytes);
	appendStringInfo(&bytes, "%u,%u,%u,", MyDatabaseId, settings->serverid,
					 settings->umid);
	add_text(&bytes, what);
	add_text(&bytes, settings->endpoint);
	add_text(&bytes, settings->token_endpoint);
	add_text(&bytes, settings->api_version);
	add_text(&bytes, settings->manager);
	add_secrets(&bytes, session);
	digest(key, settings->serverid, &bytes);
}

/*
 * Digests the secrets alone.
 */
void
adp_sharing_secrets_key(AdpSharedKey *key, const AdpSession *session)
{
	StringInfoData bytes;

	initStringInfo(&bytes);
	add_secrets(&bytes, session);
	digest(key, session->settings->serverid, &bytes);
}

/*
 * Digests the platform's address, and the secrets.
 */
void
adp_sharing_platform_key(AdpSharedKey *key, const AdpSession *session)
{
	StringInfoData bytes;

	initStringInfo(&bytes);
	add_text(&bytes, session->platform->name);
	add_text(&bytes, session->settings->endpoint);
	add_secrets(&bytes, session);
	digest(key, InvalidOid, &bytes);
}

/*
 * Claims the work, or waits for the session that does it.
 */
bool
adp_sharing_claim(AdpSession *session, AdpSharedClaim *claim, MemoryContext cxt,
				  const AdpSharedKey *key)
{
	int64 now = adp_clock_ms();

	if (adp_shared_claim(claim, cxt, key))
	{
		session->awaits_since_ms = 0;
		return true;
	}
	if (session->awaits_since_ms == 0)
		session->awaits_since_ms = now;
	if (now - session->awaits_since_ms >= ADP_CLAIM_MAX_MS)
		return true;
	adp_session_wake_at(session, now + LOOK_GAP_MS);
	return false;
}
