/*
 * transfer.c
 *	  One HTTP transfer: its options, its start, its end.
 *
 * Fixed for all transfers:
 *	- http and https only, no redirects, no proxies (the environment of a
 *	  database server must not route its traffic), no netrc, no cookies, no
 *	  rewriting of paths: only the request decides where bytes go;
 *	- certificates and host names are verified, always;
 *	- HTTP/1.1: a scan sends few requests with large responses, each on its
 *	  own kept-alive connection, so a stalled response delays no other;
 *	- inflate.c decompresses gzip; it explains why.
 */
#include "postgres.h"

#include "commands/tablespace.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/memutils.h"

#include <curl/curl.h>

#include "base/compat.h"
#include "base/guc.h"
#include "base/owner.h"
#include "base/version.h"
#include "net/transfer.h"
#include "net/url.h"

/* The largest receive buffer that the library allows. */
#define RECEIVE_BUFFER_BYTES (512L * 1024)

/*
 * Sets what is the same for all transfers.
 */
static CURLcode
set_fixed_options(CURL *easy)
{
	CURLcode code = CURLE_OK;

	ADP_SET_OPTION(code, easy, CURLOPT_PROTOCOLS_STR, "http,https");
	ADP_SET_OPTION(code, easy, CURLOPT_FOLLOWLOCATION, 0L);
	ADP_SET_OPTION(code, easy, CURLOPT_PROXY, "");
	ADP_SET_OPTION(code, easy, CURLOPT_PATH_AS_IS, 1L);
	ADP_SET_OPTION(code, easy, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
	ADP_SET_OPTION(code, easy, CURLOPT_SSL_VERIFYPEER, 1L);
	ADP_SET_OPTION(code, easy, CURLOPT_SSL_VERIFYHOST, 2L);
	ADP_SET_OPTION(code, easy, CURLOPT_SSLVERSION,
				   (long) CURL_SSLVERSION_TLSv1_2);
	if (adp_guc_ca_file != NULL && adp_guc_ca_file[0] != '\0')
	{
		/* otherwise the library adds the system's certificates to the file */
		ADP_SET_OPTION(code, easy, CURLOPT_CAINFO, adp_guc_ca_file);
		ADP_SET_OPTION(code, easy, CURLOPT_CAPATH, NULL);
	}

	/* Never wait for a resolver thread; never change the server's signals. */
	ADP_SET_OPTION(code, easy, CURLOPT_QUICK_EXIT, 1L);
	ADP_SET_OPTION(code, easy, CURLOPT_NOSIGNAL, 1L);

	ADP_SET_OPTION(code, easy, CURLOPT_HTTP_VERSION,
				   (long) CURL_HTTP_VERSION_1_1);
	ADP_SET_OPTION(code, easy, CURLOPT_USERAGENT, "adpipe/" ADPIPE_VERSION);
	ADP_SET_OPTION(code, easy, CURLOPT_TCP_NODELAY, 1L);
	ADP_SET_OPTION(code, easy, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER_BYTES);
	return code;
}

/*
 * Makes a transfer open a connection, verify it and close it afterwards, if its
 * group has connections that other authorities vouched for.  The library itself
 * notices another file name only.
 */
static CURLcode
set_trust(CURL *easy, const AdpHttpGroup *group)
{
	CURLcode code = CURLE_OK;

	if (adp_http_group_is_trusted(group))
		return code;
	ADP_SET_OPTION(code, easy, CURLOPT_FRESH_CONNECT, 1L);
	ADP_SET_OPTION(code, easy, CURLOPT_FORBID_REUSE, 1L);
	/* nor with what the library has kept of a TLS session or of the authorities */
	ADP_SET_OPTION(code, easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	ADP_SET_OPTION(code, easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
	return code;
}

/*
 * Sets the options of the request.
 */
static CURLcode
set_request(AdpHttpTransfer *transfer, const AdpHttpRequest *request)
{
	CURL *easy = transfer->easy;
	CURLcode code = CURLE_OK;

	ADP_SET_OPTION(code, easy, CURLOPT_URL, request->url);
	ADP_SET_OPTION(code, easy, CURLOPT_HTTPHEADER, transfer->headers);
	ADP_SET_OPTION(code, easy, CURLOPT_CONNECTTIMEOUT_MS,
				   (long) request->connect_timeout_ms);
	ADP_SET_OPTION(code, easy, CURLOPT_TIMEOUT_MS,
				   (long) request->request_timeout_ms);
	/* on a connection that was used before the library would repeat it */
	if (request->is_sent_once)
		ADP_SET_OPTION(code, easy, CURLOPT_FRESH_CONNECT, 1L);
	if (strcmp(request->method, "DELETE") == 0)
		ADP_SET_OPTION(code, easy, CURLOPT_CUSTOMREQUEST, "DELETE");
	if (strcmp(request->method, "POST") != 0)
		return code;

	ADP_SET_OPTION(code, easy, CURLOPT_POST, 1L);
	ADP_SET_OPTION(code, easy, CURLOPT_POSTFIELDSIZE_LARGE,
				   request->body == NULL ? 0 : (curl_off_t) request->body_len);
	ADP_SET_OPTION(code, easy, CURLOPT_COPYPOSTFIELDS,
				   request->body == NULL ? "" : request->body);
	return code;
}

/*
 * Adds a line to the request's headers; false if out of memory.
 */
static bool
add_header_line(AdpHttpTransfer *transfer, const char *line)
{
	struct curl_slist *longer = curl_slist_append(transfer->headers, line);

	if (longer == NULL)
		return false;
	transfer->headers = longer;
	return true;
}

/*
 * Builds the request's headers; false if out of memory.
 */
static bool
add_headers(AdpHttpTransfer *transfer, const AdpHttpRequest *request)
{
	/* An empty "Expect:" keeps the library from asking before a large body. */
	bool added = add_header_line(transfer, "Accept-Encoding: gzip") &&
		add_header_line(transfer, "Expect:");

	for (int i = 0; added && i < request->nheaders; i++)
	{
		const AdpHttpHeader *header = &request->headers[i];

		/* For the library, a semicolon means a header with an empty value. */
		added = add_header_line(transfer,
								header->value[0] == '\0'
									? psprintf("%s;", header->name)
									: psprintf("%s: %s", header->name,
											   header->value));
	}
	return added;
}

/*
 * Throws if the request must not be sent.  A line break in a header would let a
 * credential add further headers.  The value is not shown.
 */
static void
check_request(const AdpHttpRequest *request)
{
	AdpError error = {.class = ADP_OK};

	if (strcmp(request->method, "GET") != 0 &&
		strcmp(request->method, "POST") != 0 &&
		strcmp(request->method, "DELETE") != 0)
		elog(ERROR, "unsupported HTTP method \"%s\"", request->method);

	if (!adp_http_url_allowed(request->url))
		adp_error_set(&error, ADP_ERR_PRIVILEGE,
					  "address of the request is not allowed",
					  "Requests go to https addresses, or by http to this machine.",
					  NULL);
	for (int i = 0; i < request->nheaders; i++)
	{
		if (strpbrk(request->headers[i].name, "\r\n:") != NULL ||
			strpbrk(request->headers[i].value, "\r\n") != NULL)
			adp_error_set(&error, ADP_ERR_ARGUMENT,
						  psprintf("value of header \"%s\" contains a line break",
								   request->headers[i].name),
						  NULL, NULL);
	}
	if (error.class != ADP_OK)
		adp_error_throw(&error);
}

/*
 * Finds the directory for temporary files as the server does: temp_tablespaces
 * if set, else the database's tablespace.
 */
static void
find_spool_dir(char *path)
{
	Oid tablespace;

	PrepareTempTablespaces();
	tablespace = GetNextTempTableSpace();
	if (!OidIsValid(tablespace))
		tablespace = MyDatabaseTableSpace;
	TempTablespacePath(path, tablespace);
}

/*
 * Removes a transfer from its group, finished or not.
 */
static void
leave_group(AdpHttpTransfer *transfer)
{
	if (!transfer->is_running)
		return;
	transfer->is_running = false;
	dlist_delete(&transfer->node);
	(void) curl_multi_remove_handle(transfer->group->multi, transfer->easy);
}

/*
 * Owner's release: frees a transfer's resources outside its memory context.
 */
static void
release_transfer(void *resource)
{
	AdpHttpTransfer *transfer = resource;

	leave_group(transfer);
	if (transfer->easy != NULL)
		curl_easy_cleanup(transfer->easy);
	transfer->easy = NULL;
	curl_slist_free_all(transfer->headers);
	transfer->headers = NULL;
	adp_inflate_close(transfer->inflate);
	transfer->inflate = NULL;
	adp_spool_release(&transfer->body);
	adp_group_account(transfer->group);
}

/*
 * Makes a transfer without resources.
 */
static AdpHttpTransfer *
create_transfer(AdpHttpGroup *group, const AdpHttpRequest *request)
{
	MemoryContext cxt = AllocSetContextCreate(group->cxt, "adpipe transfer",
											  ALLOCSET_SMALL_SIZES);
	AdpHttpTransfer *transfer = MemoryContextAllocZero(cxt, sizeof(*transfer));
	char spool_dir[MAXPGPATH] = "";

	transfer->cxt = cxt;
	transfer->group = group;
	transfer->url = MemoryContextStrdup(cxt, request->url);
	transfer->stays_local = adp_url_is_plain(request->url);
	transfer->max_expansion = request->max_expansion;
	transfer->needs_end_mark = request->needs_end_mark;
	if (request->max_body_bytes > ADP_SPOOL_MEMORY_MAX)
		find_spool_dir(spool_dir);
	adp_spool_init(&transfer->body, request->max_body_bytes, spool_dir,
				   &group->nopen);
	adp_owner_create(cxt, release_transfer)->resource = transfer;
	return transfer;
}

/*
 * Prepares a transfer and adds it to its group.  Returns NULL or an error text.
 */
static const char *
launch(AdpHttpTransfer *transfer, const AdpHttpRequest *request)
{
	CURLcode code;
	CURLMcode mcode;

	transfer->easy = curl_easy_init();
	if (transfer->easy == NULL || !add_headers(transfer, request))
		return "out of memory";
	code = set_fixed_options(transfer->easy);
	if (code == CURLE_OK)
		code = set_trust(transfer->easy, transfer->group);
	if (code == CURLE_OK)
		code = (CURLcode) adp_transfer_set_callbacks(transfer);
	if (code == CURLE_OK)
		code = set_request(transfer, request);
	if (code != CURLE_OK)
		return curl_easy_strerror(code);

	mcode = curl_multi_add_handle(transfer->group->multi, transfer->easy);
	if (mcode != CURLM_OK)
		return curl_multi_strerror(mcode);
	dlist_push_tail(&transfer->group->running, &transfer->node);
	transfer->is_running = true;
	return NULL;
}

/*
 * Starts a transfer.
 */
AdpHttpTransfer *
adp_http_start(AdpHttpGroup *group, const AdpHttpRequest *request)
{
	AdpHttpTransfer *transfer;
	MemoryContext caller;
	const char *problem;

	check_request(request);
	transfer = create_transfer(group, request);
	caller = MemoryContextSwitchTo(transfer->cxt);
	problem = launch(transfer, request);
	MemoryContextSwitchTo(caller);
	if (problem != NULL)
	{
		AdpError error = {.class = ADP_OK};

		adp_error_set(&error, ADP_ERR_MEMORY,
					  psprintf("could not start request: %s", problem), NULL,
					  NULL);
		MemoryContextDelete(transfer->cxt);
		adp_error_throw(&error);
	}
	return transfer;
}

/*
 * True if anything but the end of the connection marked the end of the body.  A
 * compressed body has an end of its own.
 */
static bool
end_was_marked(const AdpHttpTransfer *transfer)
{
	curl_off_t announced = -1;
	const char *coding = adp_http_header(transfer, "Transfer-Encoding");

	(void) curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
							 &announced);
	return announced >= 0 || transfer->inflate != NULL ||
		(coding != NULL && pg_strcasecmp(coding, "chunked") == 0);
}

/*
 * True if a part of a response that the library reports as complete may be
 * missing.  The library takes the end of a connection for the end of the
 * headers, or of a body without a length.
 */
static bool
may_be_cut(AdpHttpTransfer *transfer)
{
	long status = 0;

	(void) curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	if (!transfer->head_ended)
		transfer->body.problem = "headers end early";
	else if (transfer->needs_end_mark && status == 200 &&
			 !end_was_marked(transfer))
		transfer->body.problem = "nothing marks the end of the body";
	else
		return false;
	return true;
}

/*
 * Completes the body of a response that the library reports as complete.
 */
static AdpHttpOutcome
complete_body(AdpHttpTransfer *transfer)
{
	AdpHttpOutcome outcome;

	if (may_be_cut(transfer))
		return ADP_HTTP_CUT;
	if (transfer->inflate != NULL && !adp_inflate_is_whole(transfer->inflate))
	{
		transfer->body.problem = "compressed body ends early";
		return ADP_HTTP_CUT;
	}
	outcome = adp_spool_finish(&transfer->body);
	return outcome == ADP_HTTP_PENDING ? ADP_HTTP_DONE : outcome;
}

/*
 * Reads status and sizes of an ended transfer from the library.
 */
static void
read_facts(AdpHttpTransfer *transfer)
{
	AdpHttpResponse *response = &transfer->response;
	long status = 0;
	curl_off_t wire_bytes = 0;
	curl_off_t elapsed_us = 0;

	(void) curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	(void) curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T,
							 &wire_bytes);
	(void) curl_easy_getinfo(transfer->easy, CURLINFO_TOTAL_TIME_T, &elapsed_us);
	response->status = (int) status;
	response->wire_bytes = wire_bytes;
	response->elapsed_us = elapsed_us;
}

/*
 * Settles a transfer: removes it from its group and sets its response.  An
 * incomplete body is released at once.
 */
static void
settle(AdpHttpTransfer *transfer, AdpHttpOutcome outcome, const char *problem)
{
	AdpHttpResponse *response = &transfer->response;

	(void) curl_easy_setopt(transfer->easy, CURLOPT_ERRORBUFFER, NULL);
	leave_group(transfer);
	adp_inflate_close(transfer->inflate);
	transfer->inflate = NULL;
	if (outcome != ADP_HTTP_DONE)
		adp_spool_release(&transfer->body);

	response->outcome = outcome;
	response->body = outcome == ADP_HTTP_DONE ? transfer->body.data : "";
	response->body_len = transfer->body.len;
	response->problem = problem;
}

/*
 * Ends a running transfer with the library's result.
 */
void
adp_transfer_finish(AdpHttpTransfer *transfer, int code)
{
	AdpHttpOutcome outcome = adp_outcome_classify(transfer, code);
	const char *problem = NULL;

	if (outcome == ADP_HTTP_DONE)
		outcome = complete_body(transfer);
	if (outcome != ADP_HTTP_DONE)
		problem = adp_outcome_problem(transfer, code);
	read_facts(transfer);
	settle(transfer, outcome, problem);
}

/*
 * Resumes a paused transfer.  The library passes in the data that it kept at
 * once.  If that fails, this function must end the transfer, because the
 * library does not.
 */
void
adp_transfer_resume(AdpHttpTransfer *transfer)
{
	CURLcode code;

	if (!transfer->is_paused)
		return;
	transfer->is_paused = false;
	code = curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
	if (code != CURLE_OK)
		adp_transfer_finish(transfer, code);
}

/*
 * Ends a running transfer with an error that the library does not report.
 */
void
adp_transfer_fail(AdpHttpTransfer *transfer, const char *problem)
{
	read_facts(transfer);
	settle(transfer, ADP_HTTP_FAILED, problem);
}

/*
 * Returns the state of a transfer.
 */
const AdpHttpResponse *
adp_http_response(const AdpHttpTransfer *transfer)
{
	return &transfer->response;
}

/*
 * True if text is made of printable ASCII.
 */
static bool
is_printable(const char *text)
{
	for (; *text != '\0'; text++)
	{
		if ((*text < ' ' && *text != '\t') || *text >= 0x7f)
			return false;
	}
	return true;
}

/*
 * Returns a header of the response by name; NULL if it is missing.  A value
 * that is not printable ASCII counts as missing: it may be malformed in every
 * encoding, and could otherwise reach messages and tables.
 */
const char *
adp_http_header(const AdpHttpTransfer *transfer, const char *name)
{
	struct curl_header *header;

	if (curl_easy_header(transfer->easy, name, 0, CURLH_HEADER, -1, &header) !=
		CURLHE_OK)
		return NULL;
	return is_printable(header->value) ? header->value : NULL;
}

/*
 * Ends a transfer and frees its resources.
 */
void
adp_http_release(AdpHttpTransfer *transfer)
{
	MemoryContextDelete(transfer->cxt);
}

/*
 * Moves the body out of a transfer.  A temporary file was closed when it was
 * mapped, so nothing connects the body to the group.
 */
void
adp_http_take_body(AdpHttpTransfer *transfer, AdpSpool *body)
{
	Assert(transfer->response.outcome == ADP_HTTP_DONE);
	Assert(transfer->body.file_fd < 0);
	*body = transfer->body;
	body->nopen = NULL;
	adp_spool_init(&transfer->body, 0, "", NULL);
	transfer->response.body = "";
	transfer->response.body_len = 0;
}
