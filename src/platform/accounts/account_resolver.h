/*
 * account_resolver.h
 *	  Which accounts a scan asks, and what is known of them.
 */
#ifndef ADP_PLATFORM_ACCOUNTS_ACCOUNT_RESOLVER_H
#define ADP_PLATFORM_ACCOUNTS_ACCOUNT_RESOLVER_H

#include "platform/accounts/account_scope.h"
#include "platform/api/session.h"

typedef struct AdpAccountResolver AdpAccountResolver;

/*
 * Makes a resolver in cxt.  The accounts are those of the table's option
 * within the server's, expanded from "*" if need be, less what the filter
 * rules out.  with_settings: time zone and currency are needed.  Throws if no
 * account is set, or the table names one that the server does not.
 */
extern AdpAccountResolver *adp_account_resolver_create(
	AdpSession *session, MemoryContext cxt, const char *source,
	const AdpAccountFilter *filter, bool with_settings);

/* Goes on without waiting; true once the accounts are known.  Throws. */
extern bool adp_account_resolver_advance(AdpAccountResolver *resolver);

/* The accounts of a finished resolver, in order of their ids. */
extern int adp_account_resolver_count(const AdpAccountResolver *resolver);
extern const AdpAccount *adp_account_resolver_account(
	const AdpAccountResolver *resolver, int index);

/* What the constants in conditions are, once the accounts are known. */
extern const AdpAccountVerdict *adp_account_resolver_verdicts(
	const AdpAccountResolver *resolver, int *n);

#endif /* ADP_PLATFORM_ACCOUNTS_ACCOUNT_RESOLVER_H */
