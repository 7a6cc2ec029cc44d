/*
 * cohort_rows.c
 *	  The Cohort API: makes the rows of one app and range of install days, by
 *	  one request per number.  See assembler.h.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/guc.h"
#include "platform/account.h"
#include "platform/api/assembler.h"
#include "platform/api/request.h"
#include "platform/appsflyer/appsflyer.h"
#include "platform/appsflyer/cohort.h"
#include "platform/days.h"

/*
 * Numbers of a day are there a minute after its end, as documented; an hour
 * allows for clocks and delays.
 */
#define READY_H 1

/* Days are asked for in parts if the rows of several have more bytes. */
#define BYTES_OF_DAYS_MAX (64 * 1024 * 1024)

typedef struct Rows
{
	AdpAssembly base;
	AdpCohortQuery *query; /* NULL: not begun */
	AdpCohorts *cohorts;
	DateADT since;
	DateADT until;	   /* no later than last_over: later cohorts have no rows */
	DateADT last_over; /* the last day whose numbers are there */
	int kpi;		   /* the number that was requested last */
	MemoryContext answer_cxt; /* of the last answer if it was malformed; or
							   * NULL */
} Rows;

/*
 * Reads a day of the request.
 */
static DateADT
day_of(const char *text)
{
	AdpCell cell = {.data = text,
					.len = (uint32) strlen(text),
					.kind = ADP_CELL_STRING};
	DateADT day;

	if (!adp_iso_read_day(&cell, &day))
		elog(ERROR, "malformed day of a request");
	return day;
}

/*
 * Begins.
 */
static void
begin(Rows *rows)
{
	const AdpPageAsk *ask = &rows->base.ask;

	adp_account_check_settings(&adp_appsflyer, ask->settings, ask->account);
	rows->query = adp_cohort_query(ask->query);
	rows->last_over = adp_account_last_day(ask->account, READY_H);
	rows->since = day_of(ask->query->since);
	rows->until = Min(day_of(ask->query->until), rows->last_over);
	rows->cohorts = adp_cohorts_create(rows->query, rows->since, rows->until);
	rows->kpi = -1;
}

/*
 * Writes the request for the number.
 */
static void
write_request(Rows *rows)
{
	const AdpPageAsk *ask = &rows->base.ask;
	int last_day = Min(rows->last_over - rows->since, ADP_COHORT_LAST);

	rows->base.request =
		(AdpApiRequest){.method = "POST",
						.path = adp_request_path(ADP_COHORT_PATH, ask->settings,
												 ask->query, ask->account, NULL),
						.body = adp_cohort_body(rows->query, ask->settings,
												adp_cohort_kpi_name(rows->kpi),
												adp_days_iso(rows->since),
												adp_days_iso(rows->until),
												last_day),
						.accept = "application/json",
						.days = rows->until - rows->since + 1};
}

/*
 * Writes the rows.
 */
static AdpAssemblyStep
write_rows(Rows *rows)
{
	AdpAssembly *page = &rows->base;
	Size most_bytes = rows->since < rows->until
		? Min(page->body_max, BYTES_OF_DAYS_MAX)
		: page->body_max;

	initStringInfo(&page->body);
	return adp_cohort_write(&page->body, rows->query, rows->cohorts,
							rows->last_over, most_bytes)
		? ADP_ASSEMBLY_DONE
		: ADP_ASSEMBLY_TOO_MUCH;
}

/*
 * Requests the next number, or writes the rows.
 */
static AdpAssemblyStep
go_on(Rows *rows)
{
	do
		rows->kpi++;
	while (rows->kpi < ADP_COHORT_KPIS && !rows->query->wants[rows->kpi]);
	if (rows->kpi < ADP_COHORT_KPIS && rows->since <= rows->until)
	{
		write_request(rows);
		return ADP_ASSEMBLY_ASK;
	}
	return write_rows(rows);
}

/*
 * Reads an answer.  One that is malformed is forgotten before the next one: a
 * platform may send many, and each is large.
 */
static bool
read_answer(Rows *rows, const AdpAssemblyAnswer *answer)
{
	MemoryContext old;
	bool is_good;

	if (rows->answer_cxt != NULL)
		MemoryContextReset(rows->answer_cxt);
	else
		rows->answer_cxt =
			AllocSetContextCreate(CurrentMemoryContext, "adpipe cohort answer",
								  ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(rows->answer_cxt);
	/* cohorts point into the body */
	is_good = adp_cohorts_add(rows->cohorts, rows->kpi,
							  pnstrdup(answer->body, answer->len), answer->len,
							  &rows->base.error);
	MemoryContextSwitchTo(old);
	if (is_good)
		rows->answer_cxt = NULL;
	return is_good;
}

/*
 * Takes the answer to the last step, and makes the next one.
 */
static AdpAssemblyStep
next_step(AdpAssembly *assembly, const AdpAssemblyAnswer *answer)
{
	Rows *rows = (Rows *) assembly;

	if (rows->query == NULL)
		begin(rows);
	if (answer == NULL)
		return go_on(rows);
	if (answer->failure != NULL)
		return ADP_ASSEMBLY_FAILED;
	return read_answer(rows, answer) ? go_on(rows) : ADP_ASSEMBLY_RETRY;
}

/*
 * Returns the requests of a range: one per number.
 */
static int
count_requests(const AdpQuery *query)
{
	const AdpCohortQuery *cohort = adp_cohort_query(query);
	int n = 0;

	for (int i = 0; i < ADP_COHORT_KPIS; i++)
		n += cohort->wants[i];
	return n;
}

const AdpAssembler adp_cohort_rows = {sizeof(Rows), next_step, count_requests,
									  .is_exact = true};
