/*
 * early_objects.h
 *	  Campaigns and ad groups, with the numbers of a day that /stats reports of each.
 *
 * They are known first, then put in the order in which they are asked about, and then
 * get their numbers, answer by answer.
 */
#ifndef ADP_PLATFORM_NAVER_SEARCHAD_EARLY_OBJECTS_H
#define ADP_PLATFORM_NAVER_SEARCHAD_EARLY_OBJECTS_H

#include "base/json.h"
#include "platform/naver_searchad/entity_names.h"
#include "platform/naver_searchad/stat_sums.h"

/* A campaign or an ad group. */
typedef struct AdpNaverObject
{
	char id[ADP_NAVER_ID_MAX]; /* first: the key */
	const char *campaign;	   /* its own id, for a campaign */
	int at;					   /* in the order of requests */
	bool is_reported;		   /* some answer has it */
	int64 amounts[AMOUNTS];
} AdpNaverObject;

typedef struct AdpNaverObjects
{
	HTAB *known;			  /* AdpNaverObject */
	AdpNaverObject **ordered; /* by id, so that those of a type are beside each
							   * other; NULL: not ordered yet */
	int count;
} AdpNaverObjects;

/* Begins with none, in CurrentMemoryContext. */
extern void adp_naver_objects_begin(AdpNaverObjects *objects);

/* Adds an object, unless it is known, and its campaign; both are copied. */
extern void adp_naver_objects_add(AdpNaverObjects *objects, const char *id,
								  const char *campaign);

/* Puts them in order, now that all are known. */
extern void adp_naver_objects_order(AdpNaverObjects *objects);

/* Returns how many objects from one on a request may be about, at most so many. */
extern int adp_naver_objects_alike(const AdpNaverObjects *objects, int from,
								   int most);

/* Returns the fields to ask for, as a JSON array. */
extern char *adp_naver_objects_fields(void);

/*
 * Reads the rows of an answer about so many objects; one that has no row has no
 * numbers.  Returns what is wrong with the answer, or NULL.
 */
extern const char *adp_naver_objects_read(AdpNaverObjects *objects, int from,
										  int count, const AdpJson *rows);

/* Forgets all numbers, but no object. */
extern void adp_naver_objects_forget(AdpNaverObjects *objects);

/* Whether ad groups add up to their campaigns; a won more or less for each cost. */
extern bool adp_naver_objects_add_up(const AdpNaverObjects *objects);

/* Adds the numbers of all ad groups, or of all campaigns, to sums. */
extern void adp_naver_objects_sum(const AdpNaverObjects *objects,
								  bool has_groups, AdpNaverSums *sums);

#endif /* ADP_PLATFORM_NAVER_SEARCHAD_EARLY_OBJECTS_H */
