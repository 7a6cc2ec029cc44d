/*
 * csv_rows.h
 *	  A kind of rows: records of a CSV body whose header names its columns.
 *
 * Fields are the names of columns.  A column that is ADP_FIELD_REQUIRED must be
 * there, of any other that is missing the table shows NULL, with a notice; a
 * body without a single one that is required is no report at all.  Two columns
 * of one name are an error, and so are a row of a day that was not asked for and
 * an amount in another currency than the account's.  Values are passed on as
 * they stand, but for words that mean none, and whole numbers that are written
 * as 12.0 or 12,000.
 */
#ifndef ADP_PLATFORM_APPSFLYER_CSV_ROWS_H
#define ADP_PLATFORM_APPSFLYER_CSV_ROWS_H

#include "platform/api/api_types.h"
#include "platform/appsflyer/event_columns.h"
#include "platform/platform.h"
#include "platform/row_reader.h"

/* Where a word stands for no value. */
#define ADP_NONE_IN_NUMBERS 0x01 /* fields of any type but text */
#define ADP_NONE_IN_NAMES 0x02	 /* texts with flag ADP_FIELD_NO_NONE */
#define ADP_NONE_IN_TEXTS 0x04	 /* all other texts */
#define ADP_NONE_IN_OTHERS 0x08	 /* what the catalogue does not list */

typedef struct AdpNoneWord
{
	const char *word; /* NULL: end of the list */
	int where;
} AdpNoneWord;

/* What the records of a source are like; see AdpSource. */
typedef struct AdpCsvRows
{
	AdpRowReader base;
	const AdpNoneWord *none; /* beside the empty cell */

	/*
	 * Where the day is that of a time: the column with it, which is required
	 * and begins with the date.  NULL: the day has a column.
	 */
	const char *time;

	/*
	 * Where rows state the currency of an amount: both columns.  NULL: they do
	 * not.  Rows without the amount may state any currency.
	 */
	const char *amount;
	const char *amount_currency;

	const AdpEventColumns *families; /* NULL: there are none */
	bool lacks_families; /* the source; fields of theirs are refused */
} AdpCsvRows;

/* The callback of AdpRowReader, whose source has an AdpCsvRows. */
extern AdpShaper *adp_csv_rows_shaper(const AdpPlatform *platform,
									  const AdpSource *source,
									  const AdpSettings *settings,
									  const AdpQuery *query);

#endif /* ADP_PLATFORM_APPSFLYER_CSV_ROWS_H */
