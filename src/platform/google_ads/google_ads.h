/*
 * google_ads.h
 *	  Declarations shared by the files of the Google Ads platform.
 */
#ifndef ADP_PLATFORM_GOOGLE_ADS_GOOGLE_ADS_H
#define ADP_PLATFORM_GOOGLE_ADS_GOOGLE_ADS_H

#include "platform/api/credentials.h"

extern const AdpPlatform adp_google_ads;

/* google_ads_reports.c */
extern const AdpField adp_google_ads_fields[];
extern const AdpReport adp_google_ads_reports[];
extern const AdpWatch adp_google_ads_watches[];

/* google_ads_failure.c */
extern const AdpFailureKind adp_google_ads_failures;

/* google_ads_credentials.c */
extern const AdpCredentials adp_google_ads_credentials;

#endif /* ADP_PLATFORM_GOOGLE_ADS_GOOGLE_ADS_H */
