/*
 * response_cache.h
 *	  Answers that this session keeps, for platforms whose calls are few.
 *
 * An answer is a body that was read to its end and found whole, as it came; so
 * one serves every table over the same report.  It is kept under server, user
 * mapping and request, so that no role sees what another role's credentials
 * brought, and forgotten when either changes.  Others may use it for the time
 * that option cache_ttl_s of their table or server says, and whoever asks in
 * the statement that fetched it may in any case: no statement asks for the same
 * twice, unless it ends a transaction in between.  Nobody else may while
 * adpipe.use_kept_answers is off, as it is where a local copy is refreshed; what
 * comes then takes the place of what was kept.  DISCARD ALL forgets all answers.
 *
 * All of them together hold no more than setting "adpipe.kept_answers_size",
 * the ones used longest ago going first; what is being read, and what the
 * running statement has fetched, stays beyond that.
 */
#ifndef ADP_PLATFORM_READER_RESPONSE_CACHE_H
#define ADP_PLATFORM_READER_RESPONSE_CACHE_H

#include "platform/api/call.h"

/* An answer that is being read: it stays until released. */
typedef struct AdpOwner AdpCachedResponse;

/*
 * Finds an answer; NULL if there is none to be used.  It is released with cxt
 * at the latest.
 */
extern AdpCachedResponse *adp_response_cache_find(MemoryContext cxt,
												  const AdpSettings *settings,
												  const char *request);

/*
 * Keeps the body of a done call, which was read to its end; the call has none
 * afterwards, but the bytes stay where they are.
 */
extern AdpCachedResponse *adp_response_cache_put(MemoryContext cxt,
												 const AdpSettings *settings,
												 const char *request,
												 AdpCall *call);

extern const char *adp_response_cache_body(const AdpCachedResponse *kept,
										   Size *len);

/* Lets go of an answer; harmless to repeat. */
extern void adp_response_cache_release(AdpCachedResponse *kept);

/* Forgets the answers of a server, of all with InvalidOid; returns how many there
 * were. */
extern int adp_response_cache_forget(Oid serverid);

/*
 * Says that a call is under way for a request, so that other scans wait for its
 * answer instead of asking, too.  Until adp_response_cache_withdraw(), or the end of cxt.
 */
typedef struct AdpOwner AdpPendingResponse;

extern AdpPendingResponse *adp_response_cache_announce(
	MemoryContext cxt, const AdpSettings *settings, const char *request,
	AdpCall *call);
extern void adp_response_cache_withdraw(AdpPendingResponse *notice);

/*
 * The call that another scan has under way for a request and whose answer may
 * be used, or NULL.
 */
extern AdpCall *adp_response_cache_under_way(const AdpSettings *settings,
											 const char *request);

#endif /* ADP_PLATFORM_READER_RESPONSE_CACHE_H */
