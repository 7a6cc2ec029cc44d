/*
 * data_gaps.h
 *	  What a platform answers with silence, or with a part, instead of an error.
 *
 * Platforms take requests for what they no longer have, do not have at a grain,
 * or do not show to everybody, and answer with less or nothing.  What is surely
 * lacking is refused before it is asked for; what may be lacking is warned of.
 * A source names its traps (AdpSource); dates in them are those of the
 * platform's announcements.
 */
#ifndef ADP_PLATFORM_META_ADS_DATA_GAPS_H
#define ADP_PLATFORM_META_ADS_DATA_GAPS_H

#include "platform/meta_ads/action_lists.h"
#include "platform/platform.h"
#include "platform/row_reader.h"

typedef enum AdpTrapKind
{
	ADP_TRAP_GONE = 1, /* nothing comes: an error of the trap's class */
	ADP_TRAP_REACH,	   /* days before so many months are not kept: an error */
	ADP_TRAP_PART,	   /* what comes may be a part: a warning beforehand */
	ADP_TRAP_EMPTY,	   /* why there may be no rows: a warning afterwards */
	ADP_TRAP_PLAIN	   /* what rows lack that were asked for without values that
						* the platform refused: a warning afterwards */
} AdpTrapKind;

/*
 * A trap.  The texts may hold {source}, {field} and {breakdown}, which stand for
 * what it caught, and {breakdowns}, all that the table has; for ADP_TRAP_REACH,
 * message is what is not kept, and there is no detail and no hint.
 */
typedef struct AdpTrap
{
	AdpTrapKind kind; /* 0: end of the list */

	/* regular expressions, each NULL for any: one breakdown of the table, those of
	 * actions included, and one field asked for, must match */
	const char *breakdown;
	const char *field;

	int months;			 /* ADP_TRAP_REACH */
	AdpErrorClass class; /* ADP_TRAP_GONE */
	const char *message;
	const char *detail;
	const char *hint;
} AdpTrap;

/* Rows of reports: see row_reader.h. */
typedef struct AdpMetaRows
{
	AdpRowReader base;
	const AdpTallies *tallies;
	const AdpTrap *traps; /* end with kind 0 */
} AdpMetaRows;

/* Callbacks of AdpRowReader, whose sources have an AdpMetaRows. */
extern void adp_traps_check(const AdpPlatform *platform,
							const AdpSource *source,
							const AdpSettings *settings, const AdpQuery *query,
							const char *since);
extern bool adp_traps_lacks_if_plain(const AdpSource *source,
									 const AdpSettings *settings);
extern const char *adp_traps_doubt(const AdpPlatform *platform,
								   const AdpSource *source,
								   const AdpSettings *settings,
								   const AdpQuery *query, int64 nrows,
								   bool is_plain);

#endif /* ADP_PLATFORM_META_ADS_DATA_GAPS_H */
