/*
 * entity_rows.c
 *	  Kakao Moment: lists of campaigns, ad groups and creatives.
 *
 * Lists have ids, names and states only.  Types, goals and budgets come from a
 * request for each object, which is sent if a column needs it.
 */
#include "postgres.h"

#include "utils/json.h"

#include "base/words.h"
#include "platform/kakao_moment/entity_walk.h"

/* Fields of lists, and where the details of an object have the others. */
#define LISTED \
	"campaign_id,campaign_name,ad_group_id,ad_group_name,creative_id," \
	"creative_name,config," KAKAO_ACCOUNT

static const struct
{
	const char *field;
	const char *path;
} details[] = {{"campaign_type", "campaignTypeGoal.campaignType"},
			   {"campaign_goal", "campaignTypeGoal.goal"},
			   {"objective_type", "objective.type"},
			   {"objective_detail", "objective.detailType"},
			   {"daily_budget", "dailyBudgetAmount"},
			   {"status_description", "statusDescription"}};

static const char *const detail_paths[ADP_KAKAO_LEVELS] =
	{[ADP_KAKAO_CAMPAIGN] = KAKAO_API "campaigns/",
	 [ADP_KAKAO_AD_GROUP] = KAKAO_API "adGroups/",
	 [ADP_KAKAO_CREATIVE] = KAKAO_API "creatives/"};

typedef struct Listing
{
	AdpAssembly base;
	AdpKakaoWalk *walk; /* NULL: not begun */
	AdpKakaoLevel level;
	bool asks_details;
	bool asked_list; /* the last request */
	int nrows;		 /* that are written */
} Listing;

/*
 * Begins.
 */
static void
begin(Listing *listing)
{
	const AdpQuery *query = listing->base.ask.query;

	listing->walk = adp_kakao_walk_create();
	listing->level = adp_kakao_level(query->source);
	for (int i = 0; i < query->nfields; i++)
		listing->asks_details |= !adp_words_hold(LISTED, query->fields[i]);
	initStringInfo(&listing->base.body);
	appendStringInfoString(&listing->base.body, "{\"rows\":[");
}

/*
 * Returns the object whose row is to be written next; NULL after the last.
 */
static const AdpKakaoEntity *
next_entity(const Listing *listing)
{
	List *list = adp_kakao_walk_list(listing->walk, listing->level);

	return listing->nrows < list_length(list) ? list_nth(list, listing->nrows)
											  : NULL;
}

/*
 * Returns an id, a name or the state of an object, or of one above it.
 */
static const char *
listed_value(const Listing *listing, const AdpKakaoEntity *entity,
			 const char *field)
{
	static const char *const words[ADP_KAKAO_LEVELS] = {NULL, "campaign_",
														"ad_group_",
														"creative_"};
	int level = listing->level;

	if (strcmp(field, "config") == 0)
		return entity->config;
	while (entity != NULL && words[level] != NULL &&
		   strncmp(field, words[level], strlen(words[level])) != 0)
	{
		entity = entity->parent;
		level--;
	}
	if (entity == NULL)
		return NULL;
	return strcmp(field + strlen(words[level]), "id") == 0 ? entity->id
														   : entity->name;
}

/*
 * Returns a value of an object's details.  Fields that are not in the catalogue
 * have the names of the platform.
 */
static const char *
detail_value(const AdpJson *doc, const char *field)
{
	for (int i = 0; i < lengthof(details); i++)
	{
		if (strcmp(details[i].field, field) == 0)
			return adp_json_scalar(adp_json_path(doc, details[i].path));
	}
	return adp_json_scalar(adp_json_path(doc, field));
}

/*
 * Appends the row of an object; doc has its details, or is NULL.
 */
static void
append_row(Listing *listing, const AdpKakaoEntity *entity, const AdpJson *doc)
{
	StringInfo out = &listing->base.body;
	const AdpQuery *query = listing->base.ask.query;

	appendStringInfo(out, "%s{\"" KAKAO_ACCOUNT "\":\"%s\"",
					 listing->nrows > 0 ? "," : "",
					 listing->base.ask.account->id);
	for (int i = 0; i < query->nfields; i++)
	{
		const char *field = query->fields[i];
		const char *value = adp_words_hold(LISTED, field)
			? listed_value(listing, entity, field)
			: detail_value(doc, field);

		if (strcmp(field, KAKAO_ACCOUNT) == 0)
			continue;
		appendStringInfoChar(out, ',');
		escape_json(out, field);
		appendStringInfoChar(out, ':');
		if (value != NULL)
			escape_json(out, value);
		else
			appendStringInfoString(out, "null");
	}
	appendStringInfoChar(out, '}');
	listing->nrows++;
}

/*
 * Reads the details of the next object.
 */
static AdpAssemblyStep
take_details(Listing *listing, const AdpAssemblyAnswer *answer)
{
	const AdpKakaoEntity *entity = next_entity(listing);
	AdpError *error = &listing->base.error;
	const AdpJson *doc =
		adp_json_parse(CurrentMemoryContext, answer->body, answer->len, error);
	const char *id = adp_json_scalar(adp_json_get(doc, "id"));

	if (doc != NULL && (id == NULL || strcmp(id, entity->id) != 0))
		adp_error_set(error, ADP_ERR_FORMAT,
					  "the answer is not about the requested object", NULL,
					  NULL);
	if (error->class != ADP_OK)
		return ADP_ASSEMBLY_RETRY;
	append_row(listing, entity, doc);
	return ADP_ASSEMBLY_ASK;
}

/*
 * Reads an answer.
 */
static AdpAssemblyStep
take(Listing *listing, const AdpAssemblyAnswer *answer)
{
	if (!listing->asked_list)
		return take_details(listing, answer);
	return adp_kakao_walk_take(listing->walk, answer->body, answer->len,
							   &listing->base.error)
		? ADP_ASSEMBLY_ASK
		: ADP_ASSEMBLY_RETRY;
}

/*
 * Handles a refusal.  The platform may have no details of a deleted object.
 */
static AdpAssemblyStep
take_refusal(Listing *listing, const AdpFailure *failure)
{
	const AdpKakaoEntity *entity = next_entity(listing);

	if (listing->asked_list)
		return adp_kakao_walk_skip(listing->walk, failure)
			? ADP_ASSEMBLY_ASK
			: ADP_ASSEMBLY_FAILED;
	if (failure->class != ADP_ERR_REFUSED || entity->config == NULL ||
		strcmp(entity->config, "DEL") != 0)
		return ADP_ASSEMBLY_FAILED;
	append_row(listing, entity, NULL);
	return ADP_ASSEMBLY_ASK;
}

/*
 * Sends what is missing next, or writes the rows.
 */
static AdpAssemblyStep
go_on(Listing *listing)
{
	const AdpKakaoEntity *entity;

	listing->asked_list = adp_kakao_walk_ask(listing->walk, listing->level,
											 &listing->base.request);
	if (listing->asked_list)
		return ADP_ASSEMBLY_ASK;
	while ((entity = next_entity(listing)) != NULL && !listing->asks_details)
		append_row(listing, entity, NULL);
	if (entity == NULL)
	{
		appendStringInfoString(&listing->base.body, "]}");
		return ADP_ASSEMBLY_DONE;
	}
	listing->base.request =
		(AdpApiRequest){.method = "GET",
						.path = psprintf("%s%s", detail_paths[listing->level],
										 entity->id),
						.answer = ADP_ANSWER_ACCOUNT};
	return ADP_ASSEMBLY_ASK;
}

/*
 * Takes the answer to the last step, and makes the next one.
 */
static AdpAssemblyStep
next_step(AdpAssembly *assembly, const AdpAssemblyAnswer *answer)
{
	Listing *listing = (Listing *) assembly;
	AdpAssemblyStep step = ADP_ASSEMBLY_ASK;

	if (listing->walk == NULL)
		begin(listing);
	if (answer != NULL)
		step = answer->failure != NULL ? take_refusal(listing, answer->failure)
									   : take(listing, answer);
	return step == ADP_ASSEMBLY_ASK ? go_on(listing) : step;
}

const AdpAssembler adp_kakao_list = {sizeof(Listing), next_step};
