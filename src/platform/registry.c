/*
 * registry.c
 *	  The platforms that adpipe knows, one line each.
 */
#include "postgres.h"

#include "platform/appsflyer/appsflyer.h"
#include "platform/google_ads/google_ads.h"
#include "platform/meta_ads/meta_ads.h"
#include "platform/platform.h"

static const AdpPlatform *const platforms[] = {&adp_google_ads, &adp_meta_ads,
											   &adp_appsflyer, NULL};

/*
 * Returns all platforms, ended by NULL.
 */
const AdpPlatform *const *
adp_platforms(void)
{
	return platforms;
}

/*
 * Finds a platform by its wrapper's name; NULL if there is none.
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
