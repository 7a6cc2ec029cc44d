/*
 * entity_names.h
 *	  Names of campaigns and ad groups, which files of numbers lack.
 *
 * They are those of the day of reading; a deleted object has none.
 */
#ifndef ADP_PLATFORM_NAVER_SEARCHAD_ENTITY_NAMES_H
#define ADP_PLATFORM_NAVER_SEARCHAD_ENTITY_NAMES_H

#include "utils/hsearch.h"

#include "platform/naver_searchad/entity_walk.h"
#include "platform/naver_searchad/stat_sums.h"

/* Longest id that has a name; ids have some 30 characters. */
#define ADP_NAVER_ID_MAX 64

/* An object of a list. */
typedef struct AdpNaverEntity
{
	char id[ADP_NAVER_ID_MAX]; /* first: the key */
	const char *name;
	const char *campaign; /* its own id, for a campaign */
} AdpNaverEntity;

/* All zero: no names are wanted. */
typedef struct AdpNaverEntityNames
{
	AdpNaverNames base;
	HTAB *known;				   /* AdpNaverEntity; NULL: none */
	const AdpNaverList *wanted[2]; /* lists that are not read yet */
	int nwanted;
	const char *at; /* last id of the list that is being read; NULL: begin */
} AdpNaverEntityNames;

/* Returns the list with the names that a field shows; NULL: it shows none. */
extern const AdpNaverList *adp_naver_names_list(const char *field);

/* Wants the names of a list, which lives as long as the names. */
extern void adp_naver_names_want(AdpNaverEntityNames *names,
								 const AdpNaverList *list);

/* Writes the next request; false if all that is wanted is read. */
extern bool adp_naver_names_ask(const AdpNaverEntityNames *names,
								AdpApiRequest *request);

/* Reads its answer; false, with *error, if it is malformed. */
extern bool adp_naver_names_take(AdpNaverEntityNames *names, const char *body,
								 Size len, AdpError *error);

#endif /* ADP_PLATFORM_NAVER_SEARCHAD_ENTITY_NAMES_H */
