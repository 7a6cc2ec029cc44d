/*
 * additivity.c
 *	  Over what the metrics of a report add up, in words.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "fdw/additivity.h"

/*
 * Returns the report's columns whose values overlap, joined by a separator;
 * NULL if there are none.
 */
static const char *
overlapping_columns(const AdpPlatform *platform, const AdpReport *report,
					const char *separator)
{
	StringInfoData out;

	initStringInfo(&out);
	for (const AdpColumn *column = report->columns; column->name; column++)
	{
		const AdpField *field = adp_platform_field(platform, column->field);

		if (adp_field_overlaps(adp_platform_source(platform, report->source),
							   field))
			appendStringInfo(&out, "%s%s", out.len > 0 ? separator : "",
							 column->name);
	}
	return out.len > 0 ? out.data : NULL;
}

/*
 * Returns the words for the flags of a metric, joined by separators; an empty
 * text if it does not add up.
 */
static char *
words_of(const AdpField *field, const char *separator, const char *last)
{
	static const struct
	{
		int flag;
		const char *word;
	} words[] = {{ADP_FIELD_ADDS_DAYS, "days"},
				 {ADP_FIELD_ADDS_ENTITIES, "entities"},
				 {ADP_FIELD_ADDS_BREAKDOWNS, "breakdowns"}};
	int flags = field->flags & ADP_FIELD_ADDITIVE;
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < lengthof(words); i++)
	{
		if ((flags & words[i].flag) == 0)
			continue;
		flags &= ~words[i].flag;
		if (out.len > 0)
			appendStringInfoString(&out, flags == 0 ? last : separator);
		appendStringInfoString(&out, words[i].word);
	}
	return out.data;
}

/*
 * Returns over what a metric adds up, as words.
 */
const char *
adp_additivity_words(const AdpPlatform *platform, const AdpReport *report,
					 const AdpField *field)
{
	char *words = words_of(field, ", ", ", ");
	const char *overlapping;

	if (*words == '\0')
		return "none";
	overlapping = overlapping_columns(platform, report, ", ");
	if (overlapping == NULL)
		return words;
	return psprintf("%s; within one %s", words, overlapping);
}

/*
 * Returns over what a metric adds up, as a sentence.  Texts and lists do not
 * invite to add them up.
 */
const char *
adp_additivity_sentence(const AdpPlatform *platform, const AdpReport *report,
						const AdpField *field)
{
	char *words = words_of(field, ", ", " and ");
	const char *overlapping;

	if (field->kind != ADP_KIND_METRIC ||
		(field->type != ADP_FIELD_INT && field->type != ADP_FIELD_DECIMAL))
		return "";
	if ((field->flags & ADP_FIELD_ADDS_BY_OPTION) != 0)
		return "Adds up only if option conversion_actions has no bar.";
	if (*words == '\0')
		return "Does not add up: ask at the grain you need.";
	overlapping = overlapping_columns(platform, report, " and ");
	if (overlapping == NULL)
		return psprintf("Adds up over %s.", words);
	return psprintf("Adds up over %s, within one %s.", words, overlapping);
}
