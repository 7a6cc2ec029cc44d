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

#include "utils/json.h"

#include "base/words.h"
#include "platform/naver_searchad/job_round.h"
#include "platform/naver_searchad/master_file.h"
#include "platform/naver_searchad/naver_searchad.h"

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

typedef struct Master
{
	AdpAssembly base;
	const Layout *layout; /* NULL: not begun */
	AdpNaverJobs jobs;
	const char *item;
	const char *next; /* item of the next page, or NULL */
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
 * Appends the row of a line.
 */
static const char *
append_row(void *arg, char **cells)
{
	Master *master = arg;
	StringInfo body = &master->base.body;

	if (strncmp(cells[1], "grp-", 4) != 0 || strncmp(cells[2], "n", 1) != 0)
		return "has no ids where they belong";
	appendStringInfo(body, "%s{\"customerId\":%s,\"adType\":\"%s\"",
					 body->data[body->len - 1] == '[' ? "" : ",", cells[0],
					 master->item);
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
	return NULL;
}

/*
 * Makes the page of a file.
 */
static bool
read_file(void *arg, const AdpNaverJob *job, const char *file, Size len,
		  AdpError *error)
{
	Master *master = arg;
	StringInfo body = &master->base.body;

	initStringInfo(body);
	appendStringInfoString(body, "{\"rows\":[");
	if (!adp_naver_master_file_read(master->item, master->base.ask.account->id,
									master->layout->ncolumns, file, len,
									append_row, master, error))
		return false;
	appendStringInfoChar(body, ']');
	if (master->next != NULL)
		appendStringInfo(body, ",\"next\":\"%s\"", master->next);
	appendStringInfoChar(body, '}');
	return true;
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
	master->item = item;
	master->next = adp_words_next(&rest, ",");
	adp_naver_jobs_begin(&master->jobs, &master->base, read_file, master);
	master->jobs.jobs[master->jobs.njobs++] =
		(AdpNaverJob){.kind = &adp_naver_master_reports, .report = item};
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
		step = adp_naver_jobs_take(&master->jobs, answer);
	return step == ADP_ASSEMBLY_ASK ? adp_naver_jobs_go_on(&master->jobs)
									: step;
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
