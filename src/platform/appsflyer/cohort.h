/*
 * cohort.h
 *	  The Cohort API: what users have done by day n after they came.
 *
 * A cohort is all users of one install day and one combination of groupings.
 * One request asks for one number of many cohorts, by cohort day, as the sum up
 * to that day; it also has the size and the cost of each cohort.  Our rows have
 * all numbers of a cohort and one of its days, so a page is made of several
 * answers; see assembler.h.
 *
 * A row exists for each cohort day that is over.  What the platform says about
 * a day that is not over yet is ignored: it would look like a number.
 */
#ifndef ADP_PLATFORM_APPSFLYER_COHORT_H
#define ADP_PLATFORM_APPSFLYER_COHORT_H

#include "lib/stringinfo.h"
#include "utils/date.h"

#include "platform/api/api_types.h"
#include "platform/platform.h"

#define ADP_COHORT_REPORT "cohort"
#define ADP_COHORT_PATH "/api/cohorts/v1/data/app/{account}?format=json"

/* Cohort days are 0, the day of the install, to this one. */
#define ADP_COHORT_LAST 180

/* The field with the cohort day. */
#define ADP_COHORT_DAY "adpipe.cohort_day"

/* What one request asks for. */
typedef enum AdpCohortKpi
{
	ADP_COHORT_REVENUE,
	ADP_COHORT_SESSIONS,
	ADP_COHORT_UNINSTALLS
} AdpCohortKpi;

#define ADP_COHORT_KPIS (ADP_COHORT_UNINSTALLS + 1)

/* Where the value of a field comes from. */
typedef enum AdpCohortOrigin
{
	ADP_COHORT_NOT_OURS, /* not from an answer */
	ADP_COHORT_GROUPING,
	ADP_COHORT_N, /* the cohort day */
	ADP_COHORT_SIZE,
	ADP_COHORT_COST,
	ADP_COHORT_UNTIL, /* a number up to the cohort day */
	ADP_COHORT_ON	  /* a number on the cohort day */
} AdpCohortOrigin;

/* One column of rows. */
typedef struct AdpCohortColumn
{
	const char *field;
	AdpCohortOrigin origin;
	int index; /* of the grouping, or the AdpCohortKpi */
} AdpCohortColumn;

/*
 * What a table requests.  Groupings and numbers are those of all its columns,
 * whichever a statement reads, so that the rows are always the same.
 */
typedef struct AdpCohortQuery
{
	const char **groupings; /* as requests name them; the day is the first */
	int ngroupings;
	bool wants[ADP_COHORT_KPIS];
	AdpCohortColumn *columns; /* that the statement reads, and the day */
	int ncolumns;
} AdpCohortQuery;

/* A cohort that answers are about. */
typedef struct AdpCohort
{
	const char *key; /* first: the key of the hash table */
	DateADT day;
	const AdpCell *groupings;
	AdpCell size;
	AdpCell cost;
	AdpCell *values[ADP_COHORT_KPIS]; /* by cohort day; NULL: no answer */
} AdpCohort;

/* The cohorts of some days. */
typedef struct AdpCohorts AdpCohorts;

/* cohort_query.c */
extern const char *adp_cohort_kpi_name(AdpCohortKpi kpi);
extern AdpCohortQuery *adp_cohort_query(const AdpQuery *query);
extern char *adp_cohort_body(const AdpCohortQuery *cohort,
							 const AdpSettings *settings, const char *kpi,
							 const char *since, const char *until,
							 int last_day);
extern char *adp_cohort_query_text(const AdpSettings *settings,
								   const AdpQuery *query);
extern AdpFieldKind adp_cohort_field_kind(const char *name, const char **split);
extern void adp_cohort_check_query(const AdpPlatform *platform,
								   const AdpSettings *settings,
								   const AdpQuery *query, const char *since);

/*
 * cohort_answer.c
 *
 * Reads answers for install days from since to until.  Adding one returns false,
 * with *error, if it is not what was requested.  Otherwise the body, and what was
 * allocated in CurrentMemoryContext meanwhile, must stay valid.
 */
extern AdpCohorts *adp_cohorts_create(const AdpCohortQuery *cohort,
									  DateADT since, DateADT until);
extern bool adp_cohorts_add(AdpCohorts *cohorts, AdpCohortKpi kpi,
							const char *body, Size len, AdpError *error);
extern int adp_cohorts_count(const AdpCohorts *cohorts);
extern const AdpCohort *adp_cohorts_get(const AdpCohorts *cohorts, int i);

/*
 * cohort_csv.c: writes the rows for cohort days that end on a day, last_over, at
 * the latest.  Returns false, with part of them written, if they have more than
 * so many bytes.
 */
extern bool adp_cohort_write(StringInfo out, const AdpCohortQuery *cohort,
							 const AdpCohorts *cohorts, DateADT last_over,
							 Size most_bytes);

/* cohort_rows.c */
extern const struct AdpAssembler adp_cohort_rows;

#endif /* ADP_PLATFORM_APPSFLYER_COHORT_H */
