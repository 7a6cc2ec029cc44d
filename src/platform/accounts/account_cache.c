/*
 * account_cache.c
 *	  What this process remembers of accounts.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/cache.h"
#include "platform/accounts/account_cache.h"

/* How long all of it is trusted. */
#define TTL_S 600

/* Accounts by their id, or by "*". */
static AdpCache accounts_cache;

/* Accounts that refuse a value, by id; concluded from two refusals. */
static AdpCache refusals_cache;

/*
 * Looks up what is known.
 */
const AdpCachedAccounts *
adp_account_cache_find(const AdpSettings *settings, const char *id)
{
	const AdpCacheEntry *entry =
		adp_cache_find(&accounts_cache, settings->serverid, settings->umid,
					   id ? id : "*");

	return entry ? entry->value : NULL;
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
 * Copies accounts.
 */
static AdpCachedAccounts *
copy_accounts(const AdpAccount *accounts, int naccounts)
{
	AdpCachedAccounts *copy = palloc(sizeof(AdpCachedAccounts));

	copy->naccounts = naccounts;
	copy->accounts = palloc0(Max(naccounts, 1) * sizeof(AdpAccount));
	for (int i = 0; i < naccounts; i++)
	{
		copy->accounts[i].id = copy_text(accounts[i].id);
		copy->accounts[i].name = copy_text(accounts[i].name);
		copy->accounts[i].time_zone = copy_text(accounts[i].time_zone);
		copy->accounts[i].currency = copy_text(accounts[i].currency);
		copy->accounts[i].system = copy_text(accounts[i].system);
		copy->accounts[i].retargeting = copy_text(accounts[i].retargeting);
		copy->accounts[i].is_closed = accounts[i].is_closed;
	}
	return copy;
}

/*
 * Remembers copies of the accounts.
 */
void
adp_account_cache_keep(const AdpSettings *settings, const char *id,
					   const AdpAccount *accounts, int naccounts)
{
	MemoryContext cxt =
		AllocSetContextCreate(CurrentMemoryContext, "adpipe known accounts",
							  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(cxt);
	const AdpCachedAccounts *known = copy_accounts(accounts, naccounts);

	MemoryContextSwitchTo(old);
	adp_cache_keep(&accounts_cache, settings->serverid, settings->umid,
				   id ? id : "*", TTL_S, cxt, known);
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
	adp_cache_forget(&accounts_cache, serverid);
	adp_cache_forget(&refusals_cache, serverid);
}
