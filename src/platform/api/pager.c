/*
 * pager.c
 *	  How the pages of a report, or of a list of accounts, follow each other.
 */
#include "postgres.h"

#include "platform/api/pager.h"
#include "platform/api/params.h"

/*
 * Whether a page is the last.  A value of another type than promised is no
 * reason to think so: rows would be missing.
 */
static bool
is_last(const AdpTokenPager *pager, const AdpJson *doc)
{
	const AdpJson *member = adp_json_get(doc, pager->base.member);
	const AdpJson *more = adp_json_path(doc, pager->more);
	const char *text = adp_json_text(more);

	if (more == NULL)
		return adp_json_is_null(member) || adp_json_is_object(member);
	return adp_json_is_null(more) || (text != NULL && text[0] == '\0');
}

/*
 * Reads the token of the page that follows.
 */
const char *
adp_token_pager_next(const AdpPager *base, const AdpPageEnd *page)
{
	const AdpTokenPager *pager = (const AdpTokenPager *) base;
	const char *token;

	if (is_last(pager, page->doc))
		return NULL;
	token = adp_json_text(adp_json_path(page->doc, pager->token));
	return token != NULL ? token : "";
}

/*
 * Adds the token and the number of rows to the query string.
 */
void
adp_token_pager_ask(const AdpPager *base, const char *token, int rows,
					AdpApiRequest *request)
{
	const AdpTokenPager *pager = (const AdpTokenPager *) base;
	AdpParams params;

	adp_params_init(&params, true);
	if (rows > 0)
		adp_params_add(&params, pager->rows_param, psprintf("%d", rows));
	adp_params_add(&params, pager->token_param, token);
	request->path = adp_params_join(request->path, &params);
}

/*
 * Returns the number of the next page.
 */
static const char *
next_number(const AdpPager *pager, const AdpPageEnd *page)
{
	const AdpJson *last = adp_json_get(page->doc, pager->member);
	const char *is_last = adp_json_scalar(last);

	if (adp_json_true(last))
		return NULL;
	if (is_last == NULL || strcmp(is_last, "false") != 0)
		return "";
	return psprintf("%d", (page->token != NULL ? atoi(page->token) : 0) + 1);
}

/*
 * Adds the number to the query string.
 */
static void
ask_number(const AdpPager *pager, const char *token, int rows,
		   AdpApiRequest *request)
{
	AdpParams params;

	adp_params_init(&params, true);
	adp_params_add(&params, "page", token != NULL ? token : "0");
	request->path = adp_params_join(request->path, &params);
}

const AdpPager adp_numbered_pages = {"last", next_number, ask_number};
