/*
 * appsflyer_query.c
 *	  AppsFlyer: the parameters of a table's requests.
 *
 * Whatever a statement reads, the request of a table stays the same, so that
 * one cached response serves all statements.  It depends on two properties of
 * the table: retargeting in place of acquisition (aggregates only, raw data
 * have reports of their own for it), and the columns that raw reports contain
 * on request only.
 */
#include "postgres.h"

#include "base/words.h"
#include "platform/appsflyer/appsflyer.h"
#include "platform/appsflyer/master.h"
#include "platform/appsflyer/skan.h"

#define HINT_RAW \
	"Raw data of retargeting are reports of their own: installs-retarget, in-app-events-retarget and ad-revenue-raw-retarget."
#define HINT_REDOWNLOADS \
	"SKAdNetwork knows redownloads only: column is_redownload of report " ADP_SKAN_POSTBACKS \
	"."

/* A column that parameter additional_fields must request. */
typedef struct Added
{
	const char *header;
	const char *name; /* in the parameter */
} Added;

static const Added added_fields[] =
	{{"Store Reinstall", "store_reinstall"},
	 {"Impressions", "impressions"},
	 {"Contributor 3 Match Type", "contributor3_match_type"},
	 {"Custom Dimension", "custom_dimension"},
	 {"Conversion Type", "conversion_type"},
	 {"Google Play Click Time", "gp_click_time"},
	 {"Match Type", "match_type"},
	 {"Mediation Network", "mediation_network"},
	 {"OAID", "oaid"},
	 {"Deeplink URL", "deeplink_url"},
	 {"Blocked Reason", "blocked_reason"},
	 {"Blocked Sub Reason", "blocked_sub_reason"},
	 {"Google Play Broadcast Referrer", "gp_broadcast_referrer"},
	 {"Google Play Install Begin Time", "gp_install_begin"},
	 {"Campaign Type", "campaign_type"},
	 {"Custom Data", "custom_data"},
	 {"Rejected Reason", "rejected_reason"},
	 {"Device Download Time", "device_download_time"},
	 {"Keyword Match Type", "keyword_match_type"},
	 {"Contributor 1 Match Type", "contributor1_match_type"},
	 {"Contributor 2 Match Type", "contributor2_match_type"},
	 {"Device Model", "device_model"},
	 {"Monetization Network", "monetization_network"},
	 {"Segment", "segment"},
	 {"Is LAT", "is_lat"},
	 {"Google Play Referrer", "gp_referrer"},
	 {"Blocked Reason Value", "blocked_reason_value"},
	 {"Store Product Page", "store_product_page"},
	 {"Device Category", "device_category"},
	 {"App Type", "app_type"},
	 {"Rejected Reason Value", "rejected_reason_value"},
	 {"Ad Unit", "ad_unit"},
	 {"Keyword ID", "keyword_id"},
	 {"Placement", "placement"},
	 {"Network Account ID", "network_account_id"},
	 {"Install App Store", "install_app_store"},
	 {"Amazon Fire ID", "amazon_aid"},
	 {"ATT", "att"},
	 {"Engagement Type", "engagement_type"},
	 {"Contributor 1 Engagement Type", "contributor1_engagement_type"},
	 {"Contributor 2 Engagement Type", "contributor2_engagement_type"},
	 {"Contributor 3 Engagement Type", "contributor3_engagement_type"},
	 {"GDPR Applies", "gdpr_applies"},
	 {"Ad User Data Enabled", "ad_user_data_enabled"},
	 {"Ad Personalization Enabled", "ad_personalization_enabled"},
	 {"Total Candidates", "total_candidates"},
	 {"Engagement Destination", "engagement_destination"}};

/* Fields that raw reports lack; a request that names one is an error. */
typedef struct Lack
{
	const char *reports; /* comma-separated; NULL: end of the list */
	const char *names;	 /* of additional fields, comma-separated */
} Lack;

#define ASSISTS \
	"contributor1_engagement_type,contributor2_engagement_type," \
	"contributor3_engagement_type"
#define CONSENT "ad_personalization_enabled,ad_user_data_enabled,gdpr_applies"
#define KINDS "campaign_type,conversion_type,custom_dimension"
#define STORE "store_product_page"
#define DESTINATION "engagement_destination"
#define POSTBACK "app_type," DESTINATION ",total_candidates," KINDS

static const Lack lacks[] =
	{{"in_app_events_report,in-app-events-retarget", ASSISTS},
	 {"organic_installs_report,reinstalls_organic", DESTINATION "," STORE},
	 {"organic_in_app_events_report", ASSISTS "," DESTINATION ",is_lat," STORE},
	 {"uninstall_events_report",
	  ASSISTS ",app_type,att," CONSENT "," KINDS "," STORE},
	 {"organic_uninstall_events_report",
	  ASSISTS ",app_type,att," CONSENT "," KINDS "," STORE "," DESTINATION},
	 {"ad_revenue_raw,ad_revenue_organic_raw,ad-revenue-raw-retarget",
	  ASSISTS ",app_type,att," CONSENT "," KINDS},
	 {"blocked_installs_report", CONSENT "," KINDS "," DESTINATION},
	 {"detection",
	  "ad_unit,app_type,blocked_reason,blocked_sub_reason,deeplink_url,impressions,is_lat,keyword_id,mediation_network,monetization_network,oaid,placement,segment,store_reinstall," CONSENT
	  "," KINDS "," STORE "," DESTINATION},
	 {"blocked_in_app_events_report", ASSISTS "," CONSENT "," DESTINATION},
	 {"fraud-post-inapps",
	  "app_type,blocked_reason,blocked_reason_value,blocked_sub_reason," CONSENT
	  "," KINDS "," STORE "," DESTINATION},
	 {"blocked_clicks_report",
	  ASSISTS ",app_type,att,total_candidates," CONSENT "," KINDS
			  "," DESTINATION},
	 {"postbacks", POSTBACK},
	 {"in-app-events-postbacks,retarget_in_app_events_postbacks",
	  POSTBACK "," ASSISTS},
	 {"retarget_install_postbacks",
	  POSTBACK "," ASSISTS "," CONSENT ",engagement_type," STORE},
	 {"blocked_install_postbacks", POSTBACK "," CONSENT "," STORE},
	 {NULL}};

/* Columns of aggregates without retargeting only, and with it only. */
static const char *const of_acquisition[] = {"Impressions", "CTR", "Installs",
											 NULL};
static const char *const of_retargeting[] = {"Conversions", "Conversion Type",
											 NULL};

/*
 * Whether names contain a field, ignoring case.
 */
static bool
is_among(const char *const *names, const char *field)
{
	while (*names != NULL && pg_strcasecmp(*names, field) != 0)
		names++;
	return *names != NULL;
}

/*
 * Requests retargeting data if the table wants them.  Throws for a column that
 * this side of the report lacks, since the call would be wasted.
 */
static void
add_retargeting(AdpParams *params, const AdpQuery *query, bool is_retargeting)
{
	const char *const *others =
		is_retargeting ? of_acquisition : of_retargeting;

	for (int i = 0; i < query->nfields; i++)
	{
		if (!is_among(others, query->fields[i]))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
				 is_retargeting
					 ? errmsg("retargeting report \"%s\" has no column \"%s\"",
							  query->source->name, query->fields[i])
					 : errmsg("report \"%s\" has no column \"%s\" without retargeting",
							  query->source->name, query->fields[i]),
				 is_retargeting
					 ? errhint(
						   "Read it from a table without option reattr; retargeting has Conversions and Conversion Type.")
					 : errhint(
						   "Set option reattr of the foreign table to true.")));
	}
	if (is_retargeting)
		adp_params_add(params, "reattr", "true");
}

/*
 * Throws for an additional field that a report lacks.
 */
static void
check_added(const char *report, const Added *added)
{
	const Lack *lack = lacks;

	while (lack->reports != NULL && !adp_words_hold(lack->reports, report))
		lack++;
	if (!adp_words_hold(lack->names, added->name))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("report \"%s\" has no additional field \"%s\"", report,
					added->name),
			 errdetail("The platform gives column \"%s\" in other raw reports only, and refuses a request that asks for it here.",
					   added->header),
			 errhint("Drop the column from the foreign table.")));
}

/*
 * Requests the additional fields among the table's columns, in the order of
 * our list, so that equal tables send equal requests.
 */
static void
add_fields(AdpParams *params, const AdpQuery *query)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < (int) lengthof(added_fields); i++)
	{
		for (int j = 0; j < query->ntable_fields; j++)
		{
			if (pg_strcasecmp(query->table_fields[j], added_fields[i].header) !=
				0)
				continue;
			check_added(query->source->name, &added_fields[i]);
			adp_words_add(&names, added_fields[i].name);
		}
	}
	if (names.len > 0)
		adp_params_add(params, "additional_fields", names.data);
}

/*
 * Throws for a report without days: it sums up all requested days.
 */
static void
refuse_dayless(const char *report)
{
	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 errmsg("report \"%s\" cannot be read", report),
			 errdetail(
				 "Its rows are sums over all requested days, without a day."),
			 errhint("Set option report of the foreign table to %s.",
					 strcmp(report, "geo_report") == 0
						 ? "geo_by_date_report"
						 : "partners_by_date_report")));
}

/*
 * Throws for option reattr on a report that does not know it.
 */
static void
refuse_retargeting(const char *report, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("option \"reattr\" does not apply to report \"%s\"", report),
			 errdetail("The platform would ignore it silently."),
			 errhint("%s", hint)));
}

/*
 * Whether a source is one of the SKAdNetwork APIs, whose path is the request.
 */
static bool
is_skan(const AdpSource *source)
{
	return source->rows == &adp_appsflyer_skan.base ||
		source->rows == &adp_appsflyer_postbacks.base;
}

/*
 * Adds the parameters of the table; throws for tables that cannot be read.
 */
void
adp_appsflyer_add_params(AdpParams *params, const AdpSettings *settings,
						 const AdpQuery *query, bool drops_enum_filters)
{
	const AdpSource *source = query->source;
	bool is_retargeting =
		settings->reattr != NULL && strcmp(settings->reattr, "true") == 0;

	if (source->is_listing)
		return;
	if (source->rows == &adp_appsflyer_master.base)
		adp_master_add_params(params, query);
	else if (is_skan(source))
	{
		if (is_retargeting)
			refuse_retargeting(source->name, HINT_REDOWNLOADS);
	}
	else if (source->path[0] == '\0')
		refuse_dayless(source->name);
	else if (((const AdpCsvRows *) source->rows)->time == NULL)
		add_retargeting(params, query, is_retargeting);
	else if (is_retargeting)
		refuse_retargeting(source->name, HINT_RAW);
	else
		add_fields(params, query);
}
