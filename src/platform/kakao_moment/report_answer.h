/*
 * report_answer.h
 *	  The rows of an answer for a report: checked, and as texts.
 */
#ifndef ADP_PLATFORM_KAKAO_MOMENT_REPORT_ANSWER_H
#define ADP_PLATFORM_KAKAO_MOMENT_REPORT_ANSWER_H

#include "base/rows.h"
#include "platform/kakao_moment/report_call.h"

/* A row.  Texts are NULL where the platform leaves them out. */
typedef struct AdpKakaoRow
{
	DateADT day;
	const char *ids[ADP_KAKAO_LEVELS];
	const char *splits[KAKAO_SPLITS_MAX];
	const char **metrics; /* as numbers of SQL, but for a whole object */
} AdpKakaoRow;

typedef struct AdpKakaoRows AdpKakaoRows;

/* Compiles what is read of a row, in CurrentMemoryContext. */
extern AdpKakaoRows *adp_kakao_rows_compile(const AdpKakaoReportQuery *report);

/*
 * Parses an answer into cxt.  Returns NULL, with *error, if it has no data or is
 * malformed.
 */
extern AdpPage *adp_kakao_rows_parse(const AdpKakaoRows *rows, const char *body,
									 Size len, MemoryContext cxt,
									 AdpError *error);

/*
 * Reads a row of it, in CurrentMemoryContext.  Returns false for one without
 * metrics, and for a malformed one, with *error.
 */
extern bool adp_kakao_rows_read(const AdpKakaoRows *rows, const AdpPage *page,
								int i, AdpKakaoRow *row, AdpError *error);

#endif /* ADP_PLATFORM_KAKAO_MOMENT_REPORT_ANSWER_H */
