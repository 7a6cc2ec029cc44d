/*
 * meta_ads_usage.c
 *	  Meta Ads: how much of its quotas is used, as headers of all answers tell.
 *
 * The headers hold percentages of several quotas and how long it takes until
 * calls are let through again: minutes in the one of business use cases,
 * seconds in that of the ad account.  They come with refusals as well, which is
 * where they matter most.  What does not parse is as if it were not there.
 */
#include "postgres.h"

#include "platform/meta_ads.h"

/* Percentages at which to slow down, to pause, and at which calls are shut out.
 */
#define PCT_SLOW 75
#define PCT_PAUSE 90
#define PCT_FULL 100

/* Milliseconds of the pauses where the platform names none. */
#define SLOW_MS 250
#define PAUSE_MS 60000

/* Longest pause that a header can mean: a day. */
#define WAIT_MAX_S 86400

/* What the headers come to. */
typedef struct Usage
{
	double pct;
	int64 wait_ms;
} Usage;

/*
 * A header as a document; NULL if it is missing or none.
 */
static const AdpJson *
read_header(const AdpReply *reply, const char *name)
{
	const char *value = adp_http_header(reply->transfer, name);

	return value
		? adp_json_parse(CurrentMemoryContext, value, strlen(value), NULL)
		: NULL;
}

/*
 * Takes the largest of some percentages into account.
 */
static void
add_pct(Usage *usage, const AdpJson *object, const char *member)
{
	usage->pct =
		Max(usage->pct, adp_json_number(adp_json_get(object, member), 0));
}

/*
 * Takes a time to wait into account.
 */
static void
add_wait(Usage *usage, double seconds)
{
	if (seconds > 0)
		usage->wait_ms =
			Max(usage->wait_ms, (int64) (Min(seconds, WAIT_MAX_S) * 1000));
}

/*
 * Which quota a request counts against.
 */
static const char *
quota_of(const char *path)
{
	return strstr(path, "/insights") != NULL ? "ads_insights"
											 : "ads_management";
}

/*
 * Reads the usage by business use cases: lists under ids, an entry per quota.
 */
static void
read_use_cases(const AdpReply *reply, Usage *usage)
{
	const AdpJson *doc = read_header(reply, "x-business-use-case-usage");
	const char *id = NULL;
	const AdpJson *list;

	while ((list = adp_json_next(doc, &id)) != NULL)
	{
		for (int i = 0; i < adp_json_count(list); i++)
		{
			const AdpJson *entry = adp_json_at(list, i);
			const char *type = adp_json_text(adp_json_get(entry, "type"));

			if (type != NULL && strcmp(type, quota_of(reply->path)) != 0)
				continue;
			add_pct(usage, entry, "call_count");
			add_pct(usage, entry, "total_cputime");
			add_pct(usage, entry, "total_time");
			add_wait(usage,
					 60 *
						 adp_json_number(adp_json_get(entry,
													  "estimated_time_to_regain_access"),
										 0));
		}
	}
}

/*
 * Reads the usage of the ad account.  The time until it is reset is that of a
 * block only if there is one.
 */
static void
read_account_usage(const AdpReply *reply, Usage *usage)
{
	const AdpJson *doc = read_header(reply, "x-ad-account-usage");

	add_pct(usage, doc, "acc_id_util_pct");
	if (adp_json_number(adp_json_get(doc, "acc_id_util_pct"), 0) >= PCT_FULL)
		add_wait(usage,
				 adp_json_number(adp_json_get(doc, "reset_time_duration"), 0));
}

/*
 * Reads all headers.
 */
static Usage
read_usage(const AdpReply *reply)
{
	Usage usage = {0, 0};
	const AdpJson *app = read_header(reply, "x-app-usage");
	const AdpJson *insights = read_header(reply, "x-fb-ads-insights-throttle");

	read_use_cases(reply, &usage);
	read_account_usage(reply, &usage);
	add_pct(&usage, app, "call_count");
	add_pct(&usage, app, "total_time");
	add_pct(&usage, app, "total_cputime");
	add_pct(&usage, insights, "app_id_util_pct");
	add_pct(&usage, insights, "acc_id_util_pct");
	return usage;
}

/*
 * How long a refused call has to wait.
 */
int64
adp_meta_ads_wait_ms(const AdpReply *reply)
{
	return read_usage(reply).wait_ms;
}

/*
 * How long to pause before the next call after one that was answered.
 */
int64
adp_meta_ads_pause_ms(const AdpReply *reply, bool *must_wait)
{
	Usage usage = read_usage(reply);

	*must_wait = usage.wait_ms > 0;
	if (usage.pct >= PCT_PAUSE)
		return usage.wait_ms > 0 ? usage.wait_ms : PAUSE_MS;
	*must_wait = false;
	return usage.pct >= PCT_SLOW ? SLOW_MS : 0;
}
