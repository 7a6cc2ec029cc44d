/*
 * stat_report.h
 *	  Sources of daily rows: what identifies their rows, and the files to read.
 *
 * A file has the rows of one account and day, without header and quotes:
 * tab-separated columns, whose meaning its type alone defines.  Performance and
 * conversions come in files of different types.
 *
 * Columns are named by the codes that the platform's documentation of the
 * column orders is kept in: D day, CU customer, CA campaign, AG ad group, KW
 * keyword, AD ad, BC business channel, HH hour, RG region, MC medium, PM device,
 * SK search term, ST its type, IM impressions, CL clicks, CO cost, SR sum of
 * ranks, VC views, CM method of conversion, CT type of conversion, CC number and
 * SA value of conversions.  PC and PV are CC and SA of purchases alone.
 */
#ifndef ADP_PLATFORM_NAVER_SEARCHAD_STAT_REPORT_H
#define ADP_PLATFORM_NAVER_SEARCHAD_STAT_REPORT_H

#include "platform/query.h"

/* A type of stat report. */
typedef struct AdpNaverFile
{
	const char *report;	 /* reportTp; NULL: there is none */
	const char *columns; /* codes, comma-separated */
} AdpNaverFile;

/* A source of daily rows. */
typedef struct AdpNaverGrain
{
	const char *source;
	const char
		*dimensions; /* codes that identify a row, comma-separated; or NULL */
	AdpNaverFile performance; /* impressions, clicks, cost */
	AdpNaverFile conversions;
} AdpNaverGrain;

/* What is added up. */
typedef enum AdpNaverAmount
{
	AMOUNT_IMPRESSIONS,
	AMOUNT_CLICKS,
	AMOUNT_VIEWS,
	AMOUNT_RANKS,
	AMOUNT_COST, /* millionths, as reported */
	AMOUNT_CONVERSIONS,
	AMOUNT_VALUE,
	AMOUNT_PURCHASES,
	AMOUNT_PURCHASES_VALUE
} AdpNaverAmount;

#define AMOUNTS (AMOUNT_PURCHASES_VALUE + 1)

/* The field of a column that is a dimension or is added up. */
typedef struct AdpNaverColumn
{
	const char *field; /* NULL: end of the list */
	const char *code;
	int amount; /* -1: a dimension */
} AdpNaverColumn;

extern const AdpNaverColumn adp_naver_columns[];

/* Returns the grain of a source of daily rows; NULL for another source. */
extern const AdpNaverGrain *adp_naver_grain_of(const AdpSource *source);

/* Returns the column of a field; NULL if no report has such a field. */
extern const AdpNaverColumn *adp_naver_column_of(const char *field);

/* Whether some column of the table comes from files of conversions. */
extern bool adp_naver_needs_conversions(const AdpQuery *query);

#endif /* ADP_PLATFORM_NAVER_SEARCHAD_STAT_REPORT_H */
