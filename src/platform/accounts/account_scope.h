/*
 * account_scope.h
 *	  Which accounts server, table and statement name: "*", or ids.
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
	const char **values; /* compared as they stand */
	bool is_constant;	 /* the same for the whole statement */
} AdpAccountCondition;

/* Which accounts the statement wants beyond what server and table say. */
typedef struct AdpAccountFilter
{
	int nconditions; /* all of them must hold */
	AdpAccountCondition *conditions;
} AdpAccountFilter;

/*
 * The list of accounts that a source is asked of, "*" or ids with commas, by the
 * options of table and server.  *filter becomes NULL where it does not apply,
 * since the source is asked of others than the configured ones.  Throws if no
 * account is set, or the table names one that the server does not.
 */
extern const char *adp_account_scope_list(const AdpPlatform *platform,
										  const AdpSettings *settings,
										  const char *source,
										  const AdpAccountFilter **filter);

/* Whether the filter, perhaps NULL, lets an account through. */
extern bool adp_account_scope_passes(const AdpAccountFilter *filter,
									 const char *id);

/* What a value in a condition on the account's id is. */
typedef enum AdpAccountFate
{
	ADP_ACCOUNT_THERE,
	ADP_ACCOUNT_SPELLED,   /* the canonical spelling is there */
	ADP_ACCOUNT_CLOSED,	   /* there, but not among the open ones */
	ADP_ACCOUNT_MALFORMED, /* the id of no account */
	ADP_ACCOUNT_OUTSIDE	   /* of an account that is not there */
} AdpAccountFate;

typedef struct AdpAccountVerdict
{
	const char *value;
	const char *canonical; /* NULL: malformed */
	AdpAccountFate fate;
} AdpAccountVerdict;

/*
 * Judges the constants of a filter, perhaps NULL, by all accounts that there are,
 * closed ones among them if only open ones are asked; NULL: which there are is
 * not known, and only the spelling is judged.  Returns how many, in
 * CurrentMemoryContext.
 */
extern int adp_account_scope_judge(const AdpPlatform *platform,
								   const AdpAccountFilter *filter,
								   const AdpAccountSet *all, bool only_open,
								   AdpAccountVerdict **verdicts);

/*
 * The accounts as EXPLAIN shows them, without a request: ids with commas, or
 * "*"; *count gets how many, -1 if that is not known before "*" is expanded.
 */
extern char *adp_account_scope_describe(const AdpPlatform *platform,
										const AdpSettings *settings,
										const char *source,
										const AdpAccountFilter *filter,
										int *count);

#endif /* ADP_PLATFORM_ACCOUNTS_ACCOUNT_SCOPE_H */
