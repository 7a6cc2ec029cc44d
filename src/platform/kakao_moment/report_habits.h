/*
 * report_habits.h
 *	  How reports must be requested, where the documentation leaves it open.
 *
 * A request that is refused is written in another way.  The process remembers
 * for a while what was good, so that the next scan begins with it.
 */
#ifndef ADP_PLATFORM_KAKAO_MOMENT_REPORT_HABITS_H
#define ADP_PLATFORM_KAKAO_MOMENT_REPORT_HABITS_H

#include "platform/api/api_types.h"

/* Other ways to write a request, as bits. */
#define KAKAO_BY_IDS 0x01	/* reports of objects by their ids, not by level */
#define KAKAO_CAMPAIGN 0x02 /* with the campaigns that the ids belong to */
#define KAKAO_REPEATED 0x04 /* lists as repeated parameters, not with commas */
#define KAKAO_AGE_BAND 0x08 /* dimension AGE_BAND, not AGE */

typedef struct AdpKakaoHabits
{
	int ways;		 /* bits */
	int calls;		 /* of an account and range of days */
	int interval_ms; /* between them */
	int controls;	 /* calls beside them, of the account's own report */
} AdpKakaoHabits;

/* Returns what is remembered of a source; one call by level if nothing is. */
extern AdpKakaoHabits adp_kakao_habits(const AdpSettings *settings,
									   const AdpSource *source);

/* Remembers what was good. */
extern void adp_kakao_habits_keep(const AdpSettings *settings,
								  const AdpSource *source,
								  const AdpKakaoHabits *habits);

/*
 * Chooses another way after a refusal: the one that its words name, else the
 * next of those that have not been tried.  applicable are those that make a
 * difference.  Returns false if there is none.
 */
extern bool adp_kakao_habits_change(AdpKakaoHabits *habits, int applicable,
									const AdpFailure *failure);

#endif /* ADP_PLATFORM_KAKAO_MOMENT_REPORT_HABITS_H */
