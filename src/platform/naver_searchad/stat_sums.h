/*
 * stat_sums.h
 *	  The files of stat reports, and the sums of their rows.
 *
 * A file has the rows of one account and day, without header and quotes:
 * tab-separated columns, whose meaning its type alone defines.  Performance and
 * conversions come in files of different types.  The rows of both are added up by
 * what identifies a row of the table, which also joins them: a row exists where
 * one of the files has one.  Several rows of one key are summed.
 */
#ifndef ADP_PLATFORM_NAVER_SEARCHAD_STAT_SUMS_H
#define ADP_PLATFORM_NAVER_SEARCHAD_STAT_SUMS_H

#include "lib/stringinfo.h"
#include "utils/date.h"

#include "base/error.h"
#include "platform/query.h"

/* A type of stat report; columns as in the platform's documentation. */
typedef struct AdpNaverFile
{
	const char *report;	 /* reportTp; NULL: there is none */
	const char *columns; /* codes of stat_sums.c, comma-separated */
} AdpNaverFile;

/* A source of daily rows: what identifies a row, and the files to read. */
typedef struct AdpNaverGrain
{
	const char *source;
	const char
		*dimensions; /* codes that identify a row, comma-separated; or NULL */
	AdpNaverFile performance; /* impressions, clicks, cost */
	AdpNaverFile conversions;
} AdpNaverGrain;

/* Returns the grain of a source of daily rows; NULL for another source. */
extern const AdpNaverGrain *adp_naver_grain_of(const AdpSource *source);

/* Whether some column of the table comes from files of conversions. */
extern bool adp_naver_needs_conversions(const AdpQuery *query);

/* The first day whose costs include VAT. */
extern DateADT adp_naver_vat_since(void);

typedef struct AdpNaverSums AdpNaverSums;

/*
 * Allocates empty sums in CurrentMemoryContext for a day of an account.
 * takes_vat_off: its costs have VAT, or will have.
 */
extern AdpNaverSums *adp_naver_sums_create(const AdpNaverGrain *grain,
										   const AdpQuery *query,
										   const char *account, DateADT day,
										   bool takes_vat_off);

/*
 * Adds the rows of a file.  Returns false, with *error, if it is not a whole
 * file of that type, account and day; nothing of it is added then.
 */
extern bool adp_naver_sums_add_file(AdpNaverSums *sums,
									const AdpNaverFile *file, const char *body,
									Size len, AdpError *error);

/* Names of campaigns and ad groups, the first member of a larger struct. */
typedef struct AdpNaverNames
{
	/* Returns the name of an id, NULL if it is not known. */
	const char *(*find)(const struct AdpNaverNames *names, const char *id);
} AdpNaverNames;

/* Appends the rows to a page, as JSON objects. */
extern void adp_naver_sums_write(const AdpNaverSums *sums, StringInfo out,
								 const AdpNaverNames *names);

#endif /* ADP_PLATFORM_NAVER_SEARCHAD_STAT_SUMS_H */
