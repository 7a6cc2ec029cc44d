/*
 * job_round.h
 *	  Jobs of one page: creates them, waits for them, reads and deletes them.
 *
 * It writes the requests of an assembly until the files of all its jobs are read,
 * and reads the answers.  A job that fails or disappears is created again, some
 * times.  Before the first one is created, the jobs that are there are looked at,
 * and after an answer that was lost once more.
 */
#ifndef ADP_PLATFORM_NAVER_SEARCHAD_JOB_ROUND_H
#define ADP_PLATFORM_NAVER_SEARCHAD_JOB_ROUND_H

#include "nodes/pg_list.h"

#include "platform/naver_searchad/report_job.h"

/* Most jobs of a page. */
#define ADP_NAVER_JOBS_MAX 2

/* What the last request was about. */
typedef enum AdpNaverAsked
{
	ADP_NAVER_ASKED_JOBS, /* those that are there */
	ADP_NAVER_ASKED_START,
	ADP_NAVER_ASKED_STATE,
	ADP_NAVER_ASKED_FILE,
	ADP_NAVER_ASKED_DELETE
} AdpNaverAsked;

typedef struct AdpNaverJobs
{
	AdpAssembly *assembly;

	/* Reads the file of a job; false, with *error, if it is malformed. */
	bool (*read)(void *arg, const AdpNaverJob *job, const char *body, Size len,
				 AdpError *error);
	void *arg;

	AdpNaverJob jobs[ADP_NAVER_JOBS_MAX];
	int njobs;
	bool has_listed; /* the jobs that are there are known */
	bool is_early;	 /* of a day that the platform is preparing still */
	List *doomed;	 /* char *: ids of jobs to delete */
	int64 begun_at_ms;
	int64 gap_ms; /* before the next round of questions */
	AdpNaverAsked asked;
	AdpNaverJob *job; /* that it was about */
} AdpNaverJobs;

/* Begins without jobs, which the caller adds to jobs. */
extern void adp_naver_jobs_begin(AdpNaverJobs *jobs, AdpAssembly *assembly,
								 bool (*read)(void *arg, const AdpNaverJob *job,
											  const char *body, Size len,
											  AdpError *error),
								 void *arg);

/*
 * Writes the next request, or asks for a wait.  ADP_ASSEMBLY_DONE: all files are
 * read, and all jobs deleted; or they are deleted because is_early.
 */
extern AdpAssemblyStep adp_naver_jobs_go_on(AdpNaverJobs *jobs);

/* Reads the answer to it.  ADP_ASSEMBLY_ASK: go on. */
extern AdpAssemblyStep adp_naver_jobs_take(AdpNaverJobs *jobs,
										   const AdpAssemblyAnswer *answer);

#endif /* ADP_PLATFORM_NAVER_SEARCHAD_JOB_ROUND_H */
