/*
 * appsflyer_body.c
 *	  AppsFlyer: from the columns of a CSV body to the rows of a table.
 *
 * After the fixed columns of an aggregate report stand three for each in-app
 * event that occurs in its days; a table that has a field of events gets one
 * row for each of them.  Values are passed on as they stand, but for the words
 * that mean none.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "base/secret.h"
#include "platform/appsflyer.h"
#include "platform/columns.h"

/* Longest part of a body's first line that an error shows. */
#define SHOWN_MAX 80

/* How a column of a table gets its value. */
typedef enum Origin
{
	FROM_EVENT_USERS, /* the three columns of an event come first */
	FROM_EVENT_COUNT,
	FROM_EVENT_SALES,
	FROM_EVENT_NAME,
	FROM_HEADER_CURRENCY,
	FROM_CELL,
	FROM_TIME /* the date of a cell with a time */
} Origin;

#define EVENT_COLUMNS (FROM_EVENT_SALES + 1)

/* The fields that are no columns of a body. */
static const char *const made_fields[] = {
	[FROM_EVENT_USERS] = "adpipe.unique_users",
	[FROM_EVENT_COUNT] = "adpipe.event_count",
	[FROM_EVENT_SALES] = "adpipe.event_revenue",
	[FROM_EVENT_NAME] = "adpipe.event_name",
	[FROM_HEADER_CURRENCY] = "adpipe.currency",
};

/* How the names of an event's columns go on after the event's name. */
static const char *const event_endings[EVENT_COLUMNS] = {
	[FROM_EVENT_USERS] = "Unique users)",
	[FROM_EVENT_COUNT] = "Event counter)",
	[FROM_EVENT_SALES] = "Sales in ", /* a currency, and a parenthesis */
};

typedef struct Shaper
{
	AdpShaper base;
	const AdpSettings *settings;
	const char *report;
	bool is_aggregate;
	bool has_events; /* rows are those of events */
	int ncolumns;
	AdpNamedColumn *columns;
	Origin *origins;
} Shaper;

/* An in-app event: its name, and the places of its columns or -1. */
typedef struct Event
{
	AdpCell name;
	int places[EVENT_COLUMNS];
} Event;

/* What the names of a body mean. */
typedef struct Header
{
	int *places; /* per column of the table; -1: missing */
	int nevents;
	Event *events;
	int at; /* event after the one given last */
	AdpCell currency;
} Header;

/*
 * Whether any name is one of a column that reports must have.
 */
static bool
is_report(const AdpCell *names, int nnames)
{
	for (const AdpField *field = adp_appsflyer_fields; field->name; field++)
	{
		if ((field->flags & ADP_FIELD_REQUIRED) != 0 &&
			adp_columns_place(names, nnames, field->name) >= 0)
			return true;
	}
	return false;
}

/*
 * Says what a body is that is no report: its first line is a sentence or the
 * beginning of a web page.
 */
static void
refuse_body(const Shaper *shaper, const AdpCell *name, AdpError *error)
{
	AdpFailure failure = {.retry_after_ms = -1};
	const char *token = shaper->settings->access_token;
	/* before it is cut, when a secret would not be known for one */
	const char *text =
		adp_secret_redact(pnstrdup(name->data, name->len), &token, 1);
	int len = pg_mbcliplen(text, Min(strlen(text), 1024), SHOWN_MAX);

	if (adp_appsflyer_read_text(text, NULL, &failure))
		adp_error_set(error, failure.class, pnstrdup(text, len), NULL,
					  failure.hint);
	else if (text[0] == '<')
		adp_error_set(error, ADP_ERR_FORMAT,
					  "the answer is a web page instead of a report", NULL,
					  NULL);
	else
		adp_error_set(error, ADP_ERR_FORMAT,
					  psprintf("the answer is no report, it begins with \"%.*s\"",
							   len, text),
					  NULL, NULL);
}

/*
 * Splits a name at its last blank and parenthesis into that of an event and
 * what the column counts; false if it is not of that form.
 */
static bool
split_event(const AdpCell *name, AdpCell *event, AdpCell *ending)
{
	int i = (int) name->len - 2;

	while (i > 0 && (name->data[i] != ' ' || name->data[i + 1] != '('))
		i--;
	if (i <= 0)
		return false;
	*event = *ending = *name;
	event->len = i;
	ending->data += i + 2;
	ending->len -= i + 2;
	return ending->len > 0 && ending->data[ending->len - 1] == ')';
}

/*
 * Which column of an event a name's ending makes it; -1 if it is none.
 */
static int
event_column(const AdpCell *ending)
{
	Size sales = strlen(event_endings[FROM_EVENT_SALES]);

	if (adp_columns_is_named(ending, event_endings[FROM_EVENT_USERS]))
		return FROM_EVENT_USERS;
	if (adp_columns_is_named(ending, event_endings[FROM_EVENT_COUNT]))
		return FROM_EVENT_COUNT;
	if (ending->len > sales + 1 &&
		pg_strncasecmp(ending->data, event_endings[FROM_EVENT_SALES], sales) ==
			0)
		return FROM_EVENT_SALES;
	return -1;
}

/*
 * The event of a name; made if it is new.  Columns of one event stand together.
 */
static Event *
event_named(Header *header, const AdpCell *name)
{
	Event *event;

	for (int i = header->nevents - 1; i >= 0; i--)
	{
		event = &header->events[i];
		if (event->name.len == name->len &&
			memcmp(event->name.data, name->data, name->len) == 0)
			return event;
	}
	event = &header->events[header->nevents++];
	event->name = *name;
	memset(event->places, -1, sizeof(event->places));
	return event;
}

/*
 * Takes down the currency of a column of sales; false if another one has
 * another.
 */
static bool
note_currency(Header *header, const AdpCell *ending, AdpError *error)
{
	AdpCell currency = *ending;
	Size before = strlen(event_endings[FROM_EVENT_SALES]);

	currency.data += before;
	currency.len -= before + 1;
	if (header->currency.len == 0)
		header->currency = currency;
	if (header->currency.len == currency.len &&
		memcmp(header->currency.data, currency.data, currency.len) == 0)
		return true;
	adp_error_set(error, ADP_ERR_REFUSED,
				  psprintf("sales are in %.*s and in %.*s",
						   (int) Min(header->currency.len, SHOWN_MAX),
						   header->currency.data,
						   (int) Min(currency.len, SHOWN_MAX), currency.data),
				  NULL, NULL);
	return false;
}

/*
 * Finds the events of a body, and the currency of their sales.
 */
static bool
find_events(Header *header, const AdpCell *names, int nnames, AdpError *error)
{
	header->events = palloc(nnames * sizeof(Event));
	for (int i = 0; i < nnames; i++)
	{
		AdpCell event;
		AdpCell ending;
		int column;

		if (!split_event(&names[i], &event, &ending))
			continue;
		column = event_column(&ending);
		if (column >= 0)
			event_named(header, &event)->places[column] = i;
		if (column == FROM_EVENT_SALES && !note_currency(header, &ending, error))
			return false;
	}
	return true;
}

/*
 * Reads the header of a body.
 */
static void *
read_header(AdpShaper *base, const AdpAccount *account, const AdpCell *cells,
			int ncells, AdpError *error)
{
	Shaper *shaper = (Shaper *) base;
	Header *header = palloc0(sizeof(Header));
	AdpCell *names = adp_columns_names(cells, ncells);

	if (!is_report(names, ncells))
	{
		refuse_body(shaper, &names[0], error);
		return NULL;
	}
	header->places = palloc(Max(shaper->ncolumns, 1) * sizeof(int));
	if (!adp_columns_find(shaper->columns, shaper->ncolumns, names, ncells,
						  header->places, shaper->report, account, error))
		return NULL;
	if (shaper->is_aggregate && !find_events(header, names, ncells, error))
		return NULL;
	if (header->currency.len == 0)
	{
		header->currency.data = account->currency;
		header->currency.len = (uint32) strlen(account->currency);
	}
	header->currency.kind = ADP_CELL_STRING;
	return header;
}

/*
 * Whether a cell stands for no value.  Numbers, times and booleans know several
 * words for that; of the names only those of aggregates have one, for a city
 * or a campaign can be called so.
 */
static bool
is_none(const Shaper *shaper, const AdpField *field, const AdpCell *cell)
{
	static const char *const any[] = {"N/A", "None", "NULL", NULL};
	static const char *const none[] = {"None", NULL};
	static const char *const null[] = {"NULL", NULL};

	if (cell->kind == ADP_CELL_NULL || cell->len == 0)
		return true;
	if (field == NULL ? shaper->is_aggregate : field->type != ADP_FIELD_TEXT)
		return adp_columns_is_word(cell, any);
	if (field != NULL && (field->flags & ADP_FIELD_NO_NONE) != 0)
		return adp_columns_is_word(cell, none);
	return !shaper->is_aggregate && adp_columns_is_word(cell, null);
}

/*
 * The next event of a record that occurred: one of its columns is not zero.
 * NULL if there is none left.
 */
static const Event *
next_event(Header *header, const AdpCell *read)
{
	while (header->at < header->nevents)
	{
		const Event *event = &header->events[header->at++];

		for (int i = 0; i < EVENT_COLUMNS; i++)
		{
			const AdpCell *cell =
				event->places[i] < 0 ? NULL : &read[event->places[i]];

			for (uint32 at = 0; cell != NULL && at < cell->len; at++)
			{
				if (cell->data[at] >= '1' && cell->data[at] <= '9')
					return event;
			}
		}
	}
	return NULL;
}

/*
 * The date of a cell with a time.  A row without one would be lost silently to
 * any condition on the day.
 */
static AdpCell
date_of(const Shaper *shaper, const AdpNamedColumn *column, const AdpCell *cell)
{
	AdpCell date = *cell;

	if (is_none(shaper, column->field, cell) || cell->len < 10)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("a row of report \"%s\" has no \"%s\"", shaper->report,
						column->name)));
	date.len = 10;
	return date;
}

/*
 * A value of a row.
 */
static AdpCell
value_of(const Shaper *shaper, const Header *header, int i, const Event *event,
		 const AdpCell *read)
{
	static const AdpCell none = {NULL, 0, ADP_CELL_NULL, false};
	const AdpNamedColumn *column = &shaper->columns[i];
	int place = header->places[i];

	switch (shaper->origins[i])
	{
		case FROM_HEADER_CURRENCY:
			return header->currency;
		case FROM_EVENT_NAME:
			return event->name;
		case FROM_TIME:
			return date_of(shaper, column, &read[place]);
		case FROM_EVENT_USERS:
		case FROM_EVENT_COUNT:
		case FROM_EVENT_SALES:
			place = event->places[shaper->origins[i]];
			break;
		case FROM_CELL:
			break;
	}
	if (place < 0 || is_none(shaper, column->field, &read[place]))
		return none;
	return read[place];
}

/*
 * Makes the rows of a record: one, or one for each event.
 */
static bool
unfold(AdpShaper *base, void *made, const AdpCell *read, int nth, AdpCell *cells)
{
	const Shaper *shaper = (const Shaper *) base;
	Header *header = made;
	const Event *event = NULL;

	if (nth == 0)
		header->at = 0;
	if (shaper->has_events)
		event = next_event(header, read);
	if (shaper->has_events ? event == NULL : nth > 0)
		return false;
	for (int i = 0; i < shaper->ncolumns; i++)
		cells[i] = value_of(shaper, header, i, event, read);
	return true;
}

/*
 * Works out how a column gets its value.  Raw data have no column of days:
 * installs are dated by their install time, all else by when it happened.
 */
static Origin
settle_column(const Shaper *shaper, const char *name, AdpNamedColumn *column)
{
	bool is_of_installs = strcmp(shaper->report, "installs_report") == 0 ||
		strcmp(shaper->report, "organic_installs_report") == 0;

	column->field = adp_platform_field(&adp_appsflyer, name);
	for (int i = 0; i < (int) lengthof(made_fields); i++)
	{
		if (strcmp(name, made_fields[i]) == 0)
			return (Origin) i;
	}
	column->name = name;
	column->is_required = column->field != NULL &&
		(column->field->flags & ADP_FIELD_REQUIRED) != 0;
	if (shaper->is_aggregate || strcmp(name, adp_appsflyer.day_field) != 0)
		return FROM_CELL;
	column->name = is_of_installs ? "Install Time" : "Event Time";
	return FROM_TIME;
}

/*
 * Throws for fields of events over a report that cannot have them: it would
 * seem to be without events on every day.
 */
static void
require_events(const Shaper *shaper)
{
	if (!shaper->has_events ||
		(shaper->is_aggregate && strcmp(shaper->report, "daily_report") != 0))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("report \"%s\" has no columns of events", shaper->report),
			 errhint(
				 "In raw data the columns \"Event Name\" and \"Event Revenue\" tell of events.")));
}

/*
 * Makes the shaper of a query.
 */
AdpShaper *
adp_appsflyer_shaper(const AdpSettings *settings, const AdpQuery *query)
{
	Shaper *shaper = palloc0(sizeof(Shaper));
	int n = query->nfields;

	shaper->base.header = read_header;
	shaper->base.unfold = unfold;
	shaper->settings = settings;
	shaper->report = query->source;
	shaper->is_aggregate = adp_appsflyer_is_aggregate(query->source);
	shaper->ncolumns = n;
	shaper->columns = palloc0(Max(n, 1) * sizeof(AdpNamedColumn));
	shaper->origins = palloc0(Max(n, 1) * sizeof(Origin));
	for (int i = 0; i < n; i++)
	{
		shaper->origins[i] =
			settle_column(shaper, query->fields[i], &shaper->columns[i]);
		if (shaper->origins[i] <= FROM_EVENT_NAME)
			shaper->has_events = true;
	}
	require_events(shaper);
	return &shaper->base;
}
