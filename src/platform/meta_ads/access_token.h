/*
 * access_token.h
 *	  Meta Ads: how requests carry the access token, and the platform's report
 *	  on it.
 */
#ifndef ADP_PLATFORM_META_ADS_ACCESS_TOKEN_H
#define ADP_PLATFORM_META_ADS_ACCESS_TOKEN_H

#include "platform/api/credentials.h"

extern const AdpCredentials adp_meta_ads_credentials;

/* The callback read_token_info of AdpPlatform. */
extern bool adp_meta_ads_token_info(AdpSession *session, MemoryContext cxt,
									AdpTokenInfo *access);

#endif /* ADP_PLATFORM_META_ADS_ACCESS_TOKEN_H */
