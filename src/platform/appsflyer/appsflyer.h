/*
 * appsflyer.h
 *	  Declarations shared by the files of the AppsFlyer platform.
 */
#ifndef ADP_PLATFORM_APPSFLYER_APPSFLYER_H
#define ADP_PLATFORM_APPSFLYER_APPSFLYER_H

#include "platform/api/failure.h"
#include "platform/api/params.h"
#include "platform/appsflyer/csv_rows.h"
#include "platform/formats.h"

/* The source whose rows are the apps themselves. */
#define ADP_APPSFLYER_APPS "apps"

extern const AdpPlatform adp_appsflyer;

/* appsflyer_reports.c */
extern const AdpField adp_appsflyer_fields[];
extern const AdpReport adp_appsflyer_reports[];

/*
 * appsflyer_rows.c: formats of aggregate and of raw reports; rows of aggregate
 * reports, of raw reports of installs, of all other raw reports, of the Master
 * API, of cohorts, and of the SKAdNetwork APIs.
 */
extern const AdpFormats adp_appsflyer_formats;
extern const AdpFormats adp_appsflyer_raw_formats;
extern const AdpCsvRows adp_appsflyer_aggregates;
extern const AdpCsvRows adp_appsflyer_without_events;
extern const AdpCsvRows adp_appsflyer_installs;
extern const AdpCsvRows adp_appsflyer_raw;
extern const AdpCsvRows adp_appsflyer_master;
extern const AdpCsvRows adp_appsflyer_cohorts;
extern const AdpFormats adp_appsflyer_postback_formats;
extern const AdpCsvRows adp_appsflyer_skan;
extern const AdpCsvRows adp_appsflyer_postbacks;

/* appsflyer_query.c */
extern void adp_appsflyer_add_params(AdpParams *params,
									 const AdpSettings *settings,
									 const AdpQuery *query,
									 bool drops_enum_filters);

/* appsflyer_failure.c */
extern const AdpFailureKind adp_appsflyer_failures;

#endif /* ADP_PLATFORM_APPSFLYER_APPSFLYER_H */
