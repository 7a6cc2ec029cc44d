/*
 * older_days.h
 *	  Days beyond the reach of files, of the reports that have two years.
 *
 * Files are to be had for 365 days, numbers of campaigns and ad groups by /stats
 * for two years; see early_rows.h for how these are read.  Of a campaign that was
 * deleted since, /stats keeps the numbers for some time which the platform does not
 * document.  Nothing shows that they are gone, so such a day may be less than the
 * whole.  That is why it takes a report of its own, why its rows are marked in
 * vatRule, why a statement that reads them warns, and why a statement under
 * adpipe.require_whole, which every copy is made with, is refused.
 */
#ifndef ADP_PLATFORM_NAVER_SEARCHAD_OLDER_DAYS_H
#define ADP_PLATFORM_NAVER_SEARCHAD_OLDER_DAYS_H

#include "utils/date.h"

#include "platform/api/assembler.h"
#include "platform/row_reader.h"

/* Days for which there are numbers, today included. */
#define ADP_NAVER_FILES_DAYS 365
#define ADP_NAVER_STATS_DAYS 730

/* What vatRule is in such rows. */
#define ADP_NAVER_OF_STATS "stats"

/*
 * The rows of reports that have two years.  Its check of a query throws for columns
 * that /stats lacks and for a table without vatRule.
 */
extern const AdpRowReader adp_naver_older_rows;

/* Whether a day of a source is read in spite of being beyond the reach of files. */
extern bool adp_naver_is_older(const AdpSource *source, DateADT day);

/*
 * Whether the days of a query begin with one; false for a placeholder, and where
 * planning does not know them yet.
 */
extern bool adp_naver_older_begins(const AdpQuery *query);

/* Fails for such a day because its numbers are known not to be whole. */
extern AdpAssemblyStep adp_naver_older_refuse(AdpAssembly *assembly,
											  DateADT day, const char *why);

#endif /* ADP_PLATFORM_NAVER_SEARCHAD_OLDER_DAYS_H */
