/*
 * failures_fuzz.c
 *	  Fuzzes what is read from the bodies of failed answers.
 *
 * An input's first three bytes pick whose answer it is, its status and what was
 * asked for; the rest is the body.  A finding is: a failure without a class, or
 * one that is both final and passing, a wait beyond the longest one that is
 * believed, a remedy that the time left does not allow, and an answer that is
 * both refused and taken.
 */
#include "postgres.h"

#include "datatype/timestamp.h"
#include "fuzz.h"

#include "base/error.h"
#include "platform/account.h"
#include "platform/api/call.h"
#include "platform/api/credentials.h"
#include "platform/api/failure.h"
#include "platform/api/pager.h"
#include "platform/api/remedy.h"

/* DELAY_MAX_S of failure.c. */
#define WAIT_MAX_MS INT64CONST(1000000000000)

static const int statuses[] = {200, 301, 400, 401, 403, 404, 409, 416,
							   425, 429, 500, 502, 503, 504, 599, 999};

/*
 * Checks what was read.
 */
static void
check_failure(const AdpFailure *failure)
{
	if (failure->class <= ADP_OK || failure->class >= ADP_ERROR_CLASS_COUNT)
		fuzz_finding("failure of class %d", (int) failure->class);
	if (failure->is_permanent && failure->is_transient)
		fuzz_finding("failure that is final and passes");
	if (failure->retry_after_ms < -1 || failure->retry_after_ms > WAIT_MAX_MS)
		fuzz_finding("wait of " INT64_FORMAT " ms", failure->retry_after_ms);
}

/*
 * Checks what is to be done about it.
 */
static void
check_remedy(const AdpFailure *failure, int status, int picks)
{
	AdpTrouble trouble = {.failure = failure,
						  .outcome = ADP_HTTP_DONE,
						  .status = status,
						  .attempts = 1 + (picks & 7),
						  .max_retries = picks >> 4,
						  .affordable_ms = (picks & 1) ? 60000 : -1,
						  .random = (picks & 127) / 128.0,
						  .renews_tokens = (picks & 2) != 0,
						  .has_renewed = (picks & 4) != 0};
	AdpRemedyChoice choice = adp_remedy_choose(&trouble);

	if (choice.wait_ms < 0)
		fuzz_finding("wait of " INT64_FORMAT " ms is chosen", choice.wait_ms);
	if (choice.remedy == ADP_REMEDY_WAIT && trouble.affordable_ms >= 0 &&
		choice.wait_ms > trouble.affordable_ms)
		fuzz_finding("wait beyond the time left");
	if (choice.remedy == ADP_REMEDY_WAIT &&
		trouble.attempts > trouble.max_retries)
		fuzz_finding("more retries than are allowed");
}

/*
 * Checks the verdict on a good status.
 */
static void
check_verdict(const AdpPlatform *platform, AdpAnswerKind kind,
			  const AdpJson *doc)
{
	AdpError error = {0};
	bool is_good = adp_verdict_check(platform->promises, kind, doc, &error);

	if (is_good != (error.class == ADP_OK))
		fuzz_finding("verdict and error disagree");
	if (is_good && adp_verdict_is_failure(platform->promises, doc))
		fuzz_finding("a failure is taken for an answer");
}

/*
 * Reads the accounts that a document lists, and the page that follows.
 */
static void
read_list(const AdpPlatform *platform, const AdpJson *doc)
{
	const AdpJson *rows = adp_json_get(doc, platform->list_key);
	AdpPageEnd end = {.nrows = adp_json_count(rows), .doc = doc};
	AdpApiRequest request = {.path = "/path", .body = "{}"};
	const char *next = adp_pager_next(platform->listing.pager, &end);

	if (next != NULL)
		adp_pager_ask(platform->listing.pager, next, 10, &request);
	for (int i = 0; i < end.nrows; i++)
	{
		AdpAccount account = {0};

		if (adp_account_read(platform, adp_json_at(rows, i), &account))
			fuzz_check_same("id of an account",
							adp_account_canonical(platform, account.id),
							account.id);
	}
}

void
fuzz_failures(FuzzInput input)
{
	int whose = fuzz_take_byte(&input);
	int status = statuses[fuzz_take_byte(&input) % lengthof(statuses)];
	int picks = fuzz_take_byte(&input);
	const AdpPlatform *platform = fuzz_platform(whose);
	const AdpFailureKind *kind = platform->failures;
	AdpFailure failure = {.retry_after_ms = -1};
	AdpFailure of_text = {.retry_after_ms = -1};
	AdpReply reply = {.status = status, .path = "/path", .days = picks & 15};

	if (platform->credentials->grant != NULL && (whose & 0x40) != 0)
		kind = &platform->credentials->grant->failures;
	reply.doc =
		adp_json_parse(CurrentMemoryContext, input.data, input.size, NULL);
	check_verdict(platform, picks % ADP_ANSWER_KINDS, reply.doc);
	read_list(platform, reply.doc);
	reply.text = fuzz_take_text(&input);
	adp_failure_read(kind, &reply, &failure);
	check_failure(&failure);
	check_remedy(&failure, status, picks);
	if (adp_failure_read_text(kind, reply.text, &of_text) &&
		of_text.class == ADP_OK && !of_text.is_transient)
		fuzz_finding("a sentence matches a rule that says nothing");
}
