/*
 * registry.c
 *	  The list of platforms.
 */
#include "postgres.h"

#include "platform/appsflyer/appsflyer.h"
#include "platform/google_ads/google_ads.h"
#include "platform/kakao_moment/kakao_moment.h"
#include "platform/meta_ads/meta_ads.h"
#include "platform/naver_searchad/naver_searchad.h"
#include "platform/platform.h"
#include "platform/tiktok_ads/tiktok_ads.h"

static const AdpPlatform *const platforms[] = {&adp_google_ads,
											   &adp_meta_ads,
											   &adp_appsflyer,
											   &adp_tiktok_ads,
											   &adp_naver_searchad,
											   &adp_kakao_moment,
											   NULL};

/*
 * Returns all platforms, NULL-terminated.
 */
const AdpPlatform *const *
adp_platforms(void)
{
	return platforms;
}

/*
 * Returns the platform with this wrapper name, or NULL.
 */
const AdpPlatform *
adp_platform_by_name(const char *name)
{
	for (const AdpPlatform *const *platform = platforms; *platform; platform++)
	{
		if (strcmp((*platform)->name, name) == 0)
			return *platform;
	}
	return NULL;
}
