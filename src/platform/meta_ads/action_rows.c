/*
 * action_rows.c
 *	  A row per element of a row's tallies, told apart by their keys.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "platform/meta_ads/action_rows.h"

/* Elements between two looks for interrupts. */
#define ELEMENTS_PER_CHECK 512

/*
 * Begins without rows.
 */
void
adp_tally_rows_begin(AdpTallyRows *rows, const AdpTallies *tallies,
					 const char **keys, int nkeys, int most)
{
	rows->tallies = tallies;
	rows->keys = keys;
	rows->nkeys = nkeys;
	rows->nrows = 0;
	rows->rows = palloc((Size) Max(most, 1) * sizeof(AdpTallyRow));
	adp_text_index_init(&rows->index, most);
	initStringInfo(&rows->text);
}

/*
 * Appends a key of an element, so that no two lists of keys read the same.
 */
static void
append_key(StringInfo out, const AdpCell *element, const char *key)
{
	AdpCell cell;
	const char *text;
	int len;

	if (!adp_tally_member(element, key, &cell))
	{
		appendStringInfoChar(out, '-');
		return;
	}
	text = cell.data;
	len = (int) cell.len;
	if (cell.kind == ADP_CELL_STRING && cell.has_escape)
		text = adp_cell_text(&cell, &len);
	/* what no text can hold is told apart as it is in the page */
	if (text == NULL)
	{
		text = cell.data;
		len = (int) cell.len;
	}
	appendStringInfo(out, "%d:", len);
	appendBinaryStringInfo(out, text, len);
}

/*
 * The row of an element, made if need be.
 */
static AdpTallyRow *
row_of(AdpTallyRows *rows, const AdpCell *element, int pair)
{
	StringInfo text = &rows->text;
	AdpTallyRow *row;
	bool is_new;
	int number;

	resetStringInfo(text);
	for (int i = 0; i < rows->nkeys; i++)
		append_key(text, element, rows->keys[i]);
	number = adp_text_index_find(&rows->index, text->data, (uint32) text->len);
	if (number >= 0)
		return &rows->rows[number];
	number = adp_text_index_put(&rows->index, pnstrdup(text->data, text->len),
								(uint32) text->len, &is_new);
	row = &rows->rows[number];
	MemSet(row, 0, sizeof(AdpTallyRow));
	row->element = element;
	row->pair = pair;
	rows->nrows++;
	return row;
}

/*
 * Adds the elements of a tally.
 */
void
adp_tally_rows_add(AdpTallyRows *rows, const AdpTallyList *list, int pair,
				   bool is_value)
{
	const AdpTallies *tallies = rows->tallies;

	for (int i = 0; i < list->nelements; i++)
	{
		const AdpCell *element = &list->elements[i].object;
		AdpTallyRow *row;
		AdpCell *place;
		AdpCell amount;

		if (i % ELEMENTS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		if (!adp_tally_member(element, tallies->amount_key, &amount))
			continue;
		row = row_of(rows, element, pair);
		if (row->pair != pair)
			continue;
		place = is_value ? &row->value : &row->count;
		if (place->kind != ADP_CELL_ABSENT)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
					 errmsg("member \"%s\" of a row holds two elements that cannot be told apart",
							is_value ? tallies->pairs[pair].values
									 : tallies->pairs[pair].counts)));
		*place = amount;
	}
}
