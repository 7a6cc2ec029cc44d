/*
 * account_resolver.h
 *	  Which accounts a scan asks, and what is known of them.
 */
#ifndef ADP_PLATFORM_ACCOUNTS_ACCOUNT_RESOLVER_H
#define ADP_PLATFORM_ACCOUNTS_ACCOUNT_RESOLVER_H

#include "platform/accounts/account_scope.h"
#include "platform/api/session.h"

typedef struct AdpDirectory AdpDirectory;

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

/* What the constants in conditions are, once the accounts are known. */
extern const AdpAccountVerdict *adp_directory_verdicts(
	const AdpDirectory *directory, int *n);

#endif /* ADP_PLATFORM_ACCOUNTS_ACCOUNT_RESOLVER_H */
