/*
 * params.c
 *	  Parameters of a query string or a form.
 */
#include "postgres.h"

#include "utils/json.h"

#include "base/words.h"
#include "net/url.h"
#include "platform/api/params.h"

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
 * Appends the parameters to a path.
 */
char *
adp_params_join(const char *path, const AdpParams *params)
{
	if (params->text.len == 0)
		return pstrdup(path);
	return psprintf("%s%c%s", path, strchr(path, '?') ? '&' : '?',
					params->text.data);
}

/*
 * Texts as a JSON array.
 */
char *
adp_params_texts(const char *const *texts, int n)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < n; i++)
	{
		appendStringInfoChar(&out, i > 0 ? ',' : '[');
		escape_json(&out, texts[i]);
	}
	appendStringInfoString(&out, n > 0 ? "]" : "[]");
	return out.data;
}

/*
 * A list of words as a JSON array.
 */
char *
adp_params_array(const char *words)
{
	char *rest = words ? pstrdup(words) : NULL;
	const char **texts =
		palloc(((words ? strlen(words) : 0) + 2) * sizeof(char *));
	int n = 0;

	while ((texts[n] = adp_words_next(&rest, ",")) != NULL)
		n++;
	return words ? adp_params_texts(texts, n) : NULL;
}
