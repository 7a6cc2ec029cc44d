/*
 * adpipe_test.c
 *	  Pieces of adpipe's C, shown to SQL for its tests.
 *
 * Thin wrappers: they turn arguments into the structs of the function under
 * test and its result into a row, and decide nothing.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "portability/instr_time.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "base/compat.h"
#include "base/guc.h"
#include "base/jwt.h"
#include "net/http.h"
#include "net/pool.h"
#include "net/retry.h"
#include "platform/api/remedy.h"
#include "platform/appsflyer/appsflyer.h"
#include "platform/google_ads/google_ads.h"
#include "platform/job/job_pace.h"
#include "platform/kakao_moment/kakao_moment.h"
#include "platform/meta_ads/meta_ads.h"
#include "platform/naver_searchad/naver_searchad.h"
#include "platform/naver_searchad/naver_signature.h"

PG_MODULE_MAGIC;

/* Indexed by AdpHttpOutcome. */
static const char *const outcome_names[] = {
	[ADP_HTTP_PENDING] = "pending",
	[ADP_HTTP_DONE] = "done",
	[ADP_HTTP_RESOLVE] = "resolve",
	[ADP_HTTP_CONNECT] = "connect",
	[ADP_HTTP_TLS] = "tls",
	[ADP_HTTP_TIMEOUT] = "timeout",
	[ADP_HTTP_CUT] = "cut",
	[ADP_HTTP_GARBLED] = "garbled",
	[ADP_HTTP_TOO_LARGE] = "too_large",
	[ADP_HTTP_MEMORY] = "memory",
	[ADP_HTTP_FAILED] = "failed",
};

StaticAssertDecl(lengthof(outcome_names) == ADP_HTTP_FAILED + 1,
				 "every outcome has a name");

/* Indexed by AdpRetryVerdict. */
static const char *const verdict_names[] = {
	[ADP_RETRY_STOP] = "stop",
	[ADP_RETRY_WAIT] = "wait",
	[ADP_RETRY_TOO_LONG] = "too_long",
};

/* Indexed by AdpRemedy. */
static const char *const remedy_names[] = {
	[ADP_REMEDY_NONE] = "error",		[ADP_REMEDY_TOKEN] = "token",
	[ADP_REMEDY_WAIT] = "wait",			[ADP_REMEDY_LESS] = "less",
	[ADP_REMEDY_TOO_LONG] = "too_long",
};

PG_FUNCTION_INFO_V1(test_fetch);
PG_FUNCTION_INFO_V1(test_fetch_all);
PG_FUNCTION_INFO_V1(test_fetch_pooled);
PG_FUNCTION_INFO_V1(test_return_busy);
PG_FUNCTION_INFO_V1(test_pool_idle_count);
PG_FUNCTION_INFO_V1(test_wait_for_alarm);
PG_FUNCTION_INFO_V1(test_url_allowed);
PG_FUNCTION_INFO_V1(test_use_ca_file);
PG_FUNCTION_INFO_V1(test_retry_decide);
PG_FUNCTION_INFO_V1(test_retry_after_ms);
PG_FUNCTION_INFO_V1(test_remedy);
PG_FUNCTION_INFO_V1(test_jwt_rs256);
PG_FUNCTION_INFO_V1(test_job_gap_ms);
PG_FUNCTION_INFO_V1(test_job_is_stuck);
PG_FUNCTION_INFO_V1(test_meta_usage);

/*
 * Returns a text argument as a palloc'd string, NULL for NULL.
 */
static char *
text_argument(FunctionCallInfo fcinfo, int number)
{
	if (PG_ARGISNULL(number))
		return NULL;
	return text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/*
 * Splits an array of texts into palloc'd strings.
 */
static char **
text_array(Datum array, int *count)
{
	Datum *elements;
	char **texts;

	deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false,
					  TYPALIGN_INT, &elements, NULL, count);
	texts = palloc(sizeof(char *) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
		texts[i] = TextDatumGetCString(elements[i]);
	return texts;
}

/*
 * Splits "Name: value" lines into headers.
 */
static AdpHttpHeader *
parse_headers(Datum array, int *count)
{
	char **lines = text_array(array, count);
	AdpHttpHeader *headers = palloc(sizeof(AdpHttpHeader) * Max(*count, 1));

	for (int i = 0; i < *count; i++)
	{
		char *separator = strstr(lines[i], ": ");

		if (separator == NULL)
			elog(ERROR, "header has no separator");
		*separator = '\0';
		headers[i].name = lines[i];
		headers[i].value = separator + 2;
	}
	return headers;
}

/*
 * A request that only gets.
 */
static AdpHttpRequest
plain_request(const char *url)
{
	AdpHttpRequest request = {.method = "GET",
							  .url = url,
							  .connect_timeout_ms = 10000,
							  .request_timeout_ms = 60000,
							  .max_body_bytes = 1000000000};

	return request;
}

/*
 * Waits until a transfer ends; returns its response.
 */
static const AdpHttpResponse *
wait_for(AdpHttpGroup *group, AdpHttpTransfer *transfer)
{
	while (adp_http_response(transfer)->outcome == ADP_HTTP_PENDING)
		adp_http_wait(group, -1);
	return adp_http_response(transfer);
}

/*
 * Returns the body of a response as a bytea Datum, checking the promise that a
 * zero byte follows it.
 */
static Datum
body_datum(const AdpHttpResponse *response)
{
	bytea *result = palloc(VARHDRSZ + response->body_len);

	if (response->body[response->body_len] != '\0')
		elog(ERROR, "body is not terminated");
	SET_VARSIZE(result, VARHDRSZ + response->body_len);
	memcpy(VARDATA(result), response->body, response->body_len);
	return PointerGetDatum(result);
}

/*
 * Returns a row of the function's result type.
 */
static Datum
make_row(FunctionCallInfo fcinfo, Datum *values, bool *nulls)
{
	TupleDesc desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type is not a row type");
	return HeapTupleGetDatum(
		heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

/*
 * Fills in a column of text that may be NULL.
 */
static void
set_text(Datum *values, bool *nulls, int column, const char *value)
{
	nulls[column] = value == NULL;
	if (value != NULL)
		values[column] = CStringGetTextDatum(value);
}

/*
 * fetch(url, method, headers, body, connect_timeout_ms, request_timeout_ms,
 * max_body_bytes, want_header)
 */
Datum
test_fetch(PG_FUNCTION_ARGS)
{
	AdpHttpRequest request = {0};
	AdpHttpGroup *group;
	AdpHttpTransfer *transfer;
	const AdpHttpResponse *response;
	char *want_header = text_argument(fcinfo, 7);
	Datum values[8];
	bool nulls[8] = {false};
	Datum row;

	request.url = text_argument(fcinfo, 0);
	request.method = text_argument(fcinfo, 1);
	request.headers = parse_headers(PG_GETARG_DATUM(2), &request.nheaders);
	request.body = text_argument(fcinfo, 3);
	request.body_len = request.body == NULL ? 0 : strlen(request.body);
	request.connect_timeout_ms = PG_GETARG_INT32(4);
	request.request_timeout_ms = PG_GETARG_INT32(5);
	request.max_body_bytes = PG_GETARG_INT64(6);

	group = adp_http_group_create(CurrentMemoryContext);
	transfer = adp_http_start(group, &request);
	response = wait_for(group, transfer);

	set_text(values, nulls, 0, outcome_names[response->outcome]);
	values[1] = Int32GetDatum(response->status);
	values[2] = body_datum(response);
	set_text(values, nulls, 3,
			 want_header == NULL ? NULL
								 : adp_http_header(transfer, want_header));
	values[4] = Int64GetDatum(response->wire_bytes);
	values[5] = Int64GetDatum(response->elapsed_us);
	set_text(values, nulls, 6, response->problem);
	set_text(values, nulls, 7, adp_http_describe(response));
	row = make_row(fcinfo, values, nulls);
	return row;
}

/*
 * fetch_all(urls)
 */
Datum
test_fetch_all(PG_FUNCTION_ARGS)
{
	int count;
	char **urls = text_array(PG_GETARG_DATUM(0), &count);
	AdpHttpGroup *group = adp_http_group_create(CurrentMemoryContext);
	AdpHttpTransfer **transfers = palloc(sizeof(*transfers) * Max(count, 1));
	Datum *bodies = palloc(sizeof(Datum) * Max(count, 1));

	for (int i = 0; i < count; i++)
	{
		AdpHttpRequest request = plain_request(urls[i]);

		transfers[i] = adp_http_start(group, &request);
	}
	for (int i = 0; i < count; i++)
	{
		bodies[i] = CStringGetTextDatum(wait_for(group, transfers[i])->body);
		adp_http_release(transfers[i]);
	}
	PG_RETURN_ARRAYTYPE_P(
		construct_array(bodies, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * fetch_pooled(serverid, umid, url, fail_after)
 */
Datum
test_fetch_pooled(PG_FUNCTION_ARGS)
{
	AdpHttpRequest request = plain_request(text_argument(fcinfo, 2));
	int fail_after = PG_GETARG_INT32(3);
	AdpPoolLease *lease = adp_pool_borrow(PG_GETARG_OID(0), PG_GETARG_OID(1),
										  CurrentMemoryContext);
	AdpHttpGroup *group = adp_pool_group(lease);
	AdpHttpTransfer *transfer = adp_http_start(group, &request);
	text *result;

	for (int i = 0; i < fail_after; i++)
		adp_http_wait(group, 1);
	if (fail_after > 0)
		elog(ERROR, "failing while a transfer is under way");
	result = cstring_to_text(wait_for(group, transfer)->body);
	adp_pool_return(lease);
	PG_RETURN_TEXT_P(result);
}

/*
 * return_busy(serverid, umid, url)
 */
Datum
test_return_busy(PG_FUNCTION_ARGS)
{
	AdpHttpRequest request = plain_request(text_argument(fcinfo, 2));
	AdpPoolLease *lease = adp_pool_borrow(PG_GETARG_OID(0), PG_GETARG_OID(1),
										  CurrentMemoryContext);

	(void) adp_http_start(adp_pool_group(lease), &request);
	adp_pool_return(lease);
	PG_RETURN_VOID();
}

/*
 * pool_idle_count()
 */
Datum
test_pool_idle_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(adp_pool_idle_count());
}

/*
 * wait_for_alarm(delay_ms)
 */
Datum
test_wait_for_alarm(PG_FUNCTION_ARGS)
{
	int64 delay_ms = PG_GETARG_INT64(0);
	AdpHttpGroup *group = adp_http_group_create(CurrentMemoryContext);
	instr_time start;
	instr_time now;

	INSTR_TIME_SET_CURRENT(start);
	adp_http_set_alarm(group, delay_ms);
	do
	{
		adp_http_wait(group, -1);
		INSTR_TIME_SET_CURRENT(now);
		INSTR_TIME_SUBTRACT(now, start);
	} while (INSTR_TIME_GET_MILLISEC(now) < delay_ms);
	PG_RETURN_FLOAT8(INSTR_TIME_GET_MILLISEC(now));
}

/*
 * url_allowed(url)
 */
Datum
test_url_allowed(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(adp_http_url_allowed(text_argument(fcinfo, 0)));
}

/*
 * use_ca_file(path)
 */
Datum
test_use_ca_file(PG_FUNCTION_ARGS)
{
	adp_guc_ca_file =
		MemoryContextStrdup(TopMemoryContext, text_argument(fcinfo, 0));
	PG_RETURN_VOID();
}

/*
 * Returns the outcome of a name.
 */
static AdpHttpOutcome
outcome_by_name(const char *name)
{
	for (int i = 0; i < (int) lengthof(outcome_names); i++)
	{
		if (strcmp(outcome_names[i], name) == 0)
			return (AdpHttpOutcome) i;
	}
	elog(ERROR, "unknown outcome \"%s\"", name);
}

/*
 * retry_decide(attempt, max_retries, outcome, status, is_transient,
 * is_permanent, asked_wait_ms, affordable_ms, random)
 */
Datum
test_retry_decide(PG_FUNCTION_ARGS)
{
	AdpRetryInput input = {.attempt = PG_GETARG_INT32(0),
						   .max_retries = PG_GETARG_INT32(1),
						   .outcome = outcome_by_name(text_argument(fcinfo, 2)),
						   .status = PG_GETARG_INT32(3),
						   .is_transient = PG_GETARG_BOOL(4),
						   .is_permanent = PG_GETARG_BOOL(5),
						   .asked_wait_ms = PG_GETARG_INT64(6),
						   .affordable_ms = PG_GETARG_INT64(7),
						   .random = PG_GETARG_FLOAT8(8)};
	AdpRetryDecision decision = adp_retry_decide(&input);
	Datum values[2];
	bool nulls[2] = {false};

	set_text(values, nulls, 0, verdict_names[decision.verdict]);
	values[1] = Int64GetDatum(decision.wait_ms);
	return make_row(fcinfo, values, nulls);
}

/*
 * retry_after_ms(value, now)
 */
Datum
test_retry_after_ms(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(
		adp_retry_after_ms(text_argument(fcinfo, 0), PG_GETARG_INT64(1)));
}

/*
 * Returns the failures of a platform.
 */
static const AdpFailureKind *
failures_of(const char *platform)
{
	if (strcmp(platform, "google_ads") == 0)
		return &adp_google_ads_failures;
	if (strcmp(platform, "meta_ads") == 0)
		return &adp_meta_ads_failures;
	if (strcmp(platform, "appsflyer") == 0)
		return &adp_appsflyer_failures;
	if (strcmp(platform, "naver_searchad") == 0)
		return &adp_naver_searchad_failures;
	if (strcmp(platform, "kakao_moment") == 0)
		return &adp_kakao_moment_failures;
	elog(ERROR, "unknown platform \"%s\"", platform);
}

/*
 * Reads a failed response as a call does, its headers about quotas apart.
 */
static AdpFailure
read_failure(FunctionCallInfo fcinfo)
{
	AdpFailure failure = {.retry_after_ms = -1};
	char *body = text_argument(fcinfo, 2);
	AdpReply reply = {.status = PG_GETARG_INT32(1),
					  .text = body,
					  .path = "",
					  .days = PG_GETARG_INT32(8)};

	if (reply.status == 0)
		return failure;
	if (body[0] != '\0')
		reply.doc =
			adp_json_parse(CurrentMemoryContext, body, strlen(body), NULL);
	adp_failure_read(failures_of(text_argument(fcinfo, 0)), &reply, &failure);
	if (failure.retry_after_ms < 0)
		failure.retry_after_ms =
			adp_retry_after_ms(text_argument(fcinfo, 3), 784111777);
	return failure;
}

/*
 * remedy(platform, status, body, retry_after, outcome, attempts, max_retries,
 * left_ms, days, has_renewed, renews_tokens, secrets_changed)
 */
Datum
test_remedy(PG_FUNCTION_ARGS)
{
	AdpFailure failure = read_failure(fcinfo);
	AdpTrouble trouble = {.failure = &failure,
						  .outcome = outcome_by_name(text_argument(fcinfo, 4)),
						  .status = PG_GETARG_INT32(1),
						  .attempts = PG_GETARG_INT32(5),
						  .max_retries = PG_GETARG_INT32(6),
						  .affordable_ms = PG_GETARG_INT64(7),
						  .random = 0.5,
						  .has_renewed = PG_GETARG_BOOL(9),
						  .renews_tokens = PG_GETARG_BOOL(10),
						  .secrets_changed = PG_GETARG_BOOL(11)};
	AdpRemedyChoice choice = adp_remedy_choose(&trouble);
	Datum values[4];
	bool nulls[4] = {false};

	set_text(values, nulls, 0, remedy_names[choice.remedy]);
	values[1] = Int64GetDatum(choice.wait_ms);
	set_text(values, nulls, 2,
			 failure.class == ADP_OK
				 ? NULL
				 : unpack_sql_state(adp_error_sqlstate(failure.class)));
	set_text(values, nulls, 3, failure.hint);
	return make_row(fcinfo, values, nulls);
}

/*
 * jwt_rs256(key, header, claims)
 */
Datum
test_jwt_rs256(PG_FUNCTION_ARGS)
{
	AdpError error = {.class = ADP_OK};
	char *token =
		adp_jwt_rs256(text_argument(fcinfo, 0), text_argument(fcinfo, 1),
					  text_argument(fcinfo, 2), &error);

	if (error.class != ADP_OK)
		adp_error_throw(&error);
	PG_RETURN_TEXT_P(cstring_to_text(token));
}

/*
 * job_gap_ms(elapsed_ms): the pause to the next question about a job.
 */
Datum
test_job_gap_ms(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(adp_job_gap_ms(PG_GETARG_INT64(0)));
}

/*
 * job_is_stuck(idle_ms, timeout_ms): whether a job stands still.
 */
Datum
test_job_is_stuck(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(adp_job_is_stuck(PG_GETARG_INT64(0), PG_GETARG_INT64(1)));
}

/*
 * meta_usage(path, headers): percentage and wait of the headers, and the pause
 * before the next call, with ! if the platform demands it.
 */
Datum
test_meta_usage(PG_FUNCTION_ARGS)
{
	const AdpQuotaUsageKind *kind = &adp_meta_ads_usage;
	const char *quota = adp_quota_usage_quota(kind, text_argument(fcinfo, 0));
	AdpQuotaUsage usage = {0, 0};
	Datum *lines;
	int nlines;
	bool must_wait;
	int64 pause_ms;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false,
					  TYPALIGN_INT, &lines, NULL, &nlines);
	for (int i = 0; i < nlines; i++)
	{
		char *line = TextDatumGetCString(lines[i]);
		Size len = strcspn(line, " ");

		for (const AdpQuotaHeader *header = kind->headers; header->name;
			 header++)
		{
			if (strncmp(header->name, line, len) == 0 &&
				header->name[len] == '\0')
				adp_quota_usage_add(header, line + len + 1, quota, &usage);
		}
	}
	pause_ms = adp_quota_usage_pause_ms(&usage, &must_wait);
	PG_RETURN_TEXT_P(cstring_to_text(
		psprintf("%g %% " INT64_FORMAT " ms, pause " INT64_FORMAT " ms%s",
				 usage.pct, usage.wait_ms, pause_ms, must_wait ? "!" : "")));
}

PG_FUNCTION_INFO_V1(test_naver_sign);

/*
 * Signs a request as Naver SearchAd wants it.
 */
Datum
test_naver_sign(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(
		cstring_to_text(adp_naver_sign(text_to_cstring(PG_GETARG_TEXT_PP(0)),
									   text_to_cstring(PG_GETARG_TEXT_PP(1)),
									   text_to_cstring(PG_GETARG_TEXT_PP(2)),
									   text_to_cstring(PG_GETARG_TEXT_PP(3)))));
}
