"""The names that the platform knows, and the rules that hang on names."""

from meta_ads.model import FAMILIES, ON_META

# Versions of the Marketing API: first and last day, None while it lives.
VERSIONS = (
    ((27, 0), "2026-11-04", None), ((26, 0), "2026-07-29", None),
    ((25, 0), "2026-02-18", "2027-02-23"),
    ((24, 0), "2025-10-08", "2026-11-10"),
    ((23, 0), "2025-05-29", "2026-06-09"),
    ((22, 0), "2025-01-21", "2026-02-19"),
    ((21, 0), "2024-10-02", "2025-09-09"),
    ((20, 0), "2024-05-21", "2025-05-06"),
)
# Gone from every version since 2026-10-27.
REMOVED_PARAMETERS = ("pretty", "debug", "date_format", "ids")

LEVELS = ("account", "campaign", "adset", "ad")

# Fields of a report by what they say; the lowest level they need last.
DIMENSIONS = {
    "account_id": "account", "account_name": "account",
    "account_currency": "account", "date_start": "account",
    "date_stop": "account", "campaign_id": "campaign",
    "campaign_name": "campaign", "objective": "campaign",
    "buying_type": "campaign", "adset_id": "adset", "adset_name": "adset",
    "optimization_goal": "adset", "ad_id": "ad", "ad_name": "ad",
    "attribution_setting": "account", "created_time": "adset",
    "updated_time": "adset", "quality_ranking": "ad",
    "engagement_rate_ranking": "ad", "conversion_rate_ranking": "ad",
}
COUNTS = ("impressions", "clicks", "inline_link_clicks", "spend",
          "inline_post_engagement")
# Told even when they are zero.
ALWAYS = ("impressions", "clicks", "spend")
PEOPLE = ("reach", "unique_clicks", "unique_inline_link_clicks")
# ratio: numerator, factor, denominator
RATIOS = {
    "frequency": ("impressions", 1, "reach"),
    "cpm": ("spend", 1000, "impressions"),
    "cpc": ("spend", 1, "clicks"),
    "ctr": ("clicks", 100, "impressions"),
    "cpp": ("spend", 1000, "reach"),
    "inline_link_click_ctr": ("inline_link_clicks", 100, "impressions"),
    "cost_per_inline_link_click": ("spend", 1, "inline_link_clicks"),
    "cost_per_unique_click": ("spend", 1, "unique_clicks"),
    "unique_ctr": ("unique_clicks", 100, "reach"),
}
ACTION_LISTS = ("actions", "action_values", "conversions",
                "conversion_values", "cost_per_action_type", "purchase_roas",
                "website_purchase_roas", "mobile_app_purchase_roas")
ROAS_TYPES = {
    "purchase_roas": "omni_purchase",
    "website_purchase_roas": "offsite_conversion.fb_pixel_purchase",
    "mobile_app_purchase_roas": "app_custom_event.fb_mobile_purchase",
}
# list of one element: count, action type
SINGLE_LISTS = {
    "outbound_clicks": ("outbound_clicks", "outbound_click"),
    "video_play_actions": ("video_plays", "video_view"),
    "video_p25_watched_actions": ("video_p25", "video_view"),
    "video_p50_watched_actions": ("video_p50", "video_view"),
    "video_p75_watched_actions": ("video_p75", "video_view"),
    "video_p95_watched_actions": ("video_p95", "video_view"),
    "video_thruplay_watched_actions": ("thruplays", "video_view"),
    "video_p100_watched_actions": ("video_p100", "video_view"),
}
# The same of quotients: above, below, action type
SINGLE_QUOTIENTS = {
    "video_avg_time_watched_actions": ("video_seconds", "video_plays",
                                       "video_view"),
}
# Known to the platform; nothing to tell about them in this world.
SILENT = """
social_spend full_view_impressions full_view_reach estimated_ad_recallers
estimated_ad_recall_rate canvas_avg_view_time canvas_avg_view_percent
instagram_profile_visits shops_assisted_purchases total_postbacks
unique_actions unique_outbound_clicks unique_inline_link_click_ctr
unique_link_clicks_ctr cost_per_unique_inline_link_click
cost_per_unique_action_type cost_per_inline_post_engagement
cost_per_outbound_click cost_per_thruplay cost_per_conversion
unique_conversions outbound_clicks_ctr
unique_outbound_clicks_ctr website_ctr
video_30_sec_watched_actions video_15_sec_watched_actions
video_6_sec_watched_actions video_continuous_2_sec_watched_actions
video_time_watched_actions
video_play_curve_actions results cost_per_result result_rate
objective_results cost_per_objective_result objective_result_rate
catalog_segment_actions catalog_segment_value converted_product_quantity
converted_product_value conversion_leads ad_click_actions
ad_impression_actions marketing_messages_sent marketing_messages_delivered
app_store_clicks newsfeed_avg_position newsfeed_clicks newsfeed_impressions
relevance_score labels location adset_start adset_end
""".split()
KNOWN = set(DIMENSIONS) | set(COUNTS) | set(PEOPLE) | set(RATIOS) | set(
    ACTION_LISTS) | set(SINGLE_LISTS) | set(SINGLE_QUOTIENTS) | set(SILENT)

# ---- breakdowns ----------------------------------------------------------

ASSETS = tuple(name + "_asset" for name in (
    "image", "video", "title", "body", "description", "call_to_action",
    "link_url", "ad_format"))
ASSET_FIELDS = {"impressions", "clicks", "spend", "reach", "actions",
                "action_values"}
SPECIAL = ("dma", "mmm", "user_segment_key",
           "skan_campaign_id", "skan_conversion_id", "app_id",
           "is_conversion_id_modeled")
BREAKDOWNS = {name for names in FAMILIES.values() for name in names} | set(
    ASSETS) | set(SPECIAL)
ADVERTISER_HOUR = "hourly_stats_aggregated_by_advertiser_time_zone"
AUDIENCE_HOUR = "hourly_stats_aggregated_by_audience_time_zone"
HOURS = {ADVERTISER_HOUR, AUDIENCE_HOUR}
OPT_IN = {"impression_device", AUDIENCE_HOUR, "frequency_value"}
# Not allowed with any breakdown.
UNBROKEN = {"app_store_clicks", "newsfeed_avg_position", "newsfeed_clicks",
            "newsfeed_impressions", "relevance_score"}
# Breakdowns for which actions outside Meta are not told: not at all, or those
# on web sites without the breakdown's value and those in apps not at all.
TYPE_1 = {"region", "dma", "comscore_market"} | HOURS
TYPE_2 = {"product_id", "action_device", "action_destination",
          "action_target_id", "action_carousel_card_id",
          "action_carousel_card_name", "action_canvas_component_name"}
ACTION_BREAKDOWNS = set("""
action_type action_device action_destination action_target_id action_reaction
action_video_type action_video_sound action_canvas_component_name
action_carousel_card_id action_carousel_card_name conversion_destination
is_business_ai_assisted matched_persona_id matched_persona_name
signal_source_bucket standard_event_content_type
""".split())
# Combinations of breakdowns that exist; starred ones go with more kinds of
# actions than the type.
COMBINATIONS = {frozenset(names.split()): star for names, star in (
    ("age", True), ("gender", True), ("age gender", True), ("country", True),
    ("region", True), ("publisher_platform", True),
    ("publisher_platform impression_device", True),
    ("publisher_platform platform_position", True),
    ("publisher_platform platform_position impression_device", True),
    ("product_id", True), (ADVERTISER_HOUR, True), (AUDIENCE_HOUR, True),
    ("device_platform", False), ("comscore_market", False),
    ("frequency_value", False), ("mmm", False), ("dma", False),
    ("user_segment_key", False))}
STARRED_ACTIONS = {"action_type", "action_target_id", "action_destination"}

ALIVE_WINDOWS = {"default", "1d_click", "7d_click", "28d_click", "1d_view",
                 "1d_ev"}
DEAD_WINDOWS = {"7d_view", "28d_view"}
SILENT_WINDOWS = {"incrementality", "dda", "skan_click", "skan_view"}

STATUSES = {
    "campaign": {"ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "IN_PROCESS",
                 "WITH_ISSUES"},
    "adset": {"ACTIVE", "PAUSED", "CAMPAIGN_PAUSED", "ARCHIVED", "DELETED",
              "IN_PROCESS", "WITH_ISSUES"},
    "ad": {"ACTIVE", "PAUSED", "ADSET_PAUSED", "CAMPAIGN_PAUSED", "ARCHIVED",
           "DELETED", "DISAPPROVED", "PENDING_REVIEW", "PREAPPROVED",
           "PENDING_BILLING_INFO", "IN_PROCESS", "WITH_ISSUES"},
}
DELIVERY = set("""active archived completed limited not_delivering deleted
not_published pending_review permanently_deleted recently_completed
recently_rejected rejected scheduled inactive""".split())

# ---- entities ------------------------------------------------------------

COMMON = ("id account_id name status configured_status effective_status "
          "created_time updated_time issues_info adlabels ").split()
NODE_FIELDS = {
    "campaign": COMMON + """objective buying_type bid_strategy daily_budget
        lifetime_budget budget_remaining spend_cap start_time stop_time
        special_ad_categories special_ad_category_country promoted_object
        source_campaign_id primary_attribution smart_promotion_type
        is_skadnetwork_attribution is_adset_budget_sharing_enabled""".split(),
    "adset": COMMON + """campaign_id daily_budget lifetime_budget
        budget_remaining daily_spend_cap lifetime_spend_cap bid_amount
        bid_strategy billing_event optimization_goal attribution_spec
        is_incremental_attribution_enabled promoted_object destination_type
        targeting start_time end_time learning_stage_info is_dynamic_creative
        source_adset_id dsa_beneficiary dsa_payor""".split(),
    "ad": COMMON + """campaign_id adset_id creative bid_amount
        conversion_domain tracking_specs conversion_specs ad_review_feedback
        preview_shareable_link source_ad_id ad_schedule_start_time
        ad_schedule_end_time""".split(),
    "creative": """id account_id name status title body object_type
        call_to_action_type image_url image_hash thumbnail_url video_id
        link_url object_url url_tags template_url object_story_id
        effective_object_story_id object_story_spec asset_feed_spec
        degrees_of_freedom_spec product_set_id instagram_user_id
        instagram_permalink_url effective_instagram_media_id
        actor_id""".split(),
    "account": """id account_id name account_status disable_reason currency
        timezone_id timezone_name timezone_offset_hours_utc attribution_spec
        is_attribution_spec_system_default amount_spent balance spend_cap
        min_daily_budget business business_name business_city
        business_state business_country_code owner created_time age
        is_prepay_account funding_source capabilities user_tasks""".split(),
    "customconversion": """id account_id name custom_event_type rule
        pixel""".split(),
    "activity": """actor_id actor_name application_id application_name
        date_time_in_timezone event_time event_type extra_data object_id
        object_name object_type translated_event_type""".split(),
    "customaudience": """id account_id name subtype description
        approximate_count_lower_bound approximate_count_upper_bound
        operation_status delivery_status""".split(),
}
TYPE_NAMES = {"campaign": "Campaign", "adset": "AdSet", "ad": "Ad",
              "creative": "AdCreative", "account": "AdAccount",
              "customconversion": "CustomConversion",
              "customaudience": "CustomAudience", "activity": "AdActivity"}


def off_meta(action_type):
    """Returns whether an action happens outside Meta."""
    return not action_type.startswith(ON_META)
