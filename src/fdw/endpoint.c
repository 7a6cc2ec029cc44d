/*
 * endpoint.c
 *	  Checks the addresses that requests may be sent to.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/guc.h"
#include "base/words.h"
#include "fdw/endpoint.h"
#include "net/http.h"
#include "net/url.h"

/*
 * Returns why a URL is not an absolute http(s) address of a host and path.
 */
const char *
adp_endpoint_check(const char *url)
{
	if (!adp_url_path_is_plain(url))
		return "The path of a URL has no segments \".\" or \"..\", no empty ones, and no encoded slashes or backslashes.";
	if (strncmp(url, "http://", 7) == 0 && !adp_http_url_allowed(url))
		return "Plain http is spoken with loopback addresses only; use https.";
	if (!adp_http_url_allowed(url))
		return "Give an absolute URL that starts with https://, without user name, query or fragment.";
	if (strpbrk(url, "?#") != NULL)
		return "A base URL has no query and no fragment.";
	return NULL;
}

/*
 * Returns the length of a URL's scheme and host: up to the third slash.
 */
static int
origin_len(const char *url)
{
	const char *host = strstr(url, "://");

	return host ? (int) (host + 3 - url + strcspn(host + 3, "/")) : 0;
}

/*
 * Normalizes a URL: scheme and host in lower case, no default port.
 */
static char *
normalize(const char *url)
{
	char *copy = pstrdup(url);
	int len = origin_len(copy);
	const char *port = strncasecmp(url, "https:", 6) == 0 ? ":443" : ":80";
	int port_len = (int) strlen(port);

	for (int i = 0; i < len; i++)
		copy[i] = pg_tolower((unsigned char) copy[i]);
	if (len > port_len && strncmp(copy + len - port_len, port, port_len) == 0)
		memmove(copy + len - port_len, copy + len, strlen(copy + len) + 1);
	return copy;
}

/*
 * Whether a URL starts with a prefix, at a boundary of its path.  The prefix
 * "https://a.com" must not match "https://a.com.evil".
 */
static bool
has_prefix(const char *url, const char *prefix)
{
	char *wanted = normalize(prefix);
	char *found = normalize(url);
	int len = (int) strlen(wanted);

	while (len > 0 && wanted[len - 1] == '/')
		len--;
	if (len == 0 || len < origin_len(wanted))
		return false;
	return strncmp(found, wanted, len) == 0 &&
		(found[len] == '\0' || found[len] == '/');
}

/*
 * Whether a URL is on the host of the platform's own URL.
 */
static bool
same_origin(const char *url, const char *own)
{
	char *found = normalize(url);
	int len = origin_len(own);

	return origin_len(found) == len && strncmp(found, own, len) == 0;
}

/*
 * Throws unless the role may use the URL.
 */
void
adp_endpoint_require_allowed(const AdpPlatform *platform, const char *option,
							 const char *url, Oid role)
{
	const char *problem = adp_endpoint_check(url);
	char *rest;
	char *prefix;

	if (problem != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid value for option \"%s\"", option),
				 errdetail_internal("%s", problem)));
	if (superuser_arg(role) || same_origin(url, platform->endpoint) ||
		(platform->token_endpoint && same_origin(url, platform->token_endpoint)))
		return;
	rest = pstrdup(adp_guc_allowed_endpoints);
	while ((prefix = adp_words_next(&rest, ", ")) != NULL)
	{
		if (*prefix != '\0' && has_prefix(url, prefix))
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("option \"%s\" may not be \"%s\"", option, url),
			 errdetail(
				 "A role that is not superuser may use the platform's own hosts, or those that setting \"adpipe.allowed_endpoints\" allows."),
			 errhint(
				 "Have a superuser create the server, or add the address to \"adpipe.allowed_endpoints\".")));
}
