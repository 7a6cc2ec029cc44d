/*
 * access.c
 *	  What a platform tells of the access token itself.
 */
#include "postgres.h"

#include "lib/stringinfo.h"

#include "platform/access.h"
#include "platform/call.h"
#include "platform/request.h"

/* The last second of the year 9999; a token that lasts longer is a misreading. */
#define EXPIRY_MAX INT64CONST(253402300799)

/*
 * Whether the platform answered that it tells this token nothing.
 */
static bool
is_withheld(const AdpCall *call)
{
	AdpErrorClass class = adp_call_failure(call)->class;

	return class == ADP_ERR_CREDENTIALS || class == ADP_ERR_REFUSED;
}

/*
 * Order of texts.
 */
static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/*
 * The texts of an array, sorted, with commas between them.
 */
static char *
sorted_list(const AdpJson *array)
{
	int count = adp_json_count(array);
	const char **texts = palloc(Max(count, 1) * sizeof(char *));
	StringInfoData out;
	int n = 0;

	for (int i = 0; i < count; i++)
	{
		const char *text = adp_json_text(adp_json_at(array, i));

		if (text != NULL)
			texts[n++] = text;
	}
	qsort(texts, n, sizeof(char *), compare_texts);
	initStringInfo(&out);
	for (int i = 0; i < n; i++)
		appendStringInfo(&out, "%s%s", i > 0 ? "," : "", texts[i]);
	return out.data;
}

/*
 * Reads what is told of the token.  What is told of one that is not valid says
 * nothing of what it was granted.
 */
static void
read_access(const AdpAccessPaths *paths, const AdpJson *doc, AdpAccess *access)
{
	const AdpJson *scopes = adp_json_path(doc, paths->scopes);

	if (!adp_json_true(adp_json_path(doc, paths->is_valid)))
		return;
	if (scopes != NULL)
		access->scopes = sorted_list(scopes);
	access->expires_at =
		adp_json_int(adp_json_path(doc, paths->expires_at), -1);
	if (access->expires_at > EXPIRY_MAX)
		access->expires_at = -1;
}

/*
 * Reads the answer; false if its body could not be read and the call goes on.
 */
static bool
read_answer(AdpSession *session, MemoryContext cxt, AdpCall *call,
			AdpAccess *access)
{
	const AdpJson *doc = adp_call_document(call, cxt);

	if (doc == NULL)
		return false;
	read_access(&session->platform->access, doc, access);
	return true;
}

/*
 * Waits for the answer; false if the platform withholds it.
 */
static bool
wait_for_answer(AdpSession *session, MemoryContext cxt, AdpCall *call,
				AdpAccess *access)
{
	for (;;)
	{
		switch (adp_call_advance(call))
		{
			case ADP_CALL_RUNNING:
				adp_session_wait(session);
				break;
			case ADP_CALL_FAILED:
				if (!is_withheld(call))
					adp_call_throw(call);
				return false;
			case ADP_CALL_DONE:
				if (read_answer(session, cxt, call, access))
					return true;
				break;
		}
	}
}

/*
 * Asks about the session's token.
 */
bool
adp_access_read(AdpSession *session, MemoryContext cxt, AdpAccess *access)
{
	AdpApiRequest request = {0};
	MemoryContext old;
	AdpCall *call;
	bool is_told;

	MemSet(access, 0, sizeof(AdpAccess));
	access->expires_at = -1;
	if (!adp_request_access(session->platform, session->settings, &request))
		return false;
	old = MemoryContextSwitchTo(cxt);
	call = adp_call_create(session, cxt, &request, "access token");
	is_told = wait_for_answer(session, cxt, call, access);
	adp_call_release(call);
	MemoryContextSwitchTo(old);
	return is_told;
}
