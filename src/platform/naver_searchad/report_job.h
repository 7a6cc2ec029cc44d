/*
 * report_job.h
 *	  One report that the platform makes in the background: its job.
 *
 * Stat reports have the numbers of a day, master reports the objects of a kind.
 * A job is created, asked for its state until it ends, its file is read, and the
 * job is deleted, since the platform keeps a hundred of an account.  One that is
 * there already is used in place of a new one: a refresh that was killed goes on
 * with the jobs that it has created.  Once the numbers of a finished stat report
 * change, the platform says so in its state, and its file cannot be read any more;
 * a master report stays as it was made.  So the first is used for a day, the second
 * for minutes; so is a stat report without rows, which has no file that could change.
 */
#ifndef ADP_PLATFORM_NAVER_SEARCHAD_REPORT_JOB_H
#define ADP_PLATFORM_NAVER_SEARCHAD_REPORT_JOB_H

#include "datatype/timestamp.h"

#include "base/json.h"
#include "platform/api/assembler.h"

typedef enum AdpNaverJobState
{
	ADP_NAVER_JOB_NEW,	   /* not created yet */
	ADP_NAVER_JOB_RUNNING, /* to be asked for its state */
	ADP_NAVER_JOB_BUILT,   /* its file can be read */
	ADP_NAVER_JOB_NONE,	   /* the platform has no rows, or not yet */
	ADP_NAVER_JOB_EARLY,   /* the day is not prepared yet */
	ADP_NAVER_JOB_READ	   /* its rows are added */
} AdpNaverJobState;

/* Stat reports or master reports: where they are, and members of a job. */
typedef struct AdpNaverJobKind
{
	const char *path;
	const char *id;
	const char *report;
	const char *made_at;
	int used_s; /* age up to which a finished job is used */
} AdpNaverJobKind;

extern const AdpNaverJobKind adp_naver_stat_reports;
extern const AdpNaverJobKind adp_naver_master_reports;

typedef struct AdpNaverJob
{
	const AdpNaverJobKind *kind;
	const char *report; /* its type */
	const char *day;	/* YYYYMMDD; NULL: of a master report */
	const char *since;	/* of objects that changed since then; NULL: of all */
	AdpNaverJobState state;
	const char *id;
	const char *path;	/* of its file */
	const char *status; /* the platform's word */
	TimestampTz made_at;
	int starts;
	bool is_asked; /* in this round of questions */
} AdpNaverJob;

/* Requests about a job: it is created, asked for its state, read and deleted. */
#define REQUESTS_OF_JOB 4

/*
 * Takes a job of a list of jobs, if one is of this report and not too old: one that
 * runs or has a file, or else one that has ended otherwise.
 */
extern void adp_naver_job_adopt(AdpNaverJob *job, const AdpJson *jobs);

/* Write the requests of a job; the first one asks for those that are there. */
extern void adp_naver_job_list(const AdpNaverJobKind *kind,
							   AdpApiRequest *request);
extern void adp_naver_job_create(AdpNaverJob *job, AdpApiRequest *request);
extern void adp_naver_job_ask(const AdpNaverJob *job, AdpApiRequest *request);
extern void adp_naver_job_fetch(const AdpNaverJob *job, AdpApiRequest *request);
extern void adp_naver_job_delete(const AdpNaverJobKind *kind, const char *id,
								 AdpApiRequest *request);

/* Whether it is worth waiting for the job. */
extern bool adp_naver_job_goes_on(const AdpNaverJob *job);

/*
 * Reads what the platform says of the job.  Returns false, with *error, if it
 * says nothing of it.
 */
extern bool adp_naver_job_read(AdpNaverJob *job, const AdpJson *doc,
							   AdpError *error);

/* Gives the job up, to create another one; false if it had its starts. */
extern bool adp_naver_job_restart(AdpNaverJob *job);

#endif /* ADP_PLATFORM_NAVER_SEARCHAD_REPORT_JOB_H */
