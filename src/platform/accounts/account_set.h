/*
 * account_set.h
 *	  Sets of accounts, and reading them from a response.
 */
#ifndef ADP_PLATFORM_ACCOUNTS_ACCOUNT_SET_H
#define ADP_PLATFORM_ACCOUNTS_ACCOUNT_SET_H

#include "platform/api/call.h"

/* All zero: empty. */
typedef struct AdpAccountSet
{
	int count;
	int capacity;
	AdpAccount *items;
	bool is_all; /* an option's "*": all accounts that the platform lists */
	/* first malformed id in the response, whose account was skipped; or NULL */
	const char *malformed_id;
} AdpAccountSet;

/*
 * Parses an option, "*" or ids with commas in any spelling, in
 * CurrentMemoryContext.  Returns NULL if an id is malformed.
 */
extern AdpAccountSet *adp_account_set_parse(const AdpPlatform *platform,
											const char *text);

/* Returns the account with an id, or NULL. */
extern AdpAccount *adp_account_set_find(const AdpAccountSet *set,
										const char *id);

/*
 * Adds an account, without copying its texts, unless the set contains it.  The
 * set lives in the CurrentMemoryContext of the first call.
 */
extern void adp_account_set_add(AdpAccountSet *set, const AdpAccount *account);

/* Sorts the accounts by id. */
extern void adp_account_set_sort(AdpAccountSet *set);

/* What a response contains beside its accounts; the caller sets the token. */
typedef struct AdpAccountPage
{
	const char *token; /* that it was requested with; NULL: the first page */
	int nrows;
	uint64 hash;	  /* of its rows */
	int64 total;	  /* accounts on all pages; -1: not reported */
	const char *next; /* token of the page that follows; see pager.h */
} AdpAccountPage;

/*
 * Adds the accounts in the response of a finished call, which is a page of
 * rows or a single account; all in CurrentMemoryContext.  Returns false if the
 * body is malformed and the call is repeated.
 */
extern bool adp_account_set_read(AdpAccountSet *set, const AdpSession *session,
								 AdpCall *call, AdpAccountPage *page);

#endif /* ADP_PLATFORM_ACCOUNTS_ACCOUNT_SET_H */
