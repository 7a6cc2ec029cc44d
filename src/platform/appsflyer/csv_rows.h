/*
 * csv_rows.h
 *	  Rows of a CSV body whose header names its columns.
 *
 * Fields are names of columns.  A body must have the columns that are
 * ADP_FIELD_REQUIRED; of any other missing column the table shows NULL, with a
 * notice.  A body without a single required column is not a report.  Errors
 * are also: two columns of one name, a row of a day that was not requested,
 * and an amount in another currency than the account's.  Values are passed on
 * unchanged, except words that mean NULL, and whole numbers written as 12.0 or
 * 12,000.
 */
#ifndef ADP_PLATFORM_APPSFLYER_CSV_ROWS_H
#define ADP_PLATFORM_APPSFLYER_CSV_ROWS_H

#include "platform/api/api_types.h"
#include "platform/appsflyer/event_columns.h"
#include "platform/platform.h"
#include "platform/row_reader.h"

/* The form of a source's rows; see AdpSource. */
typedef struct AdpCsvRows
{
	AdpRowReader base;

	/*
	 * The column with a time whose date is the day; it is required, and begins
	 * with the date.  NULL: the day has a column of its own.
	 */
	const char *time;

	/* Each body is about the one day of its request, and has no column for it. */
	bool is_of_one_day;

	/*
	 * The column with an amount, and the one with its currency.  NULL: rows do
	 * not report a currency.  Rows without the amount may have any currency.
	 */
	const char *amount;
	const char *amount_currency;

	/*
	 * Returns the names of a field's column, see AdpCsvColumn; a body must then
	 * have the column.  NULL, and a NULL result: the field's name.
	 */
	const char *(*names_of)(const char *field);

	/*
	 * Returns of how many days after the row's day a field's value is: it is
	 * NULL until that day is ready.  NULL: there are none.
	 */
	int (*days_after)(const char *field);

	const AdpEventColumns *events; /* NULL: without events */
	bool lacks_events;			   /* event fields are an error */
} AdpCsvRows;

/* The callback make_shaper of AdpRowReader, for AdpCsvRows. */
extern AdpShaper *adp_csv_rows_shaper(const AdpPlatform *platform,
									  const AdpSettings *settings,
									  const AdpQuery *query);

#endif /* ADP_PLATFORM_APPSFLYER_CSV_ROWS_H */
