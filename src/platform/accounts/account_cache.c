/*
 * account_cache.c
 *	  What this process remembers of accounts.
 *
 * Keyed by (server, user mapping), so that one role never learns what another
 * role's credentials can see; dropped when either changes.
 */
#include "postgres.h"

#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/binding.h"
#include "base/guc.h"
#include "platform/accounts/account_cache.h"

typedef struct Entry
{
	struct Entry *next;
	MemoryContext cxt; /* the entry and all it holds */
	AdpBinding binding;
	const char *id; /* NULL: what "*" stands for */
	TimestampTz fetched_at;
	AdpCachedAccounts known;
} Entry;

static Entry *entries = NULL;

/*
 * Removes entries that are stale or too old.  A clock that went back makes an
 * entry too old as well.
 */
static void
sweep(void)
{
	Entry **link = &entries;
	TimestampTz now = adp_now();

	while (*link != NULL)
	{
		Entry *entry = *link;
		TimestampTz end =
			entry->fetched_at + ADP_ACCOUNT_CACHE_TTL_S * USECS_PER_SEC;

		if (entry->binding.is_stale || now >= end || now < entry->fetched_at)
		{
			*link = entry->next;
			adp_binding_let_go(&entry->binding);
			MemoryContextDelete(entry->cxt);
		}
		else
			link = &entry->next;
	}
}

/*
 * Whether two ids are the same, NULL being an id of its own.
 */
static bool
same_id(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

/*
 * Looks up what is known.
 */
const AdpCachedAccounts *
adp_account_cache_find(const AdpSettings *settings, const char *id)
{
	sweep();
	for (Entry *entry = entries; entry != NULL; entry = entry->next)
	{
		if (adp_binding_holds(&entry->binding, settings->serverid,
							  settings->umid) &&
			same_id(entry->id, id))
			return &entry->known;
	}
	return NULL;
}

/*
 * Copies a text that may be NULL.
 */
static char *
copy_text(const char *text)
{
	return text ? pstrdup(text) : NULL;
}

/*
 * Remembers copies of the accounts.
 */
void
adp_account_cache_keep(const AdpSettings *settings, const char *id,
					   const AdpAccount *accounts, int naccounts)
{
	MemoryContext cxt;
	MemoryContext old;
	Entry *entry;

	cxt = AllocSetContextCreate(TopMemoryContext, "adpipe known accounts",
								ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(cxt);
	entry = palloc0(sizeof(Entry));
	entry->cxt = cxt;
	entry->id = copy_text(id);
	entry->fetched_at = adp_now();
	entry->known.naccounts = naccounts;
	entry->known.accounts = palloc0(Max(naccounts, 1) * sizeof(AdpAccount));
	for (int i = 0; i < naccounts; i++)
	{
		entry->known.accounts[i].id = copy_text(accounts[i].id);
		entry->known.accounts[i].name = copy_text(accounts[i].name);
		entry->known.accounts[i].time_zone = copy_text(accounts[i].time_zone);
		entry->known.accounts[i].currency = copy_text(accounts[i].currency);
		entry->known.accounts[i].system = copy_text(accounts[i].system);
		entry->known.accounts[i].retargeting =
			copy_text(accounts[i].retargeting);
		entry->known.accounts[i].is_closed = accounts[i].is_closed;
	}
	MemoryContextSwitchTo(old);
	adp_binding_tie(&entry->binding, settings->serverid, settings->umid);
	entry->next = entries;
	entries = entry;
}

/*
 * Forgets what is known by a server.
 */
void
adp_account_cache_forget(Oid serverid)
{
	for (Entry *entry = entries; entry != NULL; entry = entry->next)
	{
		if (entry->binding.serverid == serverid)
			entry->binding.is_stale = true;
	}
}
