/*
 * gaql.h
 *	  Google Ads Query Language: queries as text.
 */
#ifndef ADP_PLATFORM_GOOGLE_ADS_GAQL_H
#define ADP_PLATFORM_GOOGLE_ADS_GAQL_H

#include "platform/platform.h"

/*
 * Returns the query as one line of GAQL, palloc'd.  Placeholders stay bare.
 * Values must have passed adp_gaql_can_hold().
 */
extern char *adp_gaql_query(const AdpQuery *query);

/* Returns a query for fields of a resource; where may be NULL. */
extern char *adp_gaql_list(const char *fields, const char *resource,
						   const char *where);

/*
 * Whether a condition on the field may contain a value.  GAQL strings have the
 * escapes \\ \' \n \r \t only, so they cannot express other control
 * characters.
 */
extern bool adp_gaql_can_hold(const AdpField *field, const char *value);

/* Returns the most values of a condition on a field. */
extern int adp_gaql_values_max(const AdpSource *source, const AdpField *field);

/* The JSON path of a field: "ad_group.ad.id" is "adGroup.ad.id"; palloc'd. */
extern char *adp_gaql_json_path(const AdpSource *source, const char *field);

#endif /* ADP_PLATFORM_GOOGLE_ADS_GAQL_H */
