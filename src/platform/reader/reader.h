/*
 * reader.h
 *	  The engine: walks the pages of one query over all accounts.
 *
 * Each account has a cursor.  A page is fetched whole, parsed and checked, and
 * only then read; while its rows are read the next one is on its way.  So at
 * most two pages per account are in memory.  Accounts run side by side up to
 * the server's max_concurrency.  Rows come account by account as their pages
 * arrive; their order means nothing.
 *
 * Any failure of any account fails the scan: rows are never short.
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
	const int *presence; /* cells; a row with all of them 0 is dropped */
	int npresence;
	bool needs_settings; /* a column shows the account's settings */
} AdpReadPlan;

typedef enum AdpReadState
{
	ADP_READ_ROW,
	ADP_READ_PENDING, /* nothing yet; only without waiting */
	ADP_READ_END
} AdpReadState;

/*
 * Makes a reader in cxt; sends nothing yet.  Throws for days out of the
 * platform's reach and for a missing lower bound.
 */
extern AdpReader *adp_reader_create(MemoryContext cxt,
									const AdpPlatform *platform,
									const AdpSettings *settings,
									const AdpReadPlan *plan);

/*
 * Gets the next row: one cell per field of the query, valid until the next
 * call, and the account it belongs to.
 */
extern AdpReadState adp_reader_next(AdpReader *reader, bool may_wait,
									const AdpCell **cells,
									const AdpAccount **account);

/* After the end, or when no more rows are wanted. */
extern void adp_reader_close(AdpReader *reader);

extern const AdpStats *adp_reader_stats(const AdpReader *reader);

/* What the constants in conditions on the account are, as far as is known. */
extern const AdpAccountVerdict *adp_reader_verdicts(const AdpReader *reader,
													int *n);

/* Version of the API that answered; NULL: not told, or no answer yet. */
extern const char *adp_reader_served(const AdpReader *reader);

/*
 * For who waits for several readers at once: prepares the reader and returns
 * the descriptor that becomes readable when a pending reader can go on.  Then
 * adp_reader_poll() comes before adp_reader_next().
 */
extern int adp_reader_prepare_wait(AdpReader *reader);
extern void adp_reader_poll(AdpReader *reader);

#endif /* ADP_PLATFORM_READER_READER_H */
