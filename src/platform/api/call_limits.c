/*
 * call_limits.c
 *	  The limits that all sessions share: how a call obeys them, and what it adds.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "miscadmin.h"

#include "base/shared_memory.h"
#include "platform/api/call_internal.h"
#include "platform/api/sharing.h"
#include "platform/limits/breaker.h"
#include "platform/limits/quota_ledger.h"

/* Milliseconds between two looks at another session's probe. */
#define LOOK_GAP_MS 50

/* No call waits longer for a probe. */
#define PROBE_MAX_MS 15000

/*
 * Whether the call fetches an access token.
 */
static bool
is_sign_in(const AdpCall *call)
{
	return call->endpoint.credentials == NULL;
}

/*
 * Returns the rate that the platform documents for requests of the call's path,
 * of any number of days; or NULL.
 */
static const AdpRate *
path_rate(const AdpCall *call)
{
	const AdpRate *rate = call->session->platform->rates;

	if (is_sign_in(call))
		return NULL;
	while (rate != NULL && rate->part != NULL)
	{
		if (strstr(call->request.path, rate->part) != NULL)
			return rate;
		rate++;
	}
	return NULL;
}

/*
 * Whether a rate holds for the call's number of days.
 */
static bool
rate_holds(const AdpCall *call, const AdpRate *rate)
{
	return rate->days == 0 || call->request.days <= rate->days;
}

/*
 * What of an account a request counts against: the quota that the platform names,
 * or else the address, with the number of days where this decides.
 */
static char *
scope_of(const AdpCall *call)
{
	const char *path = call->request.path;
	const AdpQuotaUsageKind *usage = call->endpoint.usage;
	const char *quota = usage ? adp_quota_usage_quota(usage, path) : NULL;
	const AdpRate *rate = path_rate(call);
	StringInfoData out;

	if (is_sign_in(call))
		return pstrdup("sign-in");
	if (quota != NULL)
		return pstrdup(quota);
	initStringInfo(&out);
	appendBinaryStringInfo(&out, path, (int) strcspn(path, "?"));
	if (rate != NULL && rate->days > 0)
		appendStringInfo(&out,
						 rate_holds(call, rate) ? ", up to %d days"
												: ", over %d days",
						 rate->days);
	return out.data;
}

/*
 * What a server's requests for an account count against, whatever their secrets.
 */
static void
make_key(const AdpCall *call, AdpQuotaKey *key)
{
	MemSet(key, 0, sizeof(AdpQuotaKey));
	key->database = MyDatabaseId;
	key->serverid = call->session->settings->serverid;
	adp_shared_text(key->account, sizeof(key->account),
					call->request.account ? call->request.account : "");
	adp_shared_text(key->scope, sizeof(key->scope), scope_of(call));
}

/*
 * Makes a key that of requests with the same secrets, under a documented rate from
 * whatever server of ours: the platform does not know these.
 */
static void
add_secrets(const AdpCall *call, AdpQuotaKey *key)
{
	AdpSharedKey shared;

	key->is_of_platform = path_rate(call) != NULL;
	if (key->is_of_platform)
		adp_sharing_platform_key(&shared, call->session);
	else
		adp_sharing_secrets_key(&shared, call->session);
	memcpy(key->credentials, shared.digest, sizeof(key->credentials));
}

/*
 * What the call's requests count against; returns the number of keys.  Where the
 * platform counts all calls of an application and account, no token says which
 * application that is: those of one server count together, and those with the same
 * secrets.  Never those of an account alone: strangers to it, who need no valid
 * secrets to be counted, must not hold others up.
 */
static int
make_keys(const AdpCall *call, AdpQuotaKey *keys)
{
	const AdpRate *rate = path_rate(call);
	bool counts_all = rate != NULL && rate->counts_all;
	AdpQuotaKey *last = counts_all ? &keys[1] : &keys[0];
	MemoryContext old = MemoryContextSwitchTo(call->cxt);

	make_key(call, &keys[0]);
	if (counts_all)
		keys[1] = keys[0];
	add_secrets(call, last);
	last->is_beside = counts_all;
	MemoryContextSwitchTo(old);
	return counts_all ? 2 : 1;
}

/*
 * Blocks what the call counts against.
 */
static void
block(const AdpCall *call, int64 wait_ms, const char *reason)
{
	AdpQuotaKey keys[ADP_QUOTA_KEYS_MAX];
	int nkeys = make_keys(call, keys);

	for (int i = 0; i < nkeys; i++)
		adp_quota_ledger_block(&keys[i], wait_ms, reason);
}

/*
 * Puts the call off for a while.
 */
static void
put_off(AdpCall *call, int64 wait_ms)
{
	call->resume_at_ms = adp_clock_ms() + wait_ms + 1;
	adp_session_wake_at(call->session, call->resume_at_ms);
}

/*
 * Whether the server's breaker lets the call pass.  A sign-in is part of the
 * probe that needs it.
 */
static bool
passes_breaker(AdpCall *call)
{
	AdpSession *session = call->session;
	AdpBreaker breaker;

	if (is_sign_in(call) && session->is_probing)
		return true;
	switch (adp_breaker_ask(session->settings->serverid, &breaker))
	{
		case ADP_BREAKER_PASS:
			return true;
		case ADP_BREAKER_PROBE:
			session->is_probing = true;
			return true;
		case ADP_BREAKER_WAIT:
			if (call->waited_ms < PROBE_MAX_MS)
			{
				call->waited_ms += LOOK_GAP_MS;
				put_off(call, LOOK_GAP_MS);
				return false;
			}
			break;
		case ADP_BREAKER_REFUSE:
			break;
	}
	adp_call_fail_refused(call, &breaker);
	return false;
}

/*
 * Whether the quota's ledger lets the call be sent now.
 */
static bool
passes_quota(AdpCall *call)
{
	AdpSession *session = call->session;
	const AdpRate *rate = path_rate(call);
	int64 affordable_ms = adp_session_affordable_ms(session);
	AdpQuotaKey keys[ADP_QUOTA_KEYS_MAX];
	int nkeys = make_keys(call, keys);
	const char *why;
	int64 wait_ms;

	/*
	 * The retry policy decides when a call is repeated, unless the platform
	 * counts refused ones, too; a redirect is no call.
	 */
	if (rate != NULL &&
		(!rate_holds(call, rate) || call->redirect != NULL ||
		 (call->attempts > 0 && !rate->counts_all)))
		rate = NULL;
	wait_ms = adp_quota_ledger_enter(keys, nkeys, rate, affordable_ms, &why);
	if (wait_ms == 0)
		return true;
	if (wait_ms > affordable_ms)
		adp_call_fail_held(call, why, wait_ms);
	else
	{
		adp_session_add_backoff(session, wait_ms);
		session->stats.wait_reason = MemoryContextStrdup(session->cxt, why);
		call->is_cleared = true;
		put_off(call, wait_ms);
	}
	return false;
}

/*
 * Whether no limit is in the way of the call.
 */
bool
adp_call_is_clear(AdpCall *call)
{
	if (call->is_cleared)
		return true;
	if (!passes_breaker(call) || !passes_quota(call))
		return false;
	call->is_cleared = true;
	return true;
}

/*
 * Notes that the server answers.
 */
void
adp_call_note_alive(const AdpCall *call, const AdpHttpResponse *response)
{
	if (response->outcome != ADP_HTTP_DONE || response->status >= 500)
		return;
	adp_breaker_succeed(call->session->settings->serverid);
	call->session->is_probing = false;
}

/*
 * Notes the use of a quota.
 */
void
adp_call_note_used(const AdpCall *call, double used_pct, int64 blocked_ms)
{
	AdpQuotaKey keys[ADP_QUOTA_KEYS_MAX];

	(void) make_keys(call, keys);
	adp_quota_ledger_used(keys, used_pct);
	if (blocked_ms > 0)
		block(call, blocked_ms, "quota nearly used up");
}

/*
 * Notes a block.
 */
void
adp_call_note_block(const AdpCall *call, const AdpHttpResponse *response)
{
	const AdpFailure *failure = &call->failure;
	char *reason;

	if (failure->retry_after_ms <= 0 || failure->is_not_ready)
		return;
	reason = adp_http_describe(response);
	if (failure->code != NULL)
		reason = psprintf("%s, %s", reason, failure->code);
	block(call, failure->retry_after_ms, adp_call_redact(call, reason));
}

/*
 * Counts a call that failed for good.  Where nothing answered, or the platform
 * had an error of its own, the server's breaker counts it, too.
 */
void
adp_call_note_end(const AdpCall *call, const AdpHttpResponse *response)
{
	AdpSession *session = call->session;

	adp_session_count(session,
					  psprintf("%s: %s", call->error.message,
							   call->error.detail ? call->error.detail : ""));
	if (response->outcome == ADP_HTTP_DONE && response->status < 500)
		return;
	adp_breaker_fail(session->settings->serverid, adp_http_describe(response));
	session->is_probing = false;
}
