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

typedef struct AdpCursor AdpCursor;

/* What cursors of one reader have in common. */
typedef struct AdpCursorPlan
{
	AdpSession *session;
	MemoryContext cxt;	   /* of the reader */
	const AdpQuery *query; /* days are filled in per span */
	const AdpDays *days;
	AdpPageForm *form;
	AdpShaper *shaper; /* NULL: cells read are cells given */
} AdpCursorPlan;

/* Makes the plan in cxt; throws for days that the platform surely lacks. */
extern AdpCursorPlan *adp_cursor_plan(MemoryContext cxt, AdpSession *session,
									  const AdpQuery *query,
									  const AdpDays *days);

/* Makes a cursor; sends nothing yet. */
extern AdpCursor *adp_cursor_create(const AdpCursorPlan *plan,
									const AdpAccount *account);

typedef enum AdpCursorState
{
	ADP_CURSOR_BUSY,  /* a page is on its way, or must wait */
	ADP_CURSOR_READY, /* a page has arrived: turn to it */
	ADP_CURSOR_IDLE	  /* a page is being read, or there is none left */
} AdpCursorState;

/* Takes what is on its way as far as it goes without waiting. */
extern AdpCursorState adp_cursor_advance(AdpCursor *cursor);

/*
 * Turns to the page that has arrived: parses and checks all of it, then asks
 * for the one after.  False if it cannot be read and is fetched again.
 */
extern bool adp_cursor_turn(AdpCursor *cursor);

/* The page's next row, one cell per field; NULL when it is used up. */
extern const AdpCell *adp_cursor_next(AdpCursor *cursor);

/* Lets go of all it holds. */
extern void adp_cursor_close(AdpCursor *cursor);

extern const AdpAccount *adp_cursor_account(const AdpCursor *cursor);

#endif /* ADP_PLATFORM_READER_ACCOUNT_READER_H */
