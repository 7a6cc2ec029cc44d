/*
 * row_check.h
 *	  Whether the rows of a JSON page are those that were requested.
 *
 * A row of another account or day, or one whose fields have other names, would
 * be dropped by a condition, counted for the wrong day, or taken for zero.  A
 * row whose id is not in the part of a list that was requested would come again
 * with another part.  The rows with the largest values come in their order, or
 * they are others.
 */
#ifndef ADP_PLATFORM_READER_ROW_CHECK_H
#define ADP_PLATFORM_READER_ROW_CHECK_H

#include "base/rows.h"
#include "platform/api/api_types.h"
#include "platform/platform.h"

typedef struct AdpRowCheck AdpRowCheck;

/* Most paths that a check reads beside the fields. */
#define ADP_ROW_CHECK_PATHS 5

/*
 * Makes the check in cxt.  paths are those of the fields below a row, *npaths of
 * them, with room for ADP_ROW_CHECK_PATHS more; adds what the check reads.
 */
extern AdpRowCheck *adp_row_check_create(MemoryContext cxt,
										 const AdpPlatform *platform,
										 const AdpQuery *query,
										 const char **paths, int *npaths);

/*
 * Checks a page.  mask is the platform's mask_key, or NULL.  Returns false, with
 * *error filled in, if a row is of another account or day, as far as it names
 * them, is not of the part of a list, is out of order, or lacks what was
 * requested.
 */
extern bool adp_row_check_page(const AdpRowCheck *check, const AdpPageAsk *ask,
							   const AdpPage *page, const AdpCell *mask,
							   AdpError *error);

/*
 * Fills in the error for a row of another account; said is the account that the
 * row names.  Returns false.
 */
extern bool adp_row_refuse_account(const AdpCell *said, int64 number,
								   AdpError *error);

#endif /* ADP_PLATFORM_READER_ROW_CHECK_H */
