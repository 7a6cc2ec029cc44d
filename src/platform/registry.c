/*
 * registry.c
 *	  The platforms that adpipe knows, one line each.
 */
#include "postgres.h"

#include "platform/appsflyer.h"
#include "platform/google_ads.h"
#include "platform/meta_ads.h"
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

/*
 * What is true of a source; the last row of a platform's list is for all that
 * are not named.
 */
const AdpSource *
adp_platform_source(const AdpPlatform *platform, const char *name)
{
	const AdpSource *source = platform->sources;

	while (source->name != NULL && strcmp(source->name, name) != 0)
		source++;
	return source;
}

/*
 * Finds a field in a platform's catalogue; NULL if it is not listed there.
 */
const AdpField *
adp_platform_field(const AdpPlatform *platform, const char *name)
{
	for (const AdpField *field = platform->fields; field->name; field++)
	{
		if (strcmp(field->name, name) == 0)
			return field;
	}
	return NULL;
}
