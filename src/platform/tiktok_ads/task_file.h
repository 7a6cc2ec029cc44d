/*
 * task_file.h
 *	  The file of a task, as a page of rows.
 *
 * It is CSV with a header that names dimensions and metrics as they were
 * requested, in any order.
 */
#ifndef ADP_PLATFORM_TIKTOK_ADS_TASK_FILE_H
#define ADP_PLATFORM_TIKTOK_ADS_TASK_FILE_H

#include "lib/stringinfo.h"

#include "platform/tiktok_ads/task_sums.h"

typedef enum AdpTiktokFileState
{
	ADP_TIKTOK_FILE_WHOLE,
	ADP_TIKTOK_FILE_BAD,	  /* not a whole file of the query */
	ADP_TIKTOK_FILE_TOO_LARGE /* for a page */
} AdpTiktokFileState;

/*
 * Writes a page with the rows of a file, and adds them to sums of zero.  Sets
 * *error unless the file is whole.  A page is as large as a response may be.
 */
extern AdpTiktokFileState adp_tiktok_file_read(const AdpQuery *query,
											   AdpTiktokSums *sums,
											   const char *body, Size len,
											   StringInfo page,
											   AdpError *error);

#endif /* ADP_PLATFORM_TIKTOK_ADS_TASK_FILE_H */
