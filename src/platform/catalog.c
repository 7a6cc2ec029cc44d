/*
 * catalog.c
 *	  Rows of a platform's tables, by name.
 */
#include "postgres.h"

#include "platform/platform.h"

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

/*
 * What is known of a version.
 */
const AdpVersion *
adp_platform_version(const AdpPlatform *platform, const char *name)
{
	for (const AdpVersion *version = platform->versions; version->name;
		 version++)
	{
		if (name != NULL ? strcmp(version->name, name) == 0
						 : version->is_default)
			return version;
	}
	return name == NULL ? platform->versions : NULL;
}

/*
 * The field by which days of a source are bounded.
 */
const char *
adp_platform_day_field(const AdpPlatform *platform, const char *source)
{
	const char *own = adp_platform_source(platform, source)->day_field;

	return own != NULL ? own : platform->day_field;
}

/*
 * What a field of a source is, and what it splits rows by; see platform.h.
 */
AdpFieldKind
adp_platform_field_kind(const AdpPlatform *platform, const char *source,
						const char *name, const char **split)
{
	const AdpField *field = adp_platform_field(platform, name);
	AdpFieldKind kind = field != NULL ? field->kind : ADP_KIND_ATTRIBUTE;

	if (platform->field_kind != NULL)
		return platform->field_kind(source, name, split);
	*split = kind == ADP_KIND_SEGMENT ? name : NULL;
	return kind;
}
