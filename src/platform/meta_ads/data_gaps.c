/*
 * data_gaps.c
 *	  What a platform answers with silence, or with a part, instead of an error.
 */
#include "postgres.h"

#include "base/words.h"
#include "platform/api/template.h"
#include "platform/days.h"
#include "platform/meta_ads/action_lists.h"
#include "platform/meta_ads/data_gaps.h"

/* What a gap has caught. */
typedef struct Catch
{
	const AdpPlatform *platform;
	const char *source;
	const char *breakdowns; /* of the table, those of actions included */
	const char *breakdown;	/* NULL: the gap does not look at them */
	const char *field;
} Catch;

/*
 * Finds a breakdown of the table that a gap looks for; false if it has none.
 */
static bool
catch_breakdown(const AdpDataGap *gap, Catch *catch)
{
	catch->breakdown = gap->breakdown
		? adp_words_find(catch->breakdowns, gap->breakdown)
		: NULL;
	return gap->breakdown == NULL || catch->breakdown != NULL;
}

/*
 * Finds a field of the query that a gap looks for; false if it has none.
 */
static bool
catch_field(const AdpDataGap *gap, const AdpQuery *query, Catch *catch)
{
	catch->field = NULL;
	if (gap->field == NULL)
		return true;
	for (int i = 0; i < query->nfields; i++)
	{
		if (!adp_words_match(query->fields[i], gap->field))
			continue;
		catch->field = query->fields[i];
		return true;
	}
	return false;
}

/*
 * A text of a gap with what it has caught; NULL for NULL.
 */
static char *
tell(const char *text, const Catch *catch)
{
	const AdpBlank blanks[] = {{"source", catch->source},
							   {"breakdowns", catch->breakdowns},
							   {"breakdown", catch->breakdown},
							   {"field", catch->field},
							   {NULL}};

	return text ? adp_template_fill(text, blanks) : NULL;
}

/*
 * Throws for days of which the platform keeps nothing, and does not say so.
 */
static void
check_reach(const AdpDataGap *gap, const Catch *catch, const char *since)
{
	const char *first = adp_days_months_ago(gap->months);

	if (strcmp(since, first) >= 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
			 errmsg("days before %s are outside the reach of platform \"%s\" for %s",
					first, catch->platform->name, tell(gap->message, catch)),
			 errdetail("The platform keeps them for %d months, and answers with nothing for days before.",
					   gap->months),
			 errhint("Ask for later days; keep older ones in a local copy.")));
}

/*
 * Deals with what a gap has caught before anything is asked for.
 */
static void
report_gap(const AdpDataGap *gap, const Catch *catch, const char *since)
{
	AdpError error = {0};

	switch (gap->kind)
	{
		case ADP_GAP_GONE:
			adp_error_set(&error, gap->class, tell(gap->message, catch),
						  tell(gap->detail, catch), tell(gap->hint, catch));
			adp_error_throw(&error);
			break;
		case ADP_GAP_REACH:
			check_reach(gap, catch, since);
			break;
		case ADP_GAP_PART:
			ereport(WARNING,
					(errmsg_internal("%s", tell(gap->message, catch)),
					 errdetail_internal("%s", tell(gap->detail, catch)),
					 errhint("%s", tell(gap->hint, catch))));
			break;
		case ADP_GAP_EMPTY:
		case ADP_GAP_PLAIN:
			break;
	}
}

/*
 * What the rows of a source are like.
 */
static const AdpMetaRows *
rows_of(const AdpSource *source)
{
	return (const AdpMetaRows *) source->rows;
}

/*
 * Throws for a breakdown as a field that the table does not ask for: its column
 * would be empty.
 */
static void
check_fields(const AdpPlatform *platform, const AdpSettings *settings,
			 const AdpQuery *query)
{
	const AdpActionLists *spec =
		rows_of(adp_platform_source(platform, query->source))->spec;

	for (int i = 0; i < query->nfields; i++)
	{
		const char *name = query->fields[i];
		const AdpField *field = adp_platform_field(platform, name);

		if (field == NULL || field->kind != ADP_KIND_SEGMENT ||
			strcmp(name, platform->day_field) == 0 ||
			adp_words_hold(spec->keys, name) ||
			adp_words_hold(settings->breakdowns, name))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
				 errmsg("field \"%s\" is a breakdown that the foreign table does not ask for",
						name),
				 errhint("Name it in option breakdowns of the table.")));
	}
}

/*
 * Whether a query has a field of a breakdown: its name, or a member of its value.
 */
static bool
has_field_of(const AdpQuery *query, const char *breakdown)
{
	Size len = strlen(breakdown);

	for (int i = 0; i < query->nfields; i++)
	{
		const char *name = query->fields[i];

		if (strncmp(name, breakdown, len) == 0 &&
			(name[len] == '\0' || name[len] == '.'))
			return true;
	}
	return false;
}

/*
 * Throws for a breakdown that the table asks for without a column.  Rows come by
 * it all the same, and nothing would tell them apart.
 */
static void
check_breakdowns(const AdpSettings *settings, const AdpQuery *query)
{
	char *rest = settings->breakdowns ? pstrdup(settings->breakdowns) : NULL;
	char *name;

	while ((name = adp_words_next(&rest, ",")) != NULL)
	{
		if (has_field_of(query, name))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
				 errmsg("the foreign table asks for breakdown \"%s\" but has no column for it",
						name),
				 errdetail("Its rows could not be told apart."),
				 errhint("Add a column with option field '%s', or take it out of option breakdowns.",
						 name)));
	}
}

/*
 * All breakdowns of a table, those of actions included; NULL: it has none.
 */
static const char *
all_breakdowns(const AdpSettings *settings)
{
	if (settings->breakdowns == NULL || settings->action_breakdowns == NULL)
		return settings->breakdowns ? settings->breakdowns
									: settings->action_breakdowns;
	return psprintf("%s,%s", settings->breakdowns, settings->action_breakdowns);
}

/*
 * Looks at a query before it is asked.
 */
void
adp_data_gaps_check(const AdpPlatform *platform, const AdpSource *source,
					const AdpSettings *settings, const AdpQuery *query,
					const char *since)
{
	const AdpDataGap *gap = rows_of(source)->gaps;
	Catch catch = {platform, query->source, all_breakdowns(settings)};

	check_fields(platform, settings, query);
	check_breakdowns(settings, query);
	adp_action_lists_check(rows_of(source)->spec, settings, query);
	for (; gap->kind != 0; gap++)
	{
		if (catch_breakdown(gap, &catch) && catch_field(gap, query, &catch))
			report_gap(gap, &catch, since);
	}
}

/*
 * Whether rows are missing that were asked for without values that the platform
 * refused.
 */
bool
adp_data_gaps_lacks_without_enums(const AdpSource *source,
								  const AdpSettings *settings)
{
	const AdpDataGap *gap = rows_of(source)->gaps;

	if (settings->deleted != NULL && strcmp(settings->deleted, "exclude") == 0)
		return false;
	while (gap->kind != 0 && gap->kind != ADP_GAP_PLAIN)
		gap++;
	return gap->kind == ADP_GAP_PLAIN;
}

/*
 * Looks at an answer.
 */
const char *
adp_data_gaps_doubt(const AdpPlatform *platform, const AdpSource *source,
					const AdpSettings *settings, const AdpQuery *query,
					int64 nrows, bool drops_enum_filters)
{
	const AdpDataGap *gap = rows_of(source)->gaps;
	Catch catch = {platform, query->source, all_breakdowns(settings)};

	for (; gap->kind != 0; gap++)
	{
		if ((gap->kind == ADP_GAP_PLAIN && drops_enum_filters) ||
			(gap->kind == ADP_GAP_EMPTY && nrows == 0 &&
			 catch_breakdown(gap, &catch)))
			return tell(gap->detail, &catch);
	}
	return NULL;
}
