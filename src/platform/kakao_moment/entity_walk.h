/*
 * entity_walk.h
 *	  The campaigns, ad groups and creatives of an account, by lists.
 *
 * A list names what is directly below one campaign or ad group.  Whether a list
 * without a filter has what is deleted is not documented.  So deleted objects are
 * requested apart, until a list shows that it has them.
 */
#ifndef ADP_PLATFORM_KAKAO_MOMENT_ENTITY_WALK_H
#define ADP_PLATFORM_KAKAO_MOMENT_ENTITY_WALK_H

#include "nodes/pg_list.h"

#include "platform/api/api_types.h"
#include "platform/kakao_moment/kakao_moment.h"

typedef struct AdpKakaoEntity
{
	const char *id;
	const char *name;
	const char *config; /* ON, OFF or DEL */
	const struct AdpKakaoEntity *parent;
} AdpKakaoEntity;

typedef struct AdpKakaoWalk AdpKakaoWalk;

/* Allocates a walk in CurrentMemoryContext. */
extern AdpKakaoWalk *adp_kakao_walk_create(void);

/*
 * Writes the next request that is needed to know all objects down to a level;
 * false if they are known.
 */
extern bool adp_kakao_walk_ask(AdpKakaoWalk *walk, AdpKakaoLevel level,
							   AdpApiRequest *request);

/* Reads its answer; false, with *error, if it is malformed. */
extern bool adp_kakao_walk_take(AdpKakaoWalk *walk, const char *body, Size len,
								AdpError *error);

/* Whether the walk goes on without the list that was refused. */
extern bool adp_kakao_walk_skip(AdpKakaoWalk *walk, const AdpFailure *failure);

/* Returns the known objects of a level: a list of AdpKakaoEntity *. */
extern List *adp_kakao_walk_list(const AdpKakaoWalk *walk, AdpKakaoLevel level);

/* Finds an object; NULL if it is not known. */
extern const AdpKakaoEntity *adp_kakao_walk_find(const AdpKakaoWalk *walk,
												 AdpKakaoLevel level,
												 const char *id);

#endif /* ADP_PLATFORM_KAKAO_MOMENT_ENTITY_WALK_H */
