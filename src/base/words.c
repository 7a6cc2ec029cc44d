/*
 * words.c
 *	  Comma-separated lists of words, and patterns for words.
 */
#include "postgres.h"

#include "catalog/pg_collation_d.h"
#include "regex/regex.h"
#include "utils/builtins.h"

#include "base/words.h"

/*
 * Returns the next item.
 */
char *
adp_words_next(char **rest, const char *separators)
{
	char *item = strsep(rest, separators);
	Size len;

	if (item == NULL)
		return NULL;
	item += strspn(item, " ");
	len = strlen(item);
	while (len > 0 && item[len - 1] == ' ')
		item[--len] = '\0';
	return item;
}

/*
 * Whether a list contains a word.
 */
bool
adp_words_hold(const char *list, const char *word)
{
	Size len = strlen(word);

	while (list != NULL && *list != '\0')
	{
		Size item;

		list += strspn(list, " ");
		item = strcspn(list, ",");
		while (item > 0 && list[item - 1] == ' ')
			item--;
		if (item == len && strncmp(list, word, len) == 0)
			return true;
		list += strcspn(list, ",");
		list += *list == ',';
	}
	return false;
}

/*
 * Returns the first word that matches a pattern.
 */
char *
adp_words_find(const char *list, const char *pattern)
{
	char *rest = list ? pstrdup(list) : NULL;
	char *word;

	while ((word = adp_words_next(&rest, ",")) != NULL)
	{
		if (adp_words_match(word, pattern))
			return word;
	}
	return NULL;
}

/*
 * Adds a word.
 */
void
adp_words_add(StringInfo list, const char *word)
{
	if (adp_words_hold(list->data, word))
		return;
	appendStringInfo(list, "%s%s", list->len > 0 ? "," : "", word);
}

/*
 * Whether a text matches a pattern.
 */
bool
adp_words_match(const char *text, const char *pattern)
{
	return RE_compile_and_execute(cstring_to_text(psprintf("^(?:%s)$", pattern)),
								  unconstify(char *, text), strlen(text),
								  REG_ADVANCED, C_COLLATION_OID, 0, NULL);
}
