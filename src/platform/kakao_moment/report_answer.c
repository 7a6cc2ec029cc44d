/*
 * report_answer.c
 *	  The rows of an answer for a report: checked, and as texts.
 *
 * Names of dimensions are in snake case, or in camel case as some clients have
 * seen; both are looked up.  A day without delivery is a row without metrics.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "platform/kakao_moment/report_answer.h"

/* The cells of a row that are read always. */
enum
{
	CELL_START,
	CELL_END,
	CELL_ALL_METRICS,
	CELL_DIMENSIONS,
	CELL_IDS,
	CELLS = CELL_IDS + 2 * ADP_KAKAO_LEVELS
};

/* Names under which a dimension is looked up. */
#define SPELLINGS 3

#define DIMENSIONS "dimensions."

struct AdpKakaoRows
{
	const AdpKakaoReportQuery *report;
	AdpRowShape *shape;
	int splits;	 /* first cell of splits */
	int metrics; /* of metrics */
};

static const char *const id_names[ADP_KAKAO_LEVELS][2] = {
	[ADP_KAKAO_ACCOUNT] = {"ad_account_id", "adAccountId"},
	[ADP_KAKAO_CAMPAIGN] = {"campaign_id", "campaignId"},
	[ADP_KAKAO_AD_GROUP] = {"ad_group_id", "adGroupId"},
	[ADP_KAKAO_CREATIVE] = {"creative_id", "creativeId"},
};

/* The other spellings of a field that rows are split by. */
static const struct
{
	const char *name;
	const char *others[SPELLINGS - 1];
} split_names[] = {{"age", {"age_band", "ageBand"}},
				   {"device_type", {"deviceType", "device"}},
				   {"creative_format", {"creativeFormat", "format"}}};

/*
 * Adds the paths of a field that rows are split by.
 */
static int
add_split(const char **paths, const char *name)
{
	paths[0] = psprintf(DIMENSIONS "%s", name);
	for (int k = 1; k < SPELLINGS; k++)
		paths[k] = paths[0];
	for (int i = 0; i < lengthof(split_names); i++)
	{
		if (strcmp(split_names[i].name, name) != 0)
			continue;
		for (int k = 1; k < SPELLINGS; k++)
			paths[k] = psprintf(DIMENSIONS "%s", split_names[i].others[k - 1]);
	}
	return SPELLINGS;
}

/*
 * Compiles what is read of a row.
 */
AdpKakaoRows *
adp_kakao_rows_compile(const AdpKakaoReportQuery *report)
{
	AdpKakaoRows *rows = palloc(sizeof(AdpKakaoRows));
	const char **paths =
		palloc((CELLS + KAKAO_SPLITS_MAX * SPELLINGS + report->nmetrics) *
			   sizeof(char *));
	int n = CELLS;

	paths[CELL_START] = "start";
	paths[CELL_END] = "end";
	paths[CELL_ALL_METRICS] = "metrics";
	paths[CELL_DIMENSIONS] = "dimensions";
	for (int i = 0; i < 2 * ADP_KAKAO_LEVELS; i++)
		paths[CELL_IDS + i] = psprintf(DIMENSIONS "%s", id_names[i / 2][i % 2]);
	rows->report = report;
	rows->splits = n;
	for (int i = 0; i < report->nsplits; i++)
		n += add_split(paths + n, report->splits[i]);
	rows->metrics = n;
	for (int i = 0; i < report->nmetrics; i++)
		paths[n++] = strcmp(report->metrics[i], "metrics") == 0
			? "metrics"
			: psprintf("metrics.%s", report->metrics[i]);
	rows->shape =
		adp_rows_compile(CurrentMemoryContext, "data", paths, n, NULL, 0);
	return rows;
}

/*
 * Parses an answer.
 */
AdpPage *
adp_kakao_rows_parse(const AdpKakaoRows *rows, const char *body, Size len,
					 MemoryContext cxt, AdpError *error)
{
	AdpPage *page = adp_rows_parse(rows->shape, body, len, cxt, error);

	if (page == NULL || page->array->kind == ADP_CELL_ARRAY)
		return page;
	adp_error_set(error, ADP_ERR_FORMAT, "the answer has no \"data\"", NULL,
				  NULL);
	return NULL;
}

/*
 * Refuses a row.
 */
static bool
refuse(AdpError *error, const char *what)
{
	adp_error_set(error, ADP_ERR_FORMAT, what, NULL, NULL);
	return false;
}

/*
 * Whether a cell is absent or null.
 */
static bool
is_missing(const AdpCell *cell)
{
	return cell->kind == ADP_CELL_ABSENT || cell->kind == ADP_CELL_NULL;
}

/*
 * Whether a cell is an object without members.
 */
static bool
is_empty(const AdpCell *cell)
{
	if (cell->kind != ADP_CELL_OBJECT)
		return false;
	for (uint32 i = 1; i + 1 < cell->len; i++)
	{
		if (strchr(" \t\r\n", cell->data[i]) == NULL)
			return false;
	}
	return true;
}

/*
 * Whether a row is that of a day without delivery: its metrics are empty, or both
 * its metrics and its dimensions are missing.
 */
static bool
is_without_delivery(const AdpCell *cells)
{
	const AdpCell *metrics = &cells[CELL_ALL_METRICS];
	const AdpCell *dimensions = &cells[CELL_DIMENSIONS];

	return is_empty(metrics) ||
		(is_missing(metrics) &&
		 (is_missing(dimensions) || is_empty(dimensions)));
}

/*
 * Returns the text of a cell; NULL for an absent, empty or other one.
 */
static const char *
text_of(const AdpCell *cell)
{
	if (cell->kind == ADP_CELL_STRING && cell->len > 0)
		return adp_cell_text(cell, NULL);
	if (cell->kind == ADP_CELL_NUMBER)
		return pnstrdup(cell->data, cell->len);
	return NULL;
}

/*
 * Returns the first text of some spellings.
 */
static const char *
first_text(const AdpCell *cells, int n)
{
	const char *text = NULL;

	for (int i = 0; i < n && text == NULL; i++)
		text = text_of(&cells[i]);
	return text;
}

/*
 * Whether a text is a number as JSON writes it.
 */
static bool
is_number(const char *text)
{
	const char *p = text + (text[0] == '-');
	Size digits = strspn(p, "0123456789");
	Size decimals = 0;

	p += digits;
	if (digits > 0 && *p == '.')
	{
		decimals = strspn(p + 1, "0123456789");
		p += 1 + decimals;
		if (decimals == 0)
			return false;
	}
	if (digits > 0 && (*p == 'e' || *p == 'E'))
	{
		p += 1 + (p[1] == '-' || p[1] == '+');
		if (strspn(p, "0123456789") == 0 || strlen(p) > 3)
			return false;
		p += strlen(p);
	}
	return digits > 0 && *p == '\0';
}

/*
 * Returns a number without exponent and without zeros at its end, since the
 * platform writes whole numbers as fractions at times.
 */
static const char *
plain_number(const char *text)
{
	Datum number;

	if (strpbrk(text, ".eE") == NULL)
		return text;
	number =
		DirectFunctionCall3(numeric_in, CStringGetDatum(text),
							ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	number = DirectFunctionCall1(numeric_trim_scale, number);
	return DatumGetCString(DirectFunctionCall1(numeric_out, number));
}

/*
 * Reads a metric; false if it is no number.
 */
static bool
read_metric(const AdpKakaoRows *rows, const AdpCell *cell, const char *name,
			const char **metric, AdpError *error)
{
	*metric = NULL;
	if (is_missing(cell))
		return true;
	if (strcmp(name, "metrics") == 0)
	{
		*metric = adp_cell_json(cell);
		return true;
	}
	*metric = text_of(cell);
	if (*metric == NULL || !is_number(*metric))
		return refuse(error, psprintf("metric \"%s\" is no number", name));
	*metric = plain_number(*metric);
	return true;
}

/*
 * Reads a row.
 */
bool
adp_kakao_rows_read(const AdpKakaoRows *rows, const AdpPage *page, int i,
					AdpKakaoRow *row, AdpError *error)
{
	const AdpKakaoReportQuery *report = rows->report;
	const AdpCell *cells = page->cells + (Size) i * page->ncells;
	DateADT end;

	if (is_without_delivery(cells))
		return false;
	if (cells[CELL_ALL_METRICS].kind != ADP_CELL_OBJECT)
		return refuse(error, "a row has no object \"metrics\"");
	if (!adp_compact_formats.read_day(&cells[CELL_START], &row->day) ||
		!adp_compact_formats.read_day(&cells[CELL_END], &end))
		return refuse(error, "a row has no day");
	if (end != row->day)
		return refuse(error, "a row is about several days");
	for (int k = 0; k < ADP_KAKAO_LEVELS; k++)
		row->ids[k] = first_text(&cells[CELL_IDS + 2 * k], 2);
	for (int k = 0; k < report->nsplits; k++)
		row->splits[k] =
			first_text(&cells[rows->splits + k * SPELLINGS], SPELLINGS);
	row->metrics = palloc0(Max(report->nmetrics, 1) * sizeof(char *));
	for (int k = 0; k < report->nmetrics; k++)
	{
		if (!read_metric(rows, &cells[rows->metrics + k], report->metrics[k],
						 &row->metrics[k], error))
			return false;
	}
	return true;
}
