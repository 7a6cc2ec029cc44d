/*
 * action_field.c
 *	  Fields of rows with action lists: their names, and what they read.
 */
#include "postgres.h"

#include "base/words.h"
#include "platform/meta_ads/action_field.h"
#include "platform/meta_ads/conversion_actions.h"

/*
 * Returns the number of pairs of lists.
 */
int
adp_action_npairs(const AdpActionLists *spec)
{
	int n = 0;

	while (n < ADP_ACTION_PAIRS && spec->pairs[n].counts != NULL)
		n++;
	return n;
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
 * Splits the name of a member of the row.
 */
static void
split_plain(const AdpActionLists *spec, const char *name, const char *dot,
			AdpActionField *field)
{
	field->member = name;
	if (strcmp(name, spec->hour) != 0 || dot == NULL)
		return;
	field->kind = ADP_ACTION_HOUR;
	field->member = pnstrdup(name, dot - name);
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
	else if (strcmp(name, spec->row_once) == 0 ||
			 strcmp(name, spec->row_kind) == 0)
	{
		field->kind = ADP_ACTION_ROW_KEY;
		field->type = spec->type_key;
		field->is_once = true;
		field->is_kind = strcmp(name, spec->row_kind) == 0;
	}
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
adp_action_field_split(const AdpActionLists *spec, const AdpSettings *settings,
					   const char *name, AdpActionField *field)
{
	const char *dot = strchr(name, '.');

	MemSet(field, 0, sizeof(AdpActionField));
	if (split_own(spec, name, field))
		return;
	if (dot == NULL ||
		adp_words_hold(settings->breakdowns, pnstrdup(name, dot - name)))
		split_plain(spec, name, dot, field);
	else
		split_element(spec, name, dot, field);
}

/*
 * Whether a pair of lists may contain a type of conversions.
 */
static bool
needs_pair(const AdpConversionActions *conversions, int pair)
{
	for (int i = 0; conversions != NULL && i < conversions->ngroups; i++)
	{
		const AdpConversionActionGroup *group = &conversions->groups[i];

		for (int j = 0; j < group->ntypes; j++)
		{
			if (group->types[j].in_pair[pair])
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
adp_action_field_members(const AdpActionLists *spec,
						 const AdpSettings *settings,
						 const AdpActionField *field,
						 const char *members[ADP_ACTION_MEMBERS])
{
	bool is_row = field->kind >= ADP_ACTION_ROW_KEY;
	bool is_proven = needs_proof(spec, field);
	const AdpConversionActions *conversions = NULL;
	int n = 0;

	if (field->member != NULL)
		add_member(members, &n, field->member);
	else if (!is_row)
		conversions = adp_conversion_actions_of(spec, settings);
	for (int i = 0; i < adp_action_npairs(spec); i++)
	{
		const AdpActionListPair *pair = &spec->pairs[i];

		if (!is_row && !(i == 0 && is_proven) && !needs_pair(conversions, i))
			continue;
		add_member(members, &n, pair->counts);
		add_member(members, &n, pair->values);
	}
	if (is_proven)
		add_member(members, &n, spec->setting);
	return n;
}

/*
 * Returns the action breakdowns that a table requests.
 */
const char *
adp_action_keys(const AdpActionLists *spec, const AdpSettings *settings)
{
	return settings->action_breakdowns != NULL ? settings->action_breakdowns
											   : spec->type_key;
}

/*
 * Throws for a field that is an action breakdown which the table does not
 * request: its column would be empty.
 */
static void
require_asked(const char *keys, const AdpActionField *field)
{
	if (adp_words_hold(keys, field->type))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("field \"%s\" is an action breakdown that the foreign table does not ask for",
					field->type),
			 errhint("Name it in option action_breakdowns of the table.")));
}

/*
 * Throws for a field with an action type if elements have no type.
 */
static void
require_type(const AdpActionLists *spec, const char *keys, const char *name)
{
	if (adp_words_hold(keys, spec->type_key))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("field \"%s\" needs the type of actions, which the foreign table does not ask for",
					name),
			 errhint("Add %s to option action_breakdowns of the table.",
					 spec->type_key)));
}

/*
 * Throws for a key of rows without a column.
 */
static void
require_column(const AdpActionLists *spec, const AdpSettings *settings,
			   const AdpQuery *query, const char *key)
{
	for (int i = 0; i < query->nfields; i++)
	{
		AdpActionField field;

		adp_action_field_split(spec, settings, query->fields[i], &field);
		/* several types are of one kind */
		if (field.kind == ADP_ACTION_ROW_KEY && !field.is_kind &&
			strcmp(field.type, key) == 0)
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("the foreign table asks for action breakdown \"%s\" but has no column for it",
					key),
			 errdetail("Several rows would have the same key."),
			 errhint("Add a column with option field '%s', or take it out of option action_breakdowns.",
					 key)));
}

/*
 * Checks the fields of a query, and the keys of its rows.
 */
void
adp_action_fields_check(const AdpActionLists *spec, const AdpSettings *settings,
						const AdpQuery *query)
{
	const char *keys = adp_action_keys(spec, settings);
	bool is_unfolded = false;
	char *rest = pstrdup(keys);
	char *key;

	for (int i = 0; i < query->nfields; i++)
	{
		AdpActionField field;

		adp_action_field_split(spec, settings, query->fields[i], &field);
		if (field.kind == ADP_ACTION_ROW_KEY)
		{
			require_asked(keys, &field);
			is_unfolded = true;
		}
		else if (field.kind == ADP_ACTION_ELEMENT ||
				 field.kind == ADP_ACTION_CONVERSIONS ||
				 field.kind == ADP_ACTION_CONVERSIONS_VALUE)
			require_type(spec, keys, query->fields[i]);
	}
	while (is_unfolded && (key = adp_words_next(&rest, ",")) != NULL)
		require_column(spec, settings, query, key);
}
