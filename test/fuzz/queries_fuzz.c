/*
 * queries_fuzz.c
 *	  Fuzzes the requests that a scan's fields and conditions become.
 *
 * An input's first byte picks the platform, its second the source.  Each line
 * after that is a condition, if it has a tab: a field, and values with a tab
 * before each, of which a leading tab makes NOT IN; otherwise it is a field.  What
 * planning would not push is left out.  A finding is: GAQL whose strings do not
 * end, with other values than were given, or with anything outside of strings
 * that is no field, number or word; and parameters that are no JSON, or with
 * other values.
 */
#include "postgres.h"

#include "fuzz.h"
#include "lib/stringinfo.h"

#include <curl/curl.h>

#include "base/json_find.h"
#include "fdw/option.h"
#include "platform/api/api_types.h"
#include "platform/api/pager.h"
#include "platform/api/params.h"
#include "platform/platform.h"

#define ITEMS_MAX 16

static const char *const sources[] = {"campaign",		 "ad_group",
									  "click_view",		 "change_event",
									  "account",		 "ad",
									  "campaigns",		 "ads",
									  "installs_report", "creatives",
									  "adgroup",		 "adgroups"};

/* The query that an input describes. */
typedef struct Built
{
	const AdpPlatform *platform;
	AdpQuery query;
	AdpCondition conditions[ITEMS_MAX];
	const char *fields[ITEMS_MAX];
	int nvalues; /* of all conditions */
	const char *values[ITEMS_MAX * ITEMS_MAX];
} Built;

/*
 * Splits off the part of a line before a tab; NULL after the last one.
 */
static char *
next_part(char **rest)
{
	char *part = *rest;
	char *tab = part ? strchr(part, '\t') : NULL;

	*rest = tab ? tab + 1 : NULL;
	if (tab != NULL)
		*tab = '\0';
	return part;
}

/*
 * Whether planning would push a condition with a value.
 */
static bool
can_push(const AdpPlatform *platform, const AdpSource *source,
		 const AdpField *field, const char *value)
{
	if (platform->values_max == NULL || platform->values_max(source, field) == 0)
		return false;
	if (field->type == ADP_FIELD_ID)
		return value[0] >= '1' && value[0] <= '9' &&
			strspn(value, "0123456789") == strlen(value);
	return platform->can_hold != NULL && platform->can_hold(field, value);
}

/*
 * Adds a condition to the query.
 */
static void
add_condition(Built *built, char *line)
{
	const char *name = next_part(&line);
	const AdpField *field = adp_platform_field(built->platform, name);
	AdpCondition *condition = &built->conditions[built->query.nconditions];
	const char *value;

	if (field == NULL || built->query.nconditions >= ITEMS_MAX)
		return;
	condition->field = field;
	condition->op = ADP_OP_IN;
	if (line != NULL && line[0] == '\t')
	{
		condition->op = ADP_OP_NOT_IN;
		line++;
	}
	condition->values = &built->values[built->nvalues];
	while ((value = next_part(&line)) != NULL && condition->nvalues < ITEMS_MAX)
	{
		if (!can_push(built->platform, built->query.source, field, value))
			continue;
		condition->values[condition->nvalues++] = value;
	}
	built->nvalues += condition->nvalues;
	built->query.nconditions += condition->nvalues > 0;
}

/*
 * Builds the query of an input.
 */
static void
build(Built *built, FuzzInput *input)
{
	AdpQuery *query = &built->query;
	int picks = fuzz_take_byte(input);

	built->platform = fuzz_platform(picks);
	query->source =
		adp_platform_source(built->platform,
							sources[fuzz_take_byte(input) % lengthof(sources)]);
	query->has_day = (picks & 4) != 0;
	query->since = "2026-11-01";
	query->until = picks & 8 ? "2026-11-01" : "2026-11-30";
	query->limit = picks >> 5;
	query->fields = built->fields;
	query->table_fields = built->fields;
	query->conditions = built->conditions;
	while (input->size > 0)
	{
		char *line = fuzz_take_line(input);

		if (strchr(line, '\t') != NULL)
			add_condition(built, line);
		else if (query->nfields < ITEMS_MAX &&
				 adp_option_check_field(built->platform, line) == NULL)
			built->fields[query->nfields++] = line;
	}
	query->ntable_fields = query->nfields;
	if (query->nfields == 0)
		built->fields[query->nfields++] = "impressions";
}

/*
 * Reads a GAQL string behind its quote, with what its escapes mean.
 */
static const char *
read_string(const char *at, StringInfo out)
{
	initStringInfo(out);
	for (; *at != '\''; at++)
	{
		char c = *at;

		if (c == '\0')
			fuzz_finding("a string of the query does not end");
		if ((unsigned char) c < 0x20)
			fuzz_finding("a string of the query has a control character");
		if (c == '\\')
		{
			c = *++at;
			c = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
			if (strchr("\n\r\t\\'", c) == NULL || c == '\0')
				fuzz_finding("a string of the query has escape \\%c", *at);
		}
		appendStringInfoChar(out, c);
	}
	return at + 1;
}

/*
 * Checks a GAQL query: strings with the given values in order, fields, and
 * nothing else.
 */
static void
check_gaql(const Built *built, const char *text)
{
	const char *plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
						"0123456789_.:@-,()=!<> ";
	StringInfoData string;
	int at = 0;

	while (*text != '\0')
	{
		text += strspn(text, plain);
		if (*text == '\0')
			break;
		if (*text != '\'')
			fuzz_finding("the query has a character %c", *text);
		text = read_string(text + 1, &string);
		/* days stand in front, and ids have no quotes */
		if (strncmp(string.data, "2026-11-", 8) == 0)
			continue;
		while (at < built->nvalues &&
			   strcmp(built->values[at], string.data) != 0)
			at++;
		if (at++ >= built->nvalues)
			fuzz_finding("the query has a value that was not given: %s",
						 string.data);
	}
}

/*
 * Whether a value was given.
 */
static bool
was_given(const Built *built, const char *value)
{
	for (int i = 0; i < built->nvalues; i++)
	{
		if (strcmp(built->values[i], value) == 0)
			return true;
	}
	return false;
}

/*
 * Checks a condition of a filter.  What is asked for always is no value of the
 * input.
 */
static void
check_condition(const Built *built, const char *name, const AdpJson *values,
				const char *text)
{
	if (name == NULL || !adp_json_is_array(values))
		fuzz_finding("filter is not of its form: %s", text);
	if (strstr(name, "status") != NULL ||
		strcmp(name, "campaign_system_origins") == 0)
		return;
	for (int i = 0; i < adp_json_count(values); i++)
	{
		const char *value = adp_json_text(adp_json_at(values, i));

		if (value == NULL || !was_given(built, value))
			fuzz_finding("filter has a value that was not given: %s", text);
	}
}

/*
 * Reads a list that is JSON in a text.
 */
static const AdpJson *
list_in_text(const AdpJson *text)
{
	const char *list = adp_json_text(text);

	return list == NULL
		? NULL
		: adp_json_parse(CurrentMemoryContext, list, strlen(list), NULL);
}

/*
 * Checks the filter of a request: an array of conditions, or an object with lists
 * of ids.
 */
static void
check_filter(const Built *built, const char *text)
{
	static const char *const lists[] = {"campaign_ids", "adgroup_ids", "ad_ids"};
	const AdpJson *filter =
		adp_json_parse(CurrentMemoryContext, text, strlen(text), NULL);
	bool is_object = adp_json_get(filter, "primary_status") != NULL;

	if (!adp_json_is_array(filter) && !is_object)
		fuzz_finding("filter is no JSON array: %s", text);
	for (int i = 0; i < lengthof(lists); i++)
	{
		const AdpJson *ids = adp_json_get(filter, lists[i]);

		if (ids != NULL)
			check_condition(built, lists[i], ids, text);
	}
	for (int i = 0; !is_object && i < adp_json_count(filter); i++)
	{
		const AdpJson *one = adp_json_at(filter, i);
		const AdpJson *name = adp_json_get(one, "field_name");

		if (name != NULL)
			check_condition(built, adp_json_text(name),
							list_in_text(adp_json_get(one, "filter_value")),
							text);
		else
			check_condition(built, adp_json_text(adp_json_get(one, "field")),
							adp_json_get(one, "value"), text);
	}
}

/*
 * Checks the parameters of a request, and that they are the same parameters
 * when they are encoded.
 */
static void
check_params(const Built *built, const AdpSettings *settings, bool drops)
{
	AdpParams plain;
	AdpParams encoded;
	const char *filter;

	adp_params_init(&plain, false);
	adp_params_init(&encoded, true);
	built->platform->add_params(&plain, settings, &built->query, drops);
	built->platform->add_params(&encoded, settings, &built->query, drops);
	if (strspn(encoded.text.data,
			   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789-._~%=&") != encoded.text.len)
		fuzz_finding("parameters are not encoded: %s", encoded.text.data);
	for (char *rest = encoded.text.data; *rest != '\0';)
	{
		size_t len = strcspn(rest, "&");
		int size;
		char *value;

		filter = strstr(rest, "filtering=");
		value = curl_easy_unescape(NULL, rest, (int) len, &size);
		if (strstr(plain.text.data, value) == NULL)
			fuzz_finding("parameter \"%s\" is not shown", value);
		if (filter == rest)
			check_filter(built, value + strlen("filtering="));
		curl_free(value);
		rest += len + (rest[len] == '&');
	}
}

/*
 * Checks the body of a request.
 */
static void
check_body(const Built *built, const AdpSettings *settings)
{
	const AdpAccount account = {.id = "1234567890"};
	AdpPageAsk ask = {.settings = settings,
					  .account = &account,
					  .query = &built->query};
	AdpApiRequest request = {0};
	const AdpJson *doc;
	const char *query;

	built->platform->page_request(&ask, &request);
	if (request.body == NULL)
		return;
	built->platform->pager->ask(built->platform->pager, "a\"token", 0, &request);
	doc = adp_json_parse(CurrentMemoryContext, request.body,
						 strlen(request.body), NULL);
	query = adp_json_text(adp_json_get(doc, "query"));
	fuzz_check_same("query in a body", query,
					built->platform->query_text(settings, &built->query));
	fuzz_check_same("page in a body",
					adp_json_text(adp_json_get(doc, "pageToken")), "a\"token");
	check_gaql(built, query);
}

void
fuzz_queries(FuzzInput input)
{
	Built *built = palloc0(sizeof(Built));
	AdpSettings settings = {.api_version = "v25",
							.breakdowns = "age,gender",
							.action_breakdowns = "action_type"};

	build(built, &input);
	if (built->platform->field_path != NULL)
		(void) built->platform->field_path(built->query.source,
										   built->fields[0]);
	if (built->platform->page_request != NULL)
		check_body(built, &settings);
	else if (built->platform->query_text != NULL)
		(void) built->platform->query_text(&settings, &built->query);
	if (built->platform->add_params != NULL)
		check_params(built, &settings, built->query.limit % 2 == 1);
}
