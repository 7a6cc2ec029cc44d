/*
 * older_days.c
 *	  Days beyond the reach of files, of the reports that have two years.
 */
#include "postgres.h"

#include "base/guc.h"
#include "platform/days.h"
#include "platform/naver_searchad/early_rows.h"
#include "platform/naver_searchad/older_days.h"

/* The field that marks rows. */
#define MARK "vatRule"

/*
 * Returns the first day that has files.
 */
static DateADT
files_since(void)
{
	return adp_naver_today() - ADP_NAVER_FILES_DAYS + 1;
}

/*
 * Whether a day of a source comes from /stats because it has no files any more.
 */
bool
adp_naver_is_older(const AdpSource *source, DateADT day)
{
	return source->rows == &adp_naver_older_rows && day < files_since();
}

/*
 * Whether the days of a query begin with one.
 */
bool
adp_naver_older_begins(const AdpQuery *query)
{
	DateADT since;

	return query->has_day && query->since != NULL &&
		adp_naver_read_day(query->since, &since) &&
		adp_naver_is_older(query->source, since);
}

/*
 * Fails for a day that is not whole.
 */
AdpAssemblyStep
adp_naver_older_refuse(AdpAssembly *assembly, DateADT day, const char *why)
{
	adp_error_set(&assembly->error, ADP_ERR_REACH,
				  "platform \"naver_searchad\" has not all numbers of an older day any more",
				  psprintf("Account %s, %s: %s.", assembly->ask.account->id,
						   adp_days_iso(day), why),
				  "Ask for later days, or for campaigns in place of ad groups.");
	return ADP_ASSEMBLY_FAILED;
}

/*
 * Throws for columns that older days do not have, whichever days are asked for, and
 * for a table that would not show which rows are of such days.
 */
static void
check_columns(const AdpQuery *query)
{
	bool has_mark = false;

	for (int i = 0; i < query->ntable_fields; i++)
	{
		const char *field = query->table_fields[i];

		has_mark |= strcmp(field, MARK) == 0;
		if (!adp_naver_early_has_field(field))
			ereport(ERROR,
					(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
					 errmsg("report \"%s\" has no field \"%s\"",
							query->source->name, field),
					 errdetail("Days before the last %d come from /stats, which does not split numbers by it.",
							   ADP_NAVER_FILES_DAYS)));
	}
	if (!has_mark)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
				 errmsg("a table of report \"%s\" needs a column with field \"%s\"",
						query->source->name, MARK),
				 errdetail("It is \"%s\" in rows of days that may lack what was deleted since.",
						   ADP_NAVER_OF_STATS)));
}

/*
 * Checks the columns of a query, and warns of older days or throws for them.
 */
static void
check_query(const AdpPlatform *platform, const AdpSettings *settings,
			const AdpQuery *query, const char *since)
{
	const char *first = adp_days_iso(files_since());

	check_columns(query);
	if (!query->has_day || strcmp(since, first) >= 0)
		return;
	if (adp_guc_require_whole)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
				 errmsg("days before %s are outside the reach of platform \"%s\"",
						first, platform->name),
				 errdetail(
					 "They come from /stats and may lack what was deleted since, while adpipe.require_whole is on."),
				 errhint(
					 "Ask for later days; keep older ones in a local copy.")));
	ereport(WARNING,
			(errmsg("days before %s may lack campaigns and ad groups that were deleted since",
					first),
			 errdetail("Report \"%s\" has these days from /stats, which keeps numbers of what was deleted for some time only; column with field \"%s\" is \"%s\" in their rows.",
					   query->source->name, MARK, ADP_NAVER_OF_STATS)));
}

const AdpRowReader adp_naver_older_rows = {.check_query = check_query};
