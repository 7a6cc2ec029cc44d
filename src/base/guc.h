/*
 * guc.h
 *	  The adpipe.* settings.
 */
#ifndef ADP_BASE_GUC_H
#define ADP_BASE_GUC_H

#include "datatype/timestamp.h"

/* Comma list of URL prefixes that a server made by a non-superuser may use. */
extern char *adp_guc_allowed_endpoints;

/* File of certificate authorities to trust; empty selects the library's own. */
extern char *adp_guc_ca_file;

/* When statements stop waiting for platforms, in UNIX seconds; 0: never. */
extern double adp_guc_fetch_until;

/* Maximum size of the responses that a session keeps, in kilobytes. */
extern int adp_guc_kept_answers_kb;

/*
 * Maximum size of one response, decompressed, in kilobytes.  A text as long as
 * the response must still fit into an allocation.
 */
#define ADP_ANSWER_KB_MAX (1023 * 1024)
extern int adp_guc_max_answer_kb;

/* Maximum number of requests of one statement; 0: no limit. */
extern int adp_guc_max_requests;

/* Longest back-off of one statement, in milliseconds. */
extern int adp_guc_max_wait_ms;

/* Percentage of the time between calls that platforms document, for tests. */
extern int adp_guc_debug_rate_pct;

/* False: the request has only date range, accounts and needed columns. */
extern bool adp_guc_pushdown;

/* False: responses from earlier statements are not reused. */
extern bool adp_guc_use_kept_answers;

/* True: missing rows are an error, not a warning. */
extern bool adp_guc_require_whole;

/* False: nothing is shared with other sessions. */
extern bool adp_guc_shared_memory;

/* Defines all settings; called once when the module is loaded. */
extern void adp_guc_init(void);

/*
 * Returns the current time, or the value of adpipe.debug_now.  Tests use that
 * to simulate midnight in any time zone.
 */
extern TimestampTz adp_now(void);

#endif /* ADP_BASE_GUC_H */
