/*
 * kakao_moment.h
 *	  Declarations shared by the files of the Kakao Moment platform.
 *
 * A day is one of Korea, and money is in won, whatever the account.  Calls for
 * reports are scarce in time: the platform lets in one every five seconds of an
 * account and report, or every second of ad groups.
 */
#ifndef ADP_PLATFORM_KAKAO_MOMENT_KAKAO_MOMENT_H
#define ADP_PLATFORM_KAKAO_MOMENT_KAKAO_MOMENT_H

#include "platform/api/assembler.h"
#include "platform/api/failure.h"
#include "platform/formats.h"
#include "platform/platform.h"

extern const AdpPlatform adp_kakao_moment;

#define KAKAO_API "/openapi/v4/"
#define KAKAO_ACCOUNT "ad_account_id"
#define KAKAO_DAY "start"

/* What a row is about. */
typedef enum AdpKakaoLevel
{
	ADP_KAKAO_ACCOUNT,
	ADP_KAKAO_CAMPAIGN,
	ADP_KAKAO_AD_GROUP,
	ADP_KAKAO_CREATIVE
} AdpKakaoLevel;

#define ADP_KAKAO_LEVELS (ADP_KAKAO_CREATIVE + 1)

/* Returns the level of a source: of a report, or of a list. */
extern AdpKakaoLevel adp_kakao_level(const AdpSource *source);

/* kakao_moment_reports.c */
extern const AdpField adp_kakao_moment_fields[];
extern const AdpReport adp_kakao_moment_reports[];

/* kakao_moment_failure.c */
extern const AdpFailureKind adp_kakao_moment_failures;

/* Whether a failure is about how a request is written. */
extern bool adp_kakao_is_misread(const AdpFailure *failure);

/* What is today in Korea, and the last day that is settled. */
extern DateADT adp_kakao_today(void);
extern DateADT adp_kakao_settled(void);

/* daily_rows.c, entity_rows.c: pages of daily reports, and of lists. */
extern const AdpAssembler adp_kakao_daily;
extern const AdpAssembler adp_kakao_list;

#endif /* ADP_PLATFORM_KAKAO_MOMENT_KAKAO_MOMENT_H */
