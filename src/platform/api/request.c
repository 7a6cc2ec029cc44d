/*
 * request.c
 *	  Requests that a platform describes as data.
 */
#include "postgres.h"

#include "platform/account.h"
#include "platform/api/job_kind.h"
#include "platform/api/pager.h"
#include "platform/api/params.h"
#include "platform/api/request.h"
#include "platform/api/template.h"

/* A page of rows with large fields holds so many times fewer. */
#define HEAVY_FACTOR 4

/*
 * Fills in a template for an account.
 */
char *
adp_request_path(const char *template, const AdpSettings *settings,
				 const AdpQuery *query, const AdpAccount *account,
				 const char *job)
{
	const AdpBlank blanks[] = {{"version", settings->api_version},
							   {"source", settings->source},
							   {"since", query ? query->since : NULL},
							   {"until", query ? query->until : NULL},
							   {"account", account ? account->id : NULL, true},
							   {"zone", account ? account->time_zone : NULL,
								true},
							   {"job", job, true},
							   {NULL}};

	return adp_template_fill(template, blanks);
}

/*
 * Copies a text, or returns NULL for NULL.
 */
static const char *
copy_text(const char *text)
{
	return text ? pstrdup(text) : NULL;
}

/*
 * Copies a request.
 */
AdpApiRequest
adp_request_copy(const AdpApiRequest *request)
{
	AdpApiRequest copy = *request;

	copy.method = copy_text(request->method);
	copy.path = copy_text(request->path);
	copy.body = copy_text(request->body);
	copy.content_type = copy_text(request->content_type);
	copy.accept = copy_text(request->accept);
	copy.account = copy_text(request->account);
	return copy;
}

/*
 * Throws for a source whose path has days, asked without them.
 */
void
adp_request_require_days(const AdpPlatform *platform, const AdpQuery *query)
{
	if (query->has_day || strstr(query->source->path, "{since}") == NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
			 errmsg("%s \"%s\" can be read by its days only",
					platform->source_option, query->source->name),
			 errhint("Give the foreign table a column of type date with option field '%s', and bound it in the statement.",
					 adp_platform_day_field(platform, query->source))));
}

/*
 * Returns the number of rows to request for a page: fewer with large fields; 0
 * if the platform decides.
 */
static int
rows_to_ask(const AdpPlatform *platform, const AdpQuery *query)
{
	int rows = query->source->page_rows;

	for (int i = 0; i < query->nfields; i++)
	{
		const AdpField *field = adp_platform_field(platform, query->fields[i]);

		if (field != NULL && (field->flags & ADP_FIELD_HEAVY) != 0)
			return rows / HEAVY_FACTOR;
	}
	return rows;
}

/*
 * Returns the number of rows of a full page.
 */
int
adp_request_page_rows(const AdpPlatform *platform, const AdpQuery *query)
{
	if (platform->pager == NULL || query->source->is_single)
		return 0;
	return query->source->page_rows > 0 ? rows_to_ask(platform, query)
										: platform->page_rows;
}

/*
 * The same for a request: fewer after a page that was too large.
 */
static int
page_rows(const AdpPlatform *platform, const AdpPageAsk *ask)
{
	int rows = rows_to_ask(platform, ask->query);

	return rows > 0 ? Max(rows >> ask->halvings, 1) : 0;
}

/*
 * Fills in the path of a request for rows.  That for the rows of a finished job
 * has no parameters but those of the page.
 */
static void
fill_path(const AdpPlatform *platform, const AdpPageAsk *ask, AdpApiRequest *out)
{
	const char *path = ask->query->source->path;
	AdpParams params;

	adp_request_require_days(platform, ask->query);
	if (platform->asks_settings)
		adp_account_check_settings(platform, ask->settings, ask->account);
	adp_params_init(&params, true);
	if (ask->job != NULL)
		path = platform->jobs->rows_path;
	else if (platform->add_params != NULL)
		platform->add_params(&params, ask->settings, ask->query,
							 ask->drops_enum_filters);
	out->method = "GET";
	out->path =
		adp_params_join(adp_request_path(path, ask->settings, ask->query,
										 ask->account, ask->job),
						&params);
	out->accept = platform->body == ADP_BODY_CSV ? "text/csv" : NULL;
}

/*
 * Makes the request for a page of rows.
 */
void
adp_request_page(const AdpPlatform *platform, const AdpPageAsk *ask,
				 AdpApiRequest *out)
{
	out->answer =
		ask->query->source->is_single ? ADP_ANSWER_ROW : ADP_ANSWER_ROWS;
	out->account = ask->account->id;
	if (platform->page_request != NULL)
		platform->page_request(ask, out);
	else
		fill_path(platform, ask, out);
	adp_pager_ask(adp_platform_pager(platform, ask->query->source), ask->token,
				  page_rows(platform, ask), out);
}

/*
 * The request that starts a job: what would be asked for at once, as a form.
 */
void
adp_request_job(const AdpPlatform *platform, const AdpPageAsk *ask,
				AdpApiRequest *out)
{
	AdpParams params;

	out->answer = ADP_ANSWER_JOB_START;
	out->account = ask->account->id;
	adp_params_init(&params, true);
	platform->add_params(&params, ask->settings, ask->query,
						 ask->drops_enum_filters);
	out->method = "POST";
	out->path = adp_request_path(ask->query->source->path, ask->settings,
								 ask->query, ask->account, NULL);
	out->body = params.text.data;
	out->content_type = "application/x-www-form-urlencoded";
}

/*
 * The request as EXPLAIN shows it.
 */
char *
adp_request_text(const AdpPlatform *platform, const AdpSettings *settings,
				 const AdpQuery *query)
{
	const char *path = query->source->path;
	const AdpBlank blanks[] = {{"version", settings->api_version},
							   {"source", query->source->name},
							   {"since", query->since},
							   {"until", query->until},
							   {"account",
								psprintf("$%s", platform->account_option)},
							   {"zone", "$timezone"},
							   {NULL}};
	AdpParams params;
	char *text =
		platform->query_text ? platform->query_text(settings, query) : NULL;

	if (text != NULL)
		return text;
	if (!query->has_day && strstr(path, "{since}") != NULL)
		return psprintf("none: %s \"%s\" needs a column with field \"%s\"",
						platform->source_option, query->source->name,
						adp_platform_day_field(platform, query->source));
	adp_params_init(&params, false);
	if (platform->add_params != NULL)
		platform->add_params(&params, settings, query, false);
	return psprintf("GET %s",
					adp_params_join(adp_template_fill(path, blanks), &params));
}

/*
 * Makes the request for a page of the accounts behind "*".
 */
void
adp_request_listing(const AdpPlatform *platform, const AdpSettings *settings,
					const char *token, AdpApiRequest *out)
{
	out->answer = ADP_ANSWER_ACCOUNTS;
	if (platform->list_request != NULL)
		platform->list_request(settings, out);
	else
	{
		out->method = "GET";
		out->path = adp_request_path(platform->listing.path, settings, NULL,
									 NULL, NULL);
		out->accept = "application/json";
	}
	adp_pager_ask(platform->listing.pager, token, 0, out);
}

/*
 * Whether an account can be asked for its settings.
 */
bool
adp_request_tells_account(const AdpPlatform *platform)
{
	return platform->account_path != NULL || platform->account_request != NULL;
}

/*
 * The request for one account's settings.
 */
void
adp_request_account(const AdpPlatform *platform, const AdpSettings *settings,
					const char *id, AdpApiRequest *out)
{
	AdpAccount account = {.id = id};

	out->answer = ADP_ANSWER_ACCOUNT;
	out->account = id;
	if (platform->account_request != NULL)
	{
		platform->account_request(settings, out);
		return;
	}
	out->method = "GET";
	out->path = adp_request_path(platform->account_path, settings, NULL,
								 &account, NULL);
}

/*
 * What count(*) asks for.
 */
char *
adp_request_filler(const AdpSource *source, const AdpSettings *settings)
{
	return adp_request_path(source->filler, settings, NULL, NULL, NULL);
}
