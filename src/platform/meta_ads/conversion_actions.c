/*
 * conversion_actions.c
 *	  Option conversion_actions: the action types that make a conversion.
 */
#include "postgres.h"

#include "base/words.h"
#include "platform/meta_ads/conversion_actions.h"

/*
 * Counts a character in a text.
 */
static int
count_of(const char *text, char wanted)
{
	int n = 0;

	for (; *text != '\0'; text++)
		n += *text == wanted;
	return n;
}

/*
 * Determines whether a type may be hidden, and which lists may contain it.
 */
void
adp_action_type_describe(const AdpActionLists *spec, const char *name,
						 AdpActionType *type)
{
	type->name = name;
	type->len = strlen(name);
	if (spec == NULL)
		return;
	type->is_open = spec->open != NULL && adp_words_match(name, spec->open);
	for (int i = 0; i < adp_action_npairs(spec); i++)
		type->in_pair[i] = spec->pairs[i].types == NULL ||
			adp_words_match(name, spec->pairs[i].types);
}

/*
 * Splits one group at its bars.
 */
static void
read_group(const AdpActionLists *spec, char *text,
		   AdpConversionActionGroup *group)
{
	char *name;

	group->types = palloc0((count_of(text, '|') + 1) * sizeof(AdpActionType));
	while ((name = adp_words_next(&text, "|")) != NULL)
		adp_action_type_describe(spec, name, &group->types[group->ntypes++]);
}

/*
 * Splits a valid value at its commas; spec as for types.
 */
static AdpConversionActions *
read_groups(const AdpActionLists *spec, const char *value)
{
	AdpConversionActions *choice = palloc0(sizeof(AdpConversionActions));
	char *rest = pstrdup(value);
	char *group;

	choice->groups =
		palloc0((count_of(rest, ',') + 1) * sizeof(AdpConversionActionGroup));
	while ((group = adp_words_next(&rest, ",")) != NULL)
		read_group(spec, group, &choice->groups[choice->ngroups++]);
	return choice;
}

/*
 * Returns the types that make a conversion of a table.
 */
const AdpConversionActions *
adp_conversion_actions_of(const AdpActionLists *spec,
						  const AdpSettings *settings)
{
	return read_groups(spec,
					   settings->conversion_actions
						   ? settings->conversion_actions
						   : spec->choice);
}

/*
 * Whether a type occurs before the given position.
 */
static bool
stands_before(const AdpConversionActions *choice, int group, int place,
			  const char *type)
{
	for (int i = 0; i <= group; i++)
	{
		int end = i < group ? choice->groups[i].ntypes : place;

		for (int j = 0; j < end; j++)
		{
			if (strcmp(choice->groups[i].types[j].name, type) == 0)
				return true;
		}
	}
	return false;
}

/*
 * Returns the reason why one type is invalid, or NULL.
 */
static const char *
check_type(const AdpConversionActions *choice, int group, int place)
{
	const char *type = choice->groups[group].types[place].name;

	if (type[0] == '\0')
		return "An action type is missing beside a comma or bar. "
			   "Give action types such as purchase; a comma adds them "
			   "up, a bar takes the first one present.";
	if (stands_before(choice, group, place, type))
		return psprintf("Action type \"%s\" is listed twice.", type);
	return NULL;
}

/*
 * Option check; see the header.
 */
const char *
adp_conversion_actions_check(const char *value)
{
	const AdpConversionActions *choice = read_groups(NULL, value);
	const char *problem = NULL;

	for (int i = 0; i < choice->ngroups; i++)
	{
		for (int j = 0; problem == NULL && j < choice->groups[i].ntypes; j++)
			problem = check_type(choice, i, j);
	}
	return problem;
}
