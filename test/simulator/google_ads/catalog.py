"""The served part of the Google Ads field catalogue, as data.

FIELDS: one line per field: name, type, then flags:
    []          repeated
    -presence   omitted from JSON when it has its default
    -select -filter -sort   not selectable, filterable, sortable
    since=N until=N         first and last major version that knows it
An ENUM type names its list in ENUMS.
"""

ENUMS = {
    "Status": "ENABLED PAUSED REMOVED",
    "OnOff": "ENABLED REMOVED",
    "Hideable": "ENABLED REMOVED HIDDEN",
    "CustomerStatus": "ENABLED CANCELED SUSPENDED CLOSED",
    "Serving": "SERVING NONE ENDED PENDING SUSPENDED",
    "Primary": "ELIGIBLE PAUSED REMOVED ENDED PENDING MISCONFIGURED LIMITED "
               "LEARNING NOT_ELIGIBLE",
    "Channel": "SEARCH DISPLAY SHOPPING HOTEL VIDEO MULTI_CHANNEL LOCAL SMART "
               "PERFORMANCE_MAX LOCAL_SERVICES TRAVEL DEMAND_GEN",
    "SubChannel": "SEARCH_MOBILE_APP DISPLAY_MOBILE_APP SEARCH_EXPRESS "
                  "DISPLAY_EXPRESS SHOPPING_SMART_ADS DISPLAY_SMART_CAMPAIGN "
                  "VIDEO_ACTION VIDEO_NON_SKIPPABLE APP_CAMPAIGN "
                  "SMART_CAMPAIGN VIDEO_SEQUENCE YOUTUBE_AUDIO",
    "Bidding": "COMMISSION ENHANCED_CPC FIXED_CPM INVALID MANUAL_CPA "
               "MANUAL_CPC MANUAL_CPM MANUAL_CPV MAXIMIZE_CONVERSIONS "
               "MAXIMIZE_CONVERSION_VALUE PAGE_ONE_PROMOTED PERCENT_CPC "
               "TARGET_CPA TARGET_CPC TARGET_CPM TARGET_CPV "
               "TARGET_IMPRESSION_SHARE TARGET_OUTRANK_SHARE TARGET_ROAS "
               "TARGET_SPEND",
    "Payment": "CLICKS CONVERSION_VALUE CONVERSIONS GUEST_STAY",
    "GroupType": "SEARCH_STANDARD DISPLAY_STANDARD SHOPPING_PRODUCT_ADS "
                 "HOTEL_ADS VIDEO_BUMPER VIDEO_TRUE_VIEW_IN_STREAM "
                 "SEARCH_DYNAMIC_ADS VIDEO_RESPONSIVE SMART_CAMPAIGN_ADS",
    "AdType": "RESPONSIVE_SEARCH_AD EXPANDED_TEXT_AD RESPONSIVE_DISPLAY_AD "
              "IMAGE_AD VIDEO_AD VIDEO_RESPONSIVE_AD VIDEO_BUMPER_AD APP_AD "
              "SHOPPING_PRODUCT_AD DEMAND_GEN_MULTI_ASSET_AD TEXT_AD CALL_AD",
    "AdStrength": "PENDING NO_ADS POOR AVERAGE GOOD EXCELLENT",
    "Approval": "DISAPPROVED APPROVED_LIMITED APPROVED AREA_OF_INTEREST_ONLY",
    "CriterionApproval": "APPROVED DISAPPROVED PENDING_REVIEW UNDER_REVIEW",
    "Review": "REVIEW_IN_PROGRESS REVIEWED UNDER_APPEAL ELIGIBLE_MAY_SERVE",
    "CriterionType": "KEYWORD PLACEMENT AGE_RANGE GENDER USER_LIST "
                     "USER_INTEREST LOCATION LANGUAGE",
    "ServingCriterion": "ELIGIBLE RARELY_SERVED",
    "Match": "EXACT PHRASE BROAD",
    "TermMatch": "BROAD EXACT PHRASE NEAR_EXACT NEAR_PHRASE AI_MAX "
                 "PERFORMANCE_MAX",
    "Targeting": "ADDED EXCLUDED ADDED_EXCLUDED NONE",
    "Quality": "BELOW_AVERAGE AVERAGE ABOVE_AVERAGE",
    "Location": "AREA_OF_INTEREST LOCATION_OF_PRESENCE",
    "Period": "DAILY CUSTOM_PERIOD",
    "Delivery": "STANDARD ACCELERATED",
    "BudgetType": "STANDARD FIXED_CPA SMART_CAMPAIGN LOCAL_SERVICES",
    "ActionType": "AD_CALL CLICK_TO_CALL UPLOAD_CLICKS WEBPAGE "
                  "GOOGLE_ANALYTICS_4_PURCHASE STORE_SALES",
    "Origin": "WEBSITE GOOGLE_HOSTED APP CALL_FROM_ADS STORE YOUTUBE_HOSTED "
              "LOCAL_SERVICES_ADS",
    "Category": "DEFAULT PAGE_VIEW PURCHASE SIGNUP DOWNLOAD ADD_TO_CART "
                "BEGIN_CHECKOUT SUBSCRIBE_PAID PHONE_CALL_LEAD IMPORTED_LEAD "
                "SUBMIT_LEAD_FORM BOOK_APPOINTMENT REQUEST_QUOTE "
                "GET_DIRECTIONS OUTBOUND_CLICK CONTACT ENGAGEMENT STORE_VISIT "
                "STORE_SALE QUALIFIED_LEAD CONVERTED_LEAD "
                "YOUTUBE_FOLLOW_ON_VIEWS IN_APP_AD_REVENUE",
    "Counting": "ONE_PER_CLICK MANY_PER_CLICK",
    "Attribution": "EXTERNAL GOOGLE_ADS_LAST_CLICK "
                   "GOOGLE_SEARCH_ATTRIBUTION_FIRST_CLICK "
                   "GOOGLE_SEARCH_ATTRIBUTION_LINEAR "
                   "GOOGLE_SEARCH_ATTRIBUTION_TIME_DECAY "
                   "GOOGLE_SEARCH_ATTRIBUTION_POSITION_BASED "
                   "GOOGLE_SEARCH_ATTRIBUTION_DATA_DRIVEN",
    "Device": "MOBILE TABLET DESKTOP CONNECTED_TV OTHER",
    "Network": "SEARCH SEARCH_PARTNERS CONTENT MIXED YOUTUBE GOOGLE_TV "
               "GOOGLE_OWNED_CHANNELS GMAIL DISCOVER MAPS",
    "Day": "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY",
    "Month": "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER "
             "OCTOBER NOVEMBER DECEMBER",
    "Gender": "MALE FEMALE UNDETERMINED",
    "Age": "AGE_RANGE_18_24 AGE_RANGE_25_34 AGE_RANGE_35_44 AGE_RANGE_45_54 "
           "AGE_RANGE_55_64 AGE_RANGE_65_UP AGE_RANGE_UNDETERMINED",
    "SubNetwork": "SEARCH DISPLAY YOUTUBE",
    "Interaction": "CLICK ENGAGEMENT VIDEO_VIEW NONE",
    "Placement": "WEBSITE MOBILE_APP_CATEGORY MOBILE_APPLICATION "
                 "YOUTUBE_VIDEO YOUTUBE_CHANNEL GOOGLE_PRODUCTS",
    "AssetType": "TEXT IMAGE YOUTUBE_VIDEO SITELINK CALLOUT MEDIA_BUNDLE",
    "AssetField": "HEADLINE DESCRIPTION LONG_HEADLINE MARKETING_IMAGE LOGO "
                  "YOUTUBE_VIDEO SITELINK CALLOUT",
    "AssetSource": "ADVERTISER AUTOMATICALLY_CREATED",
    "UserList": "REMARKETING LOGICAL EXTERNAL_REMARKETING RULE_BASED SIMILAR "
                "CRM_BASED LOOKALIKE",
    "Membership": "OPEN CLOSED",
    "Lag": "LESS_THAN_ONE_DAY ONE_TO_TWO_DAYS TWO_TO_THREE_DAYS "
           "THREE_TO_FOUR_DAYS FOUR_TO_FIVE_DAYS SIXTY_TO_NINETY_DAYS",
    "ClickType": "URL_CLICKS CALLS SITELINKS",
    "CustomerKind": "NEW RETURNING NEW_AND_HIGH_LTV",
    "Slot": "SEARCH_SIDE SEARCH_TOP SEARCH_OTHER CONTENT MIXED",
    "ChangeType": "AD AD_GROUP CAMPAIGN CAMPAIGN_BUDGET AD_GROUP_CRITERION",
    "ClientType": "GOOGLE_ADS_WEB_CLIENT GOOGLE_ADS_AUTOMATED_RULE "
                  "GOOGLE_ADS_API OTHER",
    "Operation": "CREATE UPDATE REMOVE",
    "ChangeState": "ADDED CHANGED REMOVED",
}

FIELDS = """
customer.resource_name RESOURCE_NAME
customer.id INT64
customer.descriptive_name STRING
customer.currency_code STRING
customer.time_zone STRING
customer.manager BOOLEAN
customer.test_account BOOLEAN
customer.status ENUM:CustomerStatus
customer.auto_tagging_enabled BOOLEAN
customer.tracking_url_template STRING
customer.final_url_suffix STRING
customer.has_partners_badge BOOLEAN
customer.optimization_score DOUBLE
customer.optimization_score_weight DOUBLE -presence
customer.conversion_tracking_setting.enhanced_conversions_for_leads_enabled BOOLEAN until=25
customer.conversion_tracking_setting.enablement_setting STRING since=26
campaign.resource_name RESOURCE_NAME
campaign.id INT64
campaign.name STRING
campaign.status ENUM:Status
campaign.serving_status ENUM:Serving
campaign.primary_status ENUM:Primary
campaign.primary_status_reasons ENUM:Primary []
campaign.advertising_channel_type ENUM:Channel
campaign.advertising_channel_sub_type ENUM:SubChannel
campaign.bidding_strategy_type ENUM:Bidding
campaign.campaign_budget RESOURCE_NAME
campaign.start_date STRING until=22
campaign.end_date STRING until=22
campaign.start_date_time STRING since=23
campaign.end_date_time STRING since=23
campaign.url_expansion_opt_out BOOLEAN until=21
campaign.video_brand_safety_suitability STRING until=23
campaign.missing_eu_political_advertising_declaration BOOLEAN -presence
campaign.payment_mode ENUM:Payment
campaign.optimization_score DOUBLE
campaign.labels RESOURCE_NAME []
campaign.tracking_url_template STRING
campaign.final_url_suffix STRING
campaign.network_settings.target_google_search BOOLEAN
campaign.network_settings.target_search_network BOOLEAN
campaign.network_settings.target_content_network BOOLEAN
campaign.target_cpa.target_cpa_micros INT64
campaign.target_roas.target_roas DOUBLE
campaign.url_custom_parameters MESSAGE [] -filter -sort
campaign_budget.resource_name RESOURCE_NAME
campaign_budget.id INT64
campaign_budget.name STRING
campaign_budget.amount_micros INT64
campaign_budget.total_amount_micros INT64
campaign_budget.status ENUM:OnOff
campaign_budget.period ENUM:Period
campaign_budget.delivery_method ENUM:Delivery
campaign_budget.explicitly_shared BOOLEAN
campaign_budget.reference_count INT64
campaign_budget.type ENUM:BudgetType
campaign_budget.has_recommended_budget BOOLEAN
campaign_budget.recommended_budget_amount_micros INT64
campaign_budget.aligned_bidding_strategy_id INT64 -presence
ad_group.resource_name RESOURCE_NAME
ad_group.id INT64
ad_group.name STRING
ad_group.status ENUM:Status
ad_group.type ENUM:GroupType
ad_group.campaign RESOURCE_NAME
ad_group.cpc_bid_micros INT64
ad_group.cpm_bid_micros INT64
ad_group.target_cpa_micros INT64
ad_group.target_roas DOUBLE
ad_group.optimized_targeting_enabled BOOLEAN -presence
ad_group.labels RESOURCE_NAME []
ad_group_ad.resource_name RESOURCE_NAME
ad_group_ad.ad_group RESOURCE_NAME
ad_group_ad.status ENUM:Status
ad_group_ad.ad_strength ENUM:AdStrength
ad_group_ad.policy_summary.approval_status ENUM:Approval
ad_group_ad.policy_summary.review_status ENUM:Review
ad_group_ad.labels RESOURCE_NAME []
ad_group_ad.start_date_time STRING since=23
ad_group_ad.end_date_time STRING since=23
ad_group_ad.ad.resource_name RESOURCE_NAME
ad_group_ad.ad.id INT64
ad_group_ad.ad.name STRING
ad_group_ad.ad.type ENUM:AdType
ad_group_ad.ad.final_urls STRING []
ad_group_ad.ad.display_url STRING
ad_group_ad.ad.tracking_url_template STRING
ad_group_ad.ad.added_by_google_ads BOOLEAN
ad_group_ad.ad.responsive_search_ad.headlines MESSAGE [] -filter -sort
ad_group_ad.ad.responsive_search_ad.descriptions MESSAGE [] -filter -sort
ad_group_ad.ad.responsive_search_ad.path1 STRING
ad_group_ad.ad.responsive_search_ad.path2 STRING
ad_group_criterion.resource_name RESOURCE_NAME
ad_group_criterion.criterion_id INT64
ad_group_criterion.ad_group RESOURCE_NAME
ad_group_criterion.status ENUM:Status
ad_group_criterion.type ENUM:CriterionType
ad_group_criterion.negative BOOLEAN
ad_group_criterion.keyword.text STRING
ad_group_criterion.keyword.match_type ENUM:Match
ad_group_criterion.age_range.type ENUM:Age
ad_group_criterion.gender.type ENUM:Gender
ad_group_criterion.user_list.user_list STRING
ad_group_criterion.display_name STRING
ad_group_criterion.cpc_bid_micros INT64
ad_group_criterion.effective_cpc_bid_micros INT64
ad_group_criterion.bid_modifier DOUBLE
ad_group_criterion.final_urls STRING []
ad_group_criterion.approval_status ENUM:CriterionApproval
ad_group_criterion.system_serving_status ENUM:ServingCriterion
ad_group_criterion.quality_info.quality_score INT32
ad_group_criterion.quality_info.creative_quality_score ENUM:Quality
ad_group_criterion.quality_info.post_click_quality_score ENUM:Quality
ad_group_criterion.quality_info.search_predicted_ctr ENUM:Quality
ad_group_criterion.labels RESOURCE_NAME []
keyword_view.resource_name RESOURCE_NAME
age_range_view.resource_name RESOURCE_NAME
gender_view.resource_name RESOURCE_NAME
video.resource_name RESOURCE_NAME
video.id STRING
video.title STRING
video.channel_id STRING
video.duration_millis INT64
user_location_view.resource_name RESOURCE_NAME
user_location_view.country_criterion_id INT64
user_location_view.targeting_location BOOLEAN
group_placement_view.resource_name RESOURCE_NAME
group_placement_view.placement STRING
group_placement_view.display_name STRING
group_placement_view.placement_type ENUM:Placement
group_placement_view.target_url STRING
ad_group_audience_view.resource_name RESOURCE_NAME
campaign_label.resource_name RESOURCE_NAME
campaign_label.campaign RESOURCE_NAME
campaign_label.label RESOURCE_NAME
campaign_criterion.resource_name RESOURCE_NAME
campaign_criterion.campaign RESOURCE_NAME
campaign_criterion.criterion_id INT64
campaign_criterion.type ENUM:CriterionType
campaign_criterion.negative BOOLEAN
campaign_criterion.status ENUM:Status
campaign_criterion.display_name STRING
campaign_criterion.keyword.text STRING
campaign_criterion.keyword.match_type ENUM:Match
asset.resource_name RESOURCE_NAME
asset.id INT64
asset.name STRING
asset.type ENUM:AssetType
asset.source ENUM:AssetSource
asset.final_urls STRING []
asset.text_asset.text STRING
asset.image_asset.full_size.url STRING
asset.image_asset.full_size.width_pixels INT64
asset.image_asset.full_size.height_pixels INT64
asset.youtube_video_asset.youtube_video_id STRING
asset.youtube_video_asset.youtube_video_title STRING
asset.sitelink_asset.link_text STRING -presence
asset.callout_asset.callout_text STRING -presence
asset_group_asset.resource_name RESOURCE_NAME
asset_group_asset.asset_group RESOURCE_NAME
asset_group_asset.asset RESOURCE_NAME
asset_group_asset.field_type ENUM:AssetField
asset_group_asset.status ENUM:Status
asset_group_asset.primary_status ENUM:Primary
asset_group_asset.source ENUM:AssetSource
user_list.resource_name RESOURCE_NAME
user_list.id INT64
user_list.name STRING
user_list.description STRING
user_list.type ENUM:UserList
user_list.membership_status ENUM:Membership
user_list.membership_life_span INT64
user_list.size_for_search INT64
user_list.size_for_display INT64
bidding_strategy.resource_name RESOURCE_NAME
bidding_strategy.id INT64
bidding_strategy.name STRING
bidding_strategy.status ENUM:OnOff
bidding_strategy.type ENUM:Bidding
bidding_strategy.campaign_count INT64
bidding_strategy.target_cpa.target_cpa_micros INT64
bidding_strategy.target_roas.target_roas DOUBLE
landing_page_view.resource_name RESOURCE_NAME
landing_page_view.unexpanded_final_url STRING
shopping_performance_view.resource_name RESOURCE_NAME
asset_group.resource_name RESOURCE_NAME
asset_group.id INT64 -presence
asset_group.name STRING -presence
asset_group.campaign RESOURCE_NAME -presence
asset_group.status ENUM:Status
asset_group.ad_strength ENUM:AdStrength
search_term_view.resource_name RESOURCE_NAME
search_term_view.search_term STRING
search_term_view.ad_group RESOURCE_NAME
search_term_view.status ENUM:Targeting
geographic_view.resource_name RESOURCE_NAME
geographic_view.country_criterion_id INT64
geographic_view.location_type ENUM:Location
conversion_action.resource_name RESOURCE_NAME
conversion_action.id INT64
conversion_action.name STRING
conversion_action.status ENUM:Hideable
conversion_action.type ENUM:ActionType
conversion_action.origin ENUM:Origin
conversion_action.category ENUM:Category
conversion_action.primary_for_goal BOOLEAN
conversion_action.include_in_conversions_metric BOOLEAN
conversion_action.owner_customer RESOURCE_NAME
conversion_action.click_through_lookback_window_days INT64
conversion_action.view_through_lookback_window_days INT64
conversion_action.counting_type ENUM:Counting
conversion_action.value_settings.default_value DOUBLE
conversion_action.value_settings.default_currency_code STRING
conversion_action.value_settings.always_use_default_value BOOLEAN
conversion_action.attribution_model_settings.attribution_model ENUM:Attribution
conversion_action.app_id STRING
performance_max_placement_view.resource_name RESOURCE_NAME
performance_max_placement_view.placement STRING
performance_max_placement_view.display_name STRING
performance_max_placement_view.placement_type ENUM:Placement
performance_max_placement_view.target_url STRING
click_view.resource_name RESOURCE_NAME
click_view.gclid STRING
click_view.ad_group_ad RESOURCE_NAME
click_view.page_number INT64
click_view.keyword_info.text STRING
click_view.keyword_info.match_type ENUM:Match
change_event.resource_name RESOURCE_NAME
change_event.change_date_time DATETIME
change_event.change_resource_type ENUM:ChangeType
change_event.change_resource_name STRING -presence
change_event.client_type ENUM:ClientType
change_event.user_email STRING -presence
change_event.resource_change_operation ENUM:Operation
change_event.changed_fields STRING
change_event.campaign RESOURCE_NAME
change_event.ad_group RESOURCE_NAME
change_event.old_resource MESSAGE -filter -sort
change_event.new_resource MESSAGE -filter -sort
change_status.resource_name RESOURCE_NAME
change_status.last_change_date_time DATETIME
change_status.resource_type ENUM:ChangeType
change_status.resource_status ENUM:ChangeState
change_status.campaign RESOURCE_NAME
customer_client.resource_name RESOURCE_NAME
customer_client.client_customer RESOURCE_NAME
customer_client.id INT64
customer_client.level INT64
customer_client.hidden BOOLEAN
customer_client.manager BOOLEAN
customer_client.status ENUM:CustomerStatus
customer_client.descriptive_name STRING
customer_client.currency_code STRING
customer_client.time_zone STRING
customer_client.test_account BOOLEAN
customer_client.applied_labels RESOURCE_NAME []
label.resource_name RESOURCE_NAME
label.id INT64
label.name STRING
label.status ENUM:OnOff
label.text_label.background_color STRING
label.text_label.description STRING
geo_target_constant.resource_name RESOURCE_NAME
geo_target_constant.id INT64
geo_target_constant.name STRING
geo_target_constant.country_code STRING
geo_target_constant.target_type STRING
geo_target_constant.canonical_name STRING
geo_target_constant.status ENUM:OnOff
segments.date DATE
segments.week DATE
segments.month DATE
segments.quarter DATE
segments.year INT32
segments.hour INT32
segments.day_of_week ENUM:Day
segments.month_of_year ENUM:Month
segments.device ENUM:Device
segments.ad_network_type ENUM:Network
segments.ad_sub_network_type ENUM:SubNetwork since=23
segments.conversion_action RESOURCE_NAME
segments.conversion_action_name STRING
segments.conversion_action_category ENUM:Category
segments.conversion_lag_bucket ENUM:Lag
segments.geo_target_most_specific_location RESOURCE_NAME
segments.new_versus_returning_customers ENUM:CustomerKind
segments.product_item_id STRING
segments.product_title STRING
segments.product_brand STRING
segments.product_type_l1 STRING
segments.search_term_match_type ENUM:TermMatch
segments.keyword.ad_group_criterion RESOURCE_NAME
segments.keyword.info.text STRING
segments.keyword.info.match_type ENUM:Match
segments.click_type ENUM:ClickType
segments.slot ENUM:Slot
segments.gender ENUM:Gender since=25
segments.age_range ENUM:Age since=25
metrics.impressions INT64
metrics.clicks INT64
metrics.interactions INT64
metrics.engagements INT64
metrics.cost_micros INT64
metrics.conversions DOUBLE
metrics.conversions_value DOUBLE
metrics.all_conversions DOUBLE
metrics.all_conversions_value DOUBLE
metrics.conversions_by_conversion_date DOUBLE
metrics.conversions_value_by_conversion_date DOUBLE
metrics.all_conversions_by_conversion_date DOUBLE
metrics.all_conversions_value_by_conversion_date DOUBLE
metrics.view_through_conversions INT64
metrics.cross_device_conversions DOUBLE
metrics.video_views INT64 until=21
metrics.video_view_rate DOUBLE until=21
metrics.average_cpv DOUBLE until=21
metrics.video_trueview_views INT64 since=22
metrics.video_trueview_view_rate DOUBLE since=22
metrics.trueview_average_cpv DOUBLE since=22
metrics.video_quartile_p25_rate DOUBLE
metrics.video_quartile_p50_rate DOUBLE
metrics.video_quartile_p75_rate DOUBLE
metrics.video_quartile_p100_rate DOUBLE
metrics.engagement_rate DOUBLE
metrics.average_cpe DOUBLE
metrics.invalid_clicks INT64
metrics.sk_ad_network_installs INT64 -presence
metrics.interaction_event_types ENUM:Interaction [] -sort
metrics.ctr DOUBLE
metrics.average_cpc DOUBLE
metrics.average_cpm DOUBLE
metrics.average_cost DOUBLE
metrics.interaction_rate DOUBLE
metrics.conversions_from_interactions_rate DOUBLE
metrics.cost_per_conversion DOUBLE
metrics.value_per_conversion DOUBLE
metrics.conversions_value_per_cost DOUBLE
metrics.search_impression_share DOUBLE
metrics.search_budget_lost_impression_share DOUBLE
metrics.search_rank_lost_impression_share DOUBLE
metrics.unique_users INT64
"""

DAILY_SEGMENTS = ("date week month quarter year hour day_of_week "
                  "month_of_year device ad_network_type ad_sub_network_type "
                  "conversion_action conversion_action_name "
                  "conversion_action_category gender age_range")
ALL_METRICS = "*"
BASIC_METRICS = (
    "impressions clicks interactions cost_micros conversions "
    "conversions_value all_conversions all_conversions_value "
    "conversions_by_conversion_date conversions_value_by_conversion_date "
    "all_conversions_by_conversion_date "
    "all_conversions_value_by_conversion_date "
    "view_through_conversions cross_device_conversions ctr average_cpc "
    "average_cpm average_cost interaction_rate interaction_event_types "
    "engagements video_trueview_views conversions_from_interactions_rate "
    "cost_per_conversion value_per_conversion conversions_value_per_cost")

# Those that are dated by the conversion are not reported by age, gender, video or page.
PEOPLE_METRICS = (
    "impressions clicks interactions cost_micros conversions "
    "conversions_value all_conversions all_conversions_value "
    "view_through_conversions cross_device_conversions ctr average_cpc "
    "average_cpm average_cost interaction_rate interaction_event_types "
    "engagements engagement_rate video_trueview_views "
    "video_quartile_p25_rate video_quartile_p50_rate video_quartile_p75_rate "
    "video_quartile_p100_rate")
VIDEO_METRICS = (
    "impressions clicks cost_micros conversions conversions_value "
    "all_conversions all_conversions_value view_through_conversions "
    "cross_device_conversions ctr average_cpm engagements engagement_rate "
    "video_trueview_views video_trueview_view_rate trueview_average_cpv "
    "video_quartile_p25_rate video_quartile_p50_rate video_quartile_p75_rate "
    "video_quartile_p100_rate")
PAGE_METRICS = (
    "impressions clicks interactions cost_micros conversions "
    "conversions_value all_conversions all_conversions_value ctr average_cpc "
    "cost_per_conversion")

# Of products in ads; an ad shows none, one or several.
PRODUCT_METRICS = (
    "impressions clicks cost_micros conversions conversions_value "
    "all_conversions all_conversions_value cross_device_conversions ctr "
    "average_cpc cost_per_conversion value_per_conversion "
    "conversions_from_interactions_rate")

# resource: (attributed resources, segmenting resources, segments, metrics)
RESOURCES = {
    "customer": ("", "", DAILY_SEGMENTS, ALL_METRICS),
    "campaign": ("customer campaign_budget", "",
                 DAILY_SEGMENTS + " conversion_lag_bucket "
                 "new_versus_returning_customers", ALL_METRICS),
    "ad_group": ("customer campaign campaign_budget", "",
                 DAILY_SEGMENTS + " conversion_lag_bucket",
                 BASIC_METRICS + " search_impression_share"),
    "ad_group_ad": ("customer campaign campaign_budget ad_group", "",
                    DAILY_SEGMENTS, BASIC_METRICS),
    "ad_group_criterion": ("customer campaign campaign_budget ad_group", "",
                           "", ""),
    "keyword_view": ("customer campaign campaign_budget ad_group "
                     "ad_group_criterion", "", DAILY_SEGMENTS,
                     BASIC_METRICS + " search_impression_share"),
    "age_range_view": ("customer campaign campaign_budget ad_group "
                       "ad_group_criterion", "", DAILY_SEGMENTS,
                       PEOPLE_METRICS),
    "gender_view": ("customer campaign campaign_budget ad_group "
                    "ad_group_criterion", "", DAILY_SEGMENTS, PEOPLE_METRICS),
    "video": ("customer", "campaign ad_group ad_group_ad",
              "date week month quarter year day_of_week month_of_year device "
              "ad_network_type conversion_action conversion_action_name "
              "conversion_action_category", VIDEO_METRICS),
    "landing_page_view": ("customer", "campaign ad_group",
                          "date week month quarter year day_of_week "
                          "month_of_year device ad_network_type",
                          PAGE_METRICS),
    "shopping_performance_view": (
        "customer", "campaign ad_group",
        "date week month quarter year day_of_week month_of_year device "
        "ad_network_type product_item_id product_title product_brand "
        "product_type_l1", PRODUCT_METRICS),
    "asset_group": ("customer campaign campaign_budget", "", DAILY_SEGMENTS,
                    "impressions clicks interactions cost_micros conversions "
                    "conversions_value all_conversions "
                    "all_conversions_value"),
    "search_term_view": ("customer campaign campaign_budget ad_group", "",
                         "date week month quarter year day_of_week "
                         "month_of_year device ad_network_type "
                         "search_term_match_type "
                         "keyword.ad_group_criterion keyword.info.text "
                         "keyword.info.match_type conversion_action "
                         "conversion_action_name conversion_action_category",
                         BASIC_METRICS),
    "geographic_view": ("customer", "campaign",
                        "date week month quarter year day_of_week "
                        "month_of_year device ad_network_type "
                        "conversion_action conversion_action_name "
                        "conversion_action_category", BASIC_METRICS),
    "user_location_view": ("customer", "campaign",
                           "date week month quarter year day_of_week "
                           "month_of_year device ad_network_type "
                           "geo_target_most_specific_location", BASIC_METRICS),
    "group_placement_view": ("customer campaign campaign_budget ad_group", "",
                             "date week month quarter year day_of_week "
                             "month_of_year device ad_network_type",
                             BASIC_METRICS),
    "ad_group_audience_view": ("customer campaign campaign_budget ad_group "
                               "ad_group_criterion", "", DAILY_SEGMENTS,
                               BASIC_METRICS),
    "campaign_label": ("customer campaign campaign_budget label", "", "", ""),
    "campaign_criterion": ("customer campaign campaign_budget", "", "", ""),
    "asset": ("customer", "", "", ""),
    "asset_group_asset": ("customer campaign campaign_budget asset_group "
                          "asset", "", "", ""),
    "user_list": ("customer", "", "", ""),
    "bidding_strategy": ("customer", "", "", ""),
    "campaign_budget": ("customer", "campaign", DAILY_SEGMENTS,
                        BASIC_METRICS),
    "conversion_action": ("customer", "", "date week month quarter",
                          "all_conversions all_conversions_value"),
    "performance_max_placement_view": ("customer", "campaign",
                                       "date ad_network_type", "impressions"),
    "click_view": ("customer", "campaign ad_group", "date ad_network_type "
                   "click_type device month_of_year slot", "clicks"),
    "change_event": ("customer campaign", "", "", ""),
    "change_status": ("customer campaign", "", "", ""),
    "customer_client": ("customer", "", "", ""),
    "label": ("customer", "", "", ""),
    "geo_target_constant": ("", "", "", ""),
}
