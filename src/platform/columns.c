/*
 * columns.c
 *	  The columns of a CSV body, found by their names.
 */
#include "postgres.h"

#include "platform/columns.h"

/*
 * Whether a character is a blank.
 */
static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * A name without blanks around it, copied: the next record overwrites it.
 */
static AdpCell
copy_name(const AdpCell *cell)
{
	AdpCell name = *cell;

	if (name.kind != ADP_CELL_STRING)
		name.len = 0;
	while (name.len > 0 && is_blank(*name.data))
	{
		name.data++;
		name.len--;
	}
	while (name.len > 0 && is_blank(name.data[name.len - 1]))
		name.len--;
	name.data = pnstrdup(name.len > 0 ? name.data : "", name.len);
	return name;
}

/*
 * The names of a header record.
 */
AdpCell *
adp_columns_names(const AdpCell *cells, int ncells)
{
	AdpCell *names = palloc(ncells * sizeof(AdpCell));

	for (int i = 0; i < ncells; i++)
		names[i] = copy_name(&cells[i]);
	return names;
}

/*
 * Whether a name is a text, its case aside.
 */
bool
adp_columns_is_named(const AdpCell *name, const char *text)
{
	return name->len == strlen(text) &&
		pg_strncasecmp(name->data, text, name->len) == 0;
}

/*
 * The place of a name.
 */
int
adp_columns_place(const AdpCell *names, int nnames, const char *text)
{
	int found = -1;

	for (int i = 0; i < nnames; i++)
	{
		if (!adp_columns_is_named(&names[i], text))
			continue;
		if (memcmp(names[i].data, text, names[i].len) == 0)
			return i;
		if (found < 0)
			found = i;
	}
	return found;
}

/*
 * Deals with a column that the body lacks: an error if rows would be wrong
 * without it, else NULLs, which a notice tells once for all accounts.
 */
static bool
miss_column(AdpNamedColumn *column, const char *report,
			const AdpAccount *account, AdpError *error)
{
	if (column->is_required)
	{
		adp_error_set(error, ADP_ERR_COLUMN,
					  psprintf("report \"%s\" has no column \"%s\"", report,
							   column->name),
					  NULL,
					  "Check option field of the table's columns against what the report holds; the platform may have renamed it.");
		return false;
	}
	if (!column->is_said_missing)
		ereport(NOTICE,
				(errmsg("report \"%s\" of account %s has no column \"%s\"",
						report, account->id, column->name),
				 errdetail("The foreign table shows NULL in its place.")));
	column->is_said_missing = true;
	return true;
}

/*
 * Finds columns.
 */
bool
adp_columns_find(AdpNamedColumn *columns, int ncolumns, const AdpCell *names,
				 int nnames, int *places, const char *report,
				 const AdpAccount *account, AdpError *error)
{
	for (int i = 0; i < ncolumns; i++)
	{
		places[i] = -1;
		if (columns[i].name == NULL)
			continue;
		places[i] = adp_columns_place(names, nnames, columns[i].name);
		if (places[i] < 0 && !miss_column(&columns[i], report, account, error))
			return false;
	}
	return true;
}
