/*
 * row_reader.h
 *	  How the rows of a source are read, if a row is more than the members
 *	  of an object.
 *
 * A source points at a const AdpRowReader, a struct of callbacks in the folder
 * of its platform, which may be the first member of a larger struct.  A
 * callback that has nothing to do is NULL.
 */
#ifndef ADP_PLATFORM_ROW_READER_H
#define ADP_PLATFORM_ROW_READER_H

#include "platform/query.h"
#include "platform/settings.h"

struct AdpPlatform;
struct AdpShaper; /* platform/api/api_types.h */

typedef struct AdpRowReader
{
	/*
	 * Checks a query before it is sent.  Throws if the platform would leave
	 * out existing rows, warns if it may.  since is the first day, empty if
	 * there is no lower bound.
	 */
	void (*check_query)(const struct AdpPlatform *platform,
						const AdpSettings *settings, const AdpQuery *query,
						const char *since);

	/*
	 * Makes the shaper of a query; throws for fields that the source lacks.
	 * NULL: the cells as read are the row.
	 */
	struct AdpShaper *(*make_shaper)(const struct AdpPlatform *platform,
									 const AdpSettings *settings,
									 const AdpQuery *query);

	/*
	 * Whether a response may lack rows because the request left out the enum
	 * values that the platform rejects.
	 */
	bool (*lacks_without_enums)(const AdpSource *source,
								const AdpSettings *settings);

	/*
	 * Returns the reason why a complete response of so many rows may lack
	 * some, as a sentence; NULL if it does not.  drops_enum_filters: the
	 * request left out the enum values that the platform rejects.
	 */
	const char *(*find_gap)(const struct AdpPlatform *platform,
							const AdpSettings *settings, const AdpQuery *query,
							int64 nrows, bool drops_enum_filters);

	/* Whether a field turns one row into several. */
	bool (*splits_rows)(const AdpSource *source, const AdpSettings *settings,
						const char *field);
} AdpRowReader;

#endif /* ADP_PLATFORM_ROW_READER_H */
