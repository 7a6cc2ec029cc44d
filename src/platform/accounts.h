/*
 * accounts.h
 *	  Which accounts a scan asks, and what is known of them.
 */
#ifndef ADP_PLATFORM_ACCOUNTS_H
#define ADP_PLATFORM_ACCOUNTS_H

#include "platform/session.h"

typedef struct AdpDirectory AdpDirectory;

/* One condition of the statement on the account's id. */
typedef struct AdpAccountCondition
{
	AdpOperator op;
	int nvalues;
	const char **values; /* compared as they stand */
} AdpAccountCondition;

/* Which accounts the statement wants beyond what server and table say. */
typedef struct AdpAccountFilter
{
	int nconditions; /* all of them must hold */
	AdpAccountCondition *conditions;
} AdpAccountFilter;

/*
 * Makes a directory in cxt.  The accounts are those of the table's option
 * within the server's, expanded from "*" if need be, less what the filter
 * rules out.  with_settings: time zone and currency are needed.  Throws if no
 * account is set, or the table names one that the server does not.
 */
extern AdpDirectory *adp_directory_create(AdpSession *session,
										  MemoryContext cxt, const char *source,
										  const AdpAccountFilter *filter,
										  bool with_settings);

/* Goes on without waiting; true once the accounts are known.  Throws. */
extern bool adp_directory_advance(AdpDirectory *directory);

/* The accounts of a finished directory, in order of their ids. */
extern int adp_directory_count(const AdpDirectory *directory);
extern const AdpAccount *adp_directory_account(const AdpDirectory *directory,
											   int index);

/*
 * The accounts as EXPLAIN shows them, without a request: ids with commas, or
 * "*"; *count gets how many, -1 if that is not known before "*" is expanded.
 */
extern char *adp_directory_describe(const AdpPlatform *platform,
									const AdpSettings *settings,
									const char *source,
									const AdpAccountFilter *filter, int *count);

#endif /* ADP_PLATFORM_ACCOUNTS_H */
