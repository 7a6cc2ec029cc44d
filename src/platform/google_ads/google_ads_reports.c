/*
 * google_ads_reports.c
 *	  Google Ads: its fields and the reports typed from them, as tables.
 *
 * Field types and units follow the API's published definitions of v25 and v26.
 * Users can define tables with fields that are not listed here; conditions on
 * them are evaluated locally, and an absent value is NULL.
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"

#include "platform/google_ads/google_ads.h"

#define ATTRIBUTE ADP_KIND_ATTRIBUTE
#define SEGMENT ADP_KIND_SEGMENT
#define METRIC ADP_KIND_METRIC
#define DAYS (ADP_FIELD_DIVIDES | ADP_FIELD_CALENDAR)
#define COUNTED (ADP_FIELD_ADDITIVE | ADP_FIELD_ABSENT_0)

/*
 * By their published definitions these metrics are set in every row, also to 0;
 * those that are left out when 0 cannot rank rows.
 */
#define RANKED (COUNTED | ADP_FIELD_RANKS)

/*
 * Rows of past days have the attributes that entities have now; a local copy
 * keeps those of the day on which it was refreshed.
 */
#define AS_READ " as of the time of reading."

const AdpField adp_google_ads_fields[] =
	{{"adpipe.platform", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_PLATFORM,
	  "The platform's name, google_ads."},
	 {"customer.id", ADP_FIELD_ID, ATTRIBUTE, ADP_FIELD_ACCOUNT,
	  "Customer id, 10 digits without hyphens.", .entity = "account"},
	 {"customer.descriptive_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the account" AS_READ, .entity = "account"},
	 {"customer.currency_code", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "ISO 4217 code in which the account is billed."},
	 {"customer.time_zone", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Time zone in which the account's days run."},
	 {"customer.auto_tagging_enabled", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether clicks carry the id that attributes conversions."},
	 {"customer.tracking_url_template", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Template of the addresses that clicks are counted through."},
	 {"customer.final_url_suffix", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Parameters added to landing pages."},
	 {"customer.test_account", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether the account is a test account."},
	 {"customer.status", ADP_FIELD_ENUM, ATTRIBUTE, 0, "Status of the account."},
	 {"customer.manager", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether the account is a manager."},
	 {"customer_client.id", ADP_FIELD_ID, ATTRIBUTE, 0,
	  "Customer id, 10 digits without hyphens.", .entity = "account"},
	 {"customer_client.descriptive_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the account.", .entity = "account"},
	 {"customer_client.currency_code", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "ISO 4217 code in which the account is billed."},
	 {"customer_client.time_zone", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Time zone in which the account's days run."},
	 {"customer_client.status", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ENABLED, CANCELED, SUSPENDED or CLOSED."},
	 {"customer_client.manager", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether the account is a manager."},
	 {"customer_client.hidden", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether the account is hidden in the manager."},
	 {"customer_client.test_account", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether the account is a test account."},
	 {"customer_client.level", ADP_FIELD_INT, ATTRIBUTE, 0,
	  "Distance from the requested account, which is 0."},
	 {"campaign.id", ADP_FIELD_ID, ATTRIBUTE, 0, "Id of the campaign.",
	  .entity = "campaign"},
	 {"campaign.name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the campaign" AS_READ, .entity = "campaign"},
	 {"campaign.status", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ENABLED, PAUSED or REMOVED," AS_READ},
	 {"campaign.serving_status", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "Whether the campaign can serve now."},
	 {"campaign.advertising_channel_type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "SEARCH, DISPLAY, VIDEO, PERFORMANCE_MAX and so on."},
	 {"campaign.advertising_channel_sub_type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "Finer kind of channel."},
	 {"campaign.bidding_strategy_type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "How the campaign bids."},
	 {"campaign.start_date_time", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Start, in the account's time zone."},
	 {"campaign.end_date_time", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "End, in the account's time zone."},
	 {"campaign.tracking_url_template", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Template of the addresses that clicks are counted through."},
	 {"campaign.final_url_suffix", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Parameters added to landing pages."},
	 {"campaign.campaign_budget", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Resource name of the campaign's budget.", .entity = "budget"},
	 {"campaign_budget.id", ADP_FIELD_ID, ATTRIBUTE, 0, "Id of the budget.",
	  .entity = "budget"},
	 {"campaign_budget.name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the budget.", .entity = "budget"},
	 {"campaign_budget.status", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ENABLED or REMOVED."},
	 {"campaign_budget.period", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "DAILY or CUSTOM_PERIOD."},
	 {"campaign_budget.delivery_method", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "STANDARD or ACCELERATED."},
	 {"campaign_budget.explicitly_shared", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether several campaigns may share the budget."},
	 {"campaign_budget.amount_micros", ADP_FIELD_INT, ATTRIBUTE,
	  ADP_FIELD_MICROS,
	  "Budget per day; do not add up shared budgets over campaigns."},
	 {"campaign_budget.total_amount_micros", ADP_FIELD_INT, ATTRIBUTE,
	  ADP_FIELD_MICROS, "Budget of a custom period as a whole."},
	 {"ad_group.id", ADP_FIELD_ID, ATTRIBUTE, 0, "Id of the ad group.",
	  .entity = "ad group"},
	 {"ad_group.name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the ad group" AS_READ, .entity = "ad group"},
	 {"ad_group.status", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ENABLED, PAUSED or REMOVED," AS_READ},
	 {"ad_group.type", ADP_FIELD_ENUM, ATTRIBUTE, 0, "Kind of ad group."},
	 {"ad_group.cpc_bid_micros", ADP_FIELD_INT, ATTRIBUTE, ADP_FIELD_MICROS,
	  "Highest bid per click."},
	 {"ad_group_ad.ad.id", ADP_FIELD_ID, ATTRIBUTE, 0, "Id of the ad.",
	  .entity = "ad"},
	 {"ad_group_ad.ad.name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the ad as of the time of reading; many ads have none.",
	  .entity = "ad"},
	 {"ad_group_ad.ad.type", ADP_FIELD_ENUM, ATTRIBUTE, 0, "Kind of ad."},
	 {"ad_group_ad.ad.final_urls", ADP_FIELD_LIST, ATTRIBUTE, 0,
	  "Landing pages."},
	 {"ad_group_ad.ad.display_url", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Address that the ad shows; responsive ads have none."},
	 {"ad_group_ad.ad.tracking_url_template", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Template of the addresses that clicks are counted through."},
	 {"ad_group_ad.status", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ENABLED, PAUSED or REMOVED."},
	 {"ad_group_criterion.criterion_id", ADP_FIELD_ID, ATTRIBUTE, 0,
	  "Id of the keyword or audience within its ad group.",
	  .entity = ADP_ENTITY_LISTED},
	 {"ad_group_criterion.type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "KEYWORD, USER_LIST, USER_INTEREST, PLACEMENT and so on."},
	 {"ad_group_criterion.display_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "What the keyword, audience or placement is called.",
	  .entity = ADP_ENTITY_LISTED},
	 {"ad_group_criterion.user_list.user_list", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Resource name of the audience list; other audiences have none.",
	  .entity = "audience list"},
	 {"ad_group_criterion.keyword.text", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "The keyword.", .entity = "keyword"},
	 {"ad_group_criterion.keyword.match_type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "EXACT, PHRASE or BROAD."},
	 {"ad_group_criterion.age_range.type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "AGE_RANGE_18_24 and so on; AGE_RANGE_UNDETERMINED: not known."},
	 {"ad_group_criterion.gender.type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "MALE, FEMALE or UNDETERMINED."},
	 {"ad_group_criterion.status", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ENABLED, PAUSED or REMOVED."},
	 {"ad_group_criterion.negative", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether the keyword excludes."},
	 {"ad_group_criterion.cpc_bid_micros", ADP_FIELD_INT, ATTRIBUTE,
	  ADP_FIELD_MICROS, "Highest bid per click of the keyword itself."},
	 {"ad_group_criterion.quality_info.quality_score", ADP_FIELD_INT, ATTRIBUTE,
	  0, "Quality score from 1 to 10."},
	 {"search_term_view.search_term", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "What people searched for; rare terms are withheld by the platform.",
	  .entity = "search term"},
	 {"search_term_view.status", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "Whether the term was added or excluded as a keyword."},
	 {"geographic_view.country_criterion_id", ADP_FIELD_ID, ATTRIBUTE, 0,
	  "Id of the country.", .entity = "country"},
	 {"geographic_view.location_type", ADP_FIELD_ENUM, ATTRIBUTE,
	  ADP_FIELD_OVERLAPS, "AREA_OF_INTEREST or LOCATION_OF_PRESENCE."},
	 {"user_location_view.country_criterion_id", ADP_FIELD_ID, ATTRIBUTE, 0,
	  "Id of the country where people were.", .entity = "country"},
	 {"user_location_view.targeting_location", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether the campaign targets the place."},
	 {"geo_target_constant.id", ADP_FIELD_ID, ATTRIBUTE, 0, "Id of the place.",
	  .entity = "place"},
	 {"geo_target_constant.resource_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Resource name of the place, as reports have it.", .entity = "place"},
	 {"geo_target_constant.name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the place in English.", .entity = "place"},
	 {"geo_target_constant.canonical_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the place with what it lies in.", .entity = "place"},
	 {"geo_target_constant.country_code", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "ISO 3166 code of the country."},
	 {"geo_target_constant.target_type", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Country, Region, City, Postal Code and so on."},
	 {"geo_target_constant.status", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ENABLED, or REMOVAL_PLANNED."},
	 {"group_placement_view.placement", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Domain of the site, or id of the app or channel.", .entity = "placement"},
	 {"group_placement_view.display_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the placement as people see it.", .entity = "placement"},
	 {"group_placement_view.placement_type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "WEBSITE, MOBILE_APPLICATION, YOUTUBE_CHANNEL and so on."},
	 {"group_placement_view.target_url", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Address of the placement.", .entity = "placement"},
	 {"label.id", ADP_FIELD_ID, ATTRIBUTE, 0, "Id of the label.",
	  .entity = "label"},
	 {"label.name", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Name of the label.",
	  .entity = "label"},
	 {"label.status", ADP_FIELD_ENUM, ATTRIBUTE, 0, "ENABLED or REMOVED."},
	 {"label.text_label.background_color", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Color of the label, as #RRGGBB."},
	 {"label.text_label.description", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "What the label is for."},
	 {"asset.id", ADP_FIELD_ID, ATTRIBUTE, 0, "Id of the asset.",
	  .entity = "asset"},
	 {"asset.name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the asset; texts have none.", .entity = "asset"},
	 {"asset.type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "TEXT, IMAGE, YOUTUBE_VIDEO, SITELINK and so on."},
	 {"asset.source", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ADVERTISER or AUTOMATICALLY_CREATED."},
	 {"asset.final_urls", ADP_FIELD_LIST, ATTRIBUTE, 0, "Landing pages."},
	 {"asset.text_asset.text", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Text of the asset."},
	 {"asset.image_asset.full_size.url", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Address of the image."},
	 {"asset.image_asset.full_size.width_pixels", ADP_FIELD_INT, ATTRIBUTE, 0,
	  "Width of the image."},
	 {"asset.image_asset.full_size.height_pixels", ADP_FIELD_INT, ATTRIBUTE, 0,
	  "Height of the image."},
	 {"asset.youtube_video_asset.youtube_video_id", ADP_FIELD_TEXT, ATTRIBUTE,
	  0, "Id of the video on YouTube.", .entity = "video"},
	 {"asset.youtube_video_asset.youtube_video_title", ADP_FIELD_TEXT,
	  ATTRIBUTE, 0, "Title of the video.", .entity = "video"},
	 {"asset.sitelink_asset.link_text", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Text of the sitelink."},
	 {"asset.callout_asset.callout_text", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Text of the callout."},
	 {"asset_group_asset.field_type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "What the asset serves as: HEADLINE, DESCRIPTION, MARKETING_IMAGE and so on."},
	 {"asset_group_asset.status", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ENABLED, PAUSED or REMOVED."},
	 {"asset_group_asset.primary_status", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "Whether the asset can serve now: ELIGIBLE, LIMITED, NOT_ELIGIBLE and so on."},
	 {"asset_group_asset.source", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ADVERTISER or AUTOMATICALLY_CREATED."},
	 {"user_list.id", ADP_FIELD_ID, ATTRIBUTE, 0, "Id of the audience list.",
	  .entity = "audience list"},
	 {"user_list.resource_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Resource name of the audience list, as reports have it.",
	  .entity = "audience list"},
	 {"user_list.name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the audience list.", .entity = "audience list"},
	 {"user_list.description", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "What the list is for."},
	 {"user_list.type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "REMARKETING, RULE_BASED, CRM_BASED, SIMILAR and so on."},
	 {"user_list.membership_status", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "OPEN or CLOSED to new members."},
	 {"user_list.membership_life_span", ADP_FIELD_INT, ATTRIBUTE, 0,
	  "Days for which a member stays on the list."},
	 {"user_list.size_for_search", ADP_FIELD_INT, ATTRIBUTE, 0,
	  "Estimated members whom search can reach; do not add up lists."},
	 {"user_list.size_for_display", ADP_FIELD_INT, ATTRIBUTE, 0,
	  "Estimated members whom the Display Network can reach; do not add up lists."},
	 {"campaign_criterion.criterion_id", ADP_FIELD_ID, ATTRIBUTE, 0,
	  "Id of the criterion within its campaign.", .entity = ADP_ENTITY_LISTED},
	 {"campaign_criterion.type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "KEYWORD, LOCATION, LANGUAGE, PLACEMENT and so on."},
	 {"campaign_criterion.negative", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether the criterion excludes."},
	 {"campaign_criterion.status", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ENABLED, PAUSED or REMOVED."},
	 {"campaign_criterion.display_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "What the criterion is called.", .entity = ADP_ENTITY_LISTED},
	 {"campaign_criterion.keyword.text", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "The keyword; other criteria have none."},
	 {"campaign_criterion.keyword.match_type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "EXACT, PHRASE or BROAD."},
	 {"bidding_strategy.id", ADP_FIELD_ID, ATTRIBUTE, 0,
	  "Id of the bidding strategy.", .entity = "bidding strategy"},
	 {"bidding_strategy.name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the bidding strategy.", .entity = "bidding strategy"},
	 {"bidding_strategy.status", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ENABLED or REMOVED."},
	 {"bidding_strategy.type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "TARGET_CPA, TARGET_ROAS and so on."},
	 {"bidding_strategy.campaign_count", ADP_FIELD_INT, ATTRIBUTE, 0,
	  "Campaigns that bid by it."},
	 {"bidding_strategy.target_cpa.target_cpa_micros", ADP_FIELD_INT, ATTRIBUTE,
	  ADP_FIELD_MICROS, "Cost per conversion that it aims at."},
	 {"bidding_strategy.target_roas.target_roas", ADP_FIELD_DECIMAL, ATTRIBUTE,
	  0, "Value per cost that it aims at."},
	 {"video.id", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Id of the video on YouTube.",
	  .entity = "video"},
	 {"video.title", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Title of the video" AS_READ,
	  .entity = "video"},
	 {"video.channel_id", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Id of the channel that owns the video.", .entity = "channel"},
	 {"video.duration_millis", ADP_FIELD_INT, ATTRIBUTE, 0,
	  "Length of the video in milliseconds."},
	 {"landing_page_view.unexpanded_final_url", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Landing page as the advertiser wrote it, before parameters are filled in.",
	  .entity = "landing page"},
	 {"asset_group.id", ADP_FIELD_ID, ATTRIBUTE, 0, "Id of the asset group.",
	  .entity = "asset group"},
	 {"asset_group.name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the asset group" AS_READ, .entity = "asset group"},
	 {"asset_group.status", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ENABLED, PAUSED or REMOVED," AS_READ},
	 {"asset_group.ad_strength", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "POOR, AVERAGE, GOOD, EXCELLENT and so on," AS_READ},
	 {"performance_max_placement_view.placement", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Address of the site, or id of the app or video.", .entity = "placement"},
	 {"performance_max_placement_view.display_name", ADP_FIELD_TEXT, ATTRIBUTE,
	  0, "Name of the placement as people see it.", .entity = "placement"},
	 {"performance_max_placement_view.placement_type", ADP_FIELD_ENUM,
	  ATTRIBUTE, 0, "WEBSITE, MOBILE_APPLICATION, YOUTUBE_VIDEO and so on."},
	 {"performance_max_placement_view.target_url", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Address of the placement.", .entity = "placement"},
	 {"click_view.gclid", ADP_FIELD_TEXT, ATTRIBUTE, 0, "Google click id.",
	  .entity = "click"},
	 {"click_view.ad_group_ad", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Resource name of the ad.", .entity = "ad"},
	 {"click_view.keyword_info.text", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "The keyword that brought the click.", .entity = "keyword"},
	 {"click_view.keyword_info.match_type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "EXACT, PHRASE or BROAD, of the keyword."},
	 {"click_view.page_number", ADP_FIELD_INT, ATTRIBUTE, 0,
	  "Page of the search results on which the ad was shown."},
	 {"change_event.change_date_time", ADP_FIELD_TIME, ATTRIBUTE, 0,
	  "When it was changed, in the account's time zone."},
	 {"change_event.change_resource_type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "What was changed: AD, AD_GROUP, CAMPAIGN and so on."},
	 {"change_event.change_resource_name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Resource name of what was changed.", .entity = "changed object"},
	 {"change_event.client_type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "What it was changed with: the web client, the API, a rule and so on."},
	 {"change_event.user_email", ADP_FIELD_TEXT, ATTRIBUTE, ADP_FIELD_PERSONAL,
	  "Who changed it."},
	 {"change_event.resource_change_operation", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "CREATE, UPDATE or REMOVE."},
	 {"change_event.changed_fields", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Fields that were changed, with commas."},
	 {"change_event.old_resource", ADP_FIELD_OBJECT, ATTRIBUTE, 0,
	  "The changed fields before."},
	 {"change_event.new_resource", ADP_FIELD_OBJECT, ATTRIBUTE, 0,
	  "The changed fields after."},
	 {"change_event.campaign", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Resource name of the campaign.", .entity = "campaign"},
	 {"change_event.ad_group", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Resource name of the ad group.", .entity = "ad group"},
	 {"change_status.last_change_date_time", ADP_FIELD_TIME, ATTRIBUTE, 0,
	  "When it was last changed, in the account's time zone."},
	 {"change_status.resource_type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "What was changed: AD, AD_GROUP, CAMPAIGN and so on."},
	 {"change_status.resource_status", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ADDED, CHANGED or REMOVED."},
	 {"conversion_action.id", ADP_FIELD_ID, ATTRIBUTE, 0,
	  "Id of the conversion action.", .entity = "conversion action"},
	 {"conversion_action.name", ADP_FIELD_TEXT, ATTRIBUTE, 0,
	  "Name of the conversion action.", .entity = "conversion action"},
	 {"conversion_action.status", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ENABLED, REMOVED or HIDDEN."},
	 {"conversion_action.type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "Where the conversion is recorded."},
	 {"conversion_action.category", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "PURCHASE, SIGNUP and so on."},
	 {"conversion_action.primary_for_goal", ADP_FIELD_BOOL, ATTRIBUTE, 0,
	  "Whether the action counts into conversions."},
	 {"conversion_action.counting_type", ADP_FIELD_ENUM, ATTRIBUTE, 0,
	  "ONE_PER_CLICK or MANY_PER_CLICK."},
	 {"conversion_action.click_through_lookback_window_days", ADP_FIELD_INT,
	  ATTRIBUTE, 0, "Days after a click in which a conversion counts."},
	 {"conversion_action.view_through_lookback_window_days", ADP_FIELD_INT,
	  ATTRIBUTE, 0, "Days after a view in which a conversion counts."},
	 {"conversion_action.attribution_model_settings.attribution_model",
	  ADP_FIELD_ENUM, ATTRIBUTE, 0, "How credit is shared among clicks."},
	 {"segments.date", ADP_FIELD_DATE, SEGMENT, DAYS,
	  "Day in the account's time zone."},
	 {"segments.week", ADP_FIELD_DATE, SEGMENT, DAYS, "Monday of the week."},
	 {"segments.month", ADP_FIELD_DATE, SEGMENT, DAYS,
	  "First day of the month."},
	 {"segments.quarter", ADP_FIELD_DATE, SEGMENT, DAYS,
	  "First day of the quarter."},
	 {"segments.year", ADP_FIELD_INT, SEGMENT, DAYS, "Year."},
	 {"adpipe.period_start", ADP_FIELD_DATE, SEGMENT, ADP_FIELD_PERIOD_START,
	  "First day of the period, in the account's time zone."},
	 {"adpipe.period_end", ADP_FIELD_DATE, SEGMENT, ADP_FIELD_PERIOD_END,
	  "Last day of the period, in the account's time zone."},
	 {"segments.hour", ADP_FIELD_INT, SEGMENT, ADP_FIELD_DIVIDES,
	  "Hour of the day, 0 to 23."},
	 {"segments.day_of_week", ADP_FIELD_ENUM, SEGMENT, ADP_FIELD_DIVIDES,
	  "MONDAY to SUNDAY."},
	 {"segments.device", ADP_FIELD_ENUM, SEGMENT, ADP_FIELD_DIVIDES,
	  "MOBILE, TABLET, DESKTOP, CONNECTED_TV or OTHER."},
	 {"segments.ad_network_type", ADP_FIELD_ENUM, SEGMENT, ADP_FIELD_DIVIDES,
	  "SEARCH, SEARCH_PARTNERS, CONTENT, YOUTUBE and so on."},
	 {"segments.search_term_match_type", ADP_FIELD_ENUM, SEGMENT, 0,
	  "How the term matched the keyword."},
	 {"segments.keyword.ad_group_criterion", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Resource name of the keyword; what no keyword brought is left out.",
	  .entity = "keyword"},
	 {"segments.keyword.info.text", ADP_FIELD_TEXT, SEGMENT, 0,
	  "The keyword; what no keyword brought is left out.", .entity = "keyword"},
	 {"segments.keyword.info.match_type", ADP_FIELD_ENUM, SEGMENT, 0,
	  "EXACT, PHRASE or BROAD, of the keyword."},
	 {"segments.click_type", ADP_FIELD_ENUM, SEGMENT, ADP_FIELD_OVERLAPS,
	  "What was clicked; counts an impression once per type."},
	 {"segments.slot", ADP_FIELD_ENUM, SEGMENT, 0,
	  "SEARCH_TOP, SEARCH_OTHER, CONTENT and so on."},
	 {"segments.geo_target_most_specific_location", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Resource name of the smallest place that is known; what cannot be placed is left out.",
	  .entity = "place"},
	 {"segments.conversion_action", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Resource name of the conversion action.", .entity = "conversion action"},
	 {"segments.conversion_action_name", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Name of the conversion action.", .entity = "conversion action"},
	 {"segments.conversion_action_category", ADP_FIELD_ENUM, SEGMENT, 0,
	  "Category of the conversion action."},
	 {"segments.conversion_lag_bucket", ADP_FIELD_ENUM, SEGMENT, 0,
	  "Days from interaction to conversion."},
	 {"segments.new_versus_returning_customers", ADP_FIELD_ENUM, SEGMENT, 0,
	  "NEW, RETURNING or NEW_AND_HIGH_LTV: a new customer of high value."},
	 {"segments.product_item_id", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Id of the product in the Merchant Center.", .entity = "product"},
	 {"segments.product_title", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Title of the product at that time.", .entity = "product"},
	 {"segments.product_brand", ADP_FIELD_TEXT, SEGMENT, 0,
	  "Brand of the product at that time."},
	 {"segments.product_type_l1", ADP_FIELD_TEXT, SEGMENT, 0,
	  "First level of the advertiser's own product types, at that time."},
	 {"segments.conversion_or_adjustment_lag_bucket", ADP_FIELD_ENUM, SEGMENT,
	  ADP_FIELD_SIGNED, "Days from interaction to conversion or adjustment."},
	 {"segments.conversion_attribution_event_type", ADP_FIELD_ENUM, SEGMENT, 0,
	  "IMPRESSION, INTERACTION or ENGAGED_VIEW."},
	 {"segments.external_conversion_source", ADP_FIELD_ENUM, SEGMENT, 0,
	  "Where the conversion was recorded."},
	 {"segments.conversion_adjustment", ADP_FIELD_BOOL, SEGMENT,
	  ADP_FIELD_SIGNED, "False: as first reported; true: later change."},
	 {"metrics.impressions", ADP_FIELD_INT, METRIC, RANKED,
	  "Times an ad was shown."},
	 {"metrics.clicks", ADP_FIELD_INT, METRIC, RANKED,
	  "Clicks, without those filtered as invalid."},
	 {"metrics.interactions", ADP_FIELD_INT, METRIC, RANKED,
	  "Clicks, views or engagements, whichever the format counts.",
	  .implied_by = "metrics.impressions,metrics.clicks"},
	 {"metrics.engagements", ADP_FIELD_INT, METRIC, RANKED, "Engagements."},
	 {"metrics.cost_micros", ADP_FIELD_INT, METRIC, RANKED | ADP_FIELD_MICROS,
	  "Cost in the account's currency."},
	 {"metrics.conversions", ADP_FIELD_DECIMAL, METRIC, RANKED,
	  "Conversions of primary actions, with fractions, on the day of the click."},
	 {"metrics.conversions_value", ADP_FIELD_DECIMAL, METRIC,
	  COUNTED | ADP_FIELD_SIGNED,
	  "Value of conversions in the account's currency.",
	  .implied_by = "metrics.conversions"},
	 {"metrics.all_conversions", ADP_FIELD_DECIMAL, METRIC, RANKED,
	  "Conversions of all actions, with fractions."},
	 {"metrics.all_conversions_value", ADP_FIELD_DECIMAL, METRIC,
	  COUNTED | ADP_FIELD_SIGNED,
	  "Value of all conversions in the account's currency.",
	  .implied_by = "metrics.all_conversions"},
	 {"metrics.view_through_conversions", ADP_FIELD_INT, METRIC, RANKED,
	  "Conversions after a view without a click; not part of conversions."},
	 {"metrics.cross_device_conversions", ADP_FIELD_DECIMAL, METRIC, RANKED,
	  "Conversions on another device than the click; part of all_conversions.",
	  .implied_by = "metrics.all_conversions"},
	 {"metrics.conversions_by_conversion_date", ADP_FIELD_DECIMAL, METRIC,
	  RANKED, "Conversions on the day of the conversion."},
	 {"metrics.conversions_value_by_conversion_date", ADP_FIELD_DECIMAL, METRIC,
	  COUNTED | ADP_FIELD_SIGNED,
	  "Conversion value on the day of the conversion.",
	  .implied_by = "metrics.conversions_by_conversion_date"},
	 {"metrics.all_conversions_by_conversion_date", ADP_FIELD_DECIMAL, METRIC,
	  RANKED, "Conversions of all actions on the day of the conversion."},
	 {"metrics.all_conversions_value_by_conversion_date", ADP_FIELD_DECIMAL,
	  METRIC, COUNTED | ADP_FIELD_SIGNED,
	  "Value of all conversions on the day of the conversion.",
	  .implied_by = "metrics.all_conversions_by_conversion_date"},
	 {"metrics.video_trueview_views", ADP_FIELD_INT, METRIC, RANKED,
	  "Video views."},
	 {"metrics.video_quartile_p25_rate", ADP_FIELD_DECIMAL, METRIC, 0,
	  "Share of the video's impressions that were watched to a quarter."},
	 {"metrics.video_quartile_p50_rate", ADP_FIELD_DECIMAL, METRIC, 0,
	  "Share of the video's impressions that were watched to the middle."},
	 {"metrics.video_quartile_p75_rate", ADP_FIELD_DECIMAL, METRIC, 0,
	  "Share of the video's impressions that were watched to three quarters."},
	 {"metrics.video_quartile_p100_rate", ADP_FIELD_DECIMAL, METRIC, 0,
	  "Share of the video's impressions that were watched to the end."},
	 {"metrics.invalid_clicks", ADP_FIELD_INT, METRIC, RANKED,
	  "Clicks filtered as invalid; not part of clicks."},
	 {"metrics.ctr", ADP_FIELD_DECIMAL, METRIC, 0,
	  "Clicks per impression, a fraction."},
	 {"metrics.average_cpc", ADP_FIELD_DECIMAL, METRIC, ADP_FIELD_MICROS,
	  "Cost per click."},
	 {"metrics.average_cpm", ADP_FIELD_DECIMAL, METRIC, ADP_FIELD_MICROS,
	  "Cost per thousand impressions."},
	 {"metrics.cost_per_conversion", ADP_FIELD_DECIMAL, METRIC,
	  ADP_FIELD_MICROS, "Cost per conversion."},
	 {"metrics.average_cost", ADP_FIELD_DECIMAL, METRIC, ADP_FIELD_MICROS,
	  "Cost per interaction."},
	 {"metrics.average_cpe", ADP_FIELD_DECIMAL, METRIC, ADP_FIELD_MICROS,
	  "Cost per engagement."},
	 {"metrics.trueview_average_cpv", ADP_FIELD_DECIMAL, METRIC,
	  ADP_FIELD_MICROS, "Cost per video view."},
	 {"metrics.cost_per_all_conversions", ADP_FIELD_DECIMAL, METRIC,
	  ADP_FIELD_MICROS, "Cost per conversion of any action."},
	 {"metrics.interaction_rate", ADP_FIELD_DECIMAL, METRIC, 0,
	  "Interactions per impression, a fraction."},
	 {"metrics.engagement_rate", ADP_FIELD_DECIMAL, METRIC, 0,
	  "Engagements per impression, a fraction."},
	 {"metrics.video_trueview_view_rate", ADP_FIELD_DECIMAL, METRIC, 0,
	  "Video views per impression, a fraction."},
	 {"metrics.conversions_from_interactions_rate", ADP_FIELD_DECIMAL, METRIC,
	  0, "Conversions per interaction, a fraction."},
	 {"metrics.value_per_conversion", ADP_FIELD_DECIMAL, METRIC, 0,
	  "Value per conversion."},
	 {"metrics.value_per_all_conversions", ADP_FIELD_DECIMAL, METRIC, 0,
	  "Value per conversion of any action."},
	 {"metrics.conversions_value_per_cost", ADP_FIELD_DECIMAL, METRIC, 0,
	  "Value of conversions per cost."},
	 {"metrics.all_conversions_value_per_cost", ADP_FIELD_DECIMAL, METRIC, 0,
	  "Value of all conversions per cost."},
	 {"metrics.interaction_event_types", ADP_FIELD_LIST, METRIC, 0,
	  "What counts as an interaction: CLICK, ENGAGEMENT, VIDEO_VIEW, NONE."},
	 {"metrics.sk_ad_network_installs", ADP_FIELD_INT, METRIC, COUNTED,
	  "Installs that SKAdNetwork reported."},
	 {"metrics.search_impression_share", ADP_FIELD_DECIMAL, METRIC, 0,
	  "Share of the eligible impressions; 0.0999 means below 10 %."},
	 {"metrics.search_budget_lost_impression_share", ADP_FIELD_DECIMAL, METRIC,
	  0,
	  "Share of the eligible impressions lost for lack of budget; 0.9001 means above 90 %."},
	 {"metrics.search_rank_lost_impression_share", ADP_FIELD_DECIMAL, METRIC, 0,
	  "Share of the eligible impressions lost for the rank of the ad; 0.9001 means above 90 %."},
	 {"metrics.unique_users", ADP_FIELD_INT, METRIC, ADP_FIELD_OF_RANGE,
	  "Distinct people over the days of the row, at most 92."},
	 {NULL}};

#define ACCOUNT_COLUMNS \
	{"account_id", TEXTOID, "customer.id"}, \
	{ \
		"account_name", TEXTOID, "customer.descriptive_name" \
	}
#define DAILY_COLUMNS \
	ACCOUNT_COLUMNS, {"date_day", DATEOID, "segments.date"}, \
	{ \
		"currency", TEXTOID, "customer.currency_code" \
	}
#define PERIOD_COLUMNS \
	ACCOUNT_COLUMNS, {"period_start", DATEOID, "adpipe.period_start"}, \
		{"period_end", DATEOID, "adpipe.period_end"}, \
	{ \
		"currency", TEXTOID, "customer.currency_code" \
	}
#define CAMPAIGN_COLUMNS \
	{"campaign_id", TEXTOID, "campaign.id"}, \
	{ \
		"campaign_name", TEXTOID, "campaign.name" \
	}
#define AD_GROUP_COLUMNS \
	{"ad_group_id", TEXTOID, "ad_group.id"}, \
	{ \
		"ad_group_name", TEXTOID, "ad_group.name" \
	}
#define DEVICE_COLUMNS \
	{"device", TEXTOID, "segments.device"}, \
	{ \
		"ad_network_type", TEXTOID, "segments.ad_network_type" \
	}
#define KEYWORD_COLUMNS \
	{"keyword_id", TEXTOID, "ad_group_criterion.criterion_id"}, \
		{"keyword_text", TEXTOID, "ad_group_criterion.keyword.text"}, \
	{ \
		"match_type", TEXTOID, "ad_group_criterion.keyword.match_type" \
	}
#define METRIC_COLUMNS \
	{"impressions", INT8OID, "metrics.impressions"}, \
		{"clicks", INT8OID, "metrics.clicks"}, \
		{"interactions", INT8OID, "metrics.interactions"}, \
		{"cost_micros", INT8OID, "metrics.cost_micros"}, \
		{"spend", NUMERICOID, "metrics.cost_micros"}, \
		{"conversions", NUMERICOID, "metrics.conversions"}, \
		{"conversions_value", NUMERICOID, "metrics.conversions_value"}, \
		{"all_conversions", NUMERICOID, "metrics.all_conversions"}, \
		{"all_conversions_value", NUMERICOID, "metrics.all_conversions_value"}, \
		{"view_through_conversions", INT8OID, \
		 "metrics.view_through_conversions"}, \
	{ \
		NULL \
	}
#define HOUR_COLUMNS \
	{ \
		"hour", INT4OID, "segments.hour" \
	}
#define CONVERSION_COLUMNS \
	{"conversion_action", TEXTOID, "segments.conversion_action"}, \
		{"conversion_action_name", TEXTOID, "segments.conversion_action_name"}, \
		{"conversion_category", TEXTOID, \
		 "segments.conversion_action_category"}, \
		{"conversions", NUMERICOID, "metrics.conversions"}, \
		{"conversions_value", NUMERICOID, "metrics.conversions_value"}, \
		{"all_conversions", NUMERICOID, "metrics.all_conversions"}, \
		{"all_conversions_value", NUMERICOID, "metrics.all_conversions_value"}, \
		{"conversions_by_conversion_date", NUMERICOID, \
		 "metrics.conversions_by_conversion_date"}, \
		{"conversions_value_by_conversion_date", NUMERICOID, \
		 "metrics.conversions_value_by_conversion_date"}, \
		{"all_conversions_by_conversion_date", NUMERICOID, \
		 "metrics.all_conversions_by_conversion_date"}, \
		{"all_conversions_value_by_conversion_date", NUMERICOID, \
		 "metrics.all_conversions_value_by_conversion_date"}, \
		{"view_through_conversions", INT8OID, \
		 "metrics.view_through_conversions"}, \
	{ \
		NULL \
	}
#define PEOPLE_COLUMNS \
	{ \
		"unique_users", INT8OID, "metrics.unique_users" \
	}
#define COMMON_COLUMNS {"platform", TEXTOID, "adpipe.platform"}, DAILY_COLUMNS
#define COMMON_METRICS \
	{"impressions", INT8OID, "metrics.impressions"}, \
		{"clicks", INT8OID, "metrics.clicks"}, \
		{"spend", NUMERICOID, "metrics.cost_micros"}, \
		{"conversions", NUMERICOID, "metrics.conversions"}, \
		{"conversions_value", NUMERICOID, "metrics.conversions_value"}, \
	{ \
		NULL \
	}

static const AdpColumn account_daily[] = {DAILY_COLUMNS, METRIC_COLUMNS};
static const AdpColumn account_device_daily[] = {DAILY_COLUMNS, DEVICE_COLUMNS,
												 METRIC_COLUMNS};

static const AdpColumn campaign_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"campaign_status", TEXTOID, "campaign.status"},
	 {"channel_type", TEXTOID, "campaign.advertising_channel_type"},
	 METRIC_COLUMNS};

static const AdpColumn account_periods[] = {PERIOD_COLUMNS, PEOPLE_COLUMNS,
											METRIC_COLUMNS};
static const AdpColumn campaign_periods[] =
	{PERIOD_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"campaign_status", TEXTOID, "campaign.status"},
	 {"channel_type", TEXTOID, "campaign.advertising_channel_type"},
	 PEOPLE_COLUMNS,
	 METRIC_COLUMNS};

static const AdpColumn campaign_device_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"campaign_status", TEXTOID, "campaign.status"},
	 {"channel_type", TEXTOID, "campaign.advertising_channel_type"},
	 DEVICE_COLUMNS,
	 METRIC_COLUMNS};

static const AdpColumn ad_group_daily[] = {DAILY_COLUMNS,
										   CAMPAIGN_COLUMNS,
										   AD_GROUP_COLUMNS,
										   {"ad_group_status", TEXTOID,
											"ad_group.status"},
										   METRIC_COLUMNS};

static const AdpColumn ad_group_device_daily[] =
	{DAILY_COLUMNS,	   CAMPAIGN_COLUMNS,
	 AD_GROUP_COLUMNS, {"ad_group_status", TEXTOID, "ad_group.status"},
	 DEVICE_COLUMNS,   METRIC_COLUMNS};

static const AdpColumn ad_daily[] = {DAILY_COLUMNS,
									 CAMPAIGN_COLUMNS,
									 AD_GROUP_COLUMNS,
									 {"ad_group_status", TEXTOID,
									  "ad_group.status"},
									 {"ad_id", TEXTOID, "ad_group_ad.ad.id"},
									 {"ad_name", TEXTOID, "ad_group_ad.ad.name"},
									 {"ad_type", TEXTOID, "ad_group_ad.ad.type"},
									 METRIC_COLUMNS};

static const AdpColumn ad_device_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 AD_GROUP_COLUMNS,
	 {"ad_group_status", TEXTOID, "ad_group.status"},
	 {"ad_id", TEXTOID, "ad_group_ad.ad.id"},
	 {"ad_name", TEXTOID, "ad_group_ad.ad.name"},
	 {"ad_type", TEXTOID, "ad_group_ad.ad.type"},
	 DEVICE_COLUMNS,
	 METRIC_COLUMNS};

static const AdpColumn keyword_daily[] = {DAILY_COLUMNS, CAMPAIGN_COLUMNS,
										  AD_GROUP_COLUMNS, KEYWORD_COLUMNS,
										  METRIC_COLUMNS};

static const AdpColumn keyword_device_daily[] = {DAILY_COLUMNS,
												 CAMPAIGN_COLUMNS,
												 AD_GROUP_COLUMNS,
												 KEYWORD_COLUMNS,
												 DEVICE_COLUMNS,
												 METRIC_COLUMNS};

static const AdpColumn search_term_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 AD_GROUP_COLUMNS,
	 {"search_term", TEXTOID, "search_term_view.search_term"},
	 {"match_type", TEXTOID, "segments.search_term_match_type"},
	 METRIC_COLUMNS};

static const AdpColumn search_term_keyword_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 AD_GROUP_COLUMNS,
	 {"search_term", TEXTOID, "search_term_view.search_term"},
	 {"search_term_status", TEXTOID, "search_term_view.status"},
	 {"match_type", TEXTOID, "segments.search_term_match_type"},
	 {"keyword_criterion", TEXTOID, "segments.keyword.ad_group_criterion"},
	 {"keyword_text", TEXTOID, "segments.keyword.info.text"},
	 {"keyword_match_type", TEXTOID, "segments.keyword.info.match_type"},
	 METRIC_COLUMNS};

static const AdpColumn geo_daily[] = {DAILY_COLUMNS,
									  CAMPAIGN_COLUMNS,
									  {"country_criterion_id", TEXTOID,
									   "geographic_view.country_criterion_id"},
									  {"location_type", TEXTOID,
									   "geographic_view.location_type"},
									  METRIC_COLUMNS};

static const AdpColumn campaign_hourly[] =
	{DAILY_COLUMNS,
	 HOUR_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"campaign_status", TEXTOID, "campaign.status"},
	 {"channel_type", TEXTOID, "campaign.advertising_channel_type"},
	 METRIC_COLUMNS};

static const AdpColumn ad_group_hourly[] = {DAILY_COLUMNS,
											HOUR_COLUMNS,
											CAMPAIGN_COLUMNS,
											AD_GROUP_COLUMNS,
											{"ad_group_status", TEXTOID,
											 "ad_group.status"},
											METRIC_COLUMNS};

static const AdpColumn campaign_conversion_daily[] = {DAILY_COLUMNS,
													  CAMPAIGN_COLUMNS,
													  CONVERSION_COLUMNS};
static const AdpColumn ad_group_conversion_daily[] = {DAILY_COLUMNS,
													  CAMPAIGN_COLUMNS,
													  AD_GROUP_COLUMNS,
													  CONVERSION_COLUMNS};

static const AdpColumn age_daily[] = {DAILY_COLUMNS,
									  CAMPAIGN_COLUMNS,
									  AD_GROUP_COLUMNS,
									  {"age_range", TEXTOID,
									   "ad_group_criterion.age_range.type"},
									  METRIC_COLUMNS};

static const AdpColumn gender_daily[] = {DAILY_COLUMNS,
										 CAMPAIGN_COLUMNS,
										 AD_GROUP_COLUMNS,
										 {"gender", TEXTOID,
										  "ad_group_criterion.gender.type"},
										 METRIC_COLUMNS};

static const AdpColumn video_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 AD_GROUP_COLUMNS,
	 {"video_id", TEXTOID, "video.id"},
	 {"video_title", TEXTOID, "video.title"},
	 {"duration_millis", INT8OID, "video.duration_millis"},
	 {"impressions", INT8OID, "metrics.impressions"},
	 {"clicks", INT8OID, "metrics.clicks"},
	 {"engagements", INT8OID, "metrics.engagements"},
	 {"video_views", INT8OID, "metrics.video_trueview_views"},
	 {"quartile_25_rate", NUMERICOID, "metrics.video_quartile_p25_rate"},
	 {"quartile_50_rate", NUMERICOID, "metrics.video_quartile_p50_rate"},
	 {"quartile_75_rate", NUMERICOID, "metrics.video_quartile_p75_rate"},
	 {"quartile_100_rate", NUMERICOID, "metrics.video_quartile_p100_rate"},
	 {"cost_micros", INT8OID, "metrics.cost_micros"},
	 {"spend", NUMERICOID, "metrics.cost_micros"},
	 {"conversions", NUMERICOID, "metrics.conversions"},
	 {"conversions_value", NUMERICOID, "metrics.conversions_value"},
	 {"all_conversions", NUMERICOID, "metrics.all_conversions"},
	 {"all_conversions_value", NUMERICOID, "metrics.all_conversions_value"},
	 {"view_through_conversions", INT8OID, "metrics.view_through_conversions"},
	 {NULL}};

static const AdpColumn landing_page_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 AD_GROUP_COLUMNS,
	 {"landing_page", TEXTOID, "landing_page_view.unexpanded_final_url"},
	 {"impressions", INT8OID, "metrics.impressions"},
	 {"clicks", INT8OID, "metrics.clicks"},
	 {"cost_micros", INT8OID, "metrics.cost_micros"},
	 {"spend", NUMERICOID, "metrics.cost_micros"},
	 {"conversions", NUMERICOID, "metrics.conversions"},
	 {"conversions_value", NUMERICOID, "metrics.conversions_value"},
	 {NULL}};

static const AdpColumn asset_group_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"asset_group_id", TEXTOID, "asset_group.id"},
	 {"asset_group_name", TEXTOID, "asset_group.name"},
	 {"asset_group_status", TEXTOID, "asset_group.status"},
	 {"ad_strength", TEXTOID, "asset_group.ad_strength"},
	 {"impressions", INT8OID, "metrics.impressions"},
	 {"clicks", INT8OID, "metrics.clicks"},
	 {"interactions", INT8OID, "metrics.interactions"},
	 {"cost_micros", INT8OID, "metrics.cost_micros"},
	 {"spend", NUMERICOID, "metrics.cost_micros"},
	 {"conversions", NUMERICOID, "metrics.conversions"},
	 {"conversions_value", NUMERICOID, "metrics.conversions_value"},
	 {"all_conversions", NUMERICOID, "metrics.all_conversions"},
	 {"all_conversions_value", NUMERICOID, "metrics.all_conversions_value"},
	 {NULL}};

static const AdpColumn placement_pmax_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"placement", TEXTOID, "performance_max_placement_view.placement"},
	 {"placement_name", TEXTOID, "performance_max_placement_view.display_name"},
	 {"placement_type", TEXTOID,
	  "performance_max_placement_view.placement_type"},
	 {"target_url", TEXTOID, "performance_max_placement_view.target_url"},
	 {"impressions", INT8OID, "metrics.impressions"},
	 {NULL}};

/* By lag: Google does not document conversions by their own date beside it. */
static const AdpColumn campaign_conversion_lag_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"conversion_action", TEXTOID, "segments.conversion_action"},
	 {"conversion_action_name", TEXTOID, "segments.conversion_action_name"},
	 {"lag_bucket", TEXTOID, "segments.conversion_lag_bucket"},
	 {"conversions", NUMERICOID, "metrics.conversions"},
	 {"conversions_value", NUMERICOID, "metrics.conversions_value"},
	 {"all_conversions", NUMERICOID, "metrics.all_conversions"},
	 {"all_conversions_value", NUMERICOID, "metrics.all_conversions_value"},
	 {NULL}};

/* Conversions alone: the platform knows no one else's customers. */
static const AdpColumn campaign_customer_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"customer_type", TEXTOID, "segments.new_versus_returning_customers"},
	 {"conversions", NUMERICOID, "metrics.conversions"},
	 {"conversions_value", NUMERICOID, "metrics.conversions_value"},
	 {"all_conversions", NUMERICOID, "metrics.all_conversions"},
	 {"all_conversions_value", NUMERICOID, "metrics.all_conversions_value"},
	 {NULL}};

static const AdpColumn shopping_product_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"channel_type", TEXTOID, "campaign.advertising_channel_type"},
	 {"product_id", TEXTOID, "segments.product_item_id"},
	 {"product_title", TEXTOID, "segments.product_title"},
	 {"product_brand", TEXTOID, "segments.product_brand"},
	 {"product_type", TEXTOID, "segments.product_type_l1"},
	 {"impressions", INT8OID, "metrics.impressions"},
	 {"clicks", INT8OID, "metrics.clicks"},
	 {"cost_micros", INT8OID, "metrics.cost_micros"},
	 {"spend", NUMERICOID, "metrics.cost_micros"},
	 {"conversions", NUMERICOID, "metrics.conversions"},
	 {"conversions_value", NUMERICOID, "metrics.conversions_value"},
	 {"all_conversions", NUMERICOID, "metrics.all_conversions"},
	 {"all_conversions_value", NUMERICOID, "metrics.all_conversions_value"},
	 {NULL}};

static const AdpColumn user_location_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"country_criterion_id", TEXTOID,
	  "user_location_view.country_criterion_id"},
	 {"is_targeted", BOOLOID, "user_location_view.targeting_location"},
	 {"location", TEXTOID, "segments.geo_target_most_specific_location"},
	 METRIC_COLUMNS};

static const AdpColumn placement_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 AD_GROUP_COLUMNS,
	 {"placement", TEXTOID, "group_placement_view.placement"},
	 {"placement_name", TEXTOID, "group_placement_view.display_name"},
	 {"placement_type", TEXTOID, "group_placement_view.placement_type"},
	 {"target_url", TEXTOID, "group_placement_view.target_url"},
	 METRIC_COLUMNS};

static const AdpColumn audience_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 AD_GROUP_COLUMNS,
	 {"audience_id", TEXTOID, "ad_group_criterion.criterion_id"},
	 {"audience_name", TEXTOID, "ad_group_criterion.display_name"},
	 {"audience_type", TEXTOID, "ad_group_criterion.type"},
	 {"audience_list", TEXTOID, "ad_group_criterion.user_list.user_list"},
	 METRIC_COLUMNS};

static const AdpColumn impression_share_daily[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"impressions", INT8OID, "metrics.impressions"},
	 {"impression_share", NUMERICOID, "metrics.search_impression_share"},
	 {"budget_lost_share", NUMERICOID,
	  "metrics.search_budget_lost_impression_share"},
	 {"rank_lost_share", NUMERICOID,
	  "metrics.search_rank_lost_impression_share"},
	 {NULL}};

static const AdpColumn clicks[] =
	{DAILY_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 AD_GROUP_COLUMNS,
	 {"gclid", TEXTOID, "click_view.gclid"},
	 {"ad_group_ad", TEXTOID, "click_view.ad_group_ad"},
	 {"keyword_text", TEXTOID, "click_view.keyword_info.text"},
	 {"keyword_match_type", TEXTOID, "click_view.keyword_info.match_type"},
	 DEVICE_COLUMNS,
	 {"slot", TEXTOID, "segments.slot"},
	 {"page_number", INT8OID, "click_view.page_number"},
	 {"clicks", INT8OID, "metrics.clicks"},
	 {NULL}};

static const AdpColumn changes[] =
	{ACCOUNT_COLUMNS,
	 {"date_day", DATEOID, "change_event.change_date_time"},
	 {"changed_at", TIMESTAMPOID, "change_event.change_date_time"},
	 {"campaign_id", TEXTOID, "campaign.id"},
	 {"campaign_name", TEXTOID, "campaign.name"},
	 {"ad_group", TEXTOID, "change_event.ad_group"},
	 {"resource_type", TEXTOID, "change_event.change_resource_type"},
	 {"resource_name", TEXTOID, "change_event.change_resource_name"},
	 {"operation", TEXTOID, "change_event.resource_change_operation"},
	 {"changed_fields", TEXTOID, "change_event.changed_fields"},
	 {"old_resource", JSONBOID, "change_event.old_resource"},
	 {"new_resource", JSONBOID, "change_event.new_resource"},
	 {"client_type", TEXTOID, "change_event.client_type"},
	 {"user_email", TEXTOID, "change_event.user_email"},
	 {NULL}};

static const AdpColumn accounts[] =
	{{"account_id", TEXTOID, "customer_client.id"},
	 {"account_name", TEXTOID, "customer_client.descriptive_name"},
	 {"manager", BOOLOID, "customer_client.manager"},
	 {"currency", TEXTOID, "customer_client.currency_code"},
	 {"time_zone", TEXTOID, "customer_client.time_zone"},
	 {"status", TEXTOID, "customer_client.status"},
	 {"level", INT4OID, "customer_client.level"},
	 {"hidden", BOOLOID, "customer_client.hidden"},
	 {"test_account", BOOLOID, "customer_client.test_account"},
	 {NULL}};

static const AdpColumn account_settings[] =
	{ACCOUNT_COLUMNS,
	 {"manager", BOOLOID, "customer.manager"},
	 {"currency", TEXTOID, "customer.currency_code"},
	 {"time_zone", TEXTOID, "customer.time_zone"},
	 {"status", TEXTOID, "customer.status"},
	 {"test_account", BOOLOID, "customer.test_account"},
	 {"auto_tagging_enabled", BOOLOID, "customer.auto_tagging_enabled"},
	 {"tracking_url_template", TEXTOID, "customer.tracking_url_template"},
	 {"final_url_suffix", TEXTOID, "customer.final_url_suffix"},
	 {NULL}};

static const AdpColumn campaigns[] =
	{ACCOUNT_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"campaign_status", TEXTOID, "campaign.status"},
	 {"serving_status", TEXTOID, "campaign.serving_status"},
	 {"channel_type", TEXTOID, "campaign.advertising_channel_type"},
	 {"channel_sub_type", TEXTOID, "campaign.advertising_channel_sub_type"},
	 {"bidding_strategy_type", TEXTOID, "campaign.bidding_strategy_type"},
	 {"start_time", TIMESTAMPOID, "campaign.start_date_time"},
	 {"end_time", TIMESTAMPOID, "campaign.end_date_time"},
	 {"budget_id", TEXTOID, "campaign_budget.id"},
	 {"tracking_url_template", TEXTOID, "campaign.tracking_url_template"},
	 {"final_url_suffix", TEXTOID, "campaign.final_url_suffix"},
	 {NULL}};

static const AdpColumn ad_groups[] =
	{ACCOUNT_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 AD_GROUP_COLUMNS,
	 {"ad_group_status", TEXTOID, "ad_group.status"},
	 {"ad_group_type", TEXTOID, "ad_group.type"},
	 {"cpc_bid_micros", INT8OID, "ad_group.cpc_bid_micros"},
	 {"cpc_bid", NUMERICOID, "ad_group.cpc_bid_micros"},
	 {NULL}};

static const AdpColumn ads[] =
	{ACCOUNT_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 AD_GROUP_COLUMNS,
	 {"ad_id", TEXTOID, "ad_group_ad.ad.id"},
	 {"ad_name", TEXTOID, "ad_group_ad.ad.name"},
	 {"ad_status", TEXTOID, "ad_group_ad.status"},
	 {"ad_type", TEXTOID, "ad_group_ad.ad.type"},
	 {"final_urls", TEXTARRAYOID, "ad_group_ad.ad.final_urls"},
	 {"display_url", TEXTOID, "ad_group_ad.ad.display_url"},
	 {"tracking_url_template", TEXTOID, "ad_group_ad.ad.tracking_url_template"},
	 {NULL}};

static const AdpColumn keywords[] =
	{ACCOUNT_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 AD_GROUP_COLUMNS,
	 {"keyword_id", TEXTOID, "ad_group_criterion.criterion_id"},
	 {"keyword_text", TEXTOID, "ad_group_criterion.keyword.text"},
	 {"match_type", TEXTOID, "ad_group_criterion.keyword.match_type"},
	 {"keyword_status", TEXTOID, "ad_group_criterion.status"},
	 {"quality_score", INT4OID, "ad_group_criterion.quality_info.quality_score"},
	 {"cpc_bid_micros", INT8OID, "ad_group_criterion.cpc_bid_micros"},
	 {"cpc_bid", NUMERICOID, "ad_group_criterion.cpc_bid_micros"},
	 {NULL}};

static const AdpColumn budgets[] =
	{ACCOUNT_COLUMNS,
	 {"budget_id", TEXTOID, "campaign_budget.id"},
	 {"budget_name", TEXTOID, "campaign_budget.name"},
	 {"budget_status", TEXTOID, "campaign_budget.status"},
	 {"currency", TEXTOID, "customer.currency_code"},
	 {"period", TEXTOID, "campaign_budget.period"},
	 {"delivery_method", TEXTOID, "campaign_budget.delivery_method"},
	 {"is_shared", BOOLOID, "campaign_budget.explicitly_shared"},
	 {"amount_micros", INT8OID, "campaign_budget.amount_micros"},
	 {"amount", NUMERICOID, "campaign_budget.amount_micros"},
	 {"total_amount_micros", INT8OID, "campaign_budget.total_amount_micros"},
	 {"total_amount", NUMERICOID, "campaign_budget.total_amount_micros"},
	 {NULL}};

static const AdpColumn conversion_actions[] =
	{ACCOUNT_COLUMNS,
	 {"conversion_action_id", TEXTOID, "conversion_action.id"},
	 {"conversion_action_name", TEXTOID, "conversion_action.name"},
	 {"status", TEXTOID, "conversion_action.status"},
	 {"type", TEXTOID, "conversion_action.type"},
	 {"category", TEXTOID, "conversion_action.category"},
	 {"primary_for_goal", BOOLOID, "conversion_action.primary_for_goal"},
	 {"counting_type", TEXTOID, "conversion_action.counting_type"},
	 {"click_window_days", INT4OID,
	  "conversion_action.click_through_lookback_window_days"},
	 {"view_window_days", INT4OID,
	  "conversion_action.view_through_lookback_window_days"},
	 {"attribution_model", TEXTOID,
	  "conversion_action.attribution_model_settings.attribution_model"},
	 {NULL}};

static const AdpColumn asset_group_assets[] =
	{ACCOUNT_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"asset_group_id", TEXTOID, "asset_group.id"},
	 {"asset_group_name", TEXTOID, "asset_group.name"},
	 {"ad_strength", TEXTOID, "asset_group.ad_strength"},
	 {"asset_id", TEXTOID, "asset.id"},
	 {"asset_name", TEXTOID, "asset.name"},
	 {"asset_type", TEXTOID, "asset.type"},
	 {"asset_text", TEXTOID, "asset.text_asset.text"},
	 {"field_type", TEXTOID, "asset_group_asset.field_type"},
	 {"status", TEXTOID, "asset_group_asset.status"},
	 {"primary_status", TEXTOID, "asset_group_asset.primary_status"},
	 {"source", TEXTOID, "asset_group_asset.source"},
	 {NULL}};

static const AdpColumn assets[] =
	{ACCOUNT_COLUMNS,
	 {"asset_id", TEXTOID, "asset.id"},
	 {"asset_name", TEXTOID, "asset.name"},
	 {"asset_type", TEXTOID, "asset.type"},
	 {"source", TEXTOID, "asset.source"},
	 {"final_urls", TEXTARRAYOID, "asset.final_urls"},
	 {"asset_text", TEXTOID, "asset.text_asset.text"},
	 {"image_url", TEXTOID, "asset.image_asset.full_size.url"},
	 {"image_width", INT8OID, "asset.image_asset.full_size.width_pixels"},
	 {"image_height", INT8OID, "asset.image_asset.full_size.height_pixels"},
	 {"video_id", TEXTOID, "asset.youtube_video_asset.youtube_video_id"},
	 {"video_title", TEXTOID, "asset.youtube_video_asset.youtube_video_title"},
	 {"sitelink_text", TEXTOID, "asset.sitelink_asset.link_text"},
	 {"callout_text", TEXTOID, "asset.callout_asset.callout_text"},
	 {NULL}};

static const AdpColumn labels[] = {ACCOUNT_COLUMNS,
								   {"label_id", TEXTOID, "label.id"},
								   {"label_name", TEXTOID, "label.name"},
								   {"status", TEXTOID, "label.status"},
								   {"color", TEXTOID,
									"label.text_label.background_color"},
								   {"description", TEXTOID,
									"label.text_label.description"},
								   {NULL}};

static const AdpColumn campaign_labels[] = {ACCOUNT_COLUMNS,
											CAMPAIGN_COLUMNS,
											{"label_id", TEXTOID, "label.id"},
											{"label_name", TEXTOID,
											 "label.name"},
											{NULL}};

static const AdpColumn audiences[] =
	{ACCOUNT_COLUMNS,
	 {"audience_id", TEXTOID, "user_list.id"},
	 {"audience_name", TEXTOID, "user_list.name"},
	 {"audience_list", TEXTOID, "user_list.resource_name"},
	 {"type", TEXTOID, "user_list.type"},
	 {"description", TEXTOID, "user_list.description"},
	 {"membership_status", TEXTOID, "user_list.membership_status"},
	 {"membership_days", INT8OID, "user_list.membership_life_span"},
	 {"size_for_search", INT8OID, "user_list.size_for_search"},
	 {"size_for_display", INT8OID, "user_list.size_for_display"},
	 {NULL}};

static const AdpColumn campaign_criteria[] =
	{ACCOUNT_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"criterion_id", TEXTOID, "campaign_criterion.criterion_id"},
	 {"criterion_name", TEXTOID, "campaign_criterion.display_name"},
	 {"type", TEXTOID, "campaign_criterion.type"},
	 {"is_negative", BOOLOID, "campaign_criterion.negative"},
	 {"status", TEXTOID, "campaign_criterion.status"},
	 {"keyword_text", TEXTOID, "campaign_criterion.keyword.text"},
	 {"match_type", TEXTOID, "campaign_criterion.keyword.match_type"},
	 {NULL}};

static const AdpColumn ad_group_criteria[] =
	{ACCOUNT_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 AD_GROUP_COLUMNS,
	 {"criterion_id", TEXTOID, "ad_group_criterion.criterion_id"},
	 {"criterion_name", TEXTOID, "ad_group_criterion.display_name"},
	 {"type", TEXTOID, "ad_group_criterion.type"},
	 {"is_negative", BOOLOID, "ad_group_criterion.negative"},
	 {"status", TEXTOID, "ad_group_criterion.status"},
	 {"keyword_text", TEXTOID, "ad_group_criterion.keyword.text"},
	 {"match_type", TEXTOID, "ad_group_criterion.keyword.match_type"},
	 {NULL}};

static const AdpColumn campaign_negative_keywords[] =
	{ACCOUNT_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"keyword_id", TEXTOID, "campaign_criterion.criterion_id"},
	 {"keyword_text", TEXTOID, "campaign_criterion.keyword.text"},
	 {"match_type", TEXTOID, "campaign_criterion.keyword.match_type"},
	 {"keyword_status", TEXTOID, "campaign_criterion.status"},
	 {NULL}};

static const AdpColumn negative_keywords[] = {ACCOUNT_COLUMNS,
											  CAMPAIGN_COLUMNS,
											  AD_GROUP_COLUMNS,
											  KEYWORD_COLUMNS,
											  {"keyword_status", TEXTOID,
											   "ad_group_criterion.status"},
											  {NULL}};

static const AdpColumn bidding_strategies[] =
	{ACCOUNT_COLUMNS,
	 {"bidding_strategy_id", TEXTOID, "bidding_strategy.id"},
	 {"bidding_strategy_name", TEXTOID, "bidding_strategy.name"},
	 {"status", TEXTOID, "bidding_strategy.status"},
	 {"type", TEXTOID, "bidding_strategy.type"},
	 {"campaign_count", INT8OID, "bidding_strategy.campaign_count"},
	 {"target_cpa", NUMERICOID, "bidding_strategy.target_cpa.target_cpa_micros"},
	 {"target_roas", NUMERICOID, "bidding_strategy.target_roas.target_roas"},
	 {NULL}};

/* Places belong to no account, so the name of one cannot be requested. */
static const AdpColumn geo_target_constants[] =
	{{"account_id", TEXTOID, "customer.id"},
	 {"location_id", TEXTOID, "geo_target_constant.id"},
	 {"location", TEXTOID, "geo_target_constant.resource_name"},
	 {"location_name", TEXTOID, "geo_target_constant.name"},
	 {"canonical_name", TEXTOID, "geo_target_constant.canonical_name"},
	 {"country_code", TEXTOID, "geo_target_constant.country_code"},
	 {"location_type", TEXTOID, "geo_target_constant.target_type"},
	 {"status", TEXTOID, "geo_target_constant.status"},
	 {NULL}};

static const AdpColumn account_report[] = {COMMON_COLUMNS, COMMON_METRICS};
static const AdpColumn campaign_report[] = {COMMON_COLUMNS, CAMPAIGN_COLUMNS,
											COMMON_METRICS};
static const AdpColumn ad_group_report[] = {COMMON_COLUMNS, CAMPAIGN_COLUMNS,
											AD_GROUP_COLUMNS, COMMON_METRICS};
static const AdpColumn hourly_report[] = {COMMON_COLUMNS,
										  CAMPAIGN_COLUMNS,
										  HOUR_COLUMNS,
										  {"impressions", INT8OID,
										   "metrics.impressions"},
										  {"clicks", INT8OID, "metrics.clicks"},
										  {"spend", NUMERICOID,
										   "metrics.cost_micros"},
										  {NULL}};
static const AdpColumn device_report[] =
	{COMMON_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"device", TEXTOID, "segments.device"},
	 {"impressions", INT8OID, "metrics.impressions"},
	 {"clicks", INT8OID, "metrics.clicks"},
	 {"spend", NUMERICOID, "metrics.cost_micros"},
	 {"conversions", NUMERICOID, "metrics.conversions"},
	 {NULL}};
static const AdpColumn conversion_report[] =
	{COMMON_COLUMNS,
	 CAMPAIGN_COLUMNS,
	 {"conversion_name", TEXTOID, "segments.conversion_action_name"},
	 {"counted_as", TEXTOID, "segments.conversion_action_category"},
	 {"conversions", NUMERICOID, "metrics.all_conversions"},
	 {"conversions_value", NUMERICOID, "metrics.all_conversions_value"},
	 {NULL}};
static const AdpColumn ad_report[] = {COMMON_COLUMNS,
									  CAMPAIGN_COLUMNS,
									  AD_GROUP_COLUMNS,
									  {"ad_id", TEXTOID, "ad_group_ad.ad.id"},
									  {"ad_name", TEXTOID,
									   "ad_group_ad.ad.name"},
									  COMMON_METRICS};

const AdpReport adp_google_ads_reports[] =
	{{"reports", "account_daily", "customer", account_daily,
	  "Google Ads accounts by day."},
	 {"reports", "account_device_daily", "customer", account_device_daily,
	  "Google Ads accounts by day, device and network.", .group = "device"},
	 {"reports", "campaign_daily", "campaign", campaign_daily,
	  "Google Ads campaigns by day."},
	 {"reports", "campaign_device_daily", "campaign", campaign_device_daily,
	  "Google Ads campaigns by day, device and network."},
	 {"reports", "account_weekly", "customer", account_periods,
	  "Google Ads accounts by week, Monday to Sunday, with the people of the week.",
	  .period = ADP_PERIOD_WEEK, .group = "periods"},
	 {"reports", "account_monthly", "customer", account_periods,
	  "Google Ads accounts by month, with the people of the month.",
	  .period = ADP_PERIOD_MONTH, .group = "periods"},
	 {"reports", "campaign_weekly", "campaign", campaign_periods,
	  "Google Ads campaigns by week, Monday to Sunday, with the people of the week.",
	  .period = ADP_PERIOD_WEEK, .group = "periods"},
	 {"reports", "campaign_monthly", "campaign", campaign_periods,
	  "Google Ads campaigns by month, with the people of the month.",
	  .period = ADP_PERIOD_MONTH, .group = "periods"},
	 {"reports", "ad_group_daily", "ad_group", ad_group_daily,
	  "Google Ads ad groups by day."},
	 {"reports", "ad_group_device_daily", "ad_group", ad_group_device_daily,
	  "Google Ads ad groups by day, device and network.", .group = "device"},
	 {"reports", "ad_daily", "ad_group_ad", ad_daily,
	  "Google Ads ads by day; Performance Max campaigns have none."},
	 {"reports", "ad_device_daily", "ad_group_ad", ad_device_daily,
	  "Google Ads ads by day, device and network; Performance Max campaigns have none.",
	  .group = "device"},
	 {"reports", "keyword_daily", "keyword_view", keyword_daily,
	  "Google Ads keywords by day.", .entity = "keyword"},
	 {"reports", "keyword_device_daily", "keyword_view", keyword_device_daily,
	  "Google Ads keywords by day, device and network.", .group = "device",
	  .entity = "keyword"},
	 {"reports", "search_term_daily", "search_term_view", search_term_daily,
	  "Google Ads search terms by day; rare terms are withheld, so this adds up to less than keyword_daily."},
	 {"reports", "search_term_keyword_daily", "search_term_view",
	  search_term_keyword_daily,
	  "Google Ads search terms by day and the keyword that brought them; terms that no keyword brought are left out, so this adds up to less than search_term_daily.",
	  .group = "search"},
	 {"reports", "geo_daily", "geographic_view", geo_daily,
	  "Google Ads campaigns by day, country and kind of location."},
	 {"reports", "campaign_hourly", "campaign", campaign_hourly,
	  "Google Ads campaigns by hour of the day in the account's zone, for intraday pacing and ad schedules; the last 37 months. The hours add up to campaign_daily; conversions are in the hour of the click. The last hours of today are not complete yet.",
	  .group = "hourly"},
	 {"reports", "ad_group_hourly", "ad_group", ad_group_hourly,
	  "Google Ads ad groups by hour of the day in the account's zone; the last 37 months. The hours add up to ad_group_daily; Performance Max campaigns have no ad groups.",
	  .group = "hourly"},
	 {"reports", "campaign_conversion_daily", "campaign",
	  campaign_conversion_daily,
	  "Google Ads campaigns by day and conversion action, with conversions on the day of the click beside those on the day of the conversion. Actions add up to the conversions of campaign_daily; a row without a conversion does not exist, and Google reports no impressions, clicks or cost by action.",
	  .group = "conversions"},
	 {"reports", "ad_group_conversion_daily", "ad_group",
	  ad_group_conversion_daily,
	  "Google Ads ad groups by day and conversion action, with conversions on the day of the click beside those on the day of the conversion. Actions add up to the conversions of ad_group_daily; Performance Max campaigns have no ad groups.",
	  .group = "conversions"},
	 {"reports", "age_daily", "age_range_view", age_daily,
	  "Google Ads ad groups by day and age of who saw the ad. Ages add up to ad_group_daily, together with AGE_RANGE_UNDETERMINED, which is not known. Google does not report age and gender together.",
	  .group = "demographics"},
	 {"reports", "gender_daily", "gender_view", gender_daily,
	  "Google Ads ad groups by day and gender of who saw the ad. Genders add up to ad_group_daily, together with UNDETERMINED, which is not known. Google does not report age and gender together.",
	  .group = "demographics"},
	 {"reports", "video_daily", "video", video_daily,
	  "Google Ads videos by day, campaign and ad group: views, and how far they were watched. Videos add up to less than ad_group_daily, since other ads have none. Quartile rates do not add up; for the view rate divide sums of video_views and impressions.",
	  .group = "video"},
	 {"reports", "landing_page_daily", "landing_page_view", landing_page_daily,
	  "Google Ads landing pages by day, campaign and ad group, as the advertiser wrote them. They add up to less than ad_group_daily where an ad has no landing page of its own.",
	  .group = "landing_pages"},
	 {"reports", "asset_group_daily", "asset_group", asset_group_daily,
	  "Google Ads asset groups by day, which Performance Max campaigns have in place of ad groups; they add up to campaign_daily of these campaigns.",
	  .group = "pmax"},
	 {"reports", "placement_pmax_daily", "performance_max_placement_view",
	  placement_pmax_daily,
	  "Google Ads placements of Performance Max campaigns by day. Google reports impressions only, for brand safety, and not of all of them: no clicks, no cost, no conversions, and nothing to add up with campaign_daily.",
	  .group = "pmax"},
	 {"reports", "campaign_conversion_lag_daily", "campaign",
	  campaign_conversion_lag_daily,
	  "Google Ads campaigns by day of the click, conversion action and days until the conversion, to see how long a day keeps growing. Buckets add up to campaign_conversion_daily; recent days lack the buckets that are not over.",
	  .group = "conversions"},
	 {"reports", "campaign_customer_daily", "campaign", campaign_customer_daily,
	  "Google Ads campaigns by day of the click with the conversions of new and of returning customers, which Google knows from the lists of customers and tags of the account. For the share of new ones see adpipe.new_customer_share(). Kinds of customers add up to the conversions of campaign_daily as far as Google knows them; there are no impressions, clicks or cost.",
	  .group = "conversions"},
	 {"reports", "shopping_product_daily", "shopping_performance_view",
	  shopping_product_daily,
	  "Google Ads Shopping and Performance Max campaigns by day and product of the Merchant Center, as the product was called on that day; the last 37 months. Impressions and clicks are those of products in ads: an ad shows none, one or several, so products add up to more or less than campaign_daily. Products add up with each other.",
	  .group = "shopping"},
	 {"reports", "user_location_daily", "user_location_view",
	  user_location_daily,
	  "Google Ads campaigns by day and the place where people were, whether targeted or not. location is a resource name: geo_target_constants has its name. What cannot be placed is left out, so places add up to less than campaign_daily; places never overlap.",
	  .group = "geo"},
	 {"reports", "placement_daily", "group_placement_view", placement_daily,
	  "Google Ads display and video ad groups by day and the site, app or channel that showed the ad, to find what to exclude. Some placements are withheld, so this adds up to less than ad_group_daily; Performance Max is in placement_pmax_daily.",
	  .group = "placements"},
	 {"reports", "audience_daily", "ad_group_audience_view", audience_daily,
	  "Google Ads ad groups by day and audience that the ad group targets or observes. People may be in several audiences or in none: audiences add up to nothing, compare them one by one.",
	  .group = "demographics", .entity = "audience"},
	 {"reports", "impression_share_daily", "campaign", impression_share_daily,
	  "Google Ads search campaigns by day with the share of the eligible impressions that they won, and lost for lack of budget or rank. Shares do not add up: sum impressions and adpipe.eligible_impressions(impressions, impression_share). A share below 10 % comes as 0.0999 and has no sum; a day without impressions has no row.",
	  .group = "search"},
	 {"reports", "clicks", "click_view", clicks,
	  "Google Ads clicks with their click ids, for matching with the leads and orders of one's own; the last 90 days, one request per account and day. Invalid clicks are among them, and clicks without an id are not, so this does not add up to campaign_daily.",
	  .group = "clicks"},
	 {"reports", "changes", "change_event", changes,
	  "Who changed what in Google Ads accounts, within minutes; the last 30 days, at most 10,000 changes per account and day. The address of the person is left out unless OPTIONS (personal_data 'include').",
	  .group = "changes"},
	 {"reports", "accounts", "customer_client", accounts,
	  "Google Ads accounts: with customer_id * all those under the manager, at each level where they are linked, else the listed ones."},
	 {"reports", "account_settings", "customer", account_settings,
	  "Google Ads accounts that scans read, with the settings that only the account itself reports.",
	  .group = "settings"},
	 {"reports", "campaigns", "campaign", campaigns,
	  "Google Ads campaigns with their settings."},
	 {"reports", "ad_groups", "ad_group", ad_groups,
	  "Google Ads ad groups with their settings."},
	 {"reports", "ads", "ad_group_ad", ads,
	  "Google Ads ads with their settings."},
	 {"reports", "keywords", "keyword_view", keywords,
	  "Google Ads keywords with their settings.", .entity = "keyword"},
	 {"reports", "budgets", "campaign_budget", budgets,
	  "Google Ads campaign budgets."},
	 {"reports", "conversion_actions", "conversion_action", conversion_actions,
	  "Google Ads conversion actions with their settings."},
	 {"reports", "asset_group_assets", "asset_group_asset", asset_group_assets,
	  "Google Ads assets of the asset groups of Performance Max, with the strength of the group and whether each asset can serve. Google no longer rates single assets of asset groups.",
	  .group = "pmax"},
	 {"reports", "assets", "asset", assets,
	  "Google Ads assets: texts, images, videos, sitelinks and so on, those of managers included.",
	  .group = "settings"},
	 {"reports", "labels", "label", labels, "Google Ads labels.",
	  .group = "settings"},
	 {"reports", "campaign_labels", "campaign_label", campaign_labels,
	  "Google Ads campaigns and their labels, one row for each label of a campaign.",
	  .group = "settings"},
	 {"reports", "audiences", "user_list", audiences,
	  "Google Ads audience lists with their size, those of managers included. Lists overlap, so do not add up their sizes.",
	  .group = "settings"},
	 {"reports", "campaign_criteria", "campaign_criterion", campaign_criteria,
	  "What Google Ads campaigns target and exclude: keywords, places, languages and so on. Negative keywords of campaigns: WHERE is_negative AND type = 'KEYWORD'.",
	  .group = "settings", .entity = "criterion"},
	 {"reports", "ad_group_criteria", "ad_group_criterion", ad_group_criteria,
	  "What Google Ads ad groups target and exclude: keywords, audiences, placements and so on. Negative keywords of ad groups: WHERE is_negative AND type = 'KEYWORD'.",
	  .group = "settings", .entity = "criterion"},
	 {"reports", "negative_keywords", "negative_keyword", negative_keywords,
	  "Keywords that Google Ads ad groups exclude; those of whole campaigns are in campaign_negative_keywords. Lists of keywords that several campaigns share are in neither.",
	  .group = "settings", .entity = "keyword"},
	 {"reports", "campaign_negative_keywords", "campaign_negative_keyword",
	  campaign_negative_keywords,
	  "Keywords that Google Ads campaigns exclude, for all of their ad groups; those of single ad groups are in negative_keywords. Lists of keywords that several campaigns share are in neither.",
	  .group = "settings", .entity = "keyword"},
	 {"reports", "bidding_strategies", "bidding_strategy", bidding_strategies,
	  "Google Ads bidding strategies that campaigns share, those of managers included.",
	  .group = "settings"},
	 {"reports", "geo_target_constants", "geo_target_constant",
	  geo_target_constants,
	  "Places by the ids that Google Ads reports have: countries, regions, cities, some 100,000. The list is the same for all accounts and is read once for each: pin account_id, or keep a copy.",
	  .group = "geo"},
	 {"common", "account_report", "customer", account_report,
	  "Accounts by day, in the shape that all platforms share."},
	 {"common", "campaign_report", "campaign", campaign_report,
	  "Campaigns by day, in the shape that all platforms share."},
	 {"common", "ad_group_report", "ad_group", ad_group_report,
	  "Ad groups by day, in the shape that all platforms share."},
	 {"common", "ad_report", "ad_group_ad", ad_report,
	  "Ads by day, in the shape that all platforms share."},
	 {"common", "hourly_report", "campaign", hourly_report,
	  "Campaigns by hour of the day, in the shape of all platforms that report hours."},
	 {"common", "device_report", "campaign", device_report,
	  "Campaigns by day and device, in the shape of all platforms that report devices. Devices are in the platform's words, which adpipe.device_class() maps; they add up to campaign_report."},
	 {"common", "conversion_report", "campaign", conversion_report,
	  "Campaigns by day and conversion, in the shape of all platforms that name conversions: all conversion actions, primary or not."},
	 {NULL}};

/* Which conversions count, how they are counted, and whether they arrive. */
static const char *const watched_settings[] = {"customer.auto_tagging_enabled",
											   "customer.status", NULL};
static const char *const conversion_action_settings[] =
	{"conversion_action.name",
	 "conversion_action.status",
	 "conversion_action.category",
	 "conversion_action.primary_for_goal",
	 "conversion_action.counting_type",
	 "conversion_action.click_through_lookback_window_days",
	 "conversion_action.view_through_lookback_window_days",
	 "conversion_action.attribution_model_settings.attribution_model",
	 NULL};

const AdpWatch adp_google_ads_watches[] =
	{{"customer", NULL, NULL, watched_settings},
	 {"conversion_action", "conversion_action", "conversion_action.id",
	  conversion_action_settings},
	 {NULL}};
