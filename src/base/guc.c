/*
 * guc.c
 *	  The adpipe.* settings, in alphabetical order.
 */
#include "postgres.h"

#include <float.h>
#include <limits.h>

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/guc.h"

char *adp_guc_allowed_endpoints = NULL;
char *adp_guc_ca_file = NULL;
static char *debug_now = NULL;
int adp_guc_debug_rate_pct = 100;
double adp_guc_fetch_until = 0;
int adp_guc_kept_answers_kb = 262144;
int adp_guc_max_answer_kb = ADP_ANSWER_KB_MAX;
int adp_guc_max_requests = 0;
int adp_guc_max_wait_ms = 120000;
bool adp_guc_pushdown = true;
static int refresh_max_requests = 0;
static int refresh_max_time_ms = 1500000;
bool adp_guc_require_whole = false;
bool adp_guc_shared_memory = true;
bool adp_guc_use_kept_answers = true;

static void define_fetch_settings(void);
static void define_refresh_settings(void);

/*
 * Defines all settings.
 */
void
adp_guc_init(void)
{
	DefineCustomStringVariable("adpipe.allowed_endpoints",
							   "URL prefixes that servers of non-superusers may use.",
							   "A comma-separated list; empty allows the platforms' own hosts only.",
							   &adp_guc_allowed_endpoints, "", PGC_SUSET,
							   GUC_LIST_INPUT, NULL, NULL, NULL);
	DefineCustomStringVariable("adpipe.ca_file",
							   "File of the only certificate authorities to trust, in PEM format.",
							   "Empty uses the ones that the system's libcurl trusts.",
							   &adp_guc_ca_file, "", PGC_SUSET, 0, NULL, NULL,
							   NULL);
	DefineCustomStringVariable("adpipe.debug_now",
							   "Replaces the current time, for tests.",
							   "A timestamp with time zone; empty uses the clock.",
							   &debug_now, "", PGC_SUSET, GUC_NOT_IN_SAMPLE,
							   NULL, NULL, NULL);
	DefineCustomIntVariable("adpipe.debug_rate_pct",
							"Scales the time between calls that platforms document, for tests.",
							"In percent; 0 lets calls follow each other at once.",
							&adp_guc_debug_rate_pct, 100, 0, 100, PGC_SUSET,
							GUC_NOT_IN_SAMPLE, NULL, NULL, NULL);
	define_fetch_settings();
	define_refresh_settings();
	adp_reserve_guc_prefix("adpipe");
}

/*
 * Defines the settings of requests and their responses.
 */
static void
define_fetch_settings(void)
{
	/* set by SQL: a refresh bounds each of its fetches */
	DefineCustomRealVariable("adpipe.fetch_until",
							 "Time at which statements stop waiting for platforms.",
							 "Seconds since 1970; 0 sets no such time. Refreshes of local copies set it.",
							 &adp_guc_fetch_until, 0, 0, DBL_MAX, PGC_USERSET,
							 GUC_NOT_IN_SAMPLE, NULL, NULL, NULL);
	DefineCustomIntVariable("adpipe.kept_answers_size",
							"Maximum size of the platform responses that a session keeps.",
							"Responses above 16 MB are in temporary files. Responses that the running statement has fetched are always kept.",
							&adp_guc_kept_answers_kb, 262144, 0, MAX_KILOBYTES,
							PGC_USERSET, GUC_UNIT_KB, NULL, NULL, NULL);
	DefineCustomIntVariable("adpipe.max_answer_size",
							"Maximum size of one response of a platform, decompressed.",
							"A larger response is an error.",
							&adp_guc_max_answer_kb, ADP_ANSWER_KB_MAX, 64,
							ADP_ANSWER_KB_MAX, PGC_SUSET, GUC_UNIT_KB, NULL,
							NULL, NULL);
	DefineCustomIntVariable("adpipe.max_requests_per_query",
							"Maximum number of requests that a statement sends.",
							"All scans of the statement are counted together; 0 sets no limit.",
							&adp_guc_max_requests, 0, 0, INT_MAX, PGC_USERSET,
							0, NULL, NULL, NULL);
	DefineCustomIntVariable("adpipe.max_wait",
							"Longest back-off that a statement waits for before it fails.",
							NULL, &adp_guc_max_wait_ms, 120000, 0, INT_MAX,
							PGC_USERSET, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomBoolVariable("adpipe.pushdown",
							 "Sends conditions to the platform where that is exact.",
							 "Off: only date range, accounts and needed columns are sent.",
							 &adp_guc_pushdown, true, PGC_USERSET, GUC_EXPLAIN,
							 NULL, NULL, NULL);
}

/*
 * Defines the settings of refreshes.
 */
static void
define_refresh_settings(void)
{
	/* Read by SQL: the warehouse has no C of its own. */
	DefineCustomIntVariable("adpipe.refresh_max_requests",
							"Maximum number of queries that one run of refresh_all() sends to a platform for one copy.",
							"The next run continues the backfill.  Zero: 2000, or four for each account of the copy if that is more.",
							&refresh_max_requests, 0, 0, INT_MAX, PGC_USERSET,
							0, NULL, NULL, NULL);
	DefineCustomIntVariable("adpipe.refresh_max_time",
							"Time after which refresh_all() starts nothing more.",
							NULL, &refresh_max_time_ms, 1500000, 1000, INT_MAX,
							PGC_USERSET, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomBoolVariable("adpipe.require_whole",
							 "Raises an error if the platform leaves out rows.",
							 "Off: a warning. Refreshes of local copies turn it on.",
							 &adp_guc_require_whole, false, PGC_USERSET, 0,
							 NULL, NULL, NULL);
	DefineCustomBoolVariable("adpipe.shared_memory",
							 "Shares access tokens, lists of accounts and limits between sessions.",
							 "Shared memory is there with adpipe in shared_preload_libraries, and from PostgreSQL 17 on without.",
							 &adp_guc_shared_memory, true, PGC_SIGHUP, 0, NULL,
							 NULL, NULL);
	DefineCustomBoolVariable("adpipe.use_kept_answers",
							 "Lets statements reuse responses that the session has fetched earlier.",
							 "Refreshes of local copies turn it off, because a copy states when the platform was queried.",
							 &adp_guc_use_kept_answers, true, PGC_USERSET, 0,
							 NULL, NULL, NULL);
}

/*
 * Returns the current time, or its substitute.
 */
TimestampTz
adp_now(void)
{
	if (debug_now == NULL || debug_now[0] == '\0')
		return GetCurrentTimestamp();
	return DatumGetTimestampTz(
		DirectFunctionCall3(timestamptz_in, CStringGetDatum(debug_now),
							ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}
