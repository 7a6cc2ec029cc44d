/*
 * data_gaps.h
 *	  What a platform answers with silence, or with a part, instead of an error.
 *
 * Platforms take requests for what they no longer have, do not have at a grain,
 * or do not show to everybody, and answer with less or nothing.  What is surely
 * lacking is refused before it is asked for; what may be lacking is warned of.
 * A source names its gaps (AdpSource); dates in them are those of the
 * platform's announcements.
 */
#ifndef ADP_PLATFORM_META_ADS_DATA_GAPS_H
#define ADP_PLATFORM_META_ADS_DATA_GAPS_H

#include "platform/meta_ads/action_lists.h"
#include "platform/platform.h"
#include "platform/row_reader.h"

typedef enum AdpDataGapKind
{
	ADP_GAP_GONE = 1, /* nothing comes: an error of the gap's class */
	ADP_GAP_REACH,	  /* days before so many months are not kept: an error */
	ADP_GAP_PART,	  /* what comes may be a part: a warning beforehand */
	ADP_GAP_EMPTY,	  /* why there may be no rows: a warning afterwards */
	ADP_GAP_PLAIN	  /* what rows lack that were asked for without values that
						* the platform refused: a warning afterwards */
} AdpDataGapKind;

/*
 * A gap.  The texts may hold {source}, {field} and {breakdown}, which stand for
 * what it caught, and {breakdowns}, all that the table has; for ADP_GAP_REACH,
 * message is what is not kept, and there is no detail and no hint.
 */
typedef struct AdpDataGap
{
	AdpDataGapKind kind; /* 0: end of the list */

	/* regular expressions, each NULL for any: one breakdown of the table, those of
	 * actions included, and one field asked for, must match */
	const char *breakdown;
	const char *field;

	int months;			 /* ADP_GAP_REACH */
	AdpErrorClass class; /* ADP_GAP_GONE */
	const char *message;
	const char *detail;
	const char *hint;
} AdpDataGap;

/* Rows of reports: see row_reader.h. */
typedef struct AdpMetaRows
{
	AdpRowReader base;
	const AdpActionLists *spec;
	const AdpDataGap *gaps; /* end with kind 0 */
} AdpMetaRows;

/* Callbacks of AdpRowReader, whose sources have an AdpMetaRows. */
extern void adp_data_gaps_check(const AdpPlatform *platform,
								const AdpSource *source,
								const AdpSettings *settings,
								const AdpQuery *query, const char *since);
extern bool adp_data_gaps_lacks_without_enums(const AdpSource *source,
											  const AdpSettings *settings);
extern const char *adp_data_gaps_doubt(const AdpPlatform *platform,
									   const AdpSource *source,
									   const AdpSettings *settings,
									   const AdpQuery *query, int64 nrows,
									   bool drops_enum_filters);

#endif /* ADP_PLATFORM_META_ADS_DATA_GAPS_H */
