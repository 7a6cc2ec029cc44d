/*
 * job_pace.h
 *	  When to poll a job, and when to give up: pure policy, no I/O.
 */
#ifndef ADP_PLATFORM_JOB_JOB_PACE_H
#define ADP_PLATFORM_JOB_JOB_PACE_H

/*
 * Returns the milliseconds between two status requests, so long after the
 * job's start: a second and a tenth of that time, at most 30 seconds.
 */
extern int64 adp_job_gap_ms(int64 elapsed_ms);

/*
 * Whether a job makes no progress: none for more than a twelfth of its time
 * limit, which is five minutes of an hour.
 */
extern bool adp_job_is_stuck(int64 idle_ms, int64 timeout_ms);

#endif /* ADP_PLATFORM_JOB_JOB_PACE_H */
