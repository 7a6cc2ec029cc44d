/*
 * appsflyer_rows.c
 *	  AppsFlyer: what the records of its CSV bodies are like.
 */
#include "postgres.h"

#include "platform/appsflyer/appsflyer.h"

/* Columns of an in-app event, after the fixed ones of an aggregate report. */
static const AdpEventColumn event_columns[] =
	{{"adpipe.unique_users", "Unique users"},
	 {"adpipe.event_count", "Event counter"},
	 {"adpipe.event_revenue", "Sales in ", .tells_currency = true},
	 {NULL}};

static const AdpEventColumns events = {
	.opening = " (",
	.closing = ")",
	.columns = event_columns,
	.name = "adpipe.event_name",
	.currency = "adpipe.currency",
	.things = "events",
	.amounts = "sales",
	.hint =
		"In raw data the columns \"Event Name\" and \"Event Revenue\" tell of events.",
};

#define NUMBERS ADP_NONE_IN_NUMBERS
#define NAMES ADP_NONE_IN_NAMES
#define TEXTS ADP_NONE_IN_TEXTS
#define OTHERS ADP_NONE_IN_OTHERS

/*
 * Media source and campaign can be called None: it is the platform's word for
 * what it could not attribute.  So can a city of raw data.
 */
static const AdpNoneWord none_of_aggregates[] =
	{{"N/A", NUMBERS | OTHERS},	 {"None", NUMBERS | NAMES | OTHERS},
	 {"NULL", NUMBERS | OTHERS}, {"null", NUMBERS | OTHERS},
	 {"-", NUMBERS | OTHERS},	 {NULL}};
static const AdpNoneWord none_of_raw[] = {{"N/A", NUMBERS},
										  {"None", NUMBERS | NAMES},
										  {"NULL", NUMBERS | TEXTS | OTHERS},
										  {"null", NUMBERS | TEXTS | OTHERS},
										  {"-", NUMBERS},
										  {NULL}};

#define ROWS .base = {.make_shaper = adp_csv_rows_shaper}
#define AGGREGATE ROWS, .none = none_of_aggregates, .families = &events
/* Raw data have no column of days.  Their revenue is asked for in the app's
 * currency; of the cost the platform promises none. */
#define RAW \
	ROWS, .none = none_of_raw, .families = &events, .lacks_families = true, \
		  .amount = "Event Revenue", \
		  .amount_currency = "Event Revenue Currency"

const AdpCsvRows adp_appsflyer_aggregates = {AGGREGATE};
const AdpCsvRows adp_appsflyer_without_events = {AGGREGATE,
												 .lacks_families = true};
const AdpCsvRows adp_appsflyer_installs = {RAW, .time = "Install Time"};
const AdpCsvRows adp_appsflyer_raw = {RAW, .time = "Event Time"};
