/*
 * meta_ads_jobs.c
 *	  Meta Ads: runs of reports in the background.
 *
 * A report that is asked for at once must be made within the time of a request;
 * the platform does not tell what it manages.  Its rule is to try, and to start
 * a run when that times out.  Here runs are started at once for what would
 * surely be too much, and for what only runs give.
 */
#include "postgres.h"

#include "platform/meta_ads/meta_ads.h"

static const AdpJobSource sources[] = {{"account", 90},
									   {"campaign", 31},
									   {"adset", 14},
									   {"ad", 7},
									   {NULL}};

static const AdpJobNeed needs[] = {{"mmm"},
								   {.fields = "reach,frequency,cpp",
									.months = 13},
								   {NULL}};

const AdpJobKind adp_meta_ads_jobs = {
	.sources = sources,
	.rows_per_breakdown = 6,
	.needs = needs,
	.id = "report_run_id",
	.state_path = "/{version}/{job}",
	.rows_path = "/{version}/{job}/insights",
	.status = "async_status",
	.ready = "Job Completed",
	.failed = "Job Failed",
	.skipped = "Job Skipped",
	.percent = "async_percent_completion",
	/* versions before v25.0 do not tell */
	.reason = {.message = "error_message|error_user_title",
			   .more = "error_user_msg",
			   .code = "error_code",
			   .subcode = "error_subcode"},
};
