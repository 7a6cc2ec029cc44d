/*
 * secret.h
 *	  Keeps credentials out of whatever is shown or logged.
 */
#ifndef ADP_BASE_SECRET_H
#define ADP_BASE_SECRET_H

/*
 * Returns text with every occurrence of each secret, or of its first
 * ADP_SECRET_HEAD characters and what follows of it, replaced by "***"; text
 * itself if there is none, else a palloc'd copy.  NULL text gives NULL, NULL
 * secrets and those shorter than ADP_SECRET_MIN are passed over: replacing
 * every "a" would hide nothing and spoil the message.
 */
extern const char *adp_secret_redact(const char *text,
									 const char *const *secrets, int nsecrets);

#define ADP_SECRET_MIN 6
#define ADP_SECRET_HEAD 16

#endif /* ADP_BASE_SECRET_H */
