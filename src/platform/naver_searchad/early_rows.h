/*
 * early_rows.h
 *	  The numbers of days that have no files: today and yesterday before there are
 *	  some, and those of older_days.h.
 *
 * /stats reports sums of each object that it is asked about, and none of the
 * account.  So all campaigns, and for ad groups all of these, are asked about: those
 * of the lists, and those of master reports of what has changed since, which alone
 * have what was deleted.  Since no total would show that one is missing, campaigns
 * are looked for in the master report of ad groups, too.  Master reports begin after
 * the lists are read, so that nothing is in neither.  Nothing that is deleted longer
 * than a month has numbers, since clicks count conversions for twenty days.  Master
 * reports begin two years back at most.
 *
 * The platform's numbers are those of a time that each answer has.  All answers must
 * have the same, and ad groups must add up to their campaigns; else there are no rows.
 * A campaign of an older day that was deleted since can be missing all the same.
 */
#ifndef ADP_PLATFORM_NAVER_SEARCHAD_EARLY_ROWS_H
#define ADP_PLATFORM_NAVER_SEARCHAD_EARLY_ROWS_H

#include "platform/api/assembler.h"
#include "platform/naver_searchad/entity_names.h"
#include "platform/naver_searchad/stat_sums.h"

typedef struct AdpNaverEarly AdpNaverEarly;

/* Reads a day as requests have it; false for a placeholder of EXPLAIN. */
extern bool adp_naver_read_day(const char *text, DateADT *day);

/* Returns the day in Korea. */
extern DateADT adp_naver_today(void);

/*
 * Whether rows of a query can come without files: accounts, campaigns or ad groups,
 * split by nothing else, today or yesterday or an older day of a source that has
 * these.
 */
extern bool adp_naver_early_has(const AdpQuery *query, DateADT day);

/* Whether such rows can have a field: it splits them by nothing else. */
extern bool adp_naver_early_has_field(const char *field);

/*
 * Returns the requests of a day without files: the lists, each with an empty page at
 * its end, the master reports, and one for numbers.
 */
extern int adp_naver_early_requests(const AdpQuery *query);

/* Begins to add up the day in sums, and to read the names of its objects. */
extern AdpNaverEarly *adp_naver_early_begin(AdpAssembly *assembly,
											AdpNaverSums *sums, DateADT day,
											AdpNaverEntityNames *names);

/* Writes the next request; ADP_ASSEMBLY_DONE: the sums are complete. */
extern AdpAssemblyStep adp_naver_early_go_on(AdpNaverEarly *early);

/* Reads the answer to it.  ADP_ASSEMBLY_ASK: go on. */
extern AdpAssemblyStep adp_naver_early_take(AdpNaverEarly *early,
											const AdpAssemblyAnswer *answer);

/*
 * After ADP_ASSEMBLY_FAILED: why the platform has no numbers of the day yet; NULL if
 * it has failed for another reason.
 */
extern const char *adp_naver_early_why(const AdpNaverEarly *early);

#endif /* ADP_PLATFORM_NAVER_SEARCHAD_EARLY_ROWS_H */
