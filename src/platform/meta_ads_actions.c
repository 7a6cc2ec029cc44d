/*
 * meta_ads_actions.c
 *	  Meta Ads: names of fields that stand for elements of lists, and which
 *	  action types make a conversion.
 */
#include "postgres.h"

#include "platform/meta_ads.h"

/* Characters of action types; the platform's own end in ids and such. */
#define TYPE_CHARACTERS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-"

/* Windows whose names do not begin with a number of days. */
static const char *const window_prefixes[] = {"dda", "incrementality", "inline",
											  "skan_click", "skan_view"};

/*
 * Whether a word names an attribution window: "7d_click", "1d_ev" and the like,
 * with what may follow them.
 */
static bool
is_window(const char *word)
{
	Size digits = strspn(word, "0123456789");

	if (strcmp(word, "default") == 0)
		return true;
	if (digits > 0)
		return strncmp(word + digits, "d_", 2) == 0;
	for (int i = 0; i < (int) lengthof(window_prefixes); i++)
	{
		if (strncmp(word, window_prefixes[i], strlen(window_prefixes[i])) == 0)
			return true;
	}
	return false;
}

/*
 * Splits "list.type" or "list.type.window"; types have dots of their own.
 */
static void
split_element(const char *field, const char *dot, AdpMetaField *split)
{
	char *type = pstrdup(dot + 1);
	char *last = strrchr(type, '.');

	split->kind = META_ELEMENT;
	split->list = pnstrdup(field, dot - field);
	split->type = type;
	if (last == NULL || !is_window(last + 1))
		return;
	*last = '\0';
	if (strcmp(last + 1, "default") != 0)
		split->window = last + 1;
}

/*
 * Splits a report's field.
 */
void
adp_meta_ads_split(const char *field, AdpMetaField *split)
{
	const char *dot = strchr(field, '.');

	MemSet(split, 0, sizeof(AdpMetaField));
	split->list = field;
	if (strcmp(field, META_ACTION_TYPE) == 0 ||
		strcmp(field, META_ACTION_COUNT) == 0 ||
		strcmp(field, META_ACTION_VALUE) == 0)
		split->kind = META_UNFOLDED;
	else if (strcmp(field, META_CONVERSIONS) == 0 ||
			 strcmp(field, META_CONVERSIONS_VALUE) == 0)
		split->kind = META_COUNTED;
	else if (dot != NULL)
		split_element(field, dot, split);
}

/*
 * Takes the next item up to a separator, without the blanks around it; NULL
 * after the last.
 */
static char *
next_item(char **rest, const char *separator)
{
	char *item = strsep(rest, separator);
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
 * How many of a character a text holds.
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
 * Reads one group: types with bars between them.
 */
static void
read_group(char *text, AdpMetaGroup *group)
{
	char *type;

	group->types = palloc((count_of(text, '|') + 1) * sizeof(char *));
	while ((type = next_item(&text, "|")) != NULL)
		group->types[group->ntypes++] = type;
}

/*
 * Reads a setting: groups with commas between them.
 */
AdpMetaChoice *
adp_meta_ads_choice(const char *value)
{
	AdpMetaChoice *choice = palloc0(sizeof(AdpMetaChoice));
	char *rest = pstrdup(value ? value : META_DEFAULT_ACTIONS);
	char *group;

	choice->groups = palloc0((count_of(rest, ',') + 1) * sizeof(AdpMetaGroup));
	while ((group = next_item(&rest, ",")) != NULL)
		read_group(group, &choice->groups[choice->ngroups++]);
	return choice;
}

/*
 * Whether a type stands in a choice before the given place.
 */
static bool
stands_before(const AdpMetaChoice *choice, int group, int place,
			  const char *type)
{
	for (int i = 0; i <= group; i++)
	{
		int end = i < group ? choice->groups[i].ntypes : place;

		for (int j = 0; j < end; j++)
		{
			if (strcmp(choice->groups[i].types[j], type) == 0)
				return true;
		}
	}
	return false;
}

/*
 * Option check: what is wrong with a setting.  A type that stands twice would
 * be counted twice.
 */
const char *
adp_meta_ads_check_actions(const char *value)
{
	AdpMetaChoice *choice = adp_meta_ads_choice(value);

	for (int i = 0; i < choice->ngroups; i++)
	{
		for (int j = 0; j < choice->groups[i].ntypes; j++)
		{
			const char *type = choice->groups[i].types[j];

			if (type[0] == '\0')
				return "An action type is missing beside a comma or bar. "
					   "Give action types such as purchase; a comma adds them "
					   "up, a bar takes the first that is there.";
			if (strspn(type, TYPE_CHARACTERS) != strlen(type))
				return psprintf("\"%s\" is no action type.", type);
			if (stands_before(choice, i, j, type))
				return psprintf("Action type \"%s\" stands there twice.", type);
		}
	}
	return NULL;
}
