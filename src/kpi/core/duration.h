/*
 * duration.h
 *		Arguments that are a length of time.
 */
#ifndef ADP_KPI_CORE_DURATION_H
#define ADP_KPI_CORE_DURATION_H

#include "datatype/timestamp.h"

/*
 * The length of an interval in microseconds.  A day has 24 hours.  Raises 22023,
 * naming the parameter, for an interval with months, whose length would depend
 * on the date, and for a length below "lowest", which is 0 or 1.
 */
extern int128 adp_duration_from_interval(const Interval *interval,
										 const char *parameter, int lowest);

/*
 * Raises 22023, naming the parameter, for a length below "lowest", which is 0
 * or 1, in any unit.
 */
extern void adp_duration_check(int128 length, const char *parameter, int lowest);

#endif /* ADP_KPI_CORE_DURATION_H */
