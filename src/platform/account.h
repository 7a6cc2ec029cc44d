/*
 * account.h
 *	  Account ids as a platform writes them, and accounts in its responses.
 */
#ifndef ADP_PLATFORM_ACCOUNT_H
#define ADP_PLATFORM_ACCOUNT_H

#include "utils/date.h"

#include "base/json.h"
#include "platform/platform.h"

/*
 * Returns an account id in the platform's spelling, palloc'd; NULL if the id
 * is malformed.
 */
extern char *adp_account_canonical(const AdpPlatform *platform, const char *id);

/*
 * Whether the account in a row, len bytes, is the one with this id; see
 * row_account of the platform.
 */
extern bool adp_account_owns_row(const AdpPlatform *platform, const char *id,
								 const char *said, Size len);

/*
 * Reads an account from a row of a response into fresh memory.  Returns false
 * if the row has no well-formed account id; account->id is then the malformed
 * id, or NULL.
 */
extern bool adp_account_read(const AdpPlatform *platform, const AdpJson *row,
							 AdpAccount *account);

/* Copies everything but the id, in CurrentMemoryContext. */
extern void adp_account_copy_settings(AdpAccount *to, const AdpAccount *from);

/*
 * Throws unless the platform reports time zone and currency of an account, and
 * they match the server's options where these are set.  For platforms whose
 * requests contain both.
 */
extern void adp_account_check_settings(const AdpPlatform *platform,
									   const AdpSettings *settings,
									   const AdpAccount *account);

/* Returns the decimals of a currency's smallest unit on the platform. */
extern int adp_account_minor_digits(const AdpPlatform *platform,
									const char *currency);

/* Returns today's date in the account's time zone; throws if unknown. */
extern DateADT adp_account_today(const AdpAccount *account);

/* Returns the last day there that ended so many hours ago; throws likewise. */
extern DateADT adp_account_last_day(const AdpAccount *account, int hours);

#endif /* ADP_PLATFORM_ACCOUNT_H */
