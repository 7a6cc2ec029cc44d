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
#define ADP_KNOWN_TTL_S 600

/* What is known under one (server, user mapping). */
typedef struct AdpKnown
{
	int naccounts;
	AdpAccount *accounts;
} AdpKnown;

/*
 * Looks up the accounts behind "*" (id NULL) or one account by id; NULL if
 * not known or no longer trusted.
 */
extern const AdpKnown *adp_known_find(const AdpSettings *settings,
									  const char *id);

/* Remembers copies of the accounts, under "*" (id NULL) or one id. */
extern void adp_known_keep(const AdpSettings *settings, const char *id,
						   const AdpAccount *accounts, int naccounts);

/* Forgets what is known by a server. */
extern void adp_known_forget(Oid serverid);

#endif /* ADP_PLATFORM_ACCOUNTS_ACCOUNT_CACHE_H */
