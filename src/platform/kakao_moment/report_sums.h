/*
 * report_sums.h
 *	  The rows of reports, and the sums of those of ad groups over campaigns.
 *
 * A metric that the platform leaves out is not known: it is NULL, and so is a sum
 * with such a part.
 */
#ifndef ADP_PLATFORM_KAKAO_MOMENT_REPORT_SUMS_H
#define ADP_PLATFORM_KAKAO_MOMENT_REPORT_SUMS_H

#include "lib/stringinfo.h"

#include "platform/kakao_moment/report_call.h"

typedef struct AdpKakaoSums AdpKakaoSums;

/* What an answer is. */
typedef enum AdpKakaoAnswer
{
	ADP_KAKAO_GOOD,
	ADP_KAKAO_MALFORMED, /* see error */
	ADP_KAKAO_COARSE	 /* its rows are not of the level that was asked for */
} AdpKakaoAnswer;

/* Allocates empty sums in CurrentMemoryContext. */
extern AdpKakaoSums *adp_kakao_sums_create(const AdpKakaoReportQuery *report,
										   const AdpPageAsk *ask);

/* Adds the rows of an answer. */
extern AdpKakaoAnswer adp_kakao_sums_add(AdpKakaoSums *sums,
										 const AdpKakaoCall *call,
										 const AdpKakaoWalk *walk,
										 const char *body, Size len,
										 AdpError *error);

/*
 * Returns the total of a metric over all rows of a day.  Rows without it count
 * as 0.
 */
extern Datum adp_kakao_sums_total(const AdpKakaoSums *sums, DateADT day,
								  const char *metric);

/*
 * Returns how deep the lists must be known to write the rows: their names, and
 * ids of what is above them.
 */
extern AdpKakaoLevel adp_kakao_sums_depth(const AdpKakaoSums *sums);

/* Appends the rows to a page, as JSON objects. */
extern void adp_kakao_sums_write(const AdpKakaoSums *sums,
								 const AdpKakaoWalk *walk, StringInfo out);

#endif /* ADP_PLATFORM_KAKAO_MOMENT_REPORT_SUMS_H */
