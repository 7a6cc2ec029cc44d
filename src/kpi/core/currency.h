/*
 * currency.h
 *		The currency that the money in a KPI state is in.
 *
 * Part of a stored state: its layout is frozen.
 */
#ifndef ADP_KPI_CORE_CURRENCY_H
#define ADP_KPI_CORE_CURRENCY_H

#include "base/compat.h"

#define ADP_CURRENCY_SIZE 8 /* the longest code */

/*
 * A state has no money yet (no rows), or all of its money is in one declared
 * currency, or the currency is undeclared (rows, but no code).  Rows are
 * counted so that a sliding window can forget a currency again.
 */
typedef struct AdpCurrency
{
	char code[ADP_CURRENCY_SIZE]; /* zero-padded; all zero if undeclared */
	int64 rows;					  /* rows in this currency */
} AdpCurrency;

extern void adp_currency_read(const text *value, char *code);
extern void adp_currency_add(AdpCurrency *currency, const char *code,
							 int64 rows);
extern void adp_currency_remove(AdpCurrency *currency, const char *code);
extern bool adp_currency_is_valid(const AdpCurrency *currency);
extern bool adp_currency_code_is_valid(const char *code);
pg_noreturn extern void adp_currency_refuse_two(const char *a, const char *b);

/*
 * Whether a currency is declared.
 */
static inline bool
adp_currency_is_declared(const char *code)
{
	return code[0] != '\0';
}

/*
 * Whether the text is exactly this code.  Saves validating it in every row.
 */
static inline bool
adp_currency_is_code(const text *value, const char *code)
{
	const char *bytes = VARDATA_ANY(value);
	int length = (int) VARSIZE_ANY_EXHDR(value);

	/* no call of memcmp(): three bytes are all there is in practice */
	if (length < 1 || length > ADP_CURRENCY_SIZE)
		return false;
	for (int i = 0; i < length; i++)
	{
		if (bytes[i] != code[i])
			return false;
	}
	return length == ADP_CURRENCY_SIZE || code[length] == '\0';
}

#endif /* ADP_KPI_CORE_CURRENCY_H */
