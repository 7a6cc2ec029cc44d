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

/* What a trap has caught. */
typedef struct Catch
{
	const AdpPlatform *platform;
	const char *source;
	const char *breakdowns; /* of the table, those of actions included */
	const char *breakdown;	/* NULL: the trap does not look at them */
	const char *field;
} Catch;

/*
 * Finds a breakdown of the table that a trap looks for; false if it has none.
 */
static bool
catch_breakdown(const AdpTrap *trap, Catch *catch)
{
	catch->breakdown = trap->breakdown
		? adp_words_find(catch->breakdowns, trap->breakdown)
		: NULL;
	return trap->breakdown == NULL || catch->breakdown != NULL;
}

/*
 * Finds a field of the query that a trap looks for; false if it has none.
 */
static bool
catch_field(const AdpTrap *trap, const AdpQuery *query, Catch *catch)
{
	catch->field = NULL;
	if (trap->field == NULL)
		return true;
	for (int i = 0; i < query->nfields; i++)
	{
		if (!adp_words_match(query->fields[i], trap->field))
			continue;
		catch->field = query->fields[i];
		return true;
	}
	return false;
}

/*
 * A text of a trap with what it has caught; NULL for NULL.
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
check_reach(const AdpTrap *trap, const Catch *catch, const char *since)
{
	const char *first = adp_days_months_ago(trap->months);

	if (strcmp(since, first) >= 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
			 errmsg("days before %s are outside the reach of platform \"%s\" for %s",
					first, catch->platform->name, tell(trap->message, catch)),
			 errdetail("The platform keeps them for %d months, and answers with nothing for days before.",
					   trap->months),
			 errhint("Ask for later days; keep older ones in a local copy.")));
}

/*
 * Deals with what a trap has caught before anything is asked for.
 */
static void
spring(const AdpTrap *trap, const Catch *catch, const char *since)
{
	AdpError error = {0};

	switch (trap->kind)
	{
		case ADP_TRAP_GONE:
			adp_error_set(&error, trap->class, tell(trap->message, catch),
						  tell(trap->detail, catch), tell(trap->hint, catch));
			adp_error_throw(&error);
			break;
		case ADP_TRAP_REACH:
			check_reach(trap, catch, since);
			break;
		case ADP_TRAP_PART:
			ereport(WARNING,
					(errmsg_internal("%s", tell(trap->message, catch)),
					 errdetail_internal("%s", tell(trap->detail, catch)),
					 errhint("%s", tell(trap->hint, catch))));
			break;
		case ADP_TRAP_EMPTY:
		case ADP_TRAP_PLAIN:
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
	const AdpTallies *tallies =
		rows_of(adp_platform_source(platform, query->source))->tallies;

	for (int i = 0; i < query->nfields; i++)
	{
		const char *name = query->fields[i];
		const AdpField *field = adp_platform_field(platform, name);

		if (field == NULL || field->kind != ADP_KIND_SEGMENT ||
			strcmp(name, platform->day_field) == 0 ||
			adp_words_hold(tallies->keys, name) ||
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
adp_traps_check(const AdpPlatform *platform, const AdpSource *source,
				const AdpSettings *settings, const AdpQuery *query,
				const char *since)
{
	const AdpTrap *trap = rows_of(source)->traps;
	Catch catch = {platform, query->source, all_breakdowns(settings)};

	check_fields(platform, settings, query);
	check_breakdowns(settings, query);
	adp_tallies_check(rows_of(source)->tallies, settings, query);
	for (; trap->kind != 0; trap++)
	{
		if (catch_breakdown(trap, &catch) && catch_field(trap, query, &catch))
			spring(trap, &catch, since);
	}
}

/*
 * Whether rows are missing that were asked for without values that the platform
 * refused.
 */
bool
adp_traps_lacks_if_plain(const AdpSource *source, const AdpSettings *settings)
{
	const AdpTrap *trap = rows_of(source)->traps;

	if (settings->deleted != NULL && strcmp(settings->deleted, "exclude") == 0)
		return false;
	while (trap->kind != 0 && trap->kind != ADP_TRAP_PLAIN)
		trap++;
	return trap->kind == ADP_TRAP_PLAIN;
}

/*
 * Looks at an answer.
 */
const char *
adp_traps_doubt(const AdpPlatform *platform, const AdpSource *source,
				const AdpSettings *settings, const AdpQuery *query, int64 nrows,
				bool is_plain)
{
	const AdpTrap *trap = rows_of(source)->traps;
	Catch catch = {platform, query->source, all_breakdowns(settings)};

	for (; trap->kind != 0; trap++)
	{
		if ((trap->kind == ADP_TRAP_PLAIN && is_plain) ||
			(trap->kind == ADP_TRAP_EMPTY && nrows == 0 &&
			 catch_breakdown(trap, &catch)))
			return tell(trap->detail, &catch);
	}
	return NULL;
}
