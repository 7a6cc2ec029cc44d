/*
 * reader.h
 *	  The engine: reads the rows of one query from all accounts.
 *
 * Each account has an account reader.  A page is fetched whole, parsed and
 * checked before its rows are returned; meanwhile the next page is being
 * fetched.  So at most two pages per account are in memory.  Up to
 * max_concurrency of the server, accounts are fetched in parallel.  Rows
 * arrive account by account as their pages arrive, in no particular order.
 *
 * A statement with a LIMIT may need one page.  For it nothing is fetched ahead,
 * and the first account is alone; then come one more, two, four.
 *
 * If one account fails, the scan fails: rows are never missing.
 */
#ifndef ADP_PLATFORM_READER_READER_H
#define ADP_PLATFORM_READER_READER_H

#include "platform/accounts/account_resolver.h"
#include "platform/days.h"

typedef struct AdpReader AdpReader;

/* What to read.  Must live as long as the reader. */
typedef struct AdpReadPlan
{
	AdpQuery query; /* since and until are filled in per account */
	AdpDays days;
	AdpAccountFilter accounts;
	const int *presence; /* cells; a row is dropped if all of them are 0 */
	int npresence;
	bool needs_settings;			 /* a column shows the account's settings */
	struct AdpRequestBudget *budget; /* of the statement; NULL: no limit */
	bool reads_all;	 /* the statement certainly reads it to its end */
	bool wants_less; /* it wants few rows: request no more than they need */
} AdpReadPlan;

typedef enum AdpReadState
{
	ADP_READ_ROW,
	ADP_READ_PENDING, /* no row yet; only if may_wait is false */
	ADP_READ_END
} AdpReadState;

/*
 * Allocates a reader in cxt; sends nothing yet.  Throws for days before the
 * platform's reach and for a missing lower bound.
 */
extern AdpReader *adp_reader_create(MemoryContext cxt,
									const AdpPlatform *platform,
									const AdpSettings *settings,
									const AdpReadPlan *plan);

/*
 * Returns the next row: one cell per field of the query, valid until the next
 * call, and its account.
 */
extern AdpReadState adp_reader_next(AdpReader *reader, bool may_wait,
									const AdpCell **cells,
									const AdpAccount **account);

/* Returns the days that the last row's request was about. */
extern const AdpDateRange *adp_reader_days(const AdpReader *reader);

/* Returns the number of accounts that are read; -1: not known yet. */
extern int adp_reader_naccounts(const AdpReader *reader);

/* Frees the reader, at the end or before. */
extern void adp_reader_close(AdpReader *reader);

extern const AdpStats *adp_reader_stats(const AdpReader *reader);

/* Returns how account ids in conditions were classified, as far as known. */
extern const AdpAccountVerdict *adp_reader_verdicts(const AdpReader *reader,
													int *n);

/* Returns the API version of the responses; NULL: not reported so far. */
extern const char *adp_reader_served(const AdpReader *reader);

/*
 * For callers that wait on several readers: prepares the reader and returns
 * the descriptor that becomes readable when a pending reader can advance.
 * Call adp_reader_poll() before the next adp_reader_next().
 */
extern int adp_reader_prepare_wait(AdpReader *reader);
extern void adp_reader_poll(AdpReader *reader);

#endif /* ADP_PLATFORM_READER_READER_H */
