/*
 * entity_walk.h
 *	  The lists of campaigns and ad groups of an account, page by page.
 *
 * A page holds what follows a base row.  Whether the base row itself comes again
 * is not documented, so what came before is left out; the list ends with a page
 * that has nothing new.
 */
#ifndef ADP_PLATFORM_NAVER_SEARCHAD_ENTITY_WALK_H
#define ADP_PLATFORM_NAVER_SEARCHAD_ENTITY_WALK_H

#include "nodes/pg_list.h"

#include "base/json.h"
#include "platform/api/api_types.h"

/* A list of the platform. */
typedef struct AdpNaverList
{
	const char *source; /* of adpipe; NULL: end of the lists */
	const char *path;
	const char *id; /* member that identifies a row */
} AdpNaverList;

extern const AdpNaverList adp_naver_campaigns;
extern const AdpNaverList adp_naver_ad_groups;

/* Writes the request for the page after a base row, NULL for the first one. */
extern void adp_naver_list_ask(const AdpNaverList *list, const char *base,
							   AdpApiRequest *request);

/*
 * Parses a page, a bare array.  Returns NULL, with *error, if it is none, or if a
 * row has no id.
 */
extern const AdpJson *adp_naver_list_read(const AdpNaverList *list,
										  const char *body, Size len,
										  AdpError *error);

#endif /* ADP_PLATFORM_NAVER_SEARCHAD_ENTITY_WALK_H */
