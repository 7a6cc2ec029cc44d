/*
 * tiktok_ads_tasks.c
 *	  TikTok Ads: reports that the platform makes in the background.
 *
 * A request is cut at 20,000 rows, so a day with more comes from a task, which
 * has no such limit.  It is created, asked for its state until it has ended, and
 * its file is read.  A task filters by ids alone; it is asked for all ads, and
 * conditions are checked later.  Whether its rows are all is checked against the
 * account: see task_sums.h.  A file that is too large for a page leads to tasks of
 * fewer days.
 */
#include "postgres.h"

#include <limits.h>

#include "base/words.h"
#include "platform/api/assembler.h"
#include "platform/api/job_kind.h"
#include "platform/api/request.h"
#include "platform/api/session.h"
#include "platform/job/job_pace.h"
#include "platform/tiktok_ads/task_file.h"
#include "platform/tiktok_ads/tiktok_ads.h"

/* How often a task is created that fails, disappears or does not add up. */
#define STARTS_MAX 2

/* Words for the state of a task; clients differ, and any other is waited for. */
#define READY "SUCCESS,COMPLETE,COMPLETED"
#define FAILED "FAILED,CANCELED,CANCELLED,EXPIRED"

/* Most digits of a task's id. */
#define ID_MAX 30

/* What the last request was about. */
typedef enum Asked
{
	ASKED_START,
	ASKED_STATE,
	ASKED_FILE,
	ASKED_ACCOUNT
} Asked;

typedef struct Task
{
	AdpAssembly base;
	const char *id;		 /* NULL: to be created */
	int64 begun_at_ms;	 /* first start; 0: not begun */
	int64 started_at_ms; /* latest start */
	int starts;
	bool is_ready;		 /* its file can be read */
	bool is_read;		 /* body has its rows */
	AdpTiktokSums *rows; /* what they add up to */
	Asked asked;
} Task;

/*
 * Fails the task.  why completes the sentence "task N ..." of the detail.
 */
static AdpAssemblyStep
fail(Task *task, AdpErrorClass class, const char *why, const char *hint)
{
	const AdpPageAsk *ask = &task->base.ask;

	adp_error_set(&task->base.error, class,
				  "platform \"tiktok_ads\" did not finish a report",
				  psprintf("Account %s, %s to %s: task %s %s", ask->account->id,
						   ask->query->since, ask->query->until,
						   task->id ? task->id : "of a report", why),
				  hint);
	return ADP_ASSEMBLY_FAILED;
}

/*
 * Frees the page of a file that is of no use; it may be large.
 */
static void
drop_page(Task *task)
{
	if (task->base.body.data != NULL)
		pfree(task->base.body.data);
	MemSet(&task->base.body, 0, sizeof(StringInfoData));
	task->is_read = false;
}

/*
 * Creates another task in place of one that is of no use; fails after some.
 */
static AdpAssemblyStep
restart(Task *task, AdpErrorClass class, const char *why)
{
	if (task->starts >= STARTS_MAX)
		return fail(task, class, why,
					"Run the statement again later, or narrow what the table asks for, for example by campaign_id, so that a day has fewer rows.");
	task->id = NULL;
	task->is_ready = false;
	drop_page(task);
	return ADP_ASSEMBLY_ASK;
}

/*
 * Returns a list of words as a JSON array.
 */
static char *
array_of(StringInfo words, const char *more)
{
	char *rest = pstrdup(more);
	char *word;

	while ((word = adp_words_next(&rest, ",")) != NULL)
		adp_words_add(words, word);
	return adp_params_array(words->data);
}

/*
 * Asks for a new task: all ads, and names of columns as in the API.
 */
static AdpAssemblyStep
ask_start(Task *task)
{
	const AdpPageAsk *ask = &task->base.ask;
	const AdpQuery *query = ask->query;
	StringInfoData dimensions;
	StringInfoData metrics;

	task->rows = adp_tiktok_sums_create(query);
	task->starts++;
	task->started_at_ms = adp_clock_ms();
	if (task->begun_at_ms == 0)
		task->begun_at_ms = task->started_at_ms;
	task->asked = ASKED_START;
	adp_tiktok_ads_list_fields(query, &dimensions, &metrics);
	task->base.request =
		(AdpApiRequest){.method = "POST",
						.path =
							adp_request_path(TIKTOK_API "report/task/create/",
											 ask->settings, query, ask->account,
											 NULL),
						.body =
							psprintf("{\"advertiser_id\":\"%s\",\"report_type\":\"BASIC\",\"data_level\":\"%s\",\"dimensions\":%s,\"metrics\":%s,\"start_date\":\"%s\",\"end_date\":\"%s\",\"output_format\":\"CSV_STRING\",\"enable_report_title_translation\":false}",
									 ask->account->id,
									 adp_tiktok_ads_level(query->source)
										 ->data_level,
									 adp_params_array(dimensions.data),
									 array_of(&metrics, task->rows->metrics),
									 query->since, query->until),
						.content_type = "application/json",
						.answer = ADP_ANSWER_JOB_START,
						.creates = true};
	return ADP_ASSEMBLY_ASK;
}

/*
 * Asks about the task that was created.
 */
static AdpAssemblyStep
ask_about(Task *task, Asked asked)
{
	const AdpPageAsk *ask = &task->base.ask;
	bool is_file = asked == ASKED_FILE;
	const char *path = is_file ? TIKTOK_API
		"report/task/download/?" TIKTOK_ACCOUNT "={account}&task_id={job}"
							   : TIKTOK_API "report/task/check/?" TIKTOK_ACCOUNT
											"={account}&task_id={job}";

	task->asked = asked;
	task->base.request =
		(AdpApiRequest){.method = "GET",
						.path = adp_request_path(path, ask->settings, ask->query,
												 ask->account, task->id),
						.answer =
							is_file ? ADP_ANSWER_ROWS : ADP_ANSWER_JOB_STATE,
						.is_text = is_file};
	return ADP_ASSEMBLY_ASK;
}

/*
 * Asks for the sums that the rows must have.
 */
static AdpAssemblyStep
ask_account(Task *task)
{
	task->asked = ASKED_ACCOUNT;
	adp_tiktok_sums_ask(task->rows, &task->base.ask, &task->base.request);
	return ADP_ASSEMBLY_ASK;
}

/*
 * Reads the id of a new task.
 */
static AdpAssemblyStep
take_start(Task *task, const AdpJson *doc)
{
	const char *id = adp_json_scalar(adp_json_path(doc, "data.task_id"));

	if (id == NULL || id[0] == '\0' || strlen(id) > ID_MAX ||
		strspn(id, "0123456789") != strlen(id))
		return fail(task, ADP_ERR_FORMAT, "was created without a number.", NULL);
	task->id = pstrdup(id);
	return ADP_ASSEMBLY_WAIT;
}

/*
 * Reads the state of the task.
 */
static AdpAssemblyStep
take_state(Task *task, const AdpJson *doc)
{
	const char *status = adp_json_text(adp_json_path(doc, "data.status"));
	const char *message = adp_json_text(adp_json_path(doc, "data.message"));
	int64 waited_ms = adp_clock_ms() - task->begun_at_ms;

	if (status == NULL)
		status = "no status";
	task->is_ready = adp_words_hold(READY, status);
	if (task->is_ready)
		return ADP_ASSEMBLY_ASK;
	if (adp_words_hold(FAILED, status))
		return restart(task, ADP_ERR_REPLY,
					   psprintf("ended as \"%s\"%s%s.", status,
								message && message[0] ? ", " : "",
								message ? message : ""));
	if (waited_ms > task->base.ask.settings->job_timeout_ms)
		return fail(task, ADP_ERR_REPLY,
					psprintf("is \"%s\" after " INT64_FORMAT " seconds.",
							 status, waited_ms / 1000),
					"Run the statement again later, or raise server option job_timeout_ms.");
	return ADP_ASSEMBLY_WAIT;
}

/*
 * Gives up on a file that is too large for a page.
 */
static AdpAssemblyStep
fail_too_large(Task *task)
{
	const char *room = task->base.error.detail;

	MemSet(&task->base.error, 0, sizeof(AdpError));
	fail(task, ADP_ERR_LIMIT,
		 psprintf("made a file with more rows than fit into a page. %s", room),
		 "Narrow what the table asks for, for example by campaign_id, so that a day has fewer rows, or ask for fewer columns; setting adpipe.max_answer_size limits a page.");
	return ADP_ASSEMBLY_TOO_MUCH;
}

/*
 * Reads the file.
 */
static AdpAssemblyStep
take_file(Task *task, const AdpAssemblyAnswer *answer)
{
	const AdpQuery *query = task->base.ask.query;

	task->rows = adp_tiktok_sums_create(query);
	switch (adp_tiktok_file_read(query, task->rows, answer->body, answer->len,
								 &task->base.body, &task->base.error))
	{
		case ADP_TIKTOK_FILE_WHOLE:
			task->is_read = true;
			return ADP_ASSEMBLY_ASK;
		case ADP_TIKTOK_FILE_BAD:
			drop_page(task);
			return ADP_ASSEMBLY_RETRY;
		case ADP_TIKTOK_FILE_TOO_LARGE:
			return fail_too_large(task);
	}
	pg_unreachable();
}

/*
 * Compares the rows with the account.
 */
static AdpAssemblyStep
take_account(Task *task, const AdpJson *doc)
{
	AdpTiktokSums *account = adp_tiktok_sums_create_like(task->rows);
	char *difference;

	if (!adp_tiktok_sums_read(account, &task->base.ask, doc, &task->base.error))
		return ADP_ASSEMBLY_RETRY;
	difference = adp_tiktok_sums_differ(task->rows, account);
	if (difference == NULL)
		return ADP_ASSEMBLY_DONE;
	return restart(task, ADP_ERR_FORMAT,
				   psprintf("does not add up to the account: %s", difference));
}

/*
 * Returns an answer that is a document; NULL, with the task's error, if it is not
 * what was asked for, or reports a failure.
 */
static const AdpJson *
read_document(Task *task, const AdpAssemblyAnswer *answer)
{
	AdpError *error = &task->base.error;
	const AdpJson *doc =
		adp_json_parse(CurrentMemoryContext, answer->body, answer->len, error);

	if (doc == NULL ||
		!adp_verdict_check(adp_tiktok_ads.promises, task->base.request.answer,
						   doc, error))
		return NULL;
	return doc;
}

/*
 * Reads the answer to the last request.
 */
static AdpAssemblyStep
take(Task *task, const AdpAssemblyAnswer *answer)
{
	const AdpJson *doc;

	if (task->asked == ASKED_FILE)
		return take_file(task, answer);
	doc = read_document(task, answer);
	if (doc == NULL)
		return ADP_ASSEMBLY_RETRY;
	switch (task->asked)
	{
		case ASKED_START:
			return take_start(task, doc);
		case ASKED_STATE:
			return take_state(task, doc);
		case ASKED_ACCOUNT:
			return take_account(task, doc);
		case ASKED_FILE:
			break;
	}
	pg_unreachable();
}

/*
 * Handles a refusal.  A task whose creation was not answered runs for nothing; one
 * that is gone is created again.
 */
static AdpAssemblyStep
take_refusal(Task *task, const AdpAssemblyAnswer *answer)
{
	if (answer->is_lost && task->starts < STARTS_MAX)
		return restart(task, ADP_ERR_REPLY, "");
	if (task->id != NULL && task->asked != ASKED_ACCOUNT &&
		adp_tiktok_ads_is_gone(answer->failure))
		return restart(task, ADP_ERR_REPLY, "is gone.");
	/* a file of fewer days is smaller */
	if (task->asked == ASKED_FILE && answer->failure->class == ADP_ERR_LIMIT)
		return ADP_ASSEMBLY_TOO_MUCH;
	return ADP_ASSEMBLY_FAILED;
}

/*
 * Takes the answer to the last step, and makes the next one.
 */
static AdpAssemblyStep
next_step(AdpAssembly *assembly, const AdpAssemblyAnswer *answer)
{
	Task *task = (Task *) assembly;
	AdpAssemblyStep step = ADP_ASSEMBLY_ASK;

	if (answer != NULL)
		step = answer->failure != NULL ? take_refusal(task, answer)
									   : take(task, answer);
	if (step == ADP_ASSEMBLY_WAIT)
	{
		assembly->wait_ms =
			adp_job_gap_ms(adp_clock_ms() - task->started_at_ms);
		assembly->wait_reason = "run of a report";
	}
	if (step != ADP_ASSEMBLY_ASK)
		return step;
	if (task->id == NULL)
		return ask_start(task);
	if (task->is_read)
		return ask_account(task);
	return ask_about(task, task->is_ready ? ASKED_FILE : ASKED_STATE);
}

static const AdpAssembler assembler = {.size = sizeof(Task), .next = next_step};

/*
 * Whether a task can make the rows of a query, and the account's report shows
 * whether they are all: rows of some days, split by nothing but the day.  Of a list
 * of ids that is sent in parts, each part would bring all rows.
 */
static bool
can_make(const AdpQuery *query)
{
	for (int i = 0; i < query->nfields; i++)
	{
		if (adp_tiktok_ads_is_dimension(query->source, query->fields[i]) &&
			strcmp(query->fields[i], TIKTOK_DAY) != 0 &&
			strcmp(query->fields[i], adp_tiktok_ads_level(query->source)->id) !=
				0)
			return false;
	}
	for (int i = 0; i < query->nconditions; i++)
	{
		if (query->conditions[i].part > 0)
			return false;
	}
	return query->has_day;
}

/* No number of days is a reason for a task. */
static const AdpJobSource sources[] = {{"campaign", INT_MAX},
									   {"adgroup", INT_MAX},
									   {"ad", INT_MAX},
									   {NULL}};

const AdpJobKind adp_tiktok_ads_tasks = {.sources = sources,
										 .can = can_make,
										 .assembler = &assembler,
										 .is_last_resort = true};
