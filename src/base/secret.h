/*
 * secret.h
 *	  Removes credentials from texts that are shown or logged.
 */
#ifndef ADP_BASE_SECRET_H
#define ADP_BASE_SECRET_H

/*
 * Returns text with every occurrence of each secret replaced by "***".  An
 * occurrence may be truncated after the first ADP_SECRET_HEAD characters, or
 * earlier where the text itself was truncated.  It may be percent-encoded or
 * escaped as in JSON, several times, in whole or in part.  It may be part of
 * base64 or base64url data.  Returns text itself if it contains no secret, else
 * a palloc'd copy.  NULL text gives NULL.  NULL secrets and those shorter than
 * ADP_SECRET_MIN are ignored: replacing every "a" would hide nothing and spoil
 * the message.
 */
extern const char *adp_secret_redact(const char *text,
									 const char *const *secrets, int nsecrets);

#define ADP_SECRET_MIN 6
#define ADP_SECRET_HEAD 16

/*
 * Whether a text may hold a credential although no known secret matches: a long
 * word of mixed characters, a key file, the user information of a URL.
 */
extern bool adp_secret_is_likely(const char *text);

#endif /* ADP_BASE_SECRET_H */
