/*
 * report_control.c
 *	  A control of rows that are read by ids: they add up to the account.
 */
#include "postgres.h"

#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "base/words.h"
#include "platform/kakao_moment/report_control.h"

/* A total of a day that differs. */
typedef struct Difference
{
	DateADT day;
	const char *metric;
	const char *rows;
	const char *account;
} Difference;

static const char *
text_of(Datum number)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out, number));
}

/*
 * Compares the totals of a metric over a day.  Those of a day that is not settled
 * may have grown between the requests.
 */
static bool
differs(const AdpKakaoSums *rows, const AdpKakaoSums *account, bool is_settled,
		Difference *difference)
{
	Datum of_rows =
		adp_kakao_sums_total(rows, difference->day, difference->metric);
	Datum of_account =
		adp_kakao_sums_total(account, difference->day, difference->metric);
	int32 order =
		DatumGetInt32(DirectFunctionCall2(numeric_cmp, of_rows, of_account));

	difference->rows = text_of(of_rows);
	difference->account = text_of(of_account);
	return is_settled ? order != 0 : order < 0;
}

/*
 * Finds the first day and metric that differ.
 */
static bool
find_difference(const AdpKakaoSums *rows, const AdpKakaoSums *account,
				AdpDateRange days, DateADT settled, Difference *difference)
{
	for (DateADT day = days.since; day <= days.until; day++)
	{
		char *rest = pstrdup(KAKAO_CONTROLS);
		char *metric;

		while ((metric = adp_words_next(&rest, ",")) != NULL)
		{
			*difference = (Difference){.day = day, .metric = metric};
			if (differs(rows, account, day <= settled, difference))
				return true;
		}
	}
	return false;
}

/*
 * Words the error.
 */
static void
set_error(AdpError *error, const AdpPageAsk *ask, const Difference *difference)
{
	adp_error_set(error, ADP_ERR_FORMAT,
				  "rows of platform \"kakao_moment\" do not add up to their account",
				  psprintf("Account %s, %s: \"%s\" is %s in all rows of report \"%s\", and %s in the report of the account.",
						   ask->account->id, adp_days_iso(difference->day),
						   difference->metric, difference->rows,
						   ask->query->source->name, difference->account),
				  "The platform refuses reports by level, and objects that its lists leave out, such as deleted ones, cannot be asked for by their ids. Use report \"account\" for these days. If the numbers have just changed, run the statement again.");
}

/*
 * Compares rows with those of the account.
 */
bool
adp_kakao_control(const AdpKakaoSums *rows, const AdpKakaoSums *account,
				  const AdpPageAsk *ask, AdpDateRange days, DateADT settled,
				  AdpError *error)
{
	MemoryContext scratch =
		AllocSetContextCreate(CurrentMemoryContext, "adpipe Kakao control",
							  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	Difference difference;
	bool found = find_difference(rows, account, days, settled, &difference);

	MemoryContextSwitchTo(old);
	if (found)
		set_error(error, ask, &difference);
	MemoryContextDelete(scratch);
	return !found;
}
