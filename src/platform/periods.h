/*
 * periods.h
 *	  Weeks and months: the days that belong together in a row.
 */
#ifndef ADP_PLATFORM_PERIODS_H
#define ADP_PLATFORM_PERIODS_H

#include "utils/date.h"

#include "platform/catalog.h"

/* Returns the period that a word of option "period" names; NULL: a day. */
extern AdpPeriod adp_period_of(const char *word);

/* Returns the word. */
extern const char *adp_period_word(AdpPeriod period);

/* Whether rows of tables with this period hold whole weeks or months. */
extern bool adp_period_is_whole(AdpPeriod period);

/*
 * Return the first day of the period that contains a day, and the first day of
 * the next one.  A day is its own period, unless the period is a week or a
 * month; weeks start on Monday.  Infinite days stay as they are.
 */
extern DateADT adp_period_start(AdpPeriod period, DateADT day);
extern DateADT adp_period_next(AdpPeriod period, DateADT day);

/* Returns the first day of the first period that starts on the day or later. */
extern DateADT adp_period_start_from(AdpPeriod period, DateADT day);

#endif /* ADP_PLATFORM_PERIODS_H */
