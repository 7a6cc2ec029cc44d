/*
 * report_call.h
 *	  The calls for reports that a range of days needs, and the time they take.
 */
#ifndef ADP_PLATFORM_KAKAO_MOMENT_REPORT_CALL_H
#define ADP_PLATFORM_KAKAO_MOMENT_REPORT_CALL_H

#include "nodes/pg_list.h"

#include "platform/kakao_moment/entity_walk.h"
#include "platform/kakao_moment/report_habits.h"
#include "platform/kakao_moment/report_query.h"

/* From one call of an account and report to the next. */
#define KAKAO_INTERVAL_MS 5000
#define KAKAO_AD_GROUP_INTERVAL_MS 1000

/*
 * Calls keep a little more than the interval, since they do not arrive as evenly
 * as they are sent.
 */
#define KAKAO_SLACK_MS 80

/* Days of one call: a range up to yesterday, or today alone. */
typedef struct AdpKakaoSlice
{
	DateADT since;
	DateADT until;
	bool is_today;
} AdpKakaoSlice;

typedef struct AdpKakaoCall
{
	AdpKakaoLevel report;	 /* whose report is called */
	AdpKakaoLevel row_level; /* what its rows are about */
	List *ids;				 /* AdpKakaoEntity *, of report's level */
	const AdpKakaoSlice *slice;
} AdpKakaoCall;

/* Returns how deep the lists must be known before calls can be planned. */
extern AdpKakaoLevel adp_kakao_calls_depth(const AdpKakaoReportQuery *report,
										   const AdpKakaoHabits *habits);

/*
 * Plans the calls of a slice: those that take the least time.  Calls by ids come
 * after one of the account's own report, their control.  Returns a list of
 * AdpKakaoCall *, and adds it to the numbers in habits, whose interval it sets.
 */
extern List *adp_kakao_calls_plan(const AdpKakaoReportQuery *report,
								  AdpKakaoHabits *habits,
								  const AdpKakaoWalk *walk,
								  const AdpKakaoSlice *slice);

/* Whether a call is a control. */
extern bool adp_kakao_call_is_control(const AdpKakaoReportQuery *report,
									  const AdpKakaoCall *call);

/*
 * Returns for how long, in milliseconds, the calls of some ranges of days keep the
 * account busy, and when the last of them is sent.
 */
extern int64 adp_kakao_calls_throttle(const AdpKakaoHabits *habits,
									  int64 ranges);
extern int64 adp_kakao_calls_wait(const AdpKakaoHabits *habits, int64 ranges);

/* Writes the request of a call. */
extern void adp_kakao_call_write(const AdpKakaoReportQuery *report,
								 const AdpKakaoHabits *habits,
								 const AdpKakaoCall *call,
								 AdpApiRequest *request);

/* Returns the parameters of a call as EXPLAIN shows them, without ids. */
extern char *adp_kakao_call_text(const AdpKakaoReportQuery *report,
								 const AdpKakaoHabits *habits,
								 const char *since, const char *until);

#endif /* ADP_PLATFORM_KAKAO_MOMENT_REPORT_CALL_H */
