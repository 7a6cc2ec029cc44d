/*
 * tiktok_ads_pages.c
 *	  TikTok Ads: pages by number, checked against what they say about
 *	  themselves.
 *
 * Pages are no snapshot: rows that appear while they are read move others from
 * page to page.  So every page must have as many rows as its numbers say, and the
 * number of all rows and of those of a page must stay the same.  A token of ours
 * is the number of a page and these numbers of the page before, "3/2500/1000",
 * after a letter for the pages of promoted objects, "p3/2500/1000".
 */
#include "postgres.h"

#include <limits.h>

#include "platform/tiktok_ads/tiktok_ads.h"

#define PAGE_INFO "data.page_info"

/* Larger numbers in it are damage; their products must fit into int64. */
#define NUMBER_MAX INT_MAX

/* What a page says about itself; -1: nothing. */
typedef struct PageInfo
{
	int64 page; /* counted from 1 */
	int64 rows; /* most of a page */
	int64 all_rows;
	int64 pages;
	bool is_whole; /* it has promoted objects, too */
} PageInfo;

/* What a token says. */
typedef struct PageToken
{
	bool is_promoted;
	int64 page;
	int64 all_rows; /* -1: not known yet */
	int64 rows;		/* the same */
} PageToken;

/*
 * Reads the numbers of a page.
 */
static PageInfo
read_info(const AdpPageEnd *end)
{
	const AdpJson *info = adp_json_path(end->doc, PAGE_INFO);
	PageInfo said = {.page = adp_json_int(adp_json_get(info, "page"), -1),
					 .rows = adp_json_int(adp_json_get(info, "page_size"), -1),
					 .all_rows =
						 adp_json_int(adp_json_get(info, "total_number"), -1),
					 .pages = adp_json_int(adp_json_get(info, "total_page"), -1),
					 .is_whole =
						 adp_json_true(adp_json_get(info, TIKTOK_WHOLE))};

	return said;
}

/*
 * Reads a token; NULL is that of the first page.
 */
static PageToken
read_token(const char *text)
{
	PageToken token = {false, 1, -1, -1};
	char *rest;

	if (text == NULL)
		return token;
	token.is_promoted = text[0] == 'p';
	token.page = strtoll(text + token.is_promoted, &rest, 10);
	if (*rest == '/')
		token.all_rows = strtoll(rest + 1, &rest, 10);
	if (*rest == '/')
		token.rows = strtoll(rest + 1, NULL, 10);
	return token;
}

/*
 * Whether the page of a token is one of promoted objects.
 */
bool
adp_tiktok_ads_asks_promoted(const char *text)
{
	return read_token(text).is_promoted;
}

/*
 * Returns the token of the page that follows.  After the last page it is that of
 * the first one of promoted objects, if there are any to request.
 */
static const char *
next_page(const AdpPager *base, const AdpPageEnd *end)
{
	const AdpTiktokPager *pager = (const AdpTiktokPager *) base;
	const PageInfo said = read_info(end);
	const PageToken token = read_token(end->token);

	if (token.page < said.pages)
		return psprintf("%s" INT64_FORMAT "/" INT64_FORMAT "/" INT64_FORMAT,
						token.is_promoted ? "p" : "", token.page + 1,
						said.all_rows, said.rows);
	return pager->has_promoted && !token.is_promoted && !said.is_whole ? "p1"
																	   : NULL;
}

/*
 * Adds the number of the page and of its rows to the query string.
 */
static void
ask_page(const AdpPager *base, const char *text, int rows,
		 AdpApiRequest *request)
{
	const PageToken token = read_token(text);
	AdpParams params;

	adp_params_init(&params, true);
	adp_params_add(&params, "page", psprintf(INT64_FORMAT, token.page));
	adp_params_add(&params, "page_size", psprintf("%d", rows));
	request->path = adp_params_join(request->path, &params);
}

/*
 * Refuses a page.
 */
static bool
refuse(AdpError *error, const char *what, const char *detail)
{
	adp_error_set(error, ADP_ERR_FORMAT, what, detail,
				  "Run the statement again; rows that appear while pages are read move others between them.");
	return false;
}

/*
 * Whether a page says all about itself, in numbers that a report can have.
 */
static bool
is_said(const PageInfo *said)
{
	return said->page >= 1 && said->page <= NUMBER_MAX && said->rows >= 1 &&
		said->rows <= NUMBER_MAX && said->all_rows >= 0 &&
		said->all_rows <= NUMBER_MAX && said->pages >= 0 &&
		said->pages <= NUMBER_MAX;
}

/*
 * Returns the number of rows that a page has by its numbers.
 */
static int64
count_rows(const PageInfo *said)
{
	int64 before = (said->page - 1) * said->rows;

	return Min(said->rows, Max(said->all_rows - before, 0));
}

/*
 * Checks a page.  The last one has the rest of all rows, and those before it as
 * many as fit.
 */
static bool
check_page(const AdpPager *base, const AdpPageEnd *end, AdpError *error)
{
	const PageInfo said = read_info(end);
	const PageToken token = read_token(end->token);

	if (!is_said(&said))
		return refuse(error, "the answer does not say which page it is",
					  "Member \"" PAGE_INFO
					  "\" lacks page, page_size, total_number or total_page.");
	if (said.page != token.page)
		return refuse(error, "the answer is another page",
					  psprintf("It is page " INT64_FORMAT
							   " in place of " INT64_FORMAT ".",
							   said.page, token.page));
	if (token.all_rows >= 0 && token.all_rows != said.all_rows)
		return refuse(error, "the number of rows changed between pages",
					  psprintf("Page " INT64_FORMAT " is one of " INT64_FORMAT
							   " rows, the page before of " INT64_FORMAT ".",
							   said.page, said.all_rows, token.all_rows));
	if (token.rows >= 0 && token.rows != said.rows)
		return refuse(error, "the size of pages changed between them",
					  psprintf("Page " INT64_FORMAT " is one of " INT64_FORMAT
							   " rows a page, the page before of " INT64_FORMAT
							   ".",
							   said.page, said.rows, token.rows));
	if (said.pages != Max((said.all_rows + said.rows - 1) / said.rows, 1) &&
		!(said.pages == 0 && said.all_rows == 0))
		return refuse(error, "the numbers of the answer do not agree",
					  psprintf("It has " INT64_FORMAT " pages of " INT64_FORMAT
							   " for " INT64_FORMAT " rows.",
							   said.pages, said.rows, said.all_rows));
	if (end->nrows != count_rows(&said))
		return refuse(error, "the answer does not have all rows of its page",
					  psprintf("Page " INT64_FORMAT " has " INT64_FORMAT
							   " rows of " INT64_FORMAT " in all, " INT64_FORMAT
							   " a page.",
							   said.page, end->nrows, said.all_rows, said.rows));
	return true;
}

#define PAGER \
	{ \
		PAGE_INFO, next_page, ask_page, check_page, PAGE_INFO ".total_number" \
	}

const AdpTiktokPager adp_tiktok_ads_pager = {PAGER, false};
const AdpTiktokPager adp_tiktok_ads_pager_of_both = {PAGER, true};
