/*
 * verdict.c
 *	  What an answer under a good status must hold to be one, as data.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "base/json_find.h"
#include "platform/api/verdict.h"

/* Names of members that are shown, and characters of each. */
#define SHOWN_MEMBERS_MAX 8
#define SHOWN_NAME_MAX 40

/* Elements between two looks for interrupts. */
#define ELEMENTS_PER_CHECK 512

/*
 * Whether a document reports a failure.
 */
bool
adp_verdict_is_failure(const AdpPromises *promises, const AdpJson *doc)
{
	const char *said;

	if (promises == NULL || adp_json_find_first(doc, promises->failure) == NULL)
		return false;
	said = adp_json_find_text(doc, promises->failure);
	return promises->success == NULL || said == NULL ||
		strcmp(said, promises->success) != 0;
}

/*
 * Appends the name of a member, in printable ASCII and cut.
 */
static void
append_name(StringInfo out, const char *name)
{
	int len = 0;

	appendStringInfo(out, "%s\"", out->len > 0 ? ", " : "");
	for (; name[len] != '\0' && len < SHOWN_NAME_MAX; len++)
		appendStringInfoChar(out,
							 name[len] > ' ' && name[len] < 0x7f &&
									 name[len] != '"'
								 ? name[len]
								 : '?');
	appendStringInfo(out, "%s\"", name[len] != '\0' ? "..." : "");
}

/*
 * What a document is instead of what was promised, as a sentence.
 */
static char *
describe(const AdpJson *doc)
{
	const char *key = NULL;
	int n = 0;
	StringInfoData names;

	if (!adp_json_is_object(doc))
		return pstrdup("It is no JSON object.");
	initStringInfo(&names);
	while (n < SHOWN_MEMBERS_MAX && adp_json_next(doc, &key) != NULL)
	{
		append_name(&names, key);
		n++;
	}
	return n > 0 ? psprintf("It is an object with the members %s.", names.data)
				 : pstrdup("It is an object without members.");
}

/*
 * Refuses a document; what is the sentence without its end.
 */
static bool
refuse(const AdpJson *doc, const char *what, AdpError *error)
{
	adp_error_set(error, ADP_ERR_FORMAT, what, describe(doc), NULL);
	return false;
}

/*
 * Whether a member is an array of objects; false with *error if not.
 */
static bool
check_list(const AdpJson *doc, const char *name, AdpError *error)
{
	const AdpJson *list = adp_json_path(doc, name);

	if (!adp_json_is_array(list))
		return refuse(doc,
					  psprintf("member \"%s\" of the answer is no array", name),
					  error);
	for (int i = 0; i < adp_json_count(list); i++)
	{
		if (i % ELEMENTS_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		if (!adp_json_is_object(adp_json_at(list, i)))
			return refuse(doc,
						  psprintf("member \"%s\" of the answer has an element that is no object",
								   name),
						  error);
	}
	return true;
}

/*
 * Whether a document keeps a promise; false with *error if not.
 */
static bool
check_promise(const AdpPromise *promise, const AdpJson *doc, AdpError *error)
{
	const char *text = promise->value ? adp_json_find_text(doc, promise->value)
		: promise->empty ? adp_json_text(adp_json_get(doc, promise->empty))
						 : NULL;

	if (promise->value != NULL)
		return (text != NULL && text[0] != '\0') ||
			refuse(doc,
				   psprintf("the answer has no member \"%s\"", promise->value),
				   error);
	if (promise->list == NULL)
		return refuse(doc, "the platform has no answers of this kind", error);
	if (adp_json_path(doc, promise->list) != NULL)
		return check_list(doc, promise->list, error);
	if (promise->empty == NULL)
		return refuse(doc,
					  psprintf("the answer has no member \"%s\"", promise->list),
					  error);
	return text != NULL ||
		refuse(doc,
			   psprintf("the answer has neither member \"%s\" nor \"%s\"",
						promise->list, promise->empty),
			   error);
}

/*
 * Judges a document.
 */
bool
adp_verdict_check(const AdpPromises *promises, AdpAnswerKind kind,
				  const AdpJson *doc, AdpError *error)
{
	if (promises == NULL)
		return true;
	if (promises->success != NULL &&
		adp_json_find_first(doc, promises->failure) == NULL)
		return refuse(doc,
					  psprintf("the answer has no member \"%s\"",
							   promises->failure),
					  error);
	if (!adp_verdict_is_failure(promises, doc))
		return check_promise(&promises->of[kind], doc, error);
	adp_error_set(error, ADP_ERR_REPLY, "the answer reports a failure", NULL,
				  NULL);
	return false;
}
