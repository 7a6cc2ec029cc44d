/*
 * access.h
 *	  What a platform tells of the access token itself.
 */
#ifndef ADP_PLATFORM_ACCESS_H
#define ADP_PLATFORM_ACCESS_H

#include "platform/session.h"

/*
 * Asks about the session's token; the answer is in cxt.  False: the platform
 * tells nothing of it, or not to this token.  Waits, and throws what hinders the
 * question itself.
 */
extern bool adp_access_read(AdpSession *session, MemoryContext cxt,
							AdpAccess *access);

#endif /* ADP_PLATFORM_ACCESS_H */
