/*
 * action_lists.c
 *	  A kind of rows: some members are tallies, lists of typed amounts.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/words.h"
#include "platform/meta_ads/action_rows.h"
#include "platform/meta_ads/conversion_actions.h"

/* A type that is wanted, and what its absence means. */
typedef struct TypePlan
{
	const char *name;
	Size len;
	bool is_open;				   /* never hidden */
	bool in_pair[ADP_TALLY_PAIRS]; /* may be in these tallies */
} TypePlan;

/* Types with bars between them. */
typedef struct GroupPlan
{
	int ntypes;
	TypePlan *types;
} GroupPlan;

/* How a cell is made of those read. */
typedef struct CellPlan
{
	AdpTallyField field;
	int read; /* the member; not used by fields of ours */
	TypePlan type;
	bool adds_up;
	bool is_elsewhere; /* the platform has the type in another tally */
} CellPlan;

/* What was found of the setting of a row before: rows in a row have the same. */
typedef struct LastSetting
{
	uint32 len;
	bool is_one;
	char text[64];
} LastSetting;

typedef struct RowShaper
{
	AdpShaper base;
	const AdpTallies *tallies;
	const AdpSettings *settings;
	int ngroups;
	GroupPlan *groups; /* of conversions */
	bool hides;		   /* some types */
	bool is_split;	   /* a type has more than one element */
	bool is_unfolded;
	int nkeys; /* of a row per element */
	const char **keys;
	int ncells;
	CellPlan *cells;

	/* paths of tallies, and of what the row says of its settings; -1: not read */
	int counts[ADP_TALLY_PAIRS];
	int values[ADP_TALLY_PAIRS];
	int setting;

	LastSetting *last_setting;

	/* the row at work: its tallies by path, as far as they were needed */
	AdpTallyList **lists;
	AdpTallyRows rows;
} RowShaper;

/* That a row does not have an amount, and what follows from that. */
typedef enum Absence
{
	IS_ZERO,
	IS_UNKNOWN
} Absence;

static const AdpCell nothing = {NULL, 0, ADP_CELL_ABSENT, false, false};

/*
 * Number of pairs that a platform has.
 */
static int
npairs(const AdpTallies *tallies)
{
	int n = 0;

	while (n < ADP_TALLY_PAIRS && tallies->pairs[n].counts != NULL)
		n++;
	return n;
}

/*
 * Whether a text is as an expression asks for, NULL asking for nothing.
 */
static bool
matches(const char *text, const char *pattern)
{
	return pattern != NULL && adp_words_match(text, pattern);
}

/*
 * The keys of elements that a table asks for.
 */
const char *
adp_tallies_keys(const AdpTallies *tallies, const AdpSettings *settings)
{
	return settings->action_breakdowns != NULL ? settings->action_breakdowns
											   : tallies->type_key;
}

/*
 * Whether a word names an attribution window.
 */
static bool
is_window(const AdpTallies *tallies, const char *word)
{
	return strcmp(word, tallies->default_window) == 0 ||
		adp_words_match(word, tallies->windows);
}

/*
 * Splits "tally.type" or "tally.type.window"; types have dots of their own.
 */
static void
split_element(const AdpTallies *tallies, const char *name, const char *dot,
			  AdpTallyField *field)
{
	char *type = pstrdup(dot + 1);
	char *last = strrchr(type, '.');

	field->kind = ADP_TALLY_ELEMENT;
	field->member = pnstrdup(name, dot - name);
	field->type = type;
	if (last == NULL || !is_window(tallies, last + 1))
		return;
	field->whole = dot + 1;
	*last = '\0';
	if (strcmp(last + 1, tallies->default_window) != 0)
		field->window = last + 1;
}

/*
 * Whether a name is one of ours, or of a key of elements.
 */
static bool
split_own(const AdpTallies *tallies, const char *name, AdpTallyField *field)
{
	if (strcmp(name, tallies->conversions) == 0)
		field->kind = ADP_TALLY_CONVERSIONS;
	else if (strcmp(name, tallies->conversions_value) == 0)
		field->kind = ADP_TALLY_CONVERSIONS_VALUE;
	else if (strcmp(name, tallies->row_count) == 0)
		field->kind = ADP_TALLY_ROW_COUNT;
	else if (strcmp(name, tallies->row_value) == 0)
		field->kind = ADP_TALLY_ROW_VALUE;
	else if (adp_words_hold(tallies->keys, name))
	{
		field->kind = ADP_TALLY_ROW_KEY;
		field->type = name;
	}
	else
		return false;
	return true;
}

/*
 * Splits a field's name.  Below a breakdown whose value is an object is a member
 * of that.
 */
void
adp_tallies_split(const AdpTallies *tallies, const AdpSettings *settings,
				  const char *name, AdpTallyField *field)
{
	const char *dot = strchr(name, '.');

	MemSet(field, 0, sizeof(AdpTallyField));
	if (split_own(tallies, name, field))
		return;
	if (dot == NULL ||
		adp_words_hold(settings->breakdowns, pnstrdup(name, dot - name)))
		field->member = name;
	else
		split_element(tallies, name, dot, field);
}

/*
 * Works out what is to be known of a type.
 */
static void
plan_type(const AdpTallies *tallies, const char *name, TypePlan *type)
{
	type->name = name;
	type->len = strlen(name);
	type->is_open = matches(name, tallies->open);
	for (int i = 0; i < npairs(tallies); i++)
		type->in_pair[i] = tallies->pairs[i].types == NULL ||
			adp_words_match(name, tallies->pairs[i].types);
}

/*
 * Works out which types make conversions; returns the number of groups.
 */
static int
plan_groups(const AdpTallies *tallies, const AdpSettings *settings,
			GroupPlan **groups)
{
	const AdpChoice *choice = adp_choice_read(settings->conversion_actions
												  ? settings->conversion_actions
												  : tallies->choice);

	*groups = palloc0(choice->ngroups * sizeof(GroupPlan));
	for (int i = 0; i < choice->ngroups; i++)
	{
		GroupPlan *group = &(*groups)[i];

		group->ntypes = choice->groups[i].ntypes;
		group->types = palloc0(group->ntypes * sizeof(TypePlan));
		for (int j = 0; j < group->ntypes; j++)
			plan_type(tallies, choice->groups[i].types[j], &group->types[j]);
	}
	return choice->ngroups;
}

/*
 * Whether conversions need a pair of tallies.
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
 * Whether that an amount is none can depend on what else is in the row.
 */
static bool
needs_proof(const AdpTallies *tallies, const AdpTallyField *field)
{
	if (tallies->setting == NULL)
		return false;
	return field->kind == ADP_TALLY_CONVERSIONS ||
		field->kind == ADP_TALLY_CONVERSIONS_VALUE ||
		(field->kind == ADP_TALLY_ELEMENT && field->window == NULL &&
		 adp_words_hold(tallies->additive, field->member));
}

/*
 * Adds a member unless it is there.
 */
static void
add_member(const char *members[ADP_TALLY_MEMBERS], int *n, const char *member)
{
	for (int i = 0; i < *n; i++)
	{
		if (strcmp(members[i], member) == 0)
			return;
	}
	Assert(*n < ADP_TALLY_MEMBERS);
	members[(*n)++] = member;
}

/*
 * The members of a row that a field is made of.
 */
int
adp_tallies_members(const AdpTallies *tallies, const AdpSettings *settings,
					const AdpTallyField *field,
					const char *members[ADP_TALLY_MEMBERS])
{
	bool is_row = field->kind >= ADP_TALLY_ROW_KEY;
	bool is_proven = needs_proof(tallies, field);
	GroupPlan *groups = NULL;
	int ngroups = 0;
	int n = 0;

	if (field->member != NULL)
		add_member(members, &n, field->member);
	else if (!is_row)
		ngroups = plan_groups(tallies, settings, &groups);
	for (int i = 0; i < npairs(tallies); i++)
	{
		const AdpTallyPair *pair = &tallies->pairs[i];

		if (!is_row && !(i == 0 && is_proven) && !needs_pair(groups, ngroups, i))
			continue;
		add_member(members, &n, pair->counts);
		add_member(members, &n, pair->values);
	}
	if (is_proven)
		add_member(members, &n, tallies->setting);
	return n;
}

/*
 * A tally of the row at work, by its path.
 */
static const AdpTallyList *
get_list(const RowShaper *shaper, const AdpCell *read, int path)
{
	AdpTallyList **list = &shaper->lists[path];

	if (*list == NULL)
	{
		*list = palloc(sizeof(AdpTallyList));
		adp_tally_list_read(*list, shaper->tallies, &read[path],
							shaper->base.paths[path], shaper->is_split);
	}
	return *list;
}

/*
 * Whether a tally has an amount in the default window; is_proof: of a type that
 * shows that such amounts are there.
 */
static bool
has_amount(const RowShaper *shaper, const AdpTallyList *list, bool is_proof)
{
	const AdpTallies *tallies = shaper->tallies;

	for (int i = 0; i < list->nelements; i++)
	{
		int type = list->elements[i].type;
		AdpCell amount;

		if (!adp_tally_member(&list->elements[i].object, tallies->amount_key,
							  &amount))
			continue;
		if (!is_proof || tallies->proof == NULL)
			return true;
		if (type >= 0 &&
			adp_words_match(pnstrdup(list->types.texts[type],
									 list->types.lens[type]),
							tallies->proof))
			return true;
	}
	return false;
}

/*
 * Whether a row is of one setting, or says nothing of any.
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
								   shaper->tallies->one_setting);
	return last->is_one;
}

/*
 * What follows from that a row does not have an amount of a type in the default
 * window, is_there: but an element of the type.
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
 * Makes the cell of an element.
 */
static AdpCell
element_cell(const RowShaper *shaper, const CellPlan *cell, const AdpCell *read)
{
	const AdpTallyField *field = &cell->field;
	const AdpTallies *tallies = shaper->tallies;
	const AdpTallyList *list = get_list(shaper, read, cell->read);
	const char *key = field->window ? field->window : tallies->amount_key;
	AdpCell amount;
	bool is_there;

	if (field->whole != NULL &&
		adp_tally_list_amount(list, field->whole, strlen(field->whole),
							  tallies->amount_key, &amount))
		return amount;
	if (adp_tally_list_amount(list, field->type, cell->type.len, key, &amount))
		return amount;
	is_there = adp_tally_list_find(list, field->type, cell->type.len) >= 0;
	if (!cell->adds_up || (cell->is_elsewhere && !is_there))
		return nothing;
	if (field->window != NULL)
		return shaper->hides && !is_there && !cell->type.is_open
			? nothing
			: adp_tally_zero;
	return judge_absence(shaper, read, &cell->type, is_there) == IS_ZERO
		? adp_tally_zero
		: nothing;
}

/*
 * Finds the pair of tallies that counts a type; -1 if none does.  *is_there: one
 * has an element of the type.
 */
static int
find_pair(const RowShaper *shaper, const AdpCell *read, const TypePlan *type,
		  AdpCell *count, bool *is_there)
{
	*is_there = false;
	for (int i = 0; i < npairs(shaper->tallies); i++)
	{
		const AdpTallyList *list;

		if (!type->in_pair[i])
			continue;
		list = get_list(shaper, read, shaper->counts[i]);
		if (adp_tally_list_amount(list, type->name, type->len,
								  shaper->tallies->amount_key, count))
			return i;
		*is_there |= adp_tally_list_find(list, type->name, type->len) >= 0;
	}
	return -1;
}

/*
 * Adds what one group of types counts: the first of them that is counted; the
 * value is that of the same type.  False if it may be one that the row does not
 * have but the platform.
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
			adp_tally_list_amount(get_list(shaper, read, shaper->values[pair]),
								  type->name, type->len,
								  shaper->tallies->amount_key, &amount))
			*sum = adp_tally_add(*sum, &amount);
		break;
	}
	return true;
}

/*
 * Makes the cell of conversions or their value.
 */
static AdpCell
conversions_cell(const RowShaper *shaper, bool is_value, const AdpCell *read)
{
	AdpCell sum = adp_tally_zero;

	for (int i = 0; i < shaper->ngroups; i++)
	{
		if (!add_group(shaper, &shaper->groups[i], is_value, read, &sum))
			return nothing;
	}
	return sum;
}

/*
 * Makes a cell of the row that an element becomes.  An amount that one of the
 * two tallies lacks is 0.
 */
static AdpCell
row_cell(const RowShaper *shaper, const AdpTallyField *field, int nth)
{
	const AdpTallyRow *row = &shaper->rows.rows[nth];
	AdpCell cell;

	if (field->kind == ADP_TALLY_ROW_KEY)
		return adp_tally_member(row->element, field->type, &cell) ? cell
																  : nothing;
	cell = field->kind == ADP_TALLY_ROW_COUNT ? row->count : row->value;
	return cell.kind == ADP_CELL_ABSENT ? adp_tally_zero : cell;
}

/*
 * Makes a cell.
 */
static AdpCell
make_cell(const RowShaper *shaper, const CellPlan *cell, const AdpCell *read,
		  int nth)
{
	switch (cell->field.kind)
	{
		case ADP_TALLY_PLAIN:
			return read[cell->read];
		case ADP_TALLY_ELEMENT:
			return element_cell(shaper, cell, read);
		case ADP_TALLY_CONVERSIONS:
			return conversions_cell(shaper, false, read);
		case ADP_TALLY_CONVERSIONS_VALUE:
			return conversions_cell(shaper, true, read);
		case ADP_TALLY_ROW_KEY:
		case ADP_TALLY_ROW_COUNT:
		case ADP_TALLY_ROW_VALUE:
			break;
	}
	return shaper->is_unfolded ? row_cell(shaper, &cell->field, nth) : nothing;
}

/*
 * Makes the rows of the row at work, one per element.
 */
static void
make_rows(RowShaper *shaper, const AdpCell *read)
{
	int most = 0;

	for (int i = 0; i < npairs(shaper->tallies); i++)
		most += get_list(shaper, read, shaper->counts[i])->nelements +
			get_list(shaper, read, shaper->values[i])->nelements;
	adp_tally_rows_begin(&shaper->rows, shaper->tallies, shaper->keys,
						 shaper->nkeys, most);
	for (int i = 0; i < npairs(shaper->tallies); i++)
	{
		adp_tally_rows_add(&shaper->rows,
						   get_list(shaper, read, shaper->counts[i]), i, false);
		adp_tally_rows_add(&shaper->rows,
						   get_list(shaper, read, shaper->values[i]), i, true);
	}
}

/*
 * Makes the next row out of the one read.
 */
static bool
unfold(AdpShaper *base, void *header, const AdpCell *read, int nth,
	   AdpCell *cells)
{
	RowShaper *shaper = (RowShaper *) base;

	if (nth == 0)
	{
		memset(shaper->lists, 0, base->npaths * sizeof(AdpTallyList *));
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
 * Notes a path if it is one that more than its own field is made of.
 */
static void
note_path(RowShaper *shaper, const char *member)
{
	const AdpTallies *tallies = shaper->tallies;
	int path = read_path(shaper, member);

	if (tallies->setting != NULL && strcmp(member, tallies->setting) == 0)
		shaper->setting = path;
	for (int i = 0; i < npairs(tallies); i++)
	{
		if (strcmp(member, tallies->pairs[i].counts) == 0)
			shaper->counts[i] = path;
		if (strcmp(member, tallies->pairs[i].values) == 0)
			shaper->values[i] = path;
	}
}

/*
 * Whether a platform has a type in another tally than the one named.
 */
static bool
is_elsewhere(const AdpTallies *tallies, const AdpTallyField *field)
{
	for (int i = 0; i < npairs(tallies); i++)
	{
		const AdpTallyPair *pair = &tallies->pairs[i];

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
	const AdpTallies *tallies = shaper->tallies;
	const AdpTallyField *field = &cell->field;
	const char *members[ADP_TALLY_MEMBERS];
	int n;

	adp_tallies_split(tallies, shaper->settings, name, &cell->field);
	n = adp_tallies_members(tallies, shaper->settings, field, members);
	if (field->member != NULL)
		cell->read = read_path(shaper, field->member);
	if (field->kind == ADP_TALLY_PLAIN)
		return;
	shaper->base.unfold = unfold;
	for (int i = 0; i < n; i++)
		note_path(shaper, members[i]);
	shaper->is_unfolded |= field->kind == ADP_TALLY_ROW_KEY;
	if (field->kind != ADP_TALLY_ELEMENT)
		return;
	plan_type(tallies, field->type, &cell->type);
	cell->adds_up = adp_words_hold(tallies->additive, field->member);
	cell->is_elsewhere = is_elsewhere(tallies, field);
}

/*
 * Plans all cells.  Without any that have to be made, the paths are the fields
 * in their order, and no row is touched.
 */
static void
plan_cells(RowShaper *shaper, const AdpQuery *query)
{
	shaper->ncells = query->nfields;
	shaper->cells = palloc0(Max(query->nfields, 1) * sizeof(CellPlan));
	shaper->base.paths =
		palloc((query->nfields + ADP_TALLY_MEMBERS) * sizeof(char *));
	shaper->setting = -1;
	for (int i = 0; i < ADP_TALLY_PAIRS; i++)
		shaper->counts[i] = shaper->values[i] = -1;
	for (int i = 0; i < query->nfields; i++)
		plan_cell(shaper, query->fields[i], &shaper->cells[i]);
	shaper->lists = palloc(Max(shaper->base.npaths, 1) * sizeof(void *));
}

/*
 * Plans by what elements are told apart.
 */
static void
plan_keys(RowShaper *shaper)
{
	char *rest = pstrdup(adp_tallies_keys(shaper->tallies, shaper->settings));
	char *key;

	shaper->keys = palloc((strlen(rest) + 1) * sizeof(char *));
	while ((key = adp_words_next(&rest, ",")) != NULL)
	{
		shaper->keys[shaper->nkeys++] = key;
		shaper->is_split |= strcmp(key, shaper->tallies->type_key) != 0;
	}
}

/*
 * Makes the shaper of a query.
 */
AdpShaper *
adp_tallies_shaper(const AdpTallies *tallies, const AdpSettings *settings,
				   const AdpQuery *query)
{
	RowShaper *shaper = palloc0(sizeof(RowShaper));

	shaper->tallies = tallies;
	shaper->settings = settings;
	shaper->ngroups = plan_groups(tallies, settings, &shaper->groups);
	shaper->hides = tallies->hiding != NULL &&
		(adp_words_find(settings->breakdowns, tallies->hiding) != NULL ||
		 adp_words_find(settings->action_breakdowns, tallies->hiding) != NULL);
	shaper->last_setting = palloc0(sizeof(LastSetting));
	plan_keys(shaper);
	plan_cells(shaper, query);
	return &shaper->base;
}
