/*
 * catalog.c
 *	  Look-ups by name in a platform's tables.
 */
#include "postgres.h"

#include "base/words.h"
#include "platform/platform.h"

/*
 * Returns a source.  The last row of a platform's list is for all sources that
 * it does not name; they get a copy with their name.
 */
const AdpSource *
adp_platform_source(const AdpPlatform *platform, const char *name)
{
	const AdpSource *source = platform->sources;
	AdpSource *other;

	while (source->name != NULL && strcmp(source->name, name) != 0)
		source++;
	if (source->name != NULL)
		return source;
	other = palloc(sizeof(AdpSource));
	*other = *source;
	other->name = pstrdup(name);
	return other;
}

/*
 * Returns a field of a platform's catalogue; NULL if it is not listed.
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
 * Returns the row of a version; NULL if it is not listed.
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
 * Whether a text begins as the platform's secrets do.
 */
bool
adp_platform_marks_secret(const AdpPlatform *platform, const char *text)
{
	char *rest = pstrdup(platform->secret_marks ? platform->secret_marks : "");
	char *mark;

	while ((mark = adp_words_next(&rest, ",")) != NULL)
	{
		if (*mark != '\0' && strncmp(text, mark, strlen(mark)) == 0)
			return true;
	}
	return false;
}

/*
 * Returns the field that conditions on days of a source use.
 */
const char *
adp_platform_day_field(const AdpPlatform *platform, const AdpSource *source)
{
	return source->day_field != NULL ? source->day_field : platform->day_field;
}

/*
 * Returns the pager of a source.
 */
const struct AdpPager *
adp_platform_pager(const AdpPlatform *platform, const AdpSource *source)
{
	if (source->is_single)
		return NULL;
	return source->pager != NULL ? source->pager : platform->pager;
}

/*
 * Returns the kind of a field; see platform.h for *split.
 */
AdpFieldKind
adp_platform_field_kind(const AdpPlatform *platform, const AdpSource *source,
						const char *name, const char **split)
{
	const AdpField *field = adp_platform_field(platform, name);
	AdpFieldKind kind = field != NULL ? field->kind : ADP_KIND_ATTRIBUTE;

	if (platform->field_kind != NULL)
		return platform->field_kind(source, name, split);
	*split = kind == ADP_KIND_SEGMENT ? name : NULL;
	return kind;
}
