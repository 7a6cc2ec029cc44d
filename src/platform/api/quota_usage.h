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
typedef struct AdpUsageHeader
{
	const char *name;	  /* NULL: end of the list */
	const char *entries;  /* "": the document itself */
	const char *percents; /* below an entry, alternatives: all of them count */
	const char *wait;	  /* below an entry; NULL: not told */
	int wait_unit_s;	  /* seconds of its unit: 1 or 60 */
	bool wait_if_full;	  /* it counts only with a percentage of 100 */
	const char *quota;	  /* which quota an entry is of; not told: any */
} AdpUsageHeader;

/* Requests whose path holds a part count against a quota. */
typedef struct AdpUsageQuota
{
	const char *part; /* "": all that are left; NULL: end of the list */
	const char *name;
} AdpUsageQuota;

typedef struct AdpUsageKind
{
	const AdpUsageHeader *headers;
	const AdpUsageQuota *quotas; /* NULL: entries name none */
	int slow_pct;				 /* from here on calls are slowed down; 0: 75 */
	int pause_pct;				 /* from here on they pause; 0: 90 */
} AdpUsageKind;

/* What headers come to: the highest percentage, the longest wait. */
typedef struct AdpUsage
{
	double pct;
	int64 wait_ms;
} AdpUsage;

/* Adds a header's value; quota is the request's, NULL if there is but one. */
extern void adp_usage_add(const AdpUsageHeader *header, const char *value,
						  const char *quota, AdpUsage *usage);

/* The quota that requests of a path count against; NULL if none is named. */
extern const char *adp_usage_quota(const AdpUsageKind *kind, const char *path);

/*
 * Milliseconds to pause before the next call; *must_wait: the platform demands
 * it, and does not only advise it.
 */
extern int64 adp_usage_pause_ms(const AdpUsageKind *kind, const AdpUsage *usage,
								bool *must_wait);

/* All that the headers of an answer come to. */
extern AdpUsage adp_usage_read(const AdpUsageKind *kind, const AdpReply *reply);

#endif /* ADP_PLATFORM_API_QUOTA_USAGE_H */
