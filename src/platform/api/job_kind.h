/*
 * job_kind.h
 *	  Reports made in the background, as data: which are, how a job is asked
 *	  about, and what the answers say.
 */
#ifndef ADP_PLATFORM_API_JOB_KIND_H
#define ADP_PLATFORM_API_JOB_KIND_H

#include "platform/api/failure.h"
#include "platform/days.h"

typedef enum AdpJobState
{
	ADP_JOB_RUNNING,
	ADP_JOB_READY, /* its rows can be asked for */
	ADP_JOB_FAILED /* for good; see adp_job_failure() */
} AdpJobState;

/* What an answer says of a job. */
typedef struct AdpJobReport
{
	AdpJobState state; /* READY: finished, its progress apart */
	int percent;
	const char *status; /* the platform's word */
	bool is_skipped;	/* with FAILED: it was never made */
	AdpFailure failure; /* with FAILED */
} AdpJobReport;

/* A source that jobs can make, and how many days of it are asked for without. */
typedef struct AdpJobSource
{
	const char *name; /* NULL: end of the list */
	int days_at_once;
} AdpJobSource;

/* What only jobs give: queries with breakdowns for which all of this is so. */
typedef struct AdpJobNeed
{
	const char *breakdown; /* is one of them; NULL: whatever they are */
	const char *fields;	   /* one of this list is asked for; NULL: any */
	int months;			   /* days before so many months ago are; 0: any */
} AdpJobNeed;

/* A platform's jobs; paths are those of json_find.h. */
typedef struct AdpJobKind
{
	const AdpJobSource *sources;
	int rows_per_breakdown;	 /* so many times fewer days at once with any */
	const AdpJobNeed *needs; /* ends with one of nothing; NULL: none */

	const char *id; /* in the answer that one was started */

	/* Templates of the requests that ask about one, and for its rows. */
	const char *state_path;
	const char *rows_path;

	const char *status; /* the word for how it stands */
	const char *ready;	/* words with commas; any that is in no list: running */
	const char *failed;
	const char *skipped; /* never made, can be started over */
	const char *percent; /* NULL: not told */

	AdpFailurePlaces reason; /* why one failed, by the rules of failures */
} AdpJobKind;

/* Whether a query can be got by a job at all; kind NULL: none can. */
extern bool adp_job_can(const AdpJobKind *kind, const AdpQuery *query);

/*
 * Whether a job is better for the days of a query, or the only way; days NULL:
 * the query has none.
 */
extern bool adp_job_is_better(const AdpJobKind *kind,
							  const AdpSettings *settings,
							  const AdpQuery *query, const AdpDateRange *days);

/*
 * Reads what is said of a job into *report, which is zero.  One that failed
 * without a reason may pass, and may have been too much.
 */
extern void adp_job_read(const AdpJobKind *kind, const AdpFailureKind *failures,
						 const AdpJson *doc, AdpJobReport *report);

#endif /* ADP_PLATFORM_API_JOB_KIND_H */
