/*
 * endpoint.h
 *	  Which addresses requests may be sent to.
 */
#ifndef ADP_FDW_ENDPOINT_H
#define ADP_FDW_ENDPOINT_H

#include "platform/platform.h"

/*
 * NULL, or what keeps a URL from being the absolute http(s) address of a host
 * and path, as an errdetail.
 */
extern const char *adp_endpoint_check(const char *url);

/*
 * Throws unless the value of an option is on the platform's own hosts, or starts
 * with a prefix of adpipe.allowed_endpoints, or role is a superuser.
 */
extern void adp_endpoint_require_allowed(const AdpPlatform *platform,
										 const char *option, const char *url,
										 Oid role);

#endif /* ADP_FDW_ENDPOINT_H */
