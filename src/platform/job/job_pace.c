/*
 * job_pace.c
 *	  When to ask about a job, and when to give up: pure policy, no I/O.
 */
#include "postgres.h"

#include "platform/job/job_pace.h"

/* The shortest and the longest pause between two questions. */
#define GAP_MIN_MS 1000
#define GAP_MAX_MS 30000

/* A job may be noticed late by one part in so many of its time. */
#define GAP_SHARE 10

/* A job must move within one part in so many of the time that it may take. */
#define STUCK_SHARE 12

/*
 * Milliseconds to the next question.
 */
int64
adp_job_gap_ms(int64 elapsed_ms)
{
	return Min(GAP_MIN_MS + Max(elapsed_ms, 0) / GAP_SHARE, GAP_MAX_MS);
}

/*
 * Whether a job stands still.
 */
bool
adp_job_is_stuck(int64 idle_ms, int64 timeout_ms)
{
	return idle_ms > timeout_ms / STUCK_SHARE;
}
