/*
 * currency.c
 *		The currency that the money in a KPI state is in.
 *
 * Money of two currencies is never added up, and money without a declared
 * currency is not added to money with one: both raise 22023.
 */
#include "postgres.h"

#include "fmgr.h"
#include "mb/pg_wchar.h"

#include "base/compat.h"
#include "kpi/core/currency.h"
#include "kpi/core/sum.h"

#define MAX_SHOWN_BYTES 40 /* of a text that is no currency code */

static const char undeclared[ADP_CURRENCY_SIZE];

/*
 * Whether this byte is allowed in a currency code.  Codes are kept as they
 * are given: "usd" and "USD" differ.
 */
static bool
is_code_byte(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		(c >= '0' && c <= '9');
}

/*
 * Raises the error for a text that is no currency code, and shows its start.
 */
static void
refuse_code(const char *bytes, int length)
{
	int shown = pg_mbcliplen(bytes, length, MAX_SHOWN_BYTES);

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid currency \"%s\"", pnstrdup(bytes, shown)),
			 errdetail("A currency is a code of 1 to %d letters and digits, such as \"EUR\".",
					   ADP_CURRENCY_SIZE)));
}

/*
 * Copies a currency code into code[ADP_CURRENCY_SIZE], padded with zeros.
 * Raises 22023 if the text is empty, too long or not letters and digits.
 */
void
adp_currency_read(const text *value, char *code)
{
	const char *bytes = VARDATA_ANY(value);
	int length = (int) VARSIZE_ANY_EXHDR(value);

	if (length < 1 || length > ADP_CURRENCY_SIZE)
		refuse_code(bytes, length);

	memset(code, 0, ADP_CURRENCY_SIZE);
	for (int i = 0; i < length; i++)
	{
		if (!is_code_byte(bytes[i]))
			refuse_code(bytes, length);
		code[i] = bytes[i];
	}
}

/*
 * Raises the error for two codes in one group, one of which may be undeclared
 * and thus all zero.  The codes are named in
 * alphabetical order, so that the message is the same whatever the order of
 * the rows and however many processes add them up.
 */
void
adp_currency_refuse_two(const char *a, const char *b)
{
	bool in_order = memcmp(a, b, ADP_CURRENCY_SIZE) < 0;
	const char *first = in_order ? a : b;
	const char *second = in_order ? b : a;

	/* zeros sort first: an undeclared currency can only be the first */
	if (first[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("money without a currency and money in \"%.*s\" in one group",
						ADP_CURRENCY_SIZE, second),
				 errhint(
					 "Fill in the missing currency, or leave these rows out with FILTER.")));

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("two currencies in one group: \"%.*s\" and \"%.*s\"",
					ADP_CURRENCY_SIZE, first, ADP_CURRENCY_SIZE, second),
			 errhint(
				 "Add the currency to GROUP BY, or convert the amounts to one currency first.")));
}

/*
 * Records rows in the currency of this code, which is all zero for
 * undeclared.  Raises 22023 if the state is in another currency.
 */
void
adp_currency_add(AdpCurrency *currency, const char *code, int64 rows)
{
	if (rows == 0)
		return;
	if (currency->rows == 0)
		memcpy(currency->code, code, ADP_CURRENCY_SIZE);
	else if (memcmp(currency->code, code, ADP_CURRENCY_SIZE) != 0)
		adp_currency_refuse_two(currency->code, code);
	currency->rows = adp_sum_add_rows(currency->rows, rows);
}

/*
 * Undoes adp_currency_add for one row.  After the last row the state has no
 * currency again.
 */
void
adp_currency_remove(AdpCurrency *currency, const char *code)
{
	if (currency->rows == 0 ||
		memcmp(currency->code, code, ADP_CURRENCY_SIZE) != 0)
		adp_sum_refuse_removal();

	currency->rows--;
	if (currency->rows == 0)
		memcpy(currency->code, undeclared, ADP_CURRENCY_SIZE);
}

/*
 * Whether this is a code padded with zeros, or all zero for undeclared.
 */
bool
adp_currency_code_is_valid(const char *code)
{
	int length = strnlen(code, ADP_CURRENCY_SIZE);

	for (int i = 0; i < length; i++)
	{
		if (!is_code_byte(code[i]))
			return false;
	}
	/* nothing behind the code */
	return memcmp(code + length, undeclared, ADP_CURRENCY_SIZE - length) == 0;
}

/*
 * Whether adp_currency_add can have made this value.  Checks values from
 * outside.
 */
bool
adp_currency_is_valid(const AdpCurrency *currency)
{
	if (!adp_currency_code_is_valid(currency->code))
		return false;
	if (currency->rows == 0)
		return !adp_currency_is_declared(currency->code);
	return adp_sum_rows_are_valid(currency->rows);
}
