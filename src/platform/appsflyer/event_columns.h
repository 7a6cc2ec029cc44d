/*
 * event_columns.h
 *	  Columns of a CSV body that belong to one in-app event.
 *
 * "purchase (Unique users)" and "purchase (Sales in USD)" are two columns of
 * the event "purchase".  Only the header of a body names its events, so each
 * event becomes a row of its own, whose fields are the event's name and the
 * values of its columns.
 */
#ifndef ADP_PLATFORM_APPSFLYER_EVENT_COLUMNS_H
#define ADP_PLATFORM_APPSFLYER_EVENT_COLUMNS_H

#include "base/error.h"
#include "base/rows.h"

/* One column of an event. */
typedef struct AdpEventColumn
{
	const char *field;	/* our field; NULL: end of the list */
	const char *suffix; /* after the event's name, in any case of letters */
	bool has_currency;	/* a currency follows the suffix */
} AdpEventColumn;

/* The form of event columns. */
typedef struct AdpEventColumns
{
	const char *opening; /* separates event name and suffix; not in a suffix */
	const char *closing; /* after the suffix; may be empty */
	const AdpEventColumn *columns;

	/* our fields */
	const char *name;
	const char *currency; /* that of the columns, else the account's */

	/* for messages */
	const char *things;	 /* "events" */
	const char *amounts; /* the amounts with a currency: "sales" */
	const char *hint;	 /* where else to find them */
} AdpEventColumns;

/* The events of a body. */
typedef struct AdpEventColumnSet
{
	int nevents;
	int ncolumns;	  /* per event */
	AdpCell *names;	  /* of events */
	int *positions;	  /* of columns, event by event; -1: missing */
	AdpCell currency; /* empty: no column has one */
	bool *is_member;  /* per name: whether it is an event column */
	int twice;		  /* an event column that occurs twice; 0: none does */
} AdpEventColumnSet;

/* Returns the index of the event column that a field reads, or -1. */
extern int adp_event_columns_column(const AdpEventColumns *events,
									const char *field);

/* Returns our field for a column of the body; NULL if it is another column. */
extern const char *adp_event_columns_field(const AdpEventColumns *events,
										   const char *column);

/*
 * Finds the events of a header, in the order of their columns.  Returns NULL,
 * with *error filled in, if columns have different currencies.  The names must
 * stay valid.
 */
extern AdpEventColumnSet *adp_event_columns_find(const AdpEventColumns *events,
												 const AdpCell *names,
												 int nnames, AdpError *error);

/* Whether a cell holds an amount: a digit other than zero. */
extern bool adp_event_columns_has_amount(const AdpCell *cell);

/*
 * Returns the index of the next event, starting at from, of which a record has
 * an amount in some column; -1 if there is no more.
 */
extern int adp_event_columns_next(const AdpEventColumnSet *set,
								  const AdpCell *read, int from);

#endif /* ADP_PLATFORM_APPSFLYER_EVENT_COLUMNS_H */
