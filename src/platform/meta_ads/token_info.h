/*
 * token_info.h
 *	  Meta Ads: the platform's report on the access token.
 */
#ifndef ADP_PLATFORM_META_ADS_TOKEN_INFO_H
#define ADP_PLATFORM_META_ADS_TOKEN_INFO_H

#include "platform/api/session.h"

/* The callback read_token_info of AdpPlatform. */
extern bool adp_meta_ads_token_info(AdpSession *session, MemoryContext cxt,
									AdpTokenInfo *access);

#endif /* ADP_PLATFORM_META_ADS_TOKEN_INFO_H */
