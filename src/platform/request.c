/*
 * request.c
 *	  Requests that a platform describes as data.
 */
#include "postgres.h"

#include <ctype.h>

#include "lib/stringinfo.h"

#include "net/url.h"
#include "platform/account.h"
#include "platform/request.h"

/* A blank of a template. */
typedef struct Blank
{
	const char *name;
	const char *value; /* NULL: the template has none of that name */
	bool is_encoded;   /* or goes in as it stands */
} Blank;

/*
 * Appends what goes into the blank at the beginning of a text.
 */
static void
append_blank(StringInfo out, const char *at, const Blank *blanks)
{
	Size len = strcspn(at, "}");

	while (blanks->name != NULL &&
		   (strlen(blanks->name) != len || strncmp(blanks->name, at, len) != 0))
		blanks++;
	if (blanks->name == NULL || blanks->value == NULL)
		elog(ERROR, "blank \"%.*s\" of a request has no value", (int) len, at);
	if (blanks->is_encoded)
		adp_url_append(out, blanks->value);
	else
		appendStringInfoString(out, blanks->value);
}

/*
 * Fills in a template.
 */
static char *
fill(const char *template, const Blank *blanks)
{
	StringInfoData out;

	initStringInfo(&out);
	while (*template != '\0')
	{
		Size plain = strcspn(template, "{");

		appendBinaryStringInfo(&out, template, (int) plain);
		template += plain;
		if (*template == '\0')
			break;
		append_blank(&out, template + 1, blanks);
		template += strcspn(template, "}") + 1;
	}
	return out.data;
}

/*
 * Fills in a template for an account.
 */
char *
adp_request_path(const char *template, const AdpSettings *settings,
				 const AdpQuery *query, const AdpAccount *account,
				 const char *job)
{
	const Blank blanks[] = {{"version", settings->api_version},
							{"source", query ? query->source : settings->source},
							{"since", query ? query->since : NULL},
							{"until", query ? query->until : NULL},
							{"account", account ? account->id : NULL, true},
							{"zone", account ? account->time_zone : NULL, true},
							{"job", job, true},
							{NULL}};

	return fill(template, blanks);
}

/*
 * The path template of a source.
 */
static const char *
source_path(const AdpPlatform *platform, const char *source)
{
	return adp_platform_source(platform, source)->path;
}

/*
 * Throws for a source whose path has days, asked without them.
 */
static void
require_days(const AdpPlatform *platform, const AdpQuery *query)
{
	if (query->has_day ||
		strstr(source_path(platform, query->source), "{since}") == NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
			 errmsg("%s \"%s\" can be read by its days only",
					platform->source_option, query->source),
			 errhint("Give the foreign table a column of type date with option field '%s', and bound it in the statement.",
					 platform->day_field)));
}

/*
 * The request for a page of rows.
 */
void
adp_request_page(const AdpPlatform *platform, const AdpPageAsk *ask,
				 AdpApiRequest *out)
{
	if (platform->page_request != NULL)
	{
		platform->page_request(ask, out);
		return;
	}
	require_days(platform, ask->query);
	if (platform->asks_settings)
		adp_account_check_settings(platform, ask->settings, ask->account);
	out->method = "GET";
	out->path = adp_request_path(source_path(platform, ask->query->source),
								 ask->settings, ask->query, ask->account, NULL);
	out->accept = platform->format == ADP_FORMAT_CSV ? "text/csv" : NULL;
}

/*
 * The request as EXPLAIN shows it.
 */
char *
adp_request_text(const AdpPlatform *platform, const AdpSettings *settings,
				 const AdpQuery *query)
{
	const char *path = source_path(platform, query->source);
	const Blank blanks[] = {{"version", settings->api_version},
							{"source", query->source},
							{"since", query->since},
							{"until", query->until},
							{"account",
							 psprintf("$%s", platform->account_option)},
							{"zone", "$timezone"},
							{NULL}};

	if (platform->query_text != NULL)
		return platform->query_text(settings, query);
	if (!query->has_day && strstr(path, "{since}") != NULL)
		return psprintf("none: %s \"%s\" needs a column with field \"%s\"",
						platform->source_option, query->source,
						platform->day_field);
	return psprintf("GET %s", fill(path, blanks));
}

/*
 * What names a page of the listing: the token itself, or a parameter of it if
 * it is an address, of which nothing else is taken.
 */
static char *
page_name(const AdpPlatform *platform, const char *token)
{
	const AdpListing *listing = &platform->listing;
	const char *at;
	Size len;

	if (!listing->token_is_address)
		return pstrdup(token);
	at = strstr(token, psprintf("%s=", listing->token_param));
	at = at ? at + strlen(listing->token_param) + 1 : "";
	len = strspn(at, "0123456789");
	if (len == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
				 errmsg("platform \"%s\" does not say where its list of accounts goes on",
						platform->name)));
	return pnstrdup(at, len);
}

/*
 * A page of the accounts behind "*".
 */
void
adp_request_listing(const AdpPlatform *platform, const AdpSettings *settings,
					const char *token, AdpApiRequest *out)
{
	const AdpListing *listing = &platform->listing;
	StringInfoData path;

	if (platform->list_request != NULL)
	{
		platform->list_request(settings, token, out);
		return;
	}
	initStringInfo(&path);
	appendStringInfoString(&path,
						   adp_request_path(listing->path, settings, NULL, NULL,
											NULL));
	if (token != NULL)
	{
		appendStringInfo(&path, "&%s=", listing->token_param);
		adp_url_append(&path, page_name(platform, token));
	}
	out->method = "GET";
	out->path = path.data;
	out->accept = "application/json";
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

	if (platform->account_request != NULL)
	{
		platform->account_request(settings, id, out);
		return;
	}
	out->method = "GET";
	out->path = adp_request_path(platform->account_path, settings, NULL,
								 &account, NULL);
}

/*
 * The request that tells of the access token.  One that would read otherwise in
 * a URL could not be known again in what the platform echoes, and so not be
 * kept out of messages.
 */
bool
adp_request_access(const AdpPlatform *platform, const AdpSettings *settings,
				   AdpApiRequest *out)
{
	const char *token = settings->access_token;

	if (platform->access.path == NULL || token == NULL)
		return false;
	for (const char *c = token; *c != '\0'; c++)
	{
		if (!isalnum((unsigned char) *c) && strchr("-_.", *c) == NULL)
			return false;
	}
	out->method = "GET";
	out->path =
		adp_request_path(platform->access.path, settings, NULL, NULL, NULL);
	out->token_param = platform->access.token_param;
	return true;
}

/*
 * What count(*) asks for.
 */
char *
adp_request_filler(const AdpPlatform *platform, const AdpSettings *settings)
{
	return adp_request_path(adp_platform_source(platform, settings->source)
								->filler,
							settings, NULL, NULL, NULL);
}
