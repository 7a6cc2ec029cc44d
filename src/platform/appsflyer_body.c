/*
 * appsflyer_body.c
 *	  AppsFlyer: from the columns of a CSV body to the rows of a table.
 *
 * Columns are found by name, never by place: blanks around a name and its case
 * do not matter.  After the fixed columns of an aggregate report stand three
 * for each in-app event that occurs in its days; a table that has a field of
 * events gets one row for each of them.  Values are passed on as they stand,
 * but for the words that mean none.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "base/secret.h"
#include "platform/appsflyer.h"

/* Longest part of a body's first line that an error shows. */
#define SHOWN_MAX 80

/* How a column of a table gets its value. */
typedef enum Origin
{
	FROM_CELL,
	FROM_TIME, /* the date of a cell with a time */
	FROM_HEADER_CURRENCY,
	FROM_EVENT_NAME,
	FROM_EVENT_USERS,
	FROM_EVENT_COUNT,
	FROM_EVENT_SALES
} Origin;

/* A column of the table. */
typedef struct Wanted
{
	const char *name;	   /* as the platform heads its column */
	const AdpField *field; /* NULL: not in the catalogue */
	Origin origin;
	bool is_said_missing; /* a NOTICE tells it once per scan */
} Wanted;

typedef struct Shaper
{
	AdpShaper base;
	const AdpSettings *settings;
	const char *report;
	bool is_aggregate;
	bool has_events; /* rows are those of events */
	int nwanted;
	Wanted *wanted;
} Shaper;

/* An in-app event; positions are -1 where its column is missing. */
typedef struct Event
{
	AdpCell name;
	int users;
	int count;
	int sales;
} Event;

/* What the names of a body mean. */
typedef struct Header
{
	int *positions; /* per wanted column; -1: missing */
	int nevents;
	Event *events;
	int at; /* event after the one given last */
	AdpCell currency;
} Header;

/*
 * Whether a report is of installs, which are dated by their install time.
 */
static bool
is_of_installs(const char *report)
{
	return strcmp(report, "installs_report") == 0 ||
		strcmp(report, "organic_installs_report") == 0;
}

/*
 * Works out how a column gets its value.
 */
static void
settle_origin(const Shaper *shaper, Wanted *wanted)
{
	static const struct
	{
		const char *field;
		Origin origin;
	} made[] = {{"adpipe.currency", FROM_HEADER_CURRENCY},
				{"adpipe.event_name", FROM_EVENT_NAME},
				{"adpipe.unique_users", FROM_EVENT_USERS},
				{"adpipe.event_count", FROM_EVENT_COUNT},
				{"adpipe.event_revenue", FROM_EVENT_SALES}};

	for (int i = 0; i < (int) lengthof(made); i++)
	{
		if (strcmp(wanted->name, made[i].field) == 0)
			wanted->origin = made[i].origin;
	}
	if (!shaper->is_aggregate && strcmp(wanted->name, "Date") == 0)
	{
		wanted->name =
			is_of_installs(shaper->report) ? "Install Time" : "Event Time";
		wanted->origin = FROM_TIME;
	}
}

/*
 * A name of the header without blanks around it.
 */
static AdpCell
trim(const AdpCell *cell)
{
	AdpCell name = *cell;

	if (name.kind != ADP_CELL_STRING)
		name.len = 0;
	while (name.len > 0 && (*name.data == ' ' || *name.data == '\t'))
	{
		name.data++;
		name.len--;
	}
	while (name.len > 0 &&
		   (name.data[name.len - 1] == ' ' || name.data[name.len - 1] == '\t'))
		name.len--;
	return name;
}

/*
 * Whether a name is a text, its case aside.
 */
static bool
is_named(const AdpCell *name, const char *text)
{
	return name->len == strlen(text) &&
		pg_strncasecmp(name->data, text, name->len) == 0;
}

/*
 * The place of a name: the one spelled the same, else the first that differs in
 * case only; -1 if there is none.
 */
static int
find_name(const AdpCell *names, int nnames, const char *text)
{
	int found = -1;

	for (int i = 0; i < nnames; i++)
	{
		if (!is_named(&names[i], text))
			continue;
		if (memcmp(names[i].data, text, names[i].len) == 0)
			return i;
		if (found < 0)
			found = i;
	}
	return found;
}

/*
 * Text for a message, cut at a character.
 */
static char *
shown(const char *text)
{
	int len = (int) strlen(text);

	return pnstrdup(text, pg_mbcliplen(text, Min(len, 1024), SHOWN_MAX));
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
	const char *text = name->len > 0 ? pnstrdup(name->data, name->len) : "";

	/* before it is cut, when it would not be known for one */
	text = adp_secret_redact(text, &token, 1);
	if (adp_appsflyer_read_text(text, NULL, &failure))
		adp_error_set(error, failure.class, shown(text), NULL, failure.hint);
	else if (text[0] == '<')
		adp_error_set(error, ADP_ERR_FORMAT,
					  "the answer is a web page instead of a report", NULL,
					  NULL);
	else
		adp_error_set(error, ADP_ERR_FORMAT,
					  psprintf("the answer is no report, it begins with \"%s\"",
							   shown(text)),
					  NULL, NULL);
}

/*
 * Whether any name is one of a column that reports must have.
 */
static bool
is_report(const AdpCell *names, int nnames)
{
	for (const AdpField *field = adp_appsflyer_fields; field->name; field++)
	{
		if ((field->flags & ADP_FIELD_REQUIRED) != 0 &&
			find_name(names, nnames, field->name) >= 0)
			return true;
	}
	return false;
}

/*
 * Deals with a column that the body lacks: an error if rows would be wrong
 * without it, else NULLs, which a notice tells.
 */
static bool
miss_column(const Shaper *shaper, Wanted *wanted, const AdpAccount *account,
			AdpError *error)
{
	if (wanted->origin == FROM_TIME ||
		(wanted->field != NULL &&
		 (wanted->field->flags & ADP_FIELD_REQUIRED) != 0))
	{
		adp_error_set(error, ADP_ERR_COLUMN,
					  psprintf("report \"%s\" has no column \"%s\"",
							   shaper->report, wanted->name),
					  NULL,
					  "Check option field of the table's columns against what the report holds; the platform may have renamed it.");
		return false;
	}
	if (!wanted->is_said_missing)
		ereport(NOTICE,
				(errmsg("report \"%s\" of account %s has no column \"%s\"",
						shaper->report, account->id, wanted->name),
				 errdetail("The foreign table shows NULL in its place.")));
	wanted->is_said_missing = true;
	return true;
}

/*
 * Finds the columns of the table in the body.
 */
static bool
find_columns(Shaper *shaper, Header *header, const AdpAccount *account,
			 const AdpCell *names, int nnames, AdpError *error)
{
	header->positions = palloc(Max(shaper->nwanted, 1) * sizeof(int));
	for (int i = 0; i < shaper->nwanted; i++)
	{
		Wanted *wanted = &shaper->wanted[i];

		header->positions[i] = -1;
		if (wanted->origin != FROM_CELL && wanted->origin != FROM_TIME)
			continue;
		header->positions[i] = find_name(names, nnames, wanted->name);
		if (header->positions[i] < 0 &&
			!miss_column(shaper, wanted, account, error))
			return false;
	}
	return true;
}

/*
 * Splits a name at its last blank and parenthesis into that of an event and
 * what the column counts; false if it is not of that form.
 */
static bool
split_event(const AdpCell *name, AdpCell *event, AdpCell *what)
{
	for (int i = (int) name->len - 2; i > 0; i--)
	{
		if (name->data[i] != ' ' || name->data[i + 1] != '(')
			continue;
		*event = *name;
		event->len = i;
		*what = *name;
		what->data += i + 2;
		what->len -= i + 2;
		return what->len > 0 && what->data[what->len - 1] == ')';
	}
	return false;
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
	event->users = event->count = event->sales = -1;
	return event;
}

/*
 * Takes down the currency of a column of sales; false if another one has
 * another.
 */
static bool
note_currency(Header *header, const AdpCell *what, AdpError *error)
{
	AdpCell currency = *what;

	currency.data += strlen("Sales in ");
	currency.len -= strlen("Sales in ") + 1;
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
 * Whether the last part of an event's column begins as it should.
 */
static bool
begins(const AdpCell *what, const char *text)
{
	return what->len > strlen(text) &&
		pg_strncasecmp(what->data, text, strlen(text)) == 0;
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
		AdpCell what;

		if (!split_event(&names[i], &event, &what))
			continue;
		if (is_named(&what, "Unique users)"))
			event_named(header, &event)->users = i;
		else if (is_named(&what, "Event counter)"))
			event_named(header, &event)->count = i;
		else if (begins(&what, "Sales in ") && what.len > strlen("Sales in )"))
		{
			event_named(header, &event)->sales = i;
			if (!note_currency(header, &what, error))
				return false;
		}
	}
	return true;
}

/*
 * Copies the names, which the next record overwrites, without blanks.
 */
static AdpCell *
copy_names(const AdpCell *cells, int ncells)
{
	AdpCell *names = palloc(ncells * sizeof(AdpCell));

	for (int i = 0; i < ncells; i++)
	{
		names[i] = trim(&cells[i]);
		if (names[i].len > 0)
			names[i].data = pnstrdup(names[i].data, names[i].len);
	}
	return names;
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
	AdpCell *names = copy_names(cells, ncells);

	if (!is_report(names, ncells))
	{
		refuse_body(shaper, &names[0], error);
		return NULL;
	}
	if (!find_columns(shaper, header, account, names, ncells, error))
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
 * Whether a cell is a word.
 */
static bool
is_text(const AdpCell *cell, const char *word)
{
	return cell->len == strlen(word) &&
		memcmp(cell->data, word, cell->len) == 0;
}

/*
 * Whether a cell stands for no value.  Numbers, times and booleans know several
 * words for that; of the names only those of aggregates have one, for a city
 * or a campaign can be called so.
 */
static bool
is_none(const Shaper *shaper, const AdpField *field, const AdpCell *cell)
{
	if (cell->kind == ADP_CELL_NULL || cell->len == 0)
		return true;
	if (field == NULL ? shaper->is_aggregate : field->type != ADP_FIELD_TEXT)
		return is_text(cell, "N/A") || is_text(cell, "None") ||
			is_text(cell, "NULL");
	if (field != NULL && (field->flags & ADP_FIELD_NO_NONE) != 0)
		return is_text(cell, "None");
	return !shaper->is_aggregate && is_text(cell, "NULL");
}

/*
 * Whether a cell counts nothing.
 */
static bool
is_zero(const AdpCell *read, int position)
{
	const AdpCell *cell = position < 0 ? NULL : &read[position];

	if (cell == NULL || cell->kind == ADP_CELL_NULL)
		return true;
	for (uint32 i = 0; i < cell->len; i++)
	{
		if (cell->data[i] >= '1' && cell->data[i] <= '9')
			return false;
	}
	return true;
}

/*
 * The next event of a record that occurred; NULL if there is none left.
 */
static const Event *
next_event(Header *header, const AdpCell *read)
{
	while (header->at < header->nevents)
	{
		const Event *event = &header->events[header->at++];

		if (!is_zero(read, event->users) || !is_zero(read, event->count) ||
			!is_zero(read, event->sales))
			return event;
	}
	return NULL;
}

/*
 * The date of a cell with a time.  A row without one would be lost silently to
 * any condition on the day.
 */
static AdpCell
date_of(const Shaper *shaper, const Wanted *wanted, const AdpCell *cell)
{
	AdpCell date = *cell;

	if (is_none(shaper, wanted->field, cell) || cell->len < 10)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("a row of report \"%s\" has no \"%s\"", shaper->report,
						wanted->name)));
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
	const Wanted *wanted = &shaper->wanted[i];
	int position = header->positions[i];

	switch (wanted->origin)
	{
		case FROM_HEADER_CURRENCY:
			return header->currency;
		case FROM_EVENT_NAME:
			return event->name;
		case FROM_TIME:
			return date_of(shaper, wanted, &read[position]);
		case FROM_EVENT_USERS:
			position = event->users;
			break;
		case FROM_EVENT_COUNT:
			position = event->count;
			break;
		case FROM_EVENT_SALES:
			position = event->sales;
			break;
		case FROM_CELL:
			break;
	}
	if (position < 0 || is_none(shaper, wanted->field, &read[position]))
		return none;
	return read[position];
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
	for (int i = 0; i < shaper->nwanted; i++)
		cells[i] = value_of(shaper, header, i, event, read);
	return true;
}

/*
 * Whether a report can have columns of events; one that cannot would seem to be
 * without events on every day.
 */
static bool
tells_events(const char *report)
{
	return adp_appsflyer_is_aggregate(report) &&
		strcmp(report, "daily_report") != 0;
}

/*
 * Makes the shaper of a query.
 */
AdpShaper *
adp_appsflyer_shaper(const AdpSettings *settings, const AdpQuery *query)
{
	Shaper *shaper = palloc0(sizeof(Shaper));

	shaper->base.header = read_header;
	shaper->base.unfold = unfold;
	shaper->settings = settings;
	shaper->report = query->source;
	shaper->is_aggregate = adp_appsflyer_is_aggregate(query->source);
	shaper->nwanted = query->nfields;
	shaper->wanted = palloc0(Max(query->nfields, 1) * sizeof(Wanted));
	for (int i = 0; i < query->nfields; i++)
	{
		Wanted *wanted = &shaper->wanted[i];

		wanted->name = query->fields[i];
		wanted->field = adp_platform_field(&adp_appsflyer, wanted->name);
		settle_origin(shaper, wanted);
		if (wanted->origin >= FROM_EVENT_NAME)
			shaper->has_events = true;
	}
	if (shaper->has_events && !tells_events(shaper->report))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
				 errmsg("report \"%s\" has no columns of events",
						shaper->report),
				 errhint(
					 "In raw data the columns \"Event Name\" and \"Event Revenue\" tell of events.")));
	return &shaper->base;
}
