/*
 * account_reader.h
 *	  One account's way through its pages.
 *
 * The days of an account are asked for in spans, one after the other.  Each span
 * is a sequence of pages.  A page is fetched whole, parsed and checked before a
 * row of it goes out, and the one after is on its way meanwhile.
 */
#ifndef ADP_PLATFORM_READER_ACCOUNT_READER_H
#define ADP_PLATFORM_READER_ACCOUNT_READER_H

#include "platform/api/session.h"
#include "platform/days.h"
#include "platform/reader/page.h"

typedef struct AdpAccountReader AdpAccountReader;

/* What readers of one reader have in common. */
typedef struct AdpAccountReadPlan
{
	AdpSession *session;
	MemoryContext cxt;	   /* of the reader */
	const AdpQuery *query; /* days are filled in per span */
	const AdpDays *days;
	AdpPageForm *form;
	AdpShaper *shaper; /* NULL: cells read are cells given */
} AdpAccountReadPlan;

/* Makes the plan in cxt; throws for days that the platform surely lacks. */
extern AdpAccountReadPlan *adp_account_reader_plan(MemoryContext cxt,
												   AdpSession *session,
												   const AdpQuery *query,
												   const AdpDays *days);

/* Makes a reader; sends nothing yet. */
extern AdpAccountReader *adp_account_reader_create(
	const AdpAccountReadPlan *plan, const AdpAccount *account);

typedef enum AdpAccountReaderState
{
	ADP_ACCOUNT_READER_BUSY,  /* a page is on its way, or must wait */
	ADP_ACCOUNT_READER_READY, /* a page has arrived: turn to it */
	ADP_ACCOUNT_READER_IDLE	  /* a page is being read, or there is none left */
} AdpAccountReaderState;

/* Takes what is on its way as far as it goes without waiting. */
extern AdpAccountReaderState adp_account_reader_advance(AdpAccountReader *reader);

/*
 * Turns to the page that has arrived: parses and checks all of it, then asks
 * for the one after.  False if it cannot be read and is fetched again.
 */
extern bool adp_account_reader_turn(AdpAccountReader *reader);

/* The page's next row, one cell per field; NULL when it is used up. */
extern const AdpCell *adp_account_reader_next(AdpAccountReader *reader);

/* Lets go of all it holds. */
extern void adp_account_reader_close(AdpAccountReader *reader);

extern const AdpAccount *adp_account_reader_account(
	const AdpAccountReader *reader);

#endif /* ADP_PLATFORM_READER_ACCOUNT_READER_H */
