/*
 * meta_ads_rows.c
 *	  Meta Ads: the action lists of its rows.
 */
#include "postgres.h"

#include "platform/meta_ads/action_lists.h"
#include "platform/meta_ads/meta_ads.h"

/* Two lists about products: all, and promoted ones. */
#define PRODUCTS(rest) \
	",converted_product_" rest ",converted_promoted_product_" rest

/* The other lists are costs, rates, and numbers of people. */
#define ADDITIVE \
	META_ACTIONS \
	"," META_ACTION_VALUES "," META_CONVERSION_LIST "," META_CONVERSION_VALUES \
	",outbound_clicks,video_play_actions,video_thruplay_watched_actions," \
	"video_30_sec_watched_actions,video_15_sec_watched_actions," \
	"video_6_sec_watched_actions,video_continuous_2_sec_watched_actions," \
	"video_p25_watched_actions,video_p50_watched_actions," \
	"video_p75_watched_actions,video_p95_watched_actions," \
	"video_p100_watched_actions,video_time_watched_actions," \
	"catalog_segment_actions,catalog_segment_value,conversion_leads," \
	"mmp_credited_install,ad_click_actions,ad_impression_actions," \
	"interactive_component_tap,instant_experience_outbound_clicks," \
	"total_postbacks_detailed,total_postbacks_detailed_v4," \
	"onsite_conversion_messaging_detected_purchase_deduped" PRODUCT_LISTS

#define PRODUCT_LISTS \
	PRODUCTS("quantity") \
	PRODUCTS("value") \
	PRODUCTS("app_custom_event_fb_mobile_purchase") \
	PRODUCTS("app_custom_event_fb_mobile_purchase_value") \
	PRODUCTS("offline_purchase") \
	PRODUCTS("offline_purchase_value") \
	PRODUCTS("website_pixel_purchase") \
	PRODUCTS("website_pixel_purchase_value") \
	PRODUCTS("omni_purchase") \
	PRODUCTS("omni_purchase_values")

/* Actions on Meta itself, which no breakdown hides. */
#define ON_META \
	"link_click|outbound_click|page_engagement|post_engagement|post|" \
	"post_reaction|like|comment|photo_view|video_view|onsite_conversion\\..*|" \
	"leadgen_grouped"

/*
 * Actions that are certainly outside Meta.  The platform does not document
 * where others happen, such as landing_page_view.
 */
#define OFF_META \
	"(offsite_conversion|offline_conversion|app_custom_event)(\\..*)?|" \
	"omni_(?!landing_page_view$).*|purchase|add_to_cart|initiate_checkout|" \
	"complete_registration|view_content|search|add_payment_info|" \
	"add_to_wishlist|lead|(mobile_)?app_install|web_.*in_store_purchase"

/* "7d_click", "7d_click_1d_view" and so on. */
#define ONE_SETTING "([0-9]+d_[a-z]+)(_[0-9]+d_[a-z]+)*"

/*
 * Some accounts have standard types in the second pair of lists, too, so both
 * pairs may contain them.
 */
const AdpActionLists adp_meta_ads_action_lists = {
	.type_key = META_ACTION_TYPE,
	.amount_key = "value",
	.default_window = "default",
	.windows = "[0-9]+d_.*|(dda|incrementality|inline|skan_click|skan_view).*",
	.additive = ADDITIVE,
	.keys = META_ACTION_KEYS,
	.pairs = {{META_ACTIONS, META_ACTION_VALUES},
			  {META_CONVERSION_LIST, META_CONVERSION_VALUES,
			   META_NAMED "|offsite_conversion\\.custom\\..*", META_NAMED}},
	.choice = "omni_purchase|purchase|offsite_conversion.fb_pixel_purchase",
	.setting = META_SETTING,
	.one_setting = ONE_SETTING,
	.proof = OFF_META,
	.conversions = META_CONVERSIONS,
	.conversions_value = META_CONVERSIONS_VALUE,
	.row_count = META_ACTION_COUNT,
	.row_value = META_ACTION_VALUE,
	.row_once = META_CONVERSION,
	.once = META_CONVERSION_TYPES,
	.row_kind = META_COUNTED_AS,
	.hour = META_HOUR_NUMBER,
	.hiding = META_TYPE_1 "|" META_TYPE_2,
	.open = ON_META,
};

/*
 * Makes the shaper for the action lists.
 */
static AdpShaper *
make_shaper(const AdpPlatform *platform, const AdpSettings *settings,
			const AdpQuery *query)
{
	return adp_action_lists_shaper(&adp_meta_ads_action_lists, settings, query);
}

/*
 * Whether a field makes a row per element of a list.
 */
static bool
splits_rows(const AdpSource *source, const AdpSettings *settings,
			const char *name)
{
	AdpActionField field;

	adp_action_field_split(&adp_meta_ads_action_lists, settings, name, &field);
	return field.kind == ADP_ACTION_ROW_KEY;
}

#define ROWS(its_gaps) \
	{ \
		{adp_data_gaps_check, make_shaper, adp_data_gaps_lacks_without_enums, \
		 adp_data_gaps_find, splits_rows}, \
			&adp_meta_ads_action_lists, its_gaps \
	}

/* Reports of accounts have no filter on statuses. */
const AdpMetaRows adp_meta_ads_account_rows = ROWS(adp_meta_ads_data_gaps + 1);
const AdpMetaRows adp_meta_ads_report_rows = ROWS(adp_meta_ads_data_gaps);
