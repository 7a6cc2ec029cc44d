/*
 * base64url.h
 *	  Encodes bytes in base64url (RFC 4648, section 5).
 */
#ifndef ADP_BASE_BASE64URL_H
#define ADP_BASE_BASE64URL_H

#include "lib/stringinfo.h"

/* Appends bytes in base64url without padding. */
extern void adp_base64url_append(StringInfo out, const unsigned char *bytes,
								 size_t len);

#endif /* ADP_BASE_BASE64URL_H */
