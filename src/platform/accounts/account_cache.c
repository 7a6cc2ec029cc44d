/*
 * account_cache.c
 *	  What is remembered of accounts.
 *
 * In shared memory a set is its number of accounts, and for each account whether
 * it is closed, and its texts, each after a byte that says whether it is there.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/memutils.h"

#include "base/cache.h"
#include "platform/account.h"
#include "platform/accounts/account_cache.h"
#include "platform/api/sharing.h"

/* How long all of it is trusted. */
#define TTL_S 600

/* Accounts by their id, or by "*". */
static AdpCache accounts_cache;

/* Accounts that refuse a value, by id; concluded from two refusals. */
static AdpCache refusals_cache;

/* The texts of an account that are shared. */
static const size_t text_offsets[] = {
	offsetof(AdpAccount, id),		 offsetof(AdpAccount, name),
	offsetof(AdpAccount, time_zone), offsetof(AdpAccount, currency),
	offsetof(AdpAccount, system),	 offsetof(AdpAccount, retargeting),
};

/*
 * A text of an account.
 */
static const char **
account_text(const AdpAccount *account, int index)
{
	return (const char **) ((char *) account + text_offsets[index]);
}

/*
 * Writes a set for shared memory.
 */
static void
write_set(StringInfo out, const AdpAccountSet *set)
{
	appendBinaryStringInfo(out, (const char *) &set->count, sizeof(int));
	for (int i = 0; i < set->count; i++)
	{
		const AdpAccount *account = &set->items[i];

		appendStringInfoChar(out, account->is_closed ? 'c' : 'o');
		for (int t = 0; t < lengthof(text_offsets); t++)
		{
			const char *text = *account_text(account, t);

			appendStringInfoChar(out, text ? '+' : '-');
			appendBinaryStringInfo(out, text ? text : "",
								   text ? strlen(text) + 1 : 0);
		}
	}
}

/*
 * Reads a set from shared memory.  Its texts point into the bytes.
 */
static AdpAccountSet *
read_set(char *bytes)
{
	AdpAccountSet *set = palloc0(sizeof(AdpAccountSet));

	memcpy(&set->count, bytes, sizeof(int));
	bytes += sizeof(int);
	set->capacity = set->count;
	set->items = palloc0(Max(set->count, 1) * sizeof(AdpAccount));
	for (int i = 0; i < set->count; i++)
	{
		AdpAccount *account = &set->items[i];

		account->is_closed = *bytes++ == 'c';
		for (int t = 0; t < lengthof(text_offsets); t++)
		{
			if (*bytes++ == '-')
				continue;
			*account_text(account, t) = bytes;
			bytes += strlen(bytes) + 1;
		}
	}
	return set;
}

/*
 * The key of accounts in shared memory.
 */
static void
make_key(AdpSharedKey *key, const AdpSession *session, const char *id)
{
	char *what = psprintf("accounts %s", id ? id : "*");

	adp_sharing_key(key, session, what);
	pfree(what);
}

/*
 * Remembers accounts in this process for so many seconds.
 */
static void
keep_here(const AdpSettings *settings, const char *id, int64 seconds,
		  const AdpAccountSet *accounts)
{
	MemoryContext cxt =
		AllocSetContextCreate(CurrentMemoryContext, "adpipe known accounts",
							  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpAccountSet *known = palloc0(sizeof(AdpAccountSet));

	known->count = known->capacity = accounts->count;
	known->items = palloc(Max(known->count, 1) * sizeof(AdpAccount));
	for (int i = 0; i < known->count; i++)
	{
		known->items[i].id = pstrdup(accounts->items[i].id);
		adp_account_copy_settings(&known->items[i], &accounts->items[i]);
	}
	MemoryContextSwitchTo(old);
	adp_cache_keep(&accounts_cache, settings->serverid, settings->umid,
				   id ? id : "*", seconds, cxt, known);
}

/*
 * Looks up what this process knows.
 */
static const AdpAccountSet *
find_here(const AdpSettings *settings, const char *id)
{
	const AdpCacheEntry *entry =
		adp_cache_find(&accounts_cache, settings->serverid, settings->umid,
					   id ? id : "*");

	return entry ? entry->value : NULL;
}

/*
 * Looks up what is known.
 */
const AdpAccountSet *
adp_account_cache_find(const AdpSession *session, const char *id)
{
	const AdpAccountSet *known = find_here(session->settings, id);
	AdpSharedKey key;
	char *bytes;
	Size len;
	int64 seconds;

	if (known != NULL || adp_session_is_outdated(session))
		return known;
	make_key(&key, session, id);
	bytes = adp_shared_cache_find(&key, &len, &seconds);
	if (bytes == NULL)
		return NULL;
	keep_here(session->settings, id, Max(seconds, 1), read_set(bytes));
	return find_here(session->settings, id);
}

/*
 * Looks up the accounts behind "*" in this process.
 */
const AdpAccountSet *
adp_account_cache_peek(const AdpSettings *settings)
{
	return find_here(settings, NULL);
}

/*
 * Looks up what is known, or claims to find out.
 */
const AdpAccountSet *
adp_account_cache_find_or_claim(AdpSession *session, const char *id,
								AdpSharedClaim *claim, MemoryContext cxt,
								bool *is_ours)
{
	const AdpAccountSet *known = adp_account_cache_find(session, id);
	AdpSharedKey key;

	*is_ours = false;
	if (known != NULL)
		return known;
	make_key(&key, session, id);
	*is_ours = adp_sharing_claim(session, claim, cxt, &key);
	if (!*is_ours)
		return NULL;
	/* the session before may just have found out */
	known = adp_account_cache_find(session, id);
	if (known != NULL)
		adp_shared_claim_end(claim);
	return known;
}

/*
 * Remembers copies of the accounts.
 */
void
adp_account_cache_keep(const AdpSession *session, const char *id,
					   const AdpAccountSet *accounts)
{
	AdpSharedKey key;
	StringInfoData bytes;

	keep_here(session->settings, id, TTL_S, accounts);
	make_key(&key, session, id);
	initStringInfo(&bytes);
	write_set(&bytes, accounts);
	(void) adp_shared_cache_keep(&key, bytes.data, bytes.len, TTL_S);
	pfree(bytes.data);
}

/*
 * Whether an account is known to refuse a value.
 */
bool
adp_account_cache_has_refusal(const AdpSettings *settings, const char *id)
{
	return adp_cache_find(&refusals_cache, settings->serverid, settings->umid,
						  id) != NULL;
}

/*
 * Remembers that it does.
 */
void
adp_account_cache_keep_refusal(const AdpSettings *settings, const char *id)
{
	if (!adp_account_cache_has_refusal(settings, id))
		adp_cache_keep(&refusals_cache, settings->serverid, settings->umid, id,
					   TTL_S,
					   AllocSetContextCreate(CurrentMemoryContext,
											 "adpipe refusal",
											 ALLOCSET_SMALL_SIZES),
					   NULL);
}

/*
 * Forgets what is known by a server.
 */
void
adp_account_cache_forget(Oid serverid)
{
	adp_shared_cache_forget(serverid);
	adp_cache_forget(&accounts_cache, serverid);
	adp_cache_forget(&refusals_cache, serverid);
}
