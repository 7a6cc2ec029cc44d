/*
 * kinds.c
 *	  The engine's kinds, shown to SQL with platforms that there are not.
 *
 * Their tables are the shortest that use every member.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#include "base/json_find.h"
#include "platform/api/job_kind.h"
#include "platform/api/quota_usage.h"
#include "platform/days.h"

PG_FUNCTION_INFO_V1(test_json_find);
PG_FUNCTION_INFO_V1(test_failure);
PG_FUNCTION_INFO_V1(test_failure_told);
PG_FUNCTION_INFO_V1(test_failure_text);
PG_FUNCTION_INFO_V1(test_usage);
PG_FUNCTION_INFO_V1(test_job_is_better);
PG_FUNCTION_INFO_V1(test_job_read);
PG_FUNCTION_INFO_V1(test_verdict);

/* One that says numbers, with numbers of detail. */
static const AdpFailureRule number_rules[] =
	{{"7~too heavy", ADP_ERR_LIMIT, ADP_SAYS_HEAVY | ADP_SAYS_TOO_MUCH},
	 {"7", ADP_ERR_REPLY, ADP_SAYS_AGAIN},
	 {"4/22", ADP_ERR_QUOTA, .wait_s = 120},
	 {"4/0", ADP_ERR_QUOTA, .wait_s = 60},
	 {"4", ADP_ERR_REFUSED, ADP_SAYS_CONSTANT, "Another value."},
	 {"200..299", ADP_ERR_CREDENTIALS},
	 {"900..", ADP_ERR_REPLY, ADP_SAYS_NOT_YET},
	 {"..-1", .says = ADP_SAYS_AGAIN},
	 {NULL}};

/* One that says names below their families, how long to wait in two places, and
 * perhaps all of it in an array. */
static const AdpFailureRule name_rules[] =
	{{"auth.EXPIRED", ADP_ERR_CREDENTIALS, ADP_SAYS_TOKEN},
	 {"quota.USED_UP", ADP_ERR_QUOTA, ADP_SAYS_DELAY, "Later."},
	 {"page.STALE", ADP_ERR_REPLY},
	 {NULL}};

#define CODED "details.*[@type~Coded].errors.0."

/* One that says sentences. */
static const AdpFailureRule sentence_rules[] =
	{{"~limit reached", ADP_ERR_QUOTA, .wait_s = 60, .days = 2},
	 {"~Limit Reached", ADP_ERR_QUOTA, ADP_SAYS_MIDNIGHT},
	 {"HTTP 403", 0, 0, "Ask for permission."},
	 {"HTTP 404", ADP_ERR_CREDENTIALS, .message = "There is no such app."},
	 {"HTTP 520..529", ADP_ERR_CONNECT},
	 {"HTTP 530..", ADP_ERR_QUOTA},
	 {NULL}};

/* One that has a rule for all that no other is about. */
static const AdpFailureRule whole_rules[] = {{"bad_grant", ADP_ERR_CREDENTIALS},
											 {"", ADP_ERR_ARGUMENT},
											 {NULL}};

static const AdpFailureKind failure_kinds[] =
	{{{.object = "error",
	   .message = "message",
	   .more = "user_message",
	   .code = "code",
	   .subcode = "detail.code",
	   .request_id = "trace",
	   .is_transient = "is_transient"},
	  number_rules},
	 {{.object = "error|0.error",
	   .message = CODED "message|message",
	   .code = CODED "code|status",
	   .request_id = "details.*[@type~Coded].request",
	   .delay = "details.*[@type~Retry].delay|" CODED "wait"},
	  name_rules},
	 {{.message = "message|error", .may_be_text = true}, sentence_rules},
	 {{.code = "error"}, whole_rules}};

/* Where the first tells why a job failed. */
static const AdpFailurePlaces told_places = {.message = "error_message",
											 .code = "error_code"};

static const AdpQuotaHeader usage_headers[] =
	{{"x-usage", "*.*", "calls|cpu", "minutes", 60, .quota = "type"},
	 {"x-account", "", "pct", "reset", 1, .wait_if_full = true},
	 {"ratelimit-reset", "", NULL, "", 1},
	 {NULL}};

static const AdpQuota usage_quotas[] = {{"/report", "reports"},
										{"", "things"},
										{NULL}};

static const AdpQuotaUsageKind usage_kinds[] = {{usage_headers, usage_quotas},
												{usage_headers, NULL,
												 .slow_pct = 10,
												 .pause_pct = 50}};

static const AdpJobSource job_sources[] = {{"small", 12}, {"large", 0}, {NULL}};

static const AdpJobNeed job_needs[] = {{"rare"},
									   {.fields = "reach,users", .months = 13},
									   {NULL}};

static const AdpJobKind job_kinds[] =
	{{.sources = job_sources,
	  .rows_per_breakdown = 6,
	  .needs = job_needs,
	  .status = "data.status|status",
	  .ready = "SUCCESS,Job Complete",
	  .failed = "FAILED",
	  .skipped = "CANCELED",
	  .percent = "percent",
	  .reason = {.message = "why", .code = "code"}},
	 {.sources = job_sources, .status = "status", .ready = "BUILT"}};

/* One whose failures are a number in each answer, one whose failures are there
 * or not. */
static const AdpPromises verdict_promises[] =
	{{.failure = "code",
	  .success = "0",
	  .of = {[ADP_ANSWER_ROWS] = {.list = "list"},
			 [ADP_ANSWER_TOKEN] = {.value = "data.token"}}},
	 {.failure = "error|0.error",
	  .of = {[ADP_ANSWER_ROWS] = {.list = "rows", .empty = "mask"}}}};

/*
 * On a clock of the tests: it is a day of January 2026 everywhere.
 */
DateADT
adp_days_months_ago(int months)
{
	months = 2026 * 12 - months;
	return date2j(months / 12, months % 12 + 1, 15) - POSTGRES_EPOCH_JDATE;
}

/*
 * A text argument; NULL for NULL.
 */
static char *
text_argument(FunctionCallInfo fcinfo, int number)
{
	if (PG_ARGISNULL(number))
		return NULL;
	return text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/*
 * Parses an argument; NULL if it is no document.
 */
static const AdpJson *
document_argument(FunctionCallInfo fcinfo, int number)
{
	char *text = text_argument(fcinfo, number);

	return adp_json_parse(CurrentMemoryContext, text, strlen(text), NULL);
}

/*
 * json_find(document, path): what is found, as text; ? for what is no text.
 */
Datum
test_json_find(PG_FUNCTION_ARGS)
{
	const AdpJson *doc = document_argument(fcinfo, 0);
	char *path = text_argument(fcinfo, 1);
	StringInfoData out;
	ListCell *cell;

	initStringInfo(&out);
	foreach(cell, adp_json_find(doc, path))
	{
		const char *text = adp_json_find_text(lfirst(cell), "");

		appendStringInfo(&out, "%s%s", out.len > 0 ? " " : "",
						 text ? text : "?");
	}
	PG_RETURN_TEXT_P(cstring_to_text(out.data));
}

/*
 * What a failure says, as words.
 */
static char *
flag_words(const AdpFailure *failure)
{
	const struct
	{
		bool is_set;
		const char *word;
	} flags[] = {{failure->is_transient, "transient"},
				 {failure->is_permanent, "permanent"},
				 {failure->is_token_expired, "token"},
				 {failure->is_bad_constant, "constant"},
				 {failure->is_too_much, "too_much"},
				 {failure->is_page_too_big, "heavy"},
				 {failure->is_not_ready, "not_ready"}};
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < (int) lengthof(flags); i++)
	{
		if (flags[i].is_set)
			appendStringInfo(&out, "%s%s", out.len > 0 ? " " : "",
							 flags[i].word);
	}
	return out.data;
}

/*
 * Makes the row of a failure; the SQLSTATE is that of its class.
 */
static Datum
failure_row(FunctionCallInfo fcinfo, const AdpFailure *failure)
{
	const char *texts[] = {failure->class == ADP_OK
							   ? NULL
							   : unpack_sql_state(
									 adp_error_sqlstate(failure->class)),
						   failure->code,
						   failure->message,
						   failure->request_id,
						   failure->hint,
						   flag_words(failure)};
	TupleDesc desc;
	Datum values[lengthof(texts) + 1];
	bool nulls[lengthof(texts) + 1] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "not a row type");
	for (int i = 0; i < (int) lengthof(texts); i++)
	{
		nulls[i] = texts[i] == NULL;
		if (texts[i] != NULL)
			values[i] = CStringGetTextDatum(texts[i]);
	}
	values[lengthof(texts)] = Int64GetDatum(failure->retry_after_ms);
	return HeapTupleGetDatum(
		heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}

/*
 * failure(kind, status, body, days)
 */
Datum
test_failure(PG_FUNCTION_ARGS)
{
	AdpReply reply = {.status = PG_GETARG_INT32(1),
					  .doc = document_argument(fcinfo, 2),
					  .text = text_argument(fcinfo, 2),
					  .path = "",
					  .days = PG_GETARG_INT32(3)};
	AdpFailure failure = {.retry_after_ms = -1};

	adp_failure_read(&failure_kinds[PG_GETARG_INT32(0)], &reply, &failure);
	return failure_row(fcinfo, &failure);
}

/*
 * failure_told(document)
 */
Datum
test_failure_told(PG_FUNCTION_ARGS)
{
	AdpFailure failure = {.retry_after_ms = -1};

	adp_failure_read_told(&failure_kinds[0], &told_places,
						  document_argument(fcinfo, 0), &failure);
	return failure_row(fcinfo, &failure);
}

/*
 * failure_text(text): NULL if no rule is about it.
 */
Datum
test_failure_text(PG_FUNCTION_ARGS)
{
	AdpFailure failure = {.retry_after_ms = -1};

	if (!adp_failure_read_text(&failure_kinds[2], text_argument(fcinfo, 0),
							   &failure))
		PG_RETURN_NULL();
	return failure_row(fcinfo, &failure);
}

/*
 * usage(kind, path, headers): "name value" each.
 */
Datum
test_usage(PG_FUNCTION_ARGS)
{
	const AdpQuotaUsageKind *kind = &usage_kinds[PG_GETARG_INT32(0)];
	const char *quota = adp_quota_usage_quota(kind, text_argument(fcinfo, 1));
	AdpQuotaUsage usage = {0, 0};
	Datum *lines;
	int nlines;
	bool must_wait;
	int64 pause_ms;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TEXTOID, -1, false,
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
	pause_ms = adp_quota_usage_pause_ms(kind, &usage, &must_wait);
	PG_RETURN_TEXT_P(cstring_to_text(
		psprintf("%g %% " INT64_FORMAT " ms, pause " INT64_FORMAT " ms%s",
				 usage.pct, usage.wait_ms, pause_ms, must_wait ? "!" : "")));
}

/*
 * job_is_better(kind, source, breakdowns, field, since, days): whether it is;
 * NULL if no job can be.
 */
Datum
test_job_is_better(PG_FUNCTION_ARGS)
{
	const AdpJobKind *kind = &job_kinds[PG_GETARG_INT32(0)];
	const char *field = text_argument(fcinfo, 3);
	AdpSettings settings = {.breakdowns = text_argument(fcinfo, 2)};
	const AdpSource source = {.name = text_argument(fcinfo, 1)};
	AdpQuery query = {.source = &source, .fields = &field, .nfields = 1};
	bool has_day = !PG_ARGISNULL(4);
	DateADT since = has_day ? PG_GETARG_DATEADT(4) : 0;
	const AdpDateRange days = {since, since + PG_GETARG_INT32(5) - 1};

	if (!adp_job_can(kind, &query))
		PG_RETURN_NULL();
	PG_RETURN_BOOL(
		adp_job_is_better(kind, &settings, &query, has_day ? &days : NULL));
}

/*
 * job_read(kind, document): state, percentage, word; of a failed one also what
 * its failure says.
 */
Datum
test_job_read(PG_FUNCTION_ARGS)
{
	static const char *const states[] = {[ADP_JOB_RUNNING] = "running",
										 [ADP_JOB_READY] = "ready",
										 [ADP_JOB_FAILED] = "failed"};
	AdpJobReport report = {0};
	const AdpFailure *failure = &report.failure;

	adp_job_read(&job_kinds[PG_GETARG_INT32(0)], &failure_kinds[0],
				 document_argument(fcinfo, 1), &report);
	if (report.state != ADP_JOB_FAILED)
		PG_RETURN_TEXT_P(
			cstring_to_text(psprintf("%s, %d %%, %s", states[report.state],
									 report.percent, report.status)));
	PG_RETURN_TEXT_P(cstring_to_text(
		psprintf("%s%s, %s, %s, %s", states[report.state],
				 report.is_skipped ? " (skipped)" : "",
				 failure->code ? failure->code : "no code",
				 failure->message ? failure->message : "no message",
				 flag_words(failure))));
}

/*
 * verdict(promises, kind, document): "good", "failure", or what is wrong.
 */
Datum
test_verdict(PG_FUNCTION_ARGS)
{
	const AdpPromises *promises = &verdict_promises[PG_GETARG_INT32(0)];
	AdpError error = {0};

	if (adp_verdict_check(promises, (AdpAnswerKind) PG_GETARG_INT32(1),
						  document_argument(fcinfo, 2), &error))
		PG_RETURN_TEXT_P(cstring_to_text("good"));
	if (error.class == ADP_ERR_REPLY)
		PG_RETURN_TEXT_P(cstring_to_text("failure"));
	PG_RETURN_TEXT_P(
		cstring_to_text(psprintf("%s. %s", error.message, error.detail)));
}
