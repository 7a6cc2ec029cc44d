/*
 * account_set.h
 *	  Accounts, each once, and how they are read out of an answer.
 */
#ifndef ADP_PLATFORM_ACCOUNTS_ACCOUNT_SET_H
#define ADP_PLATFORM_ACCOUNTS_ACCOUNT_SET_H

#include "platform/api/call.h"

/* All zero: none. */
typedef struct AdpAccountSet
{
	int count;
	int capacity;
	AdpAccount *items;
	const char
		*malformed_id; /* an answer's id that is none, and left out; or NULL */
} AdpAccountSet;

/* Finds an account by id; NULL if it is not there. */
extern AdpAccount *adp_account_set_find(const AdpAccountSet *set,
										const char *id);

/*
 * Adds an account, not its texts, unless it is there already.  The first call's
 * CurrentMemoryContext must last as long as the set.
 */
extern void adp_account_set_add(AdpAccountSet *set, const AdpAccount *account);

/* Orders accounts by their ids. */
extern void adp_account_set_sort(AdpAccountSet *set);

/* What an answer says beside its accounts. */
typedef struct AdpAccountPage
{
	int nrows;
	uint64 hash;	  /* of its rows */
	int64 total;	  /* accounts on all pages; -1: not said */
	const char *next; /* token of the page after this one: NULL if there is
					   * none, empty if there is, but no way to ask for it */
} AdpAccountPage;

/*
 * Adds the accounts in the answer to a done call, which is a page of rows or one
 * account by itself; all in CurrentMemoryContext.  False: it is no such answer,
 * and the call goes on.
 */
extern bool adp_account_set_read(AdpAccountSet *set, const AdpSession *session,
								 AdpCall *call, AdpAccountPage *page);

#endif /* ADP_PLATFORM_ACCOUNTS_ACCOUNT_SET_H */
