/*
 * meta_ads.h
 *	  What the parts of the Meta Ads platform share.
 *
 * Sources: option "level" names either the grain of a report ("campaign") or a
 * list of the things themselves ("campaigns").
 */
#ifndef ADP_PLATFORM_META_ADS_H
#define ADP_PLATFORM_META_ADS_H

#include "platform/platform.h"
#include "platform/tallies.h"
#include "platform/traps.h"

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

/* Breakdowns, as regular expressions: by hour; and those under which actions from
 * outside Meta are not told. */
#define META_HOURLY "hourly_stats_aggregated_by_(advertiser|audience)_time_zone"
#define META_HIDING META_HOURLY "|region"

/* meta_ads_reports.c */
extern const AdpField adp_meta_ads_fields[];
extern const AdpReport adp_meta_ads_reports[];

/* meta_ads_failure.c */
extern const AdpFailureKind adp_meta_ads_failures;
extern const AdpUsageKind adp_meta_ads_usage;

/* meta_ads_query.c */
extern void adp_meta_ads_add_params(AdpParams *params,
									const AdpSettings *settings,
									const AdpQuery *query, bool is_plain);

/* meta_ads_jobs.c */
extern const AdpJobKind adp_meta_ads_jobs;

/* meta_ads_rows.c, meta_ads_traps.c */
extern const AdpTallies adp_meta_ads_tallies;
extern const AdpTrap adp_meta_ads_traps[];

#endif /* ADP_PLATFORM_META_ADS_H */
