/*
 * action_rows.h
 *	  A row per element of a row's lists, told apart by their keys.
 */
#ifndef ADP_PLATFORM_META_ADS_ACTION_ROWS_H
#define ADP_PLATFORM_META_ADS_ACTION_ROWS_H

#include "lib/stringinfo.h"

#include "platform/meta_ads/action_list_read.h"

typedef struct AdpActionRow
{
	AdpCell count; /* of kind ADP_CELL_ABSENT: not there */
	AdpCell value;
	const AdpCell *element; /* that has the keys */
	int pair;				/* of lists that it is of */
} AdpActionRow;

typedef struct AdpActionRows
{
	const AdpActionLists *spec;
	int nkeys;
	const char **keys;
	int nrows;
	AdpActionRow *rows;
	AdpTextIndex index;
	StringInfoData text; /* keys of the element at work */
} AdpActionRows;

/* Begins without rows, in CurrentMemoryContext; most: elements that may come. */
extern void adp_action_rows_begin(AdpActionRows *rows,
								  const AdpActionLists *spec, const char **keys,
								  int nkeys, int most);

/*
 * Adds the elements of a list that have an amount in the default window.  Those
 * of rows that an earlier pair has made are left out: the first pair counts.
 * Throws for two elements with the same keys.
 */
extern void adp_action_rows_add(AdpActionRows *rows, const AdpActionList *list,
								int pair, bool is_value);

#endif /* ADP_PLATFORM_META_ADS_ACTION_ROWS_H */
