/*
 * job.h
 *	  Reports that the platform makes in the background: started, asked about,
 *	  then read page by page like any other.
 *
 * A job is asked about at growing intervals, so that what it takes longer than
 * the platform's own time is at most a tenth of that and a second.  A job is
 * ready when both its state and its progress say so.  What fails in passing, is
 * skipped or stands still is started over, a few times; abandoned jobs go on
 * running over there and use up quota.  The waiting never blocks: a job is
 * advanced like a call.
 */
#ifndef ADP_PLATFORM_JOB_JOB_H
#define ADP_PLATFORM_JOB_JOB_H

#include "platform/api/job_kind.h"
#include "platform/api/session.h"

typedef struct AdpJob AdpJob;

/*
 * Makes a job in cxt; nothing is sent before the first advance.  request starts
 * it and is copied; subject as for calls.
 */
extern AdpJob *adp_job_create(AdpSession *session, MemoryContext cxt,
							  const AdpApiRequest *request,
							  const char *subject);

/* Takes the job as far as it goes without waiting. */
extern AdpJobState adp_job_advance(AdpJob *job);

/* The platform's name for a job that is ready. */
extern const char *adp_job_id(const AdpJob *job);

/*
 * Asks again about a job that was ready and cannot be read yet.  False if that
 * has happened too often in a row.
 */
extern bool adp_job_ask_again(AdpJob *job);

/* Says that rows of the job go out: from now on it is not started over. */
extern void adp_job_pin(AdpJob *job);

/* How the platform put it; all zero if it is we who gave up. */
extern const AdpFailure *adp_job_failure(const AdpJob *job);

/* Throws the error of a failed job. */
pg_noreturn extern void adp_job_throw(const AdpJob *job);

/* Ends a job here; over there it runs on. */
extern void adp_job_release(AdpJob *job);

#endif /* ADP_PLATFORM_JOB_JOB_H */
