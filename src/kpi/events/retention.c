/*
 * retention.c
 *		retention: on which days after the first a user came back.
 *
 * Day n is counted from the first row that starts; that row makes day 0 an
 * active day.  What is known ends at data_through: rows from there on are not
 * looked at, so that the answer for a given moment stays the same, and a day
 * that was not over by then is NULL.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "kpi/events/events.h"

PG_FUNCTION_INFO_V1(adpipe_retention_add_timestamptz);
PG_FUNCTION_INFO_V1(adpipe_retention_add_date);
PG_FUNCTION_INFO_V1(adpipe_retention_days);

#define DAYS_MAX 1000	   /* elements asked for */
#define LAST_DAY 36500	   /* a century */
#define ZONE_SIZE 256	   /* TZ_STRLEN_MAX and a zero */
#define WINDOWS "24 hours" /* in place of a zone */
#define STARTED 0x01	   /* bits of AdpEvent.conditions */
#define RETURNED 0x02

typedef enum RetentionKind
{
	CLASSIC,
	ROLLING,
	BRACKET,
	FULL
} RetentionKind;

static const char *const kind_names[] = {
	[CLASSIC] = "classic",
	[ROLLING] = "rolling",
	[BRACKET] = "bracket",
	[FULL] = "full",
};

/* the parameters */
typedef struct Retention
{
	RetentionKind kind;
	int count;
	int32 from[DAYS_MAX]; /* from and to differ for brackets only */
	int32 to[DAYS_MAX];
	int32 last;			  /* the last day of all */
	int64 through;		  /* data_through */
	char zone[ZONE_SIZE]; /* empty if times are dates */
	pg_tz *tz;			  /* of the zone; NULL: not a time zone */
} Retention;

/* the days of a user, counted from day 0 */
typedef struct Activity
{
	int64 full_days;	/* number of days that are over at data_through */
	int64 last_active;	/* day */
	int first_inactive; /* day, as far as days are asked for */
	int32 *active_days; /* [n]: active days before day n */
} Activity;

/*
 * The kind of this name, or -1 for an unknown name.
 */
static int
parse_kind(const char *name, int length)
{
	for (int kind = 0; kind < lengthof(kind_names); kind++)
	{
		if (strlen(kind_names[kind]) == length &&
			strncmp(kind_names[kind], name, length) == 0)
			return kind;
	}
	return -1;
}

/*
 * AdpEventsKind.print
 */
static void
print_retention(StringInfo text, const void *parsed)
{
	const Retention *retention = parsed;

	appendStringInfo(text, "kind=%s days=", kind_names[retention->kind]);
	for (int i = 0; i < retention->count; i++)
	{
		appendStringInfo(text, "%s%d", i > 0 ? "," : "", retention->from[i]);
		if (retention->kind == BRACKET)
			appendStringInfo(text, "-%d", retention->to[i]);
	}
	appendStringInfo(text, " through=" INT64_FORMAT " zone=%s",
					 retention->through, retention->zone);
}

/*
 * Reads a list of days.  False if it is empty or too long.
 */
static bool
parse_days(const char **text, Retention *retention)
{
	char *pos = unconstify(char *, *text);

	while (retention->count < DAYS_MAX)
	{
		int32 from = strtol(pos, &pos, 10);
		int32 to = from;

		if (retention->kind == BRACKET && *pos == '-')
			to = strtol(pos + 1, &pos, 10);
		if (from < 0 || to < from || to > LAST_DAY)
			return false;
		retention->from[retention->count] = from;
		retention->to[retention->count++] = to;
		retention->last = Max(retention->last, to);
		if (*pos != ',')
		{
			*text = pos;
			return true;
		}
		pos++;
	}
	return false;
}

/*
 * Looks up a zone and puts its canonical name in place of the given one.  False
 * if it is unknown.
 */
static bool
find_zone(Retention *retention)
{
	if (strcmp(retention->zone, WINDOWS) == 0)
		return true;
	if (retention->zone[0] == '\0')
		return false;
	retention->tz = pg_tzset(retention->zone);
	if (retention->tz == NULL || !pg_tz_acceptable(retention->tz))
		return false;
	strlcpy(retention->zone, pg_get_timezone_name(retention->tz), ZONE_SIZE);
	return true;
}

/*
 * AdpEventsKind.parse
 */
static bool
parse_retention(const AdpEventsCall *call, void *parsed)
{
	Retention *retention = parsed;
	const char *text = pnstrdup(call->parameters, call->parameter_bytes);
	const char *zone;
	long long through;
	int kind;

	if (strncmp(text, "kind=", 5) != 0 || call->condition_count != 2)
		return false;
	text += 5;
	kind = parse_kind(text, strcspn(text, " "));
	if (kind < 0)
		return false;
	retention->kind = kind;
	text += strlen(kind_names[kind]);
	if (strncmp(text, " days=", 6) != 0)
		return false;
	text += 6;
	if (!parse_days(&text, retention) ||
		sscanf(text, " through=%lld", &through) != 1)
		return false;
	retention->through = through;
	zone = strstr(text, " zone=");
	if (zone == NULL)
		return false;
	if (strlcpy(retention->zone, zone + 6, ZONE_SIZE) >= ZONE_SIZE)
		return false;
	if (call->time_type == ADP_TIME_DATE)
		return retention->zone[0] == '\0';
	return call->time_type == ADP_TIME_TIMESTAMPTZ && find_zone(retention);
}

const AdpEventsKind adp_retention_kind = {
	.name = "retention",
	.parsed_size = sizeof(Retention),
	.parse = parse_retention,
	.print = print_retention,
};

/*
 * Reads the kind of retention.
 */
static RetentionKind
read_kind(text *name)
{
	int kind = parse_kind(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (kind < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown kind of retention \"%s\"",
						text_to_cstring(name)),
				 errhint(
					 "Known kinds are classic, rolling, bracket and full.")));
	return kind;
}

/*
 * Raises the error for days that are not what the kind asks for.
 */
static void
refuse_days(RetentionKind kind)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid days of %s retention", kind_names[kind]),
			 errdetail("Up to %d days from 0 to %d are allowed.", DAYS_MAX,
					   LAST_DAY),
			 kind == BRACKET
				 ? errhint(
					   "Brackets are pairs of a first and a last day, such as ARRAY[[1, 3], [4, 7]].")
				 : errhint("Days are a plain list, such as ARRAY[1, 7, 30].")));
}

/*
 * Reads the days: a list, or one pair per bracket.
 */
static void
read_days(ArrayType *array, Retention *retention)
{
	int per_element = retention->kind == BRACKET ? 2 : 1;
	const int32 *day = (const int32 *) ARR_DATA_PTR(array);

	if (ARR_NDIM(array) != per_element || array_contains_nulls(array) ||
		(per_element == 2 && ARR_DIMS(array)[1] != 2) ||
		ARR_DIMS(array)[0] > DAYS_MAX)
		refuse_days(retention->kind);
	retention->count = ARR_DIMS(array)[0];
	for (int i = 0; i < retention->count; i++, day += per_element)
	{
		retention->from[i] = day[0];
		retention->to[i] = day[per_element - 1];
		if (day[0] < 0 || retention->to[i] < day[0] ||
			retention->to[i] > LAST_DAY)
			refuse_days(retention->kind);
	}
}

/*
 * AdpEventsForm.read: (state, kind, days, data_through [, zone], at, started,
 * returned).
 */
static void
read_retention(FunctionCallInfo fcinfo, const AdpEventsForm *form, void *parsed)
{
	Retention *retention = parsed;

	retention->kind = read_kind(PG_GETARG_TEXT_PP(1));
	read_days(PG_GETARG_ARRAYTYPE_P(2), retention);
	if (form->time_type == ADP_TIME_DATE)
	{
		retention->through = PG_GETARG_DATEADT(3);
		return;
	}
	retention->through = PG_GETARG_TIMESTAMPTZ(3);
	text_to_cstring_buffer(PG_GETARG_TEXT_PP(4), retention->zone, ZONE_SIZE);
	if (!find_zone(retention))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown time zone \"%s\"", retention->zone),
				 errhint("Name a zone of pg_timezone_names for calendar days, such as Europe/Berlin, or \"%s\" for windows from the first event on.",
						 WINDOWS)));
}

static const AdpEventsForm timestamptz_form = {
	.kind = ADP_EVENTS_RETENTION,
	.time_type = ADP_TIME_TIMESTAMPTZ,
	.booleans = 2,
	.lengths = {-1, -1, sizeof(TimestampTz), -1},
	.read = read_retention,
};

static const AdpEventsForm date_form = {
	.kind = ADP_EVENTS_RETENTION,
	.time_type = ADP_TIME_DATE,
	.booleans = 2,
	.lengths = {-1, -1, sizeof(DateADT)},
	.read = read_retention,
};

/*
 * retention_add(events_state, text, integer[], timestamptz, text, timestamptz,
 *		boolean, boolean) returns events_state
 */
Datum
adpipe_retention_add_timestamptz(PG_FUNCTION_ARGS)
{
	return adp_events_add_row(fcinfo, &timestamptz_form);
}

/*
 * retention_add(events_state, text, integer[], date, date, boolean, boolean)
 *		returns events_state
 */
Datum
adpipe_retention_add_date(PG_FUNCTION_ARGS)
{
	return adp_events_add_row(fcinfo, &date_form);
}

/*
 * The calendar day of a moment in a zone.
 */
static int64
day_in_zone(TimestampTz time, pg_tz *zone)
{
	struct pg_tm tm;
	fsec_t fsec;
	int offset;

	if (timestamp2tm(time, &offset, &tm, &fsec, NULL, zone) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	return date2j(tm.tm_year, tm.tm_mon, tm.tm_mday);
}

/*
 * The hour of a moment, as a count; rounds down.
 */
static int64
hour_of(TimestampTz time)
{
	return time / USECS_PER_HOUR - (time % USECS_PER_HOUR < 0 ? 1 : 0);
}

/*
 * Days from one time to a later one: calendar days between them, or windows of
 * 24 hours between the hours that they are in.
 */
static int64
days_between(const Retention *retention, int64 start, int64 time)
{
	if (retention->zone[0] == '\0')
		return time - start;
	if (retention->tz == NULL)
		return (hour_of(time) - hour_of(start)) / HOURS_PER_DAY;
	return day_in_zone(time, retention->tz) - day_in_zone(start, retention->tz);
}

/*
 * How many days from day 0 on are over at data_through.
 */
static int64
count_full_days(const Retention *retention, int64 start)
{
	bool is_endless = retention->zone[0] == '\0'
		? DATE_IS_NOEND(retention->through)
		: TIMESTAMP_IS_NOEND(retention->through);

	return is_endless ? PG_INT64_MAX
					  : days_between(retention, start, retention->through);
}

/*
 * Marks the days on which a user was active.  Day 0 is, by the event that
 * starts, which is the first.
 */
static void
mark_days(const Retention *retention, const AdpEvent *event,
		  const AdpEvent *end, Activity *activity)
{
	int64 start = event->time;

	activity->last_active = 0;
	activity->active_days[1] = 1;
	for (; event < end && event->time < retention->through; event++)
	{
		int64 day;

		CHECK_FOR_INTERRUPTS();
		if (!(event->conditions & RETURNED))
			continue;
		day = days_between(retention, start, event->time);
		activity->last_active = day;
		if (day <= retention->last)
			activity->active_days[day + 1] = 1;
	}
}

/*
 * Collects the days of a user from the first starting event on.  False if no
 * event before data_through starts.
 */
static bool
collect_activity(const Retention *retention, const AdpEvents *events,
				 Activity *activity)
{
	const AdpEvent *event = ADP_EVENTS_FIRST(events);
	const AdpEvent *end = event + events->count;
	int32 *days = palloc0((retention->last + 2) * sizeof(int32));

	/* at the same time, rows that start come first */
	while (event < end && !(event->conditions & STARTED))
		event++;
	if (event == end || event->time >= retention->through)
		return false;

	activity->full_days = count_full_days(retention, event->time);
	activity->active_days = days;
	mark_days(retention, event, end, activity);

	/* from marks to sums */
	activity->first_inactive = retention->last + 1;
	for (int day = retention->last; day >= 0; day--)
	{
		if (!days[day + 1])
			activity->first_inactive = day;
	}
	for (int day = 0; day <= retention->last; day++)
		days[day + 1] += days[day];
	return true;
}

/*
 * Whether the user was retained from day "from" to day "to".
 */
static bool
is_retained(const Activity *activity, RetentionKind kind, int from, int to)
{
	switch (kind)
	{
		case CLASSIC:
		case BRACKET:
			return activity->active_days[to + 1] > activity->active_days[from];
		case ROLLING:
			return activity->last_active >= from;
		case FULL:
			return activity->first_inactive > to;
	}
	return false;
}

/*
 * retention_days(events_state) returns boolean[]; strict
 */
Datum
adpipe_retention_days(PG_FUNCTION_ARGS)
{
	const void *parsed;
	const AdpEvents *events =
		adp_events_read(fcinfo, ADP_EVENTS_RETENTION, &parsed);
	const Retention *retention = parsed;
	Activity activity;
	Datum values[DAYS_MAX];
	bool nulls[DAYS_MAX];
	int dimensions[] = {retention->count};
	int lower_bounds[] = {1};

	if (!collect_activity(retention, events, &activity))
		PG_RETURN_NULL();
	for (int i = 0; i < retention->count; i++)
	{
		nulls[i] = retention->to[i] >= activity.full_days;
		values[i] =
			BoolGetDatum(is_retained(&activity, retention->kind,
									 retention->from[i], retention->to[i]));
	}
	PG_RETURN_ARRAYTYPE_P(
		construct_md_array(values, nulls, 1, dimensions, lower_bounds, BOOLOID,
						   sizeof(bool), true, TYPALIGN_CHAR));
}
