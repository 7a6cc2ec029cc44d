/*
 * params.c
 *	  Parameters of a query string or a form.
 */
#include "postgres.h"

#include "utils/json.h"

#include "base/words.h"
#include "net/url.h"
#include "platform/params.h"

/*
 * Begins without any.
 */
void
adp_params_init(AdpParams *params, bool is_encoded)
{
	initStringInfo(&params->text);
	params->is_encoded = is_encoded;
}

/*
 * Adds a parameter.
 */
void
adp_params_add(AdpParams *params, const char *name, const char *value)
{
	if (value == NULL)
		return;
	appendStringInfo(&params->text, "%s%s=", params->text.len > 0 ? "&" : "",
					 name);
	if (params->is_encoded)
		adp_url_append(&params->text, value);
	else
		appendStringInfoString(&params->text, value);
}

/*
 * A list of words as a JSON array.
 */
char *
adp_params_array(const char *words)
{
	char *rest = words ? pstrdup(words) : NULL;
	StringInfoData out;
	char *word;

	if (words == NULL)
		return NULL;
	initStringInfo(&out);
	while ((word = adp_words_next(&rest, ",")) != NULL)
	{
		appendStringInfoChar(&out, out.len > 0 ? ',' : '[');
		escape_json(&out, word);
	}
	appendStringInfoChar(&out, ']');
	return out.data;
}
