/*
 * query.h
 *	  What a scan requests of every account.
 */
#ifndef ADP_PLATFORM_QUERY_H
#define ADP_PLATFORM_QUERY_H

#include "platform/catalog.h"

/* A condition on a field.  For EXPLAIN, an unknown value is a placeholder. */
typedef enum AdpOperator
{
	ADP_OP_IN, /* any of values; one value: equality */
	ADP_OP_NOT_IN
} AdpOperator;

typedef struct AdpCondition
{
	const AdpField *field;
	AdpOperator op;
	int nvalues;
	const char **values; /* sorted, without duplicates */
	bool is_placeholder; /* values are "$n", not constants */
	int part; /* most values of one request, see list_parts.h; 0: all of them */
} AdpCondition;

typedef struct AdpQuery
{
	const AdpSource *source; /* resource, level or report of the table */
	const char **fields;	 /* platform names, in cell order */
	const char **shown_by;	 /* column of each field, for errors; or NULL */
	int nfields;
	const char **table_fields; /* of all columns of the table, read or not */
	int ntable_fields;
	const char *dropped; /* comma-separated segments of the table that are not
						  * requested, so that fewer rows come; or NULL */
	bool drops_day; /* the day is among them: a row is the sum of all days */
	bool has_day;
	AdpPeriod period;  /* that a row is about, or cannot be divided into */
	bool buckets_days; /* the table has days, but a row is the sum of a week or
						* month; the last one may still run */
	bool asks_each_period; /* a request covers one week or month */
	const char *since;	   /* as the platform writes days, or a placeholder */
	const char *until;	   /* inclusive */
	const AdpCondition *conditions;
	int nconditions;
	int64 limit;		   /* 0: no limit */
	const char *ranked_by; /* with a limit: the rows with the largest values of
							* this field; NULL: any rows */
} AdpQuery;

/* An account as the platform describes it. */
typedef struct AdpAccount
{
	const char *id;
	const char *name;	   /* may be NULL */
	const char *time_zone; /* NULL until it is fetched */
	const char *currency;
	const char *system;		 /* appsflyer: "android" */
	const char *retargeting; /* appsflyer: "true" or "false" */
	bool is_closed;			 /* "*" leaves it out */
} AdpAccount;

#endif /* ADP_PLATFORM_QUERY_H */
