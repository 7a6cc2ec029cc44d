/*
 * url.h
 *	  Which URLs are allowed.
 */
#ifndef ADP_NET_URL_H
#define ADP_NET_URL_H

#include "lib/stringinfo.h"

struct sockaddr;

/* True if an allowed URL is plain http, which stays on this machine. */
extern bool adp_url_is_plain(const char *url);

/* True for an https URL whose host is the domain or lies within it. */
extern bool adp_url_is_within(const char *url, const char *domain);

/*
 * True if every reader sees the same path in an allowed URL: no empty segments,
 * and no percent-encoding of characters with a meaning in paths.
 */
extern bool adp_url_path_is_plain(const char *url);

/* True for a loopback address. */
extern bool adp_address_is_loopback(const struct sockaddr *address);

/* Appends text as a part of a query string or form, percent-encoded. */
extern void adp_url_append(StringInfo out, const char *text);

#endif /* ADP_NET_URL_H */
