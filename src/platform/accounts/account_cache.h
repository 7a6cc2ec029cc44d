/*
 * account_cache.h
 *	  What this process remembers of accounts: time zones, currencies, which ones
 *	  "*" stands for, and which ones refuse a value of ours.
 *
 * A new account shows up in a running session, and a refusal is looked at again,
 * after at most ten minutes.
 */
#ifndef ADP_PLATFORM_ACCOUNTS_ACCOUNT_CACHE_H
#define ADP_PLATFORM_ACCOUNTS_ACCOUNT_CACHE_H

#include "platform/accounts/account_set.h"

/*
 * Looks up the accounts behind "*" (id NULL) or one account by id; NULL if
 * not known or no longer trusted.
 */
extern const AdpAccountSet *adp_account_cache_find(const AdpSettings *settings,
												   const char *id);

/* Remembers copies of the accounts, under "*" (id NULL) or one id. */
extern void adp_account_cache_keep(const AdpSettings *settings, const char *id,
								   const AdpAccountSet *accounts);

/* Whether an account is known to refuse a value of ours. */
extern bool adp_account_cache_has_refusal(const AdpSettings *settings,
										  const char *id);

/* Remembers that an account refuses it. */
extern void adp_account_cache_keep_refusal(const AdpSettings *settings,
										   const char *id);

/* Forgets what is known by a server. */
extern void adp_account_cache_forget(Oid serverid);

#endif /* ADP_PLATFORM_ACCOUNTS_ACCOUNT_CACHE_H */
