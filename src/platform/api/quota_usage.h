/*
 * quota_usage.h
 *	  How much of its quotas is used, as headers of a platform's answers tell.
 *
 * Headers hold percentages of quotas, and how long calls are shut out.  They
 * come with refusals as well, which is where they matter most.  What does not
 * parse is as if it were not there.
 */
#ifndef ADP_PLATFORM_API_QUOTA_USAGE_H
#define ADP_PLATFORM_API_QUOTA_USAGE_H

#include "platform/api/api_types.h"

/* A header whose value is a JSON document; paths are those of json_find.h. */
typedef struct AdpQuotaHeader
{
	const char *name;	  /* NULL: end of the list */
	const char *entries;  /* "": the document itself */
	const char *percents; /* below an entry, alternatives: all of them count */
	const char *wait;	  /* below an entry; NULL: not told */
	int wait_unit_s;	  /* seconds of its unit: 1 or 60 */
	bool wait_if_full;	  /* it counts only with a percentage of 100 */
	const char *quota;	  /* which quota an entry is of; not told: any */
} AdpQuotaHeader;

/* Requests whose path holds a part count against a quota. */
typedef struct AdpQuota
{
	const char *part; /* "": all that are left; NULL: end of the list */
	const char *name;
} AdpQuota;

typedef struct AdpQuotaUsageKind
{
	const AdpQuotaHeader *headers;
	const AdpQuota *quotas; /* NULL: entries name none */
} AdpQuotaUsageKind;

/* What headers come to: the highest percentage, the longest wait. */
typedef struct AdpQuotaUsage
{
	double pct;
	int64 wait_ms;
} AdpQuotaUsage;

/* Adds a header's value; quota is the request's, NULL if there is but one. */
extern void adp_quota_usage_add(const AdpQuotaHeader *header, const char *value,
								const char *quota, AdpQuotaUsage *usage);

/* The quota that requests of a path count against; NULL if none is named. */
extern const char *adp_quota_usage_quota(const AdpQuotaUsageKind *kind,
										 const char *path);

/*
 * Milliseconds to pause before the next call; *must_wait: the platform demands
 * it, and does not only advise it.
 */
extern int64 adp_quota_usage_pause_ms(const AdpQuotaUsage *usage,
									  bool *must_wait);

/* All that the headers of an answer come to. */
extern AdpQuotaUsage adp_quota_usage_read(const AdpQuotaUsageKind *kind,
										  const AdpReply *reply);

#endif /* ADP_PLATFORM_API_QUOTA_USAGE_H */
