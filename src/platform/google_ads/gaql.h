/*
 * gaql.h
 *	  Google Ads Query Language: queries as text.
 */
#ifndef ADP_PLATFORM_GOOGLE_ADS_GAQL_H
#define ADP_PLATFORM_GOOGLE_ADS_GAQL_H

#include "platform/platform.h"

/*
 * The query as one line of GAQL, palloc'd.  Conditions that hold placeholders
 * print them bare.  Values must have passed adp_gaql_can_hold().
 */
extern char *adp_gaql_query(const AdpQuery *query);

/* A query that lists fields of a resource, with a condition unless NULL. */
extern char *adp_gaql_list(const char *fields, const char *resource,
						   const char *where);

/*
 * Whether a value may stand in a condition on the field: GAQL strings know the
 * escapes \\ \' \n \r \t only, so other control characters cannot be written.
 */
extern bool adp_gaql_can_hold(const AdpField *field, const char *value);

/* The JSON path of a field: "ad_group.ad.id" is "adGroup.ad.id"; palloc'd. */
extern char *adp_gaql_json_path(const char *field);

#endif /* ADP_PLATFORM_GOOGLE_ADS_GAQL_H */
