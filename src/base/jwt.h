/*
 * jwt.h
 *	  Signed JSON web tokens, as service accounts present them.
 */
#ifndef ADP_BASE_JWT_H
#define ADP_BASE_JWT_H

#include "base/error.h"

/*
 * Signs header and claims with RS256 (RFC 7518, 3.3) and returns the palloc'd
 * token, "header.claims.signature" in base64url without padding.  The key is an
 * unencrypted RSA key in PEM.  On failure returns NULL and fills *error with
 * ADP_ERR_CREDENTIALS (unusable key) or ADP_ERR_MEMORY.  The error contains no
 * part of the key.
 */
extern char *adp_jwt_rs256(const char *private_key_pem, const char *header_json,
						   const char *claims_json, AdpError *error);

#endif /* ADP_BASE_JWT_H */
