/*
 * stat_file.h
 *	  Reads the file of a stat report.
 */
#ifndef ADP_PLATFORM_NAVER_SEARCHAD_STAT_FILE_H
#define ADP_PLATFORM_NAVER_SEARCHAD_STAT_FILE_H

#include "base/error.h"
#include "platform/naver_searchad/stat_sums.h"

/*
 * Adds the rows of a file to sums.  Returns false, with *error, if it is not a
 * whole file of that type, account and day; nothing of it is added then.
 */
extern bool adp_naver_file_add(const AdpNaverFile *file, const char *body,
							   Size len, AdpNaverSums *sums, AdpError *error);

/*
 * Reads a number with at most so many decimals as a whole number of units of the
 * last one; false for anything else.
 */
extern bool adp_naver_read_number(const AdpNaverCell *cell, int decimals,
								  int64 *number);

#endif /* ADP_PLATFORM_NAVER_SEARCHAD_STAT_FILE_H */
