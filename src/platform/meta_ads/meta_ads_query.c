/*
 * meta_ads_query.c
 *	  Meta Ads: parameters of requests for reports and lists.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "base/words.h"
#include "platform/meta_ads/meta_ads.h"

/*
 * Maximum number of values in a condition, which is part of a URL.  The platform
 * does not publish a limit; fifty ids are about 1,400 characters.
 */
#define VALUES_MAX 50

/* A list's objects and statuses; by default it omits some statuses. */
typedef struct Edge
{
	const char *source;
	const char *thing;
	const char *statuses; /* lists reject DELETED */
} Edge;

#define SHARED_STATUSES "ACTIVE,PAUSED,ARCHIVED,IN_PROCESS,WITH_ISSUES"

static const Edge edges[] =
	{{"campaigns", "campaign", SHARED_STATUSES},
	 {"adsets", "adset", SHARED_STATUSES ",CAMPAIGN_PAUSED"},
	 {"ads", "ad",
	  SHARED_STATUSES ",CAMPAIGN_PAUSED,ADSET_PAUSED,DISAPPROVED,"
					  "PENDING_REVIEW,PREAPPROVED,PENDING_BILLING_INFO"}};

/*
 * Returns the list of a source or of a report's grain, or NULL.
 */
static const Edge *
find_edge(const char *name)
{
	for (const Edge *edge = edges; edge < edges + lengthof(edges); edge++)
	{
		if (strcmp(edge->source, name) == 0 || strcmp(edge->thing, name) == 0)
			return edge;
	}
	return NULL;
}

/*
 * Whether a source is a report, whose rows have action lists.
 */
static bool
is_report(const AdpSource *source)
{
	return source->rows != NULL;
}

/*
 * Adds the requested names of a report's field.  Days and breakdowns are
 * always returned, and requesting them as fields is an error.
 */
static void
add_report_field(StringInfo fields, StringInfo windows,
				 const AdpSettings *settings, const char *field)
{
	const AdpActionLists *spec = &adp_meta_ads_action_lists;
	const char *members[ADP_ACTION_MEMBERS];
	AdpActionField split;
	int n;

	if (strcmp(field, META_DAY) == 0 || strcmp(field, META_LAST_DAY) == 0 ||
		adp_words_hold(settings->breakdowns,
					   pnstrdup(field, strcspn(field, "."))))
		return;
	adp_action_field_split(spec, settings, field, &split);
	n = adp_action_field_members(spec, settings, &split, members);
	for (int i = 0; i < n; i++)
		adp_words_add(fields, members[i]);
	if (split.window == NULL)
		return;
	adp_words_add(windows, spec->default_window);
	adp_words_add(windows, split.window);
}

/*
 * Adds the requested names of a list's fields.  Of a referenced object, only
 * the members that the query reads are requested.
 */
static void
add_list_fields(AdpParams *params, const AdpQuery *query)
{
	StringInfoData fields;
	StringInfoData creative;

	initStringInfo(&fields);
	initStringInfo(&creative);
	for (int i = 0; i < query->nfields; i++)
	{
		const char *field = query->fields[i];

		if (strncmp(field, "creative.", 9) == 0)
			adp_words_add(&creative,
						  pnstrdup(field + 9, strcspn(field + 9, ".")));
		else
			adp_words_add(&fields, pnstrdup(field, strcspn(field, ".")));
	}
	/* each object names its account; an event of a log does not */
	if (query->source->day_field == NULL)
		adp_words_add(&fields, "account_id");
	if (creative.len > 0)
		appendStringInfo(&fields, "%screative{%s}", fields.len > 0 ? "," : "",
						 creative.data);
	adp_params_add(params, "fields", fields.data);
}

/*
 * Returns the platform's name of a field in conditions: "campaign.id" for
 * campaign_id of a report, and for id of a list of campaigns.  NULL if the
 * platform accepts no condition on it.
 */
static const char *
filter_name(const AdpSource *source, const AdpField *field)
{
	const Edge *edge = find_edge(source->name);
	int len = (int) strlen(field->name) - 3;

	if (!is_report(source))
		return edge != NULL && strcmp(field->name, "id") == 0
			? psprintf("%s.id", edge->thing)
			: NULL;
	return field->type == ADP_FIELD_ID && len > 0 &&
			strcmp(field->name + len, "_id") == 0
		? psprintf("%.*s.id", len, field->name)
		: NULL;
}

/*
 * Returns the most values of a condition on a field of a source.
 */
int
adp_meta_ads_values_max(const AdpSource *source, const AdpField *field)
{
	return filter_name(source, field) != NULL ? VALUES_MAX : 0;
}

/*
 * Appends a filter; values is a JSON array.
 */
static void
append_filter(StringInfo out, const char *name, const char *op,
			  const char *values)
{
	appendStringInfo(out,
					 "%s{\"field\":\"%s\",\"operator\":\"%s\",\"value\":%s}",
					 out->len > 0 ? "," : "[", name, op, values);
}

/*
 * Whether option deleted of the table is 'exclude'.
 */
static bool
is_excluding(const AdpSettings *settings)
{
	return settings->deleted != NULL &&
		strcmp(settings->deleted, "exclude") == 0;
}

/*
 * Adds the conditions.  By default a report omits archived and deleted
 * objects, so their statuses are requested; drops_enum_filters: without
 * DELETED.
 */
static void
add_filtering(AdpParams *params, const AdpQuery *query, bool drops_enum_filters)
{
	const Edge *edge = find_edge(query->source->name);
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < query->nconditions; i++)
	{
		const AdpCondition *condition = &query->conditions[i];

		append_filter(&out, filter_name(query->source, condition->field),
					  condition->op == ADP_OP_IN ? "IN" : "NOT_IN",
					  adp_params_texts(condition->values, condition->nvalues));
	}
	if (is_report(query->source) && edge != NULL)
		append_filter(&out, psprintf("%s.effective_status", edge->thing), "IN",
					  adp_params_array(
						  psprintf("%s%s", edge->statuses,
								   drops_enum_filters ? "" : ",DELETED")));
	if (out.len > 0)
		adp_params_add(params, "filtering", psprintf("%s]", out.data));
}

/*
 * Whether a field reads an action list that action breakdowns split.  The
 * platform rejects action breakdowns in a request without such a field.
 */
static bool
is_of_actions(const AdpSettings *settings, const char *name)
{
	AdpActionField split;

	adp_action_field_split(&adp_meta_ads_action_lists, settings, name, &split);
	return (split.kind != ADP_ACTION_PLAIN && split.kind != ADP_ACTION_HOUR) ||
		adp_words_hold(adp_meta_ads_action_lists.additive, name) ||
		adp_words_match(name,
						"(cost_per_)?(unique_)?(action|conversion)s?(_type)?");
}

/*
 * Adds the account and the keys of a report's rows, which costs nothing.
 */
static void
add_grain(StringInfo fields, const AdpQuery *query)
{
	const Edge *edge = find_edge(query->source->name);

	if (fields->len == 0)
		adp_words_add(fields, "impressions");
	adp_words_add(fields, "account_id");
	if (edge != NULL)
		adp_words_add(fields, psprintf("%s_id", edge->thing));
}

/*
 * Returns the breakdowns of a table that a query asks for; or NULL.
 */
static const char *
asked_breakdowns(const AdpSettings *settings, const AdpQuery *query)
{
	char *rest = settings->breakdowns ? pstrdup(settings->breakdowns) : NULL;
	StringInfoData asked;
	char *name;

	initStringInfo(&asked);
	while ((name = adp_words_next(&rest, ",")) != NULL)
	{
		if (!adp_words_hold(query->dropped, name))
			adp_words_add(&asked, name);
	}
	return asked.len > 0 ? asked.data : NULL;
}

/*
 * Returns how the rows of a report divide its days.  A range of whole weeks
 * starts on a Monday.
 */
static const char *
time_increment(AdpPeriod period)
{
	switch (period)
	{
		case ADP_PERIOD_DAY:
			return "1";
		case ADP_PERIOD_WEEK:
			return "7";
		case ADP_PERIOD_MONTH:
			return "monthly";
		case ADP_PERIOD_ALL:
			break;
	}
	return "all_days";
}

/*
 * Adds the days of a report and the number of rows for them: one per day, week
 * or month, or one for all.  Without a day it is all days that the platform keeps.
 */
static void
add_days(AdpParams *params, const AdpQuery *query)
{
	if (!query->has_day)
	{
		adp_params_add(params, "date_preset", "maximum");
		return;
	}
	adp_params_add(params, "time_range",
				   psprintf("{\"since\":\"%s\",\"until\":\"%s\"}", query->since,
							query->until));
	adp_params_add(params, "time_increment",
				   query->drops_day ? "all_days"
									: time_increment(query->period));
}

/*
 * Adds the parameters of a report.
 */
static void
add_report(AdpParams *params, const AdpSettings *settings,
		   const AdpQuery *query, bool drops_enum_filters)
{
	StringInfoData fields;
	StringInfoData windows;
	bool has_actions = false;

	initStringInfo(&fields);
	initStringInfo(&windows);
	for (int i = 0; i < query->nfields; i++)
	{
		add_report_field(&fields, &windows, settings, query->fields[i]);
		has_actions |= is_of_actions(settings, query->fields[i]);
	}
	add_grain(&fields, query);
	adp_params_add(params, "level", query->source->name);
	add_days(params, query);
	adp_params_add(params, "fields", fields.data);
	adp_params_add(params, "breakdowns", asked_breakdowns(settings, query));
	if (has_actions)
		adp_params_add(params, "action_breakdowns", settings->action_breakdowns);
	add_filtering(params, query, drops_enum_filters || is_excluding(settings));
	if (windows.len > 0)
		adp_params_add(params, "action_attribution_windows",
					   adp_params_array(windows.data));
}

/*
 * Adds all parameters of a source but those of the page.
 */
void
adp_meta_ads_add_params(AdpParams *params, const AdpSettings *settings,
						const AdpQuery *query, bool drops_enum_filters)
{
	const Edge *edge = find_edge(query->source->name);

	if (is_report(query->source))
	{
		add_report(params, settings, query, drops_enum_filters);
		return;
	}
	add_list_fields(params, query);
	if (edge == NULL)
		return;
	adp_params_add(params, "effective_status", adp_params_array(edge->statuses));
	add_filtering(params, query, false);
}

/*
 * Returns the reason why the name of a field is malformed, or NULL.  Of an
 * element of an action list, only the list's name becomes part of a request;
 * the type is free text, since advertisers name their events.  Of a member of
 * a creative, the whole name becomes part of a request.
 */
const char *
adp_meta_ads_check_field(const char *name)
{
	static const char rule[] =
		"A field is the platform's name for the column, such as spend, or an element of a list, such as actions.purchase.";

	if (strncmp(name, "creative.", 9) == 0)
		return adp_words_match(name, "[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)*") ? NULL
																		 : rule;
	return adp_words_match(name, "[A-Za-z0-9_]+(\\..+)?") ? NULL : rule;
}

/*
 * Option check of action_breakdowns.
 */
const char *
adp_meta_ads_check_keys(const char *value)
{
	StringInfoData seen;
	char *rest = pstrdup(value);
	char *word;

	initStringInfo(&seen);
	while ((word = adp_words_next(&rest, ",")) != NULL)
	{
		if (!adp_words_hold(META_ACTION_KEYS, word))
			return psprintf("\"%s\" is not an action breakdown. Give some of: %s.",
							word, META_ACTION_KEYS);
		if (adp_words_hold(seen.data, word))
			return psprintf("\"%s\" is listed twice.", word);
		adp_words_add(&seen, word);
	}
	return NULL;
}
