/*
 * master_rows.c
 *	  Naver SearchAd: pages of keywords and of ads, from master reports.
 *
 * The platform lists keywords and ads by ad group only; a master report has all
 * of an account in one file.  Each type of ads has an item of its own, and each
 * item is a page.  All items begin with account, ad group and id, so of ads
 * nothing else is read but the state of the review, where it is one.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/json.h"

#include "base/words.h"
#include "platform/api/session.h"
#include "platform/naver_searchad/naver_searchad.h"
#include "platform/naver_searchad/stat_job.h"

/* Pauses between questions about the job: the first and the longest. */
#define GAP_FIRST_MS 1000
#define GAP_MAX_MS 10000

/* Lines between two checks for interrupts. */
#define LINES_PER_CHECK 512

/* Most columns of a line that are read. */
#define COLUMNS_MAX 13

#define KEYWORD_ITEMS "Keyword"
#define AD_ITEMS \
	"Ad,RsaAd,ContentsAd,ShoppingProduct,CatalogAd,BrandAd,BrandThumbnailAd,BrandBannerAd,PlaceAd,HospitalAd"

/* How the text of a column becomes a value. */
typedef enum As
{
	AS_TEXT,	/* NULL: empty */
	AS_TIME,	/* the same, and for what begins with year 0000 */
	AS_FLAG,	/* 0 or 1, false or true */
	AS_INSPECT, /* a code of a review; NULL for others */
	AS_NUMBER
} As;

typedef struct Column
{
	const char *field; /* NULL: end of the list */
	int position;
	As as;
} Column;

/* The lines of an item. */
typedef struct Layout
{
	const char *source;
	const char *items; /* comma-separated */
	int ncolumns;	   /* that a line has at least */
	const Column *columns;
} Layout;

static const Column keyword_columns[] =
	{{"nccAdgroupId", 1, AS_TEXT},	 {"nccKeywordId", 2, AS_TEXT},
	 {"keyword", 3, AS_TEXT},		 {"bidAmt", 4, AS_NUMBER},
	 {"userLock", 7, AS_FLAG},		 {"inspectStatus", 8, AS_INSPECT},
	 {"useGroupBidAmt", 9, AS_FLAG}, {"regTm", 10, AS_TIME},
	 {"delTm", 11, AS_TIME},		 {NULL}};
static const Column ad_columns[] = {{"nccAdgroupId", 1, AS_TEXT},
									{"nccAdId", 2, AS_TEXT},
									{"inspectStatus", 3, AS_INSPECT},
									{NULL}};
static const Layout layouts[] = {
	{"keywords", KEYWORD_ITEMS, 12, keyword_columns},
	{"ads", AD_ITEMS, 4, ad_columns},
};

/* What the last request was about. */
typedef enum Asked
{
	ASKED_JOBS,
	ASKED_START,
	ASKED_STATE,
	ASKED_FILE,
	ASKED_DELETE
} Asked;

typedef struct Master
{
	AdpAssembly base;
	const Layout *layout; /* NULL: not begun */
	AdpNaverJob job;
	const char *next;	/* item of the next page, or NULL */
	const char *doomed; /* id of a job to delete, or NULL */
	bool has_listed;
	bool has_rows; /* the page is made */
	int64 begun_at_ms;
	int64 gap_ms;
	Asked asked;
} Master;

/*
 * Returns the layout of a source.
 */
static const Layout *
layout_of(const AdpSource *source)
{
	return strcmp(source->name, layouts[0].source) == 0 ? &layouts[0]
														: &layouts[1];
}

/*
 * Returns the items of a source, for EXPLAIN.
 */
const char *
adp_naver_items_of(const AdpSource *source)
{
	return layout_of(source)->items;
}

/*
 * Chooses the item of the page, which its token names, and the one after it.
 */
static void
begin(Master *master)
{
	char *rest;
	char *item;

	master->layout = layout_of(master->base.ask.query->source);
	rest = pstrdup(master->layout->items);
	item = adp_words_next(&rest, ",");
	while (master->base.token != NULL && item != NULL &&
		   strcmp(item, master->base.token) != 0)
		item = adp_words_next(&rest, ",");
	if (item == NULL)
		elog(ERROR, "no such item of a master report");
	master->next = adp_words_next(&rest, ",");
	master->job =
		(AdpNaverJob){.kind = &adp_naver_master_reports, .report = item};
	master->gap_ms = GAP_FIRST_MS;
	master->begun_at_ms = adp_clock_ms();
}

/*
 * Fails for a report that does not come to its end.
 */
static AdpAssemblyStep
fail(Master *master, const char *why)
{
	adp_error_set(&master->base.error, ADP_ERR_REPLY,
				  "platform \"naver_searchad\" did not finish a report",
				  psprintf("Account %s: master report %s %s.",
						   master->base.ask.account->id, master->job.report,
						   why),
				  "Run the statement again later, or raise server option job_timeout_ms.");
	return ADP_ASSEMBLY_FAILED;
}

/*
 * Reports a line that is not as promised.
 */
static bool
refuse(Master *master, int64 number, const char *why)
{
	adp_error_set(&master->base.error, ADP_ERR_FORMAT,
				  psprintf("the file of master report %s is not as promised",
						   master->job.report),
				  psprintf("Line " INT64_FORMAT " %s.", number, why), NULL);
	return false;
}

/*
 * Splits a line at its tabs, in place; returns the number of its cells, of which
 * the first COLUMNS_MAX are stored.
 */
static int
split(char *line, char **cells)
{
	int n = 0;

	for (;;)
	{
		char *tab = strchr(line, '\t');

		if (n < COLUMNS_MAX)
			cells[n] = line;
		n++;
		if (tab == NULL)
			return n;
		*tab = '\0';
		line = tab + 1;
	}
}

/*
 * Returns the word for a code of a review, or NULL.
 */
static const char *
inspect_word(const char *code)
{
	static const char *const words[][2] = {{"10", "UNDER_REVIEW"},
										   {"20", "APPROVED"},
										   {"30", "LIMITED_APPROVED"},
										   {"40", "PENDING"}};

	for (int i = 0; i < (int) lengthof(words); i++)
	{
		if (strcmp(words[i][0], code) == 0)
			return words[i][1];
	}
	return NULL;
}

/*
 * Returns what a cell says, NULL for nothing.
 */
static const char *
value_of(const char *cell, As as)
{
	if (as == AS_INSPECT)
		return inspect_word(cell);
	if (cell[0] == '\0' || strcmp(cell, "-") == 0 ||
		(as == AS_TIME && strncmp(cell, "0000", 4) == 0))
		return NULL;
	if (as == AS_FLAG && strcmp(cell, "0") == 0)
		return "false";
	if (as == AS_FLAG && strcmp(cell, "1") == 0)
		return "true";
	return cell;
}

/*
 * Appends a row.
 */
static void
append_row(Master *master, char **cells)
{
	StringInfo body = &master->base.body;

	appendStringInfo(body, "%s{\"customerId\":%s,\"adType\":\"%s\"",
					 body->data[body->len - 1] == '[' ? "" : ",", cells[0],
					 master->job.report);
	for (const Column *column = master->layout->columns; column->field; column++)
	{
		const char *value = value_of(cells[column->position], column->as);

		appendStringInfo(body, ",\"%s\":", column->field);
		if (value == NULL)
			appendStringInfoString(body, "null");
		else
			escape_json(body, value);
	}
	appendStringInfoChar(body, '}');
}

/*
 * Checks a line and appends its row.
 */
static bool
add_line(Master *master, char *line, int64 number)
{
	char *cells[COLUMNS_MAX];
	int ncells = split(line, cells);

	if (ncells < master->layout->ncolumns)
		return refuse(master, number,
					  psprintf("has %d columns in place of %d", ncells,
							   master->layout->ncolumns));
	if (strcmp(cells[0], master->base.ask.account->id) != 0)
		return refuse(master, number, "is of another account");
	if (strncmp(cells[1], "grp-", 4) != 0 || strncmp(cells[2], "n", 1) != 0)
		return refuse(master, number, "has no ids where they belong");
	append_row(master, cells);
	return true;
}

/*
 * Makes the page of a file.
 */
static bool
add_file(Master *master, const char *file, Size len)
{
	const char *end = file + len;
	int64 number = 0;

	initStringInfo(&master->base.body);
	appendStringInfoString(&master->base.body, "{\"rows\":[");
	while (file < end)
	{
		const char *stop = memchr(file, '\n', end - file);
		char *line;

		if (stop == NULL)
			return refuse(master, number + 1, "does not end");
		if (++number % LINES_PER_CHECK == 0)
			CHECK_FOR_INTERRUPTS();
		line = pnstrdup(file, stop - file);
		if (strlen(line) != (Size) (stop - file))
			return refuse(master, number, "has a zero byte");
		if (stop > file && stop[-1] == '\r')
			line[stop - file - 1] = '\0';
		if (!add_line(master, line, number))
			return false;
		pfree(line);
		file = stop + 1;
	}
	appendStringInfoChar(&master->base.body, ']');
	if (master->next != NULL)
		appendStringInfo(&master->base.body, ",\"next\":\"%s\"", master->next);
	appendStringInfoChar(&master->base.body, '}');
	master->has_rows = true;
	master->doomed = master->job.id;
	return true;
}

/*
 * Creates the job anew, after another look at those that are there.
 */
static AdpAssemblyStep
restart(Master *master, const char *why)
{
	if (!adp_naver_job_restart(&master->job))
		return fail(master, why);
	master->has_listed = false;
	return ADP_ASSEMBLY_ASK;
}

/*
 * Reads the state of the job.
 */
static AdpAssemblyStep
take_state(Master *master, const AdpJson *doc)
{
	AdpNaverJob *job = &master->job;

	if (!adp_naver_job_read(job, doc, &master->base.error))
		return ADP_ASSEMBLY_RETRY;
	job->is_asked = master->asked == ASKED_STATE;
	if (job->state == ADP_NAVER_JOB_NONE)
		(void) add_file(master, "", 0);
	else if (job->state == ADP_NAVER_JOB_RUNNING && !adp_naver_job_goes_on(job))
	{
		master->doomed = job->id;
		return restart(master, psprintf("ended as \"%s\"", job->status));
	}
	return ADP_ASSEMBLY_ASK;
}

/*
 * Reads an answer.
 */
static AdpAssemblyStep
take(Master *master, const AdpAssemblyAnswer *answer)
{
	AdpError *error = &master->base.error;
	const AdpJson *doc = NULL;

	if (master->asked == ASKED_DELETE)
		return ADP_ASSEMBLY_ASK;
	if (master->asked == ASKED_FILE)
		return add_file(master, answer->body, answer->len) ? ADP_ASSEMBLY_ASK
														   : ADP_ASSEMBLY_RETRY;
	doc =
		adp_json_parse(CurrentMemoryContext, answer->body, answer->len, error);
	if (doc == NULL)
		return ADP_ASSEMBLY_RETRY;
	if (master->asked != ASKED_JOBS)
		return take_state(master, doc);
	if (!adp_json_is_array(doc))
	{
		adp_error_set(error, ADP_ERR_FORMAT, "the answer is no list of reports",
					  NULL, NULL);
		return ADP_ASSEMBLY_RETRY;
	}
	adp_naver_job_adopt(&master->job, doc);
	master->has_listed = true;
	if (master->job.state == ADP_NAVER_JOB_NONE)
		(void) add_file(master, "", 0);
	return ADP_ASSEMBLY_ASK;
}

/*
 * Handles a refusal.
 */
static AdpAssemblyStep
take_refusal(Master *master, const AdpAssemblyAnswer *answer)
{
	/* what is read is complete */
	if (master->asked == ASKED_DELETE)
		return ADP_ASSEMBLY_ASK;
	if (answer->is_lost)
	{
		if (!adp_naver_job_restart(&master->job))
			return ADP_ASSEMBLY_FAILED;
		master->has_listed = false;
		master->base.wait_ms = GAP_FIRST_MS;
		master->base.wait_reason = "lost answer";
		return ADP_ASSEMBLY_WAIT;
	}
	if (master->asked != ASKED_START && master->asked != ASKED_JOBS &&
		adp_naver_searchad_is_gone(answer->failure))
		return restart(master, "was deleted");
	return ADP_ASSEMBLY_FAILED;
}

/*
 * Waits before the next question.
 */
static AdpAssemblyStep
wait_for_job(Master *master)
{
	int64 waited_ms = adp_clock_ms() - master->begun_at_ms;

	master->job.is_asked = false;
	if (waited_ms > master->base.ask.settings->job_timeout_ms)
		return fail(master,
					psprintf("is \"%s\" after " INT64_FORMAT " seconds",
							 master->job.status, waited_ms / 1000));
	master->base.wait_ms = master->gap_ms;
	master->base.wait_reason = "run of a report";
	master->gap_ms = Min(master->gap_ms * 3 / 2, GAP_MAX_MS);
	return ADP_ASSEMBLY_WAIT;
}

/*
 * Sends what is missing next.
 */
static AdpAssemblyStep
go_on(Master *master)
{
	AdpApiRequest *request = &master->base.request;
	AdpNaverJob *job = &master->job;

	if (master->doomed != NULL)
	{
		master->asked = ASKED_DELETE;
		adp_naver_job_delete(job->kind, master->doomed, request);
		master->doomed = NULL;
	}
	else if (master->has_rows)
		return ADP_ASSEMBLY_DONE;
	else if (!master->has_listed)
	{
		master->asked = ASKED_JOBS;
		adp_naver_job_list(job->kind, request);
	}
	else if (job->state == ADP_NAVER_JOB_NEW)
	{
		master->asked = ASKED_START;
		adp_naver_job_create(job, request);
	}
	else if (job->state == ADP_NAVER_JOB_BUILT)
	{
		master->asked = ASKED_FILE;
		adp_naver_job_fetch(job, request);
	}
	else if (job->is_asked)
		return wait_for_job(master);
	else
	{
		master->asked = ASKED_STATE;
		adp_naver_job_ask(job, request);
	}
	return ADP_ASSEMBLY_ASK;
}

/*
 * Takes the answer to the last step, and makes the next one.
 */
static AdpAssemblyStep
next_step(AdpAssembly *assembly, const AdpAssemblyAnswer *answer)
{
	Master *master = (Master *) assembly;
	AdpAssemblyStep step = ADP_ASSEMBLY_ASK;

	if (master->layout == NULL)
		begin(master);
	if (answer != NULL)
		step = answer->failure != NULL || answer->is_lost
			? take_refusal(master, answer)
			: take(master, answer);
	return step == ADP_ASSEMBLY_ASK ? go_on(master) : step;
}

/*
 * Returns the requests of all items: the list of jobs, and those of a job.
 */
static int
count_requests(const AdpQuery *query)
{
	char *rest = pstrdup(layout_of(query->source)->items);
	int n = 0;

	while (adp_words_next(&rest, ",") != NULL)
		n += 1 + REQUESTS_OF_JOB;
	return n;
}

const AdpAssembler adp_naver_searchad_master = {sizeof(Master), next_step,
												count_requests};
