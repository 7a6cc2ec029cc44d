/*
 * response_cache.h
 *	  Responses cached by this session, for platforms whose calls are
 *	  scarce.
 *
 * A response is a body that was read to its end and found complete, byte for
 * byte; so one response serves every table over the same report.  Its key is
 * server, user mapping and request, so that no role sees what another role's
 * credentials have fetched; a change of either removes it.  The statement that
 * fetched it may always reuse it: no statement sends the same request twice,
 * unless it ends a transaction in between.  Other statements may use it for
 * cache_ttl_s seconds, an option of the table or server, unless
 * adpipe.use_kept_answers is off, as it is while a local copy is refreshed; a
 * new response then replaces the old one.  DISCARD ALL removes all responses.
 *
 * The total size is limited by setting "adpipe.kept_answers_size"; the least
 * recently used responses are removed first.  Responses that are being read,
 * and those that the running statement has fetched, may exceed the limit.
 */
#ifndef ADP_PLATFORM_READER_RESPONSE_CACHE_H
#define ADP_PLATFORM_READER_RESPONSE_CACHE_H

#include "platform/api/call.h"

/* A response that is being read: it stays until released. */
typedef struct AdpOwner AdpCachedResponse;

/*
 * Returns the cached response to a request, or NULL if no valid one exists.
 * It is released with cxt at the latest.
 */
extern AdpCachedResponse *adp_response_cache_find(MemoryContext cxt,
												  const AdpSettings *settings,
												  const char *request);

extern const char *adp_response_cache_body(const AdpCachedResponse *response,
										   Size *len);

/* Releases a response; may be repeated. */
extern void adp_response_cache_release(AdpCachedResponse *response);

/*
 * Removes the responses of a server, or all if serverid is InvalidOid; returns
 * their number.
 */
extern int adp_response_cache_forget(Oid serverid);

/* Whether there are responses of a server, valid or not. */
extern bool adp_response_cache_holds(Oid serverid);

/*
 * Announces a call for a request, so that other scans wait for its response
 * instead of sending the same request.  Valid until
 * adp_response_cache_withdraw(), or the end of cxt.
 */
typedef struct AdpPendingResponse AdpPendingResponse;

extern AdpPendingResponse *adp_response_cache_announce(MemoryContext cxt,
													   const char *request,
													   AdpCall *call);
extern AdpCall *adp_response_cache_call(const AdpPendingResponse *pending);
extern void adp_response_cache_withdraw(AdpPendingResponse *pending);

/*
 * Returns another scan's announcement whose response may be used, valid until
 * that scan continues, or NULL.  Lets its transfers go on; the caller advances
 * its call.
 */
extern AdpPendingResponse *adp_response_cache_drive(AdpSession *session,
													const char *request);

/*
 * Stores the body of a finished call, which was read to its end.  The call no
 * longer has a body afterwards, but the bytes do not move.
 */
extern AdpCachedResponse *adp_response_cache_put(
	MemoryContext cxt, const AdpSettings *settings, const char *request,
	const AdpPendingResponse *pending);

#endif /* ADP_PLATFORM_READER_RESPONSE_CACHE_H */
