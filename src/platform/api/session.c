/*
 * session.c
 *	  One scan's way to a platform: connections, sign-in, counters.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "pgtime.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

#include "base/guc.h"
#include "base/secret.h"
#include "base/shared_memory.h"
#include "platform/api/credentials.h"
#include "platform/api/secret_files.h"
#include "platform/limits/request_counts.h"

/* Seconds of a day. */
#define DAY_S (24 * 60 * 60)

/* The latest moment to come back that is handed on. */
#define RETRY_AT_MAX_MS (INT64CONST(2) * DAY_S * 1000)

/*
 * Derives the platform's secret from those of the settings.
 */
void
adp_session_derive(AdpSession *session)
{
	const AdpCredentials *credentials = session->platform->credentials;
	MemoryContext old = MemoryContextSwitchTo(session->cxt);

	session->derived = credentials->derive_secret != NULL
		? credentials->derive_secret(session->settings)
		: NULL;
	MemoryContextSwitchTo(old);
}

/*
 * Opens a session.
 */
AdpSession *
adp_session_open(MemoryContext cxt, const AdpPlatform *platform,
				 const AdpSettings *settings)
{
	MemoryContext old = MemoryContextSwitchTo(cxt);
	AdpSession *session = palloc0(sizeof(AdpSession));

	adp_http_init();
	session->platform = platform;
	session->own_settings = *settings;
	session->settings = &session->own_settings;
	session->cxt = cxt;
	session->alarm_at_ms = -1;
	adp_session_derive(session);
	adp_secret_files_load(session);
	session->lease = adp_pool_borrow(settings->serverid, settings->umid, cxt);
	session->group = adp_pool_group(session->lease);
	MemoryContextSwitchTo(old);
	return session;
}

/*
 * Counts what the session did since the last time.
 */
void
adp_session_count(AdpSession *session, const char *error)
{
	const AdpStats *now = &session->stats;
	AdpStats *counted = &session->counted;
	AdpRequestCounts more = {.database = MyDatabaseId,
							 .serverid = session->settings->serverid,
							 .userid = session->settings->userid};

	more.requests = now->requests - counted->requests;
	more.retries = now->retries - counted->retries;
	more.throttled_ms = now->backoff_ms - counted->backoff_ms;
	more.bytes = now->bytes - counted->bytes;
	more.rows = now->rows - counted->rows;
	more.errors = error != NULL;
	if (more.requests > 0)
		more.last_request_at = adp_now();
	if (error != NULL)
		adp_shared_text(more.last_error, sizeof(more.last_error), error);
	*counted = *now;
	if (more.requests > 0 || more.retries > 0 || more.throttled_ms > 0 ||
		more.bytes > 0 || more.rows > 0 || more.errors > 0)
		adp_request_counts_add(&more);
}

/*
 * Gives the connections back.
 */
void
adp_session_close(AdpSession *session)
{
	adp_session_count(session, NULL);
	if (session->lease != NULL)
		adp_pool_return(session->lease);
	session->lease = NULL;
	session->group = NULL;
}

/*
 * Whether the server or the mapping has changed.
 */
bool
adp_session_is_outdated(const AdpSession *session)
{
	return adp_pool_is_stale(session->lease);
}

/*
 * Milliseconds on a clock that only goes forward.
 */
int64
adp_clock_ms(void)
{
	instr_time now;

	INSTR_TIME_SET_CURRENT(now);
	return (int64) INSTR_TIME_GET_MILLISEC(now);
}

/*
 * Notes when the next back-off ends.
 */
void
adp_session_wake_at(AdpSession *session, int64 at_ms)
{
	if (session->alarm_at_ms < 0 || at_ms < session->alarm_at_ms)
		session->alarm_at_ms = at_ms;
}

/*
 * Sets the group's alarm to the end of the earliest back-off.
 */
static void
arm_alarm(AdpSession *session)
{
	int64 left;

	if (session->alarm_at_ms >= 0)
	{
		left = session->alarm_at_ms - adp_clock_ms();
		adp_http_set_alarm(session->group, Max(left, 0));
		session->alarm_at_ms = -1;
	}
	else if (session->in_flight == 0)
		/* nothing under way: a waiting call can be sent at once */
		adp_http_set_alarm(session->group, 0);
}

/*
 * Milliseconds until statements stop waiting for platforms; INT64 maximum if
 * adpipe.fetch_until is not set.
 */
static int64
patience_ms(void)
{
	double left;

	if (adp_guc_fetch_until <= 0)
		return PG_INT64_MAX;
	left = adp_guc_fetch_until -
		(double) timestamptz_to_time_t(GetCurrentTimestamp());
	return (int64) (Min(left, DAY_S) * 1000);
}

/*
 * Throws if the time to wait for the platform is over.
 */
static void
check_patience(const AdpSession *session)
{
	if (patience_ms() > 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_UNABLE_TO_CREATE_REPLY),
			 errmsg("platform \"%s\" did not answer in the time of the refresh",
					session->platform->name),
			 errdetail("Server \"%s\": the time was over before all responses had arrived.",
					   session->settings->server_name),
			 errhint(
				 "The next refresh tries again. A larger adpipe.refresh_max_time, or statement_timeout where that is shorter, gives it more time.")));
}

/*
 * Begins to wait.
 */
void
adp_session_begin_wait(AdpSession *session)
{
	/* with nothing under way and no back-off, the wait ends at once */
	if (adp_guc_fetch_until > 0 &&
		(session->in_flight > 0 || session->alarm_at_ms >= 0))
		adp_session_wake_at(session, adp_clock_ms() + Max(patience_ms(), 0) + 1);
	arm_alarm(session);
	if (INSTR_TIME_IS_ZERO(session->wait_start))
		INSTR_TIME_SET_CURRENT(session->wait_start);
}

/*
 * Ends a wait, if somebody has waited.
 */
static void
end_wait(AdpSession *session)
{
	instr_time end;

	if (INSTR_TIME_IS_ZERO(session->wait_start))
		return;
	INSTR_TIME_SET_CURRENT(end);
	INSTR_TIME_SUBTRACT(end, session->wait_start);
	INSTR_TIME_SET_ZERO(session->wait_start);
	session->stats.wait_us += (int64) INSTR_TIME_GET_MICROSEC(end);
}

/*
 * Lets transfers go on without waiting.
 */
void
adp_session_poll(AdpSession *session)
{
	end_wait(session);
	check_patience(session);
	adp_http_poll(session->group);
}

/*
 * Waits until something can go on.
 */
void
adp_session_wait(AdpSession *session)
{
	adp_session_begin_wait(session);
	adp_http_wait(session->group, -1);
	end_wait(session);
	check_patience(session);
}

/*
 * Counts a pause.
 */
void
adp_session_add_backoff(AdpSession *session, int64 wait_ms)
{
	int64 now_ms = adp_clock_ms();
	int64 end_ms = now_ms + wait_ms;

	session->stats.backoff_ms +=
		Max(end_ms - Max(session->paused_until_ms, now_ms), 0);
	session->paused_until_ms = Max(session->paused_until_ms, end_ms);
}

/*
 * Milliseconds of back-off still to be had.
 */
int64
adp_session_affordable_ms(const AdpSession *session)
{
	int64 left =
		Min(adp_guc_max_wait_ms - session->stats.backoff_ms, patience_ms());

	if (get_timeout_active(STATEMENT_TIMEOUT))
	{
		TimestampTz end = get_timeout_finish_time(STATEMENT_TIMEOUT);

		left = Min(left, (end - GetCurrentTimestamp()) / 1000);
	}
	return Max(left, 0);
}

/*
 * The second that is nearest to so many milliseconds from now.  Rounding up would name
 * the second after 00:00 UTC, and rounding down the one before it: the wait was
 * computed a moment ago.
 */
static pg_time_t
second_after(int64 wait_ms)
{
	return timestamptz_to_time_t(adp_now() + wait_ms * 1000 + USECS_PER_SEC / 2);
}

/*
 * The moment so many milliseconds from now.
 */
int64
adp_session_retry_at(int64 wait_ms)
{
	return second_after(Min(wait_ms, RETRY_AT_MAX_MS));
}

/*
 * Appends when to come back, as a moment in UTC, to the detail of an error.
 */
const char *
adp_session_with_moment(const char *detail, int64 wait_ms)
{
	pg_time_t when = second_after(wait_ms);
	char moment[32];

	pg_strftime(moment, sizeof(moment), "%Y-%m-%dT%H:%M:%SZ", pg_gmtime(&when));
	return psprintf("%s Come back at %s.", detail, moment);
}

/*
 * Lists what must not be shown: the secrets among the platform's options, what
 * was made of them, and those before a change.
 */
static List *
list_secrets(const AdpSession *session)
{
	List *secrets = list_copy(session->past_secrets);

	secrets = lappend(secrets, unconstify(char *, session->token));
	secrets = lappend(secrets, unconstify(char *, session->derived));
	for (const AdpOption *option = session->platform->options; option->name;
		 option++)
	{
		if (option->is_secret)
			secrets = lappend(secrets,
							  unconstify(char *,
										 adp_setting(session->settings,
													 option->offset)));
	}
	return secrets;
}

/*
 * Takes the session's secrets out of a text.
 */
const char *
adp_session_redact(const AdpSession *session, const char *text)
{
	List *secrets = list_secrets(session);
	const char **array = palloc(list_length(secrets) * sizeof(char *));
	ListCell *cell;

	foreach(cell, secrets)
	{
		array[foreach_current_index(cell)] = lfirst(cell);
	}
	return adp_secret_redact(text, array, list_length(secrets));
}
