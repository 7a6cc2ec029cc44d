/*
 * appsflyer_rows.c
 *	  AppsFlyer: the form of its CSV rows, and of the values in them.
 */
#include "postgres.h"

#include "platform/appsflyer/appsflyer.h"
#include "platform/appsflyer/cohort.h"
#include "platform/appsflyer/master.h"
#include "platform/appsflyer/skan.h"
#include "platform/days.h"

/* Columns of an in-app event, after the fixed ones of an aggregate report. */
static const AdpEventColumn event_columns[] =
	{{"adpipe.unique_users", "Unique users"},
	 {"adpipe.event_count", "Event counter"},
	 {"adpipe.event_revenue", "Sales in ", .has_currency = true},
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
		"In raw data the columns \"Event Name\" and \"Event Revenue\" contain the events.",
};

#define NUMBERS ADP_NONE_IN_NUMBERS
#define NAMES ADP_NONE_IN_NAMES
#define TEXTS ADP_NONE_IN_TEXTS
#define OTHERS ADP_NONE_IN_OTHERS

/*
 * A media source or campaign can be called None: the platform uses this word
 * for installs that it could not attribute.  A city of raw data can, too.
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
/* Nearly all of it are codes, which are missing where Apple withholds them. */
static const AdpNoneWord none_of_postbacks[] =
	{{"N/A", NUMBERS},
	 {"None", NUMBERS | NAMES},
	 {"NULL", NUMBERS | NAMES | TEXTS | OTHERS},
	 {"null", NUMBERS | NAMES | TEXTS | OTHERS},
	 {"-", NUMBERS},
	 {NULL}};

const AdpFormats adp_appsflyer_formats = {.read_day = adp_iso_read_day,
										  .write_day = adp_days_iso,
										  .none = none_of_aggregates};
const AdpFormats adp_appsflyer_raw_formats = {.read_day = adp_iso_read_day,
											  .write_day = adp_days_iso,
											  .none = none_of_raw};

const AdpFormats adp_appsflyer_postback_formats = {.read_day = adp_iso_read_day,
												   .write_day = adp_days_iso,
												   .none = none_of_postbacks};

#define ROWS .base = {.make_shaper = adp_csv_rows_shaper}
#define AGGREGATE ROWS, .events = &events
/*
 * Raw reports have no column of days.  Requests ask for revenue in the app's
 * currency; the platform does not define the currency of the cost.
 */
#define RAW \
	ROWS, .events = &events, .lacks_events = true, .amount = "Event Revenue", \
		  .amount_currency = "Event Revenue Currency"

const AdpCsvRows adp_appsflyer_aggregates = {AGGREGATE};
const AdpCsvRows adp_appsflyer_without_events = {AGGREGATE,
												 .lacks_events = true};
const AdpCsvRows adp_appsflyer_installs = {RAW, .time = "Install Time"};
const AdpCsvRows adp_appsflyer_raw = {RAW, .time = "Event Time"};
const AdpCsvRows adp_appsflyer_master = {AGGREGATE, .lacks_events = true,
										 .names_of = adp_master_names,
										 .days_after = adp_master_days_after};
const AdpCsvRows adp_appsflyer_cohorts = {
	.base = {.make_shaper = adp_csv_rows_shaper,
			 .check_query = adp_cohort_check_query}};
const AdpCsvRows adp_appsflyer_skan = {AGGREGATE, .is_of_one_day = true};
const AdpCsvRows adp_appsflyer_postbacks = {AGGREGATE, .lacks_events = true,
											.time = "arrival_date",
											.names_of = adp_skan_names};
