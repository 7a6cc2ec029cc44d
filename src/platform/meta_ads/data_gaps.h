/*
 * data_gaps.h
 *	  Requests that the platform answers incompletely, without an error.
 *
 * The platform accepts requests for data that it no longer has, does not have
 * at a grain, or does not show to every account, and returns fewer rows or no
 * rows.  If data are certainly missing, adpipe raises an error before the
 * request; if they may be missing, it raises a warning.  A source lists its
 * gaps (AdpSource); the dates are those of the platform's announcements.
 */
#ifndef ADP_PLATFORM_META_ADS_DATA_GAPS_H
#define ADP_PLATFORM_META_ADS_DATA_GAPS_H

#include "platform/meta_ads/action_field.h"
#include "platform/platform.h"
#include "platform/row_reader.h"

typedef enum AdpDataGapKind
{
	ADP_GAP_GONE = 1, /* no data: an error of the gap's class */
	ADP_GAP_REACH,	  /* no data before so many months: an error */
	ADP_GAP_PART,	  /* data may be incomplete: a warning beforehand */
	ADP_GAP_EMPTY,	  /* rows may be missing: a warning afterwards */
	ADP_GAP_PLAIN	  /* rows are missing if the request leaves out the values
						* that the platform rejects: a warning afterwards */
} AdpDataGapKind;

/*
 * A gap.  The texts may contain {source}, {breakdowns}, which are all
 * breakdowns of the table, and the matching {field} and {breakdown}.  For
 * ADP_GAP_REACH, message is a noun, and there is no detail and no hint.
 */
typedef struct AdpDataGap
{
	AdpDataGapKind kind; /* 0: end of the list */

	/*
	 * Regular expressions, NULL for any: one breakdown of the table, action
	 * breakdowns included, and one requested field must match.
	 */
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
	const AdpDataGap *gaps; /* ends with kind 0 */
} AdpMetaRows;

/* Callbacks of AdpRowReader, for sources with AdpMetaRows. */
extern void adp_data_gaps_check(const AdpPlatform *platform,
								const AdpSettings *settings,
								const AdpQuery *query, const char *since);
extern bool adp_data_gaps_lacks_without_enums(const AdpSource *source,
											  const AdpSettings *settings);
extern const char *adp_data_gaps_find(const AdpPlatform *platform,
									  const AdpSettings *settings,
									  const AdpQuery *query, int64 nrows,
									  bool drops_enum_filters);

#endif /* ADP_PLATFORM_META_ADS_DATA_GAPS_H */
