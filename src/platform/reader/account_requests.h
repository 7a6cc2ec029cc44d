/*
 * account_requests.h
 *	  What reader.c and cursor_ask.c share; private to them.
 *
 * cursor_ask.c decides what a reader asks for, reader.c reads what comes.  What
 * asks is called in the plan's memory context.
 */
#ifndef ADP_PLATFORM_READER_ACCOUNT_REQUESTS_H
#define ADP_PLATFORM_READER_ACCOUNT_REQUESTS_H

#include "platform/api/page_walk.h"
#include "platform/job/job.h"
#include "platform/reader/account_reader.h"
#include "platform/reader/date_ranges.h"
#include "platform/reader/page_fetch.h"

struct AdpAccountReader
{
	const AdpAccountReadPlan *plan;
	const AdpAccount *account;

	AdpDateRanges spans; /* still to be asked for */

	/* the current span */
	AdpQuery query;
	char *subject;			 /* for errors: account and days */
	bool is_begun;			 /* a page of it has been read */
	int64 nrows;			 /* read of it */
	bool drops_enum_filters; /* what the platform refused is left out, for all spans:
					  * conditions on enums, or a value that makes rows missing */
	int refusals;			 /* of that value, in a row */
	bool is_listing;		 /* its one row is the account: nothing is asked */
	bool has_row;			 /* that row has not been given */

	/* asking for reports in the background, and for pages */
	bool prefers_jobs;	/* at once was too much before */
	bool by_job;		/* this span is asked for by a job */
	AdpJob *job;		/* it, until the next span begins; NULL: none */
	bool is_awaited;	/* its rows cannot be asked for yet */
	int halvings;		/* of the next page */
	int least_halvings; /* fewer have failed */

	AdpPageWalk walk;	 /* through the span's pages so far */
	AdpPageFetch *fetch; /* the next page, and the body that cells point into */

	/* the page that is being read */
	AdpPageRows *page; /* NULL: none being read */
	MemoryContext page_cxt;
	const AdpCell *read;   /* the row that the shaper is at, or NULL */
	int nth;			   /* rows made of it */
	AdpCell *cells;		   /* the one made last */
	MemoryContext row_cxt; /* what those cells point into */
};

/*
 * Cuts the account's days into spans that the platform takes at once and begins
 * the first; sends nothing.
 */
extern void adp_account_reader_begin(AdpAccountReader *reader);

/* Asks for the first of the current span: its job, or a page. */
extern void adp_account_reader_ask_first(AdpAccountReader *reader);

/* Asks for the current span's page after the token kept last. */
extern void adp_account_reader_ask_page(AdpAccountReader *reader);

/* Goes on to the next span, if there is one, and asks for the first of it. */
extern void adp_account_reader_ask_next(AdpAccountReader *reader);

/*
 * Whether the current span can be asked for in halves: it has several days, and
 * none of its rows have gone out.
 */
extern bool adp_account_reader_can_halve(const AdpAccountReader *reader);

/* Asks for the halves of the current span in its place; from any context. */
extern void adp_account_reader_ask_halves(AdpAccountReader *reader);

/*
 * Asks for something else in place of the fetch that has failed; throws if there
 * is nothing.
 */
extern void adp_account_reader_ask_otherwise(AdpAccountReader *reader);

/*
 * Draws the conclusion from an answer that came for a plain question: the account
 * refuses the value, and rows are missing.
 */
extern void adp_account_reader_note_dropped_filters(
	const AdpAccountReader *reader);

/* Why rows may be missing from the answer that was read; NULL: they are not. */
extern const char *adp_account_reader_find_gap(const AdpAccountReader *reader);

/* Takes the current span's job as far as it goes; then asks for its rows. */
extern void adp_account_reader_advance_job(AdpAccountReader *reader);

/* Lets go of the current span's job; harmless without one. */
extern void adp_account_reader_drop_job(AdpAccountReader *reader);

#endif /* ADP_PLATFORM_READER_ACCOUNT_REQUESTS_H */
