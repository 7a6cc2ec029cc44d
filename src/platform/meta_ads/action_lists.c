/*
 * action_lists.c
 *	  Makes cells and rows of a row's action lists.
 */
#include "postgres.h"

#include "base/words.h"
#include "platform/meta_ads/action_lists.h"
#include "platform/meta_ads/action_rows.h"
#include "platform/meta_ads/conversion_actions.h"

/* How a cell is made from the cells read. */
typedef struct CellPlan
{
	AdpActionField field;
	int read; /* index of the member; not used by our own fields */
	AdpActionType type;
	bool adds_up;
	bool is_elsewhere; /* the platform reports the type in another list */
} CellPlan;

/* Result for the last row's setting: consecutive rows tend to share it. */
typedef struct LastSetting
{
	uint32 len;
	bool is_one;
	char text[64];
} LastSetting;

typedef struct RowShaper
{
	AdpShaper base;
	const AdpActionLists *spec;
	const AdpSettings *settings;
	const AdpConversionActions *conversions;
	bool hides;	   /* a breakdown hides some types */
	bool is_split; /* a type may have several elements */
	bool is_unfolded;
	bool is_once; /* rows are of certain types only */
	int nkeys;	  /* if there is a row per element */
	const char **keys;
	int ncells;
	CellPlan *cells;

	/* indexes of the lists and of the setting; -1: not read */
	int counts[ADP_ACTION_PAIRS];
	int values[ADP_ACTION_PAIRS];
	int setting;

	LastSetting *last_setting;

	/* the current row: its lists by index, read on demand */
	AdpActionList **lists;
	AdpActionRows rows;
} RowShaper;

/* The meaning of an absent amount. */
typedef enum Absence
{
	IS_ZERO,
	IS_UNKNOWN
} Absence;

static const AdpCell nothing = {NULL, 0, ADP_CELL_ABSENT, false, false};

/*
 * Returns a list of the current row; reads it on first use.
 */
static const AdpActionList *
get_list(const RowShaper *shaper, const AdpCell *read, int path)
{
	AdpActionList **list = &shaper->lists[path];

	if (*list == NULL)
	{
		*list = palloc(sizeof(AdpActionList));
		adp_action_list_read(*list, shaper->spec, &read[path],
							 shaper->base.paths[path], shaper->is_split);
	}
	return *list;
}

/*
 * Whether a list has any amount in the default window.  is_proof: count only
 * types whose amounts prove that the window is reported.
 */
static bool
has_amount(const RowShaper *shaper, const AdpActionList *list, bool is_proof)
{
	const AdpActionLists *spec = shaper->spec;

	for (int i = 0; i < list->nelements; i++)
	{
		int type = list->elements[i].type;
		AdpCell amount;

		if (!adp_action_member(&list->elements[i].object, spec->amount_key,
							   &amount))
			continue;
		if (!is_proof || spec->proof == NULL)
			return true;
		if (type >= 0 &&
			adp_words_match(pnstrdup(list->types.texts[type],
									 list->types.lens[type]),
							spec->proof))
			return true;
	}
	return false;
}

/*
 * Whether a row reports a single attribution setting, or none at all.
 */
static bool
has_one_setting(const RowShaper *shaper, const AdpCell *read)
{
	const AdpCell *setting = &read[shaper->setting];
	LastSetting *last = shaper->last_setting;

	if (setting->kind != ADP_CELL_STRING)
		return true;
	if (setting->len > sizeof(last->text))
		return false;
	if (setting->len == last->len &&
		memcmp(setting->data, last->text, last->len) == 0)
		return last->is_one;
	last->len = setting->len;
	memcpy(last->text, setting->data, setting->len);
	last->is_one = adp_words_match(pnstrdup(setting->data, setting->len),
								   shaper->spec->one_setting);
	return last->is_one;
}

/*
 * Determines whether an absent amount of a type in the default window is zero.
 * is_there: the row has an element of the type.
 */
static Absence
judge_absence(const RowShaper *shaper, const AdpCell *read,
			  const AdpActionType *type, bool is_there)
{
	bool is_proof = !type->is_open;

	if (shaper->hides && !is_there && !type->is_open)
		return IS_UNKNOWN;
	if (shaper->setting < 0 || has_one_setting(shaper, read))
		return IS_ZERO;
	return has_amount(shaper, get_list(shaper, read, shaper->counts[0]),
					  is_proof) ||
			has_amount(shaper, get_list(shaper, read, shaper->values[0]),
					   is_proof)
		? IS_ZERO
		: IS_UNKNOWN;
}

/*
 * Makes the cell of a list's element.
 */
static AdpCell
element_cell(const RowShaper *shaper, const CellPlan *cell, const AdpCell *read)
{
	const AdpActionField *field = &cell->field;
	const AdpActionLists *spec = shaper->spec;
	const AdpActionList *list = get_list(shaper, read, cell->read);
	const char *key = field->window ? field->window : spec->amount_key;
	AdpCell amount;
	bool is_there;

	if (field->whole != NULL &&
		adp_action_list_amount(list, field->whole, strlen(field->whole),
							   spec->amount_key, &amount))
		return amount;
	if (adp_action_list_amount(list, field->type, cell->type.len, key, &amount))
		return amount;
	is_there = adp_action_list_find(list, field->type, cell->type.len) >= 0;
	if (!cell->adds_up || (cell->is_elsewhere && !is_there))
		return nothing;
	if (field->window != NULL)
		return shaper->hides && !is_there && !cell->type.is_open
			? nothing
			: adp_action_zero;
	return judge_absence(shaper, read, &cell->type, is_there) == IS_ZERO
		? adp_action_zero
		: nothing;
}

/*
 * Returns the pair of lists that counts a type, or -1.  Sets *is_there if a
 * list has an element of the type.
 */
static int
find_pair(const RowShaper *shaper, const AdpCell *read,
		  const AdpActionType *type, AdpCell *count, bool *is_there)
{
	*is_there = false;
	for (int i = 0; i < adp_action_npairs(shaper->spec); i++)
	{
		const AdpActionList *list;

		if (!type->in_pair[i])
			continue;
		list = get_list(shaper, read, shaper->counts[i]);
		if (adp_action_list_amount(list, type->name, type->len,
								   shaper->spec->amount_key, count))
			return i;
		*is_there |= adp_action_list_find(list, type->name, type->len) >= 0;
	}
	return -1;
}

/*
 * Adds the count or value of the first type of a group that the row counts.
 * Returns false if an absent amount may be nonzero on the platform.
 */
static bool
add_group(const RowShaper *shaper, const AdpConversionActionGroup *group,
		  bool is_value, const AdpCell *read, AdpCell *sum)
{
	for (int i = 0; i < group->ntypes; i++)
	{
		const AdpActionType *type = &group->types[i];
		AdpCell amount;
		bool is_there;
		int pair = find_pair(shaper, read, type, &amount, &is_there);

		if (pair < 0)
		{
			if (judge_absence(shaper, read, type, is_there) == IS_UNKNOWN)
				return false;
			continue;
		}
		if (!is_value ||
			adp_action_list_amount(get_list(shaper, read, shaper->values[pair]),
								   type->name, type->len,
								   shaper->spec->amount_key, &amount))
			*sum = adp_action_add(*sum, &amount);
		break;
	}
	return true;
}

/*
 * Makes the cell of conversions or their value; NULL if a group is unknown.
 */
static AdpCell
conversions_cell(const RowShaper *shaper, bool is_value, const AdpCell *read)
{
	AdpCell sum = adp_action_zero;

	for (int i = 0; i < shaper->conversions->ngroups; i++)
	{
		if (!add_group(shaper, &shaper->conversions->groups[i], is_value, read,
					   &sum))
			return nothing;
	}
	return sum;
}

/*
 * Makes a cell of an element's row.  An amount that one of the two lists lacks
 * is 0.
 */
static AdpCell
row_cell(const RowShaper *shaper, const AdpActionField *field, int nth)
{
	const AdpActionRow *row = &shaper->rows.rows[nth];
	AdpCell cell;

	if (field->kind == ADP_ACTION_ROW_KEY)
	{
		if (!adp_action_member(row->element, field->type, &cell))
			return nothing;
		return field->is_kind ? adp_action_kind(&cell) : cell;
	}
	cell = field->kind == ADP_ACTION_ROW_COUNT ? row->count : row->value;
	return cell.kind == ADP_CELL_ABSENT ? adp_action_zero : cell;
}

/*
 * Returns the hour with which a text such as "13:00:00 - 13:59:59" begins.
 */
static AdpCell
hour_cell(const AdpCell *range)
{
	AdpCell cell = *range;

	if (cell.kind == ADP_CELL_STRING && cell.len > 2 && cell.data[2] == ':')
		cell.len = 2;
	return cell;
}

/*
 * Makes a cell of the current row.
 */
static AdpCell
make_cell(const RowShaper *shaper, const CellPlan *cell, const AdpCell *read,
		  int nth)
{
	switch (cell->field.kind)
	{
		case ADP_ACTION_PLAIN:
			return read[cell->read];
		case ADP_ACTION_HOUR:
			return hour_cell(&read[cell->read]);
		case ADP_ACTION_ELEMENT:
			return element_cell(shaper, cell, read);
		case ADP_ACTION_CONVERSIONS:
			return conversions_cell(shaper, false, read);
		case ADP_ACTION_CONVERSIONS_VALUE:
			return conversions_cell(shaper, true, read);
		case ADP_ACTION_ROW_KEY:
		case ADP_ACTION_ROW_COUNT:
		case ADP_ACTION_ROW_VALUE:
			break;
	}
	return shaper->is_unfolded ? row_cell(shaper, &cell->field, nth) : nothing;
}

/*
 * Collects the elements of the current row, one per resulting row.
 */
static void
make_rows(RowShaper *shaper, const AdpCell *read)
{
	int most = 0;

	for (int i = 0; i < adp_action_npairs(shaper->spec); i++)
		most += get_list(shaper, read, shaper->counts[i])->nelements +
			get_list(shaper, read, shaper->values[i])->nelements;
	adp_action_rows_begin(&shaper->rows, shaper->spec, shaper->keys,
						  shaper->nkeys, most);
	shaper->rows.once = shaper->is_once ? shaper->spec->once : NULL;
	for (int i = 0; i < adp_action_npairs(shaper->spec); i++)
	{
		adp_action_rows_add(&shaper->rows,
							get_list(shaper, read, shaper->counts[i]), i,
							false);
		adp_action_rows_add(&shaper->rows,
							get_list(shaper, read, shaper->values[i]), i, true);
	}
}

/*
 * Makes the nth row of a row as read.
 */
static bool
unfold(AdpShaper *base, void *header, const AdpCell *read, int nth,
	   AdpCell *cells)
{
	RowShaper *shaper = (RowShaper *) base;

	if (nth == 0)
	{
		memset(shaper->lists, 0, base->npaths * sizeof(AdpActionList *));
		if (shaper->is_unfolded)
			make_rows(shaper, read);
	}
	if (nth >= (shaper->is_unfolded ? shaper->rows.nrows : 1))
		return false;
	for (int i = 0; i < shaper->ncells; i++)
		cells[i] = make_cell(shaper, &shaper->cells[i], read, nth);
	return true;
}

/*
 * Returns the index of a path, which is added if it is new.
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
 * Stores the index of a member that is a list of a pair, or the setting.
 */
static void
note_path(RowShaper *shaper, const char *member)
{
	const AdpActionLists *spec = shaper->spec;
	int path = read_path(shaper, member);

	if (spec->setting != NULL && strcmp(member, spec->setting) == 0)
		shaper->setting = path;
	for (int i = 0; i < adp_action_npairs(spec); i++)
	{
		if (strcmp(member, spec->pairs[i].counts) == 0)
			shaper->counts[i] = path;
		if (strcmp(member, spec->pairs[i].values) == 0)
			shaper->values[i] = path;
	}
}

/*
 * Whether the platform reports a type in another list than the field's.
 */
static bool
is_elsewhere(const AdpActionLists *spec, const AdpActionField *field)
{
	for (int i = 0; i < adp_action_npairs(spec); i++)
	{
		const AdpActionListPair *pair = &spec->pairs[i];

		if (pair->own != NULL && adp_words_match(field->type, pair->own))
			return strcmp(field->member, pair->counts) != 0 &&
				strcmp(field->member, pair->values) != 0;
	}
	return false;
}

/*
 * Plans one cell.
 */
static void
plan_cell(RowShaper *shaper, const char *name, CellPlan *cell)
{
	const AdpActionLists *spec = shaper->spec;
	const AdpActionField *field = &cell->field;
	const char *members[ADP_ACTION_MEMBERS];
	int n;

	adp_action_field_split(spec, shaper->settings, name, &cell->field);
	n = adp_action_field_members(spec, shaper->settings, field, members);
	if (field->member != NULL)
		cell->read = read_path(shaper, field->member);
	if (field->kind == ADP_ACTION_PLAIN)
		return;
	shaper->base.unfold = unfold;
	for (int i = 0; i < n; i++)
		note_path(shaper, members[i]);
	shaper->is_unfolded |= field->kind == ADP_ACTION_ROW_KEY;
	shaper->is_once |= field->is_once;
	if (field->kind != ADP_ACTION_ELEMENT)
		return;
	adp_action_type_describe(spec, field->type, &cell->type);
	cell->adds_up = adp_words_hold(spec->additive, field->member);
	cell->is_elsewhere = is_elsewhere(spec, field);
}

/*
 * Plans all cells.  If all of them are plain members, the paths are the fields
 * in their order, and rows pass unchanged.
 */
static void
plan_cells(RowShaper *shaper, const AdpQuery *query)
{
	shaper->ncells = query->nfields;
	shaper->cells = palloc0(Max(query->nfields, 1) * sizeof(CellPlan));
	shaper->base.paths =
		palloc((query->nfields + ADP_ACTION_MEMBERS) * sizeof(char *));
	shaper->setting = -1;
	for (int i = 0; i < ADP_ACTION_PAIRS; i++)
		shaper->counts[i] = shaper->values[i] = -1;
	for (int i = 0; i < query->nfields; i++)
		plan_cell(shaper, query->fields[i], &shaper->cells[i]);
	shaper->lists = palloc(Max(shaper->base.npaths, 1) * sizeof(void *));
}

/*
 * Determines the keys of elements, for a row per element.
 */
static void
plan_keys(RowShaper *shaper)
{
	char *rest = pstrdup(adp_action_keys(shaper->spec, shaper->settings));
	char *key;

	shaper->keys = palloc((strlen(rest) + 1) * sizeof(char *));
	while ((key = adp_words_next(&rest, ",")) != NULL)
	{
		shaper->keys[shaper->nkeys++] = key;
		shaper->is_split |= strcmp(key, shaper->spec->type_key) != 0;
	}
}

/*
 * Makes the shaper of a query.
 */
AdpShaper *
adp_action_lists_shaper(const AdpActionLists *spec, const AdpSettings *settings,
						const AdpQuery *query)
{
	RowShaper *shaper = palloc0(sizeof(RowShaper));

	shaper->spec = spec;
	shaper->settings = settings;
	shaper->conversions = adp_conversion_actions_of(spec, settings);
	shaper->hides = spec->hiding != NULL &&
		(adp_words_find(settings->breakdowns, spec->hiding) != NULL ||
		 adp_words_find(settings->action_breakdowns, spec->hiding) != NULL);
	shaper->last_setting = palloc0(sizeof(LastSetting));
	plan_keys(shaper);
	plan_cells(shaper, query);
	return &shaper->base;
}
