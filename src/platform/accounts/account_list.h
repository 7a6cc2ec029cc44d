/*
 * account_list.h
 *	  A platform's list of accounts, fetched page by page.
 */
#ifndef ADP_PLATFORM_ACCOUNTS_ACCOUNT_LIST_H
#define ADP_PLATFORM_ACCOUNTS_ACCOUNT_LIST_H

#include "platform/accounts/account_set.h"

typedef struct AdpAccountList AdpAccountList;

/* Allocates a list in cxt; sends nothing yet. */
extern AdpAccountList *adp_account_list_create(AdpSession *session,
											   MemoryContext cxt);

/*
 * Fetches without waiting; returns true once all accounts have arrived.
 * Throws if the platform returns an error, if pages repeat, or if a page
 * cannot be requested: accounts would be missing.  CurrentMemoryContext must
 * be that of the list.
 */
extern bool adp_account_list_advance(AdpAccountList *list);

/* Whether the list has failed; other scans must not wait for it. */
extern bool adp_account_list_is_lost(const AdpAccountList *list);

/* Returns the accounts of a complete list. */
extern const AdpAccountSet *adp_account_list_accounts(const AdpAccountList *list);

#endif /* ADP_PLATFORM_ACCOUNTS_ACCOUNT_LIST_H */
