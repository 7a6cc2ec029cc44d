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
 * Returns the number of values.
 */
static int
count_values(const AdpTiktokSums *sums)
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
	sums->values = palloc0(count_values(sums) * sizeof(int64));
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
	sums->values = palloc0(count_values(sums) * sizeof(int64));
	return sums;
}

/*
 * Returns the place of the values of a day.
 */
int64 *
adp_tiktok_sums_day(const AdpTiktokSums *sums, const AdpCell *cell)
{
	DateADT day = sums->days.since;

	if (sums->by_day &&
		(!adp_iso_read_day(cell, &day) || day < sums->days.since ||
		 day > sums->days.until))
		return NULL;
	return sums->values + (day - sums->days.since) * sums->nmetrics;
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
 * Reads a number in units of its last decimal; false for any other text.
 */
static bool
read_number(const AdpCell *cell, int64 *number)
{
	bool is_negative = cell->data[0] == '-';
	int decimals = -1;
	uint32 i;

	*number = 0;
	for (i = is_negative ? 1 : 0; i < cell->len; i++)
	{
		if (cell->data[i] == '.' && decimals < 0 && i + 1 < cell->len)
			decimals = 0;
		else if (cell->data[i] < '0' || cell->data[i] > '9' ||
				 !add_digit(number, cell->data[i] - '0'))
			return false;
		else if (decimals >= 0)
			decimals++;
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
adp_tiktok_sums_add(int64 *sum, const AdpCell *cell)
{
	int64 number;

	return is_none(cell) ||
		(read_number(cell, &number) && !pg_add_s64_overflow(*sum, number, sum));
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
	int64 *sum = adp_tiktok_sums_day(account, &cell);
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
	uint64 size = value < 0 ? -(uint64) value : (uint64) value;
	uint64 unit = 1;

	for (int i = 0; i < DECIMALS; i++)
		unit *= 10;
	if (size % unit == 0)
		return psprintf("%s" UINT64_FORMAT, value < 0 ? "-" : "", size / unit);
	return psprintf("%s" UINT64_FORMAT ".%0*d", value < 0 ? "-" : "",
					size / unit, DECIMALS, (int) (size % unit));
}

/*
 * Compares the sums.
 */
char *
adp_tiktok_sums_differ(const AdpTiktokSums *rows, const AdpTiktokSums *account)
{
	char *rest;
	int i;

	for (i = 0; i < count_values(rows); i++)
	{
		if (rows->values[i] != account->values[i])
			break;
	}
	if (i == count_values(rows))
		return NULL;
	rest = pstrdup(rows->metrics);
	for (int nth = i % rows->nmetrics; nth > 0; nth--)
		adp_words_next(&rest, ",");
	return psprintf("%s: \"%s\" is %s in all rows, and %s in the report of the account.",
					adp_days_iso(rows->days.since + i / rows->nmetrics),
					adp_words_next(&rest, ","), number_text(rows->values[i]),
					number_text(account->values[i]));
}
