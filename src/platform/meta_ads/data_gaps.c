/*
 * data_gaps.c
 *	  Requests that the platform answers incompletely, without an error.
 */
#include "postgres.h"

#include "base/words.h"
#include "platform/api/template.h"
#include "platform/days.h"
#include "platform/meta_ads/data_gaps.h"

/* The query and the parts of it that match a gap. */
typedef struct Match
{
	const AdpPlatform *platform;
	const char *source;
	const char *breakdowns; /* of the table, action breakdowns included */
	const char *breakdown;	/* NULL: the gap ignores breakdowns */
	const char *field;
} Match;

/*
 * Finds a breakdown of the table that matches a gap; false if none does.
 */
static bool
match_breakdown(const AdpDataGap *gap, Match *match)
{
	match->breakdown = gap->breakdown
		? adp_words_find(match->breakdowns, gap->breakdown)
		: NULL;
	return gap->breakdown == NULL || match->breakdown != NULL;
}

/*
 * Finds a field of the query that matches a gap; false if none does.
 */
static bool
match_field(const AdpDataGap *gap, const AdpQuery *query, Match *match)
{
	match->field = NULL;
	if (gap->field == NULL)
		return true;
	for (int i = 0; i < query->nfields; i++)
	{
		if (!adp_words_match(query->fields[i], gap->field))
			continue;
		match->field = query->fields[i];
		return true;
	}
	return false;
}

/*
 * Fills the blanks of a gap's text; NULL for NULL.
 */
static char *
fill_text(const char *text, const Match *match)
{
	const AdpBlank blanks[] = {{"source", match->source},
							   {"breakdowns", match->breakdowns},
							   {"breakdown", match->breakdown},
							   {"field", match->field},
							   {NULL}};

	return text ? adp_template_fill(text, blanks) : NULL;
}

/*
 * Throws for days without data, for which the platform returns no rows instead
 * of an error.
 */
static void
check_reach(const AdpDataGap *gap, const Match *match, const char *since)
{
	const char *first = adp_days_iso(adp_days_months_ago(gap->months));

	if (strcmp(since, first) >= 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
			 errmsg("days before %s are outside the reach of platform \"%s\" for %s",
					first, match->platform->name,
					fill_text(gap->message, match)),
			 errdetail("The platform keeps them for %d months, and returns no rows for earlier days.",
					   gap->months),
			 errhint("Ask for later days; keep older ones in a local copy.")));
}

/*
 * Raises the error or the warning of a gap that is known before the request.
 */
static void
report_gap(const AdpDataGap *gap, const Match *match, const char *since)
{
	AdpError error = {0};

	switch (gap->kind)
	{
		case ADP_GAP_GONE:
			adp_error_set(&error, gap->class, fill_text(gap->message, match),
						  fill_text(gap->detail, match),
						  fill_text(gap->hint, match));
			adp_error_throw(&error);
			break;
		case ADP_GAP_REACH:
			check_reach(gap, match, since);
			break;
		case ADP_GAP_PART:
			ereport(WARNING,
					(errmsg_internal("%s", fill_text(gap->message, match)),
					 errdetail_internal("%s", fill_text(gap->detail, match)),
					 errhint("%s", fill_text(gap->hint, match))));
			break;
		case ADP_GAP_EMPTY:
		case ADP_GAP_PLAIN:
			break;
	}
}

/*
 * Returns the form of a source's rows.
 */
static const AdpMetaRows *
rows_of(const AdpSource *source)
{
	return (const AdpMetaRows *) source->rows;
}

/*
 * Throws for a field that is a breakdown which the table does not request: its
 * column would be empty.
 */
static void
check_fields(const AdpPlatform *platform, const AdpSettings *settings,
			 const AdpQuery *query)
{
	const AdpActionLists *spec = rows_of(query->source)->spec;

	for (int i = 0; i < query->nfields; i++)
	{
		const char *name = query->fields[i];
		const AdpField *field = adp_platform_field(platform, name);

		if (field == NULL || field->kind != ADP_KIND_SEGMENT ||
			strcmp(name, platform->day_field) == 0 ||
			adp_words_hold(spec->keys, name) ||
			strcmp(name, spec->row_once) == 0 ||
			strcmp(name, spec->row_kind) == 0 ||
			adp_words_hold(settings->breakdowns,
						   pnstrdup(name, strcspn(name, "."))))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
				 errmsg("field \"%s\" is a breakdown that the foreign table does not ask for",
						name),
				 errhint("Name it in option breakdowns of the table.")));
	}
}

/*
 * Whether a query reads a breakdown: the field itself, or a member of its
 * value.
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
 * Throws for a requested breakdown without a column.  The platform splits rows
 * by it, and nothing would identify them.
 */
static void
check_breakdowns(const AdpSettings *settings, const AdpQuery *query)
{
	char *rest = settings->breakdowns ? pstrdup(settings->breakdowns) : NULL;
	char *name;

	while ((name = adp_words_next(&rest, ",")) != NULL)
	{
		if (has_field_of(query, name) || adp_words_hold(query->dropped, name))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
				 errmsg("the foreign table asks for breakdown \"%s\" but has no column for it",
						name),
				 errdetail("Several rows would have the same key."),
				 errhint("Add a column with option field '%s', or take it out of option breakdowns.",
						 name)));
	}
}

/*
 * Returns all breakdowns of a table, action breakdowns included; or NULL.
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
 * Checks a query before its requests.
 */
void
adp_data_gaps_check(const AdpPlatform *platform, const AdpSettings *settings,
					const AdpQuery *query, const char *since)
{
	const AdpDataGap *gap = rows_of(query->source)->gaps;
	Match match = {platform, query->source->name, all_breakdowns(settings)};

	check_fields(platform, settings, query);
	check_breakdowns(settings, query);
	adp_action_fields_check(rows_of(query->source)->spec, settings, query);
	for (; gap->kind != 0; gap++)
	{
		if (match_breakdown(gap, &match) && match_field(gap, query, &match))
			report_gap(gap, &match, since);
	}
}

/*
 * Whether requests without the values that the platform rejects lack rows.
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
 * Finds a gap in a response.
 */
const char *
adp_data_gaps_find(const AdpPlatform *platform, const AdpSettings *settings,
				   const AdpQuery *query, int64 nrows, bool drops_enum_filters)
{
	const AdpDataGap *gap = rows_of(query->source)->gaps;
	Match match = {platform, query->source->name, all_breakdowns(settings)};

	for (; gap->kind != 0; gap++)
	{
		if ((gap->kind == ADP_GAP_PLAIN && drops_enum_filters &&
			 adp_data_gaps_lacks_without_enums(query->source, settings)) ||
			(gap->kind == ADP_GAP_EMPTY && nrows == 0 &&
			 match_breakdown(gap, &match)))
			return fill_text(gap->detail, &match);
	}
	return NULL;
}
