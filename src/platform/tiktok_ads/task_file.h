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

/*
 * Writes a page with the rows of a file, and adds them to sums of zero.  Returns
 * false, with *error, if it is not a whole file of the query.
 */
extern bool adp_tiktok_file_read(const AdpQuery *query, AdpTiktokSums *sums,
								 const char *body, Size len, StringInfo page,
								 AdpError *error);

#endif /* ADP_PLATFORM_TIKTOK_ADS_TASK_FILE_H */
