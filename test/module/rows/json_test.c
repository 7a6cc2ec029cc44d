/*
 * json_test.c
 *	  Small documents for SQL: the accessors.
 */
#include "postgres.h"

#include "fmgr.h"
#include "guard.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "base/json.h"
#include "base/json_find.h"

PG_FUNCTION_INFO_V1(json_test_get);
PG_FUNCTION_INFO_V1(json_test_int);
PG_FUNCTION_INFO_V1(json_test_find);

/*
 * Parses an argument; throws what goes wrong.
 */
static const AdpJson *
parse_argument(bytea *text)
{
	AdpError error = {0};
	Size len = VARSIZE_ANY_EXHDR(text);
	const AdpJson *document;

	document =
		adp_json_parse(CurrentMemoryContext,
					   guard_copy(CurrentMemoryContext, VARDATA_ANY(text), len),
					   len, &error);
	if (document == NULL)
		adp_error_throw(&error);
	return document;
}

/*
 * json_test_get(document bytea, path text, what text) → text
 *		Follows the path, then applies one accessor: text, true, count, first
 *		(key and text of the first member), or the index of an element whose
 *		text is wanted.
 */
Datum
json_test_get(PG_FUNCTION_ARGS)
{
	const AdpJson *value = parse_argument(PG_GETARG_BYTEA_PP(0));
	char *path = text_to_cstring(PG_GETARG_TEXT_PP(1));
	char *what = text_to_cstring(PG_GETARG_TEXT_PP(2));
	const char *result;

	if (*path != '\0')
		value = adp_json_path(value, path);
	if (strcmp(what, "text") == 0)
		result = adp_json_text(value);
	else if (strcmp(what, "true") == 0)
		result = adp_json_true(value) ? "yes" : "no";
	else if (strcmp(what, "count") == 0)
		result = psprintf("%d", adp_json_count(value));
	else if (strcmp(what, "first") == 0)
	{
		const char *key;
		const AdpJson *first = adp_json_first(value, &key);
		const char *text = adp_json_text(first);

		result =
			first == NULL ? NULL : psprintf("%s=%s", key, text ? text : "?");
	}
	else
		result = adp_json_text(adp_json_at(value, atoi(what)));
	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(result));
}

/*
 * json_test_int(document bytea, path text, fallback int8) → int8
 */
Datum
json_test_int(PG_FUNCTION_ARGS)
{
	const AdpJson *value = parse_argument(PG_GETARG_BYTEA_PP(0));

	value = adp_json_path(value, text_to_cstring(PG_GETARG_TEXT_PP(1)));
	PG_RETURN_INT64(adp_json_int(value, PG_GETARG_INT64(2)));
}

/*
 * json_test_find(document text, path text) → text
 *		The values at a path, with ? for a value that is not a scalar.
 */
Datum
json_test_find(PG_FUNCTION_ARGS)
{
	char *document = text_to_cstring(PG_GETARG_TEXT_PP(0));
	const AdpJson *doc =
		adp_json_parse(CurrentMemoryContext, document, strlen(document), NULL);
	StringInfoData out;
	ListCell *cell;

	initStringInfo(&out);
	foreach(cell, adp_json_find(doc, text_to_cstring(PG_GETARG_TEXT_PP(1))))
	{
		const char *text = adp_json_find_text(lfirst(cell), "");

		appendStringInfo(&out, "%s%s", out.len > 0 ? " " : "",
						 text ? text : "?");
	}
	PG_RETURN_TEXT_P(cstring_to_text(out.data));
}
