/*
 * tallies.c
 *	  A kind of rows: some members are tallies, lists of typed amounts.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "base/words.h"
#include "platform/choice.h"
#include "platform/tallies.h"

/* How a cell is made of those read. */
typedef struct CellPlan
{
	AdpTallyField field;
	int read; /* the member; not used by fields of ours */
	bool adds_up;
} CellPlan;

typedef struct RowShaper
{
	AdpShaper base;
	const AdpTallies *tallies;
	const AdpChoice *choice;
	bool hides; /* a part of the actions */
	int ncells;
	CellPlan *cells;
	int counts; /* cells read of the tallies of counts, of values, */
	int values;
	int setting; /* and of what the row says of its settings; -1: not needed */
	bool is_unfolded;

	/* the row being unfolded */
	int ntypes;
	AdpCell *types;
} RowShaper;

static const AdpCell zero = {"0", 1, ADP_CELL_STRING, false};
static const AdpCell nothing = {NULL, 0, ADP_CELL_ABSENT, false};

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
	*last = '\0';
	if (strcmp(last + 1, tallies->default_window) != 0)
		field->window = last + 1;
}

/*
 * Splits a field's name.
 */
void
adp_tallies_split(const AdpTallies *tallies, const char *name,
				  AdpTallyField *field)
{
	const char *ours[] = {
		[ADP_TALLY_CONVERSIONS] = tallies->conversions,
		[ADP_TALLY_CONVERSIONS_VALUE] = tallies->conversions_value,
		[ADP_TALLY_ROW_TYPE] = tallies->row_type,
		[ADP_TALLY_ROW_COUNT] = tallies->row_count,
		[ADP_TALLY_ROW_VALUE] = tallies->row_value,
	};
	const char *dot = strchr(name, '.');

	MemSet(field, 0, sizeof(AdpTallyField));
	for (int i = ADP_TALLY_CONVERSIONS; i < (int) lengthof(ours); i++)
	{
		if (strcmp(name, ours[i]) != 0)
			continue;
		field->kind = (AdpTallyKind) i;
		return;
	}
	if (dot != NULL)
		split_element(tallies, name, dot, field);
	else
		field->member = name;
}

/*
 * The members of a row that a field is made of.
 */
int
adp_tallies_members(const AdpTallies *tallies, const AdpTallyField *field,
					const char *members[ADP_TALLY_MEMBERS])
{
	int n = 0;

	if (field->member != NULL)
		members[n++] = field->member;
	else
	{
		members[n++] = tallies->counts;
		members[n++] = tallies->values;
	}
	if (field->kind != ADP_TALLY_PLAIN && tallies->setting != NULL)
		members[n++] = tallies->setting;
	return n;
}

/*
 * Whether the row mixes settings, so that nothing is told for the default
 * window.
 */
static bool
is_mixed(const RowShaper *shaper, const AdpCell *read)
{
	const char *mixed = shaper->tallies->mixed;
	const AdpCell *setting;

	if (shaper->setting < 0)
		return false;
	setting = &read[shaper->setting];
	return setting->kind == ADP_CELL_STRING && setting->len == strlen(mixed) &&
		pg_strncasecmp(setting->data, mixed, setting->len) == 0;
}

/*
 * Whether an element is of a type.
 */
static bool
is_of_type(const AdpTallies *tallies, const AdpCell *element, const char *type,
		   uint32 len)
{
	AdpCell name;

	if (!adp_cell_member(element, tallies->type_key, &name) ||
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
 * Finds what a tally tells of a type in a window, NULL being the default one;
 * false if it tells nothing.
 */
static bool
find_amount(const AdpTallies *tallies, const AdpCell *tally, const char *type,
			uint32 len, const char *window, AdpCell *amount)
{
	const char *key = window ? window : tallies->amount_key;
	AdpCell *elements;
	int n;

	if (tally->kind != ADP_CELL_ARRAY)
		return false;
	n = adp_cell_objects(tally, &elements);
	for (int i = 0; i < n; i++)
	{
		if (is_of_type(tallies, &elements[i], type, len))
			return adp_cell_member(&elements[i], key, amount);
	}
	return false;
}

/*
 * Makes the cell of an element.
 */
static AdpCell
element_cell(const RowShaper *shaper, const CellPlan *cell, const AdpCell *read)
{
	const AdpTallyField *field = &cell->field;
	AdpCell amount;

	if (find_amount(shaper->tallies, &read[cell->read], field->type,
					strlen(field->type), field->window, &amount))
		return amount;
	if (!cell->adds_up || shaper->hides ||
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
 * Adds what one group of types counts: the first of them that is counted; the
 * value is that of the same type.  False if none is there.
 */
static bool
add_group(const RowShaper *shaper, const AdpChoiceGroup *group, bool is_value,
		  const AdpCell *read, AdpCell *sum)
{
	const AdpTallies *tallies = shaper->tallies;

	for (int i = 0; i < group->ntypes; i++)
	{
		const char *type = group->types[i];
		Size len = strlen(type);
		AdpCell count;
		AdpCell value;

		if (!find_amount(tallies, &read[shaper->counts], type, len, NULL,
						 &count))
			continue;
		if (!is_value)
			*sum = add_term(*sum, &count);
		else if (find_amount(tallies, &read[shaper->values], type, len, NULL,
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
conversions_cell(const RowShaper *shaper, bool is_value, const AdpCell *read)
{
	const AdpChoice *choice = shaper->choice;
	AdpCell sum = zero;
	bool is_whole = true;

	if (is_mixed(shaper, read))
		return nothing;
	for (int i = 0; i < choice->ngroups; i++)
		is_whole &= add_group(shaper, &choice->groups[i], is_value, read, &sum);
	return is_whole || !shaper->hides ? sum : nothing;
}

/*
 * Adds a type unless it is there.
 */
static void
add_type(RowShaper *shaper, const AdpCell *type)
{
	for (int i = 0; i < shaper->ntypes; i++)
	{
		if (shaper->types[i].len == type->len &&
			memcmp(shaper->types[i].data, type->data, type->len) == 0)
			return;
	}
	shaper->types[shaper->ntypes++] = *type;
}

/*
 * Adds the types that a tally tells in the default window.
 */
static void
add_types(RowShaper *shaper, const AdpCell *tally)
{
	const AdpTallies *tallies = shaper->tallies;
	AdpCell *elements;
	AdpCell amount;
	AdpCell type;
	Size size;
	int n;

	if (tally->kind != ADP_CELL_ARRAY)
		return;
	n = Max(adp_cell_objects(tally, &elements), 0);
	size = (shaper->ntypes + n + 1) * sizeof(AdpCell);
	shaper->types =
		shaper->types ? repalloc(shaper->types, size) : palloc(size);
	for (int i = 0; i < n; i++)
	{
		if (adp_cell_member(&elements[i], tallies->type_key, &type) &&
			adp_cell_member(&elements[i], tallies->amount_key, &amount))
			add_type(shaper, &type);
	}
}

/*
 * Makes a cell of the row that one type becomes, out of a tally.  A type that
 * one of the two lacks is 0 there.
 */
static AdpCell
row_cell(const RowShaper *shaper, const AdpCell *tally, int nth)
{
	AdpCell type = shaper->types[nth];
	AdpCell amount;
	int len = (int) type.len;
	const char *name = type.data;

	if (type.has_escape)
		name = adp_cell_text(&type, &len);
	if (name != NULL &&
		find_amount(shaper->tallies, tally, name, (uint32) len, NULL, &amount))
		return amount;
	return zero;
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
		case ADP_TALLY_ROW_TYPE:
			return shaper->types[nth];
		case ADP_TALLY_ROW_COUNT:
			if (!shaper->is_unfolded)
				break;
			return row_cell(shaper, &read[shaper->counts], nth);
		case ADP_TALLY_ROW_VALUE:
			if (!shaper->is_unfolded)
				break;
			return row_cell(shaper, &read[shaper->values], nth);
	}
	return nothing;
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
 * Plans one cell.
 */
static void
plan_cell(RowShaper *shaper, const char *name, CellPlan *cell)
{
	const AdpTallies *tallies = shaper->tallies;
	const AdpTallyField *field = &cell->field;

	adp_tallies_split(tallies, name, &cell->field);
	if (field->member != NULL)
		cell->read = read_path(shaper, field->member);
	else
	{
		shaper->counts = read_path(shaper, tallies->counts);
		shaper->values = read_path(shaper, tallies->values);
	}
	if (field->kind != ADP_TALLY_PLAIN && tallies->setting != NULL)
		shaper->setting = read_path(shaper, tallies->setting);
	cell->adds_up = field->kind == ADP_TALLY_ELEMENT &&
		adp_words_hold(tallies->additive, field->member);
	shaper->is_unfolded |= field->kind == ADP_TALLY_ROW_TYPE;
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
	shaper->counts = shaper->values = shaper->setting = -1;
	for (int i = 0; i < query->nfields; i++)
	{
		plan_cell(shaper, query->fields[i], &shaper->cells[i]);
		if (shaper->cells[i].field.kind != ADP_TALLY_PLAIN)
			shaper->base.unfold = unfold;
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
	shaper->choice = adp_choice_read(settings->conversion_actions
										 ? settings->conversion_actions
										 : tallies->choice);
	shaper->hides = tallies->hiding != NULL &&
		adp_words_find(settings->breakdowns, tallies->hiding) != NULL;
	plan_cells(shaper, query);
	return &shaper->base;
}
