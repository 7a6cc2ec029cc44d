/*
 * names.c
 *		A dictionary of names: each gets a small number.
 *
 * Numbers are given in the order of arrival, so that adding is cheap;
 * adp_names_sort renumbers by the bytes of the names, which is what makes a
 * state independent of that order.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "kpi/attribution/names.h"

#define FIRST_CAPACITY 8
#define FIRST_ROOM 128			 /* bytes; most states have few short names */
#define LARGEST_ROOM (64 * 1024) /* where blocks stop growing */

typedef struct NameEntry
{
	AdpName name;
	uint32 number;
	uint32 hash;
	char status;
} NameEntry;

#define SH_PREFIX name_index
#define SH_ELEMENT_TYPE NameEntry
#define SH_KEY_TYPE AdpName
#define SH_KEY name
#define SH_HASH_KEY(table, key) \
	hash_bytes((const unsigned char *) (key).bytes, (int) (key).length)
#define SH_EQUAL(table, a, b) (adp_name_compare(a, b) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(table, entry) (entry)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/*
 * Makes an empty dictionary in a memory context.
 */
void
adp_names_init(AdpNames *names, MemoryContext context)
{
	memset(names, 0, sizeof(AdpNames));
	names->context = context;
}

/*
 * Compares two names by their bytes, the same in every locale.  Returns a
 * number below, equal to or above zero.
 */
int
adp_name_compare(AdpName a, AdpName b)
{
	int order = memcmp(a.bytes, b.bytes, Min(a.length, b.length));

	if (order != 0)
		return order;
	return a.length < b.length ? -1 : a.length > b.length;
}

/*
 * A copy of the name's bytes that lives as long as the dictionary.
 */
static const char *
keep_bytes(AdpNames *names, AdpName name)
{
	char *kept;

	if (name.length > names->room_left)
	{
		names->room_size =
			Min(Max(names->room_size * 2, FIRST_ROOM), LARGEST_ROOM);
		names->room_left = Max(names->room_size, name.length);
		names->room = MemoryContextAlloc(names->context, names->room_left);
	}
	kept = names->room;
	memcpy(kept, name.bytes, name.length);
	names->room += name.length;
	names->room_left -= name.length;
	return kept;
}

/*
 * Adds a copy of a name that is not there yet, and returns its number.  Only
 * while there is no index, as when a stored state is read.
 */
uint32
adp_names_append(AdpNames *names, AdpName name)
{
	Assert(names->index == NULL);
	if (names->list == NULL)
	{
		names->capacity = FIRST_CAPACITY;
		names->list = MemoryContextAlloc(names->context,
										 FIRST_CAPACITY * sizeof(AdpName));
	}
	else if (names->count == names->capacity)
	{
		names->capacity *= 2;
		names->list =
			repalloc_huge(names->list, names->capacity * sizeof(AdpName));
	}
	names->list[names->count].bytes = keep_bytes(names, name);
	names->list[names->count].length = name.length;
	return names->count++;
}

/*
 * Makes the index of the names that are there.
 */
static void
build_index(AdpNames *names)
{
	names->index = name_index_create(names->context,
									 Max(names->count, FIRST_CAPACITY), NULL);
	for (uint32 i = 0; i < names->count; i++)
	{
		bool found;

		name_index_insert(names->index, names->list[i], &found)->number = i;
		Assert(!found);
	}
}

/*
 * The number of a name, a new one if it was not there.  Copies new names.
 */
uint32
adp_names_number(AdpNames *names, AdpName name)
{
	struct name_index_hash *index;
	NameEntry *entry;
	bool found;

	if (names->index == NULL)
		build_index(names);
	index = names->index;
	entry = name_index_insert(index, name, &found);
	if (!found)
	{
		/* appending needs no index; after an error, it is built anew */
		names->index = NULL;
		entry->number = adp_names_append(names, name);
		entry->name = names->list[entry->number];
		names->index = index;
	}
	return entry->number;
}

/*
 * Looks a name up in a sorted dictionary.  False if it is not there.
 */
bool
adp_names_find(const AdpNames *names, AdpName name, uint32 *number)
{
	uint32 low = 0;
	uint32 high = names->count;

	while (low < high)
	{
		uint32 middle = low + (high - low) / 2;
		int order = adp_name_compare(names->list[middle], name);

		if (order == 0)
		{
			*number = middle;
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

typedef struct NumberedName
{
	AdpName name;
	uint32 number;
} NumberedName;

static int
compare_numbered(const void *a, const void *b)
{
	return adp_name_compare(((const NumberedName *) a)->name,
							((const NumberedName *) b)->name);
}

/*
 * Renumbers the names in the order of their bytes.  Returns the new number of
 * each old one, in the current context.
 */
uint32 *
adp_names_sort(AdpNames *names)
{
	Size count = names->count;
	uint32 *renumbered =
		palloc_extended(Max(count, 1) * sizeof(uint32), MCXT_ALLOC_HUGE);
	NumberedName *sorted =
		palloc_extended(Max(count, 1) * sizeof(NumberedName), MCXT_ALLOC_HUGE);

	for (uint32 i = 0; i < count; i++)
	{
		sorted[i].name = names->list[i];
		sorted[i].number = i;
	}
	qsort(sorted, count, sizeof(NumberedName), compare_numbered);
	for (uint32 i = 0; i < count; i++)
	{
		names->list[i] = sorted[i].name;
		renumbered[sorted[i].number] = i;
	}
	pfree(sorted);

	/* the index has the old numbers */
	if (names->index != NULL)
	{
		name_index_destroy(names->index);
		names->index = NULL;
	}
	return renumbered;
}
