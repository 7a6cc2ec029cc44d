/*
 * meta_ads_gaps.c
 *	  Meta Ads: requests that the platform answers incompletely, without an
 *	  error.  The dates are those of its announcements.
 */
#include "postgres.h"

#include "platform/meta_ads/meta_ads.h"

/*
 * Numbers of people: the platform does not keep them by hour, and by breakdown
 * only for a while.
 */
#define UNIQUE "(cost_per_)?unique_.*"

/* Fields that read lists of actions: no member of a breakdown's value. */
#define OF_ACTIONS "(?!" META_HOUR_NUMBER "$).*\\..*"

/* Accounts skip the first one: their reports have no filter on statuses. */
const AdpDataGap adp_meta_ads_data_gaps[] =
	{{ADP_GAP_PLAIN,
	  .detail =
		  "The platform rejected status DELETED, so rows of deleted objects are missing. Option deleted 'exclude' of the server or the table accepts that."},
	 {ADP_GAP_GONE, "dma", NULL, 0, ADP_ERR_ARGUMENT,
	  "breakdown \"dma\" is gone",
	  "The platform replaced it on 2026-06-22, and returns no rows.",
	  "Use breakdown comscore_market."},
	 {ADP_GAP_GONE, NULL, ".*\\..*\\.7d_view[^.]*", 0, ADP_ERR_ARGUMENT,
	  "field \"{field}\" is of an attribution window that is gone",
	  "The platform has no numbers for window 7d_view since 2026-01-12.",
	  "Use window 1d_view."},
	 {ADP_GAP_GONE, NULL, ".*\\..*\\.28d_view[^.]*", 0, ADP_ERR_ARGUMENT,
	  "field \"{field}\" is of an attribution window that is gone",
	  "The platform has no numbers for window 28d_view since 2026-01-12.",
	  "Use window 1d_view."},
	 {ADP_GAP_GONE, NULL, ".*\\..*\\.inline[^.]*", 0, ADP_ERR_ARGUMENT,
	  "field \"{field}\" is of an attribution window that is gone",
	  "The platform counts window inline into 1d_click and 1d_view since 2025-06-10.",
	  "Use window 1d_click."},
	 {ADP_GAP_GONE, META_HOURLY, "reach|frequency|cpp|" UNIQUE, 0,
	  ADP_ERR_COLUMN, "field \"{field}\" is not reported by hour",
	  "The platform returns 0 or nothing for numbers of people in an hour.",
	  "Read it from a table without the hourly breakdown."},
	 {ADP_GAP_REACH, ".*", UNIQUE, 13,
	  .message = "numbers of people by breakdowns"},
	 {ADP_GAP_REACH, META_HOURLY, NULL, 13, .message = "hours"},
	 {ADP_GAP_REACH, "frequency_value", NULL, 6,
	  .message = "breakdown frequency_value"},
	 {ADP_GAP_PART, META_TYPE_1, OF_ACTIONS "|" META_ACTION_TYPE,
	  .message =
		  "platform \"meta_ads\" does not report actions from outside Meta by breakdown \"{breakdown}\"",
	  .detail =
		  "Field \"{field}\" is NULL where the platform reports nothing; what it reports may be a part.",
	  .hint = "Read actions from a table without that breakdown."},
	 {ADP_GAP_PART, META_TYPE_2, OF_ACTIONS "|" META_ACTION_TYPE,
	  .message =
		  "platform \"meta_ads\" reports only a part of the actions from outside Meta by breakdown \"{breakdown}\"",
	  .detail =
		  "Actions in apps are missing, and those on web sites come without a value of the breakdown. Field \"{field}\" is NULL where the platform reports nothing.",
	  .hint = "Read actions from a table without that breakdown."},
	 {ADP_GAP_PART, NULL, "action(s|_values)\\.(" META_NAMED ")", 0,
	  .message =
		  "field \"{field}\" is of a type that platform \"meta_ads\" has in another list",
	  .detail =
		  "Events that a site names itself, and contacts, are in conversions and conversion_values. The field is NULL where the platform reports nothing.",
	  .hint = "Use list conversions or conversion_values in option field."},
	 {ADP_GAP_EMPTY,
	  "impression_device|frequency_value|hourly_stats_aggregated_by_audience_time_zone",
	  .detail =
		  "Since 2026-08-03 accounts must be opted in to breakdown {breakdown}; others get no rows and no error."},
	 {0}};
