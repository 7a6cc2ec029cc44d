/*
 * members.c
 *	  Objects in an array cell, and members of an object cell.
 *
 * The whole page was checked when it was parsed, so the input here is valid
 * JSON.  This code follows its structure only.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/rows.h"

/* Elements, or members, between two checks for interrupts. */
#define ELEMENTS_PER_CHECK 512

/*
 * Elements of one list in one row.  Each takes some 150 bytes until the row is
 * made; an empty one has three bytes in the page.
 */
#define LIST_MAX 1000000

/*
 * Returns the first byte that is not a blank.
 */
static const char *
skip_blanks(const char *at)
{
	while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')
		at++;
	return at;
}

/*
 * Returns the byte after a string that begins at a quote.  Sets *has_escape if
 * the string contains a backslash.
 */
static const char *
skip_string(const char *at, bool *has_escape)
{
	*has_escape = false;
	for (at++; *at != '"'; at++)
	{
		if (*at == '\\')
		{
			*has_escape = true;
			at++;
		}
	}
	return at + 1;
}

/*
 * Returns the byte after an object or array.
 */
static const char *
skip_nested(const char *at)
{
	int depth = 0;
	bool has_escape;

	do
	{
		if (*at == '"')
		{
			at = skip_string(at, &has_escape);
			continue;
		}
		if (*at == '{' || *at == '[')
			depth++;
		else if (*at == '}' || *at == ']')
			depth--;
		at++;
	} while (depth > 0);
	return at;
}

/*
 * Returns the kind of a value, by its first byte.
 */
static AdpCellKind
kind_of(char first)
{
	switch (first)
	{
		case '"':
			return ADP_CELL_STRING;
		case '{':
			return ADP_CELL_OBJECT;
		case '[':
			return ADP_CELL_ARRAY;
		case 't':
			return ADP_CELL_TRUE;
		case 'f':
			return ADP_CELL_FALSE;
		case 'n':
			return ADP_CELL_NULL;
		default:
			return ADP_CELL_NUMBER;
	}
}

/*
 * Reads a value into a cell and returns the byte after the value.
 */
static const char *
read_value(const char *at, AdpCell *cell)
{
	const char *end;

	cell->kind = (uint8) kind_of(*at);
	cell->has_escape = false;
	cell->is_quoted = cell->kind == ADP_CELL_STRING;
	cell->data = at;
	if (cell->kind == ADP_CELL_STRING)
	{
		end = skip_string(at, &cell->has_escape);
		cell->data++;
		cell->len = (uint32) (end - at - 2);
		return end;
	}
	if (cell->kind == ADP_CELL_OBJECT || cell->kind == ADP_CELL_ARRAY)
		end = skip_nested(at);
	else
		end = at + strcspn(at, ",]} \t\r\n");
	cell->len = (uint32) (end - at);
	return end;
}

/*
 * Throws if a list would have more elements than are read; checks for interrupts
 * now and then.
 */
void
adp_list_check(int n)
{
	if (n % ELEMENTS_PER_CHECK == 0)
		CHECK_FOR_INTERRUPTS();
	if (n >= LIST_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a row has a list of more than %d elements", LIST_MAX),
				 errhint(
					 "Check option endpoint of the server: something else than the platform may answer there.")));
}

/*
 * Lists the elements of an array of objects.
 */
int
adp_cell_objects(const AdpCell *array, AdpCell **objects)
{
	int capacity = 16;
	int n = 0;
	const char *at;

	Assert(array->kind == ADP_CELL_ARRAY);
	*objects = palloc(capacity * sizeof(AdpCell));
	at = skip_blanks(array->data + 1);
	while (*at != ']')
	{
		adp_list_check(n);
		if (n == capacity)
		{
			capacity *= 2;
			*objects = repalloc(*objects, capacity * sizeof(AdpCell));
		}
		at = skip_blanks(read_value(at, &(*objects)[n]));
		if ((*objects)[n++].kind != ADP_CELL_OBJECT)
			return -1;
		if (*at == ',')
			at = skip_blanks(at + 1);
	}
	return n;
}

/*
 * Whether the name of a member is a key, however it is escaped.
 */
static bool
is_key(const AdpCell *name, const char *key)
{
	int len = (int) name->len;
	const char *text =
		name->has_escape ? adp_cell_text(name, &len) : name->data;

	return len == (int) strlen(key) && memcmp(text, key, len) == 0;
}

/*
 * Finds a member of an object.
 */
bool
adp_cell_member(const AdpCell *object, const char *key, AdpCell *member)
{
	const char *at;

	Assert(object->kind == ADP_CELL_OBJECT);
	at = skip_blanks(object->data + 1);
	for (int i = 1; *at != '}'; i++)
	{
		AdpCell name;

		if (i % ELEMENTS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		at = skip_blanks(read_value(at, &name));
		at = skip_blanks(read_value(skip_blanks(at + 1), member));
		if (is_key(&name, key))
			return true;
		if (*at == ',')
			at = skip_blanks(at + 1);
	}
	return false;
}
