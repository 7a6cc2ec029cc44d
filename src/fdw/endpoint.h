/*
 * endpoint.h
 *	  Checks the addresses that requests may be sent to.
 */
#ifndef ADP_FDW_ENDPOINT_H
#define ADP_FDW_ENDPOINT_H

#include "platform/platform.h"

/*
 * Returns NULL for an absolute http(s) address of a host and path; otherwise
 * the errdetail of the error.
 */
extern const char *adp_endpoint_check(const char *url);

/*
 * Throws unless the value of an option is on the platform's own hosts, starts
 * with a prefix in adpipe.allowed_endpoints, or the role is a superuser.
 */
extern void adp_endpoint_require_allowed(const AdpPlatform *platform,
										 const char *option, const char *url,
										 Oid role);

#endif /* ADP_FDW_ENDPOINT_H */
