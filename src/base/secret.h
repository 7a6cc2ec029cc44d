/*
 * secret.h
 *	  Keeps credentials out of whatever is shown or logged.
 */
#ifndef ADP_BASE_SECRET_H
#define ADP_BASE_SECRET_H

/*
 * Returns text with every occurrence of each secret, or of its first
 * ADP_SECRET_HEAD characters and what follows of it, or of fewer where the text
 * was cut, replaced by "***"; text itself if there is none, else a palloc'd copy.  An occurrence may be
 * percent-encoded, escaped as in JSON, several times over, in whole or in part,
 * or be part of something in base64 or base64url.  NULL text gives NULL; NULL
 * secrets and those shorter than ADP_SECRET_MIN are passed over: to replace
 * every "a" would hide nothing and spoil the message.
 */
extern const char *adp_secret_redact(const char *text,
									 const char *const *secrets, int nsecrets);

#define ADP_SECRET_MIN 6
#define ADP_SECRET_HEAD 16

/*
 * Whether a text that is not known to be a secret may hold one all the same: a
 * long word of mixed characters, a key file, the user information of a URL.
 */
extern bool adp_secret_is_likely(const char *text);

#endif /* ADP_BASE_SECRET_H */
