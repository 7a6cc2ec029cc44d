/*
 * account_reader.h
 *	  Reads the pages of one account.
 *
 * The days of an account are requested in date ranges, one after the other.
 * Each range is a sequence of pages.  A page is fetched, parsed and checked as
 * a whole before its first row is returned; meanwhile the next page is being
 * fetched.
 */
#ifndef ADP_PLATFORM_READER_ACCOUNT_READER_H
#define ADP_PLATFORM_READER_ACCOUNT_READER_H

#include "platform/api/session.h"
#include "platform/days.h"
#include "platform/reader/page.h"

typedef struct AdpAccountReader AdpAccountReader;

/* What the account readers of one reader share. */
typedef struct AdpAccountReadPlan
{
	AdpSession *session;
	MemoryContext cxt;	   /* that of the reader */
	const AdpQuery *query; /* days are filled in per date range */
	const AdpDays *days;
	int naccounts; /* that are read */
	AdpPageForm *form;
	AdpShaper *shaper; /* NULL: the cells as read are the row */
	bool reads_ahead;  /* requests the next page while one is being read */
} AdpAccountReadPlan;

/* Makes the plan in cxt; throws for days before the platform's reach. */
extern AdpAccountReadPlan *adp_account_reader_plan(MemoryContext cxt,
												   AdpSession *session,
												   const AdpQuery *query,
												   const AdpDays *days,
												   bool reads_ahead);

/* Allocates a reader; sends nothing yet. */
extern AdpAccountReader *adp_account_reader_create(
	const AdpAccountReadPlan *plan, const AdpAccount *account);

/*
 * The first pages that are still to be requested: of each date range, for each
 * part of a list; 0 if the only row is the account itself.
 */
extern int adp_account_reader_nfirst(const AdpAccountReader *reader);

typedef enum AdpAccountReaderState
{
	ADP_ACCOUNT_READER_BUSY,  /* a page is being fetched, or must wait */
	ADP_ACCOUNT_READER_READY, /* a page has arrived: turn to it */
	ADP_ACCOUNT_READER_IDLE	  /* a page is being read, or all are read */
} AdpAccountReaderState;

/* Advances the account's requests as far as possible without waiting. */
extern AdpAccountReaderState adp_account_reader_advance(AdpAccountReader *reader);

/*
 * Parses and checks the page that has arrived, then requests the next one if the
 * plan reads ahead.
 * Returns false if the page is malformed and fetched again.
 */
extern bool adp_account_reader_turn(AdpAccountReader *reader);

/* Returns the page's next row, one cell per field; NULL at its end. */
extern const AdpCell *adp_account_reader_next(AdpAccountReader *reader);

/* Returns the days that the page's request was about. */
extern const AdpDateRange *adp_account_reader_days(
	const AdpAccountReader *reader);

/* Frees everything; the reader must not be used again. */
extern void adp_account_reader_close(AdpAccountReader *reader);

#endif /* ADP_PLATFORM_READER_ACCOUNT_READER_H */
