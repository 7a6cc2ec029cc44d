/*
 * tiktok_ads_reports.c
 *	  TikTok Ads: its fields and the reports typed from them, as tables.
 *
 * The names are those of the API for Business v1.3.  Users can define tables with
 * any other metric of the API.  Ratios are in percent where the platform says so;
 * the ratios of adpipe are made from the counts.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"

#include "platform/tiktok_ads/tiktok_ads.h"

#define ATTRIBUTE ADP_KIND_ATTRIBUTE
#define SEGMENT ADP_KIND_SEGMENT
#define METRIC ADP_KIND_METRIC
#define COUNTED ADP_FIELD_ADDITIVE

/* Numbers of events, amounts of money, numbers and ratios that do not add up. */
#define COUNT(name, text) \
	{ \
		name, ADP_FIELD_INT, METRIC, COUNTED, text \
	}
#define VALUE(name, text) \
	{ \
		name, ADP_FIELD_DECIMAL, METRIC, COUNTED | ADP_FIELD_SIGNED, text \
	}
#define ALONE(name, text) \
	{ \
		name, ADP_FIELD_INT, METRIC, 0, text \
	}
#define RATIO(name, text) \
	{ \
		name, ADP_FIELD_DECIMAL, METRIC, 0, text \
	}
#define WORD(name, text) \
	{ \
		name, ADP_FIELD_TEXT, ATTRIBUTE, 0, text \
	}
#define SPLIT(name, text) \
	{ \
		name, ADP_FIELD_TEXT, SEGMENT, 0, text \
	}

const AdpField adp_tiktok_ads_fields[] =
	{{"adpipe.platform", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_PLATFORM,
	  "The platform's name, tiktok_ads."},
	 {"adpipe.account_name", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_ACCOUNT_NAME,
	  "Name of the advertiser account as of the time of reading.",
	  .entity = "account"},
	 {"adpipe.account_currency", ADP_FIELD_TEXT, ATTRIBUTE,
	  ADP_FIELD_ACCOUNT_CURRENCY, "ISO 4217 code of the advertiser account."},
	 {"adpipe.account_id", ADP_FIELD_ID, ATTRIBUTE, ADP_FIELD_ACCOUNT,
	  "Advertiser id.", .entity = "account"},
	 {TIKTOK_ACCOUNT, ADP_FIELD_ID, ATTRIBUTE, 0, "Advertiser id.",
	  .entity = "account"},
	 {"name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the advertiser account as of the time of reading.",
	  .entity = "account"},
	 WORD("status",
		  "STATUS_ENABLE, STATUS_DISABLE and so on, as the platform names it."),
	 WORD("company", "Company behind the account."),
	 WORD("country", "Code of the account's country."),
	 WORD("currency", "ISO 4217 code of the advertiser account."),
	 WORD("timezone",
		  "Time zone of the account as the platform writes it; may be an offset such as Etc/GMT+8."),
	 WORD("display_timezone",
		  "Region whose time zone the account's days run in."),
	 {"balance", ADP_FIELD_DECIMAL, ATTRIBUTE, 0, "Money on the account."},
	 {"campaign_id", ADP_FIELD_ID, ATTRIBUTE, 0, "Id of the campaign.",
	  .entity = "campaign"},
	 {"campaign_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the campaign as of the time of reading.", .entity = "campaign"},
	 {"adgroup_id", ADP_FIELD_ID, ATTRIBUTE, 0, "Id of the ad group.",
	  .entity = "ad group"},
	 {"adgroup_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the ad group as of the time of reading.", .entity = "ad group"},
	 {"ad_id", ADP_FIELD_ID, ATTRIBUTE, 0,
	  "Id of the ad; of an upgraded Smart+ ad, the id of its creative.",
	  .entity = "ad"},
	 {"ad_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the ad as of the time of reading.", .entity = "ad"},
	 WORD("campaign_type", "REGULAR_CAMPAIGN, IOS14_CAMPAIGN and so on."),
	 WORD("objective_type",
		  "What the campaign is for: WEB_CONVERSIONS, APP_PROMOTION and so on; reports show a label."),
	 WORD("app_promotion_type", "Kind of app promotion."),
	 {"is_smart_performance_campaign", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether it is a Smart+ campaign of the older kind; false for upgraded ones."},
	 WORD("campaign_automation_type",
		  "MANUAL, SMART_PLUS or UPGRADED_SMART_PLUS."),
	 {"ad_id_v2", ADP_FIELD_ID, ATTRIBUTE, 0,
	  "Id of the ad; of an upgraded Smart+ ad its own, in place of its creative's."},
	 {"budget", ADP_FIELD_DECIMAL, ATTRIBUTE, 0,
	  "Budget in the account's currency; 0 for none."},
	 WORD("budget_mode",
		  "BUDGET_MODE_DAY, BUDGET_MODE_TOTAL or BUDGET_MODE_INFINITE."),
	 WORD("operation_status", "ENABLE or DISABLE, as set."),
	 WORD("secondary_status",
		  "What status and the levels above come to; ends in _DELETE for what is deleted."),
	 WORD("placement_type", "Automatic or chosen placements."),
	 {"placements", ADP_FIELD_LIST, ATTRIBUTE, 0,
	  "Where ads may be shown: PLACEMENT_TIKTOK and so on."},
	 WORD("promotion_type", "What is promoted: WEBSITE, APP_ANDROID and so on."),
	 WORD("optimization_goal",
		  "What delivery is optimized for, and so what counts as a conversion."),
	 WORD("billing_event", "What is paid for."),
	 WORD("bid_type", "How bids are made."),
	 {"bid_price", ADP_FIELD_DECIMAL, ATTRIBUTE, 0,
	  "Bid in the account's currency."},
	 {"conversion_bid_price", ADP_FIELD_DECIMAL, ATTRIBUTE, 0,
	  "Target cost of a conversion in the account's currency."},
	 WORD("pacing", "How fast the budget is spent."),
	 {"location_ids", ADP_FIELD_LIST, ATTRIBUTE, 0,
	  "Ids of the places whose people are addressed."},
	 {"age_groups", ADP_FIELD_LIST, ATTRIBUTE, 0,
	  "Age groups that are addressed."},
	 WORD("schedule_start_time", "When it starts, in UTC."),
	 WORD("schedule_end_time", "When it ends, in UTC."),
	 WORD("create_time", "When it was made, in UTC."),
	 WORD("modify_time",
		  "When it was last changed, in UTC; missing of some Smart+ ads."),
	 WORD("ad_text", "Text of the ad."),
	 WORD("ad_format", "SINGLE_VIDEO, SINGLE_IMAGE and so on."),
	 WORD("call_to_action", "Label of the button."),
	 WORD("landing_page_url", "Where the ad leads."),
	 {"video_id", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Id of the video.",
	  .entity = "video"},
	 {"image_ids", ADP_FIELD_LIST, ATTRIBUTE, 0, "Ids of the images."},
	 {TIKTOK_DAY, ADP_FIELD_DATE, SEGMENT,
	  ADP_FIELD_DIVIDES | ADP_FIELD_CALENDAR, "Day in the account's time zone."},
	 {"stat_time_hour", ADP_FIELD_TIME, SEGMENT, 0,
	  "Hour in the account's time zone; one day a request."},
	 {"country_code", ADP_FIELD_TEXT, SEGMENT, 0,
	  "ISO 3166 code of the country.", .entity = "country"},
	 SPLIT("age", "AGE_18_24, AGE_25_34 and so on, or NONE."),
	 SPLIT("gender", "FEMALE, MALE or NONE."),
	 SPLIT("province_id", "Id of the province."),
	 SPLIT("dma_id", "Id of the market area."),
	 SPLIT("language", "Language of the device."),
	 SPLIT("platform", "ANDROID, IOS and so on."),
	 SPLIT("ac", "Network: WIFI, 4G and so on."),
	 SPLIT("placement", "Where the ad was shown."),
	 SPLIT("interest_category", "Category of interest; categories overlap."),
	 SPLIT("contextual_tag", "Contextual tag; tags overlap."),
	 SPLIT("device_brand_id", "Id of the device's brand."),
	 SPLIT("user_action", "Category of behaviour; categories overlap."),
	 SPLIT("ad_type", "Type of the ad."),
	 COUNT("impressions", "Times an ad was shown."),
	 COUNT("gross_impressions",
		   "Times an ad was shown, before invalid traffic is removed."),
	 COUNT("clicks", "Clicks that lead to the ad's destination."),
	 COUNT("engagements", "Clicks of all kinds, social ones included."),
	 VALUE("spend",
		   "Cost in the account's currency; corrected for invalid traffic for some days."),
	 ALONE("reach", "People who saw the ad."),
	 RATIO("frequency", "Impressions per person reached."),
	 RATIO("ctr", "Clicks per impression in percent."),
	 RATIO("cpc", "Cost per click."),
	 RATIO("cpm", "Cost per thousand impressions."),
	 RATIO("cost_per_1000_reached", "Cost per thousand people reached."),
	 COUNT("conversion",
		   "Conversions by the ad group's own goal, on the day of the impression; grows for as long as the attribution window."),
	 COUNT("real_time_conversion",
		   "Conversions by the ad group's own goal, on the day on which they happened. The same conversions as conversion: never add both up."),
	 RATIO("cost_per_conversion", "Cost per conversion."),
	 RATIO("conversion_rate", "Conversions per click in percent."),
	 RATIO("conversion_rate_v2", "Conversions per impression in percent."),
	 RATIO("real_time_cost_per_conversion", "Cost per real_time_conversion."),
	 RATIO("real_time_conversion_rate",
		   "real_time_conversion per click in percent."),
	 RATIO("real_time_conversion_rate_v2",
		   "real_time_conversion per impression in percent."),
	 ALONE("result",
		   "Results by the goal of the ad group; different things for different goals."),
	 ALONE("real_time_result",
		   "The same on the day on which they happened; never add both up."),
	 COUNT("complete_payment", "Purchases on web sites."),
	 VALUE("total_complete_payment_rate",
		   "Value of purchases on web sites in the account's currency, in spite of its name."),
	 RATIO("value_per_complete_payment", "Value per purchase on web sites."),
	 RATIO("complete_payment_roas",
		   "Value of purchases on web sites per cost, as a factor."),
	 RATIO("cost_per_complete_payment", "Cost per purchase on web sites."),
	 COUNT("total_purchase", "Purchases in apps."),
	 VALUE("total_purchase_value",
		   "Value of purchases in apps in the account's currency."),
	 ALONE("purchase", "People who bought in apps."),
	 COUNT("total_registration", "Registrations in apps."),
	 ALONE("registration", "People who registered in apps."),
	 COUNT("app_install",
		   "Installs as the measurement partner counts them, on the day of the impression."),
	 COUNT("real_time_app_install",
		   "The same on the day of the install; never add both up."),
	 COUNT("form", "Forms on web sites."),
	 COUNT("on_web_order", "Orders on web sites."),
	 COUNT("onsite_shopping", "Purchases in TikTok Shop."),
	 VALUE("total_onsite_shopping_value",
		   "Value of purchases in TikTok Shop in the account's currency."),
	 COUNT("video_play_actions", "Times a video was started."),
	 COUNT("video_watched_2s", "Times a video was watched for two seconds."),
	 COUNT("video_watched_6s", "Times a video was watched for six seconds."),
	 COUNT("video_views_p25", "Times a quarter of a video was watched."),
	 COUNT("video_views_p50", "Times half of a video was watched."),
	 COUNT("video_views_p75", "Times three quarters of a video were watched."),
	 COUNT("video_views_p100", "Times a video was watched to its end."),
	 RATIO("average_video_play", "Seconds per play of a video."),
	 RATIO("average_video_play_per_user", "Seconds per person who watched."),
	 COUNT("likes", "Likes."),
	 COUNT("comments", "Comments."),
	 COUNT("shares", "Shares."),
	 COUNT("follows", "New followers."),
	 COUNT("profile_visits", "Visits of the profile."),
	 COUNT("clicks_on_music_disc", "Clicks on the music disc."),
	 {NULL}};

#define ACCOUNT_COLUMNS \
	{"account_id", TEXTOID, "adpipe.account_id"}, \
	{ \
		"account_name", TEXTOID, "adpipe.account_name" \
	}
#define DAY_COLUMNS \
	{"date_day", DATEOID, TIKTOK_DAY}, \
	{ \
		"currency", TEXTOID, "adpipe.account_currency" \
	}
#define DAILY_COLUMNS ACCOUNT_COLUMNS, DAY_COLUMNS
#define COMMON_COLUMNS {"platform", TEXTOID, "adpipe.platform"}, DAILY_COLUMNS
#define CAMPAIGN_COLUMNS \
	{"campaign_id", TEXTOID, "campaign_id"}, \
	{ \
		"campaign_name", TEXTOID, "campaign_name" \
	}
#define AS_ADGROUP(id, name) \
	{id, TEXTOID, "adgroup_id"}, \
	{ \
		name, TEXTOID, "adgroup_name" \
	}
#define ADGROUP_COLUMNS AS_ADGROUP("adgroup_id", "adgroup_name")
#define AD_GROUP_COLUMNS AS_ADGROUP("ad_group_id", "ad_group_name")
#define AD_COLUMNS \
	{"ad_id", TEXTOID, "ad_id"}, \
	{ \
		"ad_name", TEXTOID, "ad_name" \
	}
#define BASE_METRICS \
	{"impressions", INT8OID, "impressions"}, {"clicks", INT8OID, "clicks"}, \
		{"spend", NUMERICOID, "spend"}, \
	{ \
		"conversions", NUMERICOID, "conversion" \
	}
#define REAL_TIME \
	{ \
		"real_time_conversion", NUMERICOID, "real_time_conversion" \
	}
#define CONVERSIONS_VALUE \
	{ \
		"conversions_value", NUMERICOID, "total_complete_payment_rate" \
	}
#define METRIC_COLUMNS \
	BASE_METRICS, CONVERSIONS_VALUE, REAL_TIME, \
		{"complete_payment", INT8OID, "complete_payment"}, \
		{"reach", INT8OID, "reach"}, {"frequency", NUMERICOID, "frequency"}, \
		{"video_play_actions", INT8OID, "video_play_actions"}, \
		{"video_views_p100", INT8OID, "video_views_p100"}, \
		{"likes", INT8OID, "likes"}, {"comments", INT8OID, "comments"}, \
		{"shares", INT8OID, "shares"}, {"follows", INT8OID, "follows"}, \
	{ \
		NULL \
	}
/* With a breakdown the platform does not offer what was bought. */
#define BREAKDOWN_METRICS \
	BASE_METRICS, REAL_TIME, \
	{ \
		NULL \
	}
#define COMMON_METRICS \
	BASE_METRICS, CONVERSIONS_VALUE, \
	{ \
		NULL \
	}
#define STATUS_COLUMNS \
	{"operation_status", TEXTOID, "operation_status"}, \
	{ \
		"secondary_status", TEXTOID, "secondary_status" \
	}
#define BUDGET_COLUMNS \
	{"currency", TEXTOID, "adpipe.account_currency"}, \
		{"budget_mode", TEXTOID, "budget_mode"}, \
	{ \
		"budget", NUMERICOID, "budget" \
	}
#define TIME_COLUMNS \
	{"create_time", TIMESTAMPOID, "create_time"}, \
		{"modify_time", TIMESTAMPOID, "modify_time"}, \
	{ \
		NULL \
	}

static const AdpColumn account_daily[] = {DAILY_COLUMNS, METRIC_COLUMNS};
static const AdpColumn campaign_daily[] = {DAILY_COLUMNS, CAMPAIGN_COLUMNS,
										   METRIC_COLUMNS};
static const AdpColumn adgroup_daily[] = {DAILY_COLUMNS, CAMPAIGN_COLUMNS,
										  ADGROUP_COLUMNS, METRIC_COLUMNS};
static const AdpColumn ad_daily[] = {DAILY_COLUMNS, CAMPAIGN_COLUMNS,
									 ADGROUP_COLUMNS, AD_COLUMNS,
									 METRIC_COLUMNS};
static const AdpColumn campaign_age_gender_daily[] = {DAILY_COLUMNS,
													  CAMPAIGN_COLUMNS,
													  {"age", TEXTOID, "age"},
													  {"gender", TEXTOID,
													   "gender"},
													  BREAKDOWN_METRICS};
static const AdpColumn campaign_country_daily[] = {DAILY_COLUMNS,
												   CAMPAIGN_COLUMNS,
												   {"country", TEXTOID,
													"country_code"},
												   BREAKDOWN_METRICS};

static const AdpColumn accounts[] = {{"account_id", TEXTOID, TIKTOK_ACCOUNT},
									 {"account_name", TEXTOID, "name"},
									 {"status", TEXTOID, "status"},
									 {"currency", TEXTOID, "currency"},
									 {"time_zone", TEXTOID, "display_timezone"},
									 {"zone_offset", TEXTOID, "timezone"},
									 {"balance", NUMERICOID, "balance"},
									 {"company", TEXTOID, "company"},
									 {"country", TEXTOID, "country"},
									 {NULL}};

static const AdpColumn campaigns[] =
	{ACCOUNT_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 STATUS_COLUMNS,
	 {"campaign_type", TEXTOID, "campaign_type"},
	 {"objective_type", TEXTOID, "objective_type"},
	 {"app_promotion_type", TEXTOID, "app_promotion_type"},
	 {"campaign_automation_type", TEXTOID, "campaign_automation_type"},
	 {"is_smart_performance_campaign", BOOLOID, "is_smart_performance_campaign"},
	 BUDGET_COLUMNS,
	 TIME_COLUMNS};

static const AdpColumn adgroups[] =
	{ACCOUNT_COLUMNS,
	 {"campaign_id", TEXTOID, "campaign_id"},
	 ADGROUP_COLUMNS,
	 STATUS_COLUMNS,
	 {"promotion_type", TEXTOID, "promotion_type"},
	 {"placement_type", TEXTOID, "placement_type"},
	 {"placements", TEXTARRAYOID, "placements"},
	 {"optimization_goal", TEXTOID, "optimization_goal"},
	 {"billing_event", TEXTOID, "billing_event"},
	 {"bid_type", TEXTOID, "bid_type"},
	 {"bid_price", NUMERICOID, "bid_price"},
	 {"conversion_bid_price", NUMERICOID, "conversion_bid_price"},
	 BUDGET_COLUMNS,
	 {"pacing", TEXTOID, "pacing"},
	 {"location_ids", TEXTARRAYOID, "location_ids"},
	 {"age_groups", TEXTARRAYOID, "age_groups"},
	 {"schedule_start_time", TIMESTAMPOID, "schedule_start_time"},
	 {"schedule_end_time", TIMESTAMPOID, "schedule_end_time"},
	 TIME_COLUMNS};

static const AdpColumn ads[] = {ACCOUNT_COLUMNS,
								{"campaign_id", TEXTOID, "campaign_id"},
								{"adgroup_id", TEXTOID, "adgroup_id"},
								AD_COLUMNS,
								STATUS_COLUMNS,
								{"ad_format", TEXTOID, "ad_format"},
								{"ad_text", TEXTOID, "ad_text"},
								{"call_to_action", TEXTOID, "call_to_action"},
								{"landing_page_url", TEXTOID,
								 "landing_page_url"},
								{"video_id", TEXTOID, "video_id"},
								{"image_ids", TEXTARRAYOID, "image_ids"},
								TIME_COLUMNS};

static const AdpColumn account_report[] = {COMMON_COLUMNS, COMMON_METRICS};
static const AdpColumn campaign_report[] = {COMMON_COLUMNS, CAMPAIGN_COLUMNS,
											COMMON_METRICS};
static const AdpColumn ad_group_report[] = {COMMON_COLUMNS, CAMPAIGN_COLUMNS,
											AD_GROUP_COLUMNS, COMMON_METRICS};
static const AdpColumn ad_report[] = {COMMON_COLUMNS, CAMPAIGN_COLUMNS,
									  AD_GROUP_COLUMNS, AD_COLUMNS,
									  COMMON_METRICS};

static const AdpColumn video_report[] =
	{COMMON_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 AD_GROUP_COLUMNS,
	 AD_COLUMNS,
	 {"impressions", INT8OID, "impressions"},
	 {"spend", NUMERICOID, "spend"},
	 {"video_plays", INT8OID, "video_play_actions"},
	 {"video_views_25", INT8OID, "video_views_p25"},
	 {"video_views_50", INT8OID, "video_views_p50"},
	 {"video_views_75", INT8OID, "video_views_p75"},
	 {"video_views_100", INT8OID, "video_views_p100"},
	 {NULL}};
static const AdpColumn country_report[] = {COMMON_COLUMNS,
										   CAMPAIGN_COLUMNS,
										   {"country", TEXTOID, "country_code"},
										   BASE_METRICS,
										   {NULL}};

const AdpReport adp_tiktok_ads_reports[] =
	{{"reports", "account_daily", "account", account_daily,
	  "TikTok advertiser accounts by day."},
	 {"reports", "campaign_daily", "campaign", campaign_daily,
	  "TikTok campaigns by day, deleted ones included."},
	 {"reports", "adgroup_daily", "adgroup", adgroup_daily,
	  "TikTok ad groups by day, deleted ones included."},
	 {"reports", "ad_daily", "ad", ad_daily,
	  "TikTok ads by day, deleted ones included."},
	 {"reports", "campaign_age_gender_daily", "campaign",
	  campaign_age_gender_daily, "TikTok campaigns by day, age and gender."},
	 {"reports", "campaign_country_daily", "campaign", campaign_country_daily,
	  "TikTok campaigns by day and country."},
	 {"reports", "accounts", "accounts", accounts,
	  "TikTok advertiser accounts with their settings.", .entity = "account"},
	 {"reports", "campaigns", "campaigns", campaigns,
	  "TikTok campaigns with their settings, deleted ones included.",
	  .entity = "campaign"},
	 {"reports", "adgroups", "adgroups", adgroups,
	  "TikTok ad groups with their settings, deleted ones included.",
	  .entity = "ad group"},
	 {"reports", "ads", "ads", ads,
	  "TikTok ads with their settings, deleted ones included.", .entity = "ad"},
	 {"common", "account_report", "account", account_report,
	  "Accounts by day, in the shape that all platforms share."},
	 {"common", "campaign_report", "campaign", campaign_report,
	  "Campaigns by day, in the shape that all platforms share."},
	 {"common", "ad_group_report", "adgroup", ad_group_report,
	  "Ad groups by day, in the shape that all platforms share."},
	 {"common", "ad_report", "ad", ad_report,
	  "Ads by day, in the shape that all platforms share."},
	 {"common", "video_report", "ad", video_report,
	  "Ads by day with how far their videos were watched, in the shape of all platforms that count it."},
	 {"common", "country_report", "campaign", country_report,
	  "Campaigns by day and country, in the shape of all platforms that report countries by their codes."},
	 {NULL}};
