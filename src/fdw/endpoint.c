/*
 * endpoint.c
 *	  Which addresses requests may be sent to.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/guc.h"
#include "base/words.h"
#include "fdw/endpoint.h"
#include "net/http.h"

/*
 * What keeps a URL from being an absolute http(s) address of a host and path.
 */
const char *
adp_endpoint_check(const char *url)
{
	if (strncmp(url, "http://", 7) == 0 && !adp_http_url_allowed(url))
		return "Plain http is spoken with loopback addresses only; use https.";
	if (!adp_http_url_allowed(url))
		return "Give an absolute URL that starts with https://, without user name, query or fragment.";
	if (strpbrk(url, "?#") != NULL)
		return "A base URL has no query and no fragment.";
	return NULL;
}

/*
 * The host part of a URL with its scheme: up to the third slash.
 */
static int
origin_len(const char *url)
{
	const char *host = strstr(url, "://");

	return host ? (int) (host + 3 - url + strcspn(host + 3, "/")) : 0;
}

/*
 * Whether a URL starts with a prefix, at a boundary of its path: a prefix
 * "https://a.com" must not let "https://a.com.evil" pass.
 */
static bool
has_prefix(const char *url, const char *prefix)
{
	int len = (int) strlen(prefix);

	while (len > 0 && prefix[len - 1] == '/')
		len--;
	if (len == 0 || len < origin_len(prefix))
		return false;
	return strncmp(url, prefix, len) == 0 &&
		(url[len] == '\0' || url[len] == '/');
}

/*
 * Whether a URL is on the host of a platform's own URL.
 */
static bool
same_origin(const char *url, const char *own)
{
	int len = origin_len(own);

	return own != NULL && origin_len(url) == len && strncmp(url, own, len) == 0;
}

/*
 * Throws unless role may have requests sent to the URL.
 */
void
adp_endpoint_require_allowed(const AdpPlatform *platform, const char *option,
							 const char *url, Oid role)
{
	char *rest;
	char *prefix;

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
