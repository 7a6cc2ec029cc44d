/*
 * skan.h
 *	  The SKAdNetwork APIs: performance by day of install, and postbacks by day
 *	  of arrival, of apps of iOS.
 *
 * Their days are days of UTC.  The platform leaves out days that it has not
 * computed, so a day is asked for when it is there in every time zone.  A
 * performance report is one sum of all requested days and has no column for the
 * day, so each day is a request.
 */
#ifndef ADP_PLATFORM_APPSFLYER_SKAN_H
#define ADP_PLATFORM_APPSFLYER_SKAN_H

#include "platform/platform.h"

/* Option report of their tables. */
#define ADP_SKAN_REPORT "skan"
#define ADP_SKAN_POSTBACKS "skan_postbacks"

/*
 * Documented: the first day is 2020-11-01, which was so many months ago in
 * November 2026.
 */
#define ADP_SKAN_REACH_MONTHS 72

/*
 * Hours after the end of an app's day at which reports have the day of UTC with
 * the same date, which ends at most 14 hours later: the latest day of
 * performance is documented as three days before that of UTC.  The API of
 * postbacks is said to have the days before yesterday.
 */
#define ADP_SKAN_READY_H (14 + 48)
#define ADP_SKAN_POSTBACKS_READY_H (14 + 24)

/* An answer is cut at so many rows. */
#define ADP_SKAN_ROWS_CAP 50000

#define ADP_SKAN_PATH \
	"/api/skadnetworks/v3/data/app/{account}?start_date={since}&end_date={until}" \
	"&date_type=install&view_type=unified&modeled_conversion_values=false"
#define ADP_SKAN_POSTBACKS_DAYS 60
#define ADP_SKAN_POSTBACKS_PATH \
	"/api/skadnetworks-postbacks/v3/data/app/{account}?start_date={since}&end_date={until}" \
	"&modeled_conversion_values=false"

/* Names of a field's column, separated by bars; NULL: the field's name. */
extern const char *adp_skan_names(const char *field);

/* Whether a field of the performance report that is no segment elsewhere is one. */
extern bool adp_skan_splits(const char *field);

#endif /* ADP_PLATFORM_APPSFLYER_SKAN_H */
