/*
 * report_call.c
 *	  The calls for reports that a range of days needs, and the time they take.
 *
 * The report of the account has all rows in one call where the platform takes a
 * level with it.  Where it does not, objects are named by their ids, so many in a
 * call.  Campaigns are then read by their ad groups if that is sooner: a call has
 * more of these, and may follow the last one earlier.
 */
#include "postgres.h"

#include "base/words.h"
#include "platform/api/params.h"
#include "platform/kakao_moment/report_call.h"

/* A report of the platform. */
typedef struct Report
{
	const char *path;
	const char *ids; /* parameter */
	int ids_max;
	int interval_ms;
	const char *level;
} Report;

static const Report reports[ADP_KAKAO_LEVELS] = {
	[ADP_KAKAO_ACCOUNT] = {KAKAO_API "adAccounts/report", NULL, 0,
						   KAKAO_INTERVAL_MS, "AD_ACCOUNT"},
	[ADP_KAKAO_CAMPAIGN] = {KAKAO_API "campaigns/report", "campaignId", 5,
							KAKAO_INTERVAL_MS, "CAMPAIGN"},
	[ADP_KAKAO_AD_GROUP] = {KAKAO_API "adGroups/report", "adGroupId", 40,
							KAKAO_AD_GROUP_INTERVAL_MS, "AD_GROUP"},
	[ADP_KAKAO_CREATIVE] = {KAKAO_API "creatives/report", "creativeId", 100,
							KAKAO_INTERVAL_MS, "CREATIVE"},
};

/* Groups of metrics that a control compares; people, for one, are not among them. */
#define CONTROL_GROUPS "BASIC,MESSAGE"

/* Most campaigns that are named beside ids. */
#define CAMPAIGNS_MAX 5

/*
 * Whether the rows come from the report of the account.
 */
static bool
is_by_account(const AdpKakaoReportQuery *report, const AdpKakaoHabits *habits)
{
	return report->level == ADP_KAKAO_ACCOUNT ||
		(habits->ways & KAKAO_BY_IDS) == 0;
}

/*
 * Returns how deep the lists must be known.
 */
AdpKakaoLevel
adp_kakao_calls_depth(const AdpKakaoReportQuery *report,
					  const AdpKakaoHabits *habits)
{
	if (is_by_account(report, habits))
		return ADP_KAKAO_ACCOUNT;
	if (report->level == ADP_KAKAO_CAMPAIGN && report->adds_up)
		return ADP_KAKAO_AD_GROUP;
	return report->level;
}

/*
 * Returns the campaign of an object.
 */
static const AdpKakaoEntity *
campaign_of(const AdpKakaoEntity *entity)
{
	while (entity->parent != NULL)
		entity = entity->parent;
	return entity;
}

/*
 * Whether a call has room for another object.
 */
static bool
has_room(const AdpKakaoCall *call, const AdpKakaoHabits *habits,
		 const AdpKakaoEntity *entity)
{
	List *campaigns = NIL;
	ListCell *cell;

	if (list_length(call->ids) >= reports[call->report].ids_max)
		return false;
	if ((habits->ways & KAKAO_CAMPAIGN) == 0)
		return true;
	foreach(cell, call->ids)
		campaigns = list_append_unique_ptr(campaigns,
										   (void *) campaign_of(lfirst(cell)));
	campaigns = list_append_unique_ptr(campaigns, (void *) campaign_of(entity));
	return list_length(campaigns) <= CAMPAIGNS_MAX;
}

/*
 * Plans calls of a report, with ids if it takes some.
 */
static List *
plan_calls(const AdpKakaoReportQuery *query, const AdpKakaoHabits *habits,
		   const AdpKakaoWalk *walk, AdpKakaoLevel level,
		   const AdpKakaoSlice *slice)
{
	AdpKakaoCall call = {level, Max(level, query->level), NIL, slice};
	AdpKakaoCall *last = NULL;
	List *calls = NIL;
	ListCell *cell;

	if (level == ADP_KAKAO_ACCOUNT)
	{
		last = palloc(sizeof(AdpKakaoCall));
		*last = call;
		return list_make1(last);
	}
	foreach(cell, adp_kakao_walk_list(walk, level))
	{
		if (last == NULL || !has_room(last, habits, lfirst(cell)))
		{
			last = palloc(sizeof(AdpKakaoCall));
			*last = call;
			calls = lappend(calls, last);
		}
		last->ids = lappend(last->ids, lfirst(cell));
	}
	return calls;
}

/*
 * Returns the time from the first of some calls of a report to the last.
 */
static int64
time_of(const List *calls, AdpKakaoLevel level)
{
	return (int64) Max(list_length(calls) - 1, 0) * reports[level].interval_ms;
}

/*
 * Returns the control of a slice.
 */
static AdpKakaoCall *
control_of(const AdpKakaoSlice *slice)
{
	AdpKakaoCall *control = palloc(sizeof(AdpKakaoCall));

	*control = (AdpKakaoCall){ADP_KAKAO_ACCOUNT, ADP_KAKAO_ACCOUNT, NIL, slice};
	return control;
}

/*
 * Plans the calls of a slice.
 */
List *
adp_kakao_calls_plan(const AdpKakaoReportQuery *query, AdpKakaoHabits *habits,
					 const AdpKakaoWalk *walk, const AdpKakaoSlice *slice)
{
	AdpKakaoLevel level =
		is_by_account(query, habits) ? ADP_KAKAO_ACCOUNT : query->level;
	List *calls = plan_calls(query, habits, walk, level, slice);

	if (level == ADP_KAKAO_CAMPAIGN && query->adds_up)
	{
		List *others =
			plan_calls(query, habits, walk, ADP_KAKAO_AD_GROUP, slice);

		if (time_of(others, ADP_KAKAO_AD_GROUP) < time_of(calls, level))
		{
			level = ADP_KAKAO_AD_GROUP;
			calls = others;
		}
	}
	habits->interval_ms = reports[level].interval_ms;
	habits->calls += list_length(calls);
	if (level == ADP_KAKAO_ACCOUNT)
		return calls;
	habits->controls++;
	return lcons(control_of(slice), calls);
}

bool
adp_kakao_call_is_control(const AdpKakaoReportQuery *query,
						  const AdpKakaoCall *call)
{
	return call->row_level < query->level;
}

/*
 * Returns the time of all calls.  Controls have a throttle of their own, so theirs
 * passes at the same time.
 */
int64
adp_kakao_calls_throttle(const AdpKakaoHabits *habits, int64 ranges)
{
	return ranges *
		Max((int64) habits->calls * habits->interval_ms,
			(int64) habits->controls * KAKAO_INTERVAL_MS);
}

/*
 * Returns when the last call is sent.  The calls of a slice follow its control.
 */
int64
adp_kakao_calls_wait(const AdpKakaoHabits *habits, int64 ranges)
{
	int64 calls = habits->calls * ranges;
	int64 controls = habits->controls * ranges;
	int64 gap_ms = habits->interval_ms + KAKAO_SLACK_MS;
	int64 wait_ms = Max(calls - 1, 0) * gap_ms;

	if (controls == 0)
		return wait_ms;
	return Max(wait_ms,
			   (controls - 1) * (KAKAO_INTERVAL_MS + KAKAO_SLACK_MS) +
				   Max(calls / controls - 1, 0) * gap_ms);
}

/*
 * Adds a parameter with several values.
 */
static void
add_values(AdpParams *params, const char *name, List *values, bool repeats)
{
	StringInfoData out;
	ListCell *cell;

	initStringInfo(&out);
	foreach(cell, values)
	{
		if (repeats)
			adp_params_add(params, name, lfirst(cell));
		else
			appendStringInfo(&out, "%s%s", out.len > 0 ? "," : "",
							 (char *) lfirst(cell));
	}
	if (out.len > 0)
		adp_params_add(params, name, out.data);
}

/*
 * Adds the objects of a call, and the campaigns that they belong to.
 */
static void
add_ids(AdpParams *params, const AdpKakaoHabits *habits,
		const AdpKakaoCall *call)
{
	bool repeats = (habits->ways & KAKAO_REPEATED) != 0;
	List *ids = NIL;
	List *campaigns = NIL;
	ListCell *cell;

	foreach(cell, call->ids)
	{
		const AdpKakaoEntity *entity = lfirst(cell);

		ids = lappend(ids, (void *) entity->id);
		campaigns =
			list_append_unique_ptr(campaigns, (void *) campaign_of(entity)->id);
	}
	add_values(params, reports[call->report].ids, ids, repeats);
	if (call->report > ADP_KAKAO_CAMPAIGN &&
		(habits->ways & KAKAO_CAMPAIGN) != 0)
		add_values(params, reports[ADP_KAKAO_CAMPAIGN].ids, campaigns, repeats);
}

/*
 * Adds the groups of metrics; of a control those that are compared.
 */
static void
add_groups(AdpParams *params, const AdpKakaoReportQuery *query,
		   const AdpKakaoHabits *habits, bool is_control)
{
	List *groups = NIL;
	char *rest = pstrdup(query->groups);
	char *group;

	while ((group = adp_words_next(&rest, ",")) != NULL)
	{
		if (!is_control || adp_words_hold(CONTROL_GROUPS, group))
			groups = lappend(groups, group);
	}
	add_values(params, "metricsGroup", groups,
			   (habits->ways & KAKAO_REPEATED) != 0);
}

/*
 * Adds what rows are about: their level, dimension and groups of metrics.
 */
static void
add_shape(AdpParams *params, const AdpKakaoReportQuery *query,
		  const AdpKakaoHabits *habits, AdpKakaoLevel report,
		  AdpKakaoLevel row_level)
{
	const char *dimension = query->dimension;

	adp_params_add(params, "timeUnit", "DAY");
	if (row_level > report)
		adp_params_add(params, "level", reports[row_level].level);
	if (dimension != NULL && strncmp(dimension, "AGE", 3) == 0 &&
		(habits->ways & KAKAO_AGE_BAND) != 0)
		dimension = psprintf("AGE_BAND%s", dimension + 3);
	adp_params_add(params, "dimension", dimension);
	add_groups(params, query, habits, row_level < query->level);
}

/*
 * Writes the request of a call.  The header names the account.
 */
void
adp_kakao_call_write(const AdpKakaoReportQuery *query,
					 const AdpKakaoHabits *habits, const AdpKakaoCall *call,
					 AdpApiRequest *request)
{
	const AdpKakaoSlice *slice = call->slice;
	AdpParams params;

	adp_params_init(&params, true);
	add_ids(&params, habits, call);
	if (slice->is_today)
		adp_params_add(&params, "datePreset", "TODAY");
	else
	{
		adp_params_add(&params, "start",
					   adp_compact_formats.write_day(slice->since));
		adp_params_add(&params, "end",
					   adp_compact_formats.write_day(slice->until));
	}
	add_shape(&params, query, habits, call->report, call->row_level);
	*request =
		(AdpApiRequest){.method = "GET",
						.path = adp_params_join(reports[call->report].path,
												&params),
						.answer = ADP_ANSWER_ROWS};
}

/*
 * Returns a call as EXPLAIN shows it.
 */
char *
adp_kakao_call_text(const AdpKakaoReportQuery *query,
					const AdpKakaoHabits *habits, const char *since,
					const char *until)
{
	AdpKakaoLevel report =
		is_by_account(query, habits) ? ADP_KAKAO_ACCOUNT : query->level;
	AdpParams params;

	if (report == ADP_KAKAO_CAMPAIGN &&
		habits->interval_ms == KAKAO_AD_GROUP_INTERVAL_MS)
		report = ADP_KAKAO_AD_GROUP;
	adp_params_init(&params, false);
	if (reports[report].ids != NULL)
		adp_params_add(&params, reports[report].ids,
					   psprintf("up to %d", reports[report].ids_max));
	adp_params_add(&params, "start", since);
	adp_params_add(&params, "end", until);
	add_shape(&params, query, habits, report, Max(report, query->level));
	return psprintf("GET %s", adp_params_join(reports[report].path, &params));
}
