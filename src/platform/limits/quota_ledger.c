/*
 * quota_ledger.c
 *	  What platforms have said about their quotas.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/guc.h"
#include "base/shared_memory.h"
#include "platform/limits/quota_ledger.h"

/* The entry that was not touched for longest makes room. */
#define ENTRIES 512

/* Requests that have waited for the end of a block follow each other like this,
 * so that they do not meet the next block at once. */
#define FOLLOW_MS 50

/* No response may block a copy for longer. */
#define BLOCK_MAX_MS (INT64CONST(2) * 24 * 60 * 60 * 1000)

#define MS INT64CONST(1000) /* of a TimestampTz */

typedef struct Ledger
{
	AdpSharedHead head;
	AdpQuotaEntry entries[ENTRIES];
} Ledger;

static AdpSharedPart part = {"adpipe quotas", sizeof(Ledger)};

/*
 * Announces the memory.
 */
void
adp_quota_ledger_init(void)
{
	adp_shared_memory_add(&part);
}

/*
 * Whether requests of two keys count against the same.
 */
static bool
is_same(const AdpQuotaKey *a, const AdpQuotaKey *b)
{
	return a->is_of_platform == b->is_of_platform &&
		(a->is_of_platform ||
		 (a->database == b->database && a->serverid == b->serverid)) &&
		memcmp(a->credentials, b->credentials, sizeof(a->credentials)) == 0 &&
		strcmp(a->account, b->account) == 0 && strcmp(a->scope, b->scope) == 0;
}

/*
 * Returns the entry of a key, or NULL.
 */
static AdpQuotaEntry *
find_entry(Ledger *ledger, const AdpQuotaKey *key)
{
	for (int i = 0; i < ENTRIES; i++)
	{
		AdpQuotaEntry *entry = &ledger->entries[i];

		if (entry->seen_at != 0 && is_same(&entry->key, key))
			return entry;
	}
	return NULL;
}

/*
 * Moves the times of an entry after a clock that was set back, which would hold
 * requests for as long.  Sessions do not agree on the time to the last bit.
 */
static void
follow_clock(AdpQuotaEntry *entry, TimestampTz now)
{
	TimestampTz back = entry->seen_at - now;

	if (back < USECS_PER_SEC)
		return;
	entry->next_at -= back;
	entry->blocked_until -= back;
	entry->seen_at = now;
}

/*
 * Returns the entry of a key, made if need be.
 */
static AdpQuotaEntry *
make_entry(Ledger *ledger, const AdpQuotaKey *key, TimestampTz now)
{
	AdpQuotaEntry *entry = find_entry(ledger, key);

	if (entry == NULL)
	{
		entry = &ledger->entries[0];
		for (int i = 1; i < ENTRIES; i++)
		{
			if (ledger->entries[i].seen_at < entry->seen_at)
				entry = &ledger->entries[i];
		}
		MemSet(entry, 0, sizeof(AdpQuotaEntry));
		entry->used_pct = -1;
	}
	/* a block stays with the server that met it, which can end it */
	if (entry->blocked_until <= now)
		entry->key = *key;
	follow_clock(entry, now);
	entry->seen_at = now;
	return entry;
}

/*
 * Notes how much is used.
 */
void
adp_quota_ledger_used(const AdpQuotaKey *key, double used_pct)
{
	bool is_shared;
	Ledger *ledger = adp_shared_or_own_memory(&part, &is_shared);
	TimestampTz now = adp_now();

	adp_shared_lock(&ledger->head, LW_EXCLUSIVE);
	make_entry(ledger, key, now)->used_pct = used_pct;
	adp_shared_unlock(&ledger->head);
}

/*
 * Notes a block.
 */
void
adp_quota_ledger_block(const AdpQuotaKey *key, int64 wait_ms, const char *reason)
{
	bool is_shared;
	Ledger *ledger = adp_shared_or_own_memory(&part, &is_shared);
	TimestampTz now = adp_now();
	AdpQuotaEntry *entry;

	adp_shared_lock(&ledger->head, LW_EXCLUSIVE);
	entry = make_entry(ledger, key, now);
	entry->blocked_until =
		Max(entry->blocked_until, now + Min(wait_ms, BLOCK_MAX_MS) * MS);
	adp_shared_text(entry->reason, sizeof(entry->reason), reason);
	adp_shared_unlock(&ledger->head);
}

/*
 * The time that a call takes of a rate.
 */
static TimestampTz
gap_of(const AdpRate *rate)
{
	TimestampTz gap =
		rate->window_s * USECS_PER_SEC / rate->calls + rate->slack_ms * MS;

	return gap * adp_guc_debug_rate_pct / 100;
}

/*
 * The earliest time of a request: after a block that sessions share, after those
 * that wait for the same, and as the rate allows.  Under a rate requests may come as
 * fast as they like until they are a window ahead of it.
 */
static TimestampTz
earliest(const AdpQuotaEntry *entry, const AdpRate *rate, TimestampTz now,
		 bool is_shared)
{
	TimestampTz at = is_shared ? Max(now, entry->blocked_until) : now;

	if (rate != NULL)
		return Max(at, entry->next_at - (rate->calls - 1) * gap_of(rate));
	return Max(at, entry->next_at);
}

/*
 * Moves on the time of the next request.
 */
static void
take_place(AdpQuotaEntry *entry, const AdpRate *rate, TimestampTz now,
		   TimestampTz at)
{
	if (rate != NULL)
		entry->next_at = Max(entry->next_at, at) + gap_of(rate);
	else if (at > now)
		entry->next_at = at + FOLLOW_MS * MS;
}

/*
 * Finds the entries of keys, NULL where there is none; under a rate each is made.
 * Returns the earliest time of a request that counts against all of them.
 */
static TimestampTz
find_entries(Ledger *ledger, const AdpQuotaKey *keys, int nkeys,
			 const AdpRate *rate, TimestampTz now, bool is_shared,
			 AdpQuotaEntry **entries)
{
	TimestampTz at = now;

	for (int i = 0; i < nkeys; i++)
	{
		entries[i] = rate != NULL ? make_entry(ledger, &keys[i], now)
								  : find_entry(ledger, &keys[i]);
		if (entries[i] == NULL)
			continue;
		follow_clock(entries[i], now);
		at = Max(at, earliest(entries[i], rate, now, is_shared));
	}
	return at;
}

/*
 * Says for how long a request has to wait.
 */
int64
adp_quota_ledger_enter(const AdpQuotaKey *keys, int nkeys, const AdpRate *rate,
					   int64 most_ms, const char **why)
{
	bool is_shared;
	Ledger *ledger = adp_shared_or_own_memory(&part, &is_shared);
	TimestampTz now = adp_now();
	AdpQuotaEntry *entries[ADP_QUOTA_KEYS_MAX];
	TimestampTz at;
	int64 wait_ms;
	char reason[100] = "";

	if (!is_shared && (rate == NULL || !rate->counts_all))
		return 0;
	adp_shared_lock(&ledger->head, LW_EXCLUSIVE);
	at = find_entries(ledger, keys, nkeys, rate, now, is_shared, entries);
	wait_ms = (at - now + MS - 1) / MS;
	for (int i = 0; i < nkeys; i++)
	{
		if (entries[i] == NULL)
			continue;
		if (wait_ms <= most_ms)
			take_place(entries[i], rate, now, at);
		if (is_shared && entries[i]->blocked_until > now)
			memcpy(reason, entries[i]->reason, sizeof(reason));
	}
	adp_shared_unlock(&ledger->head);
	*why = reason[0] != '\0' ? pstrdup(reason) : "rate of the platform";
	return wait_ms;
}

/*
 * Ends the blocks of a server.
 */
int
adp_quota_ledger_clear(Oid serverid)
{
	bool is_shared;
	Ledger *ledger = adp_shared_or_own_memory(&part, &is_shared);
	TimestampTz now = adp_now();
	int n = 0;

	adp_shared_lock(&ledger->head, LW_EXCLUSIVE);
	for (int i = 0; i < ENTRIES; i++)
	{
		AdpQuotaEntry *entry = &ledger->entries[i];

		if (entry->seen_at == 0 || entry->key.serverid != serverid ||
			entry->key.database != MyDatabaseId)
			continue;
		n += entry->blocked_until > now;
		entry->blocked_until = 0;
		entry->used_pct = -1;
	}
	adp_shared_unlock(&ledger->head);
	return n;
}

/*
 * Copies the entries of this database.
 */
AdpQuotaEntry *
adp_quota_ledger_list(int *n)
{
	bool is_shared;
	Ledger *ledger = adp_shared_or_own_memory(&part, &is_shared);
	AdpQuotaEntry *list = palloc(sizeof(ledger->entries));

	*n = 0;
	adp_shared_lock(&ledger->head, LW_SHARED);
	for (int i = 0; i < ENTRIES; i++)
	{
		const AdpQuotaEntry *entry = &ledger->entries[i];

		if (entry->seen_at != 0 && !entry->key.is_beside &&
			entry->key.database == MyDatabaseId)
			list[(*n)++] = *entry;
	}
	adp_shared_unlock(&ledger->head);
	return list;
}
