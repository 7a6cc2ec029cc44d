/*
 * people.h
 *		Distinct counts: numbers of people have no sum.
 */
#ifndef ADP_KPI_RATIO_PEOPLE_H
#define ADP_KPI_RATIO_PEOPLE_H

#include "base/compat.h"

/* Raises 21000 for a group with more than one distinct count. */
pg_noreturn extern void adp_people_refuse(void);

#endif /* ADP_KPI_RATIO_PEOPLE_H */
