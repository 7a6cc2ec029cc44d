/*
 * row.c
 *	  Converts rows of cells to rows of Datums.
 *
 * An absent value is zero for an additive metric, the empty array for a
 * repeated field, and NULL for all other columns.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "mb/pg_wchar.h"
#include "nodes/value.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/secret.h"
#include "fdw/datum.h"
#include "fdw/row.h"
#include "platform/account.h"
#include "platform/periods.h"

/* Decimals of a unit in micros. */
#define MICROS_SCALE 6

/* Longest part of a value that an error quotes. */
#define VALUE_SHOWN_MAX 60

/* Longest part of it that is looked through for secrets. */
#define VALUE_READ_MAX 8192

/* How one column is filled. */
typedef struct ColumnPlan
{
	const AdpTableColumn *column;
	int cell;	   /* -1: value is known without a request */
	bool is_minor; /* shifts by the decimals of the account's currency */
	bool absent_is_zero;
	AdpNoneWords none; /* that mean NULL */
	AdpDatumReader reader;
} ColumnPlan;

struct AdpConverter
{
	const AdpTable *table;
	int natts;
	int nplans;
	ColumnPlan *plans;
	const ColumnPlan *current; /* for the error context */
	const AdpAccount *account; /* account whose currency the plans use */

	/* cells with the ends of the row's period; -1: those of the request */
	int start_cell;
	int end_cell;
	AdpDatumReader day_reader;
	AdpDateRange period; /* of the row */

	AttrNumber day_attno; /* not 0: the day is the first of the request, since
						   * rows do not name it */
};

/*
 * Whether values are millionths that the column shows as units.  A field that
 * is not in the catalogue is judged by the platforms' naming rules.
 */
static bool
shows_units(const AdpTableColumn *column)
{
	static const char suffix[] = "_micros";
	Size len = strlen(column->field_name);

	if (column->type != NUMERICOID && column->type != FLOAT8OID &&
		column->type != FLOAT4OID)
		return false;
	if (column->field != NULL)
		return (column->field->flags & ADP_FIELD_MICROS) != 0;
	return len > strlen(suffix) &&
		strcmp(column->field_name + len - strlen(suffix), suffix) == 0;
}

/*
 * Sets how a column is read.
 */
static void
plan_column(ColumnPlan *plan, const AdpTableColumn *column, int cell,
			const AdpFormats *formats, MemoryContext cxt)
{
	plan->column = column;
	plan->cell = cell;
	plan->none = adp_none_words(formats, column->field);
	adp_datum_reader_init(&plan->reader, column->type, column->typmod, formats,
						  cxt);
	plan->reader.scale = shows_units(column) ? MICROS_SCALE : 0;
	plan->is_minor = adp_column_is_minor(column);
	plan->absent_is_zero = column->field != NULL &&
		(column->field->flags & ADP_FIELD_ABSENT_0) != 0;
}

/*
 * Returns the index of a field in the requested fields; -1 if it is missing.
 */
static int
field_index(List *fields, const char *name)
{
	for (int i = 0; i < list_length(fields); i++)
	{
		if (strcmp(strVal(list_nth(fields, i)), name) == 0)
			return i;
	}
	return -1;
}

/*
 * Sets how the ends of the row's period are read.
 */
static void
plan_period(AdpConverter *converter, List *fields, const AdpFormats *formats,
			MemoryContext cxt)
{
	const AdpTable *table = converter->table;
	const char *start = adp_table_period_field(table, fields);
	const char *end = table->platform->period_end;

	converter->start_cell = start ? field_index(fields, start) : -1;
	converter->end_cell = start && end ? field_index(fields, end) : -1;
	adp_datum_reader_init(&converter->day_reader, DATEOID, -1, formats, cxt);
}

/*
 * Makes a converter.
 */
AdpConverter *
adp_converter_create(MemoryContext cxt, const AdpTable *table, List *fields)
{
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpConverter *converter = palloc0(sizeof(AdpConverter));
	const AdpFormats *formats = adp_formats_of(table->platform, table->source);

	converter->table = table;
	converter->plans = palloc0(Max(table->ncolumns, 1) * sizeof(ColumnPlan));
	for (int i = 0; i < table->ncolumns; i++)
	{
		const AdpTableColumn *column = &table->columns[i];
		int cell = field_index(fields, column->field_name);

		converter->natts = Max(converter->natts, column->attno);
		if (cell >= 0 || adp_column_is_known(column))
		{
			ColumnPlan *plan = &converter->plans[converter->nplans++];

			plan_column(plan, column, cell, formats, cxt);
		}
		else if (column == table->day && column->is_grain &&
				 column->type == DATEOID)
			converter->day_attno = column->attno;
	}
	plan_period(converter, fields, formats, cxt);
	MemoryContextSwitchTo(old);
	return converter;
}

/*
 * Error context callback: names the column.
 */
static void
column_context(void *arg)
{
	const AdpConverter *converter = arg;

	if (converter->current != NULL)
		errcontext("column \"%s\" of foreign table \"%s\", field \"%s\"",
				   converter->current->column->name, converter->table->name,
				   converter->current->column->field_name);
}

/*
 * Takes the secrets of the server and the mapping out of a text, and all of it if
 * it begins as an access token does.
 */
static const char *
without_secrets(const AdpTable *table, const char *text)
{
	const AdpPlatform *platform = table->platform;

	if (adp_platform_marks_secret(platform, text))
		return "***";
	for (const AdpOption *option = platform->options; option->name; option++)
	{
		const char *secret = option->is_secret
			? adp_setting(table->settings, option->offset)
			: NULL;

		text = adp_secret_redact(text, &secret, 1);
	}
	return text;
}

/*
 * Returns the part of a value that an error quotes, cut at a character.
 */
static char *
shown_value(const AdpConverter *converter, const AdpCell *cell)
{
	const char *text =
		without_secrets(converter->table,
						pnstrdup(cell->data, Min(cell->len, VALUE_READ_MAX)));
	int total = (int) strlen(text);
	int len = pg_mbcliplen(text, total, VALUE_SHOWN_MAX);

	return psprintf("%s%s", pnstrdup(text, len), len < total ? "..." : "");
}

/*
 * Throws for a value that does not fit.
 */
static void
refuse_cell(const AdpConverter *converter, const ColumnPlan *plan,
			const AdpCell *cell)
{
	bool is_range = adp_datum_is_number(cell) && adp_cell_is_decimal(cell);

	ereport(ERROR,
			(errcode(is_range ? ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE
							  : ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("value \"%s\" of field \"%s\" does not fit column \"%s\" of foreign table \"%s\"",
					shown_value(converter, cell), plan->column->field_name,
					plan->column->name, converter->table->name),
			 errdetail("The column's type is %s.",
					   format_type_with_typemod(plan->column->type,
												plan->column->typmod)),
			 errhint(
				 "Type text holds any single value without the character NUL, jsonb any value.")));
}

/*
 * Fills a column whose value is known without a request.
 */
static void
fill_known(const AdpConverter *converter, const ColumnPlan *plan,
		   const AdpAccount *account, Datum *value, bool *isnull)
{
	AdpCell cell = {NULL, 0, ADP_CELL_STRING, false};
	const AdpDateRange *period = &converter->period;

	switch (plan->column->field->flags & ADP_FIELD_KNOWN)
	{
		case ADP_FIELD_PLATFORM:
			cell.data = converter->table->platform->name;
			break;
		case ADP_FIELD_ACCOUNT:
			cell.data = account->id;
			break;
		case ADP_FIELD_PERIOD_START:
			cell.data = adp_days_iso(period->since);
			break;
		case ADP_FIELD_PERIOD_END:
			cell.data = adp_days_iso(period->until);
			break;
		case ADP_FIELD_ACCOUNT_NAME:
			cell.data = account->name;
			break;
		case ADP_FIELD_ACCOUNT_CURRENCY:
			cell.data = account->currency;
			break;
		case ADP_FIELD_ACCOUNT_ZONE:
			cell.data = account->time_zone;
			break;
		case ADP_FIELD_ACCOUNT_SYSTEM:
			cell.data = account->system;
			break;
		case ADP_FIELD_ACCOUNT_RETARGETING:
			cell.data = account->retargeting;
			break;
	}
	if (cell.data == NULL)
		return;
	cell.len = (uint32) strlen(cell.data);
	if (!adp_datum_read(&plan->reader, &cell, value))
		refuse_cell(converter, plan, &cell);
	*isnull = false;
}

/*
 * Whether a text is a time before 1970.  Platforms use it for a missing value
 * where no real value can be that old.
 */
static bool
is_before_1970(const AdpCell *cell)
{
	Datum time;
	int len;
	char *text = adp_cell_text(cell, &len);

	if (text == NULL || len < 16 ||
		(strncmp(text, "19", 2) != 0 && strncmp(text, "0", 1) != 0))
		return false;
	time = DirectFunctionCall3(timestamptz_in, CStringGetDatum(text),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	return timestamptz_to_time_t(DatumGetTimestampTz(time)) < 0;
}

/*
 * Whether a column has no value in a row.
 */
static bool
is_unset(const ColumnPlan *plan, const AdpCell *cell)
{
	const AdpField *field = plan->column->field;

	return cell->kind == ADP_CELL_ABSENT || cell->kind == ADP_CELL_NULL ||
		adp_none_words_hold(&plan->none, cell) ||
		(field != NULL && (field->flags & ADP_FIELD_SINCE_1970) != 0 &&
		 cell->kind == ADP_CELL_STRING && is_before_1970(cell));
}

/*
 * Fills one column.
 */
static void
fill_column(const AdpConverter *converter, const ColumnPlan *plan,
			const AdpCell *cell, Datum *value, bool *isnull)
{
	static const AdpCell zero = {"0", 1, ADP_CELL_NUMBER, false};
	static const AdpCell none = {"[]", 2, ADP_CELL_ARRAY, false};

	if (is_unset(plan, cell))
	{
		if (plan->absent_is_zero)
			cell = &zero;
		else if (plan->reader.is_array)
			cell = &none;
		else
			return;
	}
	if (!adp_datum_read(&plan->reader, cell, value))
		refuse_cell(converter, plan, cell);
	*isnull = false;
}

/*
 * Sets the currency by which columns in smallest units are shifted.
 */
static void
turn_to_account(AdpConverter *converter, const AdpAccount *account)
{
	const AdpPlatform *platform = converter->table->platform;

	converter->account = account;
	for (int i = 0; i < converter->nplans; i++)
	{
		ColumnPlan *plan = &converter->plans[i];

		if (!plan->is_minor)
			continue;
		if (account->currency == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_FDW_UNABLE_TO_CREATE_REPLY),
					 errmsg("platform \"%s\" did not report the currency of account %s",
							platform->name, account->id)));
		plan->reader.scale =
			adp_account_minor_digits(platform, account->currency);
	}
}

/*
 * Reads a day from a cell.  Returns false if it is none.
 */
static bool
read_day(const AdpConverter *converter, const AdpCell *cell, DateADT *day)
{
	Datum value;

	if (cell->kind != ADP_CELL_STRING ||
		!adp_datum_read(&converter->day_reader, cell, &value))
		return false;
	*day = DatumGetDateADT(value);
	return true;
}

/*
 * Sets the period of a row.  Throws if the row does not cover a whole period of
 * the request: the platform has cut it.
 */
static void
set_period(AdpConverter *converter, const AdpCell *cells,
		   const AdpDateRange *days)
{
	AdpPeriod kind = converter->table->period;
	AdpDateRange *period = &converter->period;
	DateADT end;

	*period = *days;
	if (converter->start_cell < 0)
		return;
	if (read_day(converter, &cells[converter->start_cell], &period->since))
	{
		period->until = end = adp_period_next(kind, period->since) - 1;
		if (adp_period_start(kind, period->since) == period->since &&
			period->since >= days->since && period->until <= days->until &&
			(converter->end_cell < 0 ||
			 (read_day(converter, &cells[converter->end_cell], &end) &&
			  end == period->until)))
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
			 errmsg("a row of foreign table \"%s\" does not cover one %s",
					converter->table->name, adp_period_word(kind)),
			 errdetail("Account %s was asked for %s to %s; the row starts with \"%s\".",
					   converter->account->id, adp_days_iso(days->since),
					   adp_days_iso(days->until),
					   shown_value(converter, &cells[converter->start_cell]))));
}

/*
 * Converts a row.
 */
void
adp_converter_row(AdpConverter *converter, const AdpCell *cells,
				  const AdpAccount *account, const AdpDateRange *days,
				  Datum *values, bool *nulls)
{
	ErrorContextCallback callback;

	callback.callback = column_context;
	callback.arg = converter;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	memset(nulls, true, converter->natts * sizeof(bool));
	if (account != converter->account)
		turn_to_account(converter, account);
	if (converter->table->period != ADP_PERIOD_DAY)
		set_period(converter, cells, days);
	if (converter->day_attno > 0)
	{
		values[converter->day_attno - 1] = DateADTGetDatum(days->since);
		nulls[converter->day_attno - 1] = false;
	}
	for (int i = 0; i < converter->nplans; i++)
	{
		const ColumnPlan *plan = &converter->plans[i];
		int att = plan->column->attno - 1;

		converter->current = plan;
		if (plan->cell < 0)
			fill_known(converter, plan, account, &values[att], &nulls[att]);
		else
			fill_column(converter, plan, &cells[plan->cell], &values[att],
						&nulls[att]);
	}
	converter->current = NULL;
	error_context_stack = callback.previous;
}
