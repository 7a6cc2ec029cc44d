/*
 * master_file.h
 *	  Reads the file of a master report.
 *
 * It has an object a line, without header and quotes: tab-separated columns, the
 * first of which is the account.
 */
#ifndef ADP_PLATFORM_NAVER_SEARCHAD_MASTER_FILE_H
#define ADP_PLATFORM_NAVER_SEARCHAD_MASTER_FILE_H

#include "base/error.h"

/* Most columns of a line that are read. */
#define ADP_NAVER_MASTER_COLUMNS 13

/*
 * Hands each line to take, as the cells of the first columns, which are valid
 * during the call.  take returns NULL, or what is wrong with the line.  Returns
 * false, with *error, if something is wrong, if a line has fewer columns or is of
 * another account, or if the last one does not end.
 */
extern bool adp_naver_master_file_read(const char *item, const char *account,
									   int ncolumns, const char *file, Size len,
									   const char *(*take)(void *arg,
														   char **cells),
									   void *arg, AdpError *error);

#endif /* ADP_PLATFORM_NAVER_SEARCHAD_MASTER_FILE_H */
