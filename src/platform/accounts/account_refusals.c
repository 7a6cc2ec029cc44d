/*
 * account_refusals.c
 *	  Accounts of which this process knows that they refuse a value of ours.
 */
#include "postgres.h"

#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/binding.h"
#include "base/guc.h"
#include "platform/accounts/account_cache.h"
#include "platform/accounts/account_refusals.h"

typedef struct Entry
{
	struct Entry *next;
	AdpBinding binding;
	TimestampTz noted_at;
	char id[FLEXIBLE_ARRAY_MEMBER];
} Entry;

static Entry *entries = NULL;

/*
 * Removes entries that are stale or too old: what was concluded from two
 * refusals is looked at again.
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
			entry->noted_at + ADP_ACCOUNT_CACHE_TTL_S * USECS_PER_SEC;

		if (entry->binding.is_stale || now >= end || now < entry->noted_at)
		{
			*link = entry->next;
			adp_binding_let_go(&entry->binding);
			pfree(entry);
		}
		else
			link = &entry->next;
	}
}

/*
 * Whether an account is known to refuse it.
 */
bool
adp_account_refusals_is_known(const AdpSettings *settings, const char *id)
{
	sweep();
	for (Entry *entry = entries; entry != NULL; entry = entry->next)
	{
		if (adp_binding_holds(&entry->binding, settings->serverid,
							  settings->umid) &&
			strcmp(entry->id, id) == 0)
			return true;
	}
	return false;
}

/*
 * Remembers an account.
 */
void
adp_account_refusals_keep(const AdpSettings *settings, const char *id)
{
	Size size = offsetof(Entry, id) + strlen(id) + 1;
	Entry *entry;

	if (adp_account_refusals_is_known(settings, id))
		return;
	entry = MemoryContextAllocZero(TopMemoryContext, size);
	strcpy(entry->id, id);
	entry->noted_at = adp_now();
	adp_binding_tie(&entry->binding, settings->serverid, settings->umid);
	entry->next = entries;
	entries = entry;
}

/*
 * Forgets the accounts of a server.
 */
void
adp_account_refusals_forget(Oid serverid)
{
	for (Entry *entry = entries; entry != NULL; entry = entry->next)
	{
		if (entry->binding.serverid == serverid)
			entry->binding.is_stale = true;
	}
}
