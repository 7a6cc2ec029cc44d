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
adp_event_columns_column(const AdpEventColumns *events, const char *field)
{
	for (int i = 0; events->columns[i].field != NULL; i++)
	{
		if (strcmp(events->columns[i].field, field) == 0)
			return i;
	}
	return -1;
}

/*
 * Splits a column's name at the last opening into the event's name and the
 * suffix.  Returns false for a name of another form.
 */
static bool
split_name(const AdpEventColumns *events, const AdpCell *name, AdpCell *event,
		   AdpCell *suffix)
{
	Size opening = strlen(events->opening);
	Size closing = strlen(events->closing);
	int i = (int) name->len - (int) opening;

	while (i > 0 && memcmp(name->data + i, events->opening, opening) != 0)
		i--;
	if (i <= 0)
		return false;
	*event = *suffix = *name;
	event->len = i;
	suffix->data += i + opening;
	suffix->len -= i + opening;
	if (suffix->len < closing ||
		memcmp(suffix->data + suffix->len - closing, events->closing,
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
column_of(const AdpEventColumns *events, AdpCell *suffix)
{
	for (int i = 0; events->columns[i].field != NULL; i++)
	{
		const AdpEventColumn *column = &events->columns[i];
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
adp_event_columns_field(const AdpEventColumns *events, const char *column)
{
	const AdpCell name = {column, (uint32) strlen(column), ADP_CELL_STRING,
						  false};
	AdpCell event;
	AdpCell suffix;
	int i = -1;

	if (split_name(events, &name, &event, &suffix))
		i = column_of(events, &suffix);
	return i < 0 ? NULL : events->columns[i].field;
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
positions_of(AdpEventColumnSet *set, const AdpCell *name)
{
	int *positions;

	for (int i = set->nevents - 1; i >= 0; i--)
	{
		if (is_same(&set->names[i], name))
			return set->positions + i * set->ncolumns;
	}
	positions = set->positions + set->nevents * set->ncolumns;
	memset(positions, -1, set->ncolumns * sizeof(int));
	set->names[set->nevents++] = *name;
	return positions;
}

/*
 * Records the currency; returns false, with *error, if another column has a
 * different one.
 */
static bool
note_currency(const AdpEventColumns *events, AdpEventColumnSet *set,
			  const AdpCell *currency, AdpError *error)
{
	if (set->currency.len == 0)
		set->currency = *currency;
	if (is_same(&set->currency, currency))
		return true;
	adp_error_set(error, ADP_ERR_REFUSED,
				  psprintf("%s are in %.*s and in %.*s", events->amounts,
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
make_set(const AdpEventColumns *events, int nnames)
{
	AdpEventColumnSet *set = palloc0(sizeof(AdpEventColumnSet));

	while (events->columns[set->ncolumns].field != NULL)
		set->ncolumns++;
	set->names = palloc(Max(nnames, 1) * sizeof(AdpCell));
	set->positions = palloc(Max(nnames * set->ncolumns, 1) * sizeof(int));
	set->is_member = palloc0(Max(nnames, 1) * sizeof(bool));
	return set;
}

/*
 * Records that the column at a position belongs to an event.
 */
static void
note_column(AdpEventColumnSet *set, const AdpCell *event, int column,
			int position)
{
	int *positions = positions_of(set, event);

	set->is_member[position] = true;
	if (positions[column] >= 0)
		set->twice = position;
	positions[column] = position;
}

/*
 * Finds the events of a header.
 */
AdpEventColumnSet *
adp_event_columns_find(const AdpEventColumns *events, const AdpCell *names,
					   int nnames, AdpError *error)
{
	AdpEventColumnSet *set = make_set(events, nnames);

	for (int i = 0; i < nnames; i++)
	{
		AdpCell event;
		AdpCell suffix;
		int column;

		if (!split_name(events, &names[i], &event, &suffix))
			continue;
		column = column_of(events, &suffix);
		if (column < 0)
			continue;
		note_column(set, &event, column, i);
		if (events->columns[column].has_currency &&
			!note_currency(events, set, &suffix, error))
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
	for (int at = from; at < set->nevents; at++)
	{
		const int *positions = set->positions + at * set->ncolumns;

		for (int i = 0; i < set->ncolumns; i++)
		{
			if (positions[i] >= 0 &&
				adp_event_columns_has_amount(&read[positions[i]]))
				return at;
		}
	}
	return -1;
}
