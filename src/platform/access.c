/*
 * access.c
 *	  What a platform tells of the access token itself.
 */
#include "postgres.h"

#include "platform/access.h"
#include "platform/call.h"

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
 * Reads the answer; false if its body could not be read and the call goes on.
 */
static bool
read_answer(AdpSession *session, MemoryContext cxt, AdpCall *call,
			AdpAccess *access)
{
	Size len;
	const char *body = adp_call_body(call, &len);
	AdpError error = {0};
	const AdpJson *doc = adp_json_parse(cxt, body, len, &error);

	if (doc == NULL)
	{
		adp_call_reject(call, &error);
		return false;
	}
	session->platform->read_access(doc, access);
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
	const AdpPlatform *platform = session->platform;
	AdpApiRequest request = {0};
	MemoryContext old;
	AdpCall *call;
	bool is_told;

	MemSet(access, 0, sizeof(AdpAccess));
	access->expires_at = -1;
	if (platform->access_request == NULL ||
		!platform->access_request(session->settings, &request))
		return false;
	old = MemoryContextSwitchTo(cxt);
	call = adp_call_create(session, cxt, &request, "access token");
	is_told = wait_for_answer(session, cxt, call, access);
	adp_call_release(call);
	MemoryContextSwitchTo(old);
	return is_told;
}
