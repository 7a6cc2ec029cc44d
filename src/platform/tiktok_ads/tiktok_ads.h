/*
 * tiktok_ads.h
 *	  Declarations shared by the files of the TikTok Ads platform.
 *
 * Sources: option "level" names either the grain of a report ("campaign") or a
 * list of objects ("campaigns").
 */
#ifndef ADP_PLATFORM_TIKTOK_ADS_TIKTOK_ADS_H
#define ADP_PLATFORM_TIKTOK_ADS_TIKTOK_ADS_H

#include "platform/api/failure.h"
#include "platform/api/pager.h"
#include "platform/api/params.h"
#include "platform/platform.h"

extern const AdpPlatform adp_tiktok_ads;

/* Fields of the platform that several files use. */
#define TIKTOK_ACCOUNT "advertiser_id"
#define TIKTOK_DAY "stat_time_day"

/* Paths begin with it. */
#define TIKTOK_API "/open_api/{version}/"

/* Maximum number of rows of a page. */
#define TIKTOK_PAGE_ROWS 1000

/* Beside the numbers of a page that adpipe makes: promoted objects are in it. */
#define TIKTOK_WHOLE "has_promoted"

/* The grain of a report, or a list of objects. */
typedef struct AdpTiktokLevel
{
	const char *source;
	const char *data_level; /* of a report; NULL: a list */
	const char *id;			/* dimension of a report, id of a listed object */
	const char *status;		/* filter of a report that shows deleted objects */
} AdpTiktokLevel;

/* tiktok_ads_reports.c */
extern const AdpField adp_tiktok_ads_fields[];
extern const AdpReport adp_tiktok_ads_reports[];

/* tiktok_ads_failure.c */
extern const AdpFailureKind adp_tiktok_ads_failures;
extern bool adp_tiktok_ads_is_gone(const AdpFailure *failure);

/* tiktok_ads_level.c */
extern const AdpTiktokLevel *adp_tiktok_ads_level(const AdpSource *source);
extern bool adp_tiktok_ads_is_dimension(const AdpSource *source,
										const char *field);
extern char *adp_tiktok_ads_field_path(const AdpSource *source,
									   const char *field);

/*
 * tiktok_ads_pages.c: pages by number.  By default the platform leaves out
 * objects of its Promote tool; a pager of both walks through the pages without
 * them, and then through those with nothing else.
 */
typedef struct AdpTiktokPager
{
	AdpPager base;
	bool has_promoted;
} AdpTiktokPager;

extern const AdpTiktokPager adp_tiktok_ads_pager;
extern const AdpTiktokPager adp_tiktok_ads_pager_of_both;
extern bool adp_tiktok_ads_asks_promoted(const char *token);

/* tiktok_ads_tasks.c */
extern const struct AdpJobKind adp_tiktok_ads_tasks;

/* tiktok_ads_query.c */
extern void adp_tiktok_ads_list_fields(const AdpQuery *query,
									   StringInfo dimensions,
									   StringInfo metrics);
extern void adp_tiktok_ads_add_params(AdpParams *params,
									  const AdpSettings *settings,
									  const AdpQuery *query,
									  bool drops_enum_filters);
extern int adp_tiktok_ads_values_max(const AdpSource *source,
									 const AdpField *field);
extern void adp_tiktok_ads_page_request(const AdpPageAsk *ask,
										AdpApiRequest *out);

#endif /* ADP_PLATFORM_TIKTOK_ADS_TIKTOK_ADS_H */
