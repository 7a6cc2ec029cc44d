/*
 * account_scope.h
 *	  Which accounts server, table and statement name: "*", or ids.
 */
#ifndef ADP_PLATFORM_ACCOUNT_SCOPE_H
#define ADP_PLATFORM_ACCOUNT_SCOPE_H

#include "platform/platform.h"

/* One condition of the statement on the account's id. */
typedef struct AdpAccountCondition
{
	AdpOperator op;
	int nvalues;
	const char **values; /* compared as they stand */
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

/*
 * The accounts as EXPLAIN shows them, without a request: ids with commas, or
 * "*"; *count gets how many, -1 if that is not known before "*" is expanded.
 */
extern char *adp_account_scope_describe(const AdpPlatform *platform,
										const AdpSettings *settings,
										const char *source,
										const AdpAccountFilter *filter,
										int *count);

#endif /* ADP_PLATFORM_ACCOUNT_SCOPE_H */
