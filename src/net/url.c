/*
 * url.c
 *	  Which URLs are allowed.
 *
 * The rule for plain http is deliberately narrow.  Two parsers read a URL, this
 * file's and the transfer library's, and both must see the same host.  So URLs
 * that parsers may read differently are rejected: user names, numeric address
 * forms, trailing dots, backslashes.
 */
#include "postgres.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "net/http.h"
#include "net/url.h"

/* Longest address whose path is looked into; servers refuse longer ones, too. */
#define URL_MAX 8192

#define HTTPS_PREFIX "https://"
#define HTTP_PREFIX "http://"

/* Longer than any address or "localhost", brackets included. */
#define LOCAL_HOST_MAX 64

/*
 * True if text starts with prefix, ignoring case.
 */
static bool
has_prefix(const char *text, const char *prefix)
{
	return pg_strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/*
 * True if an allowed URL is plain http.
 */
bool
adp_url_is_plain(const char *url)
{
	return has_prefix(url, HTTP_PREFIX);
}

/*
 * True for an https URL within a domain.  The host may contain only letters,
 * digits, hyphens and dots, so that every parser sees the same host.
 */
bool
adp_url_is_within(const char *url, const char *domain)
{
	const char *host = url + strlen(HTTPS_PREFIX);
	size_t domain_len = strlen(domain);
	size_t len;

	if (!has_prefix(url, HTTPS_PREFIX))
		return false;
	len = strspn(host,
				 "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.");
	if (host[len] != '\0' && strchr("/?:", host[len]) == NULL)
		return false;
	if (host[len] == ':' && strcspn(host + len, "@") != strlen(host + len))
		return false;
	if (len < domain_len ||
		pg_strncasecmp(host + len - domain_len, domain, domain_len) != 0)
		return false;
	return len == domain_len || host[len - domain_len - 1] == '.';
}

/*
 * True for a loopback address.
 */
bool
adp_address_is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
	{
		const struct sockaddr_in *in = (const struct sockaddr_in *) address;

		return ntohl(in->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	}
	if (address->sa_family == AF_INET6)
	{
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) address;

		return IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr);
	}
	return false;
}

/*
 * True if host, in the URL's spelling, is exactly "localhost", 127.x.x.x in
 * plain decimal, or [::1].  inet_pton() rejects short, octal and hexadecimal
 * forms.
 */
static bool
is_loopback_name(const char *host)
{
	struct in_addr in;

	if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, &in) == 1 &&
		ntohl(in.s_addr) >> 24 == IN_LOOPBACKNET;
}

/*
 * Copies the host of an http URL literally, without the port.  Returns false if
 * it is longer than any local host, or if anything but a port or the end of the
 * authority follows it.
 */
static bool
read_local_host(const char *url, char *host)
{
	const char *start = url + strlen(HTTP_PREFIX);
	size_t len = strcspn(start, start[0] == '[' ? "]/?#@" : ":/?#@");
	const char *rest;

	if (start[0] == '[' && start[len] == ']')
		len++;
	if (len >= LOCAL_HOST_MAX)
		return false;
	memcpy(host, start, len);
	host[len] = '\0';

	rest = start + len;
	if (*rest == ':')
		rest += 1 + strspn(rest + 1, "0123456789");
	return *rest == '\0' || strchr("/?#", *rest) != NULL;
}

/*
 * True if one part of a parsed URL equals expected; NULL means absent.
 */
static bool
part_is(CURLU *parsed, CURLUPart part, const char *expected)
{
	char *value = NULL;
	bool is_equal;

	if (curl_url_get(parsed, part, &value, 0) != CURLUE_OK)
		return expected == NULL;
	is_equal = expected != NULL && strcmp(value, expected) == 0;
	curl_free(value);
	return is_equal;
}

/*
 * True if the library reads the same scheme and host (any host if NULL), and no
 * user name.
 */
static bool
library_agrees(const char *url, const char *scheme, const char *host)
{
	CURLU *parsed = curl_url();
	bool agrees;

	if (parsed == NULL)
		return false;
	agrees = curl_url_set(parsed, CURLUPART_URL, url, CURLU_DISALLOW_USER) ==
			CURLUE_OK &&
		part_is(parsed, CURLUPART_SCHEME, scheme) &&
		part_is(parsed, CURLUPART_USER, NULL) &&
		(host == NULL || part_is(parsed, CURLUPART_HOST, host));
	curl_url_cleanup(parsed);
	return agrees;
}

/*
 * True if url is printable ASCII without backslashes, which some parsers treat
 * as slashes.
 */
static bool
is_plain_text(const char *url)
{
	for (const char *c = url; *c != '\0'; c++)
	{
		if (*c <= ' ' || *c >= 0x7f || *c == '\\')
			return false;
	}
	return true;
}

/*
 * Decodes percent-encoding in place.  Returns false if nothing was encoded.
 */
static bool
decode_percent(char *text)
{
	bool has_encoded = false;
	char *to = text;

	for (const char *from = text; *from != '\0'; from++)
	{
		unsigned int byte;

		if (*from == '%' && isxdigit((unsigned char) from[1]) &&
			isxdigit((unsigned char) from[2]) &&
			sscanf(from + 1, "%2x", &byte) == 1 && byte != 0)
		{
			*to++ = (char) byte;
			from += 2;
			has_encoded = true;
		}
		else
			*to++ = *from;
	}
	*to = '\0';
	return has_encoded;
}

/*
 * True if a path has a segment "." or "..".
 */
static bool
has_dot_segment(const char *path)
{
	while (*path != '\0')
	{
		size_t len = strcspn(path, "/\\");

		if ((len == 1 && path[0] == '.') ||
			(len == 2 && path[0] == '.' && path[1] == '.'))
			return true;
		path += len;
		path += *path != '\0';
	}
	return false;
}

/*
 * Copies the path of a URL.
 */
static char *
copy_path(const char *url)
{
	const char *host = strstr(url, "://");
	const char *path = host ? host + 3 + strcspn(host + 3, "/?#") : url;

	return pnstrdup(path, strcspn(path, "?#"));
}

/*
 * True if the path of a URL has no dot segments in any encoding: a later reader
 * may decode the path, even more than once.
 */
static bool
goes_straight(const char *url)
{
	char *path = copy_path(url);
	bool is_straight;

	do
		is_straight = !has_dot_segment(path);
	while (is_straight && decode_percent(path));
	pfree(path);
	return is_straight;
}

/*
 * True if every reader sees the same path in a URL.
 */
bool
adp_url_path_is_plain(const char *url)
{
	char *path;
	bool is_plain;

	if (strlen(url) > URL_MAX)
		return false;
	path = copy_path(url);
	is_plain = strstr(path, "//") == NULL;

	if (decode_percent(path))
	{
		for (const char *c = path; *c != '\0'; c++)
			is_plain &= *c > ' ' && *c < 0x7f && strchr("\\%?#", *c) == NULL;
		/* some readers would take an encoded slash as another segment */
		is_plain &=
			strstr(path, "//") == NULL && strcasestr(url, "%2f") == NULL;
	}
	pfree(path);
	return is_plain && goes_straight(url);
}

/*
 * True for "https://...", and for "http://" to this machine.
 */
bool
adp_http_url_allowed(const char *url)
{
	char host[LOCAL_HOST_MAX];

	if (url == NULL || !is_plain_text(url) || !goes_straight(url))
		return false;
	if (has_prefix(url, HTTPS_PREFIX))
		return url[strlen(HTTPS_PREFIX)] != '/' &&
			library_agrees(url, "https", NULL);
	return has_prefix(url, HTTP_PREFIX) && read_local_host(url, host) &&
		is_loopback_name(host) && library_agrees(url, "http", host);
}

/*
 * Appends text, percent-encoded: all but letters, digits and "-._~".
 */
void
adp_url_append(StringInfo out, const char *text)
{
	for (const unsigned char *c = (const unsigned char *) text; *c != '\0'; c++)
	{
		if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			(*c >= '0' && *c <= '9') || strchr("-._~", *c) != NULL)
			appendStringInfoChar(out, (char) *c);
		else
			appendStringInfo(out, "%%%02X", *c);
	}
}
