/*
 * shared_work.h
 *	  Work of one scan whose outcome other scans of this process wait for.
 *
 * Scans that need the same response, or the same list of accounts, request it
 * once.  The scan that requests it announces its work; the others drive that
 * work until its outcome is in a cache, because its owner may be suspended, for
 * example an idle cursor.
 */
#ifndef ADP_PLATFORM_API_SHARED_WORK_H
#define ADP_PLATFORM_API_SHARED_WORK_H

#include "base/owner.h"
#include "platform/api/session.h"

/* Announces work until the owner is released, in cxt.  key is copied. */
extern AdpOwner *adp_shared_work_announce(MemoryContext cxt,
										  AdpSession *session, const char *key,
										  void *work);

/* Whether a scan with these settings may wait for the work. */
typedef bool (*AdpCanShare)(const void *work, const AdpSettings *settings);

/*
 * Returns work of another scan with the same server, user mapping and key, or
 * NULL.  Lets its transfers go on, and makes this session look at it again
 * soon; the caller advances the work itself.
 */
extern void *adp_shared_work_drive(AdpSession *session, const char *key,
								   AdpCanShare can_share);

#endif /* ADP_PLATFORM_API_SHARED_WORK_H */
