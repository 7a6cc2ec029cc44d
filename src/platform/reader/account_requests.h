/*
 * account_requests.h
 *	  The state of an account reader; private to the two files below.
 *
 * account_requests.c decides what to request, account_reader.c reads the
 * responses.  Functions that send requests run in the plan's memory context.
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

	AdpDateRanges spans; /* still to be requested */

	/* the current date range */
	AdpQuery query;
	char *subject; /* for errors: account and days */
	bool is_begun; /* a page of it has been read */
	int64 nrows;   /* rows read of it */
	/*
	 * For all date ranges, requests leave out the conditions on enums, or the
	 * value that makes rows missing: the platform has refused them.
	 */
	bool drops_enum_filters;
	int refusals;	 /* consecutive refusals of that value */
	bool is_listing; /* its one row is the account: sends no requests */
	bool has_row;	 /* that row is not returned yet */

	/* background reports and page sizes */
	bool prefers_jobs;	/* a direct request was too large before */
	bool by_job;		/* a job reads this date range */
	AdpJob *job;		/* until the next range begins; or NULL */
	bool is_awaited;	/* its rows cannot be requested yet */
	int halvings;		/* of the next page */
	int least_halvings; /* with fewer, requests have failed */

	AdpPageWalk walk;	 /* through the pages of the date range so far */
	AdpPageFetch *fetch; /* the next page, and the body of the current one */

	/* the page that is being read */
	AdpPageRows *page; /* NULL: no page is being read */
	MemoryContext page_cxt;
	const AdpCell *read;   /* the row that is being shaped, or NULL */
	int nth;			   /* rows made of it so far */
	AdpCell *cells;		   /* the latest of these rows */
	MemoryContext row_cxt; /* memory of its cells */
};

/*
 * Splits the account's days into date ranges that the platform accepts, and
 * begins the first one; sends nothing.
 */
extern void adp_account_reader_begin(AdpAccountReader *reader);

/* Starts the job of the current date range, or requests its first page. */
extern void adp_account_reader_ask_first(AdpAccountReader *reader);

/* Requests the page of the current date range after the last token. */
extern void adp_account_reader_ask_page(AdpAccountReader *reader);

/* Begins the next date range, if any, and sends its first request. */
extern void adp_account_reader_ask_next(AdpAccountReader *reader);

/*
 * Whether the current date range can be halved: it has several days, and none
 * of its rows are returned yet.
 */
extern bool adp_account_reader_can_halve(const AdpAccountReader *reader);

/* Replaces the current date range by its halves; in any memory context. */
extern void adp_account_reader_ask_halves(AdpAccountReader *reader);

/*
 * Replaces a request that has failed permanently by a smaller one; throws if
 * there is none.
 */
extern void adp_account_reader_ask_otherwise(AdpAccountReader *reader);

/*
 * Handles a response without enum filters that arrived after refusals:
 * remembers that the account refuses the value, and reports the missing rows.
 */
extern void adp_account_reader_note_dropped_filters(
	const AdpAccountReader *reader);

/* Why rows of the response may be missing, as a sentence; or NULL. */
extern const char *adp_account_reader_find_gap(const AdpAccountReader *reader);

/* Advances the job of the current date range; then requests its rows. */
extern void adp_account_reader_advance_job(AdpAccountReader *reader);

/* Frees the job of the current date range, if any. */
extern void adp_account_reader_drop_job(AdpAccountReader *reader);

#endif /* ADP_PLATFORM_READER_ACCOUNT_REQUESTS_H */
