/*
 * job_pace.h
 *	  When to ask about a job, and when to give up: pure policy, no I/O.
 */
#ifndef ADP_PLATFORM_JOB_JOB_PACE_H
#define ADP_PLATFORM_JOB_JOB_PACE_H

/*
 * Milliseconds from one question about a job to the next, so long after its
 * start: a second and a tenth of that, at most 30 seconds.  So a job is noticed
 * to be ready late by no more than a second and a tenth of its own time.
 */
extern int64 adp_job_gap_ms(int64 elapsed_ms);

/*
 * Whether a job stands still: no progress for more than a twelfth of the time
 * that it may take, which is five minutes of an hour.
 */
extern bool adp_job_is_stuck(int64 idle_ms, int64 timeout_ms);

#endif /* ADP_PLATFORM_JOB_JOB_PACE_H */
