/*
 * csv_header.h
 *	  The columns of a CSV body, found by name.
 *
 * The platform moves, adds and drops columns, so their positions mean nothing.
 * Names are compared without surrounding blanks and ignoring case.
 */
#ifndef ADP_PLATFORM_APPSFLYER_CSV_HEADER_H
#define ADP_PLATFORM_APPSFLYER_CSV_HEADER_H

#include "base/rows.h"
#include "platform/platform.h"

/* A column that a query reads. */
typedef struct AdpCsvColumn
{
	const char *name;  /* NULL: not read from the body, always found */
	const char *names; /* names that it may have instead, separated by bars, and
						* compared by letters and digits only; or NULL */
	bool is_required;  /* an error if missing; else NULL, and a notice */
	bool is_said_missing;
} AdpCsvColumn;

/* Copies the names of a header record, without surrounding blanks. */
extern AdpCell *adp_csv_header_names(const AdpCell *cells, int ncells);

/*
 * Returns the position of a name: an exact match, else the only one that
 * differs in case; -1 if there is no match, or several differ in case.
 */
extern int adp_csv_header_position(const AdpCell *names, int nnames,
								   const char *text);

/*
 * Returns the position of the only name that has the letters and digits of one
 * of the texts, which are separated by bars; -1 if none or several have.
 */
extern int adp_csv_header_alike(const AdpCell *names, int nnames,
								const char *texts);

/*
 * Returns a name that occurs twice, ignoring case, or NULL.  Skips empty
 * names, and those for which is_left_out, which may be NULL, is true.
 */
extern const AdpCell *adp_csv_header_twice(const AdpCell *names, int nnames,
										   const bool *is_left_out);

/*
 * Finds columns.  Fills in their positions, -1 for missing ones.
 * Returns false, with *error filled in, if a required column is missing.
 */
extern bool adp_csv_header_find(AdpCsvColumn *columns, int ncolumns,
								const AdpCell *names, int nnames,
								int *positions, const char *report,
								const AdpAccount *account, AdpError *error);

#endif /* ADP_PLATFORM_APPSFLYER_CSV_HEADER_H */
