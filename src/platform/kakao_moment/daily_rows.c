/*
 * daily_rows.c
 *	  Kakao Moment: the rows of one account and range of days.
 *
 * They are made of one or more calls for reports, and of lists with the names of
 * campaigns, ad groups and creatives, which reports lack.  Ranges never include
 * today, so that today is a call of its own.  Rows that are read by ids must add up
 * to the account's own report, since lists may lack objects.  See assembler.h.
 */
#include "postgres.h"

#include "utils/datetime.h"

#include "base/guc.h"
#include "platform/api/session.h"
#include "platform/days.h"
#include "platform/kakao_moment/report_control.h"

/* What the last request was about. */
typedef enum Asked
{
	ASKED_LIST,
	ASKED_REPORT
} Asked;

typedef struct Daily
{
	AdpAssembly base;
	AdpKakaoReportQuery *report; /* NULL: not begun */
	AdpKakaoWalk *walk;
	AdpKakaoHabits habits;
	AdpKakaoSlice slices[2];
	int nslices;

	/* with these habits */
	AdpKakaoSums *sums;		/* NULL: calls are not planned yet */
	AdpKakaoSums *controls; /* of calls that are controls */
	DateADT settled;		/* last day whose numbers do not change any more */
	List *calls;			/* AdpKakaoCall * */
	int ncalled;
	Asked asked;
} Daily;

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

	if (!adp_compact_formats.read_day(&cell, &day))
		elog(ERROR, "malformed day of a request");
	return day;
}

/*
 * Divides the days into those up to yesterday and today.
 */
static void
divide_days(Daily *daily)
{
	const AdpQuery *query = daily->base.ask.query;
	DateADT since = day_of(query->since);
	DateADT until = day_of(query->until);
	DateADT today = adp_kakao_today();

	if (since < today)
		daily->slices[daily->nslices++] =
			(AdpKakaoSlice){since, Min(until, today - 1), false};
	if (since <= today && until >= today)
		daily->slices[daily->nslices++] = (AdpKakaoSlice){today, today, true};
}

/*
 * Begins.
 */
static void
begin(Daily *daily)
{
	const AdpPageAsk *ask = &daily->base.ask;

	daily->report = adp_kakao_report_query(ask->settings, ask->query);
	daily->walk = adp_kakao_walk_create();
	daily->habits = adp_kakao_habits(ask->settings, ask->query->source);
	divide_days(daily);
}

/*
 * Fails the assembly.
 */
static AdpAssemblyStep
fail(Daily *daily, AdpErrorClass class, const char *message, const char *why,
	 const char *hint)
{
	adp_error_set(&daily->base.error, class, message,
				  psprintf("Account %s, %s to %s: %s.",
						   daily->base.ask.account->id,
						   adp_days_iso(day_of(daily->base.ask.query->since)),
						   adp_days_iso(day_of(daily->base.ask.query->until)),
						   why),
				  hint);
	return ADP_ASSEMBLY_FAILED;
}

/*
 * Words the calls of a range of days and the time between them.
 */
static const char *
calls_text(const AdpKakaoHabits *habits, int ranges)
{
	const char *text =
		psprintf("%d calls for each of %d ranges of days, one every %d s",
				 habits->calls, ranges, habits->interval_ms / 1000);

	if (habits->controls == 0)
		return text;
	return psprintf("%s, and %d of the account's own report, one every %d s",
					text, habits->controls, KAKAO_INTERVAL_MS / 1000);
}

/*
 * Plans the calls.  Fails if the calls for all ranges of days take longer than the
 * statement may wait: then no report is requested whose rows would be thrown away.
 */
static AdpAssemblyStep
plan(Daily *daily)
{
	const AdpPageAsk *ask = &daily->base.ask;
	int ranges = Max(ask->nranges, 1);
	int64 wait_ms;

	daily->sums = adp_kakao_sums_create(daily->report, ask);
	daily->controls =
		adp_kakao_sums_create(adp_kakao_account_query(daily->report), ask);
	daily->settled = adp_kakao_settled();
	daily->calls = NIL;
	daily->ncalled = 0;
	daily->habits.calls = 0;
	daily->habits.controls = 0;
	for (int i = 0; i < daily->nslices; i++)
		daily->calls =
			list_concat(daily->calls,
						adp_kakao_calls_plan(daily->report, &daily->habits,
											 daily->walk, &daily->slices[i]));
	wait_ms = adp_kakao_calls_wait(&daily->habits, ranges);
	if (wait_ms <= adp_guc_max_wait_ms)
		return ADP_ASSEMBLY_ASK;
	daily->base.error.retry_at = ADP_RETRY_NEVER;
	return fail(daily, ADP_ERR_QUOTA,
				"the throttle of platform \"kakao_moment\" takes longer than the statement may wait",
				psprintf("%s, take " INT64_FORMAT " s; adpipe.max_wait is %d s",
						 calls_text(&daily->habits, ranges), wait_ms / 1000,
						 adp_guc_max_wait_ms / 1000),
				"Ask for fewer days, or set adpipe.max_wait to a longer time; for a copy, as a setting of the role that refreshes it.");
}

/*
 * Returns the ways that make a difference to the requests.
 */
static int
applicable_ways(const Daily *daily)
{
	const AdpKakaoReportQuery *report = daily->report;
	int ways = 0;

	if (report->level > ADP_KAKAO_ACCOUNT)
		ways |= KAKAO_BY_IDS;
	if (report->level > ADP_KAKAO_ACCOUNT &&
		(daily->habits.ways & KAKAO_BY_IDS) != 0)
		ways |= KAKAO_CAMPAIGN;
	if (strchr(report->groups, ',') != NULL ||
		(daily->habits.ways & KAKAO_BY_IDS) != 0)
		ways |= KAKAO_REPEATED;
	if (report->dimension != NULL && strncmp(report->dimension, "AGE", 3) == 0)
		ways |= KAKAO_AGE_BAND;
	return ways;
}

/*
 * Begins again with another way to write requests; false if there is none.
 */
static bool
change_ways(Daily *daily, const AdpFailure *failure)
{
	daily->sums = NULL;
	return adp_kakao_habits_change(&daily->habits, applicable_ways(daily),
								   failure);
}

/*
 * Reads the answer for a report.
 */
static AdpAssemblyStep
take_report(Daily *daily, const AdpAssemblyAnswer *answer)
{
	const AdpKakaoCall *call = list_nth(daily->calls, daily->ncalled);
	AdpKakaoSums *sums = adp_kakao_call_is_control(daily->report, call)
		? daily->controls
		: daily->sums;

	switch (adp_kakao_sums_add(sums, call, daily->walk, answer->body,
							   answer->len, &daily->base.error))
	{
		case ADP_KAKAO_GOOD:
			daily->ncalled++;
			return ADP_ASSEMBLY_ASK;
		case ADP_KAKAO_COARSE:
			if (change_ways(daily, NULL))
				return ADP_ASSEMBLY_ASK;
			return fail(daily, ADP_ERR_FORMAT,
						"response of platform \"kakao_moment\" is not as promised",
						"a row does not name its object", NULL);
		case ADP_KAKAO_MALFORMED:
			break;
	}
	return ADP_ASSEMBLY_RETRY;
}

/*
 * Reads an answer.
 */
static AdpAssemblyStep
take(Daily *daily, const AdpAssemblyAnswer *answer)
{
	if (daily->asked == ASKED_REPORT)
		return take_report(daily, answer);
	return adp_kakao_walk_take(daily->walk, answer->body, answer->len,
							   &daily->base.error)
		? ADP_ASSEMBLY_ASK
		: ADP_ASSEMBLY_RETRY;
}

/*
 * Handles a refusal: a request may be written in another way.
 */
static AdpAssemblyStep
take_refusal(Daily *daily, const AdpFailure *failure)
{
	if (daily->asked == ASKED_LIST)
		return adp_kakao_walk_skip(daily->walk, failure) ? ADP_ASSEMBLY_ASK
														 : ADP_ASSEMBLY_FAILED;
	return adp_kakao_is_misread(failure) && change_ways(daily, failure)
		? ADP_ASSEMBLY_ASK
		: ADP_ASSEMBLY_FAILED;
}

/*
 * Whether the day has ended that is today for the requests: then the answer may be
 * about the next one, and lack rows.
 */
static bool
is_over(const Daily *daily)
{
	const AdpKakaoSlice *last = &daily->slices[Max(daily->nslices - 1, 0)];

	return last->is_today && last->since != adp_kakao_today();
}

/*
 * Checks that rows which were read by ids add up to the account; false, with the
 * error, if they do not.
 */
static bool
is_complete(Daily *daily)
{
	const AdpQuery *query = daily->base.ask.query;

	return daily->habits.controls == 0 ||
		adp_kakao_control(daily->sums, daily->controls, &daily->base.ask,
						  (AdpDateRange){day_of(query->since),
										 day_of(query->until)},
						  daily->settled, &daily->base.error);
}

/*
 * Writes the page.
 */
static AdpAssemblyStep
finish(Daily *daily)
{
	const AdpPageAsk *ask = &daily->base.ask;
	StringInfo body = &daily->base.body;

	if (is_over(daily))
		return fail(daily, ADP_ERR_REPLY,
					"day has ended in Korea while its numbers were read",
					"the platform reports the numbers of today for the present day only",
					"Run the statement again.");
	if (!is_complete(daily))
		return ADP_ASSEMBLY_FAILED;
	adp_kakao_habits_keep(ask->settings, ask->query->source, &daily->habits);
	initStringInfo(body);
	appendStringInfoString(body, "{\"rows\":[");
	adp_kakao_sums_write(daily->sums, daily->walk, body);
	appendStringInfoString(body, "]}");
	return ADP_ASSEMBLY_DONE;
}

/*
 * Asks for a list if one is needed down to a level; false if none is.
 */
static bool
asks_list(Daily *daily, AdpKakaoLevel level)
{
	if (!adp_kakao_walk_ask(daily->walk, level, &daily->base.request))
		return false;
	daily->asked = ASKED_LIST;
	return true;
}

/*
 * Sends what is missing next.
 */
static AdpAssemblyStep
go_on(Daily *daily)
{
	if (daily->sums == NULL)
	{
		if (asks_list(daily,
					  adp_kakao_calls_depth(daily->report, &daily->habits)))
			return ADP_ASSEMBLY_ASK;
		if (plan(daily) == ADP_ASSEMBLY_FAILED)
			return ADP_ASSEMBLY_FAILED;
	}
	if (daily->ncalled < list_length(daily->calls))
	{
		daily->asked = ASKED_REPORT;
		adp_kakao_call_write(daily->report, &daily->habits,
							 list_nth(daily->calls, daily->ncalled),
							 &daily->base.request);
		return ADP_ASSEMBLY_ASK;
	}
	if (asks_list(daily, adp_kakao_sums_depth(daily->sums)))
		return ADP_ASSEMBLY_ASK;
	return finish(daily);
}

/*
 * Takes the answer to the last step, and makes the next one.
 */
static AdpAssemblyStep
next_step(AdpAssembly *assembly, const AdpAssemblyAnswer *answer)
{
	Daily *daily = (Daily *) assembly;
	AdpAssemblyStep step = ADP_ASSEMBLY_ASK;

	if (daily->report == NULL)
		begin(daily);
	if (answer != NULL)
		step = answer->failure != NULL ? take_refusal(daily, answer->failure)
									   : take(daily, answer);
	return step == ADP_ASSEMBLY_ASK ? go_on(daily) : step;
}

const AdpAssembler adp_kakao_daily = {sizeof(Daily), next_step};
