/*
 * appsflyer_reports.c
 *	  AppsFlyer: its fields and the reports typed from them, as tables.
 *
 * A field has the name of the platform's column.  Users can define tables with
 * fields that are not listed here: those of an event ("af_purchase (Event
 * counter)"), and the additional fields of a report (see appsflyer_query.c).
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"

#include "platform/appsflyer/appsflyer.h"
#include "platform/appsflyer/cohort.h"
#include "platform/appsflyer/master.h"
#include "platform/appsflyer/skan.h"

#define ATTRIBUTE ADP_KIND_ATTRIBUTE
#define SEGMENT ADP_KIND_SEGMENT
#define METRIC ADP_KIND_METRIC
#define REQUIRED ADP_FIELD_REQUIRED
#define COUNTED (ADP_FIELD_REQUIRED | ADP_FIELD_ADDITIVE)
#define PERSONAL ADP_FIELD_PERSONAL
/* Adds up over cohorts, not over the days of one. */
#define COHORT (ADP_FIELD_ADDS_DAYS | ADP_FIELD_ADDS_ENTITIES)
#define NAMED (ADP_FIELD_REQUIRED | ADP_FIELD_HAS_NONE)

const AdpField adp_appsflyer_fields[] =
	{/* known without a request */
	 {"adpipe.platform", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_PLATFORM,
	  "The platform's name, appsflyer."},
	 {"adpipe.account_id", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_ACCOUNT,
	  "App id.", .entity = "account"},
	 {"adpipe.account_name", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_ACCOUNT_NAME,
	  "Name of the app as of the time of reading.", .entity = "account"},
	 {"adpipe.account_currency", ADP_FIELD_TEXT, ATTRIBUTE,
	  ADP_FIELD_ACCOUNT_CURRENCY, "ISO 4217 code of the app's currency."},
	 {"adpipe.time_zone", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_ACCOUNT_ZONE,
	  "Time zone of the app."},
	 {"adpipe.app_platform", ADP_FIELD_TEXT, ATTRIBUTE,
	  ADP_FIELD_ACCOUNT_SYSTEM, "android, ios and so on."},
	 {"adpipe.retargeting", ADP_FIELD_BOOL, ATTRIBUTE,
	  ADP_FIELD_ACCOUNT_RETARGETING,
	  "Whether retargeting is enabled; NULL where the platform does not report it."},

	 /* made by adpipe from a body */
	 {"adpipe.currency", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Currency of the report, which is that of the app; a report with sales in another currency is an error."},
	 {"adpipe.event_name", ADP_FIELD_TEXT, SEGMENT, ADP_FIELD_SHAPES,
	  "Name of the in-app event."},
	 {"adpipe.unique_users", ADP_FIELD_INT, METRIC,
	  ADP_FIELD_SHAPES | ADP_FIELD_ADDS_DAYS | ADP_FIELD_ADDS_ENTITIES,
	  "Users with the event, of those who installed that day."},
	 {"adpipe.event_count", ADP_FIELD_INT, METRIC,
	  ADP_FIELD_SHAPES | ADP_FIELD_ADDITIVE, "Number of events."},
	 {"adpipe.event_revenue", ADP_FIELD_DECIMAL, METRIC,
	  ADP_FIELD_SHAPES | ADP_FIELD_ADDITIVE, "Sales of the event."},

	 /* aggregate reports; a row's numbers belong to the day of the install */
	 {"Date", ADP_FIELD_DATE, SEGMENT, REQUIRED,
	  "Day in the app's time zone: of the install, or of the event in raw data. In SKAdNetwork reports a day of UTC."},
	 {"Country", ADP_FIELD_TEXT, SEGMENT, NAMED, "Country code.",
	  .entity = "country"},
	 {"Agency/PMD (af_prt)", ADP_FIELD_TEXT, SEGMENT, NAMED, "Agency.",
	  .entity = "agency"},
	 {"Media Source (pid)", ADP_FIELD_TEXT, SEGMENT, REQUIRED,
	  "Media source; Organic, None for what could not be attributed, restricted where the partner hides it.",
	  .entity = "media source"},
	 {"Campaign (c)", ADP_FIELD_TEXT, SEGMENT, REQUIRED,
	  "Name of the campaign, None without one; the report has no id.",
	  .entity = "campaign"},
	 {"Impressions", ADP_FIELD_INT, METRIC, COUNTED,
	  "Impressions; NULL where not measured."},
	 {"Clicks", ADP_FIELD_INT, METRIC, COUNTED,
	  "Clicks; NULL where not measured."},
	 {"CTR", ADP_FIELD_DECIMAL, METRIC, REQUIRED, "Clicks by impressions."},
	 {"Installs", ADP_FIELD_INT, METRIC, COUNTED, "Installs."},
	 {"Conversions", ADP_FIELD_INT, METRIC, COUNTED,
	  "Retargeting conversions: re-engagements and re-attributions."},
	 {"Conversion Type", ADP_FIELD_TEXT, SEGMENT, 0,
	  "re-engagement or re-attribution, of retargeting reports."},
	 {"Conversion Rate", ADP_FIELD_DECIMAL, METRIC, REQUIRED,
	  "Installs by clicks."},
	 {"Sessions", ADP_FIELD_INT, METRIC, COUNTED,
	  "Sessions of those who installed that day, until now."},
	 {"Loyal Users", ADP_FIELD_INT, METRIC, COUNTED,
	  "Those who installed that day and came back."},
	 {"Loyal Users/Installs", ADP_FIELD_DECIMAL, METRIC, REQUIRED,
	  "Loyal users by installs."},
	 {"Total Revenue", ADP_FIELD_DECIMAL, METRIC, COUNTED,
	  "Revenue of those who installed that day, until now. In SKAdNetwork reports what AppsFlyer reads out of conversion values."},
	 {"Total Cost", ADP_FIELD_DECIMAL, METRIC, COUNTED,
	  "Cost; NULL where the network reports no cost."},
	 {"ROI", ADP_FIELD_DECIMAL, METRIC, REQUIRED, "Revenue less cost, by cost."},
	 {"ARPU", ADP_FIELD_DECIMAL, METRIC, REQUIRED, "Revenue by installs."},
	 {"Average eCPI", ADP_FIELD_DECIMAL, METRIC, REQUIRED, "Cost by installs."},

	 /* the Master API, beside those of aggregate reports; see master.c */
	 {"af_c_id", ADP_FIELD_TEXT, SEGMENT, 0, "Id of the campaign.",
	  .entity = "campaign"},
	 {"af_adset", ADP_FIELD_TEXT, SEGMENT, 0, "Name of the ad set.",
	  .entity = "ad set"},
	 {"af_adset_id", ADP_FIELD_TEXT, SEGMENT, 0, "Id of the ad set.",
	  .entity = "ad set"},
	 {"af_ad", ADP_FIELD_TEXT, SEGMENT, 0, "Name of the ad.", .entity = "ad"},
	 {"af_ad_id", ADP_FIELD_TEXT, SEGMENT, 0, "Id of the ad.", .entity = "ad"},
	 {"af_channel", ADP_FIELD_TEXT, SEGMENT, 0, "Channel of the media source."},
	 {"af_siteid", ADP_FIELD_TEXT, SEGMENT, 0, "Site of the publisher.",
	  .entity = "site"},
	 {"af_keywords", ADP_FIELD_TEXT, SEGMENT, 0, "Keywords."},
	 {"is_primary", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Whether the attribution is the primary one."},
	 {"attributed_touch_type", ADP_FIELD_TEXT, SEGMENT, 0,
	  "click or impression."},
	 {"Uninstalls", ADP_FIELD_INT, METRIC, ADP_FIELD_ADDITIVE,
	  "Those who installed that day and removed the app, until now."},
	 {"retention_day_1", ADP_FIELD_INT, METRIC, ADP_FIELD_ADDITIVE,
	  "Those who installed that day and came back on day 1 after it; NULL until that day is computed."},
	 {"retention_day_7", ADP_FIELD_INT, METRIC, ADP_FIELD_ADDITIVE,
	  "Those who installed that day and came back on day 7 after it; NULL until that day is computed."},
	 {"retention_day_30", ADP_FIELD_INT, METRIC, ADP_FIELD_ADDITIVE,
	  "Those who installed that day and came back on day 30 after it; NULL until that day is computed."},
	 {"activity_sessions", ADP_FIELD_INT, METRIC, ADP_FIELD_ADDITIVE,
	  "Sessions on that day, whenever users installed."},
	 {"activity_revenue", ADP_FIELD_DECIMAL, METRIC, ADP_FIELD_ADDITIVE,
	  "Revenue on that day, whenever users installed."},
	 {"activity_average_dau", ADP_FIELD_DECIMAL, METRIC, 0,
	  "Users who were active on that day."},

	 /* cohorts: sums up to a day of the cohort, then those of that day alone */
	 {"adpipe.cohort_day", ADP_FIELD_INT, SEGMENT, 0,
	  "Day of the cohort: 0 is the day of the install, 180 the last one. There is a row for each day that is over."},
	 {"users", ADP_FIELD_INT, METRIC, COHORT,
	  "Users of the cohort; the same on all of its days."},
	 {"cost", ADP_FIELD_DECIMAL, METRIC, COHORT,
	  "Cost of the cohort; the same on all of its days. NULL where the network reports no cost."},
	 {"revenue", ADP_FIELD_DECIMAL, METRIC, COHORT | ADP_FIELD_SIGNED,
	  "Revenue of the cohort from day 0 to this day."},
	 {"sessions", ADP_FIELD_INT, METRIC, COHORT,
	  "Sessions of the cohort from day 0 to this day."},
	 {"uninstalls", ADP_FIELD_INT, METRIC, COHORT,
	  "Uninstalls of the cohort from day 0 to this day."},
	 {"adpipe.revenue_on_day", ADP_FIELD_DECIMAL, METRIC,
	  ADP_FIELD_ADDITIVE | ADP_FIELD_SIGNED,
	  "Revenue of the cohort on this day: the difference to the day before."},
	 {"adpipe.sessions_on_day", ADP_FIELD_INT, METRIC,
	  ADP_FIELD_ADDITIVE | ADP_FIELD_SIGNED,
	  "Sessions of the cohort on this day: the difference to the day before."},
	 {"adpipe.uninstalls_on_day", ADP_FIELD_INT, METRIC,
	  ADP_FIELD_ADDITIVE | ADP_FIELD_SIGNED,
	  "Uninstalls of the cohort on this day: the difference to the day before."},

	 /* SKAdNetwork; null is what Apple withholds */
	 {"Converted Users", ADP_FIELD_INT, METRIC, COUNTED,
	  "Installs with a conversion value other than zero."},
	 {"Converted Users/Installs", ADP_FIELD_DECIMAL, METRIC, REQUIRED,
	  "Converted users by installs."},
	 {"skad_postback_sequence_index", ADP_FIELD_INT, SEGMENT, REQUIRED,
	  "0 for the first postback of an install, 1 and 2 for those of its later windows; NULL for the only one of SKAdNetwork 3 and earlier."},
	 {"skad_conversion_value", ADP_FIELD_INT, SEGMENT, REQUIRED,
	  "Conversion value, 0 to 63, of which 0 is a value like others; NULL where Apple withholds it since too few people share the crowd, and in later postbacks."},
	 {"skad_coarse_conversion_value", ADP_FIELD_TEXT, SEGMENT, REQUIRED,
	  "low, medium or high; NULL where there is a conversion value, where Apple withholds both, and before SKAdNetwork 4."},
	 {"skad_ad_network_id", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Apple's id of the ad network.", .entity = "ad network"},
	 {"ad_network_name", ADP_FIELD_TEXT, SEGMENT, REQUIRED, "Media source.",
	  .entity = "media source"},
	 {"skad_campaign_id", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Campaign id within SKAdNetwork; the ad network decides what it stands for.",
	  .entity = "skan campaign"},
	 {"ad_network_campaign_id", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Id of the campaign, if the ad network adds it.", .entity = "campaign"},
	 {"ad_network_campaign_name", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Name of the campaign, if the ad network adds it.", .entity = "campaign"},
	 {"skad_version", ADP_FIELD_TEXT, SEGMENT, 0, "Version of SKAdNetwork."},
	 {"skad_redownload", ADP_FIELD_BOOL, SEGMENT, 0,
	  "Whether the person had downloaded the app before."},
	 {"skad_source_app_id", ADP_FIELD_TEXT, SEGMENT, 0,
	  "The app that showed the ad; NULL where Apple withholds it.",
	  .entity = "source app"},
	 {"geo", ADP_FIELD_TEXT, SEGMENT, ADP_FIELD_HAS_NONE,
	  "Country code, if the ad network adds it.", .entity = "country"},
	 {"count", ADP_FIELD_INT, METRIC, COUNTED, "Number of postbacks."},

	 /* raw reports */
	 {"Attributed Touch Type", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "click, impression, TV or pre-installed."},
	 {"Attributed Touch Time", ADP_FIELD_TIME, ATTRIBUTE, 0,
	  "When the user was touched; empty for organic users."},
	 {"Install Time", ADP_FIELD_TIME, ATTRIBUTE, ADP_FIELD_REQUIRED,
	  "First open; for retargeting the conversion."},
	 {"Event Time", ADP_FIELD_TIME, ATTRIBUTE, ADP_FIELD_REQUIRED,
	  "When it happened; of an install its install time."},
	 {"Event Name", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_REQUIRED,
	  "install, re-engagement, re-attribution, uninstall, or the in-app event."},
	 {"Event Value", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "What the app sent along, often JSON, not always valid; may hold personal data."},
	 {"Event Revenue", ADP_FIELD_DECIMAL, METRIC,
	  ADP_FIELD_REQUIRED | ADP_FIELD_ADDITIVE,
	  "Revenue in the currency of the app."},
	 {"Event Revenue Currency", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_REQUIRED,
	  "Currency of the revenue; also set on rows without revenue."},
	 {"Event Revenue USD", ADP_FIELD_DECIMAL, METRIC,
	  ADP_FIELD_REQUIRED | ADP_FIELD_ADDITIVE, "Revenue in USD."},
	 {"Event Source", ADP_FIELD_TEXT, ATTRIBUTE, 0, "SDK or S2S."},
	 {"Is Receipt Validated", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether the store's receipt was validated."},
	 {"Partner", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Agency.", .entity = "agency"},
	 {"Media Source", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_REQUIRED,
	  "Media source; organic, None for what could not be attributed, restricted where the partner hides it.",
	  .entity = "media source"},
	 {"Channel", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Channel of the media source."},
	 {"Keywords", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Keywords."},
	 {"Campaign", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_REQUIRED,
	  "Name of the campaign.", .entity = "campaign"},
	 {"Campaign ID", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Id of the campaign.",
	  .entity = "campaign"},
	 {"Adset", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Name of the ad set.",
	  .entity = "ad set"},
	 {"Adset ID", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Id of the ad set.",
	  .entity = "ad set"},
	 {"Ad", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Name of the ad.", .entity = "ad"},
	 {"Ad ID", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Id of the ad.", .entity = "ad"},
	 {"Ad Type", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Kind of ad."},
	 {"Site ID", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Site of the publisher.",
	  .entity = "site"},
	 {"Sub Site ID", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Site below the publisher's.", .entity = "sub site"},
	 {"Sub Param 1", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Parameter 1 of the media source."},
	 {"Sub Param 2", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Parameter 2 of the media source."},
	 {"Sub Param 3", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Parameter 3 of the media source."},
	 {"Sub Param 4", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Parameter 4 of the media source."},
	 {"Sub Param 5", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Parameter 5 of the media source."},
	 {"Cost Model", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Cost model, practically always empty."},
	 {"Cost Value", ADP_FIELD_DECIMAL, ATTRIBUTE, 0,
	  "Cost, practically always empty: spend is in the aggregate reports."},
	 {"Cost Currency", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Currency of the cost, which need not be the app's."},
	 {"Contributor 1 Partner", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Agency of assist 1.", .entity = "agency"},
	 {"Contributor 1 Media Source", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Media source of assist 1.", .entity = "media source"},
	 {"Contributor 1 Campaign", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Campaign of assist 1.", .entity = "campaign"},
	 {"Contributor 1 Touch Type", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Kind of touch of assist 1."},
	 {"Contributor 1 Touch Time", ADP_FIELD_TIME, ATTRIBUTE, 0,
	  "Time of the touch of assist 1."},
	 {"Contributor 2 Partner", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Agency of assist 2.", .entity = "agency"},
	 {"Contributor 2 Media Source", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Media source of assist 2.", .entity = "media source"},
	 {"Contributor 2 Campaign", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Campaign of assist 2.", .entity = "campaign"},
	 {"Contributor 2 Touch Type", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Kind of touch of assist 2."},
	 {"Contributor 2 Touch Time", ADP_FIELD_TIME, ATTRIBUTE, 0,
	  "Time of the touch of assist 2."},
	 {"Contributor 3 Partner", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Agency of assist 3.", .entity = "agency"},
	 {"Contributor 3 Media Source", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Media source of assist 3.", .entity = "media source"},
	 {"Contributor 3 Campaign", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Campaign of assist 3.", .entity = "campaign"},
	 {"Contributor 3 Touch Type", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Kind of touch of assist 3."},
	 {"Contributor 3 Touch Time", ADP_FIELD_TIME, ATTRIBUTE, 0,
	  "Time of the touch of assist 3."},
	 {"Region", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Continent code."},
	 {"Country Code", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Country code.",
	  .entity = "country"},
	 {"State", ADP_FIELD_TEXT, ATTRIBUTE, 0, "State."},
	 {"City", ADP_FIELD_TEXT, ATTRIBUTE, 0, "City; may be the word None."},
	 {"Postal Code", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Postal code; may be the word None."},
	 {"DMA", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Market area; may be the word None."},
	 {"IP", ADP_FIELD_TEXT, ATTRIBUTE, PERSONAL,
	  "IP address, perhaps masked; personal data."},
	 {"WIFI", ADP_FIELD_BOOL, ATTRIBUTE, 0, "Whether on WiFi."},
	 {"Operator", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Mobile operator."},
	 {"Carrier", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Carrier."},
	 {"Language", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Language of the device."},
	 {"AppsFlyer ID", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_REQUIRED,
	  "AppsFlyer's id of the install.", .entity = "install"},
	 {"Advertising ID", ADP_FIELD_TEXT, ATTRIBUTE, PERSONAL,
	  "Google advertising id; personal data."},
	 {"IDFA", ADP_FIELD_TEXT, ATTRIBUTE, PERSONAL,
	  "Apple's advertising id; personal data."},
	 {"Android ID", ADP_FIELD_TEXT, ATTRIBUTE, PERSONAL,
	  "Android id; personal data."},
	 {"Customer User ID", ADP_FIELD_TEXT, ATTRIBUTE, PERSONAL,
	  "The app's own id of the user; personal data.", .entity = "user"},
	 {"IMEI", ADP_FIELD_TEXT, ATTRIBUTE, PERSONAL, "IMEI; personal data."},
	 {"IDFV", ADP_FIELD_TEXT, ATTRIBUTE, PERSONAL,
	  "Apple's vendor id; personal data."},
	 {"Platform", ADP_FIELD_TEXT, ATTRIBUTE, 0, "android, ios and so on."},
	 {"Device Type", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Type of device, empty in recent data."},
	 {"OS Version", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Version of the system."},
	 {"App Version", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Version of the app."},
	 {"SDK Version", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Version of the SDK."},
	 {"App ID", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Id of the app.",
	  .entity = "account"},
	 {"App Name", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Name of the app.",
	  .entity = "account"},
	 {"Bundle ID", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Bundle id of the app.",
	  .entity = "account"},
	 {"Is Retargeting", ADP_FIELD_BOOL, ATTRIBUTE, ADP_FIELD_REQUIRED,
	  "Whether the user came by retargeting."},
	 {"Retargeting Conversion Type", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "re-engagement or re-attribution."},
	 {"Attribution Lookback", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Attribution window, such as 7d."},
	 {"Reengagement Window", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Re-engagement window, such as 30d."},
	 {"Is Primary Attribution", ADP_FIELD_BOOL, ATTRIBUTE, ADP_FIELD_REQUIRED,
	  "False for the twin of an event that a retargeting report counts too."},
	 {"User Agent", ADP_FIELD_TEXT, ATTRIBUTE, PERSONAL,
	  "User agent; personal data."},
	 {"HTTP Referrer", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Referrer; not always a valid URL; may hold personal data."},
	 {"Original URL", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "The link that was followed; may hold ids of the user."},

	 /* columns of raw reports that requests name, see appsflyer_query.c */
	 {"Mediation Network", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Network that mediated the ads in the app."},
	 {"Monetization Network", ADP_FIELD_TEXT, ATTRIBUTE, REQUIRED,
	  "Network that paid for the ads in the app."},
	 {"Ad Unit", ADP_FIELD_TEXT, ATTRIBUTE, REQUIRED, "Kind of ad in the app."},
	 {"Placement", ADP_FIELD_TEXT, ATTRIBUTE, REQUIRED,
	  "Where in the app the ads were."},
	 {"Blocked Reason", ADP_FIELD_TEXT, ATTRIBUTE, REQUIRED,
	  "Why Protect360 blocked it."},
	 {"Blocked Sub Reason", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "The reason in more detail."},
	 {"Blocked Reason Value", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "What the reason is about, such as a site or media source."},
	 {NULL}};

#define ACCOUNT_COLUMNS \
	{"account_id", TEXTOID, "adpipe.account_id"}, \
	{ \
		"account_name", TEXTOID, "adpipe.account_name" \
	}
#define DAY_COLUMNS \
	ACCOUNT_COLUMNS, \
	{ \
		"date_day", DATEOID, "Date" \
	}
#define AGGREGATE_COLUMNS \
	DAY_COLUMNS, \
	{ \
		"currency", TEXTOID, "adpipe.currency" \
	}
#define COMMON_COLUMNS \
	{"platform", TEXTOID, "adpipe.platform"}, AGGREGATE_COLUMNS
#define PARTNER_COLUMNS \
	{"agency", TEXTOID, "Agency/PMD (af_prt)"}, \
		{"media_source", TEXTOID, "Media Source (pid)"}, \
	{ \
		"campaign_name", TEXTOID, "Campaign (c)" \
	}
#define METRICS \
	{"impressions", INT8OID, "Impressions"}, {"clicks", INT8OID, "Clicks"}, \
		{"installs", INT8OID, "Installs"}, {"sessions", INT8OID, "Sessions"}, \
		{"loyal_users", INT8OID, "Loyal Users"}, \
		{"spend", NUMERICOID, "Total Cost"}, \
		{"revenue", NUMERICOID, "Total Revenue"}, \
	{ \
		NULL \
	}
#define RETARGETING_METRICS \
	{"conversion_type", TEXTOID, "Conversion Type"}, \
		{"clicks", INT8OID, "Clicks"}, \
		{"conversions", INT8OID, "Conversions"}, \
		{"sessions", INT8OID, "Sessions"}, \
		{"loyal_users", INT8OID, "Loyal Users"}, \
		{"spend", NUMERICOID, "Total Cost"}, \
		{"revenue", NUMERICOID, "Total Revenue"}, \
	{ \
		NULL \
	}
#define EVENT_METRICS \
	{"event_name", TEXTOID, "adpipe.event_name"}, \
		{"unique_users", INT8OID, "adpipe.unique_users"}, \
		{"event_count", INT8OID, "adpipe.event_count"}, \
		{"revenue", NUMERICOID, "adpipe.event_revenue"}, \
	{ \
		NULL \
	}

static const AdpColumn partners_daily[] = {AGGREGATE_COLUMNS, PARTNER_COLUMNS,
										   METRICS};
static const AdpColumn geo_daily[] = {AGGREGATE_COLUMNS,
									  PARTNER_COLUMNS,
									  {"country", TEXTOID, "Country"},
									  METRICS};
static const AdpColumn partners_event_daily[] = {AGGREGATE_COLUMNS,
												 PARTNER_COLUMNS,
												 EVENT_METRICS};
static const AdpColumn geo_event_daily[] = {AGGREGATE_COLUMNS,
											PARTNER_COLUMNS,
											{"country", TEXTOID, "Country"},
											EVENT_METRICS};
static const AdpColumn partners_retargeting_daily[] = {AGGREGATE_COLUMNS,
													   PARTNER_COLUMNS,
													   RETARGETING_METRICS};
static const AdpColumn geo_retargeting_daily[] = {AGGREGATE_COLUMNS,
												  PARTNER_COLUMNS,
												  {"country", TEXTOID,
												   "Country"},
												  RETARGETING_METRICS};
static const AdpColumn partners_event_retargeting_daily[] = {AGGREGATE_COLUMNS,
															 PARTNER_COLUMNS,
															 {"conversion_type",
															  TEXTOID,
															  "Conversion Type"},
															 EVENT_METRICS};
static const AdpColumn geo_event_retargeting_daily[] =
	{AGGREGATE_COLUMNS,
	 PARTNER_COLUMNS,
	 {"country", TEXTOID, "Country"},
	 {"conversion_type", TEXTOID, "Conversion Type"},
	 EVENT_METRICS};
#define MASTER_COLUMNS \
	AGGREGATE_COLUMNS, {"agency", TEXTOID, "Agency/PMD (af_prt)"}, \
		{"media_source", TEXTOID, "Media Source (pid)"}, \
		{"campaign_id", TEXTOID, "af_c_id"}, \
		{"campaign_name", TEXTOID, "Campaign (c)"}, \
		{"adset_id", TEXTOID, "af_adset_id"}, \
		{"adset_name", TEXTOID, "af_adset"}, {"ad_id", TEXTOID, "af_ad_id"}, \
		{"ad_name", TEXTOID, "af_ad"}, {"channel", TEXTOID, "af_channel"}, \
		{"keyword", TEXTOID, "af_keywords"}, \
	{ \
		"country", TEXTOID, "Country" \
	}
static const AdpColumn master_daily[] =
	{MASTER_COLUMNS,
	 {"impressions", INT8OID, "Impressions"},
	 {"clicks", INT8OID, "Clicks"},
	 {"installs", INT8OID, "Installs"},
	 {"sessions", INT8OID, "Sessions"},
	 {"loyal_users", INT8OID, "Loyal Users"},
	 {"spend", NUMERICOID, "Total Cost"},
	 {"revenue", NUMERICOID, "Total Revenue"},
	 {"uninstalls", INT8OID, "Uninstalls"},
	 {"retention_day_1", INT8OID, "retention_day_1"},
	 {"retention_day_7", INT8OID, "retention_day_7"},
	 {"retention_day_30", INT8OID, "retention_day_30"},
	 {NULL}};
static const AdpColumn master_activity_daily[] =
	{MASTER_COLUMNS,
	 {"active_users", NUMERICOID, "activity_average_dau"},
	 {"sessions", INT8OID, "activity_sessions"},
	 {"revenue", NUMERICOID, "activity_revenue"},
	 {NULL}};
static const AdpColumn skan_daily[] =
	{AGGREGATE_COLUMNS,
	 {"media_source", TEXTOID, "Media Source (pid)"},
	 {"campaign_id", TEXTOID, "Campaign ID"},
	 {"campaign_name", TEXTOID, "Campaign (c)"},
	 {"site_id", TEXTOID, "Site ID"},
	 {"country", TEXTOID, "Country"},
	 {"impressions", INT8OID, "Impressions"},
	 {"clicks", INT8OID, "Clicks"},
	 {"installs", INT8OID, "Installs"},
	 {"converted_users", INT8OID, "Converted Users"},
	 {"spend", NUMERICOID, "Total Cost"},
	 {"revenue", NUMERICOID, "Total Revenue"},
	 {NULL}};
static const AdpColumn skan_postback_daily[] =
	{DAY_COLUMNS,
	 {"currency", TEXTOID, "adpipe.account_currency"},
	 {"media_source", TEXTOID, "ad_network_name"},
	 {"campaign_id", TEXTOID, "ad_network_campaign_id"},
	 {"campaign_name", TEXTOID, "ad_network_campaign_name"},
	 {"ad_network_id", TEXTOID, "skad_ad_network_id"},
	 {"skan_campaign_id", TEXTOID, "skad_campaign_id"},
	 {"skan_version", TEXTOID, "skad_version"},
	 {"source_app_id", TEXTOID, "skad_source_app_id"},
	 {"country", TEXTOID, "geo"},
	 {"is_redownload", BOOLOID, "skad_redownload"},
	 {"postback_sequence_index", INT4OID, "skad_postback_sequence_index"},
	 {"conversion_value", INT4OID, "skad_conversion_value"},
	 {"coarse_conversion_value", TEXTOID, "skad_coarse_conversion_value"},
	 {"postbacks", INT8OID, "count"},
	 {NULL}};
static const AdpColumn cohort[] =
	{DAY_COLUMNS,
	 {"currency", TEXTOID, "adpipe.account_currency"},
	 {"agency", TEXTOID, "Agency/PMD (af_prt)"},
	 {"media_source", TEXTOID, "Media Source (pid)"},
	 {"campaign_id", TEXTOID, "Campaign ID"},
	 {"campaign_name", TEXTOID, "Campaign (c)"},
	 {"cohort_day", INT4OID, "adpipe.cohort_day"},
	 {"users", INT8OID, "users"},
	 {"spend", NUMERICOID, "cost"},
	 {"revenue", NUMERICOID, "revenue"},
	 {"sessions", INT8OID, "sessions"},
	 {"uninstalls", INT8OID, "uninstalls"},
	 {"revenue_on_day", NUMERICOID, "adpipe.revenue_on_day"},
	 {"sessions_on_day", INT8OID, "adpipe.sessions_on_day"},
	 {"uninstalls_on_day", INT8OID, "adpipe.uninstalls_on_day"},
	 {NULL}};
static const AdpColumn tracker_report[] = {COMMON_COLUMNS, PARTNER_COLUMNS,
										   METRICS};
static const AdpColumn tracker_event_report[] = {COMMON_COLUMNS,
												 PARTNER_COLUMNS,
												 EVENT_METRICS};

static const AdpColumn apps[] = {ACCOUNT_COLUMNS,
								 {"platform", TEXTOID, "adpipe.app_platform"},
								 {"currency", TEXTOID,
								  "adpipe.account_currency"},
								 {"time_zone", TEXTOID, "adpipe.time_zone"},
								 {"enable_retargetting", BOOLOID,
								  "adpipe.retargeting"},
								 {NULL}};

/* The same in all raw reports, with the names of the platform's other APIs. */
#define RAW_COLUMNS \
	DAY_COLUMNS, {"currency", TEXTOID, "adpipe.account_currency"}, \
		{"attributed_touch_type", TEXTOID, "Attributed Touch Type"}, \
		{"attributed_touch_time", TIMESTAMPOID, "Attributed Touch Time"}, \
		{"install_time", TIMESTAMPOID, "Install Time"}, \
		{"event_time", TIMESTAMPOID, "Event Time"}, \
		{"event_name", TEXTOID, "Event Name"}, \
		{"event_value", TEXTOID, "Event Value"}, \
		{"event_revenue", NUMERICOID, "Event Revenue"}, \
		{"event_revenue_currency", TEXTOID, "Event Revenue Currency"}, \
		{"event_revenue_usd", NUMERICOID, "Event Revenue USD"}, \
		{"event_source", TEXTOID, "Event Source"}, \
		{"is_receipt_validated", BOOLOID, "Is Receipt Validated"}, \
		{"af_prt", TEXTOID, "Partner"}, \
		{"media_source", TEXTOID, "Media Source"}, \
		{"af_channel", TEXTOID, "Channel"}, \
		{"af_keywords", TEXTOID, "Keywords"}, \
		{"campaign", TEXTOID, "Campaign"}, \
		{"af_c_id", TEXTOID, "Campaign ID"}, {"af_adset", TEXTOID, "Adset"}, \
		{"af_adset_id", TEXTOID, "Adset ID"}, {"af_ad", TEXTOID, "Ad"}, \
		{"af_ad_id", TEXTOID, "Ad ID"}, {"af_ad_type", TEXTOID, "Ad Type"}, \
		{"af_siteid", TEXTOID, "Site ID"}, \
		{"af_sub_siteid", TEXTOID, "Sub Site ID"}, \
		{"af_sub1", TEXTOID, "Sub Param 1"}, \
		{"af_sub2", TEXTOID, "Sub Param 2"}, \
		{"af_sub3", TEXTOID, "Sub Param 3"}, \
		{"af_sub4", TEXTOID, "Sub Param 4"}, \
		{"af_sub5", TEXTOID, "Sub Param 5"}, \
		{"af_cost_model", TEXTOID, "Cost Model"}, \
		{"af_cost_value", NUMERICOID, "Cost Value"}, \
		{"af_cost_currency", TEXTOID, "Cost Currency"}, \
		{"contributor1_af_prt", TEXTOID, "Contributor 1 Partner"}, \
		{"contributor1_media_source", TEXTOID, "Contributor 1 Media Source"}, \
		{"contributor1_campaign", TEXTOID, "Contributor 1 Campaign"}, \
		{"contributor1_touch_type", TEXTOID, "Contributor 1 Touch Type"}, \
		{"contributor1_touch_time", TIMESTAMPOID, "Contributor 1 Touch Time"}, \
		{"contributor2_af_prt", TEXTOID, "Contributor 2 Partner"}, \
		{"contributor2_media_source", TEXTOID, "Contributor 2 Media Source"}, \
		{"contributor2_campaign", TEXTOID, "Contributor 2 Campaign"}, \
		{"contributor2_touch_type", TEXTOID, "Contributor 2 Touch Type"}, \
		{"contributor2_touch_time", TIMESTAMPOID, "Contributor 2 Touch Time"}, \
		{"contributor3_af_prt", TEXTOID, "Contributor 3 Partner"}, \
		{"contributor3_media_source", TEXTOID, "Contributor 3 Media Source"}, \
		{"contributor3_campaign", TEXTOID, "Contributor 3 Campaign"}, \
		{"contributor3_touch_type", TEXTOID, "Contributor 3 Touch Type"}, \
		{"contributor3_touch_time", TIMESTAMPOID, "Contributor 3 Touch Time"}, \
		{"region", TEXTOID, "Region"}, \
		{"country_code", TEXTOID, "Country Code"}, \
		{"state", TEXTOID, "State"}, {"city", TEXTOID, "City"}, \
		{"postal_code", TEXTOID, "Postal Code"}, {"dma", TEXTOID, "DMA"}, \
		{"ip", TEXTOID, "IP"}, {"wifi", BOOLOID, "WIFI"}, \
		{"operator", TEXTOID, "Operator"}, {"carrier", TEXTOID, "Carrier"}, \
		{"language", TEXTOID, "Language"}, \
		{"appsflyer_id", TEXTOID, "AppsFlyer ID"}, \
		{"advertising_id", TEXTOID, "Advertising ID"}, \
		{"idfa", TEXTOID, "IDFA"}, {"android_id", TEXTOID, "Android ID"}, \
		{"customer_user_id", TEXTOID, "Customer User ID"}, \
		{"imei", TEXTOID, "IMEI"}, {"idfv", TEXTOID, "IDFV"}, \
		{"platform", TEXTOID, "Platform"}, \
		{"device_type", TEXTOID, "Device Type"}, \
		{"os_version", TEXTOID, "OS Version"}, \
		{"app_version", TEXTOID, "App Version"}, \
		{"sdk_version", TEXTOID, "SDK Version"}, \
		{"app_id", TEXTOID, "App ID"}, {"app_name", TEXTOID, "App Name"}, \
		{"bundle_id", TEXTOID, "Bundle ID"}, \
		{"is_retargeting", BOOLOID, "Is Retargeting"}, \
		{"retargeting_conversion_type", TEXTOID, \
		 "Retargeting Conversion Type"}, \
		{"af_attribution_lookback", TEXTOID, "Attribution Lookback"}, \
		{"af_reengagement_window", TEXTOID, "Reengagement Window"}, \
		{"is_primary_attribution", BOOLOID, "Is Primary Attribution"}, \
		{"user_agent", TEXTOID, "User Agent"}, \
		{"http_referrer", TEXTOID, "HTTP Referrer"}, \
	{ \
		"original_url", TEXTOID, "Original URL" \
	}

static const AdpColumn raw[] = {RAW_COLUMNS, {NULL}};
static const AdpColumn ad_revenue[] = {RAW_COLUMNS,
									   {"mediation_network", TEXTOID,
										"Mediation Network"},
									   {"monetization_network", TEXTOID,
										"Monetization Network"},
									   {"ad_unit", TEXTOID, "Ad Unit"},
									   {"placement", TEXTOID, "Placement"},
									   {"impressions", INT8OID, "Impressions"},
									   {NULL}};
static const AdpColumn blocked_installs[] =
	{RAW_COLUMNS,
	 {"blocked_reason", TEXTOID, "Blocked Reason"},
	 {"blocked_sub_reason", TEXTOID, "Blocked Sub Reason"},
	 {"blocked_reason_value", TEXTOID, "Blocked Reason Value"},
	 {NULL}};

/* Before the name of the report of acquisition that a retargeting report is like. */
#define NEVER_BOTH \
	"A user can be here and among those who installed, with the same revenue and events, so never add it to "

const AdpReport adp_appsflyer_reports[] =
	{{"reports", "partners_daily", "partners_by_date_report", partners_daily,
	  "AppsFlyer media sources and campaigns by day of install."},
	 {"reports", "geo_daily", "geo_by_date_report", geo_daily,
	  "AppsFlyer media sources and campaigns by day of install and country."},
	 {"reports", "partners_event_daily", "partners_by_date_report",
	  partners_event_daily,
	  "AppsFlyer in-app events by media source, campaign and day of install."},
	 {"reports", "geo_event_daily", "geo_by_date_report", geo_event_daily,
	  "AppsFlyer in-app events by media source, campaign, country and day of install. Countries add up to partners_event_daily, users within one event.",
	  .group = "geo"},
	 {"reports", "partners_retargeting_daily", "partners_by_date_report",
	  partners_retargeting_daily,
	  "AppsFlyer retargeting: media sources and campaigns by day of the conversion, re-engagements and re-attributions apart. " NEVER_BOTH
	  "partners_daily.",
	  .group = "retargeting", .reattr = "true"},
	 {"reports", "geo_retargeting_daily", "geo_by_date_report",
	  geo_retargeting_daily,
	  "AppsFlyer retargeting: media sources and campaigns by day of the conversion and country. Countries add up to partners_retargeting_daily. " NEVER_BOTH
	  "geo_daily.",
	  .group = "retargeting", .reattr = "true"},
	 {"reports", "partners_event_retargeting_daily", "partners_by_date_report",
	  partners_event_retargeting_daily,
	  "AppsFlyer in-app events of retargeted users by media source, campaign and day of the conversion. " NEVER_BOTH
	  "partners_event_daily.",
	  .group = "retargeting", .reattr = "true"},
	 {"reports", "geo_event_retargeting_daily", "geo_by_date_report",
	  geo_event_retargeting_daily,
	  "AppsFlyer in-app events of retargeted users by media source, campaign, country and day of the conversion. Countries add up to partners_event_retargeting_daily, users within one event. " NEVER_BOTH
	  "geo_event_daily.",
	  .group = "retargeting", .reattr = "true"},
	 {"reports", "installs", "installs_report", raw,
	  "AppsFlyer installs that are attributed to a media source, one by one."},
	 {"reports", "organic_installs", "organic_installs_report", raw,
	  "AppsFlyer organic installs, one by one."},
	 {"reports", "in_app_events", "in_app_events_report", raw,
	  "AppsFlyer in-app events of attributed users, one by one."},
	 {"reports", "organic_in_app_events", "organic_in_app_events_report", raw,
	  "AppsFlyer in-app events of organic users, one by one."},
	 {"reports", "uninstalls", "uninstall_events_report", raw,
	  "AppsFlyer uninstalls of users who are attributed to a media source, one by one, on the day of the uninstall and not of the install; the last 60 days. AppsFlyer has them once a day, so the last two days still fill.",
	  .group = "raw"},
	 {"reports", "reinstalls", "reinstalls", raw,
	  "AppsFlyer reinstalls within the re-attribution window, one by one, on their own day; the last 60 days. They are not among installs.",
	  .group = "raw"},
	 {"reports", "ad_revenue", "ad_revenue_raw", ad_revenue,
	  "AppsFlyer revenue of ads in the app, of attributed users, by user, network, ad unit and placement; the last 31 days. AppsFlyer has it once a day, so the last two days still fill. An account can count this revenue in aggregate reports, too, so do not add it to theirs.",
	  .group = "raw"},
	 {"reports", "conversions_retargeting", "installs-retarget", raw,
	  "AppsFlyer re-engagements and re-attributions, one by one; the last 60 days. They add up to the conversions of partners_retargeting_daily, and are not among installs.",
	  .group = "retargeting"},
	 {"reports", "blocked_installs", "blocked_installs_report", blocked_installs,
	  "AppsFlyer installs that Protect360 blocked as fraud, one by one, with the reason; the last 60 days. None of them is among installs. It needs Protect360 in the account's plan.",
	  .group = "fraud"},
	 {"reports", "master_daily", ADP_MASTER_REPORT, master_daily,
	  "AppsFlyer media sources down to ad set, ad, channel, keyword and country by day of install, with uninstalls and retention. It adds up to partners_daily, whose latest two days it lacks. Dropping a column of names or ids merges its rows. It needs the Master API in the account's plan.",
	  .group = "master"},
	 {"reports", "master_activity_daily", ADP_MASTER_REPORT,
	  master_activity_daily,
	  "AppsFlyer sessions and revenue by media source down to ad set, ad, channel, keyword and country, on the day on which they happened; it lacks the latest two days. Reports by day of install have the same revenue on other days, so never put the two side by side by day. Active users add up over nothing. It needs the Master API in the account's plan.",
	  .group = "master"},
	 {"reports", "cohort", ADP_COHORT_REPORT, cohort,
	  "AppsFlyer cohorts: what the users of a day of install, media source and campaign have done by each day after it, from 0 to 180. A row for each day that is over; users, spend, revenue, sessions and uninstalls add up over cohorts at one cohort_day, not over cohort days. Days without an install are no cohort: their spend is in partners_daily only.",
	  .group = "cohort"},
	 {"reports", "skan_daily", ADP_SKAN_REPORT, skan_daily,
	  "SKAdNetwork performance of apps of iOS by media source, campaign, country and day of UTC on which AppsFlyer thinks that people installed; since November 2020, without the latest three days. Installs are the first postbacks of skan_postback_daily, whose day is that of the arrival. AppsFlyer counts some of the same installs in partners_daily, too, on another day or as organic, so never add the two. Revenue is read out of conversion values and lacks what Apple withholds. A day fills for two weeks. Each day is a call, of which AppsFlyer takes ten a minute.",
	  .group = "skan"},
	 {"reports", "skan_postback_daily", ADP_SKAN_POSTBACKS, skan_postback_daily,
	  "SKAdNetwork postbacks of apps of iOS by the day of UTC on which they arrived, with conversion values; since November 2020, without the latest two days. A conversion value of 0 means no event; NULL means that Apple withholds the value. Those with a postback_sequence_index of 0 or NULL are installs, and add up to the installs of skan_daily, which are on their own day; later ones are about the same installs. Those of Google arrive up to 13 days late.",
	  .group = "skan"},
	 {"reports", "apps", ADP_APPSFLYER_APPS, apps,
	  "AppsFlyer apps: those of option app_id, as the app list describes them."},
	 {"common", "tracker_report", "partners_by_date_report", tracker_report,
	  "Media sources and campaigns by day, in the shape that all trackers share."},
	 {"common", "tracker_event_report", "partners_by_date_report",
	  tracker_event_report,
	  "In-app events by media source, campaign and day, in the shape that all trackers share."},
	 {NULL}};
