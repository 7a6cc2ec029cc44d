/*
 * account_cache.h
 *	  What this process remembers of accounts: time zones, currencies, and which
 *	  ones "*" stands for.
 */
#ifndef ADP_PLATFORM_ACCOUNTS_ACCOUNT_CACHE_H
#define ADP_PLATFORM_ACCOUNTS_ACCOUNT_CACHE_H

#include "platform/platform.h"

/*
 * How long an expansion of "*" and an account's settings are trusted.  A new
 * account shows up in a running session after at most this long.
 */
#define ADP_ACCOUNT_CACHE_TTL_S 600

/* What is known under one (server, user mapping). */
typedef struct AdpCachedAccounts
{
	int naccounts;
	AdpAccount *accounts;
} AdpCachedAccounts;

/*
 * Looks up the accounts behind "*" (id NULL) or one account by id; NULL if
 * not known or no longer trusted.
 */
extern const AdpCachedAccounts *adp_account_cache_find(
	const AdpSettings *settings, const char *id);

/* Remembers copies of the accounts, under "*" (id NULL) or one id. */
extern void adp_account_cache_keep(const AdpSettings *settings, const char *id,
								   const AdpAccount *accounts, int naccounts);

/* Forgets what is known by a server. */
extern void adp_account_cache_forget(Oid serverid);

#endif /* ADP_PLATFORM_ACCOUNTS_ACCOUNT_CACHE_H */
