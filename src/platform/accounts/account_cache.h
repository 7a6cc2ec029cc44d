/*
 * account_cache.h
 *	  What is remembered of accounts: time zones, currencies, which ones "*" stands
 *	  for, and which ones refuse a value of ours.
 *
 * This process remembers it.  All but the refusals is also in shared memory, if
 * there is any, for sessions with the same server, user mapping and secrets.
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
extern const AdpAccountSet *adp_account_cache_find(const AdpSession *session,
												   const char *id);

/*
 * The same, and if nothing is known, claims to find out: returns NULL with
 * *is_ours set if the caller is to ask the platform, else NULL while another
 * session does.  The claim lies in cxt.
 */
extern const AdpAccountSet *adp_account_cache_find_or_claim(
	AdpSession *session, const char *id, AdpSharedClaim *claim,
	MemoryContext cxt, bool *is_ours);

/*
 * Looks up what this process knows of the accounts behind "*", without a session
 * and its secrets; NULL if nothing.  Valid until the next search.
 */
extern const AdpAccountSet *adp_account_cache_peek(const AdpSettings *settings);

/* Remembers copies of the accounts, under "*" (id NULL) or one id. */
extern void adp_account_cache_keep(const AdpSession *session, const char *id,
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
