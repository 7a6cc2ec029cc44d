/*
 * report_query.h
 *	  What a query needs of reports: dimensions, metrics and their groups.
 *
 * Metrics come in groups.  What is shown returns nothing for the groups of
 * messages and the reverse, so the groups of both are requested where a metric is
 * in both, like cost.
 */
#ifndef ADP_PLATFORM_KAKAO_MOMENT_REPORT_QUERY_H
#define ADP_PLATFORM_KAKAO_MOMENT_REPORT_QUERY_H

#include "platform/kakao_moment/kakao_moment.h"

/* Fields of which rows are split by at most two. */
#define KAKAO_SPLITS_MAX 2

/*
 * Metrics that show whether objects are missing: whatever is delivered has an
 * impression, a message or a cost.
 */
#define KAKAO_CONTROLS "cost,imp,click,msg_send"

typedef struct AdpKakaoReportQuery
{
	AdpKakaoLevel level;
	int nsplits;
	const char *splits[KAKAO_SPLITS_MAX]; /* fields */
	const char *dimension;				  /* of requests; NULL: none */
	int nmetrics;
	const char **metrics; /* of the platform, without duplicates */
	const char *groups;	  /* comma-separated */
	bool adds_up;		  /* rows of ad groups add up to those of campaigns */
} AdpKakaoReportQuery;

/* Throws for fields that the platform does not offer together. */
extern AdpKakaoReportQuery *adp_kakao_report_query(const AdpSettings *settings,
												   const AdpQuery *query);

/* Returns the query of the account's own report with the same shape. */
extern AdpKakaoReportQuery *adp_kakao_account_query(
	const AdpKakaoReportQuery *report);

/* Returns the position of a metric, or -1. */
extern int adp_kakao_metric(const AdpKakaoReportQuery *report,
							const char *metric);

/* The options by which conversions and money are counted. */
extern const char *adp_kakao_conversion_events(const AdpSettings *settings);
extern const char *adp_kakao_conversion_metric(const AdpSettings *settings,
											   const char *event,
											   bool is_amount);
extern bool adp_kakao_excludes_vat(const AdpSettings *settings);

#endif /* ADP_PLATFORM_KAKAO_MOMENT_REPORT_QUERY_H */
