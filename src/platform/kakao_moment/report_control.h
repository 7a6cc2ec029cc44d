/*
 * report_control.h
 *	  A control of rows that are read by ids: they add up to the account.
 *
 * An object that no list has cannot be named, and its rows would be missing
 * without a trace.  The account's own report has them in its totals.
 */
#ifndef ADP_PLATFORM_KAKAO_MOMENT_REPORT_CONTROL_H
#define ADP_PLATFORM_KAKAO_MOMENT_REPORT_CONTROL_H

#include "platform/days.h"
#include "platform/kakao_moment/report_sums.h"

/*
 * Compares rows with those of the account, which were requested first; false, with
 * *error, if they differ.  settled is the last day whose numbers did not change
 * any more at that time.
 */
extern bool adp_kakao_control(const AdpKakaoSums *rows,
							  const AdpKakaoSums *account,
							  const AdpPageAsk *ask, AdpDateRange days,
							  DateADT settled, AdpError *error);

#endif /* ADP_PLATFORM_KAKAO_MOMENT_REPORT_CONTROL_H */
