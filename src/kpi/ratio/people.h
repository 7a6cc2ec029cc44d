/*
 * people.h
 *		Distinct counts: numbers of people have no sum.
 */
#ifndef ADP_KPI_RATIO_PEOPLE_H
#define ADP_KPI_RATIO_PEOPLE_H

/* Raises 21000 for a group with more than one distinct count. */
extern void adp_people_refuse(void) pg_attribute_noreturn();

#endif /* ADP_KPI_RATIO_PEOPLE_H */
