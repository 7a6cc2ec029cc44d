/*
 * entity_walk.c
 *	  The campaigns, ad groups and creatives of an account, by lists.
 */
#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/hsearch.h"

#include "platform/api/params.h"
#include "platform/kakao_moment/entity_walk.h"

#define DELETED "DEL"

/* Longest id: a number of 64 bits. */
#define ID_MAX 24

/* The list of a level, and the parameter with the id of what is above it. */
typedef struct ListKind
{
	const char *path;
	const char *parent;
} ListKind;

static const ListKind list_kinds[ADP_KAKAO_LEVELS] = {
	[ADP_KAKAO_CAMPAIGN] = {KAKAO_API "campaigns", NULL},
	[ADP_KAKAO_AD_GROUP] = {KAKAO_API "adGroups", "campaignId"},
	[ADP_KAKAO_CREATIVE] = {KAKAO_API "creatives", "adGroupId"},
};

typedef struct Known
{
	char id[ID_MAX]; /* first: the key */
	AdpKakaoEntity *entity;
} Known;

struct AdpKakaoWalk
{
	List *lists[ADP_KAKAO_LEVELS];
	HTAB *known[ADP_KAKAO_LEVELS];

	/* the list to request next */
	AdpKakaoLevel level;
	int parent;		   /* position among the objects of the level above */
	bool asks_deleted; /* its deleted objects */

	bool shows_deleted; /* a list without a filter had deleted objects */
	bool has_no_filter; /* lists cannot be filtered */
};

/*
 * Allocates a walk that begins with the campaigns.
 */
AdpKakaoWalk *
adp_kakao_walk_create(void)
{
	AdpKakaoWalk *walk = palloc0(sizeof(AdpKakaoWalk));
	HASHCTL control = {.keysize = ID_MAX,
					   .entrysize = sizeof(Known),
					   .hcxt = CurrentMemoryContext};

	walk->level = ADP_KAKAO_CAMPAIGN;
	for (int i = ADP_KAKAO_CAMPAIGN; i < ADP_KAKAO_LEVELS; i++)
		walk->known[i] = hash_create("adpipe entities", 128, &control,
									 HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	return walk;
}

/*
 * Returns the object below which the next list is; NULL for campaigns.
 */
static const AdpKakaoEntity *
parent_of(const AdpKakaoWalk *walk)
{
	if (walk->level == ADP_KAKAO_CAMPAIGN)
		return NULL;
	return list_nth(walk->lists[walk->level - 1], walk->parent);
}

/*
 * Whether there is a list of the walk's level below its parent.
 */
static bool
has_list(const AdpKakaoWalk *walk)
{
	if (walk->level == ADP_KAKAO_CAMPAIGN)
		return walk->parent == 0;
	return walk->parent < list_length(walk->lists[walk->level - 1]);
}

/*
 * Turns to the next list.
 */
static void
go_on(AdpKakaoWalk *walk)
{
	if (!walk->asks_deleted && !walk->shows_deleted && !walk->has_no_filter)
	{
		walk->asks_deleted = true;
		return;
	}
	walk->asks_deleted = false;
	walk->parent++;
	while (walk->level < ADP_KAKAO_LEVELS && !has_list(walk))
	{
		walk->level++;
		walk->parent = 0;
	}
}

/*
 * Writes the request for the next list.
 */
bool
adp_kakao_walk_ask(AdpKakaoWalk *walk, AdpKakaoLevel level,
				   AdpApiRequest *request)
{
	const ListKind *kind;
	AdpParams params;

	if (walk->level > level)
		return false;
	kind = &list_kinds[walk->level];
	adp_params_init(&params, true);
	if (kind->parent != NULL)
		adp_params_add(&params, kind->parent, parent_of(walk)->id);
	if (walk->asks_deleted)
		adp_params_add(&params, "config", DELETED);
	*request = (AdpApiRequest){.method = "GET",
							   .path = adp_params_join(kind->path, &params),
							   .answer = ADP_ANSWER_ACCOUNT};
	return true;
}

/*
 * Adds an object unless it is known.
 */
static void
add_entity(AdpKakaoWalk *walk, const AdpJson *row, const char *id)
{
	const char *name = adp_json_text(adp_json_get(row, "name"));
	const char *config = adp_json_text(adp_json_get(row, "config"));
	AdpKakaoEntity *entity;
	bool is_known;
	Known *known =
		hash_search(walk->known[walk->level], id, HASH_ENTER, &is_known);

	if (is_known)
		return;
	entity = palloc(sizeof(AdpKakaoEntity));
	entity->id = pstrdup(id);
	entity->name = name != NULL ? pstrdup(name) : NULL;
	entity->config = config != NULL ? pstrdup(config) : NULL;
	entity->parent = parent_of(walk);
	known->entity = entity;
	walk->lists[walk->level] = lappend(walk->lists[walk->level], entity);
	walk->shows_deleted |=
		!walk->asks_deleted && config != NULL && strcmp(config, DELETED) == 0;
}

/*
 * Returns the id of a row of a list; NULL if it has none.
 */
static const char *
id_of(const AdpJson *row)
{
	const char *id = adp_json_scalar(adp_json_get(row, "id"));

	return id != NULL && id[0] != '\0' && strlen(id) < ID_MAX &&
			strspn(id, "0123456789") == strlen(id)
		? id
		: NULL;
}

/*
 * Whether an answer is only a page of its list: it says so, or counts more objects
 * than it has.
 */
static bool
is_partial(const AdpJson *doc, const AdpJson *list)
{
	const char *is_last = adp_json_scalar(adp_json_get(doc, "last"));
	const char *total = adp_json_scalar(adp_json_get(doc, "totalElements"));

	return (is_last != NULL && strcmp(is_last, "false") == 0) ||
		(total != NULL && strtoll(total, NULL, 10) > adp_json_count(list));
}

/*
 * Parses a list: a bare array, or one in member content.  Lists are requested
 * whole.
 */
static const AdpJson *
parse_list(const char *body, Size len, AdpError *error)
{
	const AdpJson *doc = adp_json_parse(CurrentMemoryContext, body, len, error);
	const AdpJson *list =
		adp_json_is_array(doc) ? doc : adp_json_get(doc, "content");
	bool is_good = adp_json_is_array(list);

	if (doc == NULL)
		return NULL;
	for (int i = 0; i < adp_json_count(list); i++)
		is_good &= id_of(adp_json_at(list, i)) != NULL;
	if (is_good && !is_partial(doc, list))
		return list;
	adp_error_set(error, ADP_ERR_FORMAT,
				  is_good ? "the answer is only a part of the list"
						  : "the answer is no list of objects",
				  NULL, NULL);
	return NULL;
}

/*
 * Reads a list.
 */
bool
adp_kakao_walk_take(AdpKakaoWalk *walk, const char *body, Size len,
					AdpError *error)
{
	const AdpJson *list = parse_list(body, len, error);

	if (list == NULL)
		return false;
	for (int i = 0; i < adp_json_count(list); i++)
	{
		const AdpJson *row = adp_json_at(list, i);

		add_entity(walk, row, id_of(row));
	}
	go_on(walk);
	return true;
}

/*
 * Goes on without the list of deleted objects, if the platform refuses its filter.
 * What lists without a filter have is then all there is.
 */
bool
adp_kakao_walk_skip(AdpKakaoWalk *walk, const AdpFailure *failure)
{
	if (!walk->asks_deleted || !adp_kakao_is_misread(failure))
		return false;
	walk->has_no_filter = true;
	go_on(walk);
	return true;
}

List *
adp_kakao_walk_list(const AdpKakaoWalk *walk, AdpKakaoLevel level)
{
	return walk->lists[level];
}

/*
 * Finds an object.
 */
const AdpKakaoEntity *
adp_kakao_walk_find(const AdpKakaoWalk *walk, AdpKakaoLevel level,
					const char *id)
{
	const Known *known;

	if (id == NULL || strlen(id) >= ID_MAX)
		return NULL;
	known = hash_search(walk->known[level], id, HASH_FIND, NULL);
	return known != NULL ? known->entity : NULL;
}
