/*
 * meta_ads.h
 *	  Declarations shared by the files of the Meta Ads platform.
 *
 * Sources: option "level" names either the grain of a report ("campaign") or a
 * list of objects ("campaigns").
 */
#ifndef ADP_PLATFORM_META_ADS_META_ADS_H
#define ADP_PLATFORM_META_ADS_META_ADS_H

#include "platform/api/failure.h"
#include "platform/api/job_kind.h"
#include "platform/api/params.h"
#include "platform/api/quota_usage.h"
#include "platform/meta_ads/action_field.h"
#include "platform/meta_ads/data_gaps.h"
#include "platform/platform.h"

extern const AdpPlatform adp_meta_ads;

/* Our own fields: the platform has other names for them, or lacks them. */
#define META_CONVERSIONS "adpipe.conversions"
#define META_CONVERSIONS_VALUE "adpipe.conversions_value"
#define META_ACTION_TYPE "action_type"
#define META_CONVERSION "adpipe.conversion"
#define META_COUNTED_AS "adpipe.counted_as"
#define META_ACTION_COUNT "adpipe.action_count"
#define META_ACTION_VALUE "adpipe.action_value"

/* Fields of the platform that several files use. */
#define META_DAY "date_start"
#define META_LAST_DAY "date_stop"
#define META_ACTIONS "actions"
#define META_ACTION_VALUES "action_values"
#define META_SETTING "attribution_setting"

#define META_CONVERSION_LIST "conversions"
#define META_CONVERSION_VALUES "conversion_values"

/*
 * Breakdowns, as regular expressions.  META_HOURLY: by hour.  META_TYPE_1, the
 * platform's type 1: actions from outside Meta are not reported; its page
 * lists dma, which comscore_market has replaced.  META_TYPE_2, its type 2:
 * actions in apps are not reported, and those on web sites lack a value of the
 * breakdown.
 */
#define META_HOUR "hourly_stats_aggregated_by_advertiser_time_zone"
#define META_HOUR_NUMBER META_HOUR ".hour"
#define META_HOURLY "hourly_stats_aggregated_by_(advertiser|audience)_time_zone"
#define META_TYPE_1 META_HOURLY "|region|dma|comscore_market"
#define META_TYPE_2 \
	"product_id|action_device|action_destination|action_target_id|" \
	"action_carousel_card_id|action_carousel_card_name|" \
	"action_canvas_component_name"

/* The valid names in option action_breakdowns. */
#define META_ACTION_KEYS \
	META_ACTION_TYPE \
	",action_device,action_destination,action_target_id,action_reaction," \
	"action_video_type,action_video_sound,action_canvas_component_name," \
	"action_carousel_card_id,action_carousel_card_name," \
	"action_converted_product_id,conversion_destination," \
	"is_business_ai_assisted,matched_persona_id,matched_persona_name," \
	"signal_source_bucket,standard_event_content_type"

/*
 * Types that only the conversions lists contain: custom events of a site, and
 * contacts and their kin.
 */
#define META_NAMED \
	"offsite_conversion\\.fb_pixel_custom\\..*|" \
	"(contact|subscribe|start_trial|submit_application|schedule|donate|" \
	"find_location|customize_product|recurring_subscription_payment|" \
	"cancel_subscription)_.*"

/*
 * Types that are conversions, each once and not by channel: standard events
 * over all channels, leads, totals of contacts and their kin, custom events by
 * name, and custom conversions, which may count one of the others again.
 */
#define META_CONVERSION_TYPES \
	"omni_.*|lead|.*_total|offsite_conversion\\.fb_pixel_custom\\..*|" \
	"offsite_conversion\\.custom\\..*"

/* meta_ads_reports.c */
extern const AdpField adp_meta_ads_fields[];
extern const AdpReport adp_meta_ads_reports[];

/* meta_ads_failure.c */
extern const AdpFailureKind adp_meta_ads_failures;
extern const AdpQuotaUsageKind adp_meta_ads_usage;

/* meta_ads_query.c */
extern void adp_meta_ads_add_params(AdpParams *params,
									const AdpSettings *settings,
									const AdpQuery *query,
									bool drops_enum_filters);
extern int adp_meta_ads_values_max(const AdpSource *source,
								   const AdpField *field);
extern const char *adp_meta_ads_check_field(const char *name);
extern const char *adp_meta_ads_check_keys(const char *value);

/* meta_ads_rows.c, meta_ads_gaps.c */
extern const AdpActionLists adp_meta_ads_action_lists;
extern const AdpDataGap adp_meta_ads_data_gaps[];
extern const AdpMetaRows adp_meta_ads_account_rows;
extern const AdpMetaRows adp_meta_ads_report_rows;

#endif /* ADP_PLATFORM_META_ADS_META_ADS_H */
