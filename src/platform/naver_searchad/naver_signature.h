/*
 * naver_signature.h
 *	  Naver SearchAd: the signature of a request.
 *
 * It covers the time in milliseconds, the method and the path without its query
 * string.  The secret key looks like base64, but its characters themselves are the
 * key.
 */
#ifndef ADP_PLATFORM_NAVER_SEARCHAD_NAVER_SIGNATURE_H
#define ADP_PLATFORM_NAVER_SEARCHAD_NAVER_SIGNATURE_H

/* Returns the signature, palloc'd. */
extern char *adp_naver_sign(const char *secret_key, const char *timestamp,
							const char *method, const char *path);

#endif /* ADP_PLATFORM_NAVER_SEARCHAD_NAVER_SIGNATURE_H */
