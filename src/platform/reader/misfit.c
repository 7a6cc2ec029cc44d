/*
 * misfit.c
 *	  Hints that name the columns whose fields a platform refuses together.
 *
 * Only the platform knows which fields can be combined, and it reports a
 * conflict as a sentence.  The hint names our fields that occur in that
 * sentence; nothing else depends on it.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "platform/reader/misfit.h"

/*
 * Whether a character can be part of a field name.
 */
static bool
is_of_name(char c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9');
}

/*
 * Whether the name found in a text is a whole word.  A dot after it may end
 * the sentence.
 */
static bool
is_whole(const char *text, const char *at, Size len)
{
	const char *end = at + len;

	return (at == text || (!is_of_name(at[-1]) && at[-1] != '.')) &&
		!is_of_name(*end) && (*end != '.' || !is_of_name(end[1]));
}

/*
 * Whether the name found in a text is quoted or part of a list, so that it is
 * not a word of the sentence.
 */
static bool
is_item(const char *text, const char *at, Size len)
{
	const char *marks = "'\",`";
	const char *end = at + len;

	while (at > text && at[-1] == ' ')
		at--;
	return at > text && strchr(marks, at[-1]) != NULL && *end != '\0' &&
		strchr(marks, *end) != NULL;
}

/*
 * Whether a message names a field: in full or, quoted or listed, without the
 * part before its first dot.
 */
static bool
is_named(const char *message, const char *field)
{
	const char *dot = strchr(field, '.');
	const char *at;

	for (at = message; (at = strstr(at, field)) != NULL; at++)
	{
		if (is_whole(message, at, strlen(field)))
			return true;
	}
	if (dot == NULL)
		return false;
	for (at = message; (at = strstr(at, dot + 1)) != NULL; at++)
	{
		if (is_item(message, at, strlen(dot + 1)))
			return true;
	}
	return false;
}

/*
 * Returns the hint, palloc'd, or NULL.
 */
char *
adp_misfit_hint(const AdpQuery *query, const char *message)
{
	StringInfoData out;
	int n = 0;

	if (query->shown_by == NULL || message == NULL)
		return NULL;
	initStringInfo(&out);
	for (int i = 0; i < query->nfields; i++)
	{
		if (query->shown_by[i] == NULL || !is_named(message, query->fields[i]))
			continue;
		appendStringInfo(&out, "%s%s (field %s)", n > 0 ? ", " : "",
						 query->shown_by[i], query->fields[i]);
		n++;
	}
	if (n == 0)
		return NULL;
	return psprintf(n == 1
						? "Drop column %s from the foreign table: its field does not go with the table's source, or not with its other columns."
						: "Drop one of these columns from the foreign table, for their fields do not go together: %s.",
					out.data);
}
