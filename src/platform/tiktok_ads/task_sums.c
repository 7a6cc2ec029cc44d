/*
 * task_sums.c
 *	  What a task's rows add up to, compared with the account.
 */
#include "postgres.h"

#include "common/int.h"

#include "base/words.h"
#include "platform/api/request.h"
#include "platform/formats.h"
#include "platform/tiktok_ads/task_sums.h"
#include "platform/tiktok_ads/tiktok_ads.h"

/* Sums are exact: of numbers with so many decimals. */
#define DECIMALS 4

/* 10 to the power of DECIMALS */
#define UNITS_OF_ONE INT64CONST(10000)

/* The metric that every sum has, if nothing else that adds up is requested. */
#define ALWAYS "impressions"

/*
 * Whether a metric adds up over days and ads.
 */
static bool
adds_up(const char *name)
{
	const AdpField *field = adp_platform_field(&adp_tiktok_ads, name);

	return field != NULL && field->kind == ADP_KIND_METRIC &&
		(field->flags & ADP_FIELD_ADDITIVE) == ADP_FIELD_ADDITIVE;
}

/*
 * Reads a day that we have written into a request.
 */
static DateADT
day_of(const char *text)
{
	AdpCell cell = {.data = text,
					.len = (uint32) strlen(text),
					.kind = ADP_CELL_STRING};
	DateADT day;

	if (!adp_iso_read_day(&cell, &day))
		elog(ERROR, "malformed day of a request");
	return day;
}

/*
 * Returns the number of sums.
 */
static int
count_sums(const AdpTiktokSums *sums)
{
	int ndays = sums->by_day ? sums->days.until - sums->days.since + 1 : 1;

	return ndays * sums->nmetrics;
}

/*
 * Allocates sums of zero.
 */
AdpTiktokSums *
adp_tiktok_sums_create(const AdpQuery *query)
{
	AdpTiktokSums *sums = palloc0(sizeof(AdpTiktokSums));
	StringInfoData dimensions;
	StringInfoData metrics;
	StringInfoData added;
	char *rest;
	char *name;

	adp_tiktok_ads_list_fields(query, &dimensions, &metrics);
	adp_words_add(&metrics, ALWAYS);
	initStringInfo(&added);
	for (rest = metrics.data; (name = adp_words_next(&rest, ",")) != NULL;)
	{
		if (!adds_up(name))
			continue;
		adp_words_add(&added, name);
		sums->nmetrics++;
	}
	sums->metrics = added.data;
	sums->by_day = adp_words_hold(dimensions.data, TIKTOK_DAY);
	sums->days.since = day_of(query->since);
	sums->days.until = day_of(query->until);
	sums->sums = palloc0(count_sums(sums) * sizeof(AdpTiktokSum));
	return sums;
}

/*
 * Allocates sums of zero of the same metrics and days.
 */
AdpTiktokSums *
adp_tiktok_sums_create_like(const AdpTiktokSums *other)
{
	AdpTiktokSums *sums = palloc(sizeof(AdpTiktokSums));

	*sums = *other;
	sums->sums = palloc0(count_sums(sums) * sizeof(AdpTiktokSum));
	return sums;
}

/*
 * Returns the sums of a day.
 */
AdpTiktokSum *
adp_tiktok_sums_day(const AdpTiktokSums *sums, const AdpCell *cell)
{
	DateADT day = sums->days.since;

	if (sums->by_day &&
		(!adp_iso_read_day(cell, &day) || day < sums->days.since ||
		 day > sums->days.until))
		return NULL;
	return sums->sums + (day - sums->days.since) * sums->nmetrics;
}

/*
 * Whether a cell is what the platform writes where a metric does not apply.
 */
static bool
is_none(const AdpCell *cell)
{
	return cell->kind != ADP_CELL_STRING || cell->len == 0 ||
		(cell->len == 1 && cell->data[0] == '-');
}

/*
 * Adds a digit to a number; false if the number is too large.
 */
static bool
add_digit(int64 *number, int digit)
{
	return !pg_mul_s64_overflow(*number, 10, number) &&
		!pg_add_s64_overflow(*number, digit, number);
}

/*
 * Reads a number in units of the smallest decimal, and how many decimals it uses;
 * false for any other text.
 */
static bool
read_number(const AdpCell *cell, int64 *number, int *nused)
{
	bool is_negative = cell->data[0] == '-';
	int decimals = -1;
	uint32 i;

	*number = 0;
	*nused = 0;
	for (i = is_negative ? 1 : 0; i < cell->len; i++)
	{
		if (cell->data[i] == '.' && decimals < 0 && i + 1 < cell->len)
		{
			decimals = 0;
			continue;
		}
		if (cell->data[i] < '0' || cell->data[i] > '9' ||
			!add_digit(number, cell->data[i] - '0'))
			return false;
		if (decimals >= 0)
			decimals++;
		if (decimals > 0 && cell->data[i] != '0')
			*nused = decimals;
	}
	for (decimals = Max(decimals, 0); decimals < DECIMALS; decimals++)
	{
		if (!add_digit(number, 0))
			return false;
	}
	*number = is_negative ? -*number : *number;
	return decimals == DECIMALS;
}

/*
 * Adds a number.
 */
bool
adp_tiktok_sums_add(AdpTiktokSum *sum, const AdpCell *cell)
{
	int64 number;
	int nused;

	if (is_none(cell))
		return true;
	if (!read_number(cell, &number, &nused) ||
		pg_add_s64_overflow(sum->value, number, &sum->value))
		return false;
	sum->n++;
	sum->ndecimals = Max(sum->ndecimals, nused);
	return true;
}

/*
 * Writes the request for the account's own rows, at most one for each day.
 */
void
adp_tiktok_sums_ask(const AdpTiktokSums *sums, const AdpPageAsk *ask,
					AdpApiRequest *request)
{
	const AdpQuery *query = ask->query;
	AdpParams params;

	adp_params_init(&params, true);
	adp_params_add(&params, "report_type", "BASIC");
	adp_params_add(&params, "data_level", "AUCTION_ADVERTISER");
	adp_params_add(&params, "dimensions",
				   adp_params_array(sums->by_day ? TIKTOK_ACCOUNT "," TIKTOK_DAY
												 : TIKTOK_ACCOUNT));
	adp_params_add(&params, "metrics", adp_params_array(sums->metrics));
	adp_params_add(&params, "start_date", query->since);
	adp_params_add(&params, "end_date", query->until);
	adp_params_add(&params, "page", "1");
	adp_params_add(&params, "page_size", psprintf("%d", TIKTOK_PAGE_ROWS));
	*request =
		(AdpApiRequest){.method = "GET",
						.path =
							adp_params_join(adp_request_path(query->source->path,
															 ask->settings,
															 query,
															 ask->account, NULL),
											&params),
						.answer = ADP_ANSWER_ROWS};
}

/*
 * Returns a text member as a cell.
 */
static AdpCell
cell_of(const AdpJson *object, const char *name)
{
	const char *text = adp_json_scalar(adp_json_get(object, name));

	if (text == NULL)
		return (AdpCell){.kind = ADP_CELL_NULL};
	return (AdpCell){.data = text,
					 .len = (uint32) strlen(text),
					 .kind = ADP_CELL_STRING};
}

/*
 * Adds a row of the account; false if it is another's, or of another day.
 */
static bool
add_row(AdpTiktokSums *account, const AdpPageAsk *ask, const AdpJson *row)
{
	const AdpJson *dimensions = adp_json_get(row, "dimensions");
	const char *id = adp_json_text(adp_json_get(dimensions, TIKTOK_ACCOUNT));
	AdpCell cell = cell_of(dimensions, TIKTOK_DAY);
	AdpTiktokSum *sum = adp_tiktok_sums_day(account, &cell);
	char *rest = pstrdup(account->metrics);
	char *name;

	if (id == NULL || strcmp(id, ask->account->id) != 0 || sum == NULL)
		return false;
	for (; (name = adp_words_next(&rest, ",")) != NULL; sum++)
	{
		cell = cell_of(adp_json_get(row, "metrics"), name);
		if (cell.kind != ADP_CELL_STRING || !adp_tiktok_sums_add(sum, &cell))
			return false;
	}
	return true;
}

/*
 * Reads the account's own rows, which must be those of one page.
 */
bool
adp_tiktok_sums_read(AdpTiktokSums *account, const AdpPageAsk *ask,
					 const AdpJson *doc, AdpError *error)
{
	const AdpJson *list = adp_json_path(doc, "data.list");
	bool is_whole =
		adp_json_int(adp_json_path(doc, "data.page_info.total_number"), -1) ==
		adp_json_count(list);

	for (int i = 0; is_whole && i < adp_json_count(list); i++)
		is_whole = add_row(account, ask, adp_json_at(list, i));
	if (!is_whole)
		adp_error_set(error, ADP_ERR_FORMAT,
					  "the answer is not the report of the account", NULL,
					  NULL);
	return is_whole;
}

/*
 * Writes a number without needless zeros.
 */
static char *
number_text(int64 value)
{
	const char *sign = value < 0 ? "-" : "";
	uint64 size = value < 0 ? -(uint64) value : (uint64) value;

	if (size % UNITS_OF_ONE == 0)
		return psprintf("%s" UINT64_FORMAT, sign, size / UNITS_OF_ONE);
	return psprintf("%s" UINT64_FORMAT ".%0*d", sign, size / UNITS_OF_ONE,
					DECIMALS, (int) (size % UNITS_OF_ONE));
}

/*
 * Returns a metric of the sums, by its number.
 */
static const char *
metric_of(const AdpTiktokSums *sums, int number)
{
	char *rest = pstrdup(sums->metrics);

	for (; number > 0; number--)
		adp_words_next(&rest, ",");
	return adp_words_next(&rest, ",");
}

/*
 * Returns by how much two sums of an amount may differ, in units of the smallest
 * decimal: by half of the last digit that any of their numbers uses, for each.
 */
static int64
rounding_of(const AdpTiktokSum *rows, const AdpTiktokSum *account)
{
	int64 unit = UNITS_OF_ONE;

	for (int i = Max(rows->ndecimals, account->ndecimals); i > 0; i--)
		unit /= 10;
	return (rows->n + account->n) * unit / 2;
}

/*
 * Whether two sums of a metric are the same.
 */
static bool
is_same(const char *metric, const AdpTiktokSum *rows,
		const AdpTiktokSum *account)
{
	const AdpField *field = adp_platform_field(&adp_tiktok_ads, metric);
	int64 most = rounding_of(rows, account);
	int64 difference;

	if (rows->value == account->value)
		return true;
	return field->type == ADP_FIELD_DECIMAL &&
		!pg_sub_s64_overflow(rows->value, account->value, &difference) &&
		difference >= -most && difference <= most;
}

/*
 * Returns the days that a sum is of, as a text.
 */
static char *
days_text(const AdpTiktokSums *sums, int number)
{
	DateADT day = sums->days.since + number / sums->nmetrics;

	if (sums->by_day)
		return adp_days_iso(day);
	return psprintf("%s to %s", adp_days_iso(day),
					adp_days_iso(sums->days.until));
}

/*
 * Compares the sums.
 */
char *
adp_tiktok_sums_differ(const AdpTiktokSums *rows, const AdpTiktokSums *account)
{
	for (int i = 0; i < count_sums(rows); i++)
	{
		const char *metric = metric_of(rows, i % rows->nmetrics);

		if (!is_same(metric, &rows->sums[i], &account->sums[i]))
			return psprintf("%s: \"%s\" is %s in all rows, and %s in the report of the account.",
							days_text(rows, i), metric,
							number_text(rows->sums[i].value),
							number_text(account->sums[i].value));
	}
	return NULL;
}
