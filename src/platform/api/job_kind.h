/*
 * job_kind.h
 *	  Reports that the platform generates in the background, as data: their
 *	  sources, requests and responses.
 */
#ifndef ADP_PLATFORM_API_JOB_KIND_H
#define ADP_PLATFORM_API_JOB_KIND_H

#include "platform/api/failure.h"
#include "platform/days.h"

struct AdpAssembler;

typedef enum AdpJobState
{
	ADP_JOB_RUNNING,
	ADP_JOB_READY, /* its rows can be requested */
	ADP_JOB_FAILED /* permanently; see adp_job_failure() */
} AdpJobState;

/* What a response says of a job. */
typedef struct AdpJobReport
{
	AdpJobState state; /* READY: finished, whatever percent says */
	int percent;
	const char *status; /* the platform's word */
	bool is_skipped;	/* with FAILED: it was dropped before it ran */
	AdpFailure failure; /* with FAILED */
} AdpJobReport;

/* A source that jobs can generate, and the most days to request without one. */
typedef struct AdpJobSource
{
	const char *name; /* NULL: end of the list */
	int days_at_once;
} AdpJobSource;

/* Queries with breakdowns that need a job: those for which all of this holds. */
typedef struct AdpJobNeed
{
	const char *breakdown; /* it is among them; NULL: any breakdowns */
	const char *fields;	   /* one of this list is requested; NULL: any */
	int months;			   /* it has days before so many months ago; 0: any */
} AdpJobNeed;

/* A platform's jobs; paths are those of json_find.h. */
typedef struct AdpJobKind
{
	const AdpJobSource *sources;

	/* Whether a job can generate the rows of a query of them; NULL: of any. */
	bool (*can)(const AdpQuery *query);

	/*
	 * Makes a page of all rows of a job, in place of all that follows; NULL: rows
	 * are pages of rows_path.
	 */
	const struct AdpAssembler *assembler;

	/*
	 * Of a request that is too large fewer days come first, and jobs are for what is
	 * left of its days alone.
	 */
	bool is_last_resort;

	int rows_per_breakdown;	 /* divides days_at_once if there are breakdowns */
	const AdpJobNeed *needs; /* ends with an empty one; or NULL */

	const char *id; /* in the response to the start request */

	/* Templates of the requests for its state, and for its rows. */
	const char *state_path;
	const char *rows_path;

	const char *status; /* the word for its state */
	const char *ready;	/* comma-separated words; one in no list: running */
	const char *failed;
	const char *skipped; /* dropped before it ran: start it again */
	const char *percent;

	AdpFailurePlaces reason; /* why it failed */
} AdpJobKind;

/* Whether a job can generate the rows of a query; kind NULL: false. */
extern bool adp_job_can(const AdpJobKind *kind, const AdpQuery *query);

/*
 * Whether a job is better for the days of a query, or the only way; days NULL:
 * the query has none.
 */
extern bool adp_job_is_better(const AdpJobKind *kind,
							  const AdpSettings *settings,
							  const AdpQuery *query, const AdpDateRange *days);

/*
 * Reads the state of a job into *report, which is zero.  A failure without a
 * reason may be temporary, or the request may have been too large.
 */
extern void adp_job_read(const AdpJobKind *kind, const AdpFailureKind *failures,
						 const AdpJson *doc, AdpJobReport *report);

#endif /* ADP_PLATFORM_API_JOB_KIND_H */
