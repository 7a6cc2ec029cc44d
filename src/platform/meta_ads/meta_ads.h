/*
 * meta_ads.h
 *	  What the parts of the Meta Ads platform share.
 *
 * Sources: option "level" names either the grain of a report ("campaign") or a
 * list of the things themselves ("campaigns").
 */
#ifndef ADP_PLATFORM_META_ADS_META_ADS_H
#define ADP_PLATFORM_META_ADS_META_ADS_H

#include "platform/api/failure.h"
#include "platform/api/job_kind.h"
#include "platform/api/params.h"
#include "platform/api/quota_usage.h"
#include "platform/meta_ads/action_lists.h"
#include "platform/meta_ads/data_gaps.h"
#include "platform/platform.h"

extern const AdpPlatform adp_meta_ads;

/* Fields of ours, which the platform knows under other names or not at all. */
#define META_CONVERSIONS "adpipe.conversions"
#define META_CONVERSIONS_VALUE "adpipe.conversions_value"
#define META_ACTION_TYPE "action_type"
#define META_ACTION_COUNT "adpipe.action_count"
#define META_ACTION_VALUE "adpipe.action_value"

/* The platform's fields that have a part in more than one place. */
#define META_DAY "date_start"
#define META_ACTIONS "actions"
#define META_ACTION_VALUES "action_values"
#define META_SETTING "attribution_setting"

#define META_CONVERSION_LIST "conversions"
#define META_CONVERSION_VALUES "conversion_values"

/*
 * Breakdowns, as regular expressions: by hour; those under which actions from
 * outside Meta are not reported (the platform calls them type 1; the page lists
 * dma, which comscore_market has replaced); and those under which actions in
 * apps are not, and those on web sites are without the breakdown's value (type
 * 2).
 */
#define META_HOURLY "hourly_stats_aggregated_by_(advertiser|audience)_time_zone"
#define META_TYPE_1 META_HOURLY "|region|dma|comscore_market"
#define META_TYPE_2 \
	"product_id|action_device|action_destination|action_target_id|" \
	"action_carousel_card_id|action_carousel_card_name|" \
	"action_canvas_component_name"

/* What action_breakdowns may name. */
#define META_ACTION_KEYS \
	META_ACTION_TYPE \
	",action_device,action_destination,action_target_id,action_reaction," \
	"action_video_type,action_video_sound,action_canvas_component_name," \
	"action_carousel_card_id,action_carousel_card_name," \
	"action_converted_product_id,conversion_destination," \
	"is_business_ai_assisted,matched_persona_id,matched_persona_name," \
	"signal_source_bucket,standard_event_content_type"

/*
 * Types that are in the list of conversions and in no other: what a site names
 * itself, and contacts and their kin.
 */
#define META_NAMED \
	"offsite_conversion\\.fb_pixel_custom\\..*|" \
	"(contact|subscribe|start_trial|submit_application|schedule|donate|" \
	"find_location|customize_product|recurring_subscription_payment|" \
	"cancel_subscription)_.*"

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
extern const char *adp_meta_ads_check_field(const char *name);
extern const char *adp_meta_ads_check_keys(const char *value);

/* meta_ads_jobs.c */
extern const AdpJobKind adp_meta_ads_jobs;

/* meta_ads_rows.c, meta_ads_traps.c */
extern const AdpActionLists adp_meta_ads_action_lists;
extern const AdpDataGap adp_meta_ads_data_gaps[];
extern const AdpMetaRows adp_meta_ads_account_rows;
extern const AdpMetaRows adp_meta_ads_report_rows;

#endif /* ADP_PLATFORM_META_ADS_META_ADS_H */
