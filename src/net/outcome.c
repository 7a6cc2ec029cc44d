/*
 * outcome.c
 *	  The outcome of a transfer: its class and its description.
 */
#include "postgres.h"

#include <curl/curl.h>

#include "base/compat.h"
#include "net/transfer.h"

/*
 * Outcome of the library's result codes that need no further check.  Other
 * codes are ADP_HTTP_FAILED.
 */
static const struct
{
	CURLcode code;
	AdpHttpOutcome outcome;
} outcomes[] = {
	{CURLE_OK, ADP_HTTP_DONE},
	{CURLE_COULDNT_RESOLVE_HOST, ADP_HTTP_RESOLVE},
	{CURLE_COULDNT_CONNECT, ADP_HTTP_CONNECT},
	{CURLE_SSL_CONNECT_ERROR, ADP_HTTP_TLS},
	{CURLE_PEER_FAILED_VERIFICATION, ADP_HTTP_TLS},
	{CURLE_SSL_CACERT_BADFILE, ADP_HTTP_TLS},
	{CURLE_SSL_CERTPROBLEM, ADP_HTTP_TLS},
	{CURLE_SSL_CIPHER, ADP_HTTP_TLS},
	{CURLE_SSL_ENGINE_INITFAILED, ADP_HTTP_TLS},
	{CURLE_SSL_ISSUER_ERROR, ADP_HTTP_TLS},
	{CURLE_SSL_INVALIDCERTSTATUS, ADP_HTTP_TLS},
	{CURLE_PARTIAL_FILE, ADP_HTTP_CUT},
	{CURLE_GOT_NOTHING, ADP_HTTP_CUT},
	{CURLE_SEND_ERROR, ADP_HTTP_CUT},
	{CURLE_RECV_ERROR, ADP_HTTP_CUT},
	{CURLE_WEIRD_SERVER_REPLY, ADP_HTTP_GARBLED},
	{CURLE_OUT_OF_MEMORY, ADP_HTTP_MEMORY},
};

/*
 * True if the peer closed the connection during the handshake.  The library
 * reports this like an untrusted certificate.  But it may be temporary, so
 * another attempt is worthwhile.
 */
static bool
handshake_was_cut(const AdpHttpTransfer *transfer)
{
	return strstr(transfer->problem, "SSL_ERROR_SYSCALL") != NULL ||
		strstr(transfer->problem, "unexpected eof") != NULL ||
		strstr(transfer->problem, strerror(ECONNRESET)) != NULL ||
		strstr(transfer->problem, strerror(EPIPE)) != NULL;
}

/*
 * True if a request was sent.  The times that the library counts do not prove
 * that: some releases count none for a connection that is used again, others count
 * those of a failure for the phases that it never reached.
 */
static bool
request_was_sent(CURL *easy)
{
	long sent_bytes = 0;

	(void) curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
	return sent_bytes > 0;
}

/*
 * Finds in which phase a transfer timed out.
 */
static AdpHttpOutcome
classify_timeout(CURL *easy)
{
	curl_off_t resolved_us = 0;

	(void) curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved_us);
	if (request_was_sent(easy))
		return ADP_HTTP_TIMEOUT;
	return resolved_us == 0 ? ADP_HTTP_RESOLVE : ADP_HTTP_CONNECT;
}

/*
 * True if the library gave up on a header line.  It buffers a line in memory of
 * fixed size, and older releases report a longer line like a failed allocation.
 */
static bool
header_was_too_long(const AdpHttpTransfer *transfer, int code)
{
	if (code == ADP_CURLE_TOO_LARGE)
		return !transfer->body_begun;
	return code == CURLE_OUT_OF_MEMORY && !transfer->body_begun &&
		request_was_sent(transfer->easy);
}

/*
 * Converts the library's result into an outcome.
 */
AdpHttpOutcome
adp_outcome_classify(const AdpHttpTransfer *transfer, int code)
{
	if (transfer->failure != ADP_HTTP_PENDING)
		return transfer->failure;
	if (header_was_too_long(transfer, code))
		return ADP_HTTP_TOO_LARGE;
	if (code == CURLE_OPERATION_TIMEDOUT)
		return classify_timeout(transfer->easy);
	if (code == CURLE_SSL_CONNECT_ERROR && handshake_was_cut(transfer))
		return ADP_HTTP_CONNECT;
	for (int i = 0; i < (int) lengthof(outcomes); i++)
	{
		if ((int) outcomes[i].code == code)
			return outcomes[i].outcome;
	}
	return ADP_HTTP_FAILED;
}

/*
 * True if text repeats the URL's query or a header of the request.  The
 * library's texts do not; this check makes sure of it.
 */
static bool
tells_request(const AdpHttpTransfer *transfer, const char *text)
{
	const char *query = strchr(transfer->url, '?');

	if (query != NULL && query[1] != '\0' && strstr(text, query + 1) != NULL)
		return true;
	for (const struct curl_slist *line = transfer->headers; line != NULL;
		 line = line->next)
	{
		const char *value = strstr(line->data, ": ");

		if (value != NULL && strstr(text, value + 2) != NULL)
			return true;
	}
	return false;
}

/*
 * Returns the problem of a failed transfer: the callback's text if a callback
 * found it, else the library's.
 */
const char *
adp_outcome_problem(AdpHttpTransfer *transfer, int code)
{
	const AdpSpool *spool = &transfer->body;

	if (header_was_too_long(transfer, code))
		return ADP_HEADERS_TOO_LARGE;
	if (spool->problem != NULL && spool->problem_errno == 0)
		return spool->problem;
	if (spool->problem != NULL)
	{
		errno = spool->problem_errno;
		snprintf(transfer->problem, sizeof(transfer->problem), "%s: %m",
				 spool->problem);
	}
	else if (transfer->problem[0] == '\0' ||
			 tells_request(transfer, transfer->problem))
		return curl_easy_strerror(code);
	return transfer->problem;
}

/*
 * Describes an outcome in a palloc'd text.
 */
char *
adp_http_describe(const AdpHttpResponse *response)
{
	const char *words = NULL;

	switch (response->outcome)
	{
		case ADP_HTTP_PENDING:
			words = "no response yet";
			break;
		case ADP_HTTP_DONE:
			return psprintf("HTTP %d", response->status);
		case ADP_HTTP_RESOLVE:
			words = "host name could not be resolved";
			break;
		case ADP_HTTP_CONNECT:
			words = "connection could not be made";
			break;
		case ADP_HTTP_TLS:
			words = "TLS connection could not be made";
			break;
		case ADP_HTTP_TIMEOUT:
			words = "request timed out";
			break;
		case ADP_HTTP_CUT:
			words = "connection was lost before the response was complete";
			break;
		case ADP_HTTP_GARBLED:
			words = "response is damaged";
			break;
		case ADP_HTTP_TOO_LARGE:
			words = "response is too large";
			break;
		case ADP_HTTP_MEMORY:
			words = "out of memory";
			break;
		case ADP_HTTP_FAILED:
			words = "request failed";
			break;
	}
	if (response->problem == NULL)
		return pstrdup(words);
	return psprintf("%s (%s)", words, response->problem);
}
