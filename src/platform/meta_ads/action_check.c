/*
 * action_check.c
 *	  Checks of queries over action lists: each key of a row must be readable.
 */
#include "postgres.h"

#include "base/words.h"
#include "platform/meta_ads/action_lists.h"

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
require_column(const AdpQuery *query, const char *key)
{
	for (int i = 0; i < query->nfields; i++)
	{
		if (strcmp(query->fields[i], key) == 0)
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("the foreign table asks for action breakdown \"%s\" but has no column for it",
					key),
			 errdetail("Its rows could not be told apart."),
			 errhint("Add a column with option field '%s', or take it out of option action_breakdowns.",
					 key)));
}

/*
 * Checks the fields of a query, and the keys of its rows.
 */
void
adp_action_lists_check(const AdpActionLists *spec, const AdpSettings *settings,
					   const AdpQuery *query)
{
	const char *keys = adp_action_lists_keys(spec, settings);
	bool is_unfolded = false;
	char *rest = pstrdup(keys);
	char *key;

	for (int i = 0; i < query->nfields; i++)
	{
		AdpActionField field;

		adp_action_lists_split(spec, settings, query->fields[i], &field);
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
		require_column(query, key);
}
