/*
 * stat_job.h
 *	  One stat report of a day: its job on the platform.
 *
 * A job is created, asked for its state until it ends, its file is read, and the
 * job is deleted, since the platform keeps a hundred of an account.  One that is
 * there already is used in place of a new one, if it is not old: a refresh that was
 * killed goes on with the jobs that it has created.
 */
#ifndef ADP_PLATFORM_NAVER_SEARCHAD_STAT_JOB_H
#define ADP_PLATFORM_NAVER_SEARCHAD_STAT_JOB_H

#include "base/json.h"
#include "platform/api/assembler.h"
#include "platform/naver_searchad/stat_sums.h"

typedef enum AdpNaverJobState
{
	ADP_NAVER_JOB_NEW,	   /* not created yet */
	ADP_NAVER_JOB_RUNNING, /* to be asked for its state */
	ADP_NAVER_JOB_BUILT,   /* its file can be read */
	ADP_NAVER_JOB_NONE,	   /* the platform has no rows, or not yet */
	ADP_NAVER_JOB_EARLY,   /* the day is not prepared yet */
	ADP_NAVER_JOB_READ	   /* its rows are added */
} AdpNaverJobState;

typedef struct AdpNaverJob
{
	const AdpNaverFile *file;
	const char *day; /* YYYYMMDD */
	AdpNaverJobState state;
	const char *id;
	const char *path;	/* of its file */
	const char *status; /* the platform's word */
	int starts;
	bool is_asked; /* in this round of questions */
} AdpNaverJob;

/* Uses a job of a list of jobs, unless none is of this report and young. */
extern void adp_naver_job_adopt(AdpNaverJob *job, const AdpJson *jobs);

/* Write the requests of a job. */
extern void adp_naver_job_create(AdpNaverJob *job, AdpApiRequest *request);
extern void adp_naver_job_ask(const AdpNaverJob *job, AdpApiRequest *request);
extern void adp_naver_job_fetch(const AdpNaverJob *job, AdpApiRequest *request);

/*
 * Reads what the platform says of the job.  Returns false, with *error, if it
 * says nothing of it.
 */
extern bool adp_naver_job_read(AdpNaverJob *job, const AdpJson *doc,
							   AdpError *error);

/* Gives the job up, to create another one; false if it had its starts. */
extern bool adp_naver_job_restart(AdpNaverJob *job);

#endif /* ADP_PLATFORM_NAVER_SEARCHAD_STAT_JOB_H */
