/*
 * action_rows.h
 *	  A row per element of a row's tallies, told apart by their keys.
 */
#ifndef ADP_PLATFORM_META_ADS_ACTION_ROWS_H
#define ADP_PLATFORM_META_ADS_ACTION_ROWS_H

#include "lib/stringinfo.h"

#include "platform/meta_ads/action_list_read.h"

typedef struct AdpTallyRow
{
	AdpCell count; /* of kind ADP_CELL_ABSENT: not there */
	AdpCell value;
	const AdpCell *element; /* that has the keys */
	int pair;				/* of tallies that it is of */
} AdpTallyRow;

typedef struct AdpTallyRows
{
	const AdpTallies *tallies;
	int nkeys;
	const char **keys;
	int nrows;
	AdpTallyRow *rows;
	AdpTextIndex index;
	StringInfoData text; /* keys of the element at work */
} AdpTallyRows;

/* Begins without rows, in CurrentMemoryContext; most: elements that may come. */
extern void adp_tally_rows_begin(AdpTallyRows *rows, const AdpTallies *tallies,
								 const char **keys, int nkeys, int most);

/*
 * Adds the elements of a tally that have an amount in the default window.  Those
 * of rows that an earlier pair has made are left out: the first pair counts.
 * Throws for two elements with the same keys.
 */
extern void adp_tally_rows_add(AdpTallyRows *rows, const AdpTallyList *list,
							   int pair, bool is_value);

#endif /* ADP_PLATFORM_META_ADS_ACTION_ROWS_H */
