/*
 * early_objects.c
 *	  Campaigns and ad groups, with the numbers of a day that /stats reports of each.
 */
#include "postgres.h"

#include "common/int.h"

#include "platform/api/params.h"
#include "platform/naver_searchad/early_objects.h"
#include "platform/naver_searchad/stat_file.h"

#define WON INT64CONST(1000000)

/* Where the amounts of an object are. */
static const struct
{
	const char *member;
	AdpNaverAmount amount;
} members[] = {{"impCnt", AMOUNT_IMPRESSIONS},
			   {"clkCnt", AMOUNT_CLICKS}, /* with views */
			   {"viewCnt", AMOUNT_VIEWS},
			   {"salesAmt", AMOUNT_COST}, /* with VAT */
			   {"ccnt", AMOUNT_CONVERSIONS},
			   {"convAmt", AMOUNT_VALUE},
			   {"purchaseCcnt", AMOUNT_PURCHASES},
			   {"purchaseConvAmt", AMOUNT_PURCHASES_VALUE}};

/*
 * Begins with none.
 */
void
adp_naver_objects_begin(AdpNaverObjects *objects)
{
	HASHCTL control = {.keysize = ADP_NAVER_ID_MAX,
					   .entrysize = sizeof(AdpNaverObject),
					   .hcxt = CurrentMemoryContext};

	*objects = (AdpNaverObjects){
		.known = hash_create("adpipe early objects", 256, &control,
							 HASH_ELEM | HASH_STRINGS | HASH_CONTEXT)};
}

/*
 * Adds an object, and its campaign.
 */
void
adp_naver_objects_add(AdpNaverObjects *objects, const char *id,
					  const char *campaign)
{
	bool is_known;
	AdpNaverObject *object =
		hash_search(objects->known, id, HASH_ENTER, &is_known);

	if (is_known)
		return;
	memset((char *) object + ADP_NAVER_ID_MAX, 0,
		   sizeof(AdpNaverObject) - ADP_NAVER_ID_MAX);
	object->campaign = pstrdup(campaign);
	if (strcmp(id, campaign) != 0)
		adp_naver_objects_add(objects, campaign, campaign);
}

/*
 * For qsort(): orders objects by id.
 */
static int
compare_objects(const void *a, const void *b)
{
	return strcmp((*(AdpNaverObject *const *) a)->id,
				  (*(AdpNaverObject *const *) b)->id);
}

/*
 * Puts them in order.
 */
void
adp_naver_objects_order(AdpNaverObjects *objects)
{
	HASH_SEQ_STATUS status;
	AdpNaverObject *object;
	int n = 0;

	objects->count = (int) hash_get_num_entries(objects->known);
	objects->ordered =
		palloc(sizeof(AdpNaverObject *) * Max(objects->count, 1));
	hash_seq_init(&status, objects->known);
	while ((object = hash_seq_search(&status)) != NULL)
		objects->ordered[n++] = object;
	qsort(objects->ordered, n, sizeof(AdpNaverObject *), compare_objects);
	for (int i = 0; i < n; i++)
		objects->ordered[i]->at = i;
}

/*
 * Returns the length of what an id begins with that says the level and the type
 * of the campaign, which all ids of a call must share.
 */
static int
kind_len(const char *id)
{
	const char *dash = strrchr(id, '-');

	return dash != NULL ? (int) (dash - id) : (int) strlen(id);
}

/*
 * Returns how many objects a request may be about.
 */
int
adp_naver_objects_alike(const AdpNaverObjects *objects, int from, int most)
{
	const char *first = objects->ordered[from]->id;
	int len = kind_len(first);
	int n = 1;

	while (n < most && from + n < objects->count)
	{
		const char *id = objects->ordered[from + n]->id;

		if (kind_len(id) != len || strncmp(id, first, len) != 0)
			break;
		n++;
	}
	return n;
}

/*
 * Returns the fields to ask for.
 */
char *
adp_naver_objects_fields(void)
{
	const char *fields[lengthof(members)];

	for (int i = 0; i < (int) lengthof(members); i++)
		fields[i] = members[i].member;
	return adp_params_texts(fields, lengthof(members));
}

/*
 * Reads the amounts of an object; returns what is wrong with them, or NULL.
 */
static const char *
read_amounts(AdpNaverObject *object, const AdpJson *row)
{
	int64 *amounts = object->amounts;

	for (int i = 0; i < (int) lengthof(members); i++)
	{
		const char *text =
			adp_json_scalar(adp_json_get(row, members[i].member));
		AdpNaverCell cell = {text, text != NULL ? (int) strlen(text) : 0};

		if (!adp_naver_read_number(&cell, 0, &amounts[members[i].amount]))
			return psprintf("has no number \"%s\"", members[i].member);
	}
	if (pg_mul_s64_overflow(amounts[AMOUNT_COST], WON, &amounts[AMOUNT_COST]))
		return "has a cost that is out of range";
	amounts[AMOUNT_CLICKS] -= amounts[AMOUNT_VIEWS];
	if (amounts[AMOUNT_CLICKS] < 0)
		return "has fewer clicks than views";
	object->is_reported = true;
	return NULL;
}

/*
 * Reads the rows of an answer, each of which is of one object of the request.
 */
const char *
adp_naver_objects_read(AdpNaverObjects *objects, int from, int count,
					   const AdpJson *rows)
{
	const char *why = NULL;

	if (!adp_json_is_array(rows))
		return "has no list \"data\"";
	for (int i = from; i < from + count; i++)
		objects->ordered[i]->is_reported = false;
	for (int i = 0; i < adp_json_count(rows) && why == NULL; i++)
	{
		const AdpJson *row = adp_json_at(rows, i);
		const char *id = adp_json_text(adp_json_get(row, "id"));
		AdpNaverObject *object = id != NULL && strlen(id) < ADP_NAVER_ID_MAX
			? hash_search(objects->known, id, HASH_FIND, NULL)
			: NULL;

		if (object == NULL || object->is_reported || object->at < from ||
			object->at >= from + count)
			return "has a row that was not asked for";
		why = read_amounts(object, row);
	}
	return why;
}

/*
 * Forgets all numbers.
 */
void
adp_naver_objects_forget(AdpNaverObjects *objects)
{
	for (int i = 0; i < objects->count; i++)
		memset(objects->ordered[i]->amounts, 0,
			   sizeof(objects->ordered[i]->amounts));
}

/*
 * Whether what is left of a campaign's amounts, without those of its ad groups, is
 * nothing.  Each cost may be rounded to a won.
 */
static bool
is_nothing(const int64 *left, int nparts)
{
	for (int i = 0; i < AMOUNTS; i++)
	{
		int64 most = i == AMOUNT_COST ? (nparts + 1) * WON : 0;

		if (left[i] > most || left[i] < -most)
			return false;
	}
	return true;
}

/*
 * Whether ad groups add up to their campaigns.
 */
bool
adp_naver_objects_add_up(const AdpNaverObjects *objects)
{
	int64(*left)[AMOUNTS] = palloc0(sizeof(*left) * Max(objects->count, 1));
	int *nparts = palloc0(sizeof(int) * Max(objects->count, 1));

	for (int i = 0; i < objects->count; i++)
	{
		const AdpNaverObject *object = objects->ordered[i];
		const AdpNaverObject *campaign =
			hash_search(objects->known, object->campaign, HASH_FIND, NULL);
		int sign = campaign == object ? 1 : -1;

		nparts[campaign->at]++;
		for (int a = 0; a < AMOUNTS; a++)
			left[campaign->at][a] += sign * object->amounts[a];
	}
	for (int i = 0; i < objects->count; i++)
	{
		if (!is_nothing(left[i], nparts[i]))
			return false;
	}
	return true;
}

/*
 * Adds the row of an object, unless all its amounts are zero.
 */
static void
add_row(const AdpNaverObject *object, StringInfo key, AdpNaverSums *sums)
{
	bool has_some = false;
	int64 amounts[AMOUNTS];

	for (int i = 0; i < AMOUNTS; i++)
	{
		amounts[i] =
			i < AMOUNT_CONVERSIONS || adp_naver_needs_conversions(sums->query)
			? object->amounts[i]
			: 0;
		has_some |= amounts[i] != 0;
	}
	resetStringInfo(key);
	for (int i = 0; i < sums->ndimensions; i++)
		appendStringInfo(key, "%s\t",
						 strcmp(sums->dimensions[i], "CA") == 0
							 ? object->campaign
							 : object->id);
	if (has_some)
		adp_naver_sums_add(sums, key, amounts);
}

/*
 * Adds the numbers of all ad groups, or of all campaigns.
 */
void
adp_naver_objects_sum(const AdpNaverObjects *objects, bool has_groups,
					  AdpNaverSums *sums)
{
	StringInfoData key;

	initStringInfo(&key);
	for (int i = 0; i < objects->count; i++)
	{
		const AdpNaverObject *object = objects->ordered[i];
		bool is_group = strcmp(object->id, object->campaign) != 0;

		if (is_group == has_groups)
			add_row(object, &key, sums);
	}
}
