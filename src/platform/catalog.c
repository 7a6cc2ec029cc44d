/*
 * catalog.c
 *	  Look-ups by name in a platform's tables.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/words.h"
#include "platform/platform.h"

/*
 * The fields of a platform in order of names.  A report of many columns looks
 * up hundreds of them; there are as many indexes as platforms that a session
 * uses.
 */
typedef struct FieldIndex
{
	struct FieldIndex *next;
	const AdpPlatform *platform;
	const AdpField **fields;
	int count;
} FieldIndex;

static FieldIndex *indexes = NULL;

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
 * Orders fields by name, and those of one name as the platform lists them.
 */
static int
compare_fields(const void *a, const void *b)
{
	const AdpField *left = *(const AdpField *const *) a;
	const AdpField *right = *(const AdpField *const *) b;
	int order = strcmp(left->name, right->name);

	return order != 0 ? order : (left > right) - (left < right);
}

/*
 * Adds a platform's fields, in order of names, to the indexes of the session.
 */
static FieldIndex *
add_index(const AdpPlatform *platform)
{
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
	FieldIndex *index = palloc0(sizeof(FieldIndex));
	int count = 0;

	while (platform->fields[count].name != NULL)
		count++;
	index->platform = platform;
	index->fields = palloc(Max(count, 1) * sizeof(AdpField *));
	for (; index->count < count; index->count++)
		index->fields[index->count] = &platform->fields[index->count];
	qsort(index->fields, count, sizeof(AdpField *), compare_fields);
	index->next = indexes;
	indexes = index;
	MemoryContextSwitchTo(old);
	return index;
}

/*
 * Returns a field of a platform's catalogue; NULL if it is not listed.
 */
const AdpField *
adp_platform_field(const AdpPlatform *platform, const char *name)
{
	const FieldIndex *index = indexes;
	int below = 0;
	int above;

	while (index != NULL && index->platform != platform)
		index = index->next;
	if (index == NULL)
		index = add_index(platform);

	above = index->count;
	while (below < above)
	{
		int middle = (below + above) / 2;

		if (strcmp(index->fields[middle]->name, name) < 0)
			below = middle + 1;
		else
			above = middle;
	}
	if (below < index->count && strcmp(index->fields[below]->name, name) == 0)
		return index->fields[below];
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

/*
 * Whether a source counts the same thing under several values of a field.
 */
bool
adp_field_overlaps(const AdpSource *source, const AdpField *field)
{
	return field != NULL &&
		((field->flags & ADP_FIELD_OVERLAPS) != 0 ||
		 (source->overlapping != NULL &&
		  strcmp(source->overlapping, field->name) == 0));
}
