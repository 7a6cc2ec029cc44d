/*
 * report_habits.c
 *	  How reports must be requested, where the documentation leaves it open.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/cache.h"
#include "platform/kakao_moment/report_call.h"
#include "platform/kakao_moment/report_habits.h"

/* What is good today may be better tomorrow. */
#define KEPT_S 3600

/* A way, and what of a request the words of a refusal would name. */
typedef struct Way
{
	int bit;
	const char *word;
} Way;

/* In the order in which they are tried. */
static const Way ways[] = {{KAKAO_BY_IDS, "level"},
						   {KAKAO_CAMPAIGN, "campaignId"},
						   {KAKAO_REPEATED, "metricsGroup"},
						   {KAKAO_AGE_BAND, "dimension"}};

static AdpCache cache;

/*
 * Returns what is remembered of a source.
 */
AdpKakaoHabits
adp_kakao_habits(const AdpSettings *settings, const AdpSource *source)
{
	const AdpCacheEntry *entry = adp_cache_find(&cache, settings->serverid,
												settings->umid, source->name);
	AdpKakaoHabits habits = {.calls = 1, .interval_ms = KAKAO_INTERVAL_MS};

	return entry != NULL ? *(const AdpKakaoHabits *) entry->value : habits;
}

/*
 * Remembers what was good.
 */
void
adp_kakao_habits_keep(const AdpSettings *settings, const AdpSource *source,
					  const AdpKakaoHabits *habits)
{
	AdpKakaoHabits before = adp_kakao_habits(settings, source);
	MemoryContext cxt;
	AdpKakaoHabits *kept;

	if (memcmp(&before, habits, sizeof(AdpKakaoHabits)) == 0)
		return;
	cxt = AllocSetContextCreate(TopMemoryContext, "adpipe Kakao habits",
								ALLOCSET_SMALL_SIZES);
	kept = MemoryContextAlloc(cxt, sizeof(AdpKakaoHabits));
	*kept = *habits;
	adp_cache_keep(&cache, settings->serverid, settings->umid,
				   MemoryContextStrdup(cxt, source->name), KEPT_S, cxt, kept);
}

/*
 * Chooses another way after a refusal.
 */
bool
adp_kakao_habits_change(AdpKakaoHabits *habits, int applicable,
						const AdpFailure *failure)
{
	const Way *choice = NULL;

	for (int i = lengthof(ways) - 1; i >= 0; i--)
	{
		bool is_open = (applicable & ~habits->ways & ways[i].bit) != 0;
		bool is_named = failure != NULL && failure->message != NULL &&
			strstr(failure->message, ways[i].word) != NULL;

		if (is_open && is_named)
		{
			habits->ways |= ways[i].bit;
			return true;
		}
		if (is_open)
			choice = &ways[i];
	}
	if (choice != NULL)
		habits->ways |= choice->bit;
	return choice != NULL;
}
