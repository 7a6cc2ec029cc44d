/*
 * event_columns.c
 *	  Columns of a CSV body that belong to one in-app event.
 */
#include "postgres.h"

#include "platform/appsflyer/csv_header.h"
#include "platform/appsflyer/event_columns.h"

/* Maximum length of a currency quoted in an error. */
#define SHOWN_MAX 80

/*
 * Returns the index of the event column that a field reads, or -1.
 */
int
adp_event_columns_column(const AdpEventColumns *families, const char *field)
{
	for (int i = 0; families->columns[i].field != NULL; i++)
	{
		if (strcmp(families->columns[i].field, field) == 0)
			return i;
	}
	return -1;
}

/*
 * Splits a column's name at the last opening into the event's name and the
 * suffix.  Returns false for a name of another form.
 */
static bool
split_name(const AdpEventColumns *families, const AdpCell *name,
		   AdpCell *family, AdpCell *suffix)
{
	Size opening = strlen(families->opening);
	Size closing = strlen(families->closing);
	int i = (int) name->len - (int) opening;

	while (i > 0 && memcmp(name->data + i, families->opening, opening) != 0)
		i--;
	if (i <= 0)
		return false;
	*family = *suffix = *name;
	family->len = i;
	suffix->data += i + opening;
	suffix->len -= i + opening;
	if (suffix->len < closing ||
		memcmp(suffix->data + suffix->len - closing, families->closing,
			   closing) != 0)
		return false;
	suffix->len -= closing;
	return true;
}

/*
 * Returns the index of the event column with a suffix, or -1.  *suffix keeps
 * the text after the match: a currency, or nothing.
 */
static int
column_of(const AdpEventColumns *families, AdpCell *suffix)
{
	for (int i = 0; families->columns[i].field != NULL; i++)
	{
		const AdpEventColumn *column = &families->columns[i];
		Size len = strlen(column->suffix);

		if (suffix->len < len ||
			pg_strncasecmp(suffix->data, column->suffix, len) != 0 ||
			(suffix->len > len) != column->has_currency)
			continue;
		suffix->data += len;
		suffix->len -= len;
		return i;
	}
	return -1;
}

/*
 * Returns our field for a column, or NULL.
 */
const char *
adp_event_columns_field(const AdpEventColumns *families, const char *column)
{
	const AdpCell name = {column, (uint32) strlen(column), ADP_CELL_STRING,
						  false};
	AdpCell family;
	AdpCell suffix;
	int i = -1;

	if (split_name(families, &name, &family, &suffix))
		i = column_of(families, &suffix);
	return i < 0 ? NULL : families->columns[i].field;
}

/*
 * Compares two cells byte by byte.
 */
static bool
is_same(const AdpCell *a, const AdpCell *b)
{
	return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

/*
 * Returns the positions of an event's columns; adds the event if it is new.
 * Searches backwards, since the columns of an event are adjacent.
 */
static int *
places_of(AdpEventColumnSet *set, const AdpCell *name)
{
	int *places;

	for (int i = set->nfamilies - 1; i >= 0; i--)
	{
		if (is_same(&set->names[i], name))
			return set->places + i * set->ncolumns;
	}
	places = set->places + set->nfamilies * set->ncolumns;
	memset(places, -1, set->ncolumns * sizeof(int));
	set->names[set->nfamilies++] = *name;
	return places;
}

/*
 * Records the currency; returns false, with *error, if another column has a
 * different one.
 */
static bool
note_currency(const AdpEventColumns *families, AdpEventColumnSet *set,
			  const AdpCell *currency, AdpError *error)
{
	if (set->currency.len == 0)
		set->currency = *currency;
	if (is_same(&set->currency, currency))
		return true;
	adp_error_set(error, ADP_ERR_REFUSED,
				  psprintf("%s are in %.*s and in %.*s", families->amounts,
						   (int) Min(set->currency.len, SHOWN_MAX),
						   set->currency.data,
						   (int) Min(currency->len, SHOWN_MAX), currency->data),
				  NULL, NULL);
	return false;
}

/*
 * Allocates an empty set with room for the events of so many names.
 */
static AdpEventColumnSet *
make_set(const AdpEventColumns *families, int nnames)
{
	AdpEventColumnSet *set = palloc0(sizeof(AdpEventColumnSet));

	while (families->columns[set->ncolumns].field != NULL)
		set->ncolumns++;
	set->names = palloc(Max(nnames, 1) * sizeof(AdpCell));
	set->places = palloc(Max(nnames * set->ncolumns, 1) * sizeof(int));
	set->is_member = palloc0(Max(nnames, 1) * sizeof(bool));
	return set;
}

/*
 * Records that the column at a position belongs to an event.
 */
static void
note_column(AdpEventColumnSet *set, const AdpCell *family, int column, int place)
{
	int *places = places_of(set, family);

	set->is_member[place] = true;
	if (places[column] >= 0)
		set->twice = place;
	places[column] = place;
}

/*
 * Finds the events of a header.
 */
AdpEventColumnSet *
adp_event_columns_find(const AdpEventColumns *families, const AdpCell *names,
					   int nnames, AdpError *error)
{
	AdpEventColumnSet *set = make_set(families, nnames);

	for (int i = 0; i < nnames; i++)
	{
		AdpCell family;
		AdpCell suffix;
		int column;

		if (!split_name(families, &names[i], &family, &suffix))
			continue;
		column = column_of(families, &suffix);
		if (column < 0)
			continue;
		note_column(set, &family, column, i);
		if (families->columns[column].has_currency &&
			!note_currency(families, set, &suffix, error))
			return NULL;
	}
	return set;
}

/*
 * Whether a cell has a digit other than zero.
 */
bool
adp_event_columns_has_amount(const AdpCell *cell)
{
	for (uint32 i = 0; i < cell->len; i++)
	{
		if (cell->data[i] >= '1' && cell->data[i] <= '9')
			return true;
	}
	return false;
}

/*
 * Returns the next event with an amount, or -1.
 */
int
adp_event_columns_next(const AdpEventColumnSet *set, const AdpCell *read,
					   int from)
{
	for (int at = from; at < set->nfamilies; at++)
	{
		const int *places = set->places + at * set->ncolumns;

		for (int i = 0; i < set->ncolumns; i++)
		{
			if (places[i] >= 0 && adp_event_columns_has_amount(&read[places[i]]))
				return at;
		}
	}
	return -1;
}
