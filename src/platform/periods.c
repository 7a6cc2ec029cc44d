/*
 * periods.c
 *	  Weeks and months: the days that belong together in a row.
 */
#include "postgres.h"

#include "utils/datetime.h"

#include "platform/periods.h"

#define DAYS_OF_WEEK 7

/* From day 0, a Saturday, to the Monday after it. */
#define FIRST_MONDAY 2

/*
 * Days outside these years are taken for the first or last day inside: no
 * platform has rows there, and the calendar does not overflow.
 */
#define YEAR_MIN 1
#define YEAR_MAX 9999

static const char *const words[] = {[ADP_PERIOD_DAY] = "day",
									[ADP_PERIOD_WEEK] = "week",
									[ADP_PERIOD_MONTH] = "month",
									[ADP_PERIOD_ALL] = "all"};

/*
 * Returns the period that a word names; the validator allows only these.
 */
AdpPeriod
adp_period_of(const char *word)
{
	for (int i = 0; word != NULL && i < (int) lengthof(words); i++)
	{
		if (strcmp(words[i], word) == 0)
			return (AdpPeriod) i;
	}
	return ADP_PERIOD_DAY;
}

/*
 * Returns the word for a period.
 */
const char *
adp_period_word(AdpPeriod period)
{
	return words[period];
}

/*
 * Whether the period is a week or a month.
 */
bool
adp_period_is_whole(AdpPeriod period)
{
	return period == ADP_PERIOD_WEEK || period == ADP_PERIOD_MONTH;
}

/*
 * Returns a day of the calendar.
 */
static DateADT
make_day(int year, int month, int day)
{
	return date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
}

/*
 * Returns the first day of the period that follows a day's by so many periods.
 */
static DateADT
start_after(AdpPeriod period, DateADT day, int periods)
{
	int year;
	int month;
	int rest;

	if (DATE_NOT_FINITE(day) || !adp_period_is_whole(period))
		return DATE_NOT_FINITE(day) ? day : day + periods;
	day = Max(day, make_day(YEAR_MIN, 1, 1));
	day = Min(day, make_day(YEAR_MAX, 12, 31));
	if (period == ADP_PERIOD_WEEK)
	{
		rest = (day - FIRST_MONDAY) % DAYS_OF_WEEK;
		return day - rest - (rest < 0 ? DAYS_OF_WEEK : 0) +
			periods * DAYS_OF_WEEK;
	}
	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &rest);
	month += periods;
	return make_day(year + (month - 1) / 12, (month - 1) % 12 + 1, 1);
}

/*
 * Returns the first day of the period that contains a day.
 */
DateADT
adp_period_start(AdpPeriod period, DateADT day)
{
	return start_after(period, day, 0);
}

/*
 * Returns the first day of the next period.
 */
DateADT
adp_period_next(AdpPeriod period, DateADT day)
{
	return start_after(period, day, 1);
}

/*
 * Returns the first day of the first period that starts on the day or later.
 */
DateADT
adp_period_start_from(AdpPeriod period, DateADT day)
{
	DateADT start = adp_period_start(period, day);

	return start < day ? adp_period_next(period, day) : start;
}
