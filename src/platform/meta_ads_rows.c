/*
 * meta_ads_rows.c
 *	  Meta Ads: rows of a report as its columns want them.
 *
 * A list such as "actions" holds one object per action type: its value in the
 * default attribution window under "value", those in other windows under their
 * names.  Absent is zero, with two exceptions, where it means that the platform
 * does not tell: in the default window if a row mixes ad sets with different
 * attribution settings, and under breakdowns that have no actions from outside
 * Meta.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "platform/meta_ads.h"

/* How a cell is made of those read. */
typedef struct CellPlan
{
	AdpMetaField field;
	int read; /* the list, or the value itself */
	bool adds_up;
	bool is_value; /* of META_COUNTED and META_UNFOLDED */
} CellPlan;

typedef struct RowShaper
{
	AdpShaper base;
	int ncells;
	CellPlan *cells;
	const AdpMetaChoice *choice;
	int counts; /* cells read of "actions", "action_values" */
	int values; /* and "attribution_setting"; -1: not needed */
	int setting;
	bool is_unfolded;
	bool hides_outside; /* actions from outside Meta are not told */

	/* the row being unfolded */
	int ntypes;
	AdpCell *types;
} RowShaper;

static const AdpCell zero = {"0", 1, ADP_CELL_STRING, false};
static const AdpCell nothing = {NULL, 0, ADP_CELL_ABSENT, false};

/* Lists whose elements add up over rows, so that a missing one counts 0. */
static const char *const additive_lists[] =
	{META_ACTIONS,
	 META_ACTION_VALUES,
	 "conversions",
	 "conversion_values",
	 "outbound_clicks",
	 "video_play_actions",
	 "video_thruplay_watched_actions",
	 "video_30_sec_watched_actions",
	 "video_15_sec_watched_actions",
	 "video_6_sec_watched_actions",
	 "video_continuous_2_sec_watched_actions",
	 "video_p25_watched_actions",
	 "video_p50_watched_actions",
	 "video_p75_watched_actions",
	 "video_p95_watched_actions",
	 "video_p100_watched_actions",
	 "catalog_segment_actions",
	 "catalog_segment_value",
	 "converted_product_quantity",
	 "converted_product_value",
	 "conversion_leads",
	 "ad_click_actions",
	 "ad_impression_actions"};

/*
 * Whether elements of a list add up.
 */
static bool
list_adds_up(const char *list)
{
	for (int i = 0; i < (int) lengthof(additive_lists); i++)
	{
		if (strcmp(additive_lists[i], list) == 0)
			return true;
	}
	return false;
}

/*
 * Index of a path among those read, adding it if need be.
 */
static int
read_path(RowShaper *shaper, const char *path)
{
	AdpShaper *base = &shaper->base;

	for (int i = 0; i < base->npaths; i++)
	{
		if (strcmp(base->paths[i], path) == 0)
			return i;
	}
	base->paths[base->npaths] = path;
	return base->npaths++;
}

/*
 * Notes that action lists and the setting that they depend on are read.
 */
static void
read_actions(RowShaper *shaper)
{
	shaper->counts = read_path(shaper, META_ACTIONS);
	shaper->values = read_path(shaper, META_ACTION_VALUES);
	shaper->setting = read_path(shaper, META_SETTING);
}

/*
 * Plans one cell.
 */
static void
plan_cell(RowShaper *shaper, const char *field, CellPlan *cell)
{
	adp_meta_ads_split(field, &cell->field);
	switch (cell->field.kind)
	{
		case META_PLAIN:
			cell->read = read_path(shaper, field);
			break;
		case META_ELEMENT:
			cell->read = read_path(shaper, cell->field.list);
			cell->adds_up = list_adds_up(cell->field.list);
			shaper->setting = read_path(shaper, META_SETTING);
			break;
		case META_COUNTED:
			cell->is_value = strcmp(field, META_CONVERSIONS_VALUE) == 0;
			read_actions(shaper);
			break;
		case META_UNFOLDED:
			cell->is_value = strcmp(field, META_ACTION_VALUE) == 0;
			shaper->is_unfolded |= strcmp(field, META_ACTION_TYPE) == 0;
			read_actions(shaper);
			break;
	}
}

/*
 * Whether the row mixes attribution settings, so that nothing is told for the
 * default window.
 */
static bool
is_mixed(const RowShaper *shaper, const AdpCell *read)
{
	const AdpCell *setting = &read[shaper->setting];

	return setting->kind == ADP_CELL_STRING && setting->len == 5 &&
		pg_strncasecmp(setting->data, "mixed", 5) == 0;
}

/*
 * Whether an element is of a type.
 */
static bool
is_of_type(const AdpCell *element, const char *type, uint32 len)
{
	AdpCell name;

	if (!adp_cell_member(element, META_ACTION_TYPE, &name) ||
		name.kind != ADP_CELL_STRING)
		return false;
	if (name.has_escape)
	{
		int text_len;
		char *text = adp_cell_text(&name, &text_len);

		return text != NULL && (uint32) text_len == len &&
			memcmp(text, type, len) == 0;
	}
	return name.len == len && memcmp(name.data, type, len) == 0;
}

/*
 * Finds what a list tells of a type; false if it tells nothing.
 */
static bool
find_value(const AdpCell *list, const char *type, uint32 len,
		   const char *window, AdpCell *value)
{
	AdpCell *elements;
	int n;

	if (list->kind != ADP_CELL_ARRAY)
		return false;
	n = adp_cell_objects(list, &elements);
	for (int i = 0; i < n; i++)
	{
		if (is_of_type(&elements[i], type, len))
			return adp_cell_member(&elements[i], window ? window : "value",
								   value);
	}
	return false;
}

/*
 * Makes the cell of an element.
 */
static AdpCell
element_cell(const RowShaper *shaper, const CellPlan *cell, const AdpCell *read)
{
	const AdpMetaField *field = &cell->field;
	AdpCell value;

	if (find_value(&read[cell->read], field->type, strlen(field->type),
				   field->window, &value))
		return value;
	if (!cell->adds_up || shaper->hides_outside ||
		(field->window == NULL && is_mixed(shaper, read)))
		return nothing;
	return zero;
}

/*
 * Whether a cell is a decimal number that can be added up.
 */
static bool
is_decimal(const AdpCell *cell)
{
	const char *digits = "0123456789.-";

	if ((cell->kind != ADP_CELL_STRING && cell->kind != ADP_CELL_NUMBER) ||
		cell->len == 0)
		return false;
	for (uint32 i = 0; i < cell->len; i++)
	{
		if (strchr(digits, cell->data[i]) == NULL)
			return false;
	}
	return true;
}

/*
 * A cell's number.
 */
static Datum
number_of(const AdpCell *cell)
{
	return DirectFunctionCall3(numeric_in,
							   CStringGetDatum(pnstrdup(cell->data, cell->len)),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/*
 * Adds a term to a sum.  What is no number becomes the sum, so that it is
 * refused like any other value that does not fit its column.
 */
static AdpCell
add_term(AdpCell sum, const AdpCell *term)
{
	Datum total;

	if (sum.data == zero.data)
		return *term;
	if (!is_decimal(&sum))
		return sum;
	if (!is_decimal(term))
		return *term;
	total = DirectFunctionCall2(numeric_add, number_of(&sum), number_of(term));
	sum.data = DatumGetCString(DirectFunctionCall1(numeric_out, total));
	sum.len = (uint32) strlen(sum.data);
	sum.kind = ADP_CELL_STRING;
	return sum;
}

/*
 * Adds what one group of types counts: the first of them in "actions"; the
 * value is that of the same type.  False if none is there.
 */
static bool
add_group(const RowShaper *shaper, const AdpMetaGroup *group, bool is_value,
		  const AdpCell *read, AdpCell *sum)
{
	for (int i = 0; i < group->ntypes; i++)
	{
		const char *type = group->types[i];
		AdpCell count;
		AdpCell value;

		if (!find_value(&read[shaper->counts], type, strlen(type), NULL, &count))
			continue;
		if (!is_value)
			*sum = add_term(*sum, &count);
		else if (find_value(&read[shaper->values], type, strlen(type), NULL,
							&value))
			*sum = add_term(*sum, &value);
		return true;
	}
	return false;
}

/*
 * Makes the cell of conversions or their value.
 */
static AdpCell
counted_cell(const RowShaper *shaper, const CellPlan *cell, const AdpCell *read)
{
	const AdpMetaChoice *choice = shaper->choice;
	AdpCell sum = zero;
	bool is_whole = true;

	if (is_mixed(shaper, read))
		return nothing;
	for (int i = 0; i < choice->ngroups; i++)
		is_whole &=
			add_group(shaper, &choice->groups[i], cell->is_value, read, &sum);
	return is_whole || !shaper->hides_outside ? sum : nothing;
}

/*
 * Adds the types that a list tells in the default window.
 */
static void
add_types(RowShaper *shaper, const AdpCell *list)
{
	AdpCell *elements;
	int n;

	if (list->kind != ADP_CELL_ARRAY)
		return;
	n = Max(adp_cell_objects(list, &elements), 0);
	if (shaper->types == NULL)
		shaper->types = palloc(Max(n, 1) * sizeof(AdpCell));
	else
		shaper->types =
			repalloc(shaper->types, (shaper->ntypes + n + 1) * sizeof(AdpCell));
	for (int i = 0; i < n; i++)
	{
		AdpCell value;
		AdpCell type;
		bool is_there = false;

		if (!adp_cell_member(&elements[i], META_ACTION_TYPE, &type) ||
			!adp_cell_member(&elements[i], "value", &value))
			continue;
		for (int j = 0; j < shaper->ntypes && !is_there; j++)
			is_there = shaper->types[j].len == type.len &&
				memcmp(shaper->types[j].data, type.data, type.len) == 0;
		if (!is_there)
			shaper->types[shaper->ntypes++] = type;
	}
}

/*
 * Makes a cell of the row that one action type becomes.  A type that one of the
 * lists lacks counts 0 there.
 */
static AdpCell
unfolded_cell(const RowShaper *shaper, const CellPlan *cell,
			  const AdpCell *read, int nth)
{
	const AdpCell *list =
		&read[cell->is_value ? shaper->values : shaper->counts];
	AdpCell type = shaper->types[nth];
	AdpCell value;
	int len = (int) type.len;
	const char *name = type.data;

	if (strcmp(cell->field.list, META_ACTION_TYPE) == 0)
		return type;
	if (type.has_escape)
		name = adp_cell_text(&type, &len);
	if (name != NULL && find_value(list, name, (uint32) len, NULL, &value))
		return value;
	return zero;
}

/*
 * Makes the next row out of the one read.
 */
static bool
unfold(AdpShaper *base, void *header, const AdpCell *read, int nth,
	   AdpCell *cells)
{
	RowShaper *shaper = (RowShaper *) base;

	if (nth == 0 && shaper->is_unfolded)
	{
		shaper->types = NULL;
		shaper->ntypes = 0;
		add_types(shaper, &read[shaper->counts]);
		add_types(shaper, &read[shaper->values]);
	}
	if (nth >= (shaper->is_unfolded ? shaper->ntypes : 1))
		return false;
	for (int i = 0; i < shaper->ncells; i++)
	{
		const CellPlan *cell = &shaper->cells[i];

		switch (cell->field.kind)
		{
			case META_PLAIN:
				cells[i] = read[cell->read];
				break;
			case META_ELEMENT:
				cells[i] = element_cell(shaper, cell, read);
				break;
			case META_COUNTED:
				cells[i] = counted_cell(shaper, cell, read);
				break;
			case META_UNFOLDED:
				cells[i] = shaper->is_unfolded
					? unfolded_cell(shaper, cell, read, nth)
					: nothing;
				break;
		}
	}
	return true;
}

/*
 * Makes the shaper of a report's rows.  Without cells that have to be made, the
 * paths are the fields in their order, and no row is touched.
 */
AdpShaper *
adp_meta_ads_shaper(const AdpSettings *settings, const AdpQuery *query)
{
	RowShaper *shaper;
	bool is_plain = true;

	if (!adp_meta_ads_is_report(query->source))
		return NULL;
	shaper = palloc0(sizeof(RowShaper));
	shaper->ncells = query->nfields;
	shaper->cells = palloc0(Max(query->nfields, 1) * sizeof(CellPlan));
	/* three more at most: the lists and the setting */
	shaper->base.paths = palloc((query->nfields + 3) * sizeof(char *));
	shaper->counts = shaper->values = shaper->setting = -1;
	shaper->choice = adp_meta_ads_choice(settings->conversion_actions);
	shaper->hides_outside = adp_meta_ads_hides_outside(settings);
	for (int i = 0; i < query->nfields; i++)
	{
		plan_cell(shaper, query->fields[i], &shaper->cells[i]);
		is_plain &= shaper->cells[i].field.kind == META_PLAIN;
	}
	shaper->base.unfold = is_plain ? NULL : unfold;
	return &shaper->base;
}
