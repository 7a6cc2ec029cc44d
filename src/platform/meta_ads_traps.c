/*
 * meta_ads_traps.c
 *	  Meta Ads: what the platform answers with silence, told beforehand.
 *
 * The platform takes requests for windows, breakdowns and days that it no
 * longer has, and answers with less or nothing.  What it surely lacks is
 * refused here; what it may lack is warned of.  Dates are those of its
 * announcements.
 */
#include "postgres.h"

#include "platform/days.h"
#include "platform/meta_ads.h"

/* Months that the platform keeps, by what is asked for. */
#define HOURS_MONTHS 13
#define PEOPLE_MONTHS 13
#define FREQUENCY_MONTHS 6

/* Windows that are gone. */
typedef struct DeadWindow
{
	const char *prefix;
	const char *detail;
	const char *hint;
} DeadWindow;

static const DeadWindow dead_windows[] =
	{{"7d_view",
	  "The platform has no numbers for window 7d_view since 2026-01-12.",
	  "Use window 1d_view."},
	 {"28d_view",
	  "The platform has no numbers for window 28d_view since 2026-01-12.",
	  "Use window 1d_view."},
	 {"inline",
	  "The platform counts window inline into 1d_click and 1d_view since 2025-06-10.",
	  "Use window 1d_click."}};

/* Breakdowns for which an account must be opted in, or gets nothing. */
static const char *const opt_in[] =
	{"impression_device", "frequency_value",
	 "hourly_stats_aggregated_by_audience_time_zone"};

/* Counts of people and what is made of them. */
static const char *const people[] = {"reach", "frequency", "cpp"};

/*
 * Whether a field counts people of whom the platform keeps no record for hours,
 * and for breakdowns only for a while.
 */
static bool
is_unique(const char *field)
{
	return strncmp(field, "unique_", 7) == 0 ||
		strncmp(field, "cost_per_unique_", 16) == 0;
}

/*
 * Whether a field is reach, or made of it.
 */
static bool
is_reach(const char *field)
{
	for (int i = 0; i < (int) lengthof(people); i++)
	{
		if (strcmp(people[i], field) == 0)
			return true;
	}
	return false;
}

/*
 * Throws for a window that is gone.
 */
static void
check_window(const char *field)
{
	AdpTallyField split;

	adp_tallies_split(&adp_meta_ads_tallies, field, &split);
	if (split.window == NULL)
		return;
	for (int i = 0; i < (int) lengthof(dead_windows); i++)
	{
		const DeadWindow *dead = &dead_windows[i];

		if (strncmp(split.window, dead->prefix, strlen(dead->prefix)) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("field \"%s\" is of an attribution window that is gone",
							field),
					 errdetail_internal("%s", dead->detail),
					 errhint("%s", dead->hint)));
	}
}

/*
 * Throws for a breakdown that the table does not ask for.
 */
static void
check_breakdown(const AdpSettings *settings, const char *name)
{
	const AdpField *field = adp_platform_field(&adp_meta_ads, name);

	if (field == NULL || field->kind != ADP_KIND_SEGMENT ||
		strcmp(name, META_DAY) == 0 || strcmp(name, META_ACTION_TYPE) == 0 ||
		adp_meta_ads_lists(settings->breakdowns, name))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("field \"%s\" is a breakdown that the foreign table does not ask for",
					name),
			 errhint("Name it in option breakdowns of the table.")));
}

/*
 * Throws for days of which the platform keeps nothing, and does not say so.
 */
static void
check_reach(const char *since, const char *what, int months)
{
	const char *first = adp_days_months_ago(months);

	if (strcmp(since, first) >= 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
			 errmsg("days before %s are outside the reach of platform \"meta_ads\" for %s",
					first, what),
			 errdetail("The platform keeps them for %d months, and answers with nothing for days before.",
					   months),
			 errhint("Ask for later days; keep older ones in a local copy.")));
}

/*
 * Checks one field of a report.
 */
static void
check_field(const AdpSettings *settings, const char *field, const char *since)
{
	check_window(field);
	check_breakdown(settings, field);
	if (adp_meta_ads_is_hourly(settings) &&
		(is_reach(field) || is_unique(field)))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
				 errmsg("field \"%s\" is not told by hour", field),
				 errdetail(
					 "The platform gives 0 or nothing for numbers of people in an hour."),
				 errhint("Read it from a table without the hourly breakdown.")));
	if (settings->breakdowns != NULL && is_unique(field))
		check_reach(since, "numbers of people by breakdowns", PEOPLE_MONTHS);
}

/*
 * Whether a field is made of actions.
 */
static bool
is_of_actions(const char *field)
{
	AdpTallyField split;

	adp_tallies_split(&adp_meta_ads_tallies, field, &split);
	return split.kind != ADP_TALLY_PLAIN;
}

/*
 * Warns of actions that a breakdown hides.
 */
static void
warn_of_hidden(const AdpSettings *settings, const AdpQuery *query)
{
	if (!adp_meta_ads_hides_outside(settings))
		return;
	for (int i = 0; i < query->nfields; i++)
	{
		if (!is_of_actions(query->fields[i]))
			continue;
		ereport(WARNING,
				(errmsg("platform \"meta_ads\" does not tell actions from outside Meta by breakdown \"%s\"",
						settings->breakdowns),
				 errdetail("Field \"%s\" is NULL where the platform tells nothing; what it tells may be a part.",
						   query->fields[i]),
				 errhint("Read actions from a table without that breakdown.")));
		return;
	}
}

/*
 * Refuses what the platform would answer with silence.
 */
void
adp_meta_ads_check_query(const AdpSettings *settings, const AdpQuery *query,
						 const char *since)
{
	if (!adp_meta_ads_is_report(query->source))
		return;
	if (adp_meta_ads_lists(settings->breakdowns, "dma"))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("breakdown \"dma\" is gone"),
				 errdetail(
					 "The platform has replaced it on 2026-06-22, and answers with nothing."),
				 errhint("Use breakdown comscore_market.")));
	for (int i = 0; i < query->nfields; i++)
		check_field(settings, query->fields[i], since);
	if (adp_meta_ads_is_hourly(settings))
		check_reach(since, "hours", HOURS_MONTHS);
	if (adp_meta_ads_lists(settings->breakdowns, "frequency_value"))
		check_reach(since, "breakdown frequency_value", FREQUENCY_MONTHS);
	warn_of_hidden(settings, query);
}

/*
 * Why rows may be missing: the platform refused to look for what is deleted, or
 * the account is not opted in.
 */
const char *
adp_meta_ads_doubt(const AdpSettings *settings, const AdpQuery *query,
				   int64 nrows, bool is_plain)
{
	if (!adp_meta_ads_is_report(query->source))
		return NULL;
	if (is_plain && strcmp(query->source, "account") != 0)
		return "It did not take DELETED as a status to ask for, so rows of what is deleted are missing.";
	for (int i = 0; nrows == 0 && i < (int) lengthof(opt_in); i++)
	{
		if (adp_meta_ads_lists(settings->breakdowns, opt_in[i]))
			return psprintf("Since 2026-08-06 accounts must be opted in to breakdown %s; others get no rows and no error.",
							opt_in[i]);
	}
	return NULL;
}
