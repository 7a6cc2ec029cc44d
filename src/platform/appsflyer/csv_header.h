/*
 * csv_header.h
 *	  The columns of a CSV body, found by their names.
 *
 * Platforms move columns, add some and drop some; a reader that goes by place
 * shows one for another.  Blanks around a name and its case do not matter.
 */
#ifndef ADP_PLATFORM_APPSFLYER_CSV_HEADER_H
#define ADP_PLATFORM_APPSFLYER_CSV_HEADER_H

#include "base/rows.h"
#include "platform/platform.h"

/* A column that is wanted of a body. */
typedef struct AdpCsvColumn
{
	const char *name; /* NULL: not of the body, always found */
	bool is_required; /* an error without it; else NULL, and a notice */
	bool is_said_missing;
} AdpCsvColumn;

/* The names of a header record, copied, without blanks around them. */
extern AdpCell *adp_csv_header_names(const AdpCell *cells, int ncells);

/* Whether a name is a text, its case aside. */
extern bool adp_csv_header_is_named(const AdpCell *name, const char *text);

/*
 * The place of a name: the one spelled the same, else the one that differs in
 * case only; -1 if there is none, or there are several of these.
 */
extern int adp_csv_header_place(const AdpCell *names, int nnames,
								const char *text);

/*
 * A name that stands there twice, its case aside; NULL if each is there once.
 * Names without text do not count, nor those for which is_left_out, which may be
 * NULL, holds.
 */
extern const AdpCell *adp_csv_header_twice(const AdpCell *names, int nnames,
										   const bool *is_left_out);

/*
 * Finds columns; places gets where they are, -1 for what is missing.  False,
 * with *error filled in, if that is one that is required.
 */
extern bool adp_csv_header_find(AdpCsvColumn *columns, int ncolumns,
								const AdpCell *names, int nnames, int *places,
								const char *report, const AdpAccount *account,
								AdpError *error);

#endif /* ADP_PLATFORM_APPSFLYER_CSV_HEADER_H */
