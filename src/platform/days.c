/*
 * days.c
 *	  The days that a scan requests, and their date range for an account.
 */
#include "postgres.h"

#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "base/guc.h"
#include "platform/account.h"
#include "platform/days.h"
#include "platform/periods.h"

/*
 * Formats a date, palloc'd.
 */
char *
adp_days_iso(DateADT date)
{
	int year;
	int month;
	int day;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return psprintf("%04d-%02d-%02d", year, month, day);
}

/*
 * Returns the same day so many months earlier, or the last day of that month
 * if it is shorter.
 */
static DateADT
months_before(DateADT today, int months)
{
	int year;
	int month;
	int day;

	j2date(today + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	months = year * 12 + month - 1 - months;
	year = months / 12;
	month = months % 12 + 1;
	day = Min(day, day_tab[isleap(year)][month - 1]);
	return date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
}

/*
 * Throws the error for days before the reach.  account is NULL for a reach in
 * months.
 */
static void
refuse_days(const AdpPlatform *platform, const AdpSource *source,
			const char *account, DateADT since, DateADT reach)
{
	const char *since_text = adp_days_iso(since);

	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
			 errmsg("days before %s are outside the reach of platform \"%s\"",
					adp_days_iso(reach), platform->name),
			 source->reach_months > 0
				 ? errdetail("The platform keeps daily numbers for %d months; the scan starts at %s.",
							 source->reach_months, since_text)
				 : errdetail("Report \"%s\" of account %s can be trusted for the last %d days only; the scan starts at %s.",
							 source->name, account, source->reach_days,
							 since_text),
			 errhint("Ask for later days; keep older ones in a local copy.")));
}

/* Hours by which the first time zones are ahead of UTC. */
#define HOURS_AHEAD 14

/*
 * Returns the day, in UTC, so many hours from now.
 */
static DateADT
day_from_now(int hours)
{
	struct pg_tm tm;
	fsec_t fsec;

	if (timestamp2tm(adp_now() + hours * USECS_PER_HOUR, NULL, &tm, &fsec, NULL,
					 NULL) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	return date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
}

/*
 * Returns the earliest day that is today in any time zone.
 */
static DateADT
earliest_today(void)
{
	return day_from_now(-HOURS_PER_DAY);
}

/*
 * Returns the last day that is today in any time zone.
 */
DateADT
adp_days_latest_today(void)
{
	return day_from_now(HOURS_AHEAD);
}

/*
 * Whether the last requested day is still in the future in every time zone.
 */
static bool
end_today(const AdpDays *days)
{
	return days->until == DATEVAL_NOEND ||
		days->until > day_from_now(HOURS_PER_DAY);
}

/*
 * Whether the last day of the request depends on the account's own today.  A
 * week or month that holds a day which is today somewhere may not be over.
 */
bool
adp_days_end_with_account(const AdpDays *days)
{
	if (adp_period_is_whole(days->period))
		return days->until >= earliest_today();
	return end_today(days);
}

/*
 * Counts from the earliest today.
 */
DateADT
adp_days_months_ago(int months)
{
	return months_before(earliest_today(), months);
}

/*
 * Returns the first requested day.
 */
char *
adp_days_first(const AdpDays *days)
{
	if (!days->has_day)
		return pstrdup("");
	if (days->since != DATEVAL_NOBEGIN)
		return adp_days_iso(days->since);
	return days->unbounded == ADP_UNBOUNDED_WINDOW
		? adp_days_iso(
			  adp_period_start(days->period,
							   earliest_today() - days->window_days + 1))
		: pstrdup("");
}

/*
 * Throws if the days certainly begin before the reach.
 */
void
adp_days_check(const AdpPlatform *platform, const AdpSource *source,
			   const AdpDays *days)
{
	DateADT reach;

	if (!days->has_day || days->since == DATEVAL_NOBEGIN ||
		source->reach_months == 0)
		return;
	reach = months_before(earliest_today(), source->reach_months);
	if (days->since < reach && days->since <= days->until)
		refuse_days(platform, source, NULL, days->since, reach);
}

/*
 * Whether a bound depends on the account's own today.
 */
bool
adp_days_need_today(const AdpSource *source, const AdpDays *days)
{
	return days->has_day &&
		(days->since == DATEVAL_NOBEGIN || adp_days_end_with_account(days) ||
		 source->reach_days > 0);
}

/*
 * Returns the first day that the platform certainly still has.  It is one day
 * after the start of a reach in months, so that it lies inside whatever the
 * platform means by "37 months".
 */
static DateADT
reach_start(const AdpSource *source, DateADT today)
{
	if (source->reach_days > 0)
		return today - source->reach_days + 1;
	return months_before(today, source->reach_months) + 1;
}

/*
 * Returns the first day to request if there is no lower bound.  A week or month
 * that overlaps the window is in it; one that the reach cuts is not.
 */
static DateADT
unbounded_start(const AdpSource *source, const AdpDays *days, DateADT today)
{
	if (days->unbounded == ADP_UNBOUNDED_WINDOW)
		return adp_period_start(days->period, today - days->window_days + 1);
	return adp_period_start_from(days->period, reach_start(source, today));
}

/*
 * Returns the last day that the account can be asked for: today, or the end of
 * the last week or month that is over.
 */
static DateADT
account_end(const AdpDays *days, DateADT today)
{
	return adp_period_is_whole(days->period)
		? adp_period_start(days->period, today) - 1
		: today;
}

/*
 * Returns the expected days.
 */
AdpDateRange
adp_days_expect(const AdpSource *source, const AdpDays *days)
{
	AdpDateRange range = {days->since, days->until};
	DateADT today = day_from_now(0);
	bool has_reach = source->reach_days > 0 || source->reach_months > 0;

	if (adp_days_end_with_account(days))
		range.until = Min(days->until, account_end(days, today));
	if (days->since != DATEVAL_NOBEGIN)
		return range;
	if (days->unbounded == ADP_UNBOUNDED_WINDOW ||
		(days->unbounded == ADP_UNBOUNDED_ALLOW && has_reach))
		range.since = unbounded_start(source, days, today);
	else
		range.since = range.until - ADP_DAYS_ASSUMED + 1;
	return range;
}

/*
 * Applies window, today and reach to the days of one account.  Without an upper
 * bound, the last day is one that the platform has prepared as a rule.
 */
bool
adp_days_settle(const AdpPlatform *platform, const AdpSource *source,
				const AdpDays *days, const AdpAccount *account,
				AdpDateRange *range)
{
	DateADT today = 0;
	DateADT end = 0;

	if (adp_days_need_today(source, days))
	{
		today = adp_account_today(account);
		end = source->ready_h > 0
			? adp_account_last_day(account, source->ready_h)
			: account_end(days, today);
	}
	range->since = days->since == DATEVAL_NOBEGIN
		? unbounded_start(source, days, today)
		: days->since;
	range->until =
		adp_days_end_with_account(days) ? Min(days->until, end) : days->until;
	if (range->since > range->until)
		return false;
	if (source->reach_days > 0 && range->since < reach_start(source, today))
		refuse_days(platform, source, account->id, range->since,
					reach_start(source, today));
	return true;
}
