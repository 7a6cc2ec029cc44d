/*
 * action_list_read.c
 *	  One action list of one row, indexed by type.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "platform/meta_ads/action_list_read.h"

/* Elements between two checks for interrupts. */
#define ELEMENTS_PER_CHECK 512

const AdpCell adp_action_zero = {"0", 1, ADP_CELL_STRING, false, false};

/*
 * Allocates an index.  At least half of its slots stay empty.
 */
void
adp_text_index_init(AdpTextIndex *index, int most)
{
	uint32 nslots = 4;

	while (nslots < 2 * (uint32) most)
		nslots *= 2;
	index->ntexts = 0;
	index->texts = palloc((Size) Max(most, 1) * sizeof(char *));
	index->lens = palloc((Size) Max(most, 1) * sizeof(uint32));
	index->hashes = palloc((Size) Max(most, 1) * sizeof(uint32));
	index->slots = palloc((Size) nslots * sizeof(int));
	memset(index->slots, -1, (Size) nslots * sizeof(int));
	index->mask = nslots - 1;
}

/*
 * Returns the slot of a text, or the slot to insert it.
 */
static uint32
find_slot(const AdpTextIndex *index, const char *text, uint32 len, uint32 hash)
{
	uint32 slot = hash & index->mask;

	for (; index->slots[slot] >= 0; slot = (slot + 1) & index->mask)
	{
		int i = index->slots[slot];

		if (index->hashes[i] == hash && index->lens[i] == len &&
			memcmp(index->texts[i], text, len) == 0)
			break;
	}
	return slot;
}

/*
 * Hashes the bytes of a text.
 */
static uint32
hash_of(const char *text, uint32 len)
{
	return hash_bytes((const unsigned char *) text, (int) len);
}

/*
 * Returns the number of a text, which is added if it is new.
 */
int
adp_text_index_put(AdpTextIndex *index, const char *text, uint32 len,
				   bool *is_new)
{
	uint32 hash = hash_of(text, len);
	uint32 slot = find_slot(index, text, len, hash);
	int i = index->slots[slot];

	*is_new = i < 0;
	if (i >= 0)
		return i;
	i = index->ntexts++;
	index->texts[i] = text;
	index->lens[i] = len;
	index->hashes[i] = hash;
	index->slots[slot] = i;
	return i;
}

/*
 * Returns the number of a text, or -1.
 */
int
adp_text_index_find(const AdpTextIndex *index, const char *text, uint32 len)
{
	return index->slots[find_slot(index, text, len, hash_of(text, len))];
}

/*
 * Finds a member of an element.
 */
bool
adp_action_member(const AdpCell *element, const char *key, AdpCell *member)
{
	return adp_cell_member(element, key, member) &&
		member->kind != ADP_CELL_NULL;
}

/*
 * Throws for a member that is not a list of objects.
 */
static void
refuse_list(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
			 errmsg("member \"%s\" of a row is not a list of objects", name),
			 errhint(
				 "Run the statement again; if that does not help, check option endpoint of the server.")));
}

/*
 * Throws for a type that occurs twice: either amount could be the right one.
 */
static void
refuse_type(const char *name, const char *type, uint32 len)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
			 errmsg("member \"%s\" of a row holds a type twice", name),
			 errdetail("The type is \"%s\".", pnstrdup(type, len))));
}

/*
 * Returns the type of an element; NULL if it has no type.
 */
static const char *
type_of(const AdpCell *object, const char *type_key, uint32 *len)
{
	AdpCell type;
	char *text;
	int text_len = 0;

	if (!adp_action_member(object, type_key, &type) ||
		type.kind != ADP_CELL_STRING)
		return NULL;
	*len = type.len;
	if (!type.has_escape)
		return type.data;
	text = adp_cell_text(&type, &text_len);
	*len = (uint32) text_len;
	return text;
}

/*
 * Adds an element to those of its type.
 */
static void
add_element(AdpActionList *list, int nth, const char *type, uint32 len,
			int *last, bool *is_new)
{
	AdpActionElement *element = &list->elements[nth];

	element->type = adp_text_index_put(&list->types, type, len, is_new);
	if (*is_new)
		list->first[element->type] = nth;
	else
		list->elements[last[element->type]].next = nth;
	last[element->type] = nth;
}

/*
 * Reads and indexes a member of a row.
 */
void
adp_action_list_read(AdpActionList *list, const AdpActionLists *spec,
					 const AdpCell *cell, const char *name, bool is_split)
{
	AdpCell *objects = NULL;
	int n = 0;
	int *last;

	if (cell->kind == ADP_CELL_ARRAY)
		n = adp_cell_objects(cell, &objects);
	if (n < 0 || (cell->kind > ADP_CELL_NULL && cell->kind != ADP_CELL_ARRAY))
		refuse_list(name);
	list->nelements = n;
	list->elements = palloc((Size) Max(n, 1) * sizeof(AdpActionElement));
	list->first = palloc((Size) Max(n, 1) * sizeof(int));
	last = palloc((Size) Max(n, 1) * sizeof(int));
	adp_text_index_init(&list->types, n);
	for (int i = 0; i < n; i++)
	{
		uint32 len = 0;
		const char *type = type_of(&objects[i], spec->type_key, &len);
		bool is_new = true;

		if (i % ELEMENTS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		list->elements[i].object = objects[i];
		list->elements[i].type = -1;
		list->elements[i].next = -1;
		if (type != NULL)
			add_element(list, i, type, len, last, &is_new);
		if (!is_new && !is_split)
			refuse_type(name, type, len);
	}
}

/*
 * Returns the first element of a type, or -1.
 */
int
adp_action_list_find(const AdpActionList *list, const char *type, Size len)
{
	int number = list->nelements == 0
		? -1
		: adp_text_index_find(&list->types, type, (uint32) len);

	return number < 0 ? -1 : list->first[number];
}

/*
 * Adds up the amounts of a type under a key.
 */
bool
adp_action_list_amount(const AdpActionList *list, const char *type, Size len,
					   const char *key, AdpCell *amount)
{
	bool is_there = false;

	*amount = adp_action_zero;
	for (int i = adp_action_list_find(list, type, len); i >= 0;
		 i = list->elements[i].next)
	{
		AdpCell term;

		if (!adp_action_member(&list->elements[i].object, key, &term))
			continue;
		is_there = true;
		*amount = adp_action_add(*amount, &term);
	}
	return is_there;
}

/*
 * Whether a cell is a decimal number.
 */
static bool
is_decimal(const AdpCell *cell)
{
	return (cell->kind == ADP_CELL_STRING || cell->kind == ADP_CELL_NUMBER) &&
		adp_cell_is_decimal(cell);
}

/*
 * Converts a cell to numeric.
 */
static Datum
number_of(const AdpCell *cell)
{
	return DirectFunctionCall3(numeric_in,
							   CStringGetDatum(pnstrdup(cell->data, cell->len)),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/*
 * Returns the sum as a new cell.
 */
AdpCell
adp_action_add(AdpCell sum, const AdpCell *term)
{
	AdpCell made = adp_action_zero;
	Datum total;

	if (sum.data == adp_action_zero.data)
		return *term;
	if (!is_decimal(&sum))
		return sum;
	if (!is_decimal(term))
		return *term;
	total = DirectFunctionCall2(numeric_add, number_of(&sum), number_of(term));
	made.data = DatumGetCString(DirectFunctionCall1(numeric_out, total));
	made.len = (uint32) strlen(made.data);
	return made;
}
