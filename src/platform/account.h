/*
 * account.h
 *	  How a platform writes account ids, and what its answers tell of accounts.
 */
#ifndef ADP_PLATFORM_ACCOUNT_H
#define ADP_PLATFORM_ACCOUNT_H

#include "utils/date.h"

#include "base/json.h"
#include "platform/platform.h"

/*
 * An account's id as the platform spells it, palloc'd; NULL if it is malformed.
 */
extern char *adp_account_canonical(const AdpPlatform *platform, const char *id);

/*
 * Option check of one id, and of a list of them: NULL or what is wrong, as an
 * errdetail.  with_all: "*" may stand for all of them.
 */
extern const char *adp_account_check(const AdpPlatform *platform,
									 const char *id);
extern const char *adp_account_check_list(const AdpPlatform *platform,
										  const char *list, bool with_all);

/*
 * Whether what a row says of its account, len bytes, means the one of an id; see
 * row_account of the platform.
 */
extern bool adp_account_owns_row(const AdpPlatform *platform, const char *id,
								 const char *said, Size len);

/*
 * Reads an account out of a row of an answer into fresh memory; false if the
 * row tells of none.  account->id is then what it tells in the place of an id
 * and is none, or NULL.
 */
extern bool adp_account_read(const AdpPlatform *platform, const AdpJson *row,
							 AdpAccount *account);

/*
 * Throws unless the platform tells time zone and currency of an account, and
 * the server's options say the same, if they say anything: for platforms whose
 * requests hold them.
 */
extern void adp_account_check_settings(const AdpPlatform *platform,
									   const AdpSettings *settings,
									   const AdpAccount *account);

/* Decimals of the smallest unit of a currency on the platform. */
extern int adp_account_minor_digits(const AdpPlatform *platform,
									const char *currency);

/* The day that it is now in the account's time zone.  Throws if unknown. */
extern DateADT adp_account_today(const AdpAccount *account);

#endif /* ADP_PLATFORM_ACCOUNT_H */
