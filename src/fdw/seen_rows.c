/*
 * seen_rows.c
 *	  How many rows earlier scans of a table saw, for the planner.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/timestamp.h"

#include "base/guc.h"
#include "fdw/seen_rows.h"

/* Grains of tables; the one that was idle for longest makes room. */
#define ENTRIES 1024

/*
 * What a scan adds counts as it is, and each scan after it halves that.  So one
 * scan of a single day does not outweigh a long one, and a table that has grown
 * is known to have grown after a few scans.
 */
#define DECAY 0.5

typedef struct Entry
{
	Oid database; /* InvalidOid: unused */
	AdpSeenKey key;
	AdpSeenScan sum; /* of scans, but for accounts */
	TimestampTz seen_at;
} Entry;

typedef struct Memory
{
	AdpSharedHead head;
	Entry entries[ENTRIES];
} Memory;

static AdpSharedPart part = {"adpipe rows", sizeof(Memory)};

/*
 * Announces the memory.
 */
void
adp_seen_rows_init(void)
{
	adp_shared_memory_add(&part);
}

/*
 * Whether an entry is of a key's table, at any grain.
 */
static bool
is_of_table(const Entry *entry, const AdpSeenKey *key)
{
	return entry->database == MyDatabaseId && entry->key.relid == key->relid &&
		entry->key.umid == key->umid &&
		entry->key.definition == key->definition;
}

/*
 * Finds the entry of a key's grain, else the newest one of its table; NULL if
 * there is none.
 */
static const Entry *
find_entry(const Memory *memory, const AdpSeenKey *key)
{
	const Entry *found = NULL;

	for (int i = 0; i < ENTRIES; i++)
	{
		const Entry *entry = &memory->entries[i];

		if (!is_of_table(entry, key))
			continue;
		if (entry->key.grain == key->grain)
			return entry;
		if (found == NULL || entry->seen_at > found->seen_at)
			found = entry;
	}
	return found;
}

/*
 * Finds what was seen.
 */
bool
adp_seen_rows_find(const AdpSeenKey *key, AdpSeenRows *seen)
{
	bool is_shared;
	Memory *memory = adp_shared_or_own_memory(&part, &is_shared);
	const Entry *entry;

	adp_shared_lock(&memory->head, LW_SHARED);
	entry = find_entry(memory, key);
	if (entry != NULL)
		*seen = (AdpSeenRows){entry->key.segments,
							  entry->sum.rows / entry->sum.units,
							  entry->sum.accounts,
							  entry->sum.pages / entry->sum.even_pages};
	adp_shared_unlock(&memory->head);
	return entry != NULL;
}

/*
 * Returns the place of a key.
 */
static Entry *
claim_entry(Memory *memory, const AdpSeenKey *key)
{
	Entry *place = &memory->entries[0];

	for (int i = 0; i < ENTRIES; i++)
	{
		Entry *entry = &memory->entries[i];

		if (is_of_table(entry, key) && entry->key.grain == key->grain)
			return entry;
		if (entry->seen_at < place->seen_at)
			place = entry;
	}
	MemSet(place, 0, sizeof(Entry));
	place->database = MyDatabaseId;
	place->key = *key;
	return place;
}

/*
 * Adds what a scan saw.
 */
void
adp_seen_rows_add(const AdpSeenKey *key, const AdpSeenScan *scan)
{
	bool is_shared;
	Memory *memory = adp_shared_or_own_memory(&part, &is_shared);
	TimestampTz now = adp_now();
	Entry *entry;

	if (scan->units <= 0 || scan->even_pages <= 0)
		return;
	adp_shared_lock(&memory->head, LW_EXCLUSIVE);
	entry = claim_entry(memory, key);
	entry->sum.units = entry->sum.units * DECAY + scan->units;
	entry->sum.rows = entry->sum.rows * DECAY + scan->rows;
	entry->sum.pages = entry->sum.pages * DECAY + scan->pages;
	entry->sum.even_pages = entry->sum.even_pages * DECAY + scan->even_pages;
	if (scan->accounts > 0)
		entry->sum.accounts = scan->accounts;
	entry->seen_at = now;
	adp_shared_unlock(&memory->head);
}
