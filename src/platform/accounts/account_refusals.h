/*
 * account_refusals.h
 *	  Accounts of which this process knows that they refuse a value of ours.
 *
 * Keyed by (server, user mapping), and dropped when either changes.
 */
#ifndef ADP_PLATFORM_ACCOUNTS_ACCOUNT_REFUSALS_H
#define ADP_PLATFORM_ACCOUNTS_ACCOUNT_REFUSALS_H

#include "platform/settings.h"

/* Whether an account is known to refuse it. */
extern bool adp_account_refusals_is_known(const AdpSettings *settings,
										  const char *id);

/* Remembers an account, for as long as what is known of accounts is trusted. */
extern void adp_account_refusals_keep(const AdpSettings *settings,
									  const char *id);

/* Forgets the accounts of a server. */
extern void adp_account_refusals_forget(Oid serverid);

#endif /* ADP_PLATFORM_ACCOUNTS_ACCOUNT_REFUSALS_H */
