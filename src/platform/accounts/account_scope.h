/*
 * account_scope.h
 *	  The accounts that server, table and statement name: "*", or ids.
 */
#ifndef ADP_PLATFORM_ACCOUNTS_ACCOUNT_SCOPE_H
#define ADP_PLATFORM_ACCOUNTS_ACCOUNT_SCOPE_H

#include "platform/accounts/account_set.h"
#include "platform/platform.h"

/* One condition of the statement on the account's id. */
typedef struct AdpAccountCondition
{
	AdpOperator op;
	int nvalues;
	const char **values; /* compared byte by byte */
	bool is_constant;	 /* the same for the whole statement */
} AdpAccountCondition;

/* The statement's conditions on the account's id. */
typedef struct AdpAccountFilter
{
	int nconditions; /* all of them must hold */
	AdpAccountCondition *conditions;
} AdpAccountFilter;

/*
 * Returns the accounts to request a source for, or all, from the options of
 * table and server.  If these are not the configured accounts, *filter becomes
 * NULL, since it does not apply.  Throws if no account is set, or the table
 * names one that the server does not.
 */
extern const AdpAccountSet *adp_account_scope_find(
	const AdpPlatform *platform, const AdpSettings *settings,
	const AdpSource *source, const AdpAccountFilter **filter);

/* Whether an account meets the filter, which may be NULL. */
extern bool adp_account_scope_passes(const AdpAccountFilter *filter,
									 const char *id);

/* Classes of values in a condition on the account's id. */
typedef enum AdpAccountFate
{
	ADP_ACCOUNT_THERE,
	ADP_ACCOUNT_SPELLED,   /* the account's canonical spelling */
	ADP_ACCOUNT_CLOSED,	   /* an account that is not open */
	ADP_ACCOUNT_MALFORMED, /* not an account id */
	ADP_ACCOUNT_OUTSIDE	   /* not an account of the server */
} AdpAccountFate;

typedef struct AdpAccountVerdict
{
	const char *value;
	const char *canonical; /* NULL: malformed */
	AdpAccountFate fate;
} AdpAccountVerdict;

/*
 * Classifies the constants of a filter, which may be NULL, in
 * CurrentMemoryContext; returns their number.  all are the server's accounts,
 * including closed ones if only_open.  NULL: the accounts are unknown, and
 * only the spelling is checked.
 */
extern int adp_account_scope_judge(const AdpPlatform *platform,
								   const AdpAccountFilter *filter,
								   const AdpAccountSet *all, bool only_open,
								   AdpAccountVerdict **verdicts);

/* Formats the accounts for EXPLAIN, without a request: ids with commas, or "*". */
extern char *adp_account_scope_describe(const AdpPlatform *platform,
										const AdpSettings *settings,
										const AdpSource *source,
										const AdpAccountFilter *filter);

/*
 * Returns the number of accounts to request, without a request and without an
 * error for options that do not fit; -1 if it is not known: that of "*" is while
 * this process trusts a list of them.
 */
extern int adp_account_scope_count(const AdpSettings *settings,
								   const AdpSource *source,
								   const AdpAccountFilter *filter);

#endif /* ADP_PLATFORM_ACCOUNTS_ACCOUNT_SCOPE_H */
