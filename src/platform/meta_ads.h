/*
 * meta_ads.h
 *	  What the parts of the Meta Ads platform share.
 *
 * Sources: option "level" names either the grain of a report ("campaign") or a
 * list of the things themselves ("campaigns").
 */
#ifndef ADP_PLATFORM_META_ADS_H
#define ADP_PLATFORM_META_ADS_H

#include "platform/job.h"
#include "platform/tallies.h"

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

/* meta_ads_reports.c */
extern const AdpField adp_meta_ads_fields[];
extern const AdpReport adp_meta_ads_reports[];

/* meta_ads_failure.c */
extern const AdpFailureKind adp_meta_ads_failures;
extern const AdpUsageKind adp_meta_ads_usage;

/* meta_ads_traps.c: refuses what the platform would answer with silence; why
 * rows may be missing. */
extern void adp_meta_ads_check_query(const AdpSettings *settings,
									 const AdpQuery *query, const char *since);
extern const char *adp_meta_ads_doubt(const AdpSettings *settings,
									  const AdpQuery *query, int64 nrows,
									  bool is_plain);

/* meta_ads_query.c: whether a source is a report; words of comma lists;
 * requests. */
extern bool adp_meta_ads_is_report(const char *source);
extern bool adp_meta_ads_lists(const char *list, const char *word);
extern bool adp_meta_ads_is_hourly(const AdpSettings *settings);
extern bool adp_meta_ads_hides_outside(const AdpSettings *settings);
extern char *adp_meta_ads_query_text(const AdpSettings *settings,
									 const AdpQuery *query);
extern void adp_meta_ads_page_request(const AdpPageAsk *ask, AdpApiRequest *out);

extern void adp_meta_ads_start_request(const AdpPageAsk *ask,
									   AdpApiRequest *out);

/* meta_ads_jobs.c */
extern const AdpJobHooks adp_meta_ads_jobs;

/* meta_ads_rows.c */
extern const AdpTallies adp_meta_ads_tallies;

#endif /* ADP_PLATFORM_META_ADS_H */
