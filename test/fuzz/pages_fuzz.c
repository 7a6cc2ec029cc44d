/*
 * pages_fuzz.c
 *	  Fuzzes how a page of an answer becomes rows.
 *
 * An input's first byte picks a source, its second the settings, its lines up to an
 * empty one are the fields that are asked for, the rest is the body.  A finding is: another number
 * of rows than were counted when the page was checked, and a cell that is not of
 * its kind or no text.
 */
#include "postgres.h"

#include "fuzz.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "fdw/option.h"
#include "platform/platform.h"
#include "platform/reader/page.h"
#include "platform/row_reader.h"

#define FIELDS_MAX 16
#define ROWS_MAX 100000

static const struct
{
	const char *platform;
	const char *source;
} sources[] = {
	{"google_ads", "campaign"},
	{"google_ads", "customer_client"},
	{"meta_ads", "campaign"},
	{"meta_ads", "ad"},
	{"meta_ads", "accounts"},
	{"meta_ads", "campaigns"},
	{"appsflyer", "partners_by_date_report"},
	{"appsflyer", "installs_report"},
	{"appsflyer", "in_app_events_report"},
	{"appsflyer", "daily_report"},
	{"tiktok_ads", "campaign"},
	{"tiktok_ads", "ads"},
	{"naver_searchad", "campaign"},
};

/*
 * Reads the fields.
 */
static void
take_fields(const AdpPlatform *platform, FuzzInput *input, AdpQuery *query)
{
	const char **fields = palloc0((FIELDS_MAX + 1) * sizeof(char *));

	while (input->size > 0 && query->nfields < FIELDS_MAX)
	{
		char *line = fuzz_take_line(input);

		if (line[0] == '\0')
			break;
		if (adp_option_check_field(platform, line) == NULL)
			fields[query->nfields++] = line;
	}
	query->fields = fields;
	query->table_fields = fields;
	query->ntable_fields = query->nfields;
}

/*
 * Checks a cell.
 */
static void
check_cell(const AdpCell *cell)
{
	char *text;
	int len;

	if (cell->kind > ADP_CELL_ARRAY)
		fuzz_finding("a cell is of kind %d", cell->kind);
	if (cell->kind == ADP_CELL_ABSENT || cell->kind == ADP_CELL_NULL)
		return;
	text = adp_cell_text(cell, &len);
	if (text != NULL &&
		(strlen(text) != len ||
		 pg_encoding_verifymbstr(PG_UTF8, text, len) != len))
		fuzz_finding("a cell's text is not valid");
}

/*
 * Reads all rows of a page.
 */
static void
read_rows(AdpPageRows *rows, const AdpQuery *query, bool is_shaped)
{
	MemoryContext row = AllocSetContextCreate(CurrentMemoryContext, "row",
											  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(row);
	const AdpCell *cells;
	int64 count = 0;

	while ((cells = adp_page_next(rows)) != NULL && count++ < ROWS_MAX)
	{
		for (int i = 0; i < query->nfields; i++)
			check_cell(&cells[i]);
		MemoryContextReset(row);
	}
	MemoryContextSwitchTo(old);
	if (!is_shaped && count != adp_page_count(rows))
		fuzz_finding("page of %d rows has %d", (int) adp_page_count(rows),
					 (int) count);
}

void
fuzz_pages(FuzzInput input)
{
	int pick = fuzz_take_byte(&input) % lengthof(sources);
	int picks = fuzz_take_byte(&input);
	const AdpPlatform *platform = adp_platform_by_name(sources[pick].platform);
	const AdpSettings settings = {.api_version = "v25",
								  .server_name = "server",
								  .action_breakdowns = picks & 1
									  ? "action_type,action_device"
									  : "action_type",
								  .breakdowns = picks & 2 ? "region" : "age",
								  .conversion_actions =
									  picks & 4 ? "purchase,lead" : NULL,
								  .reattr = picks & 8 ? "true" : NULL};
	const AdpAccount account = {.id = "1234567890",
								.name = "an account",
								.time_zone = "UTC",
								.currency = "EUR"};
	AdpQuery query = {.has_day = true,
					  .since = "2026-11-01",
					  .until = "2026-11-30"};
	AdpPageAsk ask = {.settings = &settings,
					  .account = &account,
					  .query = &query};
	AdpError error = {0};
	AdpShaper *shaper = NULL;
	AdpPageForm *form;
	AdpPageRows *rows;

	query.source = adp_platform_source(platform, sources[pick].source);
	take_fields(platform, &input, &query);
	if (query.source->rows != NULL && query.source->rows->make_shaper != NULL)
		shaper = query.source->rows->make_shaper(platform, &settings, &query);
	form = adp_page_form(CurrentMemoryContext, platform, shaper, &query);
	rows = adp_page_open(form, &ask, input.data, input.size,
						 CurrentMemoryContext, &error);
	if ((rows == NULL) != (error.class != ADP_OK))
		fuzz_finding("page and error disagree");
	if (rows == NULL)
		return;
	(void) adp_page_hash(rows);
	(void) adp_page_next_token(rows, NULL);
	read_rows(rows, &query, shaper != NULL && shaper->unfold != NULL);
}
