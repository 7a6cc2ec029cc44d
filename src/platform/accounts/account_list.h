/*
 * account_list.h
 *	  The accounts that a platform lists, fetched page by page.
 */
#ifndef ADP_PLATFORM_ACCOUNTS_ACCOUNT_LIST_H
#define ADP_PLATFORM_ACCOUNTS_ACCOUNT_LIST_H

#include "platform/accounts/account_set.h"

typedef struct AdpAccountList AdpAccountList;

/* Makes a listing in cxt; sends nothing yet. */
extern AdpAccountList *adp_account_list_create(AdpSession *session,
											   MemoryContext cxt);

/*
 * Fetches without waiting; true once all accounts are there.  Throws if the
 * platform refuses, and if pages go round or cannot be asked for, since then
 * accounts would be missing.  CurrentMemoryContext is the listing's.
 */
extern bool adp_account_list_advance(AdpAccountList *listing);

/* Whether it has failed, so that it is not to be waited for. */
extern bool adp_account_list_is_lost(const AdpAccountList *listing);

/* Lets its transfers go on, for who is not at work in its session. */
extern void adp_account_list_poll(const AdpAccountList *listing);

/* The accounts of a listing that is whole. */
extern const AdpAccountSet *adp_account_list_accounts(
	const AdpAccountList *listing);

#endif /* ADP_PLATFORM_ACCOUNTS_ACCOUNT_LIST_H */
