/*
 * csv_rows.c
 *	  Rows of a CSV body whose header names its columns.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"

#include "base/secret.h"
#include "platform/account.h"
#include "platform/api/failure.h"
#include "platform/appsflyer/csv_header.h"
#include "platform/appsflyer/csv_rows.h"
#include "platform/formats.h"

/* Maximum length of a body's first line quoted in an error. */
#define SHOWN_MAX 80

/* Longest part of it that is looked through for the token. */
#define READ_MAX 8192

/* Length of a date, as a cell or at the beginning of a time. */
#define DATE_LEN 10

/* Digits between two commas of a whole number. */
#define GROUP_LEN 3

/* The origin of a column's value. */
typedef enum Origin
{
	FROM_CELL,
	FROM_TIME,	  /* the date of a cell with a time */
	FROM_REQUEST, /* the only day that was requested */
	FROM_EVENT,
	FROM_EVENT_NAME,
	FROM_CURRENCY
} Origin;

typedef struct CellPlan
{
	Origin origin;
	int column;		   /* FROM_EVENT: index within the event's columns */
	bool is_whole;	   /* the catalogue lists it as a whole number */
	int days_after;	   /* the value is of so many days after the row's day */
	AdpNoneWords none; /* that mean NULL */
} CellPlan;

typedef struct Shaper
{
	AdpShaper base;
	const AdpPlatform *platform;
	const AdpCsvRows *records;
	const AdpFormats *formats;
	const AdpSettings *settings;
	const char *report;
	int ready_h;	 /* a day is ready so many hours after its end */
	bool has_events; /* there is a row per event */
	int ncells;
	AdpCsvColumn *columns;
	CellPlan *cells;
	int day;	/* the cell with the day, or with its time; or -1 */
	int amount; /* the cell whose currency rows report; or -1 */
} Shaper;

/* The positions of columns in a body. */
typedef struct Header
{
	int *positions;			   /* per cell; -1: missing, or not of the body */
	AdpEventColumnSet *events; /* NULL: without events */
	int at;					   /* the event after the one returned last */
	AdpCell currency;
	const AdpAccount *account;
	const char *since; /* NULL: the request has no days */
	const char *until;
	DateADT last_day;	 /* the last one that is ready */
	int day;			 /* position of the day; -1: the body has none */
	int amount_currency; /* position; -1: rows do not report it */
} Header;

/*
 * Whether any name is a required column of the platform, or one of the table.
 */
static bool
is_report(const Shaper *shaper, const AdpCell *names, int nnames)
{
	for (int i = 0; i < shaper->ncells; i++)
	{
		const char *texts = shaper->columns[i].names;

		if (texts != NULL && adp_csv_header_alike(names, nnames, texts) >= 0)
			return true;
	}
	for (const AdpField *field = shaper->platform->fields; field->name; field++)
	{
		if ((field->flags & ADP_FIELD_REQUIRED) != 0 &&
			adp_csv_header_position(names, nnames, field->name) >= 0)
			return true;
	}
	return false;
}

/*
 * Fills in the error for a body that is not a report.  Quotes its first line,
 * which is a sentence or the beginning of a web page.
 */
static void
refuse_body(const Shaper *shaper, const AdpCell *name, AdpError *error)
{
	AdpFailure failure = {.retry_after_ms = -1};
	const char *token = shaper->settings->access_token;
	/* before truncation, which would hide a secret from redaction */
	const char *text =
		adp_secret_redact(pnstrdup(name->data, name->len), &token, 1);
	int len = pg_mbcliplen(text, Min(strlen(text), 1024), SHOWN_MAX);

	if (adp_failure_read_text(shaper->platform->failures, text, &failure))
		adp_error_set(error, failure.class, pnstrdup(text, len), NULL,
					  failure.hint);
	else if (text[0] == '<')
		adp_error_set(error, ADP_ERR_FORMAT,
					  "the answer is a web page instead of a report", NULL,
					  NULL);
	else
		adp_error_set(error, ADP_ERR_FORMAT,
					  psprintf("the answer is not a report: it begins with \"%.*s\"",
							   len, text),
					  NULL, NULL);
}

/*
 * Returns the beginning of a cell without the token, for an error.
 */
static char *
shown(const Shaper *shaper, const AdpCell *cell)
{
	const char *token = shaper->settings->access_token;
	const char *text =
		adp_secret_redact(pnstrdup(cell->data, Min(cell->len, READ_MAX)),
						  &token, 1);

	return pnstrdup(text, pg_mbcliplen(text, (int) strlen(text), SHOWN_MAX));
}

/*
 * Whether a cell equals a text.
 */
static bool
holds(const AdpCell *cell, const char *text)
{
	return cell->len == strlen(text) &&
		memcmp(cell->data, text, cell->len) == 0;
}

/*
 * Throws for amounts in another currency than the account's, which is the one
 * that requests ask for.
 */
static void
refuse_currency(const Shaper *shaper, const AdpAccount *account,
				const char *what, const AdpCell *currency)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s of report \"%s\" are in %s but account %s has \"%s\"",
					what, shaper->report, shown(shaper, currency), account->id,
					account->currency),
			 errdetail("Amounts would be shown in the wrong currency."),
			 errhint("If the account's currency has changed, let this session SELECT adpipe.forget('%s'), and run the statement again.",
					 shaper->settings->server_name)));
}

/*
 * Finds the event columns of a body, and the currency of its amounts.
 */
static bool
read_events(const Shaper *shaper, Header *header, const AdpCell *names,
			int nnames, AdpError *error)
{
	const AdpEventColumns *events = shaper->records->events;
	const AdpAccount *account = header->account;

	if (account->currency != NULL)
	{
		header->currency.data = account->currency;
		header->currency.len = (uint32) strlen(account->currency);
		header->currency.kind = ADP_CELL_STRING;
	}
	if (events == NULL)
		return true;
	header->events = adp_event_columns_find(events, names, nnames, error);
	if (header->events == NULL)
		return false;
	if (header->events->currency.len == 0)
		return true;
	if (account->currency != NULL &&
		!holds(&header->events->currency, account->currency))
		refuse_currency(shaper, account, events->amounts,
						&header->events->currency);
	header->currency = header->events->currency;
	return true;
}

/*
 * Throws for two columns of one name: either could be the right one.  Names of
 * event columns are case-sensitive.
 */
static void
refuse_twice(const Shaper *shaper, const Header *header, const AdpCell *names,
			 int nnames)
{
	const AdpEventColumnSet *events = header->events;
	const AdpCell *twice;

	if (events != NULL && events->twice > 0)
		twice = &names[events->twice];
	else
		twice = adp_csv_header_twice(names, nnames,
									 events ? events->is_member : NULL);
	if (twice == NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
			 errmsg("report \"%s\" of account %s has two columns \"%s\"",
					shaper->report, header->account->id, shown(shaper, twice)),
			 errdetail("Either could be the right one."),
			 errhint(
				 "Run the statement again; if the error stays, report it to the platform.")));
}

/*
 * Finds the last day that is ready.  Throws if later ones were requested: the
 * body would lack them without a word.
 */
static void
note_last_day(const Shaper *shaper, Header *header, const AdpCell *names,
			  int nnames)
{
	const char *(*names_of)(const char *) = shaper->records->names_of;
	const char *day;
	const char *last;

	if (shaper->ready_h == 0 || header->since == NULL)
		return;
	day = names_of ? names_of(shaper->platform->day_field) : NULL;
	header->day = day ? adp_csv_header_alike(names, nnames, day) : -1;
	header->last_day = adp_account_last_day(header->account, shaper->ready_h);
	last = shaper->formats->write_day(header->last_day);
	if (strcmp(header->until, last) <= 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
			 errmsg("report \"%s\" of account %s has days up to %s",
					shaper->report, header->account->id, last),
			 errdetail("Asked for %s to %s. The platform computes a day within %d hours after its end, and leaves it out before.",
					   header->since, header->until, shaper->ready_h),
			 errhint("Ask for days up to that one, or give no upper bound.")));
}

/*
 * Whether the value of a cell is about a day that is not ready.
 */
static bool
is_early(const Shaper *shaper, const Header *header, const CellPlan *plan,
		 const AdpCell *read)
{
	DateADT day;

	return plan->days_after > 0 && header->day >= 0 &&
		shaper->formats->read_day(&read[header->day], &day) &&
		day + plan->days_after > header->last_day;
}

/*
 * Reads the header of a body.
 */
static void *
read_header(AdpShaper *base, const AdpPageAsk *ask, const AdpCell *cells,
			int ncells, AdpError *error)
{
	Shaper *shaper = (Shaper *) base;
	const char *currency = shaper->records->amount_currency;
	Header *header = palloc0(sizeof(Header));
	AdpCell *names = adp_csv_header_names(cells, ncells);

	if (!is_report(shaper, names, ncells))
	{
		refuse_body(shaper, &names[0], error);
		return NULL;
	}
	header->account = ask->account;
	header->since = ask->query->has_day ? ask->query->since : NULL;
	header->until = ask->query->until;
	header->day = -1;
	header->positions = palloc(Max(shaper->ncells, 1) * sizeof(int));
	if (!read_events(shaper, header, names, ncells, error))
		return NULL;
	refuse_twice(shaper, header, names, ncells);
	if (!adp_csv_header_find(shaper->columns, shaper->ncells, names, ncells,
							 header->positions, shaper->report, header->account,
							 error))
		return NULL;
	note_last_day(shaper, header, names, ncells);
	header->amount_currency =
		currency ? adp_csv_header_position(names, ncells, currency) : -1;
	return header;
}

/*
 * Whether a cell is empty.
 */
static bool
is_empty(const AdpCell *cell)
{
	return cell->kind == ADP_CELL_NULL || cell->len == 0;
}

/*
 * Whether a cell is empty, or a word that means NULL.
 */
static bool
is_none(const CellPlan *plan, const AdpCell *cell)
{
	return is_empty(cell) || adp_none_words_hold(&plan->none, cell);
}

/*
 * Throws for a row outside the requested days: a condition on the day would
 * drop it silently, although it counts for some day.
 */
static void
check_day(const Shaper *shaper, const Header *header, const AdpCell *cell)
{
	const CellPlan *plan = &shaper->cells[shaper->day];
	const char *column = shaper->columns[shaper->day].name;
	bool is_long_enough = plan->origin == FROM_TIME ? cell->len >= DATE_LEN
													: cell->len == DATE_LEN;

	/* byte order is date order in this format */
	if (is_long_enough && memcmp(cell->data, header->since, DATE_LEN) >= 0 &&
		memcmp(cell->data, header->until, DATE_LEN) <= 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
			 is_none(plan, cell)
				 ? errmsg("a row of report \"%s\" of account %s has no \"%s\"",
						  shaper->report, header->account->id, column)
				 : errmsg("a row of report \"%s\" of account %s has \"%s\" as \"%s\", which is outside the requested days",
						  shaper->report, header->account->id,
						  shown(shaper, cell), column),
			 errdetail("Asked for %s to %s. Without the row, numbers of a day would be too low.",
					   header->since, header->until),
			 errhint(
				 "Run the statement again; if the error stays, report it to the platform.")));
}

/*
 * Throws for an amount in another currency than the account's.
 */
static void
check_currency(const Shaper *shaper, const Header *header,
			   const AdpCell *amount, const AdpCell *currency)
{
	if (currency->len == 0 || is_none(&shaper->cells[shaper->amount], amount) ||
		!adp_event_columns_has_amount(amount) ||
		holds(currency, header->account->currency))
		return;
	refuse_currency(shaper, header->account,
					psprintf("values of \"%s\"", shaper->records->amount),
					currency);
}

/*
 * Throws for a row of other days or another currency than requested.
 */
static void
check_record(AdpShaper *base, const void *made, const AdpCell *read)
{
	const Shaper *shaper = (const Shaper *) base;
	const Header *header = made;

	if (shaper->day >= 0 && header->since != NULL)
		check_day(shaper, header, &read[header->positions[shaper->day]]);
	if (shaper->amount >= 0 && header->amount_currency >= 0 &&
		header->account->currency != NULL)
		check_currency(shaper, header, &read[header->positions[shaper->amount]],
					   &read[header->amount_currency]);
}

/*
 * Returns the date of a cell with a time.  Throws if it is empty: any
 * condition on the day would drop the row silently.
 */
static AdpCell
date_of(const Shaper *shaper, int i, const AdpCell *cell)
{
	AdpCell date = *cell;

	if (is_none(&shaper->cells[i], cell) || cell->len < DATE_LEN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("a row of report \"%s\" has no \"%s\"", shaper->report,
						shaper->columns[i].name)));
	date.len = DATE_LEN;
	return date;
}

/*
 * Counts the digits at the beginning of a text.
 */
static Size
count_digits(const char *text, const char *end)
{
	const char *at = text;

	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at - text;
}

/*
 * Copies the digits of a whole number, which commas may group.  Returns the
 * text after them, NULL if it is not such a number.  A comma after a leading 0
 * would be a decimal comma.
 */
static const char *
copy_digits(const char *at, const char *end, StringInfo out)
{
	Size n = count_digits(at, end);
	bool is_grouped = at + n < end && at[n] == ',';

	if (n == 0 || (is_grouped && (n > GROUP_LEN || *at == '0')))
		return NULL;
	appendBinaryStringInfo(out, at, (int) n);
	at += n;
	while (at < end && *at == ',')
	{
		if (count_digits(at + 1, end) != GROUP_LEN)
			return NULL;
		appendBinaryStringInfo(out, at + 1, GROUP_LEN);
		at += 1 + GROUP_LEN;
	}
	return at;
}

/*
 * Converts a whole number such as 12.0 or 12,000 to plain digits.  Other texts
 * stay as they are; the column's type rejects them.
 */
static AdpCell
plain_number(AdpCell cell)
{
	const char *at = cell.data;
	const char *end = cell.data + cell.len;
	StringInfoData out;

	if (memchr(at, '.', cell.len) == NULL && memchr(at, ',', cell.len) == NULL)
		return cell;
	initStringInfo(&out);
	if (*at == '-')
		appendStringInfoChar(&out, *at++);
	at = copy_digits(at, end, &out);
	if (at == NULL)
		return cell;
	if (at < end && *at == '.')
	{
		if (++at == end)
			return cell;
		while (at < end && *at == '0')
			at++;
	}
	if (at < end)
		return cell;
	cell.data = out.data;
	cell.len = (uint32) out.len;
	return cell;
}

/*
 * Returns the day that was requested.
 */
static AdpCell
day_of_request(const Header *header)
{
	if (header->since == NULL || strcmp(header->since, header->until) != 0)
		elog(ERROR, "report of one day was requested for other days");
	return (AdpCell){.data = header->since,
					 .len = (uint32) strlen(header->since),
					 .kind = ADP_CELL_STRING};
}

/*
 * Returns one value of a row; event is the event of the row, or -1.
 */
static AdpCell
value_of(const Shaper *shaper, const Header *header, int i, int event,
		 const AdpCell *read)
{
	static const AdpCell none = {NULL, 0, ADP_CELL_NULL, false};
	const CellPlan *plan = &shaper->cells[i];
	int position = header->positions[i];

	switch (plan->origin)
	{
		case FROM_CELL:
			break;
		case FROM_REQUEST:
			return day_of_request(header);
		case FROM_TIME:
			return date_of(shaper, i, &read[position]);
		case FROM_EVENT:
			position =
				header->events
					->positions[event * header->events->ncolumns + plan->column];
			break;
		case FROM_EVENT_NAME:
			return header->events->names[event];
		case FROM_CURRENCY:
			return header->currency;
	}
	if (position < 0 || is_empty(&read[position]) ||
		is_early(shaper, header, plan, read))
		return none;
	return plan->is_whole ? plain_number(read[position]) : read[position];
}

/*
 * Makes the rows of a record: one, or one per event.
 */
static bool
unfold(AdpShaper *base, void *made, const AdpCell *read, int nth, AdpCell *cells)
{
	const Shaper *shaper = (const Shaper *) base;
	Header *header = made;
	int event = -1;

	if (shaper->has_events)
	{
		event = adp_event_columns_next(header->events, read,
									   nth == 0 ? 0 : header->at);
		header->at = event + 1;
	}
	if (shaper->has_events ? event < 0 : nth > 0)
		return false;
	for (int i = 0; i < shaper->ncells; i++)
		cells[i] = value_of(shaper, header, i, event, read);
	return true;
}

/*
 * Plans a field of events; returns false for any other field.
 */
static bool
plan_event(const AdpEventColumns *events, const char *name, CellPlan *plan)
{
	if (events == NULL)
		return false;
	plan->column = adp_event_columns_column(events, name);
	if (plan->column >= 0)
		plan->origin = FROM_EVENT;
	else if (strcmp(name, events->name) == 0)
		plan->origin = FROM_EVENT_NAME;
	else if (strcmp(name, events->currency) == 0)
		plan->origin = FROM_CURRENCY;
	else
		return false;
	return true;
}

/*
 * Whether a field is a whole number, in the catalogue or as an event column.
 */
static bool
is_whole(const Shaper *shaper, const char *name, const AdpField *field)
{
	const AdpEventColumns *events = shaper->records->events;

	if (field == NULL && events != NULL)
	{
		name = adp_event_columns_field(events, name);
		field = name ? adp_platform_field(shaper->platform, name) : NULL;
	}
	return field != NULL && field->type == ADP_FIELD_INT;
}

/*
 * Plans the cell with the day, if it has no column of its own.
 */
static void
plan_day(const AdpCsvRows *records, AdpCsvColumn *column, CellPlan *plan)
{
	if (records->is_of_one_day)
	{
		column->name = NULL;
		plan->origin = FROM_REQUEST;
	}
	else if (records->time != NULL)
	{
		column->name = records->time;
		column->is_required = true;
		plan->origin = FROM_TIME;
	}
}

/*
 * Plans one cell.
 */
static void
plan_cell(Shaper *shaper, const char *name, AdpCsvColumn *column, CellPlan *plan)
{
	const AdpCsvRows *records = shaper->records;
	const AdpField *field = adp_platform_field(shaper->platform, name);

	plan->is_whole = is_whole(shaper, name, field);
	plan->none = adp_none_words(shaper->formats, field);
	if (plan_event(records->events, name, plan))
	{
		shaper->has_events |= plan->origin != FROM_CURRENCY;
		return;
	}
	column->name = name;
	column->names = records->names_of ? records->names_of(name) : NULL;
	column->is_required = column->names != NULL ||
		(field != NULL && (field->flags & ADP_FIELD_REQUIRED) != 0);
	plan->days_after = records->days_after ? records->days_after(name) : 0;
	if (strcmp(name, shaper->platform->day_field) == 0)
		plan_day(records, column, plan);
}

/*
 * Finds the cells that are checked in each record: the day, and the amount
 * whose currency rows report.
 */
static void
note_checked(Shaper *shaper, const AdpQuery *query)
{
	const char *amount = shaper->records->amount;

	shaper->day = shaper->amount = -1;
	for (int i = 0; i < query->nfields; i++)
	{
		if (strcmp(query->fields[i], shaper->platform->day_field) == 0 &&
			shaper->cells[i].origin != FROM_REQUEST)
			shaper->day = i;
		if (amount != NULL && strcmp(query->fields[i], amount) == 0)
			shaper->amount = i;
	}
}

/*
 * Throws for event fields of a source without events: the table would look as
 * if no event ever happened.
 */
static void
require_events(const Shaper *shaper)
{
	const AdpEventColumns *events = shaper->records->events;

	if (!shaper->has_events || !shaper->records->lacks_events)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("report \"%s\" has no columns of %s", shaper->report,
					events->things),
			 errhint("%s", events->hint)));
}

/*
 * Makes the shaper of a query.
 */
AdpShaper *
adp_csv_rows_shaper(const AdpPlatform *platform, const AdpSettings *settings,
					const AdpQuery *query)
{
	Shaper *shaper = palloc0(sizeof(Shaper));
	int n = query->nfields;

	shaper->base.header = read_header;
	shaper->base.check = check_record;
	shaper->base.unfold = unfold;
	shaper->platform = platform;
	shaper->records = (const AdpCsvRows *) query->source->rows;
	shaper->formats = adp_formats_of(platform, query->source);
	shaper->settings = settings;
	shaper->report = query->source->name;
	shaper->ready_h = query->source->ready_h;
	shaper->ncells = n;
	shaper->columns = palloc0(Max(n, 1) * sizeof(AdpCsvColumn));
	shaper->cells = palloc0(Max(n, 1) * sizeof(CellPlan));
	for (int i = 0; i < n; i++)
		plan_cell(shaper, query->fields[i], &shaper->columns[i],
				  &shaper->cells[i]);
	note_checked(shaper, query);
	require_events(shaper);
	return &shaper->base;
}
