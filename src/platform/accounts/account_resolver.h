/*
 * account_resolver.h
 *	  The accounts that a scan requests, and their settings.
 */
#ifndef ADP_PLATFORM_ACCOUNTS_ACCOUNT_RESOLVER_H
#define ADP_PLATFORM_ACCOUNTS_ACCOUNT_RESOLVER_H

#include "platform/accounts/account_scope.h"
#include "platform/api/session.h"

typedef struct AdpAccountResolver AdpAccountResolver;

/*
 * Creates a resolver in cxt.  Its accounts are those of the table's option
 * within the server's, with "*" expanded, that pass the filter.
 * with_settings: time zone and currency are needed.  Throws if no account is
 * set, or the table names one that the server does not.
 */
extern AdpAccountResolver *adp_account_resolver_create(
	AdpSession *session, MemoryContext cxt, const AdpSource *source,
	const AdpAccountFilter *filter, bool with_settings);

/* Advances without waiting; returns true once the accounts are complete. */
extern bool adp_account_resolver_advance(AdpAccountResolver *resolver);

/* The accounts of a finished resolver, in order of their ids. */
extern int adp_account_resolver_count(const AdpAccountResolver *resolver);
extern const AdpAccount *adp_account_resolver_account(
	const AdpAccountResolver *resolver, int index);

/* Returns how each account id in a condition was classified. */
extern const AdpAccountVerdict *adp_account_resolver_verdicts(
	const AdpAccountResolver *resolver, int *n);

#endif /* ADP_PLATFORM_ACCOUNTS_ACCOUNT_RESOLVER_H */
