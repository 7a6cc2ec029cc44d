/*
 * meta_ads_jobs.c
 *	  Meta Ads: background runs of reports.
 *
 * The platform must finish a direct request within its time limit, and does
 * not document how much it can finish.  Its advice is to try, and to start a
 * run after a timeout.  Here a run is started at once for a report that is
 * certainly too large, and for fields that only runs have.
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
	/* versions before v25.0 do not report it */
	.reason = {.message = "error_message|error_user_title",
			   .more = "error_user_msg",
			   .code = "error_code",
			   .subcode = "error_subcode"},
};
