/*
 * stat_rows.c
 *	  Writes the sums of a day as rows.
 */
#include "postgres.h"

#include "common/int.h"
#include "miscadmin.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "platform/naver_searchad/older_days.h"
#include "platform/naver_searchad/stat_sums.h"

#define MILLION INT64CONST(1000000)

/* Tenths of the cost without VAT: a cost with VAT is eleven of them. */
#define NET_TENTHS 10
#define GROSS_TENTHS 11

/*
 * Returns a dimension of a group.
 */
static AdpNaverCell
dimension_of(const AdpNaverSums *sums, const AdpNaverGroup *group,
			 const char *code)
{
	const char *at = group->key.data;
	const char *end = at + group->key.len;

	for (int i = 0; i < sums->ndimensions; i++)
	{
		const char *tab = memchr(at, '\t', end - at);
		AdpNaverCell cell = {at, (int) (tab - at)};

		if (strcmp(sums->dimensions[i], code) == 0)
			return cell;
		at = tab + 1;
	}
	return (AdpNaverCell){ADP_NAVER_NONE, 1};
}

/*
 * Appends millionths as a decimal without zeros at its end.
 */
static void
append_micros(StringInfo out, int64 micros)
{
	uint64 size = micros < 0 ? -(uint64) micros : (uint64) micros;
	uint64 whole = size / MILLION;
	int rest = (int) (size % MILLION);

	appendStringInfo(out, "%s" UINT64_FORMAT, micros < 0 ? "-" : "", whole);
	if (rest == 0)
		return;
	appendStringInfo(out, ".%06d", rest);
	while (out->data[out->len - 1] == '0')
		out->data[--out->len] = '\0';
}

/*
 * Returns an amount times a fraction, rounded half away from zero.
 */
static int64
scale(int64 amount, int numerator, int denominator)
{
	int64 product;

	if (pg_mul_s64_overflow(amount, 2 * numerator, &product))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("cost of a Naver report is out of range")));
	product += product < 0 ? -denominator : denominator;
	return product / (2 * denominator);
}

/*
 * Appends the cost of a group with or without VAT.
 */
static void
append_cost(StringInfo out, const AdpNaverSums *sums,
			const AdpNaverGroup *group, bool with_vat)
{
	int64 cost = group->amounts[AMOUNT_COST];

	if (sums->takes_vat_off && with_vat && !sums->has_vat)
		cost = scale(cost, GROSS_TENTHS, NET_TENTHS);
	if (sums->takes_vat_off && !with_vat && sums->has_vat)
		cost = scale(cost, NET_TENTHS, GROSS_TENTHS);
	append_micros(out, cost);
}

/*
 * Appends a text as JSON; null for none.
 */
static void
append_text(StringInfo out, const char *text, int len)
{
	if (text == NULL || (len == 1 && text[0] == ADP_NAVER_NONE[0]))
		appendStringInfoString(out, "null");
	else
		escape_json(out, pnstrdup(text, len));
}

/*
 * Appends the value of a field that is no column of a file.
 */
static void
append_other(StringInfo out, const AdpNaverSums *sums,
			 const AdpNaverGroup *group, const char *field,
			 const AdpNaverNames *names)
{
	const char *code = strcmp(field, "campaignName") == 0 ? "CA"
		: strcmp(field, "adgroupName") == 0				  ? "AG"
														  : NULL;
	const char *text = NULL;

	if (code != NULL)
	{
		AdpNaverCell id = dimension_of(sums, group, code);

		text = names->find(names, pnstrdup(id.data, id.len));
	}
	else if (strcmp(field, "statDt") == 0)
		text = sums->day;
	else if (strcmp(field, "vatRule") == 0)
		text = sums->is_older ? ADP_NAVER_OF_STATS
			: sums->has_vat	  ? "included"
							  : "excluded";
	else if (strcmp(field, "numbersUntil") == 0)
		text = sums->until;
	append_text(out, text, text ? (int) strlen(text) : 0);
}

/*
 * Appends the value of a column of a file.
 */
static void
append_column(StringInfo out, const AdpNaverSums *sums,
			  const AdpNaverGroup *group, const AdpNaverColumn *column)
{
	AdpNaverCell cell;

	if (column->amount == AMOUNT_COST)
		append_cost(out, sums, group, strcmp(column->field, "spend") != 0);
	else if (column->amount == AMOUNT_RANKS && sums->until != NULL)
		appendStringInfoString(out, "null");
	else if (column->amount >= 0)
		appendStringInfo(out, INT64_FORMAT, group->amounts[column->amount]);
	else
	{
		cell = dimension_of(sums, group, column->code);
		append_text(out, cell.data, cell.len);
	}
}

/*
 * Appends a row.
 */
static void
append_row(StringInfo out, const AdpNaverSums *sums, const AdpNaverGroup *group,
		   const AdpNaverNames *names)
{
	appendStringInfo(out, "{\"customerId\":%s", sums->account);
	for (int i = 0; i < sums->query->nfields; i++)
	{
		const char *field = sums->query->fields[i];
		const AdpNaverColumn *column = adp_naver_column_of(field);

		appendStringInfo(out, ",\"%s\":", field);
		if (column != NULL)
			append_column(out, sums, group, column);
		else
			append_other(out, sums, group, field, names);
	}
	appendStringInfoChar(out, '}');
}

/*
 * Appends all rows.
 */
void
adp_naver_sums_write(const AdpNaverSums *sums, StringInfo out,
					 const AdpNaverNames *names)
{
	MemoryContext scratch =
		AllocSetContextCreate(CurrentMemoryContext, "adpipe row of sums",
							  ALLOCSET_SMALL_SIZES);
	ListCell *cell;

	foreach(cell, sums->order)
	{
		MemoryContext old = MemoryContextSwitchTo(scratch);

		CHECK_FOR_INTERRUPTS();
		if (foreach_current_index(cell) > 0)
			appendStringInfoChar(out, ',');
		append_row(out, sums, lfirst(cell), names);
		MemoryContextSwitchTo(old);
		MemoryContextReset(scratch);
	}
	MemoryContextDelete(scratch);
}
