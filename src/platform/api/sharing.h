/*
 * sharing.h
 *	  What sessions of the server have in common: tokens, lists of accounts.
 *
 * Sessions with the same server, user mapping and secrets share what these
 * bring.  One of them makes it while the others wait.
 */
#ifndef ADP_PLATFORM_API_SHARING_H
#define ADP_PLATFORM_API_SHARING_H

#include "base/shared_cache.h"
#include "platform/api/session.h"

/*
 * Fills in the key of something, such as "token", that the session's server,
 * user mapping and secrets bring.
 */
extern void adp_sharing_key(AdpSharedKey *key, const AdpSession *session,
							const char *what);

/* The same for what belongs to the secrets, whatever the user mapping. */
extern void adp_sharing_secrets_key(AdpSharedKey *key,
									const AdpSession *session);

/*
 * The same for what the platform itself counts of these secrets, whichever server
 * of ours the requests come from.
 */
extern void adp_sharing_platform_key(AdpSharedKey *key,
									 const AdpSession *session);

/*
 * Whether this session is to make it: no other process does, or that takes too
 * long.  Otherwise makes the session look again soon.
 */
extern bool adp_sharing_claim(AdpSession *session, AdpSharedClaim *claim,
							  MemoryContext cxt, const AdpSharedKey *key);

#endif /* ADP_PLATFORM_API_SHARING_H */
