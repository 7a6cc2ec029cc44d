/*
 * action_lists.c
 *	  Rows with action lists: lists of typed amounts.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/words.h"
#include "platform/meta_ads/action_rows.h"
#include "platform/meta_ads/conversion_actions.h"

/* A type that a field reads, and the meaning of its absence. */
typedef struct TypePlan
{
	const char *name;
	Size len;
	bool is_open;					/* never hidden */
	bool in_pair[ADP_ACTION_PAIRS]; /* may be in these lists */
} TypePlan;

/* Alternative types, separated by bars. */
typedef struct GroupPlan
{
	int ntypes;
	TypePlan *types;
} GroupPlan;

/* How a cell is made from the cells read. */
typedef struct CellPlan
{
	AdpActionField field;
	int read; /* index of the member; not used by our own fields */
	TypePlan type;
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
	int ngroups;
	GroupPlan *groups; /* of conversions */
	bool hides;		   /* a breakdown hides some types */
	bool is_split;	   /* a type may have several elements */
	bool is_unfolded;
	int nkeys; /* if there is a row per element */
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
 * Returns the number of pairs of lists.
 */
static int
npairs(const AdpActionLists *spec)
{
	int n = 0;

	while (n < ADP_ACTION_PAIRS && spec->pairs[n].counts != NULL)
		n++;
	return n;
}

/*
 * Whether a text matches a regular expression; NULL matches nothing.
 */
static bool
matches(const char *text, const char *pattern)
{
	return pattern != NULL && adp_words_match(text, pattern);
}

/*
 * Returns the action breakdowns that a table requests.
 */
const char *
adp_action_lists_keys(const AdpActionLists *spec, const AdpSettings *settings)
{
	return settings->action_breakdowns != NULL ? settings->action_breakdowns
											   : spec->type_key;
}

/*
 * Whether a word is the name of an attribution window.
 */
static bool
is_window(const AdpActionLists *spec, const char *word)
{
	return strcmp(word, spec->default_window) == 0 ||
		adp_words_match(word, spec->windows);
}

/*
 * Splits "list.type" or "list.type.window"; types may contain dots.
 */
static void
split_element(const AdpActionLists *spec, const char *name, const char *dot,
			  AdpActionField *field)
{
	char *type = pstrdup(dot + 1);
	char *last = strrchr(type, '.');

	field->kind = ADP_ACTION_ELEMENT;
	field->member = pnstrdup(name, dot - name);
	field->type = type;
	if (last == NULL || !is_window(spec, last + 1))
		return;
	field->whole = dot + 1;
	*last = '\0';
	if (strcmp(last + 1, spec->default_window) != 0)
		field->window = last + 1;
}

/*
 * Recognizes our own fields, and keys of elements.
 */
static bool
split_own(const AdpActionLists *spec, const char *name, AdpActionField *field)
{
	if (strcmp(name, spec->conversions) == 0)
		field->kind = ADP_ACTION_CONVERSIONS;
	else if (strcmp(name, spec->conversions_value) == 0)
		field->kind = ADP_ACTION_CONVERSIONS_VALUE;
	else if (strcmp(name, spec->row_count) == 0)
		field->kind = ADP_ACTION_ROW_COUNT;
	else if (strcmp(name, spec->row_value) == 0)
		field->kind = ADP_ACTION_ROW_VALUE;
	else if (adp_words_hold(spec->keys, name))
	{
		field->kind = ADP_ACTION_ROW_KEY;
		field->type = name;
	}
	else
		return false;
	return true;
}

/*
 * Splits a field's name.  If a breakdown's value is an object, its members are
 * plain fields.
 */
void
adp_action_lists_split(const AdpActionLists *spec, const AdpSettings *settings,
					   const char *name, AdpActionField *field)
{
	const char *dot = strchr(name, '.');

	MemSet(field, 0, sizeof(AdpActionField));
	if (split_own(spec, name, field))
		return;
	if (dot == NULL ||
		adp_words_hold(settings->breakdowns, pnstrdup(name, dot - name)))
		field->member = name;
	else
		split_element(spec, name, dot, field);
}

/*
 * Determines whether a type may be hidden, and which lists may contain it.
 */
static void
plan_type(const AdpActionLists *spec, const char *name, TypePlan *type)
{
	type->name = name;
	type->len = strlen(name);
	type->is_open = matches(name, spec->open);
	for (int i = 0; i < npairs(spec); i++)
		type->in_pair[i] = spec->pairs[i].types == NULL ||
			adp_words_match(name, spec->pairs[i].types);
}

/*
 * Plans the groups of option conversion_actions; returns their number.
 */
static int
plan_groups(const AdpActionLists *spec, const AdpSettings *settings,
			GroupPlan **groups)
{
	const AdpConversionActions *choice = adp_conversion_actions_read(
		settings->conversion_actions ? settings->conversion_actions
									 : spec->choice);

	*groups = palloc0(choice->ngroups * sizeof(GroupPlan));
	for (int i = 0; i < choice->ngroups; i++)
	{
		GroupPlan *group = &(*groups)[i];

		group->ntypes = choice->groups[i].ntypes;
		group->types = palloc0(group->ntypes * sizeof(TypePlan));
		for (int j = 0; j < group->ntypes; j++)
			plan_type(spec, choice->groups[i].types[j], &group->types[j]);
	}
	return choice->ngroups;
}

/*
 * Whether a type of the groups may be in a pair of lists.
 */
static bool
needs_pair(const GroupPlan *groups, int ngroups, int pair)
{
	for (int i = 0; i < ngroups; i++)
	{
		for (int j = 0; j < groups[i].ntypes; j++)
		{
			if (groups[i].types[j].in_pair[pair])
				return true;
		}
	}
	return false;
}

/*
 * Whether the meaning of an absent amount can depend on the rest of the row.
 */
static bool
needs_proof(const AdpActionLists *spec, const AdpActionField *field)
{
	if (spec->setting == NULL)
		return false;
	return field->kind == ADP_ACTION_CONVERSIONS ||
		field->kind == ADP_ACTION_CONVERSIONS_VALUE ||
		(field->kind == ADP_ACTION_ELEMENT && field->window == NULL &&
		 adp_words_hold(spec->additive, field->member));
}

/*
 * Adds a member unless the list contains it.
 */
static void
add_member(const char *members[ADP_ACTION_MEMBERS], int *n, const char *member)
{
	for (int i = 0; i < *n; i++)
	{
		if (strcmp(members[i], member) == 0)
			return;
	}
	Assert(*n < ADP_ACTION_MEMBERS);
	members[(*n)++] = member;
}

/*
 * Collects the members of a row that a field reads.
 */
int
adp_action_lists_members(const AdpActionLists *spec,
						 const AdpSettings *settings,
						 const AdpActionField *field,
						 const char *members[ADP_ACTION_MEMBERS])
{
	bool is_row = field->kind >= ADP_ACTION_ROW_KEY;
	bool is_proven = needs_proof(spec, field);
	GroupPlan *groups = NULL;
	int ngroups = 0;
	int n = 0;

	if (field->member != NULL)
		add_member(members, &n, field->member);
	else if (!is_row)
		ngroups = plan_groups(spec, settings, &groups);
	for (int i = 0; i < npairs(spec); i++)
	{
		const AdpActionListPair *pair = &spec->pairs[i];

		if (!is_row && !(i == 0 && is_proven) && !needs_pair(groups, ngroups, i))
			continue;
		add_member(members, &n, pair->counts);
		add_member(members, &n, pair->values);
	}
	if (is_proven)
		add_member(members, &n, spec->setting);
	return n;
}

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
			  const TypePlan *type, bool is_there)
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
find_pair(const RowShaper *shaper, const AdpCell *read, const TypePlan *type,
		  AdpCell *count, bool *is_there)
{
	*is_there = false;
	for (int i = 0; i < npairs(shaper->spec); i++)
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
add_group(const RowShaper *shaper, const GroupPlan *group, bool is_value,
		  const AdpCell *read, AdpCell *sum)
{
	for (int i = 0; i < group->ntypes; i++)
	{
		const TypePlan *type = &group->types[i];
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

	for (int i = 0; i < shaper->ngroups; i++)
	{
		if (!add_group(shaper, &shaper->groups[i], is_value, read, &sum))
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
		return adp_action_member(row->element, field->type, &cell) ? cell
																   : nothing;
	cell = field->kind == ADP_ACTION_ROW_COUNT ? row->count : row->value;
	return cell.kind == ADP_CELL_ABSENT ? adp_action_zero : cell;
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

	for (int i = 0; i < npairs(shaper->spec); i++)
		most += get_list(shaper, read, shaper->counts[i])->nelements +
			get_list(shaper, read, shaper->values[i])->nelements;
	adp_action_rows_begin(&shaper->rows, shaper->spec, shaper->keys,
						  shaper->nkeys, most);
	for (int i = 0; i < npairs(shaper->spec); i++)
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
	for (int i = 0; i < npairs(spec); i++)
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
	for (int i = 0; i < npairs(spec); i++)
	{
		const AdpActionListPair *pair = &spec->pairs[i];

		if (matches(field->type, pair->own))
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

	adp_action_lists_split(spec, shaper->settings, name, &cell->field);
	n = adp_action_lists_members(spec, shaper->settings, field, members);
	if (field->member != NULL)
		cell->read = read_path(shaper, field->member);
	if (field->kind == ADP_ACTION_PLAIN)
		return;
	shaper->base.unfold = unfold;
	for (int i = 0; i < n; i++)
		note_path(shaper, members[i]);
	shaper->is_unfolded |= field->kind == ADP_ACTION_ROW_KEY;
	if (field->kind != ADP_ACTION_ELEMENT)
		return;
	plan_type(spec, field->type, &cell->type);
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
	char *rest = pstrdup(adp_action_lists_keys(shaper->spec, shaper->settings));
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
	shaper->ngroups = plan_groups(spec, settings, &shaper->groups);
	shaper->hides = spec->hiding != NULL &&
		(adp_words_find(settings->breakdowns, spec->hiding) != NULL ||
		 adp_words_find(settings->action_breakdowns, spec->hiding) != NULL);
	shaper->last_setting = palloc0(sizeof(LastSetting));
	plan_keys(shaper);
	plan_cells(shaper, query);
	return &shaper->base;
}
