/*
 * event_columns.h
 *	  Columns of a CSV body that belong together by their names.
 *
 * "purchase (Unique users)" and "purchase (Sales in USD)" are two columns of the
 * family "purchase".  Which families a body has is known from its header only,
 * so each becomes a row of its own, whose fields of ours are the family's name
 * and what its columns hold.
 */
#ifndef ADP_PLATFORM_APPSFLYER_EVENT_COLUMNS_H
#define ADP_PLATFORM_APPSFLYER_EVENT_COLUMNS_H

#include "base/error.h"
#include "base/rows.h"

/* What a column of a family is. */
typedef struct AdpEventColumn
{
	const char *field;	 /* of ours; NULL: end of the list */
	const char *says;	 /* after the family's name, in any case of letters */
	bool tells_currency; /* which comes next */
} AdpEventColumn;

/* What families are like. */
typedef struct AdpEventColumns
{
	const char *opening; /* between the family's name and what a column says,
						  * which does not open again */
	const char *closing; /* after that; may be empty */
	const AdpEventColumn *columns;

	/* fields of ours */
	const char *name;
	const char *currency; /* what columns tell, else that of the account */

	/* for people */
	const char *things;	 /* what has families: "events" */
	const char *amounts; /* what has a currency: "sales" */
	const char *hint;	 /* where else to look for them */
} AdpEventColumns;

/* The families of a body. */
typedef struct AdpEventColumnSet
{
	int nfamilies;
	int ncolumns;	  /* per family */
	AdpCell *names;	  /* of families */
	int *places;	  /* of columns, family by family; -1: missing */
	AdpCell currency; /* empty: no column tells any */
	bool *is_member;  /* of each name: whether it is a column of a family */
	int twice;		  /* a column that its family has before; 0: none */
} AdpEventColumnSet;

/* Which of a family's columns a field of ours is; -1 if it is none. */
extern int adp_event_columns_column(const AdpEventColumns *families,
									const char *field);

/* The field of ours that a column of a family holds; NULL if it is none. */
extern const char *adp_event_columns_field(const AdpEventColumns *families,
										   const char *column);

/*
 * Finds the families of a header, in the order of their columns.  NULL, with
 * *error filled in, if two currencies are told.  The names must stay.
 */
extern AdpEventColumnSet *adp_event_columns_find(const AdpEventColumns *families,
												 const AdpCell *names,
												 int nnames, AdpError *error);

/* Whether a cell holds an amount: a digit other than zero. */
extern bool adp_event_columns_has_amount(const AdpCell *cell);

/*
 * The first family from one on of which a record tells something: one of its
 * columns is not zero.  -1 if there is none left.
 */
extern int adp_event_columns_next(const AdpEventColumnSet *set,
								  const AdpCell *read, int from);

#endif /* ADP_PLATFORM_APPSFLYER_EVENT_COLUMNS_H */
