/*
 * records.c
 *	  A kind of rows: records of a CSV body whose header names its columns.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "base/secret.h"
#include "platform/columns.h"
#include "platform/records.h"

/* Longest part of a body's first line that an error shows. */
#define SHOWN_MAX 80

/* Length of a date at the beginning of a time. */
#define DATE_LEN 10

/* How a column of a table gets its value. */
typedef enum Origin
{
	FROM_CELL,
	FROM_TIME, /* the date of a cell with a time */
	FROM_FAMILY,
	FROM_FAMILY_NAME,
	FROM_CURRENCY
} Origin;

typedef struct CellPlan
{
	Origin origin;
	int column; /* FROM_FAMILY: of the family */
	int nwords; /* that stand for no value */
	const char **words;
	uint32 *lens;
} CellPlan;

typedef struct Shaper
{
	AdpShaper base;
	const AdpPlatform *platform;
	const AdpRecords *records;
	const AdpSettings *settings;
	const char *report;
	bool has_families; /* a row is that of a family */
	int ncells;
	AdpNamedColumn *columns;
	CellPlan *cells;
} Shaper;

/* What the names of a body mean. */
typedef struct Header
{
	int *places;			/* per cell; -1: missing, or of no column */
	AdpFamilySet *families; /* NULL: there are none */
	int at;					/* family after the one given last */
	AdpCell currency;
} Header;

/*
 * Whether any name is one of a column that reports must have.
 */
static bool
is_report(const AdpPlatform *platform, const AdpCell *names, int nnames)
{
	for (const AdpField *field = platform->fields; field->name; field++)
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

	if (adp_failure_read_text(shaper->platform->failures, text, &failure))
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
 * Finds the families of a body, and the currency of its amounts.
 */
static bool
read_families(const Shaper *shaper, Header *header, const AdpAccount *account,
			  const AdpCell *names, int nnames, AdpError *error)
{
	const AdpFamilies *families = shaper->records->families;

	if (account->currency != NULL)
	{
		header->currency.data = account->currency;
		header->currency.len = (uint32) strlen(account->currency);
		header->currency.kind = ADP_CELL_STRING;
	}
	if (families == NULL)
		return true;
	header->families = adp_families_find(families, names, nnames, error);
	if (header->families == NULL)
		return false;
	if (header->families->currency.len > 0)
		header->currency = header->families->currency;
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

	if (!is_report(shaper->platform, names, ncells))
	{
		refuse_body(shaper, &names[0], error);
		return NULL;
	}
	header->places = palloc(Max(shaper->ncells, 1) * sizeof(int));
	if (!adp_columns_find(shaper->columns, shaper->ncells, names, ncells,
						  header->places, shaper->report, account, error) ||
		!read_families(shaper, header, account, names, ncells, error))
		return NULL;
	return header;
}

/*
 * Whether a cell stands for no value.
 */
static bool
is_none(const CellPlan *plan, const AdpCell *cell)
{
	if (cell->kind == ADP_CELL_NULL || cell->len == 0)
		return true;
	for (int i = 0; i < plan->nwords; i++)
	{
		if (cell->len == plan->lens[i] &&
			memcmp(cell->data, plan->words[i], cell->len) == 0)
			return true;
	}
	return false;
}

/*
 * The date of a cell with a time.  A row without one would be lost silently to
 * any condition on the day.
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
 * A value of a row, which is that of a family where there are any.
 */
static AdpCell
value_of(const Shaper *shaper, const Header *header, int i, int family,
		 const AdpCell *read)
{
	static const AdpCell none = {NULL, 0, ADP_CELL_NULL, false};
	const CellPlan *plan = &shaper->cells[i];
	int place = header->places[i];

	switch (plan->origin)
	{
		case FROM_CELL:
			break;
		case FROM_TIME:
			return date_of(shaper, i, &read[place]);
		case FROM_FAMILY:
			place =
				header->families
					->places[family * header->families->ncolumns + plan->column];
			break;
		case FROM_FAMILY_NAME:
			return header->families->names[family];
		case FROM_CURRENCY:
			return header->currency;
	}
	if (place < 0 || is_none(plan, &read[place]))
		return none;
	return read[place];
}

/*
 * Makes the rows of a record: one, or one for each family.
 */
static bool
unfold(AdpShaper *base, void *made, const AdpCell *read, int nth, AdpCell *cells)
{
	const Shaper *shaper = (const Shaper *) base;
	Header *header = made;
	int family = -1;

	if (shaper->has_families)
	{
		family = adp_families_next(header->families, read,
								   nth == 0 ? 0 : header->at);
		header->at = family + 1;
	}
	if (shaper->has_families ? family < 0 : nth > 0)
		return false;
	for (int i = 0; i < shaper->ncells; i++)
		cells[i] = value_of(shaper, header, i, family, read);
	return true;
}

/*
 * Where a field stands among those that words for no value can stand in.
 */
static int
place_of_none(const AdpField *field)
{
	if (field == NULL)
		return ADP_NONE_IN_OTHERS;
	if (field->type != ADP_FIELD_TEXT)
		return ADP_NONE_IN_NUMBERS;
	return (field->flags & ADP_FIELD_NO_NONE) != 0 ? ADP_NONE_IN_NAMES
												   : ADP_NONE_IN_TEXTS;
}

/*
 * Picks the words that stand for no value of a field.
 */
static void
plan_words(const AdpNoneWord *none, const AdpField *field, CellPlan *plan)
{
	int where = place_of_none(field);
	int n = 0;

	while (none[n].word != NULL)
		n++;
	plan->words = palloc(Max(n, 1) * sizeof(char *));
	plan->lens = palloc(Max(n, 1) * sizeof(uint32));
	for (int i = 0; i < n; i++)
	{
		if ((none[i].where & where) == 0)
			continue;
		plan->words[plan->nwords] = none[i].word;
		plan->lens[plan->nwords++] = (uint32) strlen(none[i].word);
	}
}

/*
 * Plans a field that families make; false if it is none.
 */
static bool
plan_family(const AdpFamilies *families, const char *name, CellPlan *plan)
{
	if (families == NULL)
		return false;
	plan->column = adp_families_column(families, name);
	if (plan->column >= 0)
		plan->origin = FROM_FAMILY;
	else if (strcmp(name, families->name) == 0)
		plan->origin = FROM_FAMILY_NAME;
	else if (strcmp(name, families->currency) == 0)
		plan->origin = FROM_CURRENCY;
	else
		return false;
	return true;
}

/*
 * Works out how a cell gets its value.
 */
static void
plan_cell(Shaper *shaper, const char *name, AdpNamedColumn *column,
		  CellPlan *plan)
{
	const AdpRecords *records = shaper->records;
	const AdpField *field = adp_platform_field(shaper->platform, name);

	plan_words(records->none, field, plan);
	if (plan_family(records->families, name, plan))
	{
		shaper->has_families |= plan->origin != FROM_CURRENCY;
		return;
	}
	column->name = name;
	column->is_required =
		field != NULL && (field->flags & ADP_FIELD_REQUIRED) != 0;
	if (records->time == NULL || strcmp(name, shaper->platform->day_field) != 0)
		return;
	column->name = records->time;
	column->is_required = true;
	plan->origin = FROM_TIME;
}

/*
 * Throws for fields of families over a source that cannot have them: it would
 * seem to be without any on every day.
 */
static void
require_families(const Shaper *shaper)
{
	const AdpFamilies *families = shaper->records->families;

	if (!shaper->has_families || !shaper->records->lacks_families)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("report \"%s\" has no columns of %s", shaper->report,
					families->things),
			 errhint("%s", families->hint)));
}

/*
 * Makes the shaper of a query.
 */
AdpShaper *
adp_records_shaper(const AdpPlatform *platform, const AdpRecords *records,
				   const AdpSettings *settings, const AdpQuery *query)
{
	Shaper *shaper = palloc0(sizeof(Shaper));
	int n = query->nfields;

	shaper->base.header = read_header;
	shaper->base.unfold = unfold;
	shaper->platform = platform;
	shaper->records = records;
	shaper->settings = settings;
	shaper->report = query->source;
	shaper->ncells = n;
	shaper->columns = palloc0(Max(n, 1) * sizeof(AdpNamedColumn));
	shaper->cells = palloc0(Max(n, 1) * sizeof(CellPlan));
	for (int i = 0; i < n; i++)
		plan_cell(shaper, query->fields[i], &shaper->columns[i],
				  &shaper->cells[i]);
	require_families(shaper);
	return &shaper->base;
}
