/*
 * action_list_read.h
 *	  One list of one row, read once and found by type.
 *
 * Time and memory are linear in the number of elements.
 */
#ifndef ADP_PLATFORM_META_ADS_ACTION_LIST_READ_H
#define ADP_PLATFORM_META_ADS_ACTION_LIST_READ_H

#include "platform/meta_ads/action_lists.h"

/* Texts with numbers, which count from 0 in the order of coming. */
typedef struct AdpTextIndex
{
	int ntexts;
	const char **texts;
	uint32 *lens;
	uint32 *hashes;
	int *slots;
	uint32 mask; /* number of slots, a power of two, less one */
} AdpTextIndex;

/* Makes an index for at most so many texts, in CurrentMemoryContext. */
extern void adp_text_index_init(AdpTextIndex *index, int most);

/* The number of a text, which is not copied; *is_new: it was not there. */
extern int adp_text_index_put(AdpTextIndex *index, const char *text, uint32 len,
							  bool *is_new);

/* The number of a text; -1 if it is not there. */
extern int adp_text_index_find(const AdpTextIndex *index, const char *text,
							   uint32 len);

typedef struct AdpActionElement
{
	AdpCell object;
	int type; /* number of its type; -1: it has none */
	int next; /* element of the same type; -1: no other */
} AdpActionElement;

typedef struct AdpActionList
{
	int nelements;
	AdpActionElement *elements;
	AdpTextIndex types;
	int *first; /* element by number of type */
} AdpActionList;

/*
 * Reads a member of a row in CurrentMemoryContext; one that is absent has no
 * elements.  Throws for what is no list of objects, and unless is_split for a
 * type that comes twice.
 */
extern void adp_action_list_read(AdpActionList *list,
								 const AdpActionLists *spec,
								 const AdpCell *cell, const char *name,
								 bool is_split);

/* The first element of a type; -1 if there is none. */
extern int adp_action_list_find(const AdpActionList *list, const char *type,
								Size len);

/*
 * The amount of a type under a key, added up over its elements; false if none of
 * them has it.
 */
extern bool adp_action_list_amount(const AdpActionList *list, const char *type,
								   Size len, const char *key, AdpCell *amount);

/* An element's member; false if it is absent or null. */
extern bool adp_action_member(const AdpCell *element, const char *key,
							  AdpCell *member);

/* Where sums begin. */
extern const AdpCell adp_action_zero;

/*
 * Adds a term to a sum.  What is no number becomes the sum, so that it is
 * refused like any other value that does not fit its column.
 */
extern AdpCell adp_action_add(AdpCell sum, const AdpCell *term);

#endif /* ADP_PLATFORM_META_ADS_ACTION_LIST_READ_H */
