/*
 * meta_ads_query.c
 *	  Meta Ads: requests for reports and lists.
 *
 * One writer makes the text that EXPLAIN shows and what is sent, so that they
 * cannot differ but in their encoding.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/json.h"

#include "net/url.h"
#include "platform/meta_ads.h"

/* Rows of a page: of reports, of lists, of lists with large members. */
#define REPORT_PAGE 500
#define LIST_PAGE 100
#define HEAVY_PAGE 25

/* Most values of a condition, since it stands in a URL. */
#define VALUES_MAX 50

/* Members of things that make their pages heavy. */
static const char *const heavy_fields[] = {"targeting", "asset_feed_spec",
										   "object_story_spec"};

/* A list of the things themselves. */
typedef struct Edge
{
	const char *source;
	const char *thing;	  /* prefix of its fields in conditions; NULL: none */
	const char *statuses; /* to be asked for; no list takes DELETED */
} Edge;

#define SHARED_STATUSES "ACTIVE,PAUSED,ARCHIVED,IN_PROCESS,WITH_ISSUES"

static const Edge edges[] = {{"campaigns", "campaign", SHARED_STATUSES},
							 {"adsets", "adset",
							  SHARED_STATUSES ",CAMPAIGN_PAUSED"},
							 {"ads", "ad",
							  SHARED_STATUSES
							  ",CAMPAIGN_PAUSED,ADSET_PAUSED,DISAPPROVED,"
							  "PENDING_REVIEW,PREAPPROVED,PENDING_BILLING_INFO"},
							 {"creatives", NULL, NULL}};

/* Parameters being written. */
typedef struct Params
{
	StringInfoData text;
	bool is_encoded;
} Params;

/*
 * The list of things that a source is; NULL if it is a report or an account.
 */
static const Edge *
find_edge(const char *source)
{
	for (int i = 0; i < (int) lengthof(edges); i++)
	{
		if (strcmp(edges[i].source, source) == 0)
			return &edges[i];
	}
	return NULL;
}

/*
 * Whether a source is a report.
 */
bool
adp_meta_ads_is_report(const char *source)
{
	return find_edge(source) == NULL && strcmp(source, "accounts") != 0;
}

/*
 * Whether a comma list, perhaps NULL, holds a word.
 */
bool
adp_meta_ads_lists(const char *list, const char *word)
{
	Size len = strlen(word);

	while (list != NULL && *list != '\0')
	{
		Size item = strcspn(list, ",");

		if (item == len && strncmp(list, word, len) == 0)
			return true;
		list += item + (list[item] == ',');
	}
	return false;
}

/*
 * Whether the rows are of hours.
 */
bool
adp_meta_ads_is_hourly(const AdpSettings *settings)
{
	return adp_meta_ads_lists(settings->breakdowns,
							  "hourly_stats_aggregated_by_advertiser_time_zone") ||
		adp_meta_ads_lists(settings->breakdowns,
						   "hourly_stats_aggregated_by_audience_time_zone");
}

/*
 * Whether the breakdowns are such that actions from outside Meta are not told.
 */
bool
adp_meta_ads_hides_outside(const AdpSettings *settings)
{
	return adp_meta_ads_is_hourly(settings) ||
		adp_meta_ads_lists(settings->breakdowns, "region");
}

/*
 * Adds a parameter.
 */
static void
add_param(Params *params, const char *name, const char *value)
{
	if (params->text.len > 0)
		appendStringInfoChar(&params->text, '&');
	appendStringInfo(&params->text, "%s=", name);
	if (params->is_encoded)
		adp_url_append(&params->text, value);
	else
		appendStringInfoString(&params->text, value);
}

/*
 * Adds a word to a comma list unless it is there.
 */
static void
add_word(StringInfo list, const char *word)
{
	if (adp_meta_ads_lists(list->data, word))
		return;
	if (list->len > 0)
		appendStringInfoChar(list, ',');
	appendStringInfoString(list, word);
}

/*
 * Appends a comma list as a JSON array of strings.
 */
static void
append_array(StringInfo out, const char *list)
{
	char *rest = pstrdup(list);
	char *item;
	const char *glue = "[";

	while ((item = strsep(&rest, ",")) != NULL)
	{
		appendStringInfoString(out, glue);
		escape_json(out, item);
		glue = ",";
	}
	appendStringInfoChar(out, ']');
}

/*
 * What has to be asked for a report's field.
 */
static void
add_report_field(StringInfo fields, const AdpSettings *settings,
				 const char *field)
{
	AdpTallyField split;
	const char *members[ADP_TALLY_MEMBERS];
	int n;

	adp_tallies_split(&adp_meta_ads_tallies, field, &split);
	n = adp_tallies_members(&adp_meta_ads_tallies, &split, members);
	/* days and breakdowns come by themselves, and may not be asked for */
	if (split.kind == ADP_TALLY_PLAIN &&
		(strcmp(field, META_DAY) == 0 || strcmp(field, "date_stop") == 0 ||
		 adp_meta_ads_lists(settings->breakdowns, field)))
		return;
	for (int i = 0; i < n; i++)
		add_word(fields, members[i]);
}

/*
 * The fields of a report.
 */
static char *
report_fields(const AdpSettings *settings, const AdpQuery *query)
{
	StringInfoData fields;

	initStringInfo(&fields);
	for (int i = 0; i < query->nfields; i++)
		add_report_field(&fields, settings, query->fields[i]);
	if (fields.len == 0)
		appendStringInfoString(&fields, "impressions");
	return fields.data;
}

/*
 * The fields of a list.  Of another thing that one refers to, only the members
 * wanted are asked for.
 */
static char *
list_fields(const AdpQuery *query)
{
	StringInfoData fields;
	StringInfoData creative;

	initStringInfo(&fields);
	initStringInfo(&creative);
	for (int i = 0; i < query->nfields; i++)
	{
		const char *field = query->fields[i];

		if (strncmp(field, "creative.", 9) == 0)
			add_word(&creative, pnstrdup(field + 9, strcspn(field + 9, ".")));
		else
			add_word(&fields, pnstrdup(field, strcspn(field, ".")));
	}
	if (creative.len > 0)
		appendStringInfo(&fields, "%screative{%s}", fields.len > 0 ? "," : "",
						 creative.data);
	return fields.data;
}

/*
 * The attribution windows that columns name, with the default one; NULL if
 * none does.
 */
static char *
windows(const AdpQuery *query)
{
	StringInfoData list;
	StringInfoData out;

	initStringInfo(&list);
	for (int i = 0; i < query->nfields; i++)
	{
		AdpTallyField split;

		adp_tallies_split(&adp_meta_ads_tallies, query->fields[i], &split);
		if (split.window == NULL)
			continue;
		add_word(&list, "default");
		add_word(&list, split.window);
	}
	if (list.len == 0)
		return NULL;
	initStringInfo(&out);
	append_array(&out, list.data);
	return out.data;
}

/*
 * What the platform calls a field in conditions of a source: "campaign.id" for
 * campaign_id of a report, and for id of a list of campaigns; NULL if it takes
 * none.
 */
static const char *
filter_name(const char *source, const AdpField *field)
{
	const Edge *edge = find_edge(source);
	Size len = strlen(field->name);

	if (edge != NULL)
		return edge->thing != NULL && strcmp(field->name, "id") == 0
			? psprintf("%s.id", edge->thing)
			: NULL;
	if (field->type != ADP_FIELD_ID || len < 4 ||
		strcmp(field->name + len - 3, "_id") != 0)
		return NULL;
	return psprintf("%s.id", pnstrdup(field->name, len - 3));
}

/*
 * Appends one filter.
 */
static void
append_filter(StringInfo out, const char *name, const char *operator)
{
	appendStringInfoString(out, out->len > 0 ? "," : "[");
	appendStringInfo(out, "{\"field\":\"%s\",\"operator\":\"%s\",\"value\":",
					 name, operator);
}

/*
 * Appends a condition.  One that cannot be sent is left out: all are checked
 * here as well.
 */
static void
append_condition(StringInfo out, const char *source,
				 const AdpCondition *condition)
{
	const char *name = filter_name(source, condition->field);

	if (name == NULL || condition->nvalues > VALUES_MAX)
		return;
	append_filter(out, name, condition->op == ADP_OP_IN ? "IN" : "NOT_IN");
	for (int i = 0; i < condition->nvalues; i++)
	{
		appendStringInfoChar(out, i == 0 ? '[' : ',');
		escape_json(out, condition->values[i]);
	}
	appendStringInfoString(out, "]}");
}

/*
 * Appends the filter without which a report leaves out what is archived or
 * deleted.  An older setting of the platform does not take DELETED there.
 */
static void
append_statuses(StringInfo out, const char *level, bool is_plain)
{
	for (int i = 0; i < (int) lengthof(edges); i++)
	{
		if (edges[i].thing == NULL || strcmp(edges[i].thing, level) != 0)
			continue;
		append_filter(out, psprintf("%s.effective_status", level), "IN");
		append_array(out,
					 is_plain ? edges[i].statuses
							  : psprintf("%s,DELETED", edges[i].statuses));
		appendStringInfoChar(out, '}');
	}
}

/*
 * Adds the conditions.
 */
static void
add_filtering(Params *params, const AdpQuery *query, bool is_plain)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < query->nconditions; i++)
		append_condition(&out, query->source, &query->conditions[i]);
	if (find_edge(query->source) == NULL)
		append_statuses(&out, query->source, is_plain);
	if (out.len == 0)
		return;
	appendStringInfoChar(&out, ']');
	add_param(params, "filtering", out.data);
}

/*
 * Adds what makes a report, apart from its pages.  Without a day its rows are
 * totals of all that the platform keeps.
 */
static void
add_report(Params *params, const AdpSettings *settings, const AdpQuery *query,
		   bool is_plain)
{
	const char *list = windows(query);

	add_param(params, "level", query->source);
	if (query->has_day)
	{
		add_param(params, "time_range",
				  psprintf("{\"since\":\"%s\",\"until\":\"%s\"}", query->since,
						   query->until));
		add_param(params, "time_increment", "1");
	}
	else
		add_param(params, "date_preset", "maximum");
	add_param(params, "fields", report_fields(settings, query));
	if (settings->breakdowns != NULL)
		add_param(params, "breakdowns", settings->breakdowns);
	add_filtering(params, query, is_plain);
	if (list != NULL)
		add_param(params, "action_attribution_windows", list);
}

/*
 * Adds what makes a list, apart from its pages.
 */
static void
add_list(Params *params, const AdpQuery *query)
{
	const Edge *edge = find_edge(query->source);

	add_param(params, "fields", list_fields(query));
	if (edge != NULL && edge->statuses != NULL)
	{
		StringInfoData statuses;

		initStringInfo(&statuses);
		append_array(&statuses, edge->statuses);
		add_param(params, "effective_status", statuses.data);
		add_filtering(params, query, false);
	}
}

/*
 * Adds the parameters of a source.
 */
static void
add_source(Params *params, const AdpSettings *settings, const AdpQuery *query,
		   bool is_plain)
{
	if (adp_meta_ads_is_report(query->source))
		add_report(params, settings, query, is_plain);
	else
		add_list(params, query);
}

/*
 * The last part of the path.
 */
static const char *
path_end(const char *source)
{
	if (adp_meta_ads_is_report(source))
		return "/insights";
	if (strcmp(source, "accounts") == 0)
		return "";
	return strcmp(source, "creatives") == 0 ? "/adcreatives"
											: psprintf("/%s", source);
}

/*
 * The request as EXPLAIN shows it.
 */
char *
adp_meta_ads_query_text(const AdpSettings *settings, const AdpQuery *query)
{
	Params params = {.is_encoded = false};

	initStringInfo(&params.text);
	add_source(&params, settings, query, false);
	return psprintf("/%s/act_<account>%s?%s", settings->api_version,
					path_end(query->source), params.text.data);
}

/*
 * Rows of a page where the engine does not say.
 */
static int
usual_page(const AdpQuery *query)
{
	if (adp_meta_ads_is_report(query->source))
		return REPORT_PAGE;
	for (int i = 0; i < query->nfields; i++)
	{
		for (int j = 0; j < (int) lengthof(heavy_fields); j++)
		{
			if (strcmp(query->fields[i], heavy_fields[j]) == 0)
				return HEAVY_PAGE;
		}
	}
	return LIST_PAGE;
}

/*
 * Adds which page is wanted.
 */
static void
add_page(Params *params, const AdpPageAsk *ask)
{
	int size = usual_page(ask->query) >> ask->halvings;

	add_param(params, "limit", psprintf("%d", Max(size, 1)));
	if (ask->token != NULL)
		add_param(params, "after", ask->token);
}

/*
 * The request for a page.  Of a finished run nothing but the page is said.
 */
void
adp_meta_ads_page_request(const AdpPageAsk *ask, AdpApiRequest *out)
{
	const AdpSettings *settings = ask->settings;
	const char *source = ask->query->source;
	Params params = {.is_encoded = true};

	initStringInfo(&params.text);
	out->method = "GET";
	if (ask->job == NULL)
		add_source(&params, settings, ask->query, ask->is_plain);
	if (strcmp(source, "accounts") != 0)
		add_page(&params, ask);
	if (ask->job != NULL)
		out->path = psprintf("/%s/%s/insights?%s", settings->api_version,
							 ask->job, params.text.data);
	else
		out->path =
			psprintf("/%s/act_%s%s?%s", settings->api_version, ask->account->id,
					 path_end(source), params.text.data);
}

/*
 * The request that starts a run of a report.
 */
void
adp_meta_ads_start_request(const AdpPageAsk *ask, AdpApiRequest *out)
{
	Params params = {.is_encoded = true};

	initStringInfo(&params.text);
	add_report(&params, ask->settings, ask->query, ask->is_plain);
	out->method = "POST";
	out->path = psprintf("/%s/act_%s/insights", ask->settings->api_version,
						 ask->account->id);
	out->body = params.text.data;
	out->content_type = "application/x-www-form-urlencoded";
}
