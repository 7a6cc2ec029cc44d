/*
 * job.h
 *	  Reports that the platform generates in the background: started,
 *	  polled, then read page by page like any other.
 *
 * The interval between status requests grows, so that a job is noticed to be
 * complete late by at most a tenth of its own time and a second.  A job is
 * complete when both its state and its progress say so.  A job that fails
 * temporarily, is skipped or makes no progress is restarted a few times;
 * abandoned jobs go on running on the platform and use up quota.  Waiting
 * never blocks: a job is advanced like a call.
 */
#ifndef ADP_PLATFORM_JOB_JOB_H
#define ADP_PLATFORM_JOB_JOB_H

#include "platform/api/job_kind.h"
#include "platform/api/session.h"

typedef struct AdpJob AdpJob;

/*
 * Allocates a job in cxt; sends nothing before the first advance.  request
 * starts the job and is copied; subject as for calls.
 */
extern AdpJob *adp_job_create(AdpSession *session, MemoryContext cxt,
							  const AdpApiRequest *request,
							  const char *subject);

/* Advances the job as far as possible without waiting. */
extern AdpJobState adp_job_advance(AdpJob *job);

/* Returns the platform's id of a job that is ready. */
extern const char *adp_job_id(const AdpJob *job);

/*
 * Asks again about a job that was ready and cannot be read yet.  False if that
 * has happened too often in a row.
 */
extern bool adp_job_ask_again(AdpJob *job);

/* Reports that the caller returns rows of the job: it is never restarted. */
extern void adp_job_pin(AdpJob *job);

/* Returns the platform's failure; all zero if adpipe gave up. */
extern const AdpFailure *adp_job_failure(const AdpJob *job);

/* Throws the error of a failed job. */
pg_noreturn extern void adp_job_throw(const AdpJob *job);

/* Frees a job; on the platform it keeps running. */
extern void adp_job_release(AdpJob *job);

#endif /* ADP_PLATFORM_JOB_JOB_H */
