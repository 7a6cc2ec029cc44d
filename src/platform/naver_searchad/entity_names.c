/*
 * entity_names.c
 *	  Names of campaigns and ad groups, which files of numbers lack.
 */
#include "postgres.h"

#include "platform/naver_searchad/entity_names.h"

/*
 * Finds a name.
 */
static const char *
find_name(const AdpNaverNames *base, const char *id)
{
	const AdpNaverEntityNames *names = (const AdpNaverEntityNames *) base;
	const AdpNaverEntity *named = names->known != NULL
		? hash_search(names->known, id, HASH_FIND, NULL)
		: NULL;

	return named != NULL ? named->name : NULL;
}

/*
 * Returns the list that has the names of a field.
 */
const AdpNaverList *
adp_naver_names_list(const char *field)
{
	if (strcmp(field, "campaignName") == 0)
		return &adp_naver_campaigns;
	return strcmp(field, "adgroupName") == 0 ? &adp_naver_ad_groups : NULL;
}

/*
 * Wants the names of a list.
 */
void
adp_naver_names_want(AdpNaverEntityNames *names, const AdpNaverList *list)
{
	HASHCTL control = {.keysize = ADP_NAVER_ID_MAX,
					   .entrysize = sizeof(AdpNaverEntity),
					   .hcxt = CurrentMemoryContext};

	names->base.find = find_name;
	names->wanted[names->nwanted++] = list;
	if (names->known == NULL)
		names->known = hash_create("adpipe names", 256, &control,
								   HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
}

/*
 * Asks for the next page of the list that is being read.
 */
bool
adp_naver_names_ask(const AdpNaverEntityNames *names, AdpApiRequest *request)
{
	if (names->nwanted == 0)
		return false;
	adp_naver_list_ask(names->wanted[names->nwanted - 1], names->at, request);
	return true;
}

/*
 * Reads a page; the list ends with one that has nothing new.
 */
bool
adp_naver_names_take(AdpNaverEntityNames *names, const char *body, Size len,
					 AdpError *error)
{
	const AdpNaverList *list = names->wanted[names->nwanted - 1];
	const AdpJson *rows = adp_naver_list_read(list, body, len, error);
	bool has_new = false;

	if (rows == NULL)
		return false;
	for (int i = 0; i < adp_json_count(rows); i++)
	{
		const AdpJson *row = adp_json_at(rows, i);
		const char *id = adp_json_text(adp_json_get(row, list->id));
		bool is_known;
		AdpNaverEntity *named =
			hash_search(names->known, id, HASH_ENTER, &is_known);

		named->name = adp_json_text(adp_json_get(row, "name"));
		named->campaign = adp_json_text(adp_json_get(row, "nccCampaignId"));
		names->at = id;
		has_new |= !is_known;
	}
	if (has_new)
		return true;
	names->nwanted--;
	names->at = NULL;
	return true;
}
