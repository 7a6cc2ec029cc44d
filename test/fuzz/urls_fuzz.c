/*
 * urls_fuzz.c
 *	  Fuzzes the rules about URLs: endpoints, redirects, pages.
 *
 * An input's first line is a URL, its second a text to encode.  libcurl's reading
 * of the URL is the judge.  A finding is: an endpoint that is let in though it
 * has a user name, a query, another host than was allowed or a path outside of
 * the allowed one; a redirect that leaves its domain; plain http to another
 * machine; and a text that does not come back from its encoding.
 */
#include "postgres.h"

#include <arpa/inet.h>
#include <ctype.h>

#include "fuzz.h"
#include "utils/formatting.h"
#include "utils/json.h"

#include <curl/curl.h>

#include "base/guc.h"
#include "base/json.h"
#include "fdw/endpoint.h"
#include "net/http.h"
#include "net/url.h"
#include "platform/api/pager.h"

/* A domain that redirects stay within. */
#define DOMAIN "appsflyer.com"

/* What adpipe.allowed_endpoints holds, and what it means. */
#define ALLOWED "https://ads.example.com/v1/, http://LOCALHOST:8080"

/* A URL as libcurl reads it; NULL: a part that it lacks. */
typedef struct Parts
{
	bool is_read;
	char *scheme;
	char *user;
	char *host;
	char *port;
	char *path;
	char *query;
	char *fragment;
} Parts;

/*
 * Returns a copy of a part.
 */
static char *
copy_part(CURLU *url, CURLUPart part, unsigned int flags)
{
	char *value = NULL;
	char *copy = NULL;

	if (curl_url_get(url, part, &value, flags) == CURLUE_OK)
		copy = pstrdup(value);
	curl_free(value);
	return copy;
}

/*
 * Reads a URL.
 */
static Parts
read_url(const char *text)
{
	CURLU *url = curl_url();
	Parts parts = {0};

	if (curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK)
	{
		parts.is_read = true;
		parts.scheme = copy_part(url, CURLUPART_SCHEME, 0);
		parts.user = copy_part(url, CURLUPART_USER, 0);
		parts.host = copy_part(url, CURLUPART_HOST, 0);
		parts.port = copy_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
		parts.path = copy_part(url, CURLUPART_PATH, 0);
		parts.query = copy_part(url, CURLUPART_QUERY, 0);
		parts.fragment = copy_part(url, CURLUPART_FRAGMENT, 0);
	}
	curl_url_cleanup(url);
	return parts;
}

/*
 * Whether a host is this machine, by the name or by an address.
 */
static bool
is_local(const char *host)
{
	struct in_addr address;

	if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, &address) == 1 &&
		ntohl(address.s_addr) >> 24 == 127;
}

/*
 * Checks a URL that requests may be sent to.
 */
static void
check_allowed(const char *url, const Parts *parts)
{
	if (!parts->is_read || parts->host == NULL || parts->host[0] == '\0')
		fuzz_finding("a URL without a host is allowed");
	if (parts->user != NULL)
		fuzz_finding("a URL with a user name is allowed");
	if (strcmp(parts->scheme, "https") != 0 &&
		(strcmp(parts->scheme, "http") != 0 ||
		 !is_local(asc_tolower(parts->host, strlen(parts->host)))))
		fuzz_finding("%s to %s is allowed", parts->scheme, parts->host);
	if (adp_url_is_plain(url) != (strcmp(parts->scheme, "http") == 0))
		fuzz_finding("a URL is plain http or is not");
	if (adp_url_is_within(url, DOMAIN))
	{
		size_t len = strlen(parts->host);
		const char *end = parts->host + len - Min(len, strlen(DOMAIN));

		if (pg_strcasecmp(end, DOMAIN) != 0 ||
			(end > parts->host && end[-1] != '.'))
			fuzz_finding("host %s counts as within " DOMAIN, parts->host);
	}
}

/*
 * Whether a URL is one of those that ALLOWED means, or the platform's own.
 */
static bool
is_meant(const Parts *parts)
{
	const char *host = asc_tolower(parts->host, strlen(parts->host));
	bool is_https = strcmp(parts->scheme, "https") == 0;
	const char *path = parts->path ? parts->path : "/";

	if (!is_https)
		return strcmp(host, "localhost") == 0 &&
			strcmp(parts->port, "8080") == 0;
	if (strcmp(parts->port, "443") != 0)
		return false;
	if (strcmp(host, "googleads.googleapis.com") == 0 ||
		strcmp(host, "oauth2.googleapis.com") == 0)
		return true;
	return strcmp(host, "ads.example.com") == 0 &&
		strncmp(path, "/v1", 3) == 0 && (path[3] == '\0' || path[3] == '/');
}

/*
 * Checks a URL as the endpoint of a server that an ordinary role makes.
 */
static void
check_endpoint(const char *url, const Parts *parts)
{
	const AdpPlatform *platform = adp_platform_by_name("google_ads");
	char *own = adp_guc_allowed_endpoints;

	if (adp_endpoint_check(url) != NULL)
		return;
	if (!adp_http_url_allowed(url) || !adp_url_path_is_plain(url))
		fuzz_finding("an endpoint is let in that is not allowed");
	if (parts->query != NULL || parts->fragment != NULL)
		fuzz_finding("an endpoint with a query or fragment is let in");
	if (parts->path != NULL && strcmp(parts->path, "/") != 0 &&
		strstr(url, parts->path) == NULL)
		fuzz_finding("the path of an endpoint is read as %s", parts->path);
	adp_guc_allowed_endpoints = ALLOWED;
	PG_TRY();
	{
		adp_endpoint_require_allowed(platform, "endpoint", url, InvalidOid);
	}
	PG_FINALLY();
	{
		adp_guc_allowed_endpoints = own;
	}
	PG_END_TRY();
	if (!is_meant(parts))
		fuzz_finding("endpoint %s is let in", url);
}

/*
 * Checks that a text comes back from its encoding, which has no separators.
 */
static void
check_encoding(const char *text)
{
	StringInfoData out;
	char *decoded;
	int len;

	initStringInfo(&out);
	adp_url_append(&out, text);
	if (strpbrk(out.data, "&=?#/+ \"\\") != NULL)
		fuzz_finding("an encoded text has a separator: %s", out.data);
	decoded = curl_easy_unescape(NULL, out.data, out.len, &len);
	if (decoded == NULL || len != strlen(text) ||
		memcmp(decoded, text, len) != 0)
		fuzz_finding("a text does not come back from its encoding");
	curl_free(decoded);
}

/*
 * Checks what is taken from the address of a next page: never the address.
 */
static void
check_page(const char *address)
{
	const AdpPlatform *platform = adp_platform_by_name("appsflyer");
	const AdpPager *pager = platform->listing.pager;
	AdpApiRequest request = {.path = "/api/mng/apps?limit=1000"};
	AdpPageEnd end = {0};
	StringInfoData doc;
	const char *token;

	initStringInfo(&doc);
	appendStringInfoString(&doc, "{\"links\":{\"next\":");
	escape_json(&doc, address);
	appendStringInfoString(&doc, "}}");
	end.doc = adp_json_parse(CurrentMemoryContext, doc.data, doc.len, NULL);
	token = adp_pager_next(pager, &end);
	if ((token == NULL) != (address[0] == '\0'))
		fuzz_finding("a next page is missed");
	if (token == NULL)
		return;
	if (strspn(token, "0123456789") != strlen(token))
		fuzz_finding("page token \"%s\" is no number", token);
	adp_pager_ask(pager, token, 0, &request);
	fuzz_check_same("request of a page", request.path,
					psprintf("/api/mng/apps?limit=1000&offset=%s", token));
}

void
fuzz_urls(FuzzInput input)
{
	const char *url = fuzz_take_line(&input);
	Parts parts = read_url(url);

	check_encoding(fuzz_take_line(&input));
	check_page(url);
	if (adp_http_url_allowed(url))
		check_allowed(url, &parts);
	else if (adp_endpoint_check(url) == NULL)
		fuzz_finding("an endpoint is let in that is not allowed");
	check_endpoint(url, &parts);
}
