/*
 * json_find.c
 *	  Finds values in small documents by paths given as text.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/json_find.h"

/* Values between two checks for interrupts. */
#define VALUES_PER_CHECK 512

/*
 * Whether a value passes the filter in brackets after an asterisk.  Without a
 * filter every value passes.
 */
static bool
passes(const AdpJson *value, const char *filter)
{
	Size name = strcspn(filter, "~");
	const char *text;

	if (filter[0] != '[' || filter[name] == '\0')
		return true;
	text = adp_json_text(adp_json_get(value, pnstrdup(filter + 1, name - 1)));
	filter += name + 1;
	return text != NULL &&
		strstr(text, pnstrdup(filter, strcspn(filter, "]"))) != NULL;
}

/*
 * Returns the value after one named step.
 */
static const AdpJson *
step_to(const AdpJson *value, const char *name)
{
	if (adp_json_count(value) > 0 && name[0] >= '0' && name[0] <= '9')
		return adp_json_at(value, atoi(name));
	return adp_json_get(value, name);
}

/*
 * Appends the values at a path below a value.
 */
static List *
add_found(List *found, const AdpJson *value, const char *path)
{
	Size len = strcspn(path, ".");
	char *step = pnstrdup(path, len);
	const char *rest = path + len + (path[len] == '.');
	const AdpJson *member;
	const char *key = NULL;

	if (value == NULL)
		return found;
	if (len == 0)
		return lappend(found, unconstify(AdpJson *, value));
	if (step[0] != '*')
		return add_found(found, step_to(value, step), rest);
	for (int i = 0; i < adp_json_count(value); i++)
	{
		if (i % VALUES_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		if (passes(adp_json_at(value, i), step + 1))
			found = add_found(found, adp_json_at(value, i), rest);
	}
	for (int i = 1; (member = adp_json_next(value, &key)) != NULL; i++)
	{
		if (i % VALUES_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		if (passes(member, step + 1))
			found = add_found(found, member, rest);
	}
	return found;
}

/*
 * Returns all values at a path.
 */
List *
adp_json_find(const AdpJson *doc, const char *path)
{
	List *found = NIL;

	while (path != NULL)
	{
		Size len = strcspn(path, "|");

		found = add_found(found, doc, pnstrdup(path, len));
		path = path[len] == '|' ? path + len + 1 : NULL;
	}
	return found;
}

/*
 * Returns the first value at a path.
 */
const AdpJson *
adp_json_find_first(const AdpJson *doc, const char *path)
{
	List *found = adp_json_find(doc, path);

	return found != NIL ? linitial(found) : NULL;
}

/*
 * Returns the first string, whole number or boolean at a path, as text.
 */
const char *
adp_json_find_text(const AdpJson *doc, const char *path)
{
	ListCell *cell;

	foreach(cell, adp_json_find(doc, path))
	{
		const char *text = adp_json_scalar(lfirst(cell));

		if (text != NULL)
			return text;
	}
	return NULL;
}
