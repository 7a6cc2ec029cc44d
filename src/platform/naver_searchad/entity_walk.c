/*
 * entity_walk.c
 *	  The lists of campaigns and ad groups of an account, page by page.
 */
#include "postgres.h"

#include "platform/api/params.h"
#include "platform/naver_searchad/entity_walk.h"

/* Most rows of a page, as the platform allows. */
#define PAGE_ROWS "1000"

const AdpNaverList adp_naver_campaigns = {"campaigns", "/ncc/campaigns",
										  "nccCampaignId"};
const AdpNaverList adp_naver_ad_groups = {"ad_groups", "/ncc/adgroups",
										  "nccAdgroupId"};

/*
 * Writes the request for a page.
 */
void
adp_naver_list_ask(const AdpNaverList *list, const char *base,
				   AdpApiRequest *request)
{
	AdpParams params;

	adp_params_init(&params, true);
	adp_params_add(&params, "recordSize", PAGE_ROWS);
	adp_params_add(&params, "selector", "NEXT");
	adp_params_add(&params, "baseSearchId", base);
	*request = (AdpApiRequest){.method = "GET",
							   .path = adp_params_join(list->path, &params),
							   .answer = ADP_ANSWER_ACCOUNT};
}

/*
 * Parses a page.
 */
const AdpJson *
adp_naver_list_read(const AdpNaverList *list, const char *body, Size len,
					AdpError *error)
{
	const AdpJson *doc = adp_json_parse(CurrentMemoryContext, body, len, error);

	if (doc == NULL)
		return NULL;
	for (int i = 0; i < adp_json_count(doc); i++)
	{
		if (adp_json_text(adp_json_get(adp_json_at(doc, i), list->id)) == NULL)
			doc = NULL;
	}
	if (adp_json_is_array(doc))
		return doc;
	adp_error_set(error, ADP_ERR_FORMAT,
				  psprintf("the answer is no list of %s", list->source), NULL,
				  NULL);
	return NULL;
}
