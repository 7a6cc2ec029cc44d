/*
 * account_cache.c
 *	  What this process remembers of accounts.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/cache.h"
#include "platform/account.h"
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
const AdpAccountSet *
adp_account_cache_find(const AdpSettings *settings, const char *id)
{
	const AdpCacheEntry *entry =
		adp_cache_find(&accounts_cache, settings->serverid, settings->umid,
					   id ? id : "*");

	return entry ? entry->value : NULL;
}

/*
 * Remembers copies of the accounts.
 */
void
adp_account_cache_keep(const AdpSettings *settings, const char *id,
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
