/*
 * master.h
 *	  Requests of the Master API, whose groupings and KPIs are the columns of
 *	  the table.
 */
#ifndef ADP_PLATFORM_APPSFLYER_MASTER_H
#define ADP_PLATFORM_APPSFLYER_MASTER_H

#include "platform/api/params.h"
#include "platform/query.h"

/* Option report of its tables. */
#define ADP_MASTER_REPORT "master"

/* Days of it are computed one to two days after their end. */
#define ADP_MASTER_READY_H 48

/* Adds the parameters of a table; throws for columns that cannot be together. */
extern void adp_master_add_params(AdpParams *params, const AdpQuery *query);

/* Names of a field's column, separated by bars; never NULL. */
extern const char *adp_master_names(const char *field);

/*
 * Number of days after the row's day of which a field's value is; 0: it has
 * values from the beginning.
 */
extern int adp_master_days_after(const char *field);

#endif /* ADP_PLATFORM_APPSFLYER_MASTER_H */
