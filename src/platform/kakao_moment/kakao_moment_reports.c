/*
 * kakao_moment_reports.c
 *	  Kakao Moment: its fields and the reports typed from them, as tables.
 *
 * The names are those of the platform, in lists with what they are about in front.
 * Users can define tables with any other metric of the API.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"

#include "platform/kakao_moment/kakao_moment.h"

#define ATTRIBUTE ADP_KIND_ATTRIBUTE
#define SEGMENT ADP_KIND_SEGMENT
#define METRIC ADP_KIND_METRIC

/* Numbers of events, amounts of money, and ratios, which do not add up. */
#define COUNT(name, text) \
	{ \
		name, ADP_FIELD_INT, METRIC, ADP_FIELD_ADDITIVE, text \
	}
#define AMOUNT(name, text) \
	{ \
		name, ADP_FIELD_DECIMAL, METRIC, ADP_FIELD_ADDITIVE, text \
	}
#define RATIO(name, text) \
	{ \
		name, ADP_FIELD_DECIMAL, METRIC, 0, text \
	}
#define SPLIT(name, text) \
	{ \
		name, ADP_FIELD_TEXT, SEGMENT, 0, text \
	}
#define WORD(name, text) \
	{ \
		name, ADP_FIELD_TEXT, ATTRIBUTE, 0, text \
	}
#define IDENTITY(id, name, what) \
	{id, ADP_FIELD_ID, ATTRIBUTE, 0, "Id of the " what ".", .entity = what}, \
	{ \
		name, ADP_FIELD_TEXT, ATTRIBUTE, 0, \
			"Name of the " what " as of the time of reading.", .entity = what \
	}
#define EVENT(name, text) \
	COUNT("conv_" name "_1d", \
		  text " within a day after the ad; part of " \
			   "conv_" name "_7d, never add both up."), \
		COUNT("conv_" name "_7d", \
			  text " within seven days after the ad; grows for as long.")
#define OF_DISPLAY " Messages have none: they are missing in the table."

const AdpField adp_kakao_moment_fields[] =
	{/* known without a request */
	 {"adpipe.platform", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_PLATFORM,
	  "The platform's name, kakao_moment."},
	 {"adpipe.account_id", ADP_FIELD_ID, ATTRIBUTE, ADP_FIELD_ACCOUNT,
	  "Number of the ad account.", .entity = "account"},
	 {"adpipe.account_name", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_ACCOUNT_NAME,
	  "Name of the ad account as of the time of reading.", .entity = "account"},
	 {"adpipe.account_currency", ADP_FIELD_TEXT, ATTRIBUTE,
	  ADP_FIELD_ACCOUNT_CURRENCY,
	  "ISO 4217 code of the account's currency, KRW."},
	 {"adpipe.time_zone", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_ACCOUNT_ZONE,
	  "Time zone of the account, Asia/Seoul."},
	 {KAKAO_ACCOUNT, ADP_FIELD_ID, ATTRIBUTE, 0, "Number of the ad account.",
	  .entity = "account"},

	 /* ids and names */
	 IDENTITY("campaign_id", "campaign_name", "campaign"),
	 IDENTITY("ad_group_id", "ad_group_name", "ad group"),
	 {"creative_id", ADP_FIELD_ID, ATTRIBUTE, 0, "Id of the creative.",
	  .entity = "ad"},
	 {"creative_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the creative as of the time of reading.", .entity = "ad"},

	 /* what splits rows; messages have no values of most, so none adds up to all */
	 {KAKAO_DAY, ADP_FIELD_DATE, SEGMENT, 0, "Day in Korea."},
	 SPLIT("age", "Age group as the platform names it." OF_DISPLAY),
	 SPLIT("gender", "MALE, FEMALE or another word." OF_DISPLAY),
	 SPLIT("location", "Region." OF_DISPLAY),
	 SPLIT("device_type", "PC, Android, iOS." OF_DISPLAY),
	 SPLIT("placement", "Where the ad was shown." OF_DISPLAY),
	 SPLIT("creative_format",
		   "Format of the creative; of messages, their cost only."),
	 {"hour", ADP_FIELD_INT, SEGMENT, 0, "Hour of the day in Korea, 0 to 23."},

	 /* metrics; NULL where the platform does not report one */
	 COUNT("imp", "Impressions; NULL for messages."),
	 COUNT("click", "Clicks; NULL for messages."),
	 RATIO("ctr", "Clicks per impression in percent."),
	 AMOUNT("cost",
			"Cost in won as reported, of what is shown and of messages."),
	 AMOUNT("spend",
			"Cost in won: as reported, or divided by 1.1 and rounded to a millionth with option vat 'exclude'."),
	 {"reach", ADP_FIELD_INT, METRIC, 0, "People who saw the ad."},
	 RATIO("cost_per_imp", "Cost per 1,000 impressions."),
	 RATIO("cost_per_click", "Cost per click."),
	 RATIO("cost_per_reach", "Cost per person reached."),
	 COUNT("msg_send", "Messages sent; NULL for what is shown."),
	 COUNT("msg_open", "Messages opened; grows for about seven days."),
	 COUNT("msg_click", "Clicks in messages; grows for about seven days."),
	 COUNT("msg_send_fail", "Messages that could not be sent."),
	 RATIO("msg_open_rate", "Messages opened per message sent in percent."),
	 COUNT("conversions",
		   "Conversions of the events of option conversion_events within conversion_window: purchases within seven days by default."),
	 AMOUNT("conversions_value",
			"Amount of these conversions in won; of the platform's events only purchases have one."),
	 EVENT("purchase", "Purchases"),
	 AMOUNT("conv_purchase_p_1d",
			"Amount of purchases within a day after the ad in won; part of conv_purchase_p_7d."),
	 AMOUNT("conv_purchase_p_7d",
			"Amount of purchases within seven days after the ad in won; grows for as long."),
	 EVENT("cmpt_reg", "Completed registrations"),
	 EVENT("view_cart", "Views of the cart"),
	 EVENT("add_to_cart", "Additions to the cart"),
	 EVENT("participation", "Participations"),
	 EVENT("signup", "Sign-ups"),
	 EVENT("app_install", "Installs of the app"),
	 {"metrics", ADP_FIELD_OBJECT, METRIC, 0,
	  "All metrics of the row as the platform reports them."},

	 /* lists */
	 {"config", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ON, OFF, or DEL for what is deleted."},
	 WORD("campaign_type",
		  "DISPLAY, TALK_BIZ_BOARD, TALK_CHANNEL, VIDEO and so on."),
	 WORD("campaign_goal", "CONVERSION, VISITING, REACH, VIEW."),
	 WORD("objective_type", "What the campaign is for."),
	 WORD("objective_detail", "More of it: ADD_FRIEND, SEND_MESSAGE and so on."),
	 {"daily_budget", ADP_FIELD_INT, ATTRIBUTE, 0,
	  "Budget of a day in won; NULL for none."},
	 WORD("status_description", "State in the platform's words."),
	 {NULL}};

#define ACCOUNT_COLUMNS \
	{"account_id", TEXTOID, "adpipe.account_id"}, \
	{ \
		"account_name", TEXTOID, "adpipe.account_name" \
	}
#define DAILY_COLUMNS \
	ACCOUNT_COLUMNS, {"date_day", DATEOID, KAKAO_DAY}, \
	{ \
		"currency", TEXTOID, "adpipe.account_currency" \
	}
#define COMMON_COLUMNS {"platform", TEXTOID, "adpipe.platform"}, DAILY_COLUMNS
#define CAMPAIGN_COLUMNS \
	{"campaign_id", TEXTOID, "campaign_id"}, \
	{ \
		"campaign_name", TEXTOID, "campaign_name" \
	}
#define AD_GROUP_COLUMNS \
	{"ad_group_id", TEXTOID, "ad_group_id"}, \
	{ \
		"ad_group_name", TEXTOID, "ad_group_name" \
	}
#define CREATIVE_COLUMNS \
	{"creative_id", TEXTOID, "creative_id"}, \
	{ \
		"creative_name", TEXTOID, "creative_name" \
	}
#define BASE_METRICS \
	{"impressions", INT8OID, "imp"}, {"clicks", INT8OID, "click"}, \
		{"spend", NUMERICOID, "spend"}, \
		{"conversions", NUMERICOID, "conversions"}, \
	{ \
		"conversions_value", NUMERICOID, "conversions_value" \
	}
#define EVENT_COLUMNS(name) \
	{"conv_" name "_1d", INT8OID, "conv_" name "_1d"}, \
	{ \
		"conv_" name "_7d", INT8OID, "conv_" name "_7d" \
	}
#define CONVERSION_METRICS \
	EVENT_COLUMNS("purchase"), \
		{"conv_purchase_p_1d", NUMERICOID, "conv_purchase_p_1d"}, \
		{"conv_purchase_p_7d", NUMERICOID, "conv_purchase_p_7d"}, \
		EVENT_COLUMNS("cmpt_reg"), EVENT_COLUMNS("view_cart"), \
		EVENT_COLUMNS("add_to_cart"), EVENT_COLUMNS("participation"), \
		EVENT_COLUMNS("signup"), EVENT_COLUMNS("app_install")
#define METRICS \
	BASE_METRICS, {"reach", INT8OID, "reach"}, \
		{"msg_send", INT8OID, "msg_send"}, {"msg_open", INT8OID, "msg_open"}, \
		{"msg_click", INT8OID, "msg_click"}, \
		{"msg_send_fail", INT8OID, "msg_send_fail"}, CONVERSION_METRICS, \
	{ \
		NULL \
	}
#define DISPLAY_METRICS \
	BASE_METRICS, CONVERSION_METRICS, \
	{ \
		NULL \
	}
#define COMMON_METRICS \
	BASE_METRICS, \
	{ \
		NULL \
	}

static const AdpColumn account_daily[] = {DAILY_COLUMNS, METRICS};
static const AdpColumn campaign_daily[] = {DAILY_COLUMNS, CAMPAIGN_COLUMNS,
										   METRICS};
static const AdpColumn ad_group_daily[] = {DAILY_COLUMNS, CAMPAIGN_COLUMNS,
										   AD_GROUP_COLUMNS, METRICS};
static const AdpColumn creative_daily[] = {DAILY_COLUMNS, CAMPAIGN_COLUMNS,
										   AD_GROUP_COLUMNS, CREATIVE_COLUMNS,
										   METRICS};
static const AdpColumn campaign_age_gender_daily[] = {DAILY_COLUMNS,
													  CAMPAIGN_COLUMNS,
													  {"age", TEXTOID, "age"},
													  {"gender", TEXTOID,
													   "gender"},
													  DISPLAY_METRICS};
static const AdpColumn campaign_device_daily[] = {DAILY_COLUMNS,
												  CAMPAIGN_COLUMNS,
												  {"device", TEXTOID,
												   "device_type"},
												  DISPLAY_METRICS};

static const AdpColumn accounts[] = {ACCOUNT_COLUMNS,
									 {"currency", TEXTOID,
									  "adpipe.account_currency"},
									 {"time_zone", TEXTOID, "adpipe.time_zone"},
									 {NULL}};
static const AdpColumn campaigns[] =
	{ACCOUNT_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"config", TEXTOID, "config"},
	 {"campaign_type", TEXTOID, "campaign_type"},
	 {"campaign_goal", TEXTOID, "campaign_goal"},
	 {"objective_type", TEXTOID, "objective_type"},
	 {"objective_detail", TEXTOID, "objective_detail"},
	 {"daily_budget", INT8OID, "daily_budget"},
	 {"status_description", TEXTOID, "status_description"},
	 {NULL}};
static const AdpColumn ad_groups[] = {ACCOUNT_COLUMNS,
									  CAMPAIGN_COLUMNS,
									  AD_GROUP_COLUMNS,
									  {"config", TEXTOID, "config"},
									  {NULL}};
static const AdpColumn creatives[] = {ACCOUNT_COLUMNS,
									  CAMPAIGN_COLUMNS,
									  AD_GROUP_COLUMNS,
									  CREATIVE_COLUMNS,
									  {"config", TEXTOID, "config"},
									  {NULL}};

static const AdpColumn account_report[] = {COMMON_COLUMNS, COMMON_METRICS};
static const AdpColumn campaign_report[] = {COMMON_COLUMNS, CAMPAIGN_COLUMNS,
											COMMON_METRICS};
static const AdpColumn ad_group_report[] = {COMMON_COLUMNS, CAMPAIGN_COLUMNS,
											AD_GROUP_COLUMNS, COMMON_METRICS};
static const AdpColumn ad_report[] = {COMMON_COLUMNS,
									  CAMPAIGN_COLUMNS,
									  AD_GROUP_COLUMNS,
									  {"ad_id", TEXTOID, "creative_id"},
									  {"ad_name", TEXTOID, "creative_name"},
									  COMMON_METRICS};

static const AdpColumn device_report[] = {COMMON_COLUMNS,
										  CAMPAIGN_COLUMNS,
										  {"device", TEXTOID, "device_type"},
										  {"impressions", INT8OID, "imp"},
										  {"clicks", INT8OID, "click"},
										  {"spend", NUMERICOID, "spend"},
										  {"conversions", NUMERICOID,
										   "conversions"},
										  {NULL}};

const AdpReport adp_kakao_moment_reports[] =
	{{"reports", "account_daily", "account", account_daily,
	  "Kakao ad accounts by day."},
	 {"reports", "campaign_daily", "campaign", campaign_daily,
	  "Kakao campaigns by day, deleted ones included."},
	 {"reports", "ad_group_daily", "ad_group", ad_group_daily,
	  "Kakao ad groups by day, deleted ones included."},
	 {"reports", "creative_daily", "creative", creative_daily,
	  "Kakao creatives by day, deleted ones included."},
	 {"reports", "campaign_age_gender_daily", "campaign",
	  campaign_age_gender_daily,
	  "Kakao campaigns by day, age and gender; without messages."},
	 {"reports", "campaign_device_daily", "campaign", campaign_device_daily,
	  "Kakao campaigns by day and device; without messages."},
	 {"reports", "accounts", "accounts", accounts, "Kakao ad accounts.",
	  .entity = "account"},
	 {"reports", "campaigns", "campaigns", campaigns,
	  "Kakao campaigns with their settings, deleted ones included.",
	  .entity = "campaign"},
	 {"reports", "ad_groups", "ad_groups", ad_groups,
	  "Kakao ad groups, deleted ones included.", .entity = "ad group"},
	 {"reports", "creatives", "creatives", creatives,
	  "Kakao creatives, deleted ones included.", .entity = "ad"},
	 {"common", "account_report", "account", account_report,
	  "Accounts by day, in the shape that all platforms share."},
	 {"common", "campaign_report", "campaign", campaign_report,
	  "Campaigns by day, in the shape that all platforms share."},
	 {"common", "ad_group_report", "ad_group", ad_group_report,
	  "Ad groups by day, in the shape that all platforms share."},
	 {"common", "ad_report", "creative", ad_report,
	  "Ads by day, in the shape that all platforms share."},
	 {"common", "device_report", "campaign", device_report,
	  "Campaigns by day and device, in the shape of all platforms that report devices. Devices are in the platform's words, which adpipe.device_class() maps; messages have none, so devices add up to campaign_report without them."},
	 {NULL}};
