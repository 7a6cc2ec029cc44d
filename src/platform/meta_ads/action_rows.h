/*
 * action_rows.h
 *	  A row per element of a row's action lists, identified by its keys.
 */
#ifndef ADP_PLATFORM_META_ADS_ACTION_ROWS_H
#define ADP_PLATFORM_META_ADS_ACTION_ROWS_H

#include "lib/stringinfo.h"

#include "platform/meta_ads/action_list_read.h"

typedef struct AdpActionRow
{
	AdpCell count; /* of kind ADP_CELL_ABSENT: the list lacks it */
	AdpCell value;
	const AdpCell *element; /* the element with the keys */
	int pair;				/* the pair of lists with the element */
} AdpActionRow;

typedef struct AdpActionRows
{
	const AdpActionLists *spec;
	int nkeys;
	const char **keys;
	int nrows;
	AdpActionRow *rows;
	AdpTextIndex index;
	StringInfoData text; /* keys of the current element */
	const char *once;	 /* regular expression of types; NULL: all */
} AdpActionRows;

/* Makes an empty set, in CurrentMemoryContext, for at most most elements. */
extern void adp_action_rows_begin(AdpActionRows *rows,
								  const AdpActionLists *spec, const char **keys,
								  int nkeys, int most);

/*
 * Adds the elements of a list that have an amount in the default window and,
 * where the rows are of certain types only, one of these.
 * Skips elements whose row comes from an earlier pair, since the first pair
 * counts.  Throws for two elements with the same keys.
 */
extern void adp_action_rows_add(AdpActionRows *rows, const AdpActionList *list,
								int pair, bool is_value);

/*
 * Returns what a type of conversion counts as: the standard event in capitals,
 * CUSTOM_EVENT for an event that a site names, CUSTOM_CONVERSION.
 */
extern AdpCell adp_action_kind(const AdpCell *type);

#endif /* ADP_PLATFORM_META_ADS_ACTION_ROWS_H */
