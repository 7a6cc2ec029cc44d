/*
 * csv_header.c
 *	  The columns of a CSV body, found by name.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/words.h"
#include "platform/appsflyer/csv_header.h"

/* A position: several names differ in case only. */
#define SEVERAL (-2)

/*
 * Whether a character is a space or tab.
 */
static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * Copies a name without surrounding blanks; the next record overwrites the
 * cell.
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
 * Copies the names of a header record.
 */
AdpCell *
adp_csv_header_names(const AdpCell *cells, int ncells)
{
	AdpCell *names = palloc(ncells * sizeof(AdpCell));

	for (int i = 0; i < ncells; i++)
		names[i] = copy_name(&cells[i]);
	return names;
}

/*
 * Compares a name with a text, ignoring case.
 */
static bool
is_named(const AdpCell *name, const char *text)
{
	return name->len == strlen(text) &&
		pg_strncasecmp(name->data, text, name->len) == 0;
}

/*
 * Returns the position of a name, or -1.
 */
int
adp_csv_header_position(const AdpCell *names, int nnames, const char *text)
{
	int found = -1;

	for (int i = 0; i < nnames; i++)
	{
		if (!is_named(&names[i], text))
			continue;
		if (memcmp(names[i].data, text, names[i].len) == 0)
			return i;
		found = found == -1 ? i : SEVERAL;
	}
	return found == SEVERAL ? -1 : found;
}

/*
 * Returns a text in lower case, with an underscore for each run of characters
 * between letters and digits.  Other scripts' characters count as letters.
 */
static char *
bare(const char *text, Size len)
{
	char *out = palloc(len + 1);
	Size n = 0;

	for (Size i = 0; i < len; i++)
	{
		unsigned char c = (unsigned char) text[i];

		if (IS_HIGHBIT_SET(c) || isalnum(c))
			out[n++] = (char) pg_ascii_tolower(c);
		else if (n > 0 && out[n - 1] != '_')
			out[n++] = '_';
	}
	while (n > 0 && out[n - 1] == '_')
		n--;
	out[n] = '\0';
	return out;
}

/*
 * Returns the position of the only name that is like one of the texts, or -1.
 */
int
adp_csv_header_alike(const AdpCell *names, int nnames, const char *texts)
{
	char *rest = pstrdup(texts);
	char *text;
	int found = -1;

	while ((text = adp_words_next(&rest, "|")) != NULL)
	{
		const char *wanted = bare(text, strlen(text));

		for (int i = 0; i < nnames && *wanted != '\0'; i++)
		{
			if (strcmp(bare(names[i].data, names[i].len), wanted) != 0)
				continue;
			found = found == -1 || found == i ? i : SEVERAL;
		}
	}
	return found == SEVERAL ? -1 : found;
}

/*
 * For qsort: compares names, ignoring case.
 */
static int
compare_names(const void *a, const void *b)
{
	const AdpCell *x = *(const AdpCell *const *) a;
	const AdpCell *y = *(const AdpCell *const *) b;
	int order = pg_strncasecmp(x->data, y->data, Min(x->len, y->len));

	return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

/*
 * Returns a name that occurs twice, or NULL.
 */
const AdpCell *
adp_csv_header_twice(const AdpCell *names, int nnames, const bool *is_left_out)
{
	const AdpCell **sorted = palloc(Max(nnames, 1) * sizeof(AdpCell *));
	int n = 0;

	for (int i = 0; i < nnames; i++)
	{
		if (names[i].len > 0 && (is_left_out == NULL || !is_left_out[i]))
			sorted[n++] = &names[i];
	}
	qsort(sorted, n, sizeof(AdpCell *), compare_names);
	for (int i = 1; i < n; i++)
	{
		if (compare_names(&sorted[i - 1], &sorted[i]) == 0)
			return sorted[i];
	}
	return NULL;
}

/*
 * Handles a column that the body lacks.  A required column is an error, since
 * rows would be wrong without it.  Any other column is NULL, and a notice
 * reports it once for all accounts.
 */
static bool
miss_column(AdpCsvColumn *column, const char *report, const AdpAccount *account,
			AdpError *error)
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
 * Fills in positions; returns false for a missing required column.
 */
bool
adp_csv_header_find(AdpCsvColumn *columns, int ncolumns, const AdpCell *names,
					int nnames, int *positions, const char *report,
					const AdpAccount *account, AdpError *error)
{
	for (int i = 0; i < ncolumns; i++)
	{
		positions[i] = -1;
		if (columns[i].name == NULL)
			continue;
		positions[i] = columns[i].names != NULL
			? adp_csv_header_alike(names, nnames, columns[i].names)
			: adp_csv_header_position(names, nnames, columns[i].name);
		if (positions[i] < 0 &&
			!miss_column(&columns[i], report, account, error))
			return false;
	}
	return true;
}
