/*
 * job_pace.c
 *	  When to poll a job, and when to give up: pure policy, no I/O.
 */
#include "postgres.h"

#include "platform/job/job_pace.h"

/* The shortest and the longest pause between two status requests. */
#define GAP_MIN_MS 1000
#define GAP_MAX_MS 30000

/* A job's completion is noticed late by at most this part of its time. */
#define GAP_SHARE 10

/* A job must make progress within this part of job_timeout_ms. */
#define STUCK_SHARE 12

/*
 * Returns the pause before the next status request.
 */
int64
adp_job_gap_ms(int64 elapsed_ms)
{
	return Min(GAP_MIN_MS + Max(elapsed_ms, 0) / GAP_SHARE, GAP_MAX_MS);
}

/*
 * Whether a job makes no progress.
 */
bool
adp_job_is_stuck(int64 idle_ms, int64 timeout_ms)
{
	return idle_ms > timeout_ms / STUCK_SHARE;
}
