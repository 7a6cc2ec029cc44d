/*
 * quota_usage.h
 *	  How much of a platform's quotas is used, from headers of its responses.
 *
 * Headers contain percentages of quotas, and for how long calls are blocked.
 * Refusals have them, too, and need them most.  Malformed ones are ignored.
 */
#ifndef ADP_PLATFORM_API_QUOTA_USAGE_H
#define ADP_PLATFORM_API_QUOTA_USAGE_H

#include "platform/api/api_types.h"

/* A header whose value is a JSON document; paths are those of json_find.h. */
typedef struct AdpQuotaHeader
{
	const char *name;	  /* NULL: end of the list */
	const char *entries;  /* "": the document itself */
	const char *percents; /* below an entry; all alternatives count */
	const char *wait;	  /* below an entry; NULL: not reported */
	int wait_unit_s;	  /* seconds of its unit: 1 or 60 */
	bool wait_if_full;	  /* it counts only at 100 percent */
	const char *quota;	  /* name of the entry's quota; NULL: any */
} AdpQuotaHeader;

/* Requests whose path contains a part count against a quota. */
typedef struct AdpQuota
{
	const char *part; /* "": all other requests; NULL: end of the list */
	const char *name;
} AdpQuota;

typedef struct AdpQuotaUsageKind
{
	const AdpQuotaHeader *headers;
	const AdpQuota *quotas; /* NULL: entries do not name a quota */
} AdpQuotaUsageKind;

/* The highest percentage and the longest wait in all headers. */
typedef struct AdpQuotaUsage
{
	double pct;
	int64 wait_ms;
} AdpQuotaUsage;

/*
 * Adds a header's value; quota is that of the request, NULL if unnamed.
 * Exported for tests only.
 */
extern void adp_quota_usage_add(const AdpQuotaHeader *header, const char *value,
								const char *quota, AdpQuotaUsage *usage);

/*
 * Returns the quota of requests with a path; NULL if it is unnamed.  Exported
 * for tests only.
 */
extern const char *adp_quota_usage_quota(const AdpQuotaUsageKind *kind,
										 const char *path);

/*
 * Returns the milliseconds to pause before the next call; *must_wait: the
 * platform blocks calls until then.
 */
extern int64 adp_quota_usage_pause_ms(const AdpQuotaUsage *usage,
									  bool *must_wait);

/* Reads all headers of a response. */
extern AdpQuotaUsage adp_quota_usage_read(const AdpQuotaUsageKind *kind,
										  const AdpReply *reply);

#endif /* ADP_PLATFORM_API_QUOTA_USAGE_H */
