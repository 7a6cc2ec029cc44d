/*
 * quota_usage.c
 *	  How much of its quotas is used, from headers of a platform's responses.
 */
#include "postgres.h"

#include "base/json_find.h"
#include "platform/api/quota_usage.h"

/* Percentages at which to slow down, to pause, and at which calls are shut out.
 */
#define PCT_SLOW 75
#define PCT_PAUSE 90
#define PCT_FULL 100

/* Milliseconds of a pause if the platform names no time. */
#define SLOW_MS 250
#define PAUSE_MS 60000

/* Longest pause that a header can mean: a day. */
#define WAIT_MAX_S 86400

/*
 * Returns the largest of the numbers at a path; 0 without numbers.
 */
static double
largest(const AdpJson *entry, const char *path)
{
	double most = 0;
	ListCell *cell;

	foreach(cell, adp_json_find(entry, path))
		most = Max(most, adp_json_number(lfirst(cell), 0));
	return most;
}

/*
 * Adds an entry.
 */
static void
add_entry(const AdpQuotaHeader *header, const AdpJson *entry,
		  AdpQuotaUsage *usage)
{
	double pct = largest(entry, header->percents);
	double seconds = largest(entry, header->wait) * header->wait_unit_s;

	usage->pct = Max(usage->pct, pct);
	if (header->wait_if_full && pct < PCT_FULL)
		return;
	usage->wait_ms =
		Max(usage->wait_ms, (int64) (Min(seconds, WAIT_MAX_S) * 1000));
}

/*
 * Adds a header's value.
 */
void
adp_quota_usage_add(const AdpQuotaHeader *header, const char *value,
					const char *quota, AdpQuotaUsage *usage)
{
	const AdpJson *doc =
		adp_json_parse(CurrentMemoryContext, value, strlen(value), NULL);
	ListCell *cell;

	foreach(cell, adp_json_find(doc, header->entries))
	{
		const char *name = adp_json_find_text(lfirst(cell), header->quota);

		if (name == NULL || quota == NULL || strcmp(name, quota) == 0)
			add_entry(header, lfirst(cell), usage);
	}
}

/*
 * The quota that requests of a path count against.
 */
const char *
adp_quota_usage_quota(const AdpQuotaUsageKind *kind, const char *path)
{
	const AdpQuota *quota = kind->quotas;

	while (quota != NULL && quota->part != NULL)
	{
		if (strstr(path, quota->part) != NULL)
			return quota->name;
		quota++;
	}
	return NULL;
}

/*
 * Milliseconds to pause before the next call.
 */
int64
adp_quota_usage_pause_ms(const AdpQuotaUsage *usage, bool *must_wait)
{
	*must_wait = usage->pct >= PCT_PAUSE && usage->wait_ms > 0;
	if (*must_wait)
		return usage->wait_ms;
	if (usage->pct >= PCT_PAUSE)
		return PAUSE_MS;
	return usage->pct >= PCT_SLOW ? SLOW_MS : 0;
}

/*
 * All that the headers of an answer come to.
 */
AdpQuotaUsage
adp_quota_usage_read(const AdpQuotaUsageKind *kind, const AdpReply *reply)
{
	AdpQuotaUsage usage = {0, 0};
	const char *quota = adp_quota_usage_quota(kind, reply->path);

	for (const AdpQuotaHeader *header = kind->headers; header->name; header++)
	{
		const char *value = adp_http_header(reply->transfer, header->name);

		if (value != NULL)
			adp_quota_usage_add(header, value, quota, &usage);
	}
	return usage;
}
