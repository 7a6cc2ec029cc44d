/*
 * action_list_read.h
 *	  One action list of one row, indexed by type.
 *
 * Time and memory are linear in the number of elements.
 */
#ifndef ADP_PLATFORM_META_ADS_ACTION_LIST_READ_H
#define ADP_PLATFORM_META_ADS_ACTION_LIST_READ_H

#include "platform/meta_ads/action_field.h"

/* Distinct texts, numbered from 0 in the order in which they are added. */
typedef struct AdpTextIndex
{
	int ntexts;
	const char **texts;
	uint32 *lens;
	uint32 *hashes;
	int *slots;
	uint32 mask; /* number of slots, a power of two, minus 1 */
} AdpTextIndex;

/* Allocates an index for at most so many texts, in CurrentMemoryContext. */
extern void adp_text_index_init(AdpTextIndex *index, int most);

/* Returns a text's number; adds a new text, not copied, and sets *is_new. */
extern int adp_text_index_put(AdpTextIndex *index, const char *text, uint32 len,
							  bool *is_new);

/* Returns the number of a text, or -1. */
extern int adp_text_index_find(const AdpTextIndex *index, const char *text,
							   uint32 len);

typedef struct AdpActionElement
{
	AdpCell object;
	int type; /* number of its type; -1: it has no type */
	int next; /* next element of the type; or -1 */
} AdpActionElement;

typedef struct AdpActionList
{
	int nelements;
	AdpActionElement *elements;
	AdpTextIndex types;
	int *first; /* first element, by number of type */
} AdpActionList;

/*
 * Reads a member of a row in CurrentMemoryContext; an absent member has no
 * elements.  Throws if the member is not a list of objects, and, unless
 * is_split, if a type occurs twice.
 */
extern void adp_action_list_read(AdpActionList *list,
								 const AdpActionLists *spec,
								 const AdpCell *cell, const char *name,
								 bool is_split);

/* Returns the first element of a type, or -1. */
extern int adp_action_list_find(const AdpActionList *list, const char *type,
								Size len);

/*
 * Returns the amount of a type under a key, added up over its elements; false
 * if no element has the key.
 */
extern bool adp_action_list_amount(const AdpActionList *list, const char *type,
								   Size len, const char *key, AdpCell *amount);

/* Finds a member of an element; false if it is absent or null. */
extern bool adp_action_member(const AdpCell *element, const char *key,
							  AdpCell *member);

/* The initial value of sums. */
extern const AdpCell adp_action_zero;

/*
 * Adds a term to a sum.  A term that is not a number becomes the sum, so that
 * the column's type rejects it like any other invalid value.
 */
extern AdpCell adp_action_add(AdpCell sum, const AdpCell *term);

#endif /* ADP_PLATFORM_META_ADS_ACTION_LIST_READ_H */
