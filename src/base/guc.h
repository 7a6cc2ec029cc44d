/*
 * guc.h
 *	  The adpipe.* settings.
 */
#ifndef ADP_BASE_GUC_H
#define ADP_BASE_GUC_H

#include "datatype/timestamp.h"

/* Comma list of URL prefixes that a server made by a non-superuser may use. */
extern char *adp_guc_allowed_endpoints;

/* File of certificate authorities to trust; empty: the library's own. */
extern char *adp_guc_ca_file;

/* Most of the answers that a session keeps, in kilobytes. */
extern int adp_guc_kept_answers_kb;

/* Longest back-off that one statement waits for, in milliseconds. */
extern int adp_guc_max_wait_ms;

/* False: only date range, accounts and needed columns are sent. */
extern bool adp_guc_pushdown;

/* False: answers that are kept of earlier statements are not used. */
extern bool adp_guc_use_kept_answers;
/* True: an answer from which rows are missing is an error. */
extern bool adp_guc_require_whole;

/* Defines all settings; called once when the module is loaded. */
extern void adp_guc_init(void);

/*
 * The present moment, or the one that adpipe.debug_now puts in its place so
 * that tests can stand at midnight in any zone.
 */
extern TimestampTz adp_now(void);

#endif /* ADP_BASE_GUC_H */
