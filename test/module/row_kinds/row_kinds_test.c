/*
 * row_kinds_test.c
 *	  The kinds of rows for SQL, with a platform that is like none there is.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "platform/api/failure.h"
#include "platform/appsflyer/csv_rows.h"
#include "platform/formats.h"
#include "platform/meta_ads/action_lists.h"
#include "platform/meta_ads/conversion_actions.h"
#include "platform/meta_ads/data_gaps.h"
#include "platform/reader/page.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(row_kinds_test_read);
PG_FUNCTION_INFO_V1(row_kinds_test_members);
PG_FUNCTION_INFO_V1(row_kinds_test_check_choice);

/* The token that is in use. */
#define SECRET "token-of-the-trial"

#define LISTS \
	.type_key = "kind", .amount_key = "n", .default_window = "usual", \
	.windows = "[0-9]+h.*|ever.*", .additive = "tallies,more", \
	.keys = "kind,place", .choice = "buy|sell, join", \
	.conversions = "trial.conversions", .conversions_value = "trial.value", \
	.row_count = "trial.count", .row_value = "trial.worth"

static const AdpActionLists plain_tallies = {LISTS,
											 .pairs = {{"tallies", "worth"}}};
static const AdpActionLists all_tallies = {LISTS,
										   .pairs = {{"tallies", "worth"},
													 {"more", "more_worth",
													  "own\\..*|both",
													  "own\\..*"}},
										   .setting = "rule",
										   .one_setting = "one|two",
										   .proof = "buy|sell|join",
										   .hiding = "place|hour.*",
										   .open = "see"};

static const AdpEventColumn event_columns[] = {{"trial.events", "events"},
											   {"trial.income", "income:",
												.has_currency = true},
											   {NULL}};

static const AdpEventColumns events = {
	.opening = "_",
	.closing = "",
	.columns = event_columns,
	.name = "trial.event",
	.currency = "trial.currency",
	.things = "events",
	.amounts = "incomes",
	.hint = "Look elsewhere.",
};

static const AdpNoneWord none_words[] = {{"-",
										  ADP_NONE_IN_NUMBERS |
											  ADP_NONE_IN_NAMES},
										 {"n/a", ADP_NONE_IN_TEXTS},
										 {"?", ADP_NONE_IN_OTHERS},
										 {NULL}};

static const AdpFormats csv_formats = {.none = none_words};

static const AdpFailureRule rules[] = {{"~enough for", ADP_ERR_QUOTA, 0,
										"Come back."},
									   {NULL}};
static const AdpFailureKind failures = {.rules = rules};

static const AdpCsvRows flat = {.time = NULL};
static const AdpCsvRows timed = {.time = "at",
								 .events = &events,
								 .lacks_events = true};
static const AdpCsvRows folded = {.events = &events};

static const AdpField fields[] = {{"day", ADP_FIELD_DATE, ADP_KIND_SEGMENT,
								   ADP_FIELD_REQUIRED},
								  {"network", ADP_FIELD_TEXT, ADP_KIND_SEGMENT,
								   ADP_FIELD_NO_NONE},
								  {"note", ADP_FIELD_TEXT, ADP_KIND_ATTRIBUTE},
								  {"cost", ADP_FIELD_DECIMAL, ADP_KIND_METRIC},
								  {NULL}};

static const AdpMetaRows plain_rows = {.spec = &plain_tallies};
static const AdpMetaRows all_rows = {.spec = &all_tallies};

static const AdpSource sources[] = {{"plain", .rows = &plain_rows.base},
									{"tallies", .rows = &all_rows.base},
									{"flat", .rows = &flat.base},
									{"timed", .rows = &timed.base},
									{"folded", .rows = &folded.base},
									{NULL}};

static const AdpPlatform json_trial = {.body = ADP_BODY_JSON,
									   .rows_key = "rows",
									   .formats = &adp_iso_formats,
									   .day_field = "day",
									   .fields = fields,
									   .sources = sources};
static const AdpPlatform csv_trial = {.body = ADP_BODY_CSV,
									  .formats = &csv_formats,
									  .day_field = "day",
									  .fields = fields,
									  .failures = &failures,
									  .sources = sources};

/*
 * The lists of a source; NULL if its rows are records.
 */
static const AdpActionLists *
tallies_of(const AdpSource *source)
{
	if (source->rows != &plain_rows.base && source->rows != &all_rows.base)
		return NULL;
	return ((const AdpMetaRows *) source->rows)->spec;
}

/*
 * Reads a text[] argument as the fields of a query.
 */
static void
get_fields(ArrayType *array, AdpQuery *query)
{
	Datum *datums;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &datums, NULL,
					  &query->nfields);
	query->fields = palloc((query->nfields + 1) * sizeof(char *));
	for (int i = 0; i < query->nfields; i++)
		query->fields[i] = TextDatumGetCString(datums[i]);
}

/*
 * Appends one row; a word that means NULL is NULL.
 */
static void
append_row(StringInfo out, const AdpPlatform *platform, const AdpQuery *query,
		   const AdpCell *cells)
{
	if (out->len > 0)
		appendStringInfoChar(out, '\n');
	for (int i = 0; i < query->nfields; i++)
	{
		const AdpField *field = adp_platform_field(platform, query->fields[i]);
		const AdpNoneWords none = adp_none_words(platform->formats, field);
		bool is_told = cells[i].kind > ADP_CELL_NULL &&
			!adp_none_words_hold(&none, &cells[i]);

		appendStringInfo(out, "%s%s", i > 0 ? "|" : "",
						 is_told ? adp_cell_text(&cells[i], NULL) : "~");
	}
}

/*
 * Appends the rows that a page becomes.
 */
static void
append_rows(StringInfo out, const AdpPlatform *platform, const AdpQuery *query,
			AdpPageRows *page)
{
	const AdpCell *cells;

	while ((cells = adp_page_next(page)) != NULL)
		append_row(out, platform, query, cells);
}

/*
 * row_kinds_test_read(source text, body text, fields text[], choice text,
 *				   breakdowns text, keys text) → text
 */
Datum
row_kinds_test_read(PG_FUNCTION_ARGS)
{
	char *body = text_to_cstring(PG_GETARG_TEXT_PP(1));
	const AdpSource *source =
		adp_platform_source(&json_trial, text_to_cstring(PG_GETARG_TEXT_PP(0)));
	AdpQuery query = {.source = source};
	AdpAccount account = {.id = "1"};
	AdpSettings settings = {.server_name = "trial", .access_token = SECRET};
	const AdpPageAsk ask = {&settings, &account, &query};
	const AdpPlatform *platform = &json_trial;
	const AdpActionLists *spec = tallies_of(source);
	AdpError error = {0};
	AdpShaper *shaper;
	AdpPageForm *form;
	AdpPageRows *page;
	StringInfoData out;

	get_fields(PG_GETARG_ARRAYTYPE_P(2), &query);
	if (!PG_ARGISNULL(3))
		settings.conversion_actions = text_to_cstring(PG_GETARG_TEXT_PP(3));
	if (!PG_ARGISNULL(4))
		settings.breakdowns = text_to_cstring(PG_GETARG_TEXT_PP(4));
	if (!PG_ARGISNULL(5))
		settings.action_breakdowns = text_to_cstring(PG_GETARG_TEXT_PP(5));
	if (spec == NULL)
		platform = &csv_trial;
	/* of some sources nobody knows the currency */
	if (source->rows != &flat.base)
		account.currency = "KRW";
	if (spec != NULL)
		adp_action_lists_check(spec, &settings, &query);
	shaper = spec != NULL ? adp_action_lists_shaper(spec, &settings, &query)
						  : adp_csv_rows_shaper(platform, &settings, &query);
	form = adp_page_form(CurrentMemoryContext, platform, shaper, &query);
	page = adp_page_open(form, &ask, body, strlen(body), CurrentMemoryContext,
						 &error);
	if (page == NULL)
		adp_error_throw(&error);
	initStringInfo(&out);
	append_rows(&out, platform, &query, page);
	PG_RETURN_TEXT_P(cstring_to_text(out.data));
}

/*
 * row_kinds_test_members(source text, field text) → text
 */
Datum
row_kinds_test_members(PG_FUNCTION_ARGS)
{
	char *source = text_to_cstring(PG_GETARG_TEXT_PP(0));
	const AdpActionLists *spec =
		tallies_of(adp_platform_source(&json_trial, source));
	AdpSettings settings = {.breakdowns = "age,asset"};
	AdpActionField field;
	const char *members[ADP_ACTION_MEMBERS];
	StringInfoData out;
	int n;

	if (PG_NARGS() > 2)
		settings.conversion_actions = text_to_cstring(PG_GETARG_TEXT_PP(2));
	adp_action_lists_split(spec, &settings,
						   text_to_cstring(PG_GETARG_TEXT_PP(1)), &field);
	n = adp_action_lists_members(spec, &settings, &field, members);
	initStringInfo(&out);
	for (int i = 0; i < n; i++)
		appendStringInfo(&out, "%s%s", i > 0 ? "," : "", members[i]);
	appendStringInfo(&out, " %s %s", field.type ? field.type : "~",
					 field.window ? field.window : "~");
	PG_RETURN_TEXT_P(cstring_to_text(out.data));
}

/*
 * row_kinds_test_check_choice(setting text) → text
 */
Datum
row_kinds_test_check_choice(PG_FUNCTION_ARGS)
{
	const char *problem =
		adp_conversion_actions_check(text_to_cstring(PG_GETARG_TEXT_PP(0)));

	if (problem == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(problem));
}
