/*
 * event_columns.c
 *	  Columns of a CSV body that belong together by their names.
 */
#include "postgres.h"

#include "platform/appsflyer/csv_header.h"
#include "platform/appsflyer/event_columns.h"

/* Longest currency that an error shows. */
#define SHOWN_MAX 80

/*
 * Which of a family's columns a field of ours is.
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
 * Splits a column's name, where it opens for the last time, into that of a
 * family and what the column says; false if it is not of that form.
 */
static bool
split_name(const AdpEventColumns *families, const AdpCell *name,
		   AdpCell *family, AdpCell *says)
{
	Size opening = strlen(families->opening);
	Size closing = strlen(families->closing);
	int i = (int) name->len - (int) opening;

	while (i > 0 && memcmp(name->data + i, families->opening, opening) != 0)
		i--;
	if (i <= 0)
		return false;
	*family = *says = *name;
	family->len = i;
	says->data += i + opening;
	says->len -= i + opening;
	if (says->len < closing ||
		memcmp(says->data + says->len - closing, families->closing, closing) !=
			0)
		return false;
	says->len -= closing;
	return true;
}

/*
 * Which column of a family it is that says something; -1 if it is none.  What
 * follows is left in *says: a currency, or nothing.
 */
static int
column_of(const AdpEventColumns *families, AdpCell *says)
{
	for (int i = 0; families->columns[i].field != NULL; i++)
	{
		const AdpEventColumn *column = &families->columns[i];
		Size len = strlen(column->says);

		if (says->len < len ||
			pg_strncasecmp(says->data, column->says, len) != 0 ||
			(says->len > len) != column->tells_currency)
			continue;
		says->data += len;
		says->len -= len;
		return i;
	}
	return -1;
}

/*
 * The field of ours that a column of a family holds.
 */
const char *
adp_event_columns_field(const AdpEventColumns *families, const char *column)
{
	const AdpCell name = {column, (uint32) strlen(column), ADP_CELL_STRING,
						  false};
	AdpCell family;
	AdpCell says;
	int i = -1;

	if (split_name(families, &name, &family, &says))
		i = column_of(families, &says);
	return i < 0 ? NULL : families->columns[i].field;
}

/*
 * Whether two cells hold the same bytes.
 */
static bool
is_same(const AdpCell *a, const AdpCell *b)
{
	return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

/*
 * The columns of a family, which is added if it is new.  Columns of one stand
 * together.
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
 * Takes down a currency; false if another column tells another.
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
 * Makes an empty set with room for the families of so many names.
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
 * Takes down that a name is a column of a family.
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
 * Finds the families of a header.
 */
AdpEventColumnSet *
adp_event_columns_find(const AdpEventColumns *families, const AdpCell *names,
					   int nnames, AdpError *error)
{
	AdpEventColumnSet *set = make_set(families, nnames);

	for (int i = 0; i < nnames; i++)
	{
		AdpCell family;
		AdpCell says;
		int column;

		if (!split_name(families, &names[i], &family, &says))
			continue;
		column = column_of(families, &says);
		if (column < 0)
			continue;
		note_column(set, &family, column, i);
		if (families->columns[column].tells_currency &&
			!note_currency(families, set, &says, error))
			return NULL;
	}
	return set;
}

/*
 * Whether a cell holds an amount.
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
 * The first family from one on of which a record tells something.
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
