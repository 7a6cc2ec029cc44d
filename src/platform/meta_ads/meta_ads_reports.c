/*
 * meta_ads_reports.c
 *	  Meta Ads: its fields and the reports typed from them, as tables.
 *
 * The names are those of the Marketing API v26.0.  Users can define tables
 * with any other field of the API, and with elements of lists such as
 * "actions.omni_purchase.7d_click"; an absent value is NULL, but 0 for an
 * element of a list that adds up.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"

#include "platform/meta_ads/meta_ads.h"

#define ATTRIBUTE ADP_KIND_ATTRIBUTE
#define SEGMENT ADP_KIND_SEGMENT
#define METRIC ADP_KIND_METRIC
#define COUNTED (ADP_FIELD_ADDITIVE | ADP_FIELD_ABSENT_0)

const AdpField adp_meta_ads_fields[] =
	{{"adpipe.platform", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_PLATFORM,
	  "The platform's name, meta_ads."},
	 {"adpipe.account_name", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_ACCOUNT_NAME,
	  "Name of the ad account as of the time of reading.", .entity = "account"},
	 {"adpipe.account_currency", ADP_FIELD_TEXT, ATTRIBUTE,
	  ADP_FIELD_ACCOUNT_CURRENCY, "ISO 4217 code of the ad account."},
	 {"account_id", ADP_FIELD_ID, ATTRIBUTE, ADP_FIELD_ACCOUNT,
	  "Ad account id, digits without act_.", .entity = "account"},
	 {"account_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the ad account as of the time of reading.", .entity = "account"},
	 {"account_currency", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "ISO 4217 code of the ad account."},
	 {"account_status", ADP_FIELD_INT, ATTRIBUTE, 0,
	  "1 active, 2 disabled, 3 unsettled, 7 and 8 under review, 9 in grace period, 100 about to close, 101 closed."},
	 {"disable_reason", ADP_FIELD_INT, ATTRIBUTE, 0,
	  "Why the account is disabled; 0 if it is not."},
	 {"currency", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "ISO 4217 code of the ad account."},
	 {"timezone_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Time zone in which the account's days run."},
	 {"timezone_offset_hours_utc", ADP_FIELD_DECIMAL, ATTRIBUTE, 0,
	  "Hours of that zone ahead of UTC now; it changes with daylight saving time."},
	 {"business_country_code", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "ISO 3166 code of the country of the business behind the account."},
	 {"business_state", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "State or region of the business behind the account."},
	 {"min_daily_budget", ADP_FIELD_INT, ATTRIBUTE, ADP_FIELD_MINOR,
	  "Smallest budget per day that the account accepts."},
	 {"amount_spent", ADP_FIELD_INT, ATTRIBUTE, ADP_FIELD_MINOR,
	  "Spent since the limit of the account was last reset."},
	 {"balance", ADP_FIELD_INT, ATTRIBUTE, ADP_FIELD_MINOR, "Amount due."},
	 {"spend_cap", ADP_FIELD_INT, ATTRIBUTE, ADP_FIELD_MINOR,
	  "Limit of what may be spent; 0 for none."},
	 {"id", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_DIGITS,
	  "Id of the listed object.", .entity = ADP_ENTITY_LISTED},
	 {"name", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Name as of the time of reading.",
	  .entity = ADP_ENTITY_LISTED},
	 {"status", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "ACTIVE, PAUSED, ARCHIVED or DELETED, as set."},
	 {"effective_status", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "What status and the levels above come to."},
	 {"campaign_id", ADP_FIELD_ID, ATTRIBUTE, 0, "Id of the campaign.",
	  .entity = "campaign"},
	 {"campaign_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the campaign as of the time of reading.", .entity = "campaign"},
	 {"adset_id", ADP_FIELD_ID, ATTRIBUTE, 0, "Id of the ad set.",
	  .entity = "ad set"},
	 {"adset_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the ad set as of the time of reading.", .entity = "ad set"},
	 {"ad_id", ADP_FIELD_ID, ATTRIBUTE, 0, "Id of the ad.", .entity = "ad"},
	 {"ad_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the ad as of the time of reading.", .entity = "ad"},
	 {"objective", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "OUTCOME_SALES, OUTCOME_TRAFFIC and so on; older campaigns have older names."},
	 {"buying_type", ADP_FIELD_TEXT, ATTRIBUTE, 0, "AUCTION or RESERVED."},
	 {"bid_strategy", ADP_FIELD_TEXT, ATTRIBUTE, 0, "How bids are made."},
	 {"daily_budget", ADP_FIELD_INT, ATTRIBUTE, ADP_FIELD_MINOR,
	  "Budget per day."},
	 {"lifetime_budget", ADP_FIELD_INT, ATTRIBUTE, ADP_FIELD_MINOR,
	  "Budget of the whole run."},
	 {"budget_remaining", ADP_FIELD_INT, ATTRIBUTE, ADP_FIELD_MINOR,
	  "What is left of the budget."},
	 {"daily_spend_cap", ADP_FIELD_INT, ATTRIBUTE, ADP_FIELD_MINOR,
	  "Most that may be spent per day."},
	 {"lifetime_spend_cap", ADP_FIELD_INT, ATTRIBUTE, ADP_FIELD_MINOR,
	  "Most that may be spent in all."},
	 {"bid_amount", ADP_FIELD_INT, ATTRIBUTE, ADP_FIELD_MINOR,
	  "Bid, or limit of bids."},
	 {"start_time", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_SINCE_1970,
	  "When it starts."},
	 {"stop_time", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_SINCE_1970,
	  "When it stops."},
	 {"end_time", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_SINCE_1970,
	  "When it ends."},
	 {"custom_event_type", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Kind of event: PURCHASE, LEAD, OTHER and so on."},
	 {"subtype", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "What the audience is made of: WEBSITE, CUSTOM, LOOKALIKE and so on."},
	 {"description", ADP_FIELD_TEXT, ATTRIBUTE, 0, "What the object is for."},
	 {"approximate_count_lower_bound", ADP_FIELD_INT, ATTRIBUTE, 0,
	  "Estimated people in the audience, at least; do not add up audiences."},
	 {"approximate_count_upper_bound", ADP_FIELD_INT, ATTRIBUTE, 0,
	  "Estimated people in the audience, at most; do not add up audiences."},
	 {"event_time", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "When it happened; its day is one of UTC."},
	 {"event_type", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "What happened: update_campaign_budget and so on."},
	 {"translated_event_type", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "What happened, in the platform's words."},
	 {"object_type", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Kind of object by its old name: CAMPAIGN_GROUP is a campaign, CAMPAIGN an ad set, ADGROUP an ad, ACCOUNT the account."},
	 {"object_id", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Id of the object.",
	  .entity = "changed object"},
	 {"object_name", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Name of the object.",
	  .entity = "changed object"},
	 {"application_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "What it was changed with.", .entity = "application"},
	 {"actor_id", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_PERSONAL,
	  "Id of who did it.", .entity = "person"},
	 {"actor_name", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_PERSONAL,
	  "Who did it.", .entity = "person"},
	 {"extra_data", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_PERSONAL,
	  "Old and new values as the platform writes them; of changes of roles, whose they are."},
	 {"created_time", ADP_FIELD_TEXT, ATTRIBUTE, 0, "When it was made."},
	 {"updated_time", ADP_FIELD_TEXT, ATTRIBUTE, 0, "When it was last changed."},
	 {"special_ad_categories", ADP_FIELD_LIST, ATTRIBUTE, 0,
	  "Categories under special rules: HOUSING, EMPLOYMENT and so on."},
	 {"billing_event", ADP_FIELD_TEXT, ATTRIBUTE, 0, "What is paid for."},
	 {"optimization_goal", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "What delivery is optimised for."},
	 {"attribution_spec", ADP_FIELD_OBJECT, ATTRIBUTE, 0,
	  "Windows in which conversions count by default."},
	 {"is_attribution_spec_system_default", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether these windows of the ad account are the platform's own."},
	 {"promoted_object", ADP_FIELD_OBJECT, ATTRIBUTE, 0,
	  "Pixel, app or page that is promoted."},
	 {"targeting", ADP_FIELD_OBJECT, ATTRIBUTE, ADP_FIELD_HEAVY,
	  "Who is addressed."},
	 {"creative.id", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Id of the creative.",
	  .entity = "creative"},
	 {"conversion_domain", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Domain where conversions happen."},
	 {"title", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Title of the creative."},
	 {"body", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Text of the creative."},
	 {"object_type", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "What the creative is made of."},
	 {"call_to_action_type", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Label of the button."},
	 {"link_url", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Where the creative leads."},
	 {"image_url", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Address of the image; it expires."},
	 {"thumbnail_url", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Address of the thumbnail; it expires."},
	 {"video_id", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Id of the video.",
	  .entity = "video"},
	 {"url_tags", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Parameters added to links."},
	 {"object_story_spec", ADP_FIELD_OBJECT, ATTRIBUTE, ADP_FIELD_HEAVY,
	  "The post that the creative makes."},
	 {"asset_feed_spec", ADP_FIELD_OBJECT, ATTRIBUTE, ADP_FIELD_HEAVY,
	  "Assets of a dynamic creative."},
	 {META_DAY, ADP_FIELD_DATE, SEGMENT, ADP_FIELD_DIVIDES | ADP_FIELD_CALENDAR,
	  "Day in the account's time zone."},
	 {META_LAST_DAY, ADP_FIELD_DATE, ATTRIBUTE, ADP_FIELD_CALENDAR,
	  "Last day of the row."},
	 {"adpipe.period_start", ADP_FIELD_DATE, SEGMENT, ADP_FIELD_PERIOD_START,
	  "First day of the period, in the account's time zone."},
	 {"adpipe.period_end", ADP_FIELD_DATE, SEGMENT, ADP_FIELD_PERIOD_END,
	  "Last day of the period, in the account's time zone."},
	 {META_ACTION_TYPE, ADP_FIELD_TEXT, SEGMENT, ADP_FIELD_OVERLAPS,
	  "Type of action; types overlap, so never add them up."},
	 {META_CONVERSION, ADP_FIELD_TEXT, SEGMENT, ADP_FIELD_OVERLAPS,
	  "Type of conversion: standard events over all channels, custom events by name, and custom conversions, which may count one of the others again."},
	 {META_COUNTED_AS, ADP_FIELD_TEXT, SEGMENT, 0,
	  "Kind of conversion: the standard event in capitals, such as PURCHASE, or CUSTOM_EVENT, or CUSTOM_CONVERSION."},
	 {"action_device", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Device of the action; actions in apps are not reported by it. Action breakdown."},
	 {"action_destination", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Where people came to: page, app or web site; a part of the actions only. Action breakdown."},
	 {"action_target_id", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Id of what people came to; a part of the actions only. Action breakdown."},
	 {"action_reaction", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Kind of reaction: like, love and so on. Action breakdown."},
	 {"action_video_type", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Kind of video that was seen. Action breakdown."},
	 {"action_video_sound", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Whether the video was seen with sound. Action breakdown."},
	 {"action_canvas_component_name", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Component of the Instant Experience; a part of the actions only. Action breakdown."},
	 {"action_carousel_card_id", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Card of the carousel; a part of the actions only. Action breakdown.",
	  .entity = "card"},
	 {"action_carousel_card_name", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Headline of the card of the carousel; a part of the actions only. Action breakdown.",
	  .entity = "card"},
	 {"action_converted_product_id", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Product that was bought; of collaborative ads only. Action breakdown.",
	  .entity = "product"},
	 {"conversion_destination", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Where the conversion happened. Action breakdown."},
	 {"is_business_ai_assisted", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Whether an assistant of the business had a part. Action breakdown."},
	 {"matched_persona_id", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Id of the persona. Action breakdown.", .entity = "persona"},
	 {"matched_persona_name", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Name of the persona. Action breakdown.", .entity = "persona"},
	 {"signal_source_bucket", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Where the signal of the action came from. Action breakdown."},
	 {"standard_event_content_type", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Kind of content of the event. Action breakdown."},
	 {"age", ADP_FIELD_TEXT, SEGMENT, ADP_FIELD_DIVIDES,
	  "18-24, 25-34 and so on, or Unknown."},
	 {"gender", ADP_FIELD_TEXT, SEGMENT, ADP_FIELD_DIVIDES,
	  "female, male or unknown."},
	 {"country", ADP_FIELD_TEXT, SEGMENT, 0, "ISO 3166 code of the country.",
	  .entity = "country"},
	 {"region", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Name of the region; actions outside Meta are not reported by it.",
	  .entity = "region"},
	 {"comscore_market", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Market in the United States; actions outside Meta are not reported by it.",
	  .entity = "market"},
	 {"publisher_platform", ADP_FIELD_TEXT, SEGMENT, ADP_FIELD_DIVIDES,
	  "facebook, instagram, audience_network, messenger, threads and so on."},
	 {"platform_position", ADP_FIELD_TEXT, SEGMENT, ADP_FIELD_DIVIDES,
	  "Place there: feed, instagram_reels and so on.",
	  .beside = "publisher_platform"},
	 {"device_platform", ADP_FIELD_TEXT, SEGMENT, ADP_FIELD_DIVIDES,
	  "mobile_app, mobile_web, desktop and so on."},
	 {"impression_device", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Device on which the ad was seen; accounts must be opted in."},
	 {"product_id", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Product of the catalogue; actions in apps are not reported by it, those on web sites without it.",
	  .entity = "product"},
	 {"frequency_value", ADP_FIELD_TEXT, SEGMENT, 0,
	  "How often people were reached; with reach only, accounts must be opted in."},
	 {"skan_campaign_id", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Campaign as SKAdNetwork counts it; with total_postbacks only.",
	  .entity = "SKAdNetwork campaign"},
	 {"skan_conversion_id", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Conversion value of SKAdNetwork; with total_postbacks only."},
	 {META_HOUR, ADP_FIELD_TEXT, SEGMENT, 0,
	  "Hour in the account's time zone; actions outside Meta are not reported by it."},
	 {META_HOUR_NUMBER, ADP_FIELD_INT, SEGMENT, 0,
	  "Hour of the day, 0 to 23, in the account's time zone; actions outside Meta are not reported by it."},
	 {"body_asset.id", ADP_FIELD_TEXT, SEGMENT, 0, "Id of the text.",
	  .entity = "text"},
	 {"body_asset.text", ADP_FIELD_TEXT, SEGMENT, 0, "Text of the ad.",
	  .entity = "text"},
	 {"title_asset.id", ADP_FIELD_TEXT, SEGMENT, 0, "Id of the headline.",
	  .entity = "headline"},
	 {"title_asset.text", ADP_FIELD_TEXT, SEGMENT, 0, "Headline of the ad.",
	  .entity = "headline"},
	 {"image_asset.id", ADP_FIELD_TEXT, SEGMENT, 0, "Id of the image.",
	  .entity = "image"},
	 {"image_asset.name", ADP_FIELD_TEXT, SEGMENT, 0, "Name of the image.",
	  .entity = "image"},
	 {"image_asset.hash", ADP_FIELD_TEXT, SEGMENT, 0, "Hash of the image.",
	  .entity = "image"},
	 {"video_asset.id", ADP_FIELD_TEXT, SEGMENT, 0, "Id of the video asset.",
	  .entity = "video"},
	 {"video_asset.name", ADP_FIELD_TEXT, SEGMENT, 0, "Name of the video.",
	  .entity = "video"},
	 {"link_url_asset.id", ADP_FIELD_TEXT, SEGMENT, 0, "Id of the link.",
	  .entity = "link"},
	 {"link_url_asset.website_url", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Where the ad leads.", .entity = "link"},
	 {"hourly_stats_aggregated_by_audience_time_zone", ADP_FIELD_TEXT, SEGMENT,
	  0, "Hour where the ad was seen; accounts must be opted in."},
	 {"impressions", ADP_FIELD_INT, METRIC, COUNTED, "Times an ad was shown."},
	 {"clicks", ADP_FIELD_INT, METRIC, COUNTED,
	  "Clicks of all kinds, likes and expansions included."},
	 {"inline_link_clicks", ADP_FIELD_INT, METRIC, COUNTED,
	  "Clicks on links, within one day."},
	 {"inline_post_engagement", ADP_FIELD_INT, METRIC, COUNTED,
	  "Engagement with the post."},
	 {"spend", ADP_FIELD_DECIMAL, METRIC, COUNTED,
	  "Cost in the account's currency; an estimate for up to 28 days."},
	 {"reach", ADP_FIELD_INT, METRIC, 0, "People who saw the ad."},
	 {"frequency", ADP_FIELD_DECIMAL, METRIC, 0,
	  "Impressions per person reached."},
	 {"cpm", ADP_FIELD_DECIMAL, METRIC, 0, "Cost per thousand impressions."},
	 {"cpc", ADP_FIELD_DECIMAL, METRIC, 0, "Cost per click of any kind."},
	 {"ctr", ADP_FIELD_DECIMAL, METRIC, 0, "Clicks per impression in percent."},
	 {"cpp", ADP_FIELD_DECIMAL, METRIC, 0, "Cost per thousand people reached."},
	 {"unique_clicks", ADP_FIELD_INT, METRIC, 0, "People who clicked."},
	 {"actions.video_view", ADP_FIELD_INT, METRIC, ADP_FIELD_ADDITIVE,
	  "Views of at least three seconds, or of the whole video if it is shorter."},
	 {"video_play_actions.video_view", ADP_FIELD_INT, METRIC,
	  ADP_FIELD_ADDITIVE, "Times a video began to play; replays do not count."},
	 {"video_thruplay_watched_actions.video_view", ADP_FIELD_INT, METRIC,
	  ADP_FIELD_ADDITIVE,
	  "Views of at least 15 seconds, or of the whole video if it is shorter."},
	 {"video_p25_watched_actions.video_view", ADP_FIELD_INT, METRIC,
	  ADP_FIELD_ADDITIVE, "Views of a quarter of the video."},
	 {"video_p50_watched_actions.video_view", ADP_FIELD_INT, METRIC,
	  ADP_FIELD_ADDITIVE, "Views of half of the video."},
	 {"video_p75_watched_actions.video_view", ADP_FIELD_INT, METRIC,
	  ADP_FIELD_ADDITIVE, "Views of three quarters of the video."},
	 {"video_p95_watched_actions.video_view", ADP_FIELD_INT, METRIC,
	  ADP_FIELD_ADDITIVE, "Views of 95 percent of the video."},
	 {"video_p100_watched_actions.video_view", ADP_FIELD_INT, METRIC,
	  ADP_FIELD_ADDITIVE, "Views of the whole video."},
	 {"video_avg_time_watched_actions.video_view", ADP_FIELD_DECIMAL, METRIC, 0,
	  "Seconds that a play lasted on average, replays included."},
	 {"actions.omni_purchase.1d_click", ADP_FIELD_DECIMAL, METRIC,
	  ADP_FIELD_ADDITIVE,
	  "Purchases over all channels within a day of a click."},
	 {"actions.omni_purchase.7d_click", ADP_FIELD_DECIMAL, METRIC,
	  ADP_FIELD_ADDITIVE,
	  "Purchases over all channels within 7 days of a click."},
	 {"actions.omni_purchase.28d_click", ADP_FIELD_DECIMAL, METRIC,
	  ADP_FIELD_ADDITIVE,
	  "Purchases over all channels within 28 days of a click."},
	 {"actions.omni_purchase.1d_view", ADP_FIELD_DECIMAL, METRIC,
	  ADP_FIELD_ADDITIVE, "Purchases over all channels within a day of a view."},
	 {"action_values.omni_purchase.1d_click", ADP_FIELD_DECIMAL, METRIC,
	  ADP_FIELD_ADDITIVE,
	  "Value of the purchases over all channels within a day of a click."},
	 {"action_values.omni_purchase.7d_click", ADP_FIELD_DECIMAL, METRIC,
	  ADP_FIELD_ADDITIVE,
	  "Value of the purchases over all channels within 7 days of a click."},
	 {"action_values.omni_purchase.28d_click", ADP_FIELD_DECIMAL, METRIC,
	  ADP_FIELD_ADDITIVE,
	  "Value of the purchases over all channels within 28 days of a click."},
	 {"action_values.omni_purchase.1d_view", ADP_FIELD_DECIMAL, METRIC,
	  ADP_FIELD_ADDITIVE,
	  "Value of the purchases over all channels within a day of a view."},
	 {META_CONVERSIONS, ADP_FIELD_DECIMAL, METRIC, ADP_FIELD_ADDS_BY_OPTION,
	  "Conversions by option conversion_actions."},
	 {META_CONVERSIONS_VALUE, ADP_FIELD_DECIMAL, METRIC,
	  ADP_FIELD_ADDS_BY_OPTION,
	  "Value of those conversions in the account's currency."},
	 {META_ACTION_COUNT, ADP_FIELD_DECIMAL, METRIC, ADP_FIELD_ADDITIVE,
	  "Actions of the type in the default attribution window."},
	 {META_ACTION_VALUE, ADP_FIELD_DECIMAL, METRIC, ADP_FIELD_ADDITIVE,
	  "Value of those actions in the account's currency."},
	 {META_ACTIONS, ADP_FIELD_OBJECT, METRIC, 0, "List of actions by type."},
	 {META_ACTION_VALUES, ADP_FIELD_OBJECT, METRIC, 0,
	  "List of values of actions by type."},
	 {META_SETTING, ADP_FIELD_TEXT, METRIC, 0,
	  "Windows in which conversions count: those of the ad set, or mixed where ad sets differ; conversions may be NULL there."},
	 {NULL}};

#define DAILY_COLUMNS \
	{"account_id", TEXTOID, "account_id"}, \
		{"account_name", TEXTOID, "account_name"}, \
		{"date_day", DATEOID, META_DAY}, \
	{ \
		"currency", TEXTOID, "account_currency" \
	}
#define PERIOD_COLUMNS \
	{"account_id", TEXTOID, "account_id"}, \
		{"account_name", TEXTOID, "account_name"}, \
		{"period_start", DATEOID, "adpipe.period_start"}, \
		{"period_end", DATEOID, "adpipe.period_end"}, \
	{ \
		"currency", TEXTOID, "account_currency" \
	}
#define CAMPAIGN_COLUMNS \
	{"campaign_id", TEXTOID, "campaign_id"}, \
	{ \
		"campaign_name", TEXTOID, "campaign_name" \
	}
#define ADSET_COLUMNS \
	{"adset_id", TEXTOID, "adset_id"}, \
	{ \
		"adset_name", TEXTOID, "adset_name" \
	}
#define AD_COLUMNS \
	{"ad_id", TEXTOID, "ad_id"}, \
	{ \
		"ad_name", TEXTOID, "ad_name" \
	}
#define ACTION_COLUMNS \
	{"action_type", TEXTOID, META_ACTION_TYPE}, \
		{"action_count", NUMERICOID, META_ACTION_COUNT}, \
		{"action_value", NUMERICOID, META_ACTION_VALUE}, \
	{ \
		NULL \
	}
#define METRIC_COLUMNS \
	{"impressions", INT8OID, "impressions"}, {"clicks", INT8OID, "clicks"}, \
		{"inline_link_clicks", INT8OID, "inline_link_clicks"}, \
		{"reach", INT8OID, "reach"}, {"frequency", NUMERICOID, "frequency"}, \
		{"spend", NUMERICOID, "spend"}, \
		{"conversions", NUMERICOID, META_CONVERSIONS}, \
		{"conversions_value", NUMERICOID, META_CONVERSIONS_VALUE}, \
		{"attribution_setting", TEXTOID, META_SETTING}, \
	{ \
		NULL \
	}
#define COMMON_COLUMNS {"platform", TEXTOID, "adpipe.platform"}, DAILY_COLUMNS
#define AD_GROUP_COLUMNS \
	{"ad_group_id", TEXTOID, "adset_id"}, \
	{ \
		"ad_group_name", TEXTOID, "adset_name" \
	}
#define COMMON_METRICS \
	{"impressions", INT8OID, "impressions"}, \
		{"clicks", INT8OID, "inline_link_clicks"}, \
		{"spend", NUMERICOID, "spend"}, \
		{"conversions", NUMERICOID, META_CONVERSIONS}, \
		{"conversions_value", NUMERICOID, META_CONVERSIONS_VALUE}, \
	{ \
		NULL \
	}
#define ENTITY_COLUMNS \
	{"account_id", TEXTOID, "account_id"}, \
	{ \
		"account_name", TEXTOID, "adpipe.account_name" \
	}
#define STATUS_COLUMNS \
	{"status", TEXTOID, "status"}, \
	{ \
		"effective_status", TEXTOID, "effective_status" \
	}
#define BUDGET_COLUMNS \
	{"currency", TEXTOID, "adpipe.account_currency"}, \
		{"daily_budget_minor", INT8OID, "daily_budget"}, \
		{"daily_budget", NUMERICOID, "daily_budget"}, \
		{"lifetime_budget_minor", INT8OID, "lifetime_budget"}, \
	{ \
		"lifetime_budget", NUMERICOID, "lifetime_budget" \
	}
#define REMAINING_COLUMNS \
	{"budget_remaining_minor", INT8OID, "budget_remaining"}, \
	{ \
		"budget_remaining", NUMERICOID, "budget_remaining" \
	}
#define TIME_COLUMNS \
	{"created_time", TIMESTAMPTZOID, "created_time"}, \
		{"updated_time", TIMESTAMPTZOID, "updated_time"}, \
	{ \
		NULL \
	}

static const AdpColumn account_daily[] = {DAILY_COLUMNS, METRIC_COLUMNS};
static const AdpColumn campaign_daily[] = {DAILY_COLUMNS, CAMPAIGN_COLUMNS,
										   METRIC_COLUMNS};
static const AdpColumn account_periods[] = {PERIOD_COLUMNS, METRIC_COLUMNS};
static const AdpColumn campaign_periods[] = {PERIOD_COLUMNS, CAMPAIGN_COLUMNS,
											 METRIC_COLUMNS};
static const AdpColumn adset_daily[] = {DAILY_COLUMNS, CAMPAIGN_COLUMNS,
										ADSET_COLUMNS, METRIC_COLUMNS};
static const AdpColumn ad_daily[] = {DAILY_COLUMNS, CAMPAIGN_COLUMNS,
									 ADSET_COLUMNS, AD_COLUMNS, METRIC_COLUMNS};

static const AdpColumn campaign_age_gender_daily[] = {DAILY_COLUMNS,
													  CAMPAIGN_COLUMNS,
													  {"age", TEXTOID, "age"},
													  {"gender", TEXTOID,
													   "gender"},
													  METRIC_COLUMNS};

static const AdpColumn campaign_country_daily[] = {DAILY_COLUMNS,
												   CAMPAIGN_COLUMNS,
												   {"country", TEXTOID,
													"country"},
												   METRIC_COLUMNS};

static const AdpColumn campaign_placement_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"publisher_platform", TEXTOID, "publisher_platform"},
	 {"platform_position", TEXTOID, "platform_position"},
	 METRIC_COLUMNS};

static const AdpColumn campaign_action_daily[] = {DAILY_COLUMNS,
												  CAMPAIGN_COLUMNS,
												  ACTION_COLUMNS};
static const AdpColumn ad_action_daily[] = {DAILY_COLUMNS, CAMPAIGN_COLUMNS,
											ADSET_COLUMNS, AD_COLUMNS,
											ACTION_COLUMNS};

static const AdpColumn account_country_daily[] = {DAILY_COLUMNS,
												  {"country", TEXTOID,
												   "country"},
												  METRIC_COLUMNS};
static const AdpColumn account_country_action_daily[] = {DAILY_COLUMNS,
														 {"country", TEXTOID,
														  "country"},
														 ACTION_COLUMNS};

/* Without conversions: those outside Meta are not reported by region. */
static const AdpColumn account_region_daily[] =
	{DAILY_COLUMNS,
	 {"region", TEXTOID, "region"},
	 {"impressions", INT8OID, "impressions"},
	 {"clicks", INT8OID, "clicks"},
	 {"inline_link_clicks", INT8OID, "inline_link_clicks"},
	 {"reach", INT8OID, "reach"},
	 {"frequency", NUMERICOID, "frequency"},
	 {"spend", NUMERICOID, "spend"},
	 {NULL}};
static const AdpColumn campaign_region_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"region", TEXTOID, "region"},
	 {"impressions", INT8OID, "impressions"},
	 {"clicks", INT8OID, "clicks"},
	 {"inline_link_clicks", INT8OID, "inline_link_clicks"},
	 {"reach", INT8OID, "reach"},
	 {"frequency", NUMERICOID, "frequency"},
	 {"spend", NUMERICOID, "spend"},
	 {NULL}};

static const AdpColumn campaign_device_daily[] = {DAILY_COLUMNS,
												  CAMPAIGN_COLUMNS,
												  {"device_platform", TEXTOID,
												   "device_platform"},
												  METRIC_COLUMNS};

/* Without people and conversions, which are not reported by hour. */
#define HOURLY_METRICS \
	{"hour_range", TEXTOID, META_HOUR}, \
		{"impressions", INT8OID, "impressions"}, \
		{"clicks", INT8OID, "clicks"}, \
		{"inline_link_clicks", INT8OID, "inline_link_clicks"}, \
		{"spend", NUMERICOID, "spend"}, \
	{ \
		NULL \
	}

static const AdpColumn account_hourly[] = {DAILY_COLUMNS, HOURLY_METRICS};
static const AdpColumn campaign_hourly[] = {DAILY_COLUMNS, CAMPAIGN_COLUMNS,
											HOURLY_METRICS};

static const AdpColumn ad_video_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 ADSET_COLUMNS,
	 AD_COLUMNS,
	 {"impressions", INT8OID, "impressions"},
	 {"spend", NUMERICOID, "spend"},
	 {"video_plays", INT8OID, "video_play_actions.video_view"},
	 {"video_views_3s", INT8OID, "actions.video_view"},
	 {"thruplays", INT8OID, "video_thruplay_watched_actions.video_view"},
	 {"video_views_25", INT8OID, "video_p25_watched_actions.video_view"},
	 {"video_views_50", INT8OID, "video_p50_watched_actions.video_view"},
	 {"video_views_75", INT8OID, "video_p75_watched_actions.video_view"},
	 {"video_views_95", INT8OID, "video_p95_watched_actions.video_view"},
	 {"video_views_100", INT8OID, "video_p100_watched_actions.video_view"},
	 {"average_seconds", NUMERICOID,
	  "video_avg_time_watched_actions.video_view"},
	 {NULL}};

/* Meta reports few fields by asset, among them no clicks on links. */
#define ASSET_METRICS \
	{"impressions", INT8OID, "impressions"}, {"clicks", INT8OID, "clicks"}, \
		{"spend", NUMERICOID, "spend"}, \
		{"conversions", NUMERICOID, META_CONVERSIONS}, \
		{"conversions_value", NUMERICOID, META_CONVERSIONS_VALUE}, \
	{ \
		NULL \
	}

static const AdpColumn ad_body_daily[] = {DAILY_COLUMNS,
										  CAMPAIGN_COLUMNS,
										  ADSET_COLUMNS,
										  AD_COLUMNS,
										  {"body_id", TEXTOID, "body_asset.id"},
										  {"body_text", TEXTOID,
										   "body_asset.text"},
										  ASSET_METRICS};
static const AdpColumn ad_title_daily[] = {DAILY_COLUMNS,
										   CAMPAIGN_COLUMNS,
										   ADSET_COLUMNS,
										   AD_COLUMNS,
										   {"title_id", TEXTOID,
											"title_asset.id"},
										   {"title_text", TEXTOID,
											"title_asset.text"},
										   ASSET_METRICS};
static const AdpColumn ad_image_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 ADSET_COLUMNS,
	 AD_COLUMNS,
	 {"image_id", TEXTOID, "image_asset.id"},
	 {"image_name", TEXTOID, "image_asset.name"},
	 {"image_hash", TEXTOID, "image_asset.hash"},
	 ASSET_METRICS};
static const AdpColumn ad_video_asset_daily[] = {DAILY_COLUMNS,
												 CAMPAIGN_COLUMNS,
												 ADSET_COLUMNS,
												 AD_COLUMNS,
												 {"video_id", TEXTOID,
												  "video_asset.id"},
												 {"video_name", TEXTOID,
												  "video_asset.name"},
												 ASSET_METRICS};
static const AdpColumn ad_link_daily[] = {DAILY_COLUMNS,
										  CAMPAIGN_COLUMNS,
										  ADSET_COLUMNS,
										  AD_COLUMNS,
										  {"link_id", TEXTOID,
										   "link_url_asset.id"},
										  {"link", TEXTOID,
										   "link_url_asset.website_url"},
										  ASSET_METRICS};

/* Without conversions: those on web sites have no product, and those in apps
 * are not reported. */
static const AdpColumn product_daily[] = {DAILY_COLUMNS,
										  CAMPAIGN_COLUMNS,
										  {"product_id", TEXTOID, "product_id"},
										  {"impressions", INT8OID,
										   "impressions"},
										  {"clicks", INT8OID, "clicks"},
										  {"inline_link_clicks", INT8OID,
										   "inline_link_clicks"},
										  {"spend", NUMERICOID, "spend"},
										  {NULL}};

static const AdpColumn campaign_window_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"spend", NUMERICOID, "spend"},
	 {"purchases_1d_click", NUMERICOID, "actions.omni_purchase.1d_click"},
	 {"purchases_7d_click", NUMERICOID, "actions.omni_purchase.7d_click"},
	 {"purchases_28d_click", NUMERICOID, "actions.omni_purchase.28d_click"},
	 {"purchases_1d_view", NUMERICOID, "actions.omni_purchase.1d_view"},
	 {"purchases_value_1d_click", NUMERICOID,
	  "action_values.omni_purchase.1d_click"},
	 {"purchases_value_7d_click", NUMERICOID,
	  "action_values.omni_purchase.7d_click"},
	 {"purchases_value_28d_click", NUMERICOID,
	  "action_values.omni_purchase.28d_click"},
	 {"purchases_value_1d_view", NUMERICOID,
	  "action_values.omni_purchase.1d_view"},
	 {NULL}};

static const AdpColumn campaign_conversion_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"conversion", TEXTOID, META_CONVERSION},
	 {"conversions", NUMERICOID, META_ACTION_COUNT},
	 {"conversions_value", NUMERICOID, META_ACTION_VALUE},
	 {NULL}};

static const AdpColumn account_region_action_daily[] = {DAILY_COLUMNS,
														{"region", TEXTOID,
														 "region"},
														ACTION_COLUMNS};

static const AdpColumn accounts[] =
	{{"account_id", TEXTOID, "account_id"},
	 {"account_name", TEXTOID, "name"},
	 {"account_status", INT4OID, "account_status"},
	 {"disable_reason", INT4OID, "disable_reason"},
	 {"currency", TEXTOID, "currency"},
	 {"time_zone", TEXTOID, "timezone_name"},
	 {"attribution_spec", JSONBOID, "attribution_spec"},
	 {"amount_spent_minor", INT8OID, "amount_spent"},
	 {"amount_spent", NUMERICOID, "amount_spent"},
	 {"balance", NUMERICOID, "balance"},
	 {"spend_cap", NUMERICOID, "spend_cap"},
	 {"min_daily_budget_minor", INT8OID, "min_daily_budget"},
	 {"min_daily_budget", NUMERICOID, "min_daily_budget"},
	 {"time_zone_offset", NUMERICOID, "timezone_offset_hours_utc"},
	 {"business_country_code", TEXTOID, "business_country_code"},
	 {"business_state", TEXTOID, "business_state"},
	 {"created_time", TIMESTAMPTZOID, "created_time"},
	 {NULL}};

static const AdpColumn campaigns[] =
	{ENTITY_COLUMNS,
	 {"campaign_id", TEXTOID, "id"},
	 {"campaign_name", TEXTOID, "name"},
	 STATUS_COLUMNS,
	 {"objective", TEXTOID, "objective"},
	 {"buying_type", TEXTOID, "buying_type"},
	 {"bid_strategy", TEXTOID, "bid_strategy"},
	 {"special_ad_categories", TEXTARRAYOID, "special_ad_categories"},
	 BUDGET_COLUMNS,
	 {"start_time", TIMESTAMPTZOID, "start_time"},
	 {"stop_time", TIMESTAMPTZOID, "stop_time"},
	 REMAINING_COLUMNS,
	 TIME_COLUMNS};

static const AdpColumn adsets[] =
	{ENTITY_COLUMNS,
	 {"campaign_id", TEXTOID, "campaign_id"},
	 {"adset_id", TEXTOID, "id"},
	 {"adset_name", TEXTOID, "name"},
	 STATUS_COLUMNS,
	 {"optimization_goal", TEXTOID, "optimization_goal"},
	 {"billing_event", TEXTOID, "billing_event"},
	 {"bid_strategy", TEXTOID, "bid_strategy"},
	 {"bid_amount", NUMERICOID, "bid_amount"},
	 BUDGET_COLUMNS,
	 {"attribution_spec", JSONBOID, "attribution_spec"},
	 {"promoted_object", JSONBOID, "promoted_object"},
	 {"targeting", JSONBOID, "targeting"},
	 {"start_time", TIMESTAMPTZOID, "start_time"},
	 {"end_time", TIMESTAMPTZOID, "end_time"},
	 REMAINING_COLUMNS,
	 TIME_COLUMNS};

static const AdpColumn ads[] = {ENTITY_COLUMNS,
								{"campaign_id", TEXTOID, "campaign_id"},
								{"adset_id", TEXTOID, "adset_id"},
								{"ad_id", TEXTOID, "id"},
								{"ad_name", TEXTOID, "name"},
								STATUS_COLUMNS,
								{"creative_id", TEXTOID, "creative.id"},
								{"conversion_domain", TEXTOID,
								 "conversion_domain"},
								TIME_COLUMNS};

static const AdpColumn creatives[] =
	{ENTITY_COLUMNS,
	 {"creative_id", TEXTOID, "id"},
	 {"creative_name", TEXTOID, "name"},
	 {"status", TEXTOID, "status"},
	 {"title", TEXTOID, "title"},
	 {"body", TEXTOID, "body"},
	 {"object_type", TEXTOID, "object_type"},
	 {"call_to_action_type", TEXTOID, "call_to_action_type"},
	 {"link_url", TEXTOID, "link_url"},
	 {"image_url", TEXTOID, "image_url"},
	 {"thumbnail_url", TEXTOID, "thumbnail_url"},
	 {"video_id", TEXTOID, "video_id"},
	 {"url_tags", TEXTOID, "url_tags"},
	 {"object_story_spec", JSONBOID, "object_story_spec"},
	 {"asset_feed_spec", JSONBOID, "asset_feed_spec"},
	 {NULL}};

static const AdpColumn custom_conversions[] =
	{ENTITY_COLUMNS,
	 {"custom_conversion_id", TEXTOID, "id"},
	 {"custom_conversion_name", TEXTOID, "name"},
	 {"custom_event_type", TEXTOID, "custom_event_type"},
	 {NULL}};

static const AdpColumn audiences[] = {ENTITY_COLUMNS,
									  {"audience_id", TEXTOID, "id"},
									  {"audience_name", TEXTOID, "name"},
									  {"subtype", TEXTOID, "subtype"},
									  {"description", TEXTOID, "description"},
									  {"people_at_least", INT8OID,
									   "approximate_count_lower_bound"},
									  {"people_at_most", INT8OID,
									   "approximate_count_upper_bound"},
									  {NULL}};

static const AdpColumn activities[] =
	{ENTITY_COLUMNS,
	 {"date_day", DATEOID, "event_time"},
	 {"happened_at", TIMESTAMPTZOID, "event_time"},
	 {"event_type", TEXTOID, "event_type"},
	 {"event_text", TEXTOID, "translated_event_type"},
	 {"object_type", TEXTOID, "object_type"},
	 {"object_id", TEXTOID, "object_id"},
	 {"object_name", TEXTOID, "object_name"},
	 {"application_name", TEXTOID, "application_name"},
	 {"actor_id", TEXTOID, "actor_id"},
	 {"actor_name", TEXTOID, "actor_name"},
	 {"extra_data", TEXTOID, "extra_data"},
	 {NULL}};

static const AdpColumn video_report[] =
	{COMMON_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 AD_GROUP_COLUMNS,
	 AD_COLUMNS,
	 {"impressions", INT8OID, "impressions"},
	 {"spend", NUMERICOID, "spend"},
	 {"video_plays", INT8OID, "video_play_actions.video_view"},
	 {"video_views_25", INT8OID, "video_p25_watched_actions.video_view"},
	 {"video_views_50", INT8OID, "video_p50_watched_actions.video_view"},
	 {"video_views_75", INT8OID, "video_p75_watched_actions.video_view"},
	 {"video_views_100", INT8OID, "video_p100_watched_actions.video_view"},
	 {NULL}};

static const AdpColumn hourly_report[] = {COMMON_COLUMNS,
										  CAMPAIGN_COLUMNS,
										  {"hour", INT4OID, META_HOUR_NUMBER},
										  {"impressions", INT8OID,
										   "impressions"},
										  {"clicks", INT8OID,
										   "inline_link_clicks"},
										  {"spend", NUMERICOID, "spend"},
										  {NULL}};

static const AdpColumn country_report[] =
	{COMMON_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"country", TEXTOID, "country"},
	 {"impressions", INT8OID, "impressions"},
	 {"clicks", INT8OID, "inline_link_clicks"},
	 {"spend", NUMERICOID, "spend"},
	 {"conversions", NUMERICOID, META_CONVERSIONS},
	 {NULL}};

static const AdpColumn device_report[] =
	{COMMON_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"device", TEXTOID, "device_platform"},
	 {"impressions", INT8OID, "impressions"},
	 {"clicks", INT8OID, "inline_link_clicks"},
	 {"spend", NUMERICOID, "spend"},
	 {"conversions", NUMERICOID, META_CONVERSIONS},
	 {NULL}};

static const AdpColumn conversion_report[] =
	{COMMON_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"conversion_name", TEXTOID, META_CONVERSION},
	 {"counted_as", TEXTOID, META_COUNTED_AS},
	 {"conversions", NUMERICOID, META_ACTION_COUNT},
	 {"conversions_value", NUMERICOID, META_ACTION_VALUE},
	 {NULL}};

static const AdpColumn account_report[] = {COMMON_COLUMNS, COMMON_METRICS};
static const AdpColumn campaign_report[] = {COMMON_COLUMNS, CAMPAIGN_COLUMNS,
											COMMON_METRICS};
static const AdpColumn ad_group_report[] = {COMMON_COLUMNS, CAMPAIGN_COLUMNS,
											AD_GROUP_COLUMNS, COMMON_METRICS};
static const AdpColumn ad_report[] = {COMMON_COLUMNS, CAMPAIGN_COLUMNS,
									  AD_GROUP_COLUMNS, AD_COLUMNS,
									  COMMON_METRICS};

const AdpReport adp_meta_ads_reports[] =
	{{"reports", "account_daily", "account", account_daily,
	  "Meta ad accounts by day."},
	 {"reports", "campaign_daily", "campaign", campaign_daily,
	  "Meta campaigns by day."},
	 {"reports", "adset_daily", "adset", adset_daily, "Meta ad sets by day."},
	 {"reports", "ad_daily", "ad", ad_daily, "Meta ads by day."},
	 {"reports", "account_weekly", "account", account_periods,
	  "Meta ad accounts by week, Monday to Sunday, with reach and frequency of the week.",
	  .period = ADP_PERIOD_WEEK, .group = "periods"},
	 {"reports", "account_monthly", "account", account_periods,
	  "Meta ad accounts by month, with reach and frequency of the month.",
	  .period = ADP_PERIOD_MONTH, .group = "periods"},
	 {"reports", "campaign_weekly", "campaign", campaign_periods,
	  "Meta campaigns by week, Monday to Sunday, with reach and frequency of the week.",
	  .period = ADP_PERIOD_WEEK, .group = "periods"},
	 {"reports", "campaign_monthly", "campaign", campaign_periods,
	  "Meta campaigns by month, with reach and frequency of the month.",
	  .period = ADP_PERIOD_MONTH, .group = "periods"},
	 {"reports", "account_country_daily", "account", account_country_daily,
	  "Meta ad accounts by day and country; what cannot be placed is missing.",
	  "country", .group = "geo"},
	 {"reports", "account_region_daily", "account", account_region_daily,
	  "Meta ad accounts by day and region; what cannot be placed is missing.",
	  "region", .group = "geo"},
	 {"reports", "campaign_age_gender_daily", "campaign",
	  campaign_age_gender_daily, "Meta campaigns by day, age and gender.",
	  "age,gender"},
	 {"reports", "campaign_country_daily", "campaign", campaign_country_daily,
	  "Meta campaigns by day and country; what cannot be placed is missing.",
	  "country"},
	 {"reports", "campaign_placement_daily", "campaign",
	  campaign_placement_daily, "Meta campaigns by day and placement.",
	  "publisher_platform,platform_position"},
	 {"reports", "campaign_action_daily", "campaign", campaign_action_daily,
	  "Meta campaigns by day and type of action; types overlap, so pick one before adding up."},
	 {"reports", "ad_action_daily", "ad", ad_action_daily,
	  "Meta ads by day and type of action; types overlap, so pick one before adding up.",
	  .group = "actions"},
	 {"reports", "account_country_action_daily", "account",
	  account_country_action_daily,
	  "Meta ad accounts by day, country and type of action; types overlap, so pick one before adding up.",
	  "country", .group = "actions"},
	 {"reports", "account_region_action_daily", "account",
	  account_region_action_daily,
	  "Meta ad accounts by day, region and type of action, without actions outside Meta; types overlap, so pick one before adding up.",
	  "region", .group = "actions"},
	 {"reports", "account_hourly", "account", account_hourly,
	  "Meta ad accounts by hour of the day in the account's zone; the last 13 months. The hours add up to account_daily; Meta reports no people by hour, and no actions outside Meta, hence no conversions.",
	  META_HOUR, .group = "hourly"},
	 {"reports", "campaign_hourly", "campaign", campaign_hourly,
	  "Meta campaigns by hour of the day in the account's zone, for intraday pacing; the last 13 months. The hours add up to campaign_daily; Meta reports no people by hour, and no actions outside Meta, hence no conversions.",
	  META_HOUR, .group = "hourly"},
	 {"reports", "campaign_region_daily", "campaign", campaign_region_daily,
	  "Meta campaigns by day and region. What cannot be placed is missing, so regions add up to less than campaign_daily; Meta reports no actions outside Meta by region, hence no conversions.",
	  "region", .group = "geo"},
	 {"reports", "campaign_device_daily", "campaign", campaign_device_daily,
	  "Meta campaigns by day and kind of device: app or browser of a phone, or a computer. Devices add up to campaign_daily but for people, who may have several, and for conversions by an option with a bar.",
	  "device_platform", .group = "device"},
	 {"reports", "ad_video_daily", "ad", ad_video_daily,
	  "Meta ads by day with how far people watched their videos; ads without a video have 0. Views add up to those of a campaign; for the average time weight average_seconds by video_plays.",
	  .group = "video"},
	 {"reports", "ad_body_daily", "ad", ad_body_daily,
	  "Meta ads by day and the texts of dynamic creatives; other ads are missing, so they add up to less than ad_daily. Meta reports one kind of asset at a time.",
	  "body_asset", .group = "assets"},
	 {"reports", "ad_title_daily", "ad", ad_title_daily,
	  "Meta ads by day and the headlines of dynamic creatives; other ads are missing, so they add up to less than ad_daily. Meta reports one kind of asset at a time.",
	  "title_asset", .group = "assets"},
	 {"reports", "ad_image_daily", "ad", ad_image_daily,
	  "Meta ads by day and the images of dynamic creatives; other ads are missing, so they add up to less than ad_daily. Meta reports one kind of asset at a time.",
	  "image_asset", .group = "assets"},
	 {"reports", "ad_video_asset_daily", "ad", ad_video_asset_daily,
	  "Meta ads by day and the videos of dynamic creatives; other ads are missing, so they add up to less than ad_daily. Meta reports one kind of asset at a time.",
	  "video_asset", .group = "assets"},
	 {"reports", "ad_link_daily", "ad", ad_link_daily,
	  "Meta ads by day and the links of dynamic creatives; other ads are missing, so they add up to less than ad_daily. Meta reports one kind of asset at a time.",
	  "link_url_asset", .group = "assets"},
	 {"reports", "product_daily", "campaign", product_daily,
	  "Meta campaigns by day and product of the catalogue. Campaigns without a catalogue have no product, so products add up to campaign_daily of catalogue campaigns at most; conversions are not reported by product.",
	  "product_id", .group = "shopping"},
	 {"reports", "campaign_window_daily", "campaign", campaign_window_daily,
	  "Meta campaigns by day with purchases in several attribution windows side by side, whatever the setting of the ad sets. A longer window contains the shorter one: never add windows up.",
	  .group = "conversions"},
	 {"reports", "campaign_conversion_daily", "campaign",
	  campaign_conversion_daily,
	  "Meta campaigns by day and conversion: standard events over all channels, custom events by name, custom conversions by id. Without clicks and engagement, and without the channels that campaign_action_daily has beside their sum. A custom conversion may count an event again, so add up within one conversion.",
	  .group = "conversions"},
	 {"reports", "accounts", "accounts", accounts,
	  "Meta ad accounts with their settings.", .entity = "account"},
	 {"reports", "campaigns", "campaigns", campaigns,
	  "Meta campaigns with their settings, archived ones included; no list contains deleted ones.",
	  .entity = "campaign"},
	 {"reports", "adsets", "adsets", adsets,
	  "Meta ad sets with their settings, archived ones included; no list contains deleted ones.",
	  .entity = "ad set"},
	 {"reports", "ads", "ads", ads,
	  "Meta ads with their settings, archived ones included; no list contains deleted ones.",
	  .entity = "ad"},
	 {"reports", "creatives", "creatives", creatives,
	  "Meta creatives: what ads show.", .entity = "creative"},
	 {"reports", "custom_conversions", "custom_conversions", custom_conversions,
	  "Meta custom conversions: the names of what campaign_conversion_daily has by id.",
	  .entity = "custom conversion", .group = "settings"},
	 {"reports", "audiences", "audiences", audiences,
	  "Meta audiences with their estimated size. Audiences overlap, so do not add up their sizes.",
	  .entity = "audience", .group = "settings"},
	 {"reports", "activities", "activities", activities,
	  "The log of Meta ad accounts: budgets, bids and states that somebody changed, what was approved, charged and so on. date_day is a day of UTC, unlike in all other reports; happened_at is the moment. Meta does not say how long it keeps the log. Who did it and the old and new values are left out unless OPTIONS (personal_data 'include').",
	  .group = "changes"},
	 {"common", "account_report", "account", account_report,
	  "Accounts by day, in the shape that all platforms share."},
	 {"common", "campaign_report", "campaign", campaign_report,
	  "Campaigns by day, in the shape that all platforms share."},
	 {"common", "ad_group_report", "adset", ad_group_report,
	  "Ad groups by day, in the shape that all platforms share."},
	 {"common", "ad_report", "ad", ad_report,
	  "Ads by day, in the shape that all platforms share."},
	 {"common", "video_report", "ad", video_report,
	  "Ads by day with how far their videos were watched, in the shape of all platforms that count it."},
	 {"common", "hourly_report", "campaign", hourly_report,
	  "Campaigns by hour of the day, in the shape of all platforms that report hours. Meta reports no conversions by hour.",
	  META_HOUR},
	 {"common", "country_report", "campaign", country_report,
	  "Campaigns by day and country, in the shape of all platforms that report countries by their codes.",
	  "country"},
	 {"common", "device_report", "campaign", device_report,
	  "Campaigns by day and device, in the shape of all platforms that report devices. Devices are in the platform's words, which adpipe.device_class() maps; they add up to campaign_report, but conversions by an option with a bar.",
	  "device_platform"},
	 {"common", "conversion_report", "campaign", conversion_report,
	  "Campaigns by day and conversion, in the shape of all platforms that name conversions."},
	 {NULL}};
