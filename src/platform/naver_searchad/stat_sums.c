/*
 * stat_sums.c
 *	  The numbers of an account's day, added up by what identifies a row.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "common/int.h"
#include "utils/datetime.h"

#include "base/words.h"
#include "platform/formats.h"
#include "platform/naver_searchad/stat_sums.h"

/*
 * For the hash table: hashes and compares the texts of keys.
 */
static uint32
hash_key(const void *key, Size size)
{
	const AdpNaverCell *cell = key;

	return DatumGetUInt32(
		hash_any((const unsigned char *) cell->data, cell->len));
}

static int
compare_keys(const void *a, const void *b, Size size)
{
	const AdpNaverCell *left = a;
	const AdpNaverCell *right = b;

	return left->len == right->len &&
			memcmp(left->data, right->data, left->len) == 0
		? 0
		: 1;
}

/*
 * Makes an empty hash table of groups.
 */
static HTAB *
make_groups(void)
{
	HASHCTL control = {.keysize = sizeof(AdpNaverCell),
					   .entrysize = sizeof(AdpNaverGroup),
					   .hash = hash_key,
					   .match = compare_keys,
					   .hcxt = CurrentMemoryContext};

	return hash_create("adpipe stat sums", 256, &control,
					   HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

/*
 * Throws for a dimension that a file of the source lacks.
 */
static void
require_dimension(const AdpNaverGrain *grain, const AdpNaverFile *file,
				  const AdpNaverColumn *column)
{
	if (file->report == NULL || adp_words_hold(file->columns, column->code))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("report \"%s\" has no field \"%s\"", grain->source,
					column->field),
			 errdetail("It is made of files of type %s.", file->report)));
}

/*
 * Adds a dimension unless it is among them.
 */
static void
add_dimension(AdpNaverSums *sums, const char *code)
{
	for (int i = 0; i < sums->ndimensions; i++)
	{
		if (strcmp(sums->dimensions[i], code) == 0)
			return;
	}
	Assert(sums->ndimensions < DIMENSIONS_MAX);
	sums->dimensions[sums->ndimensions++] = code;
}

/*
 * Chooses what identifies a row: the ids of the source, and whatever else of the
 * requested fields splits rows.
 */
static void
choose_dimensions(AdpNaverSums *sums, const AdpNaverGrain *grain)
{
	const AdpQuery *query = sums->query;
	char *rest = grain->dimensions ? pstrdup(grain->dimensions) : NULL;
	char *code;

	while ((code = adp_words_next(&rest, ",")) != NULL)
		add_dimension(sums, code);
	for (int i = 0; i < query->nfields; i++)
	{
		const AdpNaverColumn *column = adp_naver_column_of(query->fields[i]);

		if (column == NULL || column->amount >= 0)
			continue;
		require_dimension(grain, &grain->performance, column);
		if (adp_naver_needs_conversions(query))
			require_dimension(grain, &grain->conversions, column);
		add_dimension(sums, column->code);
	}
}

/*
 * Returns the first day whose files have costs with VAT.
 */
static DateADT
vat_since(void)
{
	return date2j(2026, 3, 30) - POSTGRES_EPOCH_JDATE;
}

/*
 * Allocates empty sums.
 */
AdpNaverSums *
adp_naver_sums_create(const AdpQuery *query, const char *account, DateADT day,
					  bool takes_vat_off)
{
	AdpNaverSums *sums = palloc0(sizeof(AdpNaverSums));

	sums->query = query;
	sums->account = account;
	sums->day = adp_compact_formats.write_day(day);
	sums->has_vat = day >= vat_since();
	sums->takes_vat_off = takes_vat_off;
	sums->groups = make_groups();
	sums->cxt = CurrentMemoryContext;
	choose_dimensions(sums, adp_naver_grain_of(query->source));
	return sums;
}

/*
 * Adds amounts to those of a group.
 */
static void
add_amounts(AdpNaverGroup *group, const int64 *amounts)
{
	for (int i = 0; i < AMOUNTS; i++)
	{
		if (pg_add_s64_overflow(group->amounts[i], amounts[i],
								&group->amounts[i]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("sum of a Naver report is out of range")));
	}
}

/*
 * Finds the group of some dimensions, or makes it.
 */
static AdpNaverGroup *
find_group(AdpNaverSums *sums, const StringInfoData *key)
{
	AdpNaverCell cell = {key->data, key->len};
	bool is_found;
	AdpNaverGroup *group =
		hash_search(sums->groups, &cell, HASH_ENTER, &is_found);
	MemoryContext old;

	if (is_found)
		return group;
	old = MemoryContextSwitchTo(sums->cxt);
	memset(group->amounts, 0, sizeof(group->amounts));
	group->key.data = memcpy(palloc(Max(key->len, 1)), key->data, key->len);
	sums->order = lappend(sums->order, group);
	MemoryContextSwitchTo(old);
	return group;
}

/*
 * Adds a row.
 */
void
adp_naver_sums_add(AdpNaverSums *sums, const StringInfoData *key,
				   const int64 *amounts)
{
	add_amounts(find_group(sums, key), amounts);
}
