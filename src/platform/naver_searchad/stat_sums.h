/*
 * stat_sums.h
 *	  The numbers of an account's day, added up by what identifies a row.
 *
 * The rows of files of performance and of conversions are added up by the
 * dimensions of the table, which also joins them: a row exists where one of the
 * files has one.  Several rows of one key are summed.
 *
 * Money is added up in millionths of a won.
 */
#ifndef ADP_PLATFORM_NAVER_SEARCHAD_STAT_SUMS_H
#define ADP_PLATFORM_NAVER_SEARCHAD_STAT_SUMS_H

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"
#include "utils/date.h"
#include "utils/hsearch.h"

#include "platform/naver_searchad/stat_report.h"

/* What stands for no id and no keyword. */
#define ADP_NAVER_NONE "-"

/* Most of the columns of files that identify a row. */
#define DIMENSIONS_MAX 12

/* A piece of a line. */
typedef struct AdpNaverCell
{
	const char *data;
	int len;
} AdpNaverCell;

/* What identifies a group of rows: its dimensions, each ended by a tab. */
typedef struct AdpNaverGroup
{
	AdpNaverCell key; /* first: the key of the hash table */
	int64 amounts[AMOUNTS];
} AdpNaverGroup;

typedef struct AdpNaverSums
{
	const AdpQuery *query;
	const char *account;
	const char *day;	/* as in files */
	bool has_vat;		/* costs as reported include it */
	bool takes_vat_off; /* costs have VAT, or will have */
	const char *until;	/* the numbers are complete to this time; NULL: those of
						 * the files */
	bool is_older;		/* there are no files any more, see older_days.h */
	int ndimensions;
	const char *dimensions[DIMENSIONS_MAX]; /* codes */
	HTAB *groups;
	List *order; /* AdpNaverGroup *, in the order of their first rows */
	MemoryContext cxt;
} AdpNaverSums;

/*
 * Allocates empty sums in CurrentMemoryContext for a day of an account.  Throws
 * for a field that the files of the source lack.
 */
extern AdpNaverSums *adp_naver_sums_create(const AdpQuery *query,
										   const char *account, DateADT day,
										   bool takes_vat_off);

/*
 * Adds a row: its dimensions, in the order of the sums' own, each ended by a tab,
 * and its amounts.
 */
extern void adp_naver_sums_add(AdpNaverSums *sums, const StringInfoData *key,
							   const int64 *amounts);

/* Names of campaigns and ad groups, the first member of a larger struct. */
typedef struct AdpNaverNames
{
	/* Returns the name of an id, NULL if it is not known. */
	const char *(*find)(const struct AdpNaverNames *names, const char *id);
} AdpNaverNames;

/* Appends the rows to a page, as JSON objects; see stat_rows.c. */
extern void adp_naver_sums_write(const AdpNaverSums *sums, StringInfo out,
								 const AdpNaverNames *names);

#endif /* ADP_PLATFORM_NAVER_SEARCHAD_STAT_SUMS_H */
