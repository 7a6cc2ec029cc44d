/*
 * row_reader.h
 *	  How the rows of a source are read, where they are more than the members of
 *	  an object.
 *
 * A source points at a const AdpRowReader, a struct of callbacks in the folder of
 * its platform, which may be the first member of a larger one.  NULL in the place
 * of a callback: there is nothing to do.
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
	 * Looks at a query before it is sent: throws if the platform would answer it
	 * without rows that there are, warns if it may.  since is the first day, empty
	 * for all that the platform keeps.
	 */
	void (*check_query)(const struct AdpPlatform *platform,
						const AdpSource *source, const AdpSettings *settings,
						const AdpQuery *query, const char *since);

	/*
	 * Makes the shaper of a query; throws for fields that the source lacks.
	 * NULL: the cells read are the row.
	 */
	struct AdpShaper *(*make_shaper)(const struct AdpPlatform *platform,
									 const AdpSource *source,
									 const AdpSettings *settings,
									 const AdpQuery *query);

	/*
	 * Whether rows are missing from an answer that was asked for without the
	 * values that the platform refused.
	 */
	bool (*lacks_without_enums)(const AdpSource *source,
								const AdpSettings *settings);

	/*
	 * Why rows may be missing from a whole answer of so many, as a sentence; NULL:
	 * they are not.  drops_enum_filters: it was asked for without values that the platform
	 * refused.
	 */
	const char *(*find_gap)(const struct AdpPlatform *platform,
							const AdpSource *source,
							const AdpSettings *settings, const AdpQuery *query,
							int64 nrows, bool drops_enum_filters);

	/* Whether a field makes several rows of one. */
	bool (*splits_rows)(const AdpSource *source, const AdpSettings *settings,
						const char *field);
} AdpRowReader;

#endif /* ADP_PLATFORM_ROW_READER_H */
