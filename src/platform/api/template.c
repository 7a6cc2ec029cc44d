/*
 * template.c
 *	  Texts with blanks to fill in.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "net/url.h"
#include "platform/api/template.h"

/*
 * Appends what goes into the blank whose name a text begins with.
 */
static void
append_blank(StringInfo out, const char *at, const AdpBlank *blank)
{
	Size len = strcspn(at, "}");

	while (blank->name != NULL &&
		   (strlen(blank->name) != len || strncmp(blank->name, at, len) != 0))
		blank++;
	if (blank->name == NULL || blank->value == NULL)
		elog(ERROR, "blank \"%.*s\" of a template has no value", (int) len, at);
	if (blank->is_encoded)
		adp_url_append(out, blank->value);
	else
		appendStringInfoString(out, blank->value);
}

/*
 * Fills in a template.
 */
char *
adp_template_fill(const char *template, const AdpBlank *blanks)
{
	StringInfoData out;

	initStringInfo(&out);
	for (;;)
	{
		Size plain = strcspn(template, "{");

		appendBinaryStringInfo(&out, template, (int) plain);
		template += plain;
		if (*template == '\0')
			return out.data;
		append_blank(&out, template + 1, blanks);
		template += strcspn(template, "}") + 1;
	}
}
