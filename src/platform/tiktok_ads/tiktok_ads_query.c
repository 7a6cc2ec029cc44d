/*
 * tiktok_ads_query.c
 *	  TikTok Ads: parameters of requests for reports and lists.
 *
 * By default reports and lists leave out what is deleted, so that the sums of
 * levels differ; a filter asks for all statuses.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "base/words.h"
#include "platform/api/request.h"
#include "platform/tiktok_ads/tiktok_ads.h"

/* Maximum number of ids in a filter, as the platform documents it. */
#define VALUES_MAX 100

/* The platform's filters on ids. */
#define ID_FILTERS "campaign_id,adgroup_id,ad_id"

/* Dimensions of reports that are not about the people who saw an ad. */
#define BASIC_DIMENSIONS \
	TIKTOK_ACCOUNT \
	"," ID_FILTERS "," TIKTOK_DAY ",stat_time_hour,country_code,ad_type"

#define PROMOTED "[\"PROMOTE\"]"

/*
 * Returns a text as a JSON string.
 */
static char *
json_text(const char *text)
{
	StringInfoData out;

	initStringInfo(&out);
	escape_json(&out, text);
	return out.data;
}

/*
 * Appends a filter of a report, whose list of values is JSON in a text; or a
 * member of the filter of a list.
 */
static void
append_filter(StringInfo out, bool is_report, const char *name,
			  const char *value)
{
	appendStringInfoString(out, out->len > 0 ? "," : "");
	if (is_report)
		appendStringInfo(out,
						 "{\"field_name\":\"%s\",\"filter_type\":\"IN\",\"filter_value\":%s}",
						 name, json_text(value));
	else
		appendStringInfo(out, "\"%s\":%s", name, value);
}

/*
 * Returns the most values of a condition on a field of a source.
 */
int
adp_tiktok_ads_values_max(const AdpSource *source, const AdpField *field)
{
	return strcmp(adp_tiktok_ads_level(source)->id, TIKTOK_ACCOUNT) != 0 &&
			adp_words_hold(ID_FILTERS, field->name)
		? VALUES_MAX
		: 0;
}

/*
 * Appends the conditions on ids.  There is no filter for NOT IN: adpipe checks it
 * itself.
 */
static void
append_conditions(StringInfo out, bool is_report, const AdpQuery *query)
{
	for (int i = 0; i < query->nconditions; i++)
	{
		const AdpCondition *condition = &query->conditions[i];

		if (condition->op == ADP_OP_IN)
			append_filter(out, is_report,
						  psprintf("%ss", condition->field->name),
						  adp_params_texts(condition->values,
										   condition->nvalues));
	}
}

/*
 * Adds the filter: all statuses, the conditions, and whether promoted objects are
 * wanted.  At the level of accounts the platform counts everything.
 */
static void
add_filtering(AdpParams *params, const AdpQuery *query, bool is_promoted)
{
	const AdpTiktokLevel *level = adp_tiktok_ads_level(query->source);
	bool is_report = level->data_level != NULL;
	StringInfoData out;

	if (strcmp(level->id, TIKTOK_ACCOUNT) == 0)
		return;
	initStringInfo(&out);
	if (is_report)
		append_filter(&out, true, level->status, "[\"STATUS_ALL\"]");
	else
		append_filter(&out, false, "primary_status", "\"STATUS_ALL\"");
	append_conditions(&out, is_report, query);
	if (is_promoted)
		append_filter(&out, is_report, "campaign_system_origins", PROMOTED);
	adp_params_add(params, "filtering",
				   psprintf(is_report ? "[%s]" : "{%s}", out.data));
}

/*
 * Whether a report is about the people who saw an ad.
 */
static bool
is_of_audience(const AdpQuery *query)
{
	for (int i = 0; i < query->nfields; i++)
	{
		if (adp_tiktok_ads_is_dimension(query->source, query->fields[i]) &&
			!adp_words_hold(BASIC_DIMENSIONS, query->fields[i]))
			return true;
	}
	return false;
}

/*
 * Returns what a report is split by and what it counts, as lists of words.  Without
 * metrics the platform would choose some.
 */
void
adp_tiktok_ads_list_fields(const AdpQuery *query, StringInfo dimensions,
						   StringInfo metrics)
{
	initStringInfo(dimensions);
	initStringInfo(metrics);
	adp_words_add(dimensions, adp_tiktok_ads_level(query->source)->id);
	for (int i = 0; i < query->nfields; i++)
		adp_words_add(adp_tiktok_ads_is_dimension(query->source,
												  query->fields[i])
						  ? dimensions
						  : metrics,
					  query->fields[i]);
	if (metrics->len == 0)
		adp_words_add(metrics, query->source->filler);
}

/*
 * Adds what a report is split by and what it counts.
 */
static void
add_fields(AdpParams *params, const AdpQuery *query)
{
	StringInfoData dimensions;
	StringInfoData metrics;

	adp_tiktok_ads_list_fields(query, &dimensions, &metrics);
	adp_params_add(params, "dimensions", adp_params_array(dimensions.data));
	adp_params_add(params, "metrics", adp_params_array(metrics.data));
}

/*
 * Adds the days of a report.  Without a day it is the whole life.
 */
static void
add_days(AdpParams *params, const AdpQuery *query)
{
	if (!query->has_day)
	{
		adp_params_add(params, "query_lifetime", "true");
		return;
	}
	adp_params_add(params, "start_date", query->since);
	adp_params_add(params, "end_date", query->until);
}

/*
 * Adds the fields of a list.  Each row names its account and itself.
 */
static void
add_list_fields(AdpParams *params, const AdpQuery *query)
{
	StringInfoData fields;

	initStringInfo(&fields);
	adp_words_add(&fields, TIKTOK_ACCOUNT);
	adp_words_add(&fields, adp_tiktok_ads_level(query->source)->id);
	for (int i = 0; i < query->nfields; i++)
		adp_words_add(&fields, query->fields[i]);
	adp_params_add(params, "fields", adp_params_array(fields.data));
}

/*
 * Adds all parameters but those of the page.
 */
static void
add_all(AdpParams *params, const AdpQuery *query, bool is_promoted)
{
	const AdpTiktokLevel *level = adp_tiktok_ads_level(query->source);

	if (level->data_level == NULL)
		add_list_fields(params, query);
	else
	{
		adp_params_add(params, "report_type",
					   is_of_audience(query) ? "AUDIENCE" : "BASIC");
		adp_params_add(params, "data_level", level->data_level);
		add_fields(params, query);
		add_days(params, query);
	}
	add_filtering(params, query, is_promoted);
}

/*
 * Adds the parameters of the first request.
 */
void
adp_tiktok_ads_add_params(AdpParams *params, const AdpSettings *settings,
						  const AdpQuery *query, bool drops_enum_filters)
{
	add_all(params, query, false);
}

/*
 * Writes the request for a page.
 */
void
adp_tiktok_ads_page_request(const AdpPageAsk *ask, AdpApiRequest *out)
{
	AdpParams params;

	adp_params_init(&params, true);
	add_all(&params, ask->query, adp_tiktok_ads_asks_promoted(ask->token));
	out->method = "GET";
	out->path = adp_params_join(adp_request_path(ask->query->source->path,
												 ask->settings, ask->query,
												 ask->account, NULL),
								&params);
}
