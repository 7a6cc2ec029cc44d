/*
 * action_rows.c
 *	  A row per element of a row's action lists, identified by its keys.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/formatting.h"

#include "base/words.h"
#include "platform/meta_ads/action_rows.h"

/* Elements between two checks for interrupts. */
#define ELEMENTS_PER_CHECK 512

/*
 * Initializes an empty set of rows.
 */
void
adp_action_rows_begin(AdpActionRows *rows, const AdpActionLists *spec,
					  const char **keys, int nkeys, int most)
{
	rows->spec = spec;
	rows->keys = keys;
	rows->nkeys = nkeys;
	rows->nrows = 0;
	rows->rows = palloc((Size) Max(most, 1) * sizeof(AdpActionRow));
	adp_text_index_init(&rows->index, most);
	initStringInfo(&rows->text);
	rows->once = NULL;
}

/*
 * Appends a key of an element in a form that no other list of keys can have.
 */
static void
append_key(StringInfo out, const AdpCell *element, const char *key)
{
	AdpCell cell;
	const char *text;
	int len;

	if (!adp_action_member(element, key, &cell))
	{
		appendStringInfoChar(out, '-');
		return;
	}
	text = cell.data;
	len = (int) cell.len;
	if (cell.kind == ADP_CELL_STRING && cell.has_escape)
		text = adp_cell_text(&cell, &len);
	/* an invalid text is compared as written in the page */
	if (text == NULL)
	{
		text = cell.data;
		len = (int) cell.len;
	}
	appendStringInfo(out, "%d:", len);
	appendBinaryStringInfo(out, text, len);
}

/*
 * Returns the row of an element, which is added if it is new.
 */
static AdpActionRow *
row_of(AdpActionRows *rows, const AdpCell *element, int pair)
{
	StringInfo text = &rows->text;
	AdpActionRow *row;
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
	MemSet(row, 0, sizeof(AdpActionRow));
	row->element = element;
	row->pair = pair;
	rows->nrows++;
	return row;
}

/*
 * Returns what a type counts as.  The kinds of types that sites name come
 * first: of these, the rest is free text.
 */
AdpCell
adp_action_kind(const AdpCell *type)
{
	static const struct
	{
		const char *begins;
		const char *kind; /* NULL: the rest of the type */
	} kinds[] = {{"offsite_conversion.fb_pixel_custom.", "CUSTOM_EVENT"},
				 {"offsite_conversion.custom.", "CUSTOM_CONVERSION"},
				 {"omni_", NULL},
				 {"", NULL}};
	int len;
	char *text = adp_cell_text(type, &len);
	AdpCell kind = *type;
	int i = 0;

	if (text == NULL)
		return *type;
	while (strncmp(text, kinds[i].begins, strlen(kinds[i].begins)) != 0)
		i++;
	kind.data = kinds[i].kind;
	if (kind.data == NULL)
		kind.data = asc_toupper(text + strlen(kinds[i].begins),
								strlen(text) - strlen(kinds[i].begins));
	kind.len = strlen(kind.data);
	if (kinds[i].kind == NULL && kind.len > 6 &&
		strcmp(kind.data + kind.len - 6, "_TOTAL") == 0)
		kind.len -= 6;
	kind.has_escape = false;
	return kind;
}

/*
 * Whether elements of a type have rows.
 */
static bool
has_row(const AdpActionRows *rows, const AdpActionList *list, int type)
{
	if (rows->once == NULL)
		return true;
	return type >= 0 &&
		adp_words_match(pnstrdup(list->types.texts[type],
								 list->types.lens[type]),
						rows->once);
}

/*
 * Adds the elements of a list.
 */
void
adp_action_rows_add(AdpActionRows *rows, const AdpActionList *list, int pair,
					bool is_value)
{
	const AdpActionLists *spec = rows->spec;

	for (int i = 0; i < list->nelements; i++)
	{
		const AdpCell *element = &list->elements[i].object;
		AdpActionRow *row;
		AdpCell *place;
		AdpCell amount;

		if (i % ELEMENTS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		if (!adp_action_member(element, spec->amount_key, &amount) ||
			!has_row(rows, list, list->elements[i].type))
			continue;
		row = row_of(rows, element, pair);
		if (row->pair != pair)
			continue;
		place = is_value ? &row->value : &row->count;
		if (place->kind != ADP_CELL_ABSENT)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
					 errmsg("member \"%s\" of a row holds two elements with the same key",
							is_value ? spec->pairs[pair].values
									 : spec->pairs[pair].counts)));
		*place = amount;
	}
}
