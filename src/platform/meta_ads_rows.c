/*
 * meta_ads_rows.c
 *	  Meta Ads: how lists such as "actions" are told.
 */
#include "postgres.h"

#include "platform/meta_ads.h"

/* The others are costs and rates. */
#define ADDITIVE \
	META_ACTIONS \
	"," META_ACTION_VALUES ",conversions,conversion_values,outbound_clicks," \
	"video_play_actions,video_thruplay_watched_actions," \
	"video_30_sec_watched_actions,video_15_sec_watched_actions," \
	"video_6_sec_watched_actions,video_continuous_2_sec_watched_actions," \
	"video_p25_watched_actions,video_p50_watched_actions," \
	"video_p75_watched_actions,video_p95_watched_actions," \
	"video_p100_watched_actions,catalog_segment_actions," \
	"catalog_segment_value,converted_product_quantity," \
	"converted_product_value,conversion_leads,ad_click_actions," \
	"ad_impression_actions"

const AdpTallies adp_meta_ads_tallies = {
	.type_key = META_ACTION_TYPE,
	.amount_key = "value",
	.default_window = "default",
	.windows = "[0-9]+d_.*|(dda|incrementality|inline|skan_click|skan_view).*",
	.additive = ADDITIVE,
	.counts = META_ACTIONS,
	.values = META_ACTION_VALUES,
	.setting = META_SETTING,
	.mixed = "mixed",
	.choice = "omni_purchase|purchase|offsite_conversion.fb_pixel_purchase",
	.conversions = META_CONVERSIONS,
	.conversions_value = META_CONVERSIONS_VALUE,
	.row_type = META_ACTION_TYPE,
	.row_count = META_ACTION_COUNT,
	.row_value = META_ACTION_VALUE,
	.hiding = META_HIDING,
};
